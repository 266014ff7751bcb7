from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from curricle.errors import IoError
from curricle.runs.objects import digests_with_prefix, find_object, keep_object

if TYPE_CHECKING:
    from pathlib import Path

DATA = b"bread"
DIGEST = hashlib.sha256(DATA).hexdigest()


def test_what_is_kept_is_found_by_its_digest(tmp_path: Path) -> None:
    assert keep_object(tmp_path, DATA) == DIGEST
    assert keep_object(tmp_path, b"") == hashlib.sha256(b"").hexdigest()
    assert find_object(tmp_path, DIGEST) == DATA
    assert find_object(tmp_path, hashlib.sha256(b"").hexdigest()) == b""


def test_the_same_bytes_are_kept_once_and_not_written_again(tmp_path: Path) -> None:
    keep_object(tmp_path, DATA)
    before = (tmp_path / "objects" / DIGEST).stat()
    keep_object(tmp_path, DATA)
    assert (tmp_path / "objects" / DIGEST).stat() == before
    assert [path.name for path in (tmp_path / "objects").iterdir()] == [DIGEST]


@pytest.mark.parametrize("damaged", [b"", b"bre", b"bread and butter", b"dread"])
def test_a_damaged_object_is_not_handed_out_and_is_mended_when_kept_again(
    damaged: bytes, tmp_path: Path
) -> None:
    keep_object(tmp_path, DATA)
    (tmp_path / "objects" / DIGEST).write_bytes(damaged)
    assert find_object(tmp_path, DIGEST) is None
    keep_object(tmp_path, DATA)
    assert find_object(tmp_path, DIGEST) == DATA


@pytest.mark.parametrize(
    "digest", ["", "..", "../run.json", "0" * 63, "0" * 65, DIGEST.upper(), DIGEST + "\n"]
)
def test_what_is_no_digest_names_no_object(digest: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_bytes(b"{}")
    keep_object(tmp_path, DATA)
    assert find_object(tmp_path, digest) is None


def test_a_link_among_the_objects_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "objects").mkdir()
    (tmp_path / "elsewhere").write_bytes(DATA)
    (tmp_path / "objects" / DIGEST).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(IoError):
        find_object(tmp_path, DIGEST)
    with pytest.raises(IoError):
        keep_object(tmp_path, DATA)


def test_digests_are_found_by_their_first_digits(tmp_path: Path) -> None:
    assert digests_with_prefix(tmp_path, "") == ()
    digests = sorted(keep_object(tmp_path, bytes([at])) for at in range(40))
    (tmp_path / "objects" / ".draft-00").write_bytes(b"")
    assert list(digests_with_prefix(tmp_path, "")) == digests
    first = digests[0][0]
    assert list(digests_with_prefix(tmp_path, first)) == [d for d in digests if d[0] == first]
    assert digests_with_prefix(tmp_path, "z") == ()
