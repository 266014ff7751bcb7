"""Finds out whether a cause is the one: each probe looks at one thing, and changes nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from curricle.errors import CurricleError
from curricle.fsio import DRAFT_PREFIX, find_file, free_bytes, path_within
from curricle.generation.mending import MENDED_BY_RULE
from curricle.jsontext import MalformedJsonError, parse_json
from curricle.layout import CURRICULUM, LOCK_FILE, SCOPE, TOPIC_SPEC, VALIDATION_REPORT, Stage
from curricle.printable import amount, counted
from curricle.providers.choice import choose_provider
from curricle.recovery.conditions import damaged_archives, edited_and_stale, is_readable
from curricle.recovery.places import provider_that_failed, recorded_versions, source_of
from curricle.recovery.situation import ROOM_BYTES_MIN
from curricle.runbook.entry import Probe
from curricle.runs.freshness import State
from curricle.runs.lock import find_holder
from curricle.runs.state import rebuild_state
from curricle.stages.reading import read_scope, read_spec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from curricle.recovery.diagnosis import Diagnosis
    from curricle.recovery.situation import Situation


@dataclass(frozen=True, kw_only=True, slots=True)
class Probed:
    """What a probe found out."""

    holds: bool | None
    """None where it cannot be told from here."""
    detail: str = ""


def probe(which: Probe, situation: Situation, diagnosis: Diagnosis) -> Probed:
    """Return whether a cause holds in a situation; that a look fails is no answer."""
    try:
        return PROBES[which](situation, diagnosis)
    except CurricleError as error:
        return Probed(holds=None, detail=str(error))


def _cannot_tell(_s: Situation, _d: Diagnosis) -> Probed:
    return Probed(holds=None, detail="cannot be found out from here")


def _spec_is_gone(situation: Situation, _: Diagnosis) -> Probed:
    is_gone = not (situation.run_dir / TOPIC_SPEC).exists()
    is_known = any(recorded_versions(situation, TOPIC_SPEC))
    return Probed(holds=is_gone and is_known)


def _spec_lacks_fields(situation: Situation, _: Diagnosis) -> Probed:
    inspection = situation.inspection
    if inspection is None:
        return Probed(holds=None)
    is_waiting = bool(inspection.spec_problem) and not inspection.has_scope
    return Probed(holds=is_waiting, detail=inspection.spec_problem or "the topic spec is ready")


def _scope_not_taken_in(situation: Situation, _: Diagnosis) -> Probed:
    inspection = situation.inspection
    if inspection is None:
        return Probed(holds=None)
    return Probed(holds=bool(inspection.spec_problem) and inspection.has_scope)


def _nothing_in_scope(_: Situation, diagnosis: Diagnosis) -> Probed:
    return Probed(holds=diagnosis.details.get("excluded") == "all")


def _no_curriculum(situation: Situation, _: Diagnosis) -> Probed:
    inspection = situation.inspection
    if inspection is None:
        return Probed(holds=None)
    state = inspection.freshness.stages[Stage.GENERATED].artifacts[CURRICULUM]
    return Probed(holds=state is State.MISSING and not inspection.spec_problem)


def _edit_is_stale(situation: Situation, _: Diagnosis) -> Probed:
    edited = edited_and_stale(situation)
    return Probed(holds=bool(edited), detail=", ".join(edited))


def _made_is_stale(situation: Situation, _: Diagnosis) -> Probed:
    inspection = situation.inspection
    if inspection is None:
        return Probed(holds=None)
    return Probed(
        holds=not edited_and_stale(situation),
        detail=f"the run has come to {inspection.stage.value}",
    )


def _readable_now(situation: Situation, diagnosis: Diagnosis) -> Probed:
    path, read = _READERS[diagnosis.code]
    # Whether it can be used as well shows where it is.
    return Probed(holds=None if is_readable(situation, path, read) else False)


_READERS: Final[Mapping[str, tuple[str, Callable[[bytes], object]]]] = {
    "topic_spec_invalid": (TOPIC_SPEC, read_spec),
    "scope_invalid": (SCOPE, read_scope),
    "curriculum_invalid": (CURRICULUM, parse_json),
}


def _spec_unreadable(situation: Situation, _: Diagnosis) -> Probed:
    return Probed(holds=not is_readable(situation, TOPIC_SPEC, parse_json))


def _spec_breaks_rules(situation: Situation, diagnosis: Diagnosis) -> Probed:
    if not is_readable(situation, TOPIC_SPEC, parse_json):
        return Probed(holds=False)
    breaks = not is_readable(situation, TOPIC_SPEC, read_spec)
    # What a spec names may be missing, or too little: that shows only where it is used.
    return Probed(holds=breaks or "problems" not in diagnosis.details, detail=diagnosis.message)


def _scope_unreadable(situation: Situation, diagnosis: Diagnosis) -> Probed:
    holds = not is_readable(situation, SCOPE, read_scope)
    return Probed(holds=holds or None, detail=diagnosis.message)


def _curriculum_unreadable(situation: Situation, _: Diagnosis) -> Probed:
    return Probed(holds=not is_readable(situation, CURRICULUM, parse_json))


def _rules_can_mend(situation: Situation, _: Diagnosis) -> Probed:
    rules = sorted(MENDED_BY_RULE.intersection(_rules_broken(situation)))
    return Probed(holds=bool(rules), detail=", ".join(rules))


def _report_has_errors(situation: Situation, diagnosis: Diagnosis) -> Probed:
    recorded = diagnosis.details.get("rules")
    found = _rules_broken(situation) or list(
        map(str, recorded if isinstance(recorded, list) else ())
    )
    told = f"{counted(len(found), 'error')}: {', '.join(sorted(set(found)))}" if found else ""
    return Probed(holds=bool(found), detail=told)


def _rules_broken(situation: Situation) -> list[str]:
    """Return the rules that the report names; a person may have edited it into anything."""
    try:
        report = parse_json(find_file(path_within(situation.run_dir, VALIDATION_REPORT)) or b"")
        return [str(f["rule"]) for f in report["findings"] if f["severity"] == "error"]
    except (CurricleError, MalformedJsonError, KeyError, TypeError):
        return []


def _record_can_be_rebuilt(situation: Situation, _: Diagnosis) -> Probed:
    try:
        state = rebuild_state(situation.run_dir)
    except CurricleError as error:
        return Probed(holds=False, detail=str(error))
    return Probed(
        holds=True,
        detail=f"the chain of {counted(state.record.head.entries, 'entry', 'entries')} holds",
    )


def _record_cannot_be_rebuilt(situation: Situation, diagnosis: Diagnosis) -> Probed:
    probed = _record_can_be_rebuilt(situation, diagnosis)
    is_ours = not _belongs_to_another(diagnosis)
    return Probed(holds=not probed.holds and is_ours, detail=probed.detail)


def _belongs_to_another(diagnosis: Diagnosis) -> bool:
    return bool(diagnosis.details.get("belongs_to"))


def _is_renamed(situation: Situation, diagnosis: Diagnosis) -> Probed:
    source = source_of(situation)
    is_free = bool(source) and not os.path.lexists(situation.runs_dir / source)
    return Probed(holds=_belongs_to_another(diagnosis) and is_free, detail=source)


def _is_copy(situation: Situation, diagnosis: Diagnosis) -> Probed:
    is_renamed = _is_renamed(situation, diagnosis)
    return Probed(
        holds=_belongs_to_another(diagnosis) and not is_renamed.holds, detail=is_renamed.detail
    )


def _objects_are_lost(situation: Situation, _: Diagnosis) -> Probed:
    lost = situation.lost
    return Probed(holds=bool(lost), detail=counted(len(lost), "object") if lost else "")


def _archive_is_damaged(situation: Situation, _: Diagnosis) -> Probed:
    damaged = damaged_archives(situation)
    return Probed(holds=bool(damaged), detail=", ".join(path.name for path in damaged))


def _lock_is_held(situation: Situation, _: Diagnosis) -> Probed:
    held = find_holder(situation.run_dir)
    return Probed(holds=held is not None, detail=str(held or "nobody holds it"))


def _drafts_are_left(situation: Situation, _: Diagnosis) -> Probed:
    drafts = list(situation.runs_dir.glob(f"{DRAFT_PREFIX}*/{LOCK_FILE}"))
    drafts += [p for p in situation.run_dir.rglob(f"{DRAFT_PREFIX}*") if p.is_file()]
    return Probed(holds=bool(drafts), detail=counted(len(drafts), "draft"))


def _disk_is_full(situation: Situation, _: Diagnosis) -> Probed:
    left = free_bytes(situation.run_dir)
    # A quota or a limit on files does not show in what is free.
    holds = True if left < ROOM_BYTES_MIN else None
    return Probed(holds=holds, detail=f"{amount(left / 1e6)} MB are left")


def _asked_in_vain(situation: Situation, diagnosis: Diagnosis) -> Probed:
    failure = situation.failure
    # Which of several causes it was shows only when one is tried.
    is_still_so = failure is not None and failure.code == diagnosis.code
    return Probed(holds=None if is_still_so else False, detail=failure.at if failure else "")


def _model_is_named(situation: Situation, _: Diagnosis) -> Probed:
    model = situation.environment.get("AGENT_MODEL")
    return Probed(holds=bool(model), detail=f"it is {model}" if model else "it is not set")


def _setting_cannot_be(situation: Situation, diagnosis: Diagnosis) -> Probed:
    try:
        choose_provider(provider_that_failed(diagnosis), situation.environment)
    except CurricleError as error:
        return Probed(holds=True, detail=str(error))
    return Probed(holds=False, detail="the settings can be used now")


def _setting_was_corrected(situation: Situation, diagnosis: Diagnosis) -> Probed:
    probed = _setting_cannot_be(situation, diagnosis)
    return Probed(holds=not probed.holds, detail=probed.detail)


def _feedback_was_noted(_: Situation, diagnosis: Diagnosis) -> Probed:
    return Probed(holds=diagnosis.details.get("feedback") == "noted")


def _always(_: Situation, diagnosis: Diagnosis) -> Probed:
    """Answer for causes that the code itself tells."""
    return Probed(holds=True, detail=diagnosis.message)


PROBES: Final[Mapping[Probe, Callable[[Situation, Diagnosis], Probed]]] = {
    Probe.CANNOT_TELL: _cannot_tell,
    Probe.SPEC_LACKS_FIELDS: _spec_lacks_fields,
    Probe.SCOPE_NOT_TAKEN_IN: _scope_not_taken_in,
    Probe.NOTHING_IN_SCOPE: _nothing_in_scope,
    Probe.NO_CURRICULUM: _no_curriculum,
    Probe.EDIT_IS_STALE: _edit_is_stale,
    Probe.MADE_IS_STALE: _made_is_stale,
    Probe.READABLE_NOW: _readable_now,
    Probe.SPEC_UNREADABLE: _spec_unreadable,
    Probe.SPEC_BREAKS_RULES: _spec_breaks_rules,
    Probe.SCOPE_UNREADABLE: _scope_unreadable,
    Probe.CURRICULUM_UNREADABLE: _curriculum_unreadable,
    Probe.RULES_CAN_MEND: _rules_can_mend,
    Probe.REPORT_HAS_ERRORS: _report_has_errors,
    Probe.RECORD_CAN_BE_REBUILT: _record_can_be_rebuilt,
    Probe.RECORD_CANNOT_BE_REBUILT: _record_cannot_be_rebuilt,
    Probe.RECORD_IS_NEWER: _always,
    Probe.IS_RENAMED: _is_renamed,
    Probe.IS_COPY: _is_copy,
    Probe.JOURNAL_IS_BROKEN: _always,
    Probe.OBJECTS_ARE_LOST: _objects_are_lost,
    Probe.SPEC_IS_GONE: _spec_is_gone,
    Probe.ARCHIVE_IS_DAMAGED: _archive_is_damaged,
    Probe.LOCK_IS_HELD: _lock_is_held,
    Probe.DRAFTS_ARE_LEFT: _drafts_are_left,
    Probe.DISK_IS_FULL: _disk_is_full,
    Probe.ACCESS_IS_DENIED: _always,
    Probe.NO_PLAIN_FILE: _always,
    Probe.SETTING_CANNOT_BE: _setting_cannot_be,
    Probe.SETTING_WAS_CORRECTED: _setting_was_corrected,
    Probe.MODEL_IS_NAMED: _model_is_named,
    Probe.ASKED_IN_VAIN: _asked_in_vain,
    Probe.FEEDBACK_WAS_NOTED: _feedback_was_noted,
}
