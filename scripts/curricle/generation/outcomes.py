"""Says what a learner can do with a concept, and what shows it, in the document's words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from curricle.curriculum.placeholders import find_placeholder
from curricle.curriculum.topic_spec import Depth
from curricle.curriculum.values import MasteryCheck
from curricle.curriculum.verbs import leading_verb, starts_unobservable
from curricle.generation.wording import checks, key_terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curricle.generation.outline import Concept

_OBJECTIVES_IN_CAPABILITY: Final = 3


def capability_of(
    concept: Concept,
    objectives: Sequence[str],
    ideas: Sequence[str],
    parts: Sequence[str],
    depth: Depth,
) -> str:
    """Return what a learner can do: the first objectives, else what the text is about."""
    if objectives:
        shown = [_observable(text) for text in objectives[:_OBJECTIVES_IN_CAPABILITY]]
        return _sentence("; ".join([shown[0], *map(_lower_first, shown[1:])]))
    if parts:
        return f"Relate {listed(parts)} to each other as parts of {concept.title}"
    told = f": {ideas[0]}" if ideas else ""
    if find_placeholder(concept.title + told) is not None:
        told = ""  # a title that ends in "TODO" is none, but reads as one before a colon
    match depth:
        case Depth.SURVEY:
            return f"Say what {concept.title} is about{told}"
        case Depth.PRACTICAL:
            return f"Explain and apply {concept.title}{told}"
        case Depth.MASTERY:
            return f"Explain {concept.title}, apply it and judge its limits{told}"


def mastery_check_of(
    concept: Concept,
    objectives: Sequence[str],
    before: Sequence[str],
    parts: Sequence[str],
    depth: Depth,
) -> MasteryCheck:
    """Return what shows it: the text's own exercise, else the last objective, else a task."""
    given = checks(concept)
    terms = key_terms(concept)
    if parts:
        task = f"Draw how {listed(parts)} fit together, and explain the drawing"
    elif given:
        task = given[0]
        if starts_unobservable(task):
            task = f"Explain your answer to: {task}"
    elif objectives:
        task = f"Show it: {_lower_first(_observable(objectives[-1]).rstrip('.'))}"
    elif depth is Depth.SURVEY:
        task = f"Tell somebody in two minutes what {concept.title} is about"
    elif depth is Depth.PRACTICAL:
        task = f"Explain {concept.title} with an example that the text does not give"
    else:
        task = f"Solve a case with {concept.title}, then describe one that it does not fit"
    criteria = [f"uses correctly: {', '.join(terms)}"] if terms else []
    if len(objectives) > 1:
        criteria.append(f"meets all {len(objectives)} objectives of the document")
    if before and not parts:
        criteria.append(f"says how it builds on {listed(before)}")
    if not criteria:
        criteria.append(f"somebody who does not know {concept.title} yet can repeat it correctly")
    return MasteryCheck(task=task, pass_criteria=_sentence("; ".join(criteria)))


def listed(items: Sequence[str]) -> str:
    """Return "a, b and c"."""
    if len(items) == 1:
        return items[0]
    return f"{', '.join(items[:-1])} and {items[-1]}"


def _observable(objective: str) -> str:
    """Return an objective with a verb that can be seen in the place of "know" or "understand"."""
    text = objective.strip().rstrip(" .;")
    text = re.sub(r"^(?:know|learn|understand) how to\s+", "", text, flags=re.IGNORECASE)
    text = re.sub(r"^be able to\s+", "", text, flags=re.IGNORECASE)
    if leading_verb(text) in {"know", "understand", "learn", "comprehend", "grasp"}:
        text = re.sub(
            r"^(?:know|understand|learn|comprehend|grasp)(?:s|ing)?(?: about| of| that)?\b",
            "explain",
            text,
            count=1,
            flags=re.IGNORECASE,
        )
    return _sentence(text)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower_first(text: str) -> str:
    # An abbreviation or a name in code stays as it is.
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
