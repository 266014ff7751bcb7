"""Yields the bytes of a log a part at a time: a file or standard input, plain or compressed.

What it finds is told by the first bytes, never by a name. How much of a log is kept: `held.py`.
"""

from __future__ import annotations

import os
import select
import time
import zlib
from typing import TYPE_CHECKING, Final, Protocol

from curricle.errors import LogInvalidError
from curricle.fsio import MAX_LOG_BYTES, read_chunks, translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

STDIN: Final = "-"
SILENCE_SECONDS: Final = 60.0
"""So long nothing may come from standard input before it counts as stuck."""
TOTAL_SECONDS: Final = 3_600.0
"""So long standard input may take altogether."""
_CHUNK_BYTES: Final = 1 << 20
_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_ZIP: Final = b"PK\x03\x04"
_OTHERS: Final = {_ZIP: "a zip archive", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz"}
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_MAGIC_BYTES: Final = 6
_WINDOW_BYTES_MAX: Final = 1 << 27
_PART_BYTES: Final = 256
"""So much is decompressed at a time: a few bytes of it may stand for a hundred thousand."""
_NUL_SHARE: Final = 0.3
_ODD_SHARE: Final = 0.05
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS


class _Inflater(Protocol):
    """What takes compressed bytes and gives plain ones."""

    @property
    def eof(self) -> bool:
        """Whether a whole stream was read."""
        ...

    @property
    def unused_data(self) -> bytes:
        """What follows that stream."""
        ...

    def decompress(self, data: bytes, /) -> bytes:
        """Return plain bytes."""
        ...


def read_log(path: Path, *, limit_bytes: int = MAX_LOG_BYTES) -> Iterator[bytes]:
    """Yield the plain bytes of a log file.

    Raises:
        LogInvalidError: it is empty, binary, damaged, or larger than `limit_bytes`.
        IoError, PermissionDeniedError: it cannot be read, or is no plain file.
    """
    return _plain(read_chunks(path, limit_bytes=limit_bytes), str(path), limit_bytes)


def read_input(
    descriptor: int,
    *,
    silence_seconds: float = SILENCE_SECONDS,
    limit_bytes: int = MAX_LOG_BYTES,
) -> Iterator[bytes]:
    """Yield the plain bytes that come from a descriptor until it closes.

    Raises:
        LogInvalidError: as `read_log`, and when nothing came for `silence_seconds`.
    """
    return _plain(_chunks_of(descriptor, silence_seconds), "standard input", limit_bytes)


def _chunks_of(descriptor: int, silence_seconds: float) -> Iterator[bytes]:
    from pathlib import Path

    ends_at = time.monotonic() + TOTAL_SECONDS
    with translated(Path("standard input")):
        while True:
            began = time.monotonic()
            if began > ends_at:
                raise LogInvalidError(
                    "standard input", f"it did not end within {TOTAL_SECONDS:g} seconds"
                )
            ready, _, _ = select.select([descriptor], [], [], silence_seconds)
            if not ready and time.monotonic() - began >= silence_seconds:
                raise LogInvalidError(
                    "standard input",
                    f"it did not end, and nothing came for {silence_seconds:g} seconds",
                )
            chunk = os.read(descriptor, _CHUNK_BYTES)
            if not chunk:
                return
            yield chunk


def _plain(chunks: Iterable[bytes], name: str, limit_bytes: int) -> Iterator[bytes]:
    source = _joined_start(iter(chunks))
    first = next(source, b"")
    if not first:
        raise LogInvalidError(name, "it is empty")
    whole = _with_first(first, source)
    for magic, what in _OTHERS.items():
        if first.startswith(magic):
            raise LogInvalidError(name, f"it is {what}, expected plain text, gzip or zstd")
    if first.startswith(_GZIP):
        whole = _inflated(whole, name, _gzip)
    elif first.startswith(_ZSTD):
        whole = _inflated(whole, name, _zstd)
    yield from _text(whole, name, limit_bytes)


def _text(chunks: Iterator[bytes], name: str, limit_bytes: int) -> Iterator[bytes]:
    size_bytes = 0
    chunks = _joined_start(chunks)
    first = next(chunks, b"")
    is_utf_16 = first.startswith(_UTF_16)
    is_blank = True
    for chunk in _decoded(_with_first(first, chunks), is_utf_16=is_utf_16):
        size_bytes += len(chunk)
        if size_bytes > limit_bytes:
            raise LogInvalidError(name, f"it has more than {limit_bytes} bytes, which is the limit")
        if is_blank and chunk.strip():
            is_blank = False
            if not is_utf_16 and _looks_binary(chunk):
                raise LogInvalidError(name, "it is binary, expected text")
        yield chunk
    if is_blank:
        raise LogInvalidError(name, "it is empty")


def _decoded(chunks: Iterable[bytes], *, is_utf_16: bool) -> Iterator[bytes]:
    if not is_utf_16:
        yield from chunks
        return
    import codecs

    decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode(errors="replace")
    yield decoder.decode(b"", final=True).encode(errors="replace")


def _looks_binary(data: bytes) -> bool:
    """Tell whether bytes are no text in any encoding a log would have."""
    sample = data[: 1 << 16]
    odd = sum(sample.count(byte) for byte in (*range(1, 8), *range(14, 27), *range(28, 32)))
    # Some consoles pad with NULs; nothing that is text has many other control characters.
    return sample.count(0) > len(sample) * _NUL_SHARE or odd > len(sample) * _ODD_SHARE


def _joined_start(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the same bytes; the first part is long enough to know them by."""
    start = b""
    for chunk in chunks:
        start += chunk
        if len(start) >= _MAGIC_BYTES:
            break
    if start:
        yield start
    yield from chunks


def _with_first(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _gzip() -> _Inflater:
    return zlib.decompressobj(_GZIP_WINDOW)


def _zstd() -> _Inflater:
    import zstandard

    inflater: _Inflater = zstandard.ZstdDecompressor(
        max_window_size=_WINDOW_BYTES_MAX
    ).decompressobj()
    return inflater


def _inflated(chunks: Iterator[bytes], name: str, make: Callable[[], _Inflater]) -> Iterator[bytes]:
    import zstandard

    inflater, is_open = make(), True
    try:
        for chunk in chunks:
            place = 0
            while place < len(chunk):
                is_open = True
                part = chunk[place : place + _PART_BYTES]
                place += len(part)
                plain = inflater.decompress(part)
                if plain:
                    yield plain
                if inflater.eof:
                    place -= len(inflater.unused_data)
                    inflater, is_open = make(), False
    except (zlib.error, zstandard.ZstdError) as error:
        raise LogInvalidError(name, f"its compression is damaged: {error}") from error
    if is_open:
        raise LogInvalidError(name, "its compression is damaged: it ends too early")
