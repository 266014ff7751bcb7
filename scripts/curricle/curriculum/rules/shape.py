"""Rules on ids, addresses and characters, and those that the JSON Schema states."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Final, TypeAlias

from curricle.curriculum.addresses import address_problem
from curricle.curriculum.placeholders import WHOLE, find_placeholder, may_hold_placeholder
from curricle.curriculum.rules.rule import Example, Hit, Rule, Subject, all_texts
from curricle.findings import Category, Severity
from curricle.pointers import pointer_to
from curricle.printable import has_control_characters, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from curricle.curriculum.values import (
        MasteryCheck,
        Node,
        PrerequisiteEvidence,
        Resource,
        Source,
    )
    from curricle.schema import Violation

    _Part: TypeAlias = Node | MasteryCheck | Resource | Source | PrerequisiteEvidence

ID_LENGTH_MAX: Final = 120
_PLAIN_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*")


def rule_of_violation(violation: Violation) -> Rule:
    """Return the rule that a violation of the JSON Schema falls under."""
    return _BY_KEYWORD.get(violation.keyword, _WRONG_VALUE)


def _duplicate_ids(subject: Subject) -> Iterator[Hit]:
    first: dict[str, int] = {}
    for at, node in enumerate(subject.curriculum.nodes):
        if first.setdefault(node.id, at) != at:
            other = subject.curriculum.nodes[first[node.id]]
            yield Hit(
                pointer_to("nodes", at, "id"),
                f"{node.id!r} is the id of {node.title!r} and of {other.title!r}"
                f" (node {first[node.id] + 1})",
            )


def _id_characters(subject: Subject) -> Iterator[Hit]:
    for at, node in enumerate(subject.curriculum.nodes):
        if _PLAIN_ID.fullmatch(node.id) and len(node.id) <= ID_LENGTH_MAX:
            continue
        shown = one_line(node.id, 60)
        if len(node.id) > ID_LENGTH_MAX:
            why = f"has {len(node.id)} characters, at most {ID_LENGTH_MAX} are allowed"
            yield Hit(pointer_to("nodes", at, "id"), f"the id {shown!r} {why}")
        elif re.search(r"[\s/\\]", node.id) or has_control_characters(node.id):
            why = "holds white space, a slash or a control character"
            yield Hit(pointer_to("nodes", at, "id"), f"the id {shown!r} {why}")
        else:
            why = "is not made of letters, digits, '.', '_', ':' and '-'"
            yield Hit(
                pointer_to("nodes", at, "id"), f"the id {shown!r} {why}", severity=Severity.WARNING
            )


def _resource_urls(subject: Subject) -> Iterator[Hit]:
    for at, node in enumerate(subject.curriculum.nodes):
        for index, resource in enumerate(node.resources):
            if why := address_problem(resource.url):
                shown = one_line(resource.url, 80)
                yield Hit(
                    pointer_to("nodes", at, "resources", index, "url"),
                    f"the address {shown!r} of {node.title!r} {why}",
                )


def _control_characters(subject: Subject) -> Iterator[Hit]:
    if subject.raw.isascii() and b"\\" not in subject.raw:
        return
    for path, text in all_texts(subject.curriculum):
        if not text.isprintable() and has_control_characters(text):
            yield Hit(
                pointer_to(*path), f"{one_line(text, 80)!r} holds a control or direction character"
            )


def _placeholders(subject: Subject) -> Iterator[Hit]:
    is_hinted = may_hold_placeholder(subject.raw)
    curriculum = subject.curriculum
    is_whole = curriculum.topic in WHOLE or any(map(_has_whole_placeholder, curriculum.nodes))
    if not is_hinted and not is_whole:
        return
    for path, text in all_texts(curriculum):
        # A question may well ask about a placeholder.
        if path[0] != "open_questions" and (found := find_placeholder(text)):
            yield Hit(pointer_to(*path), f"{path[-1]} still holds the placeholder {found!r}")


def _has_whole_placeholder(node: Node) -> bool:
    check = node.mastery_check
    return not (
        WHOLE.isdisjoint((node.title, node.capability, check.task, check.pass_criteria))
        and WHOLE.isdisjoint(node.core_ideas)
        and WHOLE.isdisjoint(node.pitfalls)
        and all(WHOLE.isdisjoint((resource.title, resource.role)) for resource in node.resources)
    )


def _unknown_fields(subject: Subject) -> Iterator[Hit]:
    curriculum = subject.curriculum
    for name in curriculum.extra:
        if name != "$schema":
            yield Hit(pointer_to(name), f"unknown field {one_line(name, 60)!r}")
    for at, node in enumerate(curriculum.nodes):
        parts: Iterator[_Part] = chain(node.resources, node.sources, node.prerequisite_evidence)
        for part in chain((node, node.mastery_check), parts):
            for name in part.extra:
                yield Hit(
                    pointer_to("nodes", at, *_path_in_node(node, part), name),
                    f"unknown field {one_line(name, 60)!r} in {node.title!r}",
                )


def _path_in_node(node: Node, part: _Part) -> tuple[str | int, ...]:
    if part is node:
        return ()
    for name in ("resources", "sources", "prerequisite_evidence"):
        for index, candidate in enumerate(getattr(node, name)):
            if candidate is part:
                return (name, index)
    return ("mastery_check",)


_MISSING_FIELD: Final = Rule(
    id="schema.missing-field",
    category=Category.SCHEMA,
    severity=Severity.ERROR,
    summary="Every field that the curriculum's schema requires is there.",
    hint="add the field; templates/examples/curriculum.json shows every field",
    example=Example(curriculum={"/nodes/0/capability": None}),
    check=None,
)
_WRONG_TYPE: Final = Rule(
    id="schema.wrong-type",
    category=Category.SCHEMA,
    severity=Severity.ERROR,
    summary="Every field has the JSON type that its schema states.",
    hint="write the value as the type the message names",
    example=Example(curriculum={"/nodes/0/estimate_minutes": "an hour"}),
    check=None,
)
_WRONG_VALUE: Final = Rule(
    id="schema.wrong-value",
    category=Category.SCHEMA,
    severity=Severity.ERROR,
    summary="Every value is within the limits that its schema states.",
    hint="change the value as the message says",
    example=Example(curriculum={"/nodes/0/estimate_minutes": 0}),
    check=None,
)
_BY_KEYWORD: Final[Mapping[str, Rule]] = {
    "required": _MISSING_FIELD,
    "type": _WRONG_TYPE,
    "anyOf": _WRONG_TYPE,
}

SHAPE_RULES: Final = (
    _MISSING_FIELD,
    _WRONG_TYPE,
    _WRONG_VALUE,
    Rule(
        id="schema.unknown-field",
        category=Category.SCHEMA,
        severity=Severity.WARNING,
        summary="Every field is one this version knows; others are kept but mean nothing to it.",
        hint="check the spelling, or leave it if another program needs the field",
        example=Example(curriculum={"/nodes/0/prerequisits": ["tables"]}),
        check=_unknown_fields,
    ),
    Rule(
        id="schema.duplicate-id",
        category=Category.SCHEMA,
        severity=Severity.ERROR,
        summary="No two nodes have the same id.",
        hint="give one of the two another id, and correct the prerequisites that mean it",
        example=Example(curriculum={"/nodes/1/id": "tables"}),
        check=_duplicate_ids,
    ),
    Rule(
        id="schema.id-characters",
        category=Category.SCHEMA,
        severity=Severity.ERROR,
        summary="An id is short and made of letters, digits, '.', '_', ':' and '-'.",
        hint="write the id as a short word such as `binary-search`",
        example=Example(curriculum={"/nodes/0/id": "tables\nand rows"}),
        check=_id_characters,
    ),
    Rule(
        id="schema.resource-url",
        category=Category.SCHEMA,
        severity=Severity.ERROR,
        summary="A resource's address is an http(s) URL with a host, or a path below inputs/.",
        hint="correct the address, or remove the resource",
        example=Example(curriculum={"/nodes/0/resources/0/url": "javascript:alert(1)"}),
        check=_resource_urls,
    ),
    Rule(
        id="schema.control-characters",
        category=Category.SCHEMA,
        severity=Severity.ERROR,
        summary="No text holds control characters or marks that change the writing direction.",
        hint="remove the character; it can make a text read as something else",
        example=Example(curriculum={"/nodes/0/title": "Tables\u202e"}),
        check=_control_characters,
    ),
    Rule(
        id="quality.placeholder",
        category=Category.QUALITY,
        severity=Severity.ERROR,
        summary="No text is a placeholder that somebody meant to replace.",
        hint="write the text, or remove the node",
        example=Example(curriculum={"/nodes/0/title": "replace_with_title"}),
        check=_placeholders,
    ),
)
