"""Makes one of concepts that have one name, and tells which."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from curricle.curriculum.titles import bracketed, title_key
from curricle.generation.outline import Concept, Merged, Outline

if TYPE_CHECKING:
    from collections.abc import Sequence


def merge_duplicates(outline: Outline) -> Outline:
    """Return the outline with concepts of one name made one; the first with text stays."""
    homes: dict[tuple[str, ...], int] = {}
    home_of: list[int] = []
    for at, concept in enumerate(outline.concepts):
        keys = [key for key in _names(concept) if key]
        known = next((homes[key] for key in keys if key in homes), at)
        for key in keys:
            homes.setdefault(key, known)
        home_of.append(known)
    kept: dict[int, Concept] = {}
    merged = list(outline.merged)
    for at, concept in enumerate(outline.concepts):
        home = home_of[at]
        if home == at:
            kept[at] = concept
            continue
        target = kept[home]
        kept[home] = join(target, concept)
        merged.append(
            Merged(
                title=concept.title,
                line=concept.line,
                into=target.title,
                reason=f"names the same concept as line {target.line}",
            )
        )
    places = {at: place for place, at in enumerate(kept)}
    concepts = tuple(
        replace(concept, parent=_place(home_of, places, concept.parent, at))
        for at, concept in kept.items()
    )
    return replace(outline, concepts=concepts, merged=tuple(merged))


def join(target: Concept, concept: Concept) -> Concept:
    """Return `target` with what the document says of `concept` added."""
    return replace(
        target,
        prose=target.prose + concept.prose,
        objectives=target.objectives + concept.objectives,
        pitfalls=target.pitfalls + concept.pitfalls,
        requires=target.requires + concept.requires,
        exercises=target.exercises + concept.exercises,
        links=target.links + concept.links,
        aliases=(*target.aliases, concept.title, *concept.aliases),
        other_lines=(
            *target.other_lines,
            (concept.line, concept.last_line),
            *concept.other_lines,
        ),
        is_unwritten=target.is_unwritten and concept.is_unwritten,
    )


def _names(concept: Concept) -> tuple[tuple[str, ...], ...]:
    """Return the keys under which a concept may stand elsewhere: its title, an abbreviation."""
    inside = [title_key(part) for part in bracketed(concept.title) if part.isupper()]
    return (title_key(concept.title), *inside)


def _place(
    home_of: Sequence[int], places: dict[int, int], parent: int | None, at: int
) -> int | None:
    if parent is None or home_of[parent] == at:
        return None
    return places[home_of[parent]]
