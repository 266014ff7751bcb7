from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from curricle.curriculum.topic_spec import Depth
from curricle.generation.concepts import find_concepts
from curricle.generation.document import parse_document
from curricle.generation.effort import minutes_for

if TYPE_CHECKING:
    from curricle.generation.outline import Concept


def concept(text: str) -> Concept:
    return find_concepts(parse_document(f"# T\n\n## Loops\n\n{text}\n\n## Else\n")).concepts[0]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("Duration: 45 minutes", 45),
        ("Time: about 2 hours", 120),
        ("Estimated time: 1-2 hours", 90),
        ("Effort: 1.5 hrs", 90),
        ("3 hours per week for 4 weeks", 720),
        ("2-4 hours/week, 10 weeks", 1800),
        ("Duration: 1 minute", 5),
        ("Duration: 33 minutes", 35),
    ],
)
def test_what_the_document_says_counts_whatever_the_depth(text: str, minutes: int) -> None:
    assert {minutes_for(concept(text), depth) for depth in Depth} == {minutes}


@pytest.mark.parametrize(
    "text", ["It took 45 minutes.", "```\nDuration: 45 minutes\n```", "Two weeks later, 5 hours."]
)
def test_a_time_that_is_told_in_passing_does_not_count(text: str) -> None:
    assert minutes_for(concept(text), Depth.SURVEY) <= 20


def test_deeper_takes_longer_and_so_do_more_to_read_and_more_to_do() -> None:
    short, long = concept("They repeat."), concept("They repeat. " * 100)
    tasks = concept("They repeat.\n\n### Exercises\n\n- One\n- Two\n- Three")
    by_depth = [
        minutes_for(short, depth) for depth in (Depth.SURVEY, Depth.PRACTICAL, Depth.MASTERY)
    ]
    assert by_depth == sorted(set(by_depth))
    assert minutes_for(long, Depth.PRACTICAL) > minutes_for(short, Depth.PRACTICAL)
    assert minutes_for(tasks, Depth.PRACTICAL) > minutes_for(short, Depth.PRACTICAL)
    assert all(minutes % 5 == 0 for minutes in by_depth)
