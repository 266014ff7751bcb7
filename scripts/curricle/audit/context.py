"""Which sources a curriculum was made from, and which were left out on purpose."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from curricle.audit.told import object_of, text_of
from curricle.curriculum.titles import title_key
from curricle.generation.document import parse_document
from curricle.generation.selection import ScopeMode
from curricle.layout import CONTEXT, GENERATION_NOTES, SCOPE, TOPIC_SPEC, Stage
from curricle.runs.freshness import SELECTION
from curricle.runs.record import EVENT_STAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from curricle.audit.kept import Kept
    from curricle.audit.told import Sorted
    from curricle.runs.journal import Entry

KIND_SCOPE_OUT: Final = "scope_out"
KIND_SECTION: Final = "section"
KIND_CONTEXT: Final = "context_file"
KIND_LEFT_OUT: Final = "left_out"


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A document that stages read."""

    path: str
    digest: str
    stages: tuple[str, ...]
    """Which, in the order in which they first did."""
    part: str | None
    """Of a scope document: what of it counted, in words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Excluded:
    """Something that the record says was not to be used."""

    kind: str
    what: str
    why: str
    said_by: str
    """The document that says so."""
    digest: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """What stages read, and what the last curriculum was not made from."""

    used: tuple[Source, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)
    """Documents that would say what was excluded and are not kept: path to digest."""


def find_context(entries: Sorted, kept: Kept) -> Context:
    """Return what was used by any stage, and what the last curriculum was not made from."""
    made = _last_generated(entries)
    excluded: tuple[Excluded, ...] = ()
    unread: dict[str, str] = {}
    if made is not None:
        inputs, outputs = made.data["inputs"], made.data["outputs"]
        spec = kept.document(inputs.get(TOPIC_SPEC))
        notes = kept.document(outputs.get(GENERATION_NOTES))
        scope = kept.text(inputs.get(SCOPE))
        read = {TOPIC_SPEC: spec, SCOPE: scope, GENERATION_NOTES: notes}
        digests = {**inputs, **outputs}
        unread = {
            path: digests[path] for path, found in read.items() if path in digests and found is None
        }
        selection = object_of(made.data["parameters"], SELECTION)
        excluded = (
            *_out_of_scope(spec or {}, inputs.get(TOPIC_SPEC)),
            *_sections_left(scope or "", selection, inputs.get(SCOPE)),
            *(_context_left(spec, inputs) if spec is not None else ()),
            *_left_out(notes or {}, outputs.get(GENERATION_NOTES)),
        )
    passed_over = {one.digest for one in excluded if one.kind == KIND_CONTEXT}
    used = tuple(one for one in _sources(entries) if one.digest not in passed_over)
    return Context(used=used, excluded=excluded, unread=unread)


def _last_generated(entries: Sorted) -> Entry | None:
    made = [one for one in entries.of(EVENT_STAGE) if one.data["stage"] == Stage.GENERATED]
    return made[-1] if made else None


def _sources(entries: Sorted) -> Iterator[Source]:
    stages: dict[tuple[str, str], dict[str, None]] = {}
    parts: dict[tuple[str, str], str] = {}
    for entry in entries.of(EVENT_STAGE):
        for path, digest in entry.data["inputs"].items():
            if not path.startswith("inputs/"):
                continue
            stages.setdefault((path, digest), {})[entry.data["stage"]] = None
            if path == SCOPE and SELECTION in entry.data["parameters"]:
                parts[path, digest] = _part(object_of(entry.data["parameters"], SELECTION))
    for path, digest in sorted(stages):
        yield Source(
            path=path,
            digest=digest,
            stages=tuple(stages[path, digest]),
            part=parts.get((path, digest)),
        )


def _part(selection: Mapping[str, Any]) -> str:
    match text_of(selection, "mode"):
        case ScopeMode.SECTION.value:
            sections = selection.get("sections")
            named = sections if isinstance(sections, list) else []
            return f"the sections {', '.join(map(str, named))}"
        case ScopeMode.SEED_LIST.value:
            return "its lines as a list of seeds"
        case _:
            return "the whole document"


def _out_of_scope(spec: Mapping[str, Any], digest: str | None) -> Iterator[Excluded]:
    for text in _texts(spec, "scope_out"):
        yield Excluded(
            kind=KIND_SCOPE_OUT,
            what=text,
            why="the topic spec puts it out of scope",
            said_by=TOPIC_SPEC,
            digest=digest,
        )


def _sections_left(
    text: str, selection: Mapping[str, Any], digest: str | None
) -> Iterator[Excluded]:
    if text_of(selection, "mode") != ScopeMode.SECTION.value:
        return
    sections = parse_document(text).sections
    chosen = {title_key(heading) for heading in _texts(selection, "sections")}
    taken: set[int] = set()
    for at, section in enumerate(sections):
        if section.parent in taken or (at and title_key(section.title) in chosen):
            taken.add(at)
        elif section.title:
            yield Excluded(
                kind=KIND_SECTION,
                what=section.title,
                why="another part of the document was selected",
                said_by=SCOPE,
                digest=digest,
            )


def _context_left(spec: Mapping[str, Any], inputs: Mapping[str, str]) -> Iterator[Excluded]:
    paths = _texts(object_of(spec, "context_pack"), "local_paths")
    named = {str(PurePosixPath(path)) for path in paths}
    for path, digest in sorted(inputs.items()):
        if path.startswith(f"{CONTEXT}/") and path.removeprefix(f"{CONTEXT}/") not in named:
            yield Excluded(
                kind=KIND_CONTEXT,
                what=path,
                why="it was given, and context_pack.local_paths does not name it",
                said_by=TOPIC_SPEC,
                digest=digest,
            )


def _left_out(notes: Mapping[str, Any], digest: str | None) -> Iterator[Excluded]:
    found = notes.get("left_out")
    for one in found if isinstance(found, list) else []:
        if isinstance(one, dict):
            yield Excluded(
                kind=KIND_LEFT_OUT,
                what=str(one.get("title")),
                why=str(one.get("reason")),
                said_by=GENERATION_NOTES,
                digest=digest,
            )


def _texts(document: Mapping[str, Any], name: str) -> list[str]:
    found = document.get(name)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []
