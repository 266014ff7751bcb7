"""How many minutes a concept takes: by depth, by how much there is to read and to do.

Rough by nature, the same for the same text. Where the document itself says how long something
takes, that is what counts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from curricle.curriculum.topic_spec import Depth
from curricle.generation.document import PassageKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curricle.generation.outline import Concept

_BASE: Final[Mapping[Depth, int]] = {Depth.SURVEY: 15, Depth.PRACTICAL: 30, Depth.MASTERY: 50}
_PER_TASK: Final[Mapping[Depth, int]] = {Depth.SURVEY: 5, Depth.PRACTICAL: 10, Depth.MASTERY: 20}
_WORDS_PER_MINUTE: Final[Mapping[Depth, int]] = {
    Depth.SURVEY: 120,
    Depth.PRACTICAL: 60,
    Depth.MASTERY: 30,
}
"""Words studied, not skimmed: reading, rereading and trying out."""
_STEP: Final = 5

_HOURS_A_WEEK: Final = re.compile(
    r"(\d+(?:\.\d+)?)\s*(?:[-–]\s*(\d+(?:\.\d+)?))?\s*(?:hours?|hrs?|h)\s*(?:/|per|a)\s*week",  # noqa: RUF001
    re.IGNORECASE,
)
_WEEKS: Final = re.compile(r"\b(\d{1,3})\s*weeks?\b", re.IGNORECASE)
_DURATION: Final = re.compile(
    r"^\W*(?:duration|(?:estimated |study )?time|time needed|effort|workload)\s*:\s*"
    r"(?:about|approx\.?|~)?\s*(\d+(?:\.\d+)?)\s*(?:[-–]\s*(\d+(?:\.\d+)?)\s*)?"  # noqa: RUF001
    r"(minutes?|mins?|hours?|hrs?)\b",
    re.IGNORECASE,
)


def minutes_for(concept: Concept, depth: Depth) -> int:
    """Return the minutes that a learner needs, a multiple of five."""
    if (stated := _stated_minutes(concept)) is not None:
        return max(_STEP, _to_step(stated))
    words = sum(
        len(passage.text.split())
        for passage in (*concept.prose, *concept.pitfalls)
        if passage.kind is not PassageKind.CODE
    )
    code = sum(passage.kind is PassageKind.CODE for passage in concept.prose)
    tasks = len(concept.objectives) + len(concept.exercises) + code
    minutes = _BASE[depth] + words / _WORDS_PER_MINUTE[depth] + tasks * _PER_TASK[depth]
    return max(_STEP, _to_step(minutes))


def _stated_minutes(concept: Concept) -> float | None:
    """Return what the concept's rows and items state: minutes, hours, or weeks of hours."""
    for passage in concept.prose:
        if passage.kind is PassageKind.CODE:
            continue
        text = passage.text
        weekly, weeks = _HOURS_A_WEEK.search(text), _WEEKS.search(text)
        if weekly and weeks:
            return _middle(weekly[1], weekly[2]) * 60 * int(weeks[1])
        if found := _DURATION.search(text):
            unit = 60 if found[3].lower().startswith("h") else 1
            return _middle(found[1], found[2]) * unit
    return None


def _middle(low: str, high: str | None) -> float:
    return (float(low) + float(high or low)) / 2


def _to_step(minutes: float) -> int:
    return round(minutes / _STEP) * _STEP
