"""The topic spec: what to teach, to whom, within which limits; and when it is ready.

Reading bytes is `stages/reading.py`; filling the spec from a document is
`generation/intake.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from curricle.curriculum.placeholders import find_placeholder
from curricle.pointers import pointer_to
from curricle.schema import DocumentKind, Violation, check_document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Depth(StrEnum):
    """How far each concept is taken."""

    SURVEY = "survey"
    PRACTICAL = "practical"
    MASTERY = "mastery"


class EvidenceMode(StrEnum):
    """How much evidence each node must carry."""

    MINIMAL = "minimal"
    STANDARD = "standard"
    STRICT = "strict"


class DomainMode(StrEnum):
    """Whether the field is settled or still moving."""

    MATURE = "mature"
    FRONTIER = "frontier"


@dataclass(frozen=True, kw_only=True, slots=True)
class Constraints:
    """Limits of time, depth and size."""

    hours_per_week: float
    total_hours_min: float
    total_hours_max: float
    depth: Depth
    node_count_min: int | None = None
    node_count_max: int | None = None
    max_prerequisites_per_node: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ContextPack:
    """What else to draw on."""

    domain: str = ""
    focus_terms: tuple[str, ...] = ()
    """What has one in its title is the last to be merged or left for later."""
    local_paths: tuple[str, ...] = ()
    """Relative to the run's `inputs/context/`."""
    preferred_resource_kinds: tuple[str, ...] = ()
    required_outcomes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class TopicSpec:
    """A ready request for a curriculum: what a provider acts on."""

    goal: str
    audience: str
    prerequisites: tuple[str, ...]
    """What learners know already."""
    scope_in: tuple[str, ...]
    scope_out: tuple[str, ...]
    constraints: Constraints
    domain_mode: DomainMode
    evidence_mode: EvidenceMode
    misconceptions: tuple[str, ...] = ()
    context_pack: ContextPack = ContextPack()

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> TopicSpec:
        """Return the spec of a document for which `spec_problems` is empty."""
        limits = document["constraints"]
        pack = document.get("context_pack", {})
        return cls(
            goal=document["goal"],
            audience=document["audience"],
            prerequisites=tuple(document["prerequisites"]),
            scope_in=tuple(document["scope_in"]),
            scope_out=tuple(document["scope_out"]),
            constraints=Constraints(**{**limits, "depth": Depth(limits["depth"])}),
            domain_mode=DomainMode(document["domain_mode"]),
            evidence_mode=EvidenceMode(document["evidence_mode"]),
            misconceptions=tuple(document.get("misconceptions", ())),
            context_pack=ContextPack(
                domain=pack.get("domain", ""),
                focus_terms=tuple(pack.get("focus_terms", ())),
                local_paths=tuple(str(PurePosixPath(p)) for p in pack.get("local_paths", ())),
                preferred_resource_kinds=tuple(pack.get("preferred_resource_kinds", ())),
                required_outcomes=tuple(pack.get("required_outcomes", ())),
            ),
        )


def spec_problems(document: object) -> tuple[Violation, ...]:
    """Return what makes a spec invalid: its schema, limits that contradict, paths that escape."""
    violations = check_document(DocumentKind.TOPIC_SPEC, document)
    if violations or not isinstance(document, dict):
        return violations
    return (*_contradictions(document["constraints"]), *_escaping_paths(document))


def unready_fields(document: Mapping[str, Any]) -> tuple[Violation, ...]:
    """Return what a valid spec still lacks: placeholders, blanks, an empty `scope_in`."""
    missing = list(_placeholders(document, ""))
    if not document["scope_in"]:
        missing.append(
            Violation(keyword="unready", pointer="/scope_in", message="names nothing to teach")
        )
    return tuple(missing)


_PAIRED_LIMITS: Final = (
    ("total_hours_min", "total_hours_max"),
    ("node_count_min", "node_count_max"),
)


def _contradictions(limits: Mapping[str, Any]) -> Iterator[Violation]:
    for low, high in _PAIRED_LIMITS:
        if low in limits and high in limits and limits[low] > limits[high]:
            yield Violation(
                keyword="limits",
                pointer=f"/constraints/{low}",
                message=f"{low} {limits[low]} is more than {high} {limits[high]}",
            )


def _escaping_paths(document: Mapping[str, Any]) -> Iterator[Violation]:
    for at, text in enumerate(document.get("context_pack", {}).get("local_paths", ())):
        path = PurePosixPath(text)
        if path.is_absolute() or ".." in path.parts or "\\" in text or "\0" in text:
            yield Violation(
                keyword="local_path",
                pointer=pointer_to("context_pack", "local_paths", at),
                message=f"{text!r} leads out of inputs/context/",
            )


def _placeholders(value: object, pointer: str) -> Iterator[Violation]:
    if isinstance(value, str):
        if value.isspace():
            yield Violation(keyword="unready", pointer=pointer, message="is blank")
        elif found := find_placeholder(value):
            yield Violation(
                keyword="unready", pointer=pointer, message=f"still holds the placeholder {found!r}"
            )
    elif isinstance(value, dict):
        for key, member in value.items():
            if key != "$schema":
                yield from _placeholders(member, pointer + pointer_to(key))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from _placeholders(item, pointer + pointer_to(at))
