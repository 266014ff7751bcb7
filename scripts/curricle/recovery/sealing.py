"""Makes members into a bundle: one file that leaves the machine, and no secret in it.

The same members give the same bytes. What they are: `bundle.py` of a run, `job_bundle.py` of a
case.
"""

from __future__ import annotations

import io
import os
import re
import tarfile
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

from curricle.canonical import document_bytes, sha256_hex
from curricle.errors import InvalidArgumentError, IoError, RedactionIncompleteError
from curricle.evidence.pack import SCHEMA_VERSION
from curricle.fsio import find_size, make_folder, new_file, read_file, translated
from curricle.jsontext import MalformedJsonError, parse_json
from curricle.layout import ESCALATIONS
from curricle.redaction.redactor import Redactor, find_left
from curricle.tarballs import write_members

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

_DIGEST_DIGITS: Final = 12
_HELD: Final = "\ue000"
"""Stands for the id while secrets are looked for; a character that is nobody's."""
_EARLIER: Final = "earlier-"
"""Stands before the kind of a mark that a member came with, while new marks are made."""
_MARK: Final = re.compile(r"\[redacted:([0-9a-z-]{1,40})#([0-9]{1,9})\]")
_MARK_THEN: Final = re.compile(r"\[redacted:([0-9a-z-]{1,48})#([0-9]{1,9})\]")
"""A mark, be it an earlier one."""
_EARLIER_NUMBER_MAX: Final = 1_000_000
"""No text has more secrets; a higher number is no mark of ours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """A bundle that was written, or was there already."""

    subject: str
    """The id of the run or case that it is about."""
    path: Path
    sha256: str
    members: tuple[str, ...]
    redacted: int
    """How many different secrets were masked."""
    code: str | None = None
    """What is wrong with the run; None where nothing is, and for a case."""
    owner: str | None = None
    """Who takes over, as it is on record."""


def verify_output(output: Path, evidence_dir: Path) -> None:
    """Make sure that a bundle can be written where one says.

    Raises:
        InvalidArgumentError: there is no such folder, or something else is there, or it is inside
            `evidence_dir`.
        PermissionDeniedError: it cannot be told.
    """
    why = ""
    with translated(output):
        if evidence_dir in output.absolute().parents:
            why = "lies in the evidence itself"
        elif not output.absolute().parent.is_dir():
            why = "is in a folder that is not there"
        elif os.path.lexists(output) and find_size(output) is None:
            why = "is there already, and no plain file"
    if why:
        raise InvalidArgumentError(f"-o {output} {why}", hint="name a new file with -o")


def seal(
    subject: str,
    members: Mapping[str, bytes],
    *,
    runs_dir: Path,
    output: Path | None,
    known: Collection[str],
) -> Bundle:
    """Write the bundle of a run or case by its id, without secrets, and with a manifest.

    `known` are values that are secrets wherever they stand; `runs_dir` is where the bundle goes
    unless an `output` is given, and not told in it.

    Raises:
        InvalidArgumentError: something else is at `output`.
        RedactionIncompleteError: something that looks like a secret would be let out.
        DiskFullError, PermissionDeniedError, IoError: there is no bundle.
    """
    redactor = Redactor(known)
    placeless = {name: _unplaced(data, runs_dir) for name, data in members.items()}
    clean = _redacted(placeless, redactor, subject)
    manifest = _manifest(subject, clean)
    whole = {"manifest.json": manifest, **clean}
    name = f"{subject}-{sha256_hex(manifest)[:_DIGEST_DIGITS]}.tar.gz"
    path = output or runs_dir / ESCALATIONS / name
    if output is None:
        make_folder(path.parent)
    _write(path, whole, known, subject)
    return Bundle(
        subject=subject,
        path=path,
        sha256=sha256_hex(read_file(path)),
        members=tuple(whole),
        redacted=redactor.count,
    )


def _unplaced(data: bytes, runs_dir: Path) -> bytes:
    """Return a member that does not tell where the runs lie: elsewhere it is the same one."""
    place = f"{runs_dir}/".encode(errors="surrogateescape")
    return data.replace(place, b"runs/") if len(runs_dir.parts) > 1 else data  # not for `/`


def _redacted(members: Mapping[str, bytes], redactor: Redactor, subject: str) -> dict[str, bytes]:
    """Return the members without secrets; what one gives away is masked in all of them.

    The id stays, whatever it looks like: without it nobody finds what the bundle is about. So do
    marks that a member came with, and new ones are numbered after them.
    """
    texts = {n: d.decode(errors="replace").replace(subject, _HELD) for n, d in members.items()}
    earlier = _highest_number(texts.values())
    texts = {name: _MARK.sub(rf"[redacted:{_EARLIER}\1#\2]", text) for name, text in texts.items()}
    for text in texts.values():
        redactor.learn(text)
    clean = {
        name: _numbered_after(earlier, redactor.redact(text)).replace(_HELD, subject)
        for name, text in texts.items()
    }
    return {name: text.encode(errors="replace") for name, text in clean.items()}


def _highest_number(texts: Iterable[str]) -> int:
    numbers = (int(found[2]) for text in texts for found in _MARK.finditer(text))
    return max((number for number in numbers if number <= _EARLIER_NUMBER_MAX), default=0)


def _numbered_after(earlier: int, text: str) -> str:
    """Return a text in which earlier marks are as they came, and all others come after them."""

    def settled(mark: re.Match[str]) -> str:
        kind, number = mark[1], mark[2]
        if kind.startswith(_EARLIER):
            return f"[redacted:{kind.removeprefix(_EARLIER)}#{number}]"
        return f"[redacted:{kind}#{int(number) + earlier}]"

    return _MARK_THEN.sub(settled, text)


def _manifest(subject: str, members: Mapping[str, bytes]) -> bytes:
    return document_bytes(
        {
            "schema_version": SCHEMA_VERSION,
            "run_id": subject,
            "members": [
                {"path": name, "sha256": sha256_hex(data), "size_bytes": len(data)}
                for name, data in members.items()
            ],
        }
    )


def _write(path: Path, members: Mapping[str, bytes], known: Collection[str], subject: str) -> None:
    """Write a bundle that is not there yet, and read it again before it takes its place."""
    try:
        with new_file(path, mode=0o600) as file:
            write_members(file, members)
            file.seek(0)
            if _contents_of(file) != dict(members):
                raise IoError(path, "it does not read as it was written")
            _verify_clean(members, known, subject)
    except FileExistsError as error:
        with translated(path), path.open("rb") as file:
            if _contents_of(file) != dict(members):
                raise InvalidArgumentError(
                    f"{path} is there already, and it is not this bundle",
                    hint="name another file with -o",
                ) from error


def _verify_clean(members: Mapping[str, bytes], known: Collection[str], subject: str) -> None:
    """Make sure that a bundle lets nothing out.

    Raises:
        RedactionIncompleteError: it would; names the members.
    """
    unclean = [
        name
        for name, data in members.items()
        if find_left(name, known)
        or find_left(data.decode(errors="replace").replace(subject, _HELD), known)
    ]
    broken = [name for name in members if name.endswith(".json") and not _is_json(members[name])]
    if unclean or broken:
        raise RedactionIncompleteError([*unclean, *broken])


def _is_json(data: bytes) -> bool:
    try:
        parse_json(data)
    except MalformedJsonError:
        return False
    return True


def _contents_of(file: IO[bytes]) -> dict[str, bytes]:
    try:
        with tarfile.open(fileobj=file, mode="r:gz") as tar:
            return {m.name: (tar.extractfile(m) or io.BytesIO()).read() for m in tar}
    except (tarfile.TarError, OSError, EOFError):
        return {}
