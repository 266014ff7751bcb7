"""What an entry of the runbook is made of.

Texts and arguments may hold `{places}`, one of `PLACES`, which are filled with the facts of a run.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

PROGRAM: Final = "python scripts/orchestration.py"
PLACES: Final = {
    "run": "RUN",
    "runs_dir": "RUNS_DIR",
    "run_dir": "RUN_DIR",
    "spec": "inputs/topic_spec.json",
    "scope": "inputs/scope.md",
    "curriculum": "outputs/curriculum/curriculum.json",
    "report": "outputs/reviews/validation_report.md",
    "path": "PATH",
    "aside": "PATH.aside",
    "good_version": "OBJECT",
    "provider": "PROVIDER",
    "variable": "VARIABLE",
    "more_seconds": "600",
    "process": "PID",
    "archive": "ARCHIVE",
    "source": "OLD_DIR",
    "source_run": "OLD",
    "name": "NAME",
}
"""What stands in a place where no run is at hand."""


class Probe(StrEnum):
    """What the program can find out about a cause; `recovery/probes.py` does."""

    CANNOT_TELL = "cannot_tell"
    SPEC_IS_GONE = "spec_is_gone"
    SPEC_LACKS_FIELDS = "spec_lacks_fields"
    SCOPE_NOT_TAKEN_IN = "scope_not_taken_in"
    NOTHING_IN_SCOPE = "nothing_in_scope"
    NO_CURRICULUM = "no_curriculum"
    EDIT_IS_STALE = "edit_is_stale"
    MADE_IS_STALE = "made_is_stale"
    READABLE_NOW = "readable_now"
    SPEC_UNREADABLE = "spec_unreadable"
    SPEC_BREAKS_RULES = "spec_breaks_rules"
    SCOPE_UNREADABLE = "scope_unreadable"
    CURRICULUM_UNREADABLE = "curriculum_unreadable"
    RULES_CAN_MEND = "rules_can_mend"
    REPORT_HAS_ERRORS = "report_has_errors"
    RECORD_CAN_BE_REBUILT = "record_can_be_rebuilt"
    RECORD_CANNOT_BE_REBUILT = "record_cannot_be_rebuilt"
    RECORD_IS_NEWER = "record_is_newer"
    IS_RENAMED = "is_renamed"
    IS_COPY = "is_copy"
    JOURNAL_IS_BROKEN = "journal_is_broken"
    OBJECTS_ARE_LOST = "objects_are_lost"
    ARCHIVE_IS_DAMAGED = "archive_is_damaged"
    LOCK_IS_HELD = "lock_is_held"
    DRAFTS_ARE_LEFT = "drafts_are_left"
    DISK_IS_FULL = "disk_is_full"
    ACCESS_IS_DENIED = "access_is_denied"
    NO_PLAIN_FILE = "no_plain_file"
    SETTING_CANNOT_BE = "setting_cannot_be"
    SETTING_WAS_CORRECTED = "setting_was_corrected"
    MODEL_IS_NAMED = "model_is_named"
    ASKED_IN_VAIN = "asked_in_vain"
    FEEDBACK_WAS_NOTED = "feedback_was_noted"


class Action(StrEnum):
    """What the program may do by itself; `recovery/actions.py` does.

    None of them replaces anything that is not kept first.
    """

    BRING_UP_TO_DATE = "bring_up_to_date"
    MEND_BY_RULES = "mend_by_rules"
    REBUILD_RECORD = "rebuild_record"
    ARCHIVE = "archive"
    KEEP_AGAIN = "keep_again"
    PUT_SPEC_BACK = "put_spec_back"
    START_AFRESH = "start_afresh"
    SET_ARCHIVE_ASIDE = "set_archive_aside"
    WAIT_FOR_LOCK = "wait_for_lock"
    REMOVE_DRAFTS = "remove_drafts"
    CHECK_PROVIDER = "check_provider"
    ASK_AGAIN = "ask_again"
    ASK_WITHOUT_MODEL = "ask_without_model"
    ASK_WITH_MORE_TIME = "ask_with_more_time"


class Condition(StrEnum):
    """What has to hold for a path to be at its end; `recovery/conditions.py` looks."""

    NO_CONFLICT = "no_conflict"
    NOTHING_STALE = "nothing_stale"
    SPEC_READABLE = "spec_readable"
    SCOPE_READABLE = "scope_readable"
    CURRICULUM_READABLE = "curriculum_readable"
    CURRICULUM_VALID = "curriculum_valid"
    RECORD_READABLE = "record_readable"
    JOURNAL_WHOLE = "journal_whole"
    ARCHIVES_WHOLE = "archives_whole"
    LOCK_FREE = "lock_free"
    ROOM_ON_DISK = "room_on_disk"
    FILES_USABLE = "files_usable"
    FAILURE_SETTLED = "failure_settled"
    COMMAND_WORKS = "command_works"
    """Only whoever types the command sees it: nothing in a run tells."""


class EscalationRule(StrEnum):
    """When a person has to take over; `recovery/escalation.py` judges."""

    TRIED_TWICE = "tried_twice"
    ANSWERS_STAY_UNFIT = "answers_stay_unfit"
    FINDINGS_COME_BACK = "findings_come_back"
    CORE_FILE_UNREADABLE = "core_file_unreadable"
    RECORD_WAS_CHANGED = "record_was_changed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """A command to type, as arguments; one of the program itself unless `program` says other."""

    arguments: tuple[str, ...]
    program: str = ""

    @property
    def line(self) -> str:
        """Return it as it is typed in a checkout, quoted for a shell."""
        return f"{self.program or PROGRAM} {shlex.join(self.arguments)}"

    def filled(self, places: Mapping[str, str]) -> Command:
        """Return it with its places filled; what is filled in stays one argument."""
        return replace(self, arguments=tuple(a.format_map(places) for a in self.arguments))


@dataclass(frozen=True, kw_only=True, slots=True)
class Safe:
    """A step that the program may take by itself."""

    action: Action
    text: str
    undo: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NeedsYou:
    """A step that a person has to take: what to do, and commands to type where there are any."""

    text: str
    commands: tuple[Command, ...] = ()


Step: TypeAlias = Safe | NeedsYou


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """Why a failure may have come, how to find out, and what helps then."""

    name: str
    text: str
    probe: Probe
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What the runbook says of one code."""

    code: str
    path: str
    """Name of the recovery path."""
    meaning: str
    causes: tuple[Cause, ...]
    """The likeliest first."""
    condition: Condition
    undo: str
    rules: tuple[EscalationRule, ...] = (EscalationRule.TRIED_TWICE,)
    letter: str = ""
    """The letter that people know the path by, where it has one."""


def type_(*arguments: str) -> Command:
    """Return a command of the program itself."""
    return Command(arguments=arguments)


def shell(program: str, *arguments: str) -> Command:
    """Return a command of the shell."""
    return Command(program=program, arguments=arguments)
