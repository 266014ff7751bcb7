from __future__ import annotations

import gzip
import io
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command import tree
from curricle.canonical import document_bytes, sha256_hex
from curricle.errors import ArchiveInvalidError, ArchiveNotFoundError, CurricleError, IoError
from curricle.runs.restore import MANIFEST, restore_run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

RUN_ID = "20260131-093000-bread-0a1b"
DATA = b"bread\n"


def entry(path: str, data: bytes = DATA, **other: Any) -> dict[str, Any]:
    return {"path": path, "sha256": sha256_hex(data), "size_bytes": len(data), "mode": 384} | other


def manifest(*files: dict[str, Any], **other: Any) -> bytes:
    document = {"schema_version": "1.0", "run_id": RUN_ID, "files": list(files)}
    return document_bytes({**document, "folders": ["logs"], "left_out": [], **other})


Member = tuple[str, bytes] | tarfile.TarInfo


def tar_of(members: Sequence[Member]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                tar.addfile(member)
                continue
            info = tarfile.TarInfo(member[0])
            info.size = len(member[1])
            tar.addfile(info, io.BytesIO(member[1]))
    return buffer.getvalue()


def archive_of(*members: Member, about: bytes | None = None) -> bytes:
    about = manifest(entry("run.json")) if about is None else about
    return gzip.compress(tar_of([(MANIFEST, about), *members]), mtime=0)


def special(kind: bytes, name: str = f"{RUN_ID}/run.json", link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


RUN = (f"{RUN_ID}/run.json", DATA)
GOOD = archive_of(RUN)


def refused(data: bytes, folder: Path) -> str:
    """Return why an archive is refused, after seeing that it left nothing anywhere."""
    archive = folder / "x.tar.gz"
    archive.write_bytes(data)
    with pytest.raises(ArchiveInvalidError) as caught:
        restore_run(archive, folder / "runs")
    assert caught.value.exit_status == 7
    assert tree(folder) == {"x.tar.gz": data}
    assert not any((folder / "runs").glob("*"))
    return str(caught.value.details["reason"])


def test_the_archive_that_the_hostile_ones_are_made_from_is_good(tmp_path: Path) -> None:
    (tmp_path / "x.tar.gz").write_bytes(GOOD)
    run_dir = restore_run(tmp_path / "x.tar.gz", tmp_path / "runs")
    assert (run_dir / "run.json").read_bytes() == DATA
    assert (run_dir / "logs").is_dir()


OUTWARD = ["/etc/x", "../x", "a/../../x", "..", ".", "./x", "a//b", "a/", "/", "a/./b", "a\0b"]


@pytest.mark.parametrize("path", [*OUTWARD, ".lock"])
def test_a_path_that_could_leave_the_run_is_refused(path: str, tmp_path: Path) -> None:
    about = manifest(entry(path))
    member = (f"{RUN_ID}/{path}".replace("\0", ""), DATA)
    assert "could leave the run" in refused(archive_of(member, about=about), tmp_path)
    folders = manifest(entry("run.json"), folders=[path])
    assert "could leave the run" in refused(archive_of(RUN, about=folders), tmp_path)


@pytest.mark.parametrize("run_id", ["..", ".", "a/b", "/tmp/x", "../x", ".hidden", "", "archives"])
def test_a_name_that_is_no_run_id_is_refused(run_id: str, tmp_path: Path) -> None:
    about = manifest(entry("run.json"), run_id=run_id)
    refused(archive_of((f"{run_id}/run.json", DATA), about=about), tmp_path)


@pytest.mark.parametrize(
    "member",
    [
        pytest.param(special(tarfile.SYMTYPE, link="/etc/passwd"), id="link"),
        pytest.param(special(tarfile.LNKTYPE, link=MANIFEST), id="hard link"),
        pytest.param(special(tarfile.LNKTYPE, link="/etc/passwd"), id="hard link outward"),
        pytest.param(special(tarfile.CHRTYPE), id="device"),
        pytest.param(special(tarfile.BLKTYPE), id="block device"),
        pytest.param(special(tarfile.FIFOTYPE), id="fifo"),
        pytest.param(special(tarfile.DIRTYPE), id="folder"),
        pytest.param((f"{RUN_ID}/other", DATA), id="not in the manifest"),
        pytest.param(("../run.json", DATA), id="outward"),
        pytest.param(("/etc/run.json", DATA), id="absolute"),
        pytest.param((f"{RUN_ID}/./run.json", DATA), id="roundabout"),
        pytest.param((f"{RUN_ID}/run.json", b"bReAd\n"), id="changed"),
        pytest.param((f"{RUN_ID}/run.json", b""), id="emptied"),
        pytest.param((f"{RUN_ID}/run.json", DATA * 9), id="longer"),
    ],
)
def test_a_member_that_is_not_what_the_manifest_says_is_refused(
    member: Member, tmp_path: Path
) -> None:
    refused(archive_of(member), tmp_path)


@pytest.mark.parametrize(
    ("members", "about"),
    [
        pytest.param([], None, id="missing"),
        pytest.param([RUN, RUN], None, id="twice"),
        pytest.param([RUN, ("extra", b"")], None, id="one more"),
        pytest.param(
            [RUN, RUN], manifest(entry("run.json"), entry("run.json")), id="twice in both"
        ),
        pytest.param([RUN], manifest(entry("run.json", b"other")), id="wrong digest"),
        pytest.param([RUN], manifest(entry("run.json", size_bytes=7)), id="wrong size"),
        pytest.param([RUN], manifest(entry("run.json", sha256="0" * 63)), id="no digest"),
        pytest.param([RUN], manifest(entry("run.json", mode=-1)), id="no mode"),
        pytest.param([RUN], manifest(entry("run.json", mode=[])), id="mode of another type"),
        pytest.param([RUN], manifest(entry("run.json"), more=1), id="more fields"),
        pytest.param([RUN], b"", id="empty manifest"),
        pytest.param([RUN], b"[]", id="manifest of another shape"),
        pytest.param([RUN], b"\xff", id="manifest not UTF-8"),
        pytest.param([RUN], b'{"a":1,"a":1}', id="manifest with two meanings"),
        pytest.param([RUN], b"[" * 1000, id="deep manifest"),
        pytest.param(
            [(f"{RUN_ID}/a", DATA), (f"{RUN_ID}/a/b", DATA)],
            manifest(entry("a"), entry("a/b")),
            id="below a file",
        ),
        pytest.param(
            [(f"{RUN_ID}/logs", DATA)], manifest(entry("logs")), id="both file and folder"
        ),
    ],
)
def test_files_and_manifest_have_to_agree(
    members: list[Member], about: bytes | None, tmp_path: Path
) -> None:
    refused(archive_of(*members, about=about), tmp_path)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"PK\x03\x04", id="zip"),
        pytest.param(gzip.compress(b""), id="empty gzip"),
        pytest.param(gzip.compress(b"text" * 300), id="no tar"),
        pytest.param(gzip.compress(tar_of([])), id="empty tar"),
        pytest.param(gzip.compress(tar_of([RUN])), id="no manifest"),
        pytest.param(
            gzip.compress(tar_of([RUN, (MANIFEST, manifest(entry("run.json")))])),
            id="manifest not first",
        ),
        pytest.param(gzip.decompress(GOOD), id="not compressed"),
        pytest.param(GOOD + b"garbage", id="garbage behind"),
        pytest.param(GOOD + GOOD, id="two archives"),
        pytest.param(gzip.compress(gzip.decompress(GOOD) + b"garbage"), id="garbage in the tar"),
        pytest.param(gzip.compress(gzip.decompress(GOOD) + bytes(10**6)), id="zeros in the tar"),
        pytest.param(gzip.compress(gzip.decompress(GOOD)[:-1] + b"x"), id="garbage in its end"),
        pytest.param(GOOD[:-8] + bytes(8), id="wrong checksum"),
    ],
)
def test_what_is_no_archive_of_a_run_is_refused(data: bytes, tmp_path: Path) -> None:
    refused(data, tmp_path)


def test_an_archive_cut_at_any_byte_is_refused(tmp_path: Path) -> None:
    for length in range(len(GOOD)):
        refused(GOOD[:length], tmp_path)


@pytest.mark.parametrize("mode", [384, 384.0, 0, 10**29, 1e9, 0o7777], ids=str)
def test_a_mode_lends_a_file_no_more_than_the_usual_rights(mode: float, tmp_path: Path) -> None:
    about = manifest(entry("run.json", mode=mode))
    (tmp_path / "x.tar.gz").write_bytes(archive_of(RUN, about=about))
    run_dir = restore_run(tmp_path / "x.tar.gz", tmp_path / "runs")
    assert (run_dir / "run.json").stat().st_mode & 0o7022 == 0


def test_a_name_that_the_disk_cannot_hold_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    archive = tmp_path / "x.tar.gz"
    archive.write_bytes(
        archive_of((f"{RUN_ID}/{'x' * 300}", DATA), about=manifest(entry("x" * 300)))
    )
    with pytest.raises(IoError, match="name too long"):
        restore_run(archive, tmp_path / "runs")
    assert not any((tmp_path / "runs").iterdir())


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    about = manifest(entry("run.json", size_bytes=7_000_000_000))
    assert "more than any run holds" in refused(archive_of(RUN, about=about), tmp_path)
    many = manifest(*(entry(f"f{at}", size_bytes=60_000_000) for at in range(200)))
    assert "more than any run holds" in refused(archive_of(RUN, about=many), tmp_path)
    info = tarfile.TarInfo(MANIFEST)
    info.size = 65_000_000
    packed = gzip.compress(info.tobuf() + bytes(1 << 20))
    assert "its manifest has 65000000 bytes" in refused(packed, tmp_path)


def with_byte(data: bytes, at: int, byte: int) -> bytes:
    return data[:at] + bytes([byte]) + data[at + 1 :]


@given(st.data())
@settings(max_examples=120, deadline=None)
@pytest.mark.parametrize("layer", ["gzip", "tar"])
def test_any_byte_changed_gives_a_typed_error_or_the_same_run(
    layer: str, draw: st.DataObject
) -> None:
    inner = GOOD if layer == "gzip" else gzip.decompress(GOOD)
    used = len(inner.rstrip(b"\0")) + 4
    at = draw.draw(st.integers(0, min(used, len(inner) - 1)))
    changed = with_byte(inner, at, draw.draw(st.integers(0, 255)))
    data = changed if layer == "gzip" else gzip.compress(changed)
    with tempfile.TemporaryDirectory() as scratch:
        archive = Path(scratch) / "x.tar.gz"
        archive.write_bytes(data)
        try:
            run_dir = restore_run(archive, Path(scratch) / "runs")
        except CurricleError:
            assert set(tree(Path(scratch))) == {"x.tar.gz"}
        else:
            assert tree(run_dir) == {"run.json": DATA}
            assert [path.name for path in run_dir.parent.iterdir()] == [RUN_ID]


@pytest.mark.parametrize(
    "make", [lambda _: None, Path.mkdir, lambda path: path.symlink_to("nowhere")]
)
def test_no_archive_there_is_not_found(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "x.tar.gz")
    with pytest.raises(ArchiveNotFoundError) as caught:
        restore_run(tmp_path / "x.tar.gz", tmp_path / "runs")
    assert caught.value.exit_status == 3
