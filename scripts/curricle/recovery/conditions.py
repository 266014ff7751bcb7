"""Whether what a path of the runbook is gone for holds now. Looks, and changes nothing."""

from __future__ import annotations

from glob import escape
from typing import TYPE_CHECKING, Final

from curricle.errors import ArchiveInvalidError, CurricleError
from curricle.fsio import find_file, path_within
from curricle.jsontext import MalformedJsonError
from curricle.layout import ARCHIVES, CURRICULUM, SCOPE, TOPIC_SPEC, Stage
from curricle.recovery.situation import successor_of
from curricle.runbook.entry import Condition
from curricle.runs.freshness import State
from curricle.runs.restore import opened_archive
from curricle.stages.reading import read_curriculum, read_scope, read_spec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from curricle.recovery.situation import Situation

_CHUNK_BYTES: Final = 1 << 20


def edited_and_stale(situation: Situation) -> tuple[str, ...]:
    """Return the artifacts that a person changed and whose inputs changed too."""
    if situation.inspection is None:
        return ()
    return tuple(
        path
        for state in situation.inspection.freshness.stages.values()
        if state.is_stale
        for path, found in state.artifacts.items()
        if found is State.EDITED
    )


def damaged_archives(situation: Situation) -> tuple[Path, ...]:
    """Return the archives of a run, where they lie by default, that cannot be restored."""
    folder = situation.runs_dir / ARCHIVES
    archives = sorted(folder.glob(f"{escape(situation.run_dir.name)}-*.tar.gz"))
    return tuple(path for path in archives if not _is_whole(path))


def is_readable(situation: Situation, path: str, read: Callable[[bytes], object]) -> bool:
    """Tell whether a document of a run, where it has one, can be read."""
    try:
        data = find_file(path_within(situation.run_dir, path))
        if data is not None:
            read(data)
    except (CurricleError, MalformedJsonError):
        return False
    return True


def _is_whole(path: Path) -> bool:
    try:
        with opened_archive(path) as (_, contents):
            for _, content in contents:
                while content.read(_CHUNK_BYTES):
                    pass
    except ArchiveInvalidError:
        return False
    except CurricleError:
        return True  # what cannot be read now is not known to be damaged
    return True


def _no_conflict(situation: Situation, _: str) -> bool:
    inspection = situation.inspection
    if inspection is None or edited_and_stale(situation):
        return False
    return not inspection.spec_problem and not _is_unsettled(situation)


def _is_unsettled(situation: Situation) -> bool:
    """Tell whether a conflict that no look at the run shows is still on record."""
    failure = situation.failure
    return (
        failure is not None
        and failure.code == "stage_conflict"
        and failure.stage == Stage.GENERATED.value
        and "fields" not in failure.details
    )


def _nothing_stale(situation: Situation, _: str) -> bool:
    inspection = situation.inspection
    return (
        inspection is not None
        and inspection.stage is Stage.ITERATED
        and not inspection.is_interrupted
        and not inspection.state.is_rebuilt
    )


def _curriculum_valid(situation: Situation, _: str) -> bool:
    inspection = situation.inspection
    if inspection is None:
        return False
    reached = (Stage.VALIDATED, Stage.PLANNED, Stage.ITERATED)
    return inspection.stage in reached


def _failure_settled(situation: Situation, _: str) -> bool:
    return situation.inspection is not None and situation.failure is None


def _readable(path: str, read: Callable[[bytes], object]) -> Callable[[Situation, str], bool]:
    """Return the condition that a document can be read, and nothing against it is on record."""
    return lambda situation, code: (
        is_readable(situation, path, read) and not _is_on_record(situation, code)
    )


def _is_on_record(situation: Situation, code: str) -> bool:
    """Tell whether a failure of a code stands: some show only where a document is used.

    A run that is up to date has used what it has.
    """
    is_recorded = situation.failure is not None and situation.failure.code == code
    return is_recorded and not _nothing_stale(situation, code)


def _is_not_met(situation: Situation, code: str) -> bool:
    """Tell whether a look at the run no longer meets what the path is gone for."""
    return situation.error is None or situation.error.code != code


CONDITIONS: Final[Mapping[Condition, Callable[[Situation, str], bool]]] = {
    Condition.NO_CONFLICT: _no_conflict,
    Condition.NOTHING_STALE: _nothing_stale,
    Condition.SPEC_READABLE: _readable(TOPIC_SPEC, read_spec),
    Condition.SCOPE_READABLE: _readable(SCOPE, read_scope),
    Condition.CURRICULUM_READABLE: _readable(CURRICULUM, read_curriculum),
    Condition.CURRICULUM_VALID: _curriculum_valid,
    Condition.RECORD_READABLE: lambda s, _: s.inspection is not None or successor_of(s) is not None,
    Condition.JOURNAL_WHOLE: _is_not_met,
    Condition.ARCHIVES_WHOLE: lambda s, _: not damaged_archives(s),
    Condition.LOCK_FREE: _is_not_met,
    Condition.ROOM_ON_DISK: _is_not_met,
    Condition.FILES_USABLE: _is_not_met,
    Condition.FAILURE_SETTLED: _failure_settled,
    Condition.COMMAND_WORKS: lambda _s, _c: True,
}
"""Each is given how the run is now, and the code that its path is gone for."""
