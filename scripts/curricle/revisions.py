"""Revisions of a run's curriculum: found by name or digest, and compared with each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from curricle.errors import CurricleError, RevisionNotFoundError
from curricle.fsio import find_file, path_within
from curricle.layout import CURRICULUM, PREVIOUS_CURRICULUM, TOPIC_SPEC
from curricle.runs.objects import digests_with_prefix, find_object
from curricle.stages.iterate import compare
from curricle.stages.reading import ready_spec

if TYPE_CHECKING:
    from pathlib import Path

    from curricle.curriculum.diff import Diff
    from curricle.curriculum.topic_spec import TopicSpec


def compare_revisions(run_dir: Path, earlier: str, later: str) -> tuple[Diff, dict[str, Any]]:
    """Return what changed from one revision to another, and the report of it.

    Raises:
        RevisionNotFoundError: the run does not hold one of the two.
        CurriculumInvalidError: one of the two cannot be compared.
    """
    before, after = find_revision(run_dir, earlier), find_revision(run_dir, later)
    return compare(before, after, _find_spec(run_dir))


def find_revision(run_dir: Path, revision: str) -> bytes:
    """Return a revision of the curriculum: `current`, `previous`, or the first digits of a digest.

    Raises:
        RevisionNotFoundError: the run does not hold it.
    """
    name = run_dir.name
    paths = {"current": CURRICULUM, "previous": PREVIOUS_CURRICULUM}
    if revision in paths:
        data = find_file(path_within(run_dir, paths[revision]))
        if data is None:
            raise RevisionNotFoundError(name, revision, f"there is no {paths[revision]}")
        return data
    digests = digests_with_prefix(run_dir, revision.lower()) if revision else ()
    if len(digests) != 1:
        why = f"{len(digests)} objects begin so" if digests else "no object begins so"
        raise RevisionNotFoundError(name, revision, why)
    data = find_object(run_dir, digests[0])
    if data is None:
        raise RevisionNotFoundError(name, revision, "its object was damaged")
    return data


def _find_spec(run_dir: Path) -> TopicSpec | None:
    """Return the spec, whose budget tells the weeks; None when it is not ready."""
    try:
        return ready_spec(find_file(path_within(run_dir, TOPIC_SPEC)), run_dir.name)
    except CurricleError:
        return None
