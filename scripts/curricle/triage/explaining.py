"""Why a failure fell into its bucket, for a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from curricle.printable import one_line

if TYPE_CHECKING:
    from curricle.triage.judge import Judged

_TEXT_LENGTH_MAX: Final = 200
_HITS_MAX: Final = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldBucket:
    """A bucket, and the rules that hold, the one that decided first."""

    bucket: str
    why: str
    fingerprint: str
    facts: tuple[str, ...]
    tools: tuple[str, ...]
    hits: tuple[dict[str, Any], ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as it stands in an answer."""
        return {
            "bucket": self.bucket,
            "why": self.why,
            "fingerprint": self.fingerprint,
            "facts": list(self.facts),
            "tools": list(self.tools),
            "hits": list(self.hits),
        }

    def lines(self) -> list[str]:
        """Return it as lines of text."""
        lines = [
            f"bucket:      {self.bucket}",
            f"why:         {self.why}",
            f"fingerprint: {self.fingerprint}",
            f"tools:       {', '.join(self.tools) or '-'}",
        ]
        for hit in self.hits:
            lines.append(f"{hit['score']:>4}  {hit['rule']} ({hit['bucket']}), line {hit['line']}")
            lines.append(f"    > {hit['text']}")
        return lines


def explain_bucket(judged: Judged) -> ToldBucket:
    """Return what a verdict rests on."""
    return ToldBucket(
        bucket=judged.verdict.bucket.value,
        why=judged.verdict.why,
        fingerprint=one_line(judged.identity.fingerprint),
        facts=tuple(one_line(fact) for fact in judged.identity.facts),
        tools=tuple(sorted(judged.failure.tools)),
        hits=tuple(
            {
                "rule": hit.rule.id,
                "bucket": hit.rule.bucket.value,
                "priority": hit.rule.priority,
                "score": hit.score,
                "line": hit.line.number,
                "text": one_line(hit.line.text, _TEXT_LENGTH_MAX),
            }
            for hit in judged.verdict.hits[:_HITS_MAX]
        ),
    )
