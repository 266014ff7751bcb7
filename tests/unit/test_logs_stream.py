from __future__ import annotations

import gzip
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Final

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from command import ROOT
from curricle.errors import IoError, LogInvalidError
from curricle.logs.stream import read_input, read_log

if TYPE_CHECKING:
    from pathlib import Path

LOG: Final = b"$ make test\nsum.c:3: error: expected ';'\nmake: *** [sum.o] Error 1\n"
NOISE: Final = b"".join(b"%d: %d compiled in %d ms\n" % (n, n * 7919, n % 977) for n in range(9000))


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


def whole(path: Path) -> bytes:
    return b"".join(read_log(path))


def file_of(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "job.log"
    path.write_bytes(data)
    return path


def why_not(tmp_path: Path, data: bytes) -> str:
    path = file_of(tmp_path, data)
    with pytest.raises(LogInvalidError) as caught:
        whole(path)
    assert str(caught.value).startswith(f"the log {path} cannot be read: ")
    return str(caught.value).partition("cannot be read: ")[2]


STORED = {
    "plain": (LOG, LOG),
    "gzip": (gzip.compress(LOG), LOG),
    "gzip of two members": (gzip.compress(LOG) + gzip.compress(NOISE), LOG + NOISE),
    "gzip with an empty member": (gzip.compress(b"") + gzip.compress(LOG), LOG),
    "gzip of many members": (b"".join([gzip.compress(LOG)] * 900), LOG * 900),
    "zstd": (zstd(LOG), LOG),
    "zstd of two frames": (zstd(LOG) + zstd(NOISE), LOG + NOISE),
    "zstd of many frames": (b"".join([zstd(LOG)] * 900), LOG * 900),
    "UTF-16, little end first": ("\ufefferror: ä\n".encode("utf-16-le"), "error: ä\n".encode()),
    "UTF-16, big end first": ("\ufefferror: ä\n".encode("utf-16-be"), "error: ä\n".encode()),
    "UTF-16 with half a character": (b"\xff\xfee\x00r\x00\x3d", b"er\xef\xbf\xbd"),
    "UTF-16 with half a pair": (b"\xff\xfee\x00\x3d\xd8r\x00", b"e\xef\xbf\xbdr"),
    "invalid UTF-8": (b"caf\xe9 failed\n\xff\xfe\xc3(\n", b"caf\xe9 failed\n\xff\xfe\xc3(\n"),
    "some NULs": (LOG + b"\x00\x00" + LOG, LOG + b"\x00\x00" + LOG),
    "only an escape": (b"\x1b[31m\n", b"\x1b[31m\n"),
    "no newline at the end": (b"killed", b"killed"),
    "one byte": (b"x", b"x"),
}


@pytest.mark.parametrize(("stored", "plain"), STORED.values(), ids=STORED)
def test_a_log_is_read_however_it_was_stored(tmp_path: Path, stored: bytes, plain: bytes) -> None:
    assert whole(file_of(tmp_path, stored)) == plain


UNREADABLE = {
    "nothing": (b"", "it is empty"),
    "blanks": (b" \n\t\r\n\n", "it is empty"),
    "two megabytes of blanks": (b"\n" * (2 << 20), "it is empty"),
    "gzip of nothing": (gzip.compress(b""), "it is empty"),
    "zstd of blanks": (zstd(b"\n\n\n"), "it is empty"),
    "UTF-16 of nothing": (b"\xff\xfe", "it is empty"),
    "UTF-16 of blanks": ("\ufeff \n\n".encode("utf-16-le"), "it is empty"),
    "an executable": (
        b"\x7fELF\x02\x01\x01" + bytes(range(8)) * 100,
        "it is binary, expected text",
    ),
    "a binary after many blanks": (b"\n" * (2 << 20) + bytes(900), "it is binary, expected text"),
    "a binary in gzip": (gzip.compress(bytes(1000)), "it is binary, expected text"),
    "a zip archive": (b"PK\x03\x04rest", "it is a zip archive, expected plain text, gzip or zstd"),
    "bzip2": (b"BZh91AY&SY", "it is bzip2, expected plain text, gzip or zstd"),
    "xz": (b"\xfd7zXZ\x00\x00\x04", "it is xz, expected plain text, gzip or zstd"),
    "gzip cut short": (
        gzip.compress(NOISE)[:-900],
        "its compression is damaged: it ends too early",
    ),
    "gzip without its end": (
        gzip.compress(LOG)[:-3],
        "its compression is damaged: it ends too early",
    ),
    "zstd cut short": (zstd(NOISE)[:-900], "its compression is damaged: it ends too early"),
    "only the beginning of gzip": (b"\x1f\x8b", "its compression is damaged: it ends too early"),
}


@pytest.mark.parametrize(("stored", "why"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_log_is_refused_and_told_why(tmp_path: Path, stored: bytes, why: str) -> None:
    assert why_not(tmp_path, stored) == why


@pytest.mark.parametrize("compress", [gzip.compress, zstd], ids=["gzip", "zstd"])
@pytest.mark.parametrize("place", [0.1, 0.5, 0.99])
def test_damage_anywhere_in_compressed_bytes_is_told(
    tmp_path: Path, compress: type[bytes], place: float
) -> None:
    stored = bytearray(compress(NOISE))
    at = max(12, int(len(stored) * place))
    stored[at : at + 9] = bytes(byte ^ 0xFF for byte in stored[at : at + 9])
    path = file_of(tmp_path, bytes(stored))
    try:
        assert whole(path) != NOISE
    except LogInvalidError as error:
        assert "its compression is damaged: " in str(error)  # noqa: PT017


def test_a_log_beyond_the_limit_is_refused_plain_or_unpacked(tmp_path: Path) -> None:
    for stored, error in ((NOISE, IoError), (gzip.compress(NOISE), LogInvalidError)):
        path = file_of(tmp_path, stored)
        with pytest.raises(error, match=r"100000"):
            b"".join(read_log(path, limit_bytes=100_000))


def test_blanks_at_the_beginning_count_as_lines(tmp_path: Path) -> None:
    blanks = b"\n" * (3 << 20)
    assert whole(file_of(tmp_path, blanks + LOG)) == blanks + LOG


BOMB = """
import sys, tracemalloc
from pathlib import Path
from curricle.logs.stream import read_log
tracemalloc.start()
size = sum(map(len, read_log(Path(sys.argv[1]))))
print(size, tracemalloc.get_traced_memory()[1] >> 20)
"""


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_very_many_bytes_from_few_compressed_ones_need_little_memory(
    tmp_path: Path, kind: str
) -> None:
    size_bytes = 300 << 20
    block = b"a" * (4 << 20)
    if kind == "gzip":
        stored = b"".join([gzip.compress(block)] * (size_bytes // len(block)))
    else:
        packer = zstandard.ZstdCompressor().compressobj(size=size_bytes)
        parts = [packer.compress(block) for _ in range(size_bytes // len(block))]
        stored = b"".join([*parts, packer.flush()])
    assert len(stored) < 1 << 20
    done = subprocess.run(
        [sys.executable, "-c", BOMB, str(file_of(tmp_path, stored))],
        env={"PYTHONPATH": str(ROOT / "scripts")},
        capture_output=True,
        text=True,
        check=True,
    )
    read, megabytes = map(int, done.stdout.split())
    assert read == size_bytes
    assert megabytes < 40


@given(st.binary(max_size=400))
def test_any_bytes_are_a_log_or_are_refused(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = file_of(tmp_path_factory.mktemp("log"), data)
    try:
        plain = whole(path)
    except LogInvalidError:
        return
    assert plain.strip()


class Pipe:
    """A real pipe that a thread writes to."""

    def __init__(self, parts: list[bytes], *, closes: bool = True) -> None:
        self.reader, self._writer = os.pipe()
        self._parts = parts
        self._closes = closes
        self._thread = threading.Thread(target=self._write)

    def __enter__(self) -> int:
        self._thread.start()
        return self.reader

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        os.close(self.reader)
        if not self._closes:
            os.close(self._writer)

    def _write(self) -> None:
        for part in self._parts:
            os.write(self._writer, part)
        if self._closes:
            os.close(self._writer)


PIPED = {
    "plain": ([LOG[:30], LOG[30:]], LOG),
    "a byte at a time": ([bytes([byte]) for byte in gzip.compress(LOG)], LOG),
    "zstd in two parts": ([zstd(LOG)[:3], zstd(LOG)[3:]], LOG),
    "more than a pipe holds": ([NOISE], NOISE),
}


@pytest.mark.parametrize(("parts", "plain"), PIPED.values(), ids=PIPED)
def test_a_log_is_read_from_a_pipe(parts: list[bytes], plain: bytes) -> None:
    with Pipe(parts) as descriptor:
        assert b"".join(read_input(descriptor, silence_seconds=20)) == plain


def test_a_pipe_that_gives_nothing_is_empty() -> None:
    with (
        Pipe([]) as descriptor,
        pytest.raises(LogInvalidError, match=r"the log standard input cannot be read: it is empty"),
    ):
        b"".join(read_input(descriptor, silence_seconds=20))


@pytest.mark.parametrize("parts", [[], [LOG]], ids=["nothing", "a log and then nothing"])
def test_a_pipe_that_never_closes_is_given_up_after_a_silence(parts: list[bytes]) -> None:
    with (
        Pipe(parts, closes=False) as descriptor,
        pytest.raises(LogInvalidError) as caught,
    ):
        b"".join(read_input(descriptor, silence_seconds=0.25))
    assert str(caught.value) == (
        "the log standard input cannot be read: it did not end, and nothing came for 0.25 seconds"
    )


def test_too_much_from_a_pipe_is_refused() -> None:
    with (
        Pipe([LOG] * 20) as descriptor,
        pytest.raises(LogInvalidError, match=r"more than 200 bytes"),
    ):
        b"".join(read_input(descriptor, silence_seconds=20, limit_bytes=200))
