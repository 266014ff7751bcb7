"""Why two failures are the same, or not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from curricle.cases.lookup import find_case
from curricle.printable import one_line
from curricle.triage.log import judge_log

if TYPE_CHECKING:
    from curricle.triage.judge import Judge

_CASE_PREFIX: Final = "case-"
_NAMES: Final = ("what", "file", "test", "project", "message", "message, second line")


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """One of two failures."""

    name: str
    fingerprint: str
    facts: tuple[str, ...] | None
    """What the fingerprint is of; None for a case on record, of which only it is kept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """Two failures beside each other."""

    one: Side
    other: Side

    @property
    def is_same(self) -> bool:
        """Tell whether they have one fingerprint."""
        return self.one.fingerprint == self.other.fingerprint

    def rows(self) -> list[tuple[str, str | None, str | None]]:
        """Return each fact of both sides; None where it is not known."""
        sides = (self.one.facts, self.other.facts)
        count = max((len(facts) for facts in sides if facts), default=0)
        rows = []
        for place in range(count):
            values = [
                None if facts is None else facts[place] if place < len(facts) else ""
                for facts in sides
            ]
            name = _NAMES[place] if place < len(_NAMES) else "message"
            rows.append((name, values[0], values[1]))
        return rows

    def to_json(self) -> dict[str, Any]:
        """Return it as it stands in an answer."""
        return {
            "same": self.is_same,
            "a": {"name": self.one.name, "fingerprint": self.one.fingerprint},
            "b": {"name": self.other.name, "fingerprint": self.other.fingerprint},
            "facts": [{"fact": name, "a": a, "b": b, "same": a == b} for name, a, b in self.rows()],
        }

    def lines(self) -> list[str]:
        """Return it as lines of text."""
        verdict = "the same failure" if self.is_same else "different failures"
        lines = [verdict, f"A  {self.one.fingerprint}", f"B  {self.other.fingerprint}"]
        for name, a, b in self.rows():
            if a == b:
                lines.append(f"=  {name}: {a or '-'}")
            else:
                lines += [f"A  {name}: {_shown(a)}", f"B  {name}: {_shown(b)}"]
        return lines


def compare(one: Side, other: Side) -> Compared:
    """Return two failures beside each other."""
    return Compared(one=one, other=other)


def side_of(runs_dir: Path, judge: Judge, name: str) -> Side:
    """Return a failure by the path of its log, or by its case.

    Raises:
        CaseNotFoundError: no case is called so.
        LogInvalidError, IoError: the log cannot be read.
    """
    if name.startswith(_CASE_PREFIX) and not Path(name).exists():
        case = find_case(runs_dir, name)
        return Side(name=case.case_id, fingerprint=case.fingerprint, facts=None)
    judged, _ = judge_log(judge, name)
    return Side(
        name=one_line(name),
        fingerprint=one_line(judged.identity.fingerprint),
        facts=tuple(one_line(fact) for fact in judged.identity.facts),
    )


def _shown(fact: str | None) -> str:
    return "not on record" if fact is None else fact or "-"
