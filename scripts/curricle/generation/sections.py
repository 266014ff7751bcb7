"""What each section of a document is for, by its heading and by where it stands."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from curricle.curriculum.titles import title_key
from curricle.generation.document import PassageKind
from curricle.generation.roles import Role, role_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curricle.generation.document import Section

_PARTS: Final = frozenset(
    {
        Role.PREREQUISITES,
        Role.OUT_OF_SCOPE,
        Role.RESOURCES,
        Role.BOILERPLATE,
        Role.EXERCISES,
        Role.OBJECTIVES,
        Role.PITFALLS,
    }
)
"""Under these, a heading is content and names no concept."""


def find_title_section(sections: Sequence[Section]) -> int | None:
    """Return the one top heading that is the document's title, or None."""
    tops = [at for at, section in enumerate(sections) if section.level == 1]
    if len(tops) != 1 or tops[0] != 1 or len(sections) == 2:  # noqa: PLR2004 - only a heading
        return None
    return tops[0]


def roles_of(sections: Sequence[Section], title_section: int | None) -> list[Role]:
    """Return each section's role; below a list of references or the like, all is part of it."""
    lists_topics = any(
        role_of(section.title) is Role.TOPICS
        and any(passage.kind is PassageKind.ITEM for passage in section.passages)
        for section in sections[1:]
    )
    roles = _roles_given(sections, title_section, is_one_of_many=lists_topics)
    own = [role for at, role in enumerate(roles) if at not in {0, title_section}]
    if title_section is not None and Role.CONCEPT in own and not lists_topics:
        # Where nothing but headings such as "Notes" is left, they are parts of the title's concept.
        strict = _roles_given(sections, title_section, is_one_of_many=True)
        if all(
            strict[at] is not Role.CONCEPT for at in range(1, len(sections)) if at != title_section
        ):
            return strict
    return roles


def _roles_given(
    sections: Sequence[Section], title_section: int | None, *, is_one_of_many: bool
) -> list[Role]:
    titles = Counter(title_key(section.title) for section in sections)
    roles: list[Role] = []
    for section in sections:
        above = section.parent
        if above and above != title_section and roles[above] in _PARTS:
            roles.append(roles[above])
            continue
        repeats = titles[title_key(section.title)] > 1
        roles.append(role_of(section.title, is_one_of_many=is_one_of_many or repeats))
    return roles
