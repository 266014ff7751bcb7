"""From two revisions of a curriculum to what changed between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from curricle.canonical import document_bytes, sha256_hex
from curricle.curriculum.diff import Diff, diff_curricula
from curricle.errors import CurriculumInvalidError
from curricle.layout import DIFF_PAGE, DIFF_REPORT
from curricle.schema import DocumentKind, check_document
from curricle.stages.diff_page import render_diff_page
from curricle.stages.reading import read_curriculum

if TYPE_CHECKING:
    from curricle.curriculum.topic_spec import TopicSpec


def compare(
    before: bytes | None, after: bytes, spec: TopicSpec | None
) -> tuple[Diff, dict[str, Any]]:
    """Return what changed, and the report of it.

    Raises:
        CurriculumInvalidError: one of the two cannot be compared.
    """
    diff = diff_curricula(
        None if before is None else comparable(before, "the earlier revision"),
        comparable(after, "the later revision"),
        hours_per_week=spec.constraints.hours_per_week if spec else None,
    )
    report = diff.to_json(
        from_sha256=None if before is None else sha256_hex(before), to_sha256=sha256_hex(after)
    )
    return diff, report


def iterate(before: bytes | None, after: bytes, spec: TopicSpec | None) -> dict[str, bytes]:
    """Return the bytes of the two reports on what changed since the previous revision.

    Raises:
        CurriculumInvalidError: as `compare`.
    """
    diff, report = compare(before, after, spec)
    return {
        DIFF_REPORT: document_bytes(report),
        DIFF_PAGE: render_diff_page(diff, is_first=before is None).encode(),
    }


def previous_beside(made: bytes, replaced: bytes | None, previous: bytes | None) -> bytes | None:
    """Return what to keep as the previous revision of a curriculum that was made.

    That is the one it replaces, if there is one that differs and can be compared, else the
    previous one until now.
    """
    if replaced is not None and replaced != made and _is_comparable(replaced):
        return replaced
    return previous


def comparable(data: bytes, which: str) -> dict[str, Any]:
    """Return a curriculum whose nodes can be told apart, valid or not.

    Raises:
        CurriculumInvalidError: it is no JSON, breaks its schema, or has an id twice.
    """
    document: dict[str, Any] = read_curriculum(data)
    violations = check_document(DocumentKind.CURRICULUM, document)
    if violations:
        first = violations[0]
        raise CurriculumInvalidError(
            f"{which} breaks its schema at {first.pointer or '/'}: {first.message}",
            hint="mend what `validate` lists",
        )
    seen: set[str] = set()
    for node in document["nodes"]:
        if node["id"] in seen:
            raise CurriculumInvalidError(
                f"{which} has the id {node['id']!r} twice, so its nodes cannot be told apart",
                hint="mend what `validate` lists",
            )
        seen.add(node["id"])
    return document


def _is_comparable(data: bytes) -> bool:
    """Tell whether a curriculum can be compared with another; a broken one cannot."""
    try:
        comparable(data, "it")
    except CurriculumInvalidError:
        return False
    return True
