"""Holds the bucket rules against their examples, and against logs whose bucket people know."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from curricle.errors import LogInvalidError
from curricle.failures.bucket import Bucket
from curricle.failures.patterns import find_problem
from curricle.fsio import read_file
from curricle.jsontext import MalformedJsonError, parse_json
from curricle.triage.log import judge_log

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from curricle.failures.rules import RuleBook
    from curricle.triage.judge import Judge

_HINT: Final = 'each line is an object, at least {"id": "...", "log": "path", "bucket": "..."}'
_BUCKETS: Final = tuple(bucket for bucket in Bucket if bucket is not Bucket.UNKNOWN)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tested:
    """How the rules fared on known logs."""

    pairs: tuple[tuple[str, str, str], ...]
    """Id, the bucket it has, the bucket it was put into."""
    sent_to_patch: tuple[str, ...]
    """Ids of failures that nobody would patch and the rules would."""

    def f1_of(self, bucket: Bucket) -> float:
        """Return the F1 of one bucket, 0 to 1; 0 where it neither is nor was found."""
        found = Counter(
            (known == bucket.value, got == bucket.value) for _, known, got in self.pairs
        )
        right, wrong = found[True, True], found[True, False] + found[False, True]
        return 2 * right / (2 * right + wrong) if right else 0.0

    @property
    def macro_f1(self) -> float:
        """Return the mean F1 of the four buckets."""
        return sum(self.f1_of(bucket) for bucket in _BUCKETS) / len(_BUCKETS)

    def to_json(self) -> dict[str, Any]:
        """Return it as it stands in an answer."""
        return {
            "logs": len(self.pairs),
            "right": sum(known == got for _, known, got in self.pairs),
            "f1": {bucket.value: round(self.f1_of(bucket), 4) for bucket in _BUCKETS},
            "macro_f1": round(self.macro_f1, 4),
            "sent_to_patch": list(self.sent_to_patch),
            "wrong": [
                {"id": name, "bucket": known, "got": got}
                for name, known, got in self.pairs
                if known != got
            ],
        }

    def lines(self) -> list[str]:
        """Return it as lines of text."""
        told = self.to_json()
        lines = [f"{told['right']} of {told['logs']} logs right, macro-F1 {told['macro_f1']:.3f}"]
        lines += [f"  {name}: F1 {value:.2f}" for name, value in told["f1"].items()]
        lines += [f"{row['id']}: {row['bucket']}, got {row['got']}" for row in told["wrong"]]
        lines += [
            f"{name}: sent to the patch lane, and is none of the code's"
            for name in self.sent_to_patch
        ]
        return lines


def broken_examples(book: RuleBook) -> tuple[tuple[str, str], ...]:
    """Return the rules that cannot be used as they stand, each with the reason."""
    return tuple((rule.id, why) for rule in book.rules if (why := find_problem(rule)))


def backtest(judge: Judge, path: Path) -> Tested:
    """Return how the rules fare on the logs that a file lists.

    Raises:
        LogInvalidError: a line is no object with `id`, `log` and `bucket`, or a log cannot be read.
    """
    pairs = []
    sent = []
    for row in _rows(path):
        judged, _ = judge_log(judge, str(path.parent / row["log"]))
        got = judged.verdict.bucket
        pairs.append((row["id"], row["bucket"], got.value))
        acceptable = row.get("acceptable") or [row["bucket"]]
        if got is Bucket.CODE_REGRESSION and got.value not in acceptable:
            sent.append(row["id"])
    return Tested(pairs=tuple(pairs), sent_to_patch=tuple(sent))


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    for number, line in enumerate(read_file(path).split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            row = parse_json(line)
        except MalformedJsonError as error:
            raise LogInvalidError(str(path), error.why, line=number, hint=_HINT) from error
        if not isinstance(row, dict) or not _is_row(row):
            why = f"line {number} has no id, log and bucket"
            raise LogInvalidError(str(path), why, line=number, hint=_HINT)
        yield row


def _is_row(row: Mapping[str, Any]) -> bool:
    acceptable: Sequence[Any] = row.get("acceptable", [])
    return (
        all(isinstance(row.get(name), str) for name in ("id", "log", "bucket"))
        and row["bucket"] in {bucket.value for bucket in Bucket}
        and isinstance(acceptable, list)
    )
