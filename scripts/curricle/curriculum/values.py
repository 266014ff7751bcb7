"""The curriculum as frozen values, and its way from and to JSON.

`from_json` expects a document that passed its schema. Fields this version does not know are kept
in `extra`, so that a document made elsewhere comes out as it went in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from curricle.curriculum.graph import graph_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curricle.curriculum.graph import Graph

_NOTHING: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class MasteryCheck:
    """How one sees that a learner has got it."""

    task: str
    pass_criteria: str
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Resource:
    """Something to learn from."""

    title: str
    url: str
    """http(s), or a path inside the run with an optional `#L3-L9`."""
    kind: str
    role: str
    citation: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where in the run's documents a node comes from; lines are 1-based and inclusive."""

    path: str
    first_line: int
    last_line: int
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class PrerequisiteEvidence:
    """Why a node needs one of its prerequisites."""

    id: str
    reason: str
    path: str | None = None
    line: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """One concept to learn."""

    id: str
    title: str
    capability: str
    prerequisites: tuple[str, ...]
    core_ideas: tuple[str, ...]
    pitfalls: tuple[str, ...]
    mastery_check: MasteryCheck
    estimate_minutes: float
    resources: tuple[Resource, ...]
    confidence: float | None = None
    sources: tuple[Source, ...] = ()
    prerequisite_evidence: tuple[PrerequisiteEvidence, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Node:
        """Return the node of a schema-valid JSON object."""
        check = document["mastery_check"]
        return cls(
            id=document["id"],
            title=document["title"],
            capability=document["capability"],
            prerequisites=tuple(document["prerequisites"]),
            core_ideas=tuple(document["core_ideas"]),
            pitfalls=tuple(document["pitfalls"]),
            mastery_check=MasteryCheck(
                task=check["task"],
                pass_criteria=check["pass_criteria"],
                extra=_rest(check, _MASTERY_FIELDS),
            ),
            estimate_minutes=document["estimate_minutes"],
            resources=tuple(map(_resource, document["resources"])),
            confidence=document.get("confidence"),
            sources=tuple(map(_source, document.get("sources", ()))),
            prerequisite_evidence=tuple(map(_evidence, document.get("prerequisite_evidence", ()))),
            extra=_rest(document, _NODE_FIELDS),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object; optional fields that are empty are left out."""
        document: dict[str, Any] = {
            **self.extra,
            "id": self.id,
            "title": self.title,
            "capability": self.capability,
            "prerequisites": list(self.prerequisites),
            "core_ideas": list(self.core_ideas),
            "pitfalls": list(self.pitfalls),
            "mastery_check": {
                **self.mastery_check.extra,
                "task": self.mastery_check.task,
                "pass_criteria": self.mastery_check.pass_criteria,
            },
            "estimate_minutes": self.estimate_minutes,
            "resources": [_resource_json(resource) for resource in self.resources],
        }
        if self.confidence is not None:
            document["confidence"] = self.confidence
        if self.sources:
            document["sources"] = [_source_json(source) for source in self.sources]
        if self.prerequisite_evidence:
            document["prerequisite_evidence"] = [
                _evidence_json(evidence) for evidence in self.prerequisite_evidence
            ]
        return document


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenQuestion:
    """Something the sources could not settle."""

    question: str
    related_nodes: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Curriculum:
    """Concepts and what they build on."""

    topic: str
    nodes: tuple[Node, ...]
    open_questions: tuple[OpenQuestion, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Curriculum:
        """Return the curriculum of a schema-valid JSON object."""
        return cls(
            topic=document["topic"],
            nodes=tuple(map(Node.from_json, document["nodes"])),
            open_questions=tuple(map(_question, document.get("open_questions", ()))),
            extra=_rest(document, _CURRICULUM_FIELDS),
        )

    def to_graph(self) -> Graph:
        """Return the graph of known, distinct prerequisites."""
        ids = [node.id for node in self.nodes]
        return graph_of(ids, (node.prerequisites for node in self.nodes))

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object; a question without further facts is a plain string."""
        document: dict[str, Any] = {
            **self.extra,
            "topic": self.topic,
            "nodes": [node.to_json() for node in self.nodes],
        }
        if self.open_questions:
            document["open_questions"] = [_question_json(q) for q in self.open_questions]
        return document


_CURRICULUM_FIELDS: Final = frozenset({"topic", "nodes", "open_questions"})
_NODE_FIELDS: Final = frozenset(Node.__slots__) - {"extra"}
_MASTERY_FIELDS: Final = frozenset(MasteryCheck.__slots__) - {"extra"}
_RESOURCE_FIELDS: Final = frozenset(Resource.__slots__) - {"extra"}
_SOURCE_FIELDS: Final = frozenset(Source.__slots__) - {"extra"}
_EVIDENCE_FIELDS: Final = frozenset(PrerequisiteEvidence.__slots__) - {"extra"}
_QUESTION_FIELDS: Final = frozenset(OpenQuestion.__slots__) - {"extra"}


def _rest(document: Mapping[str, Any], known: frozenset[str]) -> Mapping[str, Any]:
    if document.keys() <= known:
        return _NOTHING
    return {key: value for key, value in document.items() if key not in known}


def _resource(document: Mapping[str, Any]) -> Resource:
    return Resource(
        title=document["title"],
        url=document["url"],
        kind=document["kind"],
        role=document["role"],
        citation=document.get("citation"),
        extra=_rest(document, _RESOURCE_FIELDS),
    )


def _resource_json(resource: Resource) -> dict[str, Any]:
    document = {
        **resource.extra,
        "title": resource.title,
        "url": resource.url,
        "kind": resource.kind,
        "role": resource.role,
    }
    if resource.citation is not None:
        document["citation"] = resource.citation
    return document


def _source(document: Mapping[str, Any]) -> Source:
    return Source(
        path=document["path"],
        first_line=document["first_line"],
        last_line=document["last_line"],
        extra=_rest(document, _SOURCE_FIELDS),
    )


def _source_json(source: Source) -> dict[str, Any]:
    return {
        **source.extra,
        "path": source.path,
        "first_line": source.first_line,
        "last_line": source.last_line,
    }


def _evidence(document: Mapping[str, Any]) -> PrerequisiteEvidence:
    return PrerequisiteEvidence(
        id=document["id"],
        reason=document["reason"],
        path=document.get("path"),
        line=document.get("line"),
        extra=_rest(document, _EVIDENCE_FIELDS),
    )


def _evidence_json(evidence: PrerequisiteEvidence) -> dict[str, Any]:
    document: dict[str, Any] = {**evidence.extra, "id": evidence.id, "reason": evidence.reason}
    if evidence.path is not None:
        document["path"] = evidence.path
    if evidence.line is not None:
        document["line"] = evidence.line
    return document


def _question(document: str | Mapping[str, Any]) -> OpenQuestion:
    if isinstance(document, str):
        return OpenQuestion(question=document)
    return OpenQuestion(
        question=document["question"],
        related_nodes=tuple(document.get("related_nodes", ())),
        extra=_rest(document, _QUESTION_FIELDS),
    )


def _question_json(question: OpenQuestion) -> str | dict[str, Any]:
    if not question.related_nodes and not question.extra:
        return question.question
    document: dict[str, Any] = {**question.extra, "question": question.question}
    if question.related_nodes:
        document["related_nodes"] = list(question.related_nodes)
    return document
