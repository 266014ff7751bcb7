from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from bundles import contents
from curricle.errors import InvalidArgumentError
from curricle.recovery.sealing import Bundle, seal, verify_output

if TYPE_CHECKING:
    from pathlib import Path

TOKEN: Final = "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"


def sealed(runs_dir: Path, text: str, *, output: Path | None = None) -> tuple[Bundle, str]:
    members = {"report.md": text.encode()}
    bundle = seal("case-1", members, runs_dir=runs_dir, output=output, known=("swordfish",))
    return bundle, contents(bundle.path)["report.md"].decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{TOKEN} swordfish", "[redacted:github-token#1] [redacted:credential#2]"),
        ("[redacted:token#9]", "[redacted:token#9]"),
        ("[redacted:token#9] swordfish", "[redacted:token#9] [redacted:credential#10]"),
        ("swordfish [redacted:x#999999999]", "[redacted:credential#1] [redacted:x#999999999]"),
        ("[redacted:earlier-x#2] swordfish", "[redacted:earlier-x#2] [redacted:credential#3]"),
        (f"[redacted:{'k' * 40}#1]", f"[redacted:{'k' * 40}#1]"),
        (f"[redacted:{'k' * 49}#1]", f"[redacted:{'k' * 49}#1]"),
    ],
)
def test_marks_that_a_member_came_with_stay_and_new_ones_come_after_them(
    text: str, expected: str, tmp_path: Path
) -> None:
    assert sealed(tmp_path, text)[1] == expected


def test_the_same_members_are_one_file_and_others_another(tmp_path: Path) -> None:
    first, _ = sealed(tmp_path, "one")
    assert sealed(tmp_path, "one")[0] == first
    second, _ = sealed(tmp_path, "two")
    assert second.path != first.path
    with pytest.raises(InvalidArgumentError, match="is there already, and it is not this bundle"):
        sealed(tmp_path, "three", output=second.path)


def test_where_the_runs_lie_is_not_told(tmp_path: Path) -> None:
    assert sealed(tmp_path, f"in {tmp_path}/cases/1")[1] == "in runs/cases/1"


def test_a_bundle_goes_beside_the_evidence_and_never_into_it(tmp_path: Path) -> None:
    verify_output(tmp_path / "bundle.tar.gz", tmp_path / "cases")
    for path in ("cases/bundle.tar.gz", "cases/1/bundle.tar.gz", "none/bundle.tar.gz", "."):
        with pytest.raises(InvalidArgumentError):
            verify_output(tmp_path / path, tmp_path / "cases")
