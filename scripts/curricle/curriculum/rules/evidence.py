"""Rules on evidence: what a node rests on, as much as the spec's evidence mode asks for.

`minimal` asks for nothing, `standard` for something to learn from, `strict` for citations,
confidence, a reason for every prerequisite, and open questions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from curricle.curriculum.rules.rule import Example, Hit, Rule, Subject
from curricle.curriculum.topic_spec import EvidenceMode
from curricle.findings import Category, Severity
from curricle.pointers import pointer_to
from curricle.printable import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator


def _unsupported(subject: Subject) -> Iterator[Hit]:
    if subject.needed_spec.evidence_mode is EvidenceMode.MINIMAL:
        return
    for at, node in enumerate(subject.curriculum.nodes):
        if not node.resources and not node.sources:
            yield Hit(pointer_to("nodes", at), f"{node.title!r} has neither resources nor sources")


def _uncited(subject: Subject) -> Iterator[Hit]:
    if subject.needed_spec.evidence_mode is not EvidenceMode.STRICT:
        return
    for at, node in enumerate(subject.curriculum.nodes):
        if not any(resource.citation for resource in node.resources):
            yield Hit(
                pointer_to("nodes", at, "resources"),
                f"none of the {len(node.resources)} resources of {node.title!r} has a citation",
            )


def _without_confidence(subject: Subject) -> Iterator[Hit]:
    if subject.needed_spec.evidence_mode is not EvidenceMode.STRICT:
        return
    for at, node in enumerate(subject.curriculum.nodes):
        if node.confidence is None:
            yield Hit(pointer_to("nodes", at), f"{node.title!r} has no confidence")


def _without_questions(subject: Subject) -> Iterator[Hit]:
    if subject.needed_spec.evidence_mode is not EvidenceMode.STRICT:
        return
    if not subject.curriculum.open_questions:
        yield Hit("", "the curriculum lists no open questions")


def _unexplained(subject: Subject) -> Iterator[Hit]:
    if subject.needed_spec.evidence_mode is not EvidenceMode.STRICT:
        return
    for at, node in enumerate(subject.curriculum.nodes):
        explained = {evidence.id for evidence in node.prerequisite_evidence}
        for index, name in enumerate(node.prerequisites):
            if name not in explained:
                yield Hit(
                    pointer_to("nodes", at, "prerequisites", index),
                    f"nothing says why {node.title!r} needs {one_line(name, 60)!r}",
                )


def _evidence_without_edge(subject: Subject) -> Iterator[Hit]:
    for at, node in enumerate(subject.curriculum.nodes):
        for index, evidence in enumerate(node.prerequisite_evidence):
            if evidence.id not in node.prerequisites:
                yield Hit(
                    pointer_to("nodes", at, "prerequisite_evidence", index, "id"),
                    f"{node.title!r} explains {one_line(evidence.id, 60)!r}, which is none of its"
                    " prerequisites",
                )


def _sources_out_of_range(subject: Subject) -> Iterator[Hit]:
    for at, node in enumerate(subject.curriculum.nodes):
        for index, source in enumerate(node.sources):
            lines = subject.line_counts.get(source.path)
            pointer = pointer_to("nodes", at, "sources", index)
            shown = one_line(source.path, 80)
            if lines is None:
                yield Hit(pointer + "/path", f"the run holds no document {shown!r}")
            elif not source.first_line <= source.last_line <= lines:
                yield Hit(
                    pointer,
                    f"{node.title!r} cites lines {source.first_line} to {source.last_line} of"
                    f" {shown}, which has {lines}",
                )
        for index, evidence in enumerate(node.prerequisite_evidence):
            if evidence.path is None or evidence.line is None:
                continue
            lines = subject.line_counts.get(evidence.path)
            if lines is None or evidence.line > lines:
                yield Hit(
                    pointer_to("nodes", at, "prerequisite_evidence", index),
                    f"{node.title!r} cites line {evidence.line} of"
                    f" {one_line(evidence.path, 80)!r}, which has {lines or 'no lines here'}",
                )


EVIDENCE_RULES: Final = (
    Rule(
        id="evidence.unsupported-node",
        category=Category.EVIDENCE,
        severity=Severity.ERROR,
        summary="In the modes standard and strict, every node has a resource or a source.",
        hint="name what it can be learned from, or set evidence_mode to minimal",
        example=Example(curriculum={"/nodes/3/resources": [], "/nodes/3/sources": None}),
        needs_spec=True,
        check=_unsupported,
    ),
    Rule(
        id="evidence.uncited-node",
        category=Category.EVIDENCE,
        severity=Severity.ERROR,
        summary="In the mode strict, every node has a resource with a citation.",
        hint="add `citation` to a resource, or set evidence_mode to standard",
        example=Example(
            curriculum={"/nodes/0/resources/0/citation": None},
            topic_spec={"/evidence_mode": "strict"},
        ),
        needs_spec=True,
        check=_uncited,
    ),
    Rule(
        id="evidence.no-confidence",
        category=Category.EVIDENCE,
        severity=Severity.ERROR,
        summary="In the mode strict, every node says how well its sources support it.",
        hint="add `confidence`, 0 to 1, or set evidence_mode to standard",
        example=Example(
            curriculum={"/nodes/0/confidence": None}, topic_spec={"/evidence_mode": "strict"}
        ),
        needs_spec=True,
        check=_without_confidence,
    ),
    Rule(
        id="evidence.no-open-questions",
        category=Category.EVIDENCE,
        severity=Severity.ERROR,
        summary="In the mode strict, the curriculum says what its sources could not settle.",
        hint="list what is open in `open_questions`, or set evidence_mode to standard",
        example=Example(
            curriculum={"/open_questions": None}, topic_spec={"/evidence_mode": "strict"}
        ),
        needs_spec=True,
        check=_without_questions,
    ),
    Rule(
        id="evidence.unexplained-prerequisite",
        category=Category.EVIDENCE,
        severity=Severity.ERROR,
        summary="In the mode strict, every prerequisite has a reason.",
        hint="add it to `prerequisite_evidence`, or set evidence_mode to standard",
        example=Example(
            curriculum={"/nodes/1/prerequisite_evidence": None},
            topic_spec={"/evidence_mode": "strict"},
        ),
        needs_spec=True,
        check=_unexplained,
    ),
    Rule(
        id="evidence.evidence-without-edge",
        category=Category.EVIDENCE,
        severity=Severity.WARNING,
        summary="Evidence for a prerequisite stands only where there is that prerequisite.",
        hint="add the prerequisite, or remove the evidence",
        example=Example(curriculum={"/nodes/1/prerequisite_evidence/0/id": "joins"}),
        check=_evidence_without_edge,
    ),
    Rule(
        id="evidence.source-out-of-range",
        category=Category.EVIDENCE,
        severity=Severity.ERROR,
        summary="Every cited line exists in a document of the run.",
        hint="correct the path or the lines; the document may have changed since",
        example=Example(curriculum={"/nodes/0/sources/0/last_line": 9999}),
        check=_sources_out_of_range,
    ),
)
