"""What the program does by itself on a path of the runbook.

Each action returns a sentence on what it did, or raises the typed error that stopped it. None
replaces anything that is not kept first, and each can be done twice.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Final

from curricle.errors import InvalidArgumentError, IoError, ProviderUnavailableError
from curricle.fsio import (
    find_file,
    make_folder,
    path_within,
    read_file,
    remove_drafts,
    translated,
    write_file,
)
from curricle.layout import ARCHIVES, OBJECTS, RUN_FILE, TOPIC_SPEC
from curricle.pipeline import carry_through, choose_for, go_round, working
from curricle.printable import counted
from curricle.providers.choice import choose_provider
from curricle.recovery.check import Outcome
from curricle.recovery.conditions import damaged_archives
from curricle.recovery.fresh import find_successor, start_afresh
from curricle.recovery.places import (
    more_seconds,
    provider_of,
    provider_that_failed,
    recorded_versions,
)
from curricle.recovery.provider_checks import examine_provider
from curricle.runbook.entry import Action
from curricle.runs.archive import archive_run
from curricle.runs.draft import remove_dead_drafts
from curricle.runs.folder import take_snapshot
from curricle.runs.lock import find_holder
from curricle.runs.objects import find_object, keep_object
from curricle.runs.state import rebuild_state

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from curricle.recovery.diagnosis import Diagnosis
    from curricle.recovery.situation import Situation
    from curricle.session import Session

LOCK_SECONDS_MAX: Final = 5.0
_POLL_SECONDS: Final = 0.1
_WITH_VALUE: Final = {"--feedback", "--feedback-file", "--provider"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """What an action works on; the run's lock is held, but for `WAIT_FOR_LOCK`."""

    session: Session
    situation: Situation
    diagnosis: Diagnosis

    @property
    def run_dir(self) -> Path:
        """Return the run's folder."""
        return self.situation.run_dir


def _bring_up_to_date(bench: Bench) -> str:
    run_dir = bench.run_dir
    option = provider_that_failed(bench.diagnosis)
    again = ("run", run_dir.name)
    choice = choose_for(bench.session, run_dir, option, again=again, is_locked=True)
    with working(bench.session, run_dir, is_locked=True) as work:
        carry_through(work, choice)
    return "the run is up to date"


def _mend_by_rules(bench: Bench) -> str:
    with working(bench.session, bench.run_dir, is_locked=True) as work:
        go_round(work, choose_provider("internal", {}), repair=True, feedback="")
    return "the curriculum is valid"


def _rebuild_record(bench: Bench) -> str:
    """Set a damaged `run.json` aside; whoever writes next makes it anew from the journal."""
    rebuild_state(bench.run_dir)
    path = path_within(bench.run_dir, RUN_FILE)
    damaged = find_file(path)
    if damaged is not None:
        digest = keep_object(bench.run_dir, damaged)
        with translated(path):
            os.unlink(path)  # noqa: PTH108 - a boundary of its own, as in `fsio`
    with working(bench.session, bench.run_dir, is_locked=True):
        pass
    return f"the damaged one is objects/{digest}" if damaged is not None else "it was missing"


def _archive(bench: Bench) -> str:
    archive = archive_run(bench.run_dir, bench.situation.runs_dir / ARCHIVES)
    return f"{archive.path} sha256 {archive.sha256}"


def _keep_again(bench: Bench) -> str:
    digests = take_snapshot(bench.run_dir).digests
    kept = 0
    for path, digest in digests.items():
        if digest in bench.situation.lost:
            # What stands damaged in its place is evidence, and kept under its own digest.
            damaged = find_file(path_within(bench.run_dir, f"{OBJECTS}/{digest}"))
            if damaged is not None:
                keep_object(bench.run_dir, damaged)
            keep_object(bench.run_dir, read_file(path_within(bench.run_dir, path)))
            kept += 1
    return f"{kept} of {len(bench.situation.lost)} were still there"


def _put_spec_back(bench: Bench) -> str:
    path = path_within(bench.run_dir, TOPIC_SPEC)
    digest = next(recorded_versions(bench.situation, TOPIC_SPEC), None)
    data = find_object(bench.run_dir, digest) if digest else None
    if os.path.lexists(path) or data is None:
        raise IoError(path, "it is there, or no version of it is on record")
    make_folder(path.parent)
    write_file(path, data)
    return f"it is objects/{digest}"


def _start_afresh(bench: Bench) -> str:
    fresh = find_successor(bench.run_dir)
    if fresh is None:
        archive = archive_run(bench.run_dir, bench.situation.runs_dir / ARCHIVES)
        fresh = start_afresh(bench.session, bench.run_dir, archive.sha256)
    choice = choose_for(bench.session, fresh, None, again=("run", fresh.name))
    with working(bench.session, fresh) as work:
        carry_through(work, choice)
    return (
        f"{fresh.name} takes its place; its outputs are made anew, and what was edited in the old"
        f" ones stays in {bench.run_dir.name}/outputs"
    )


def _set_archive_aside(bench: Bench) -> str:
    moved = []
    for path in damaged_archives(bench.situation):
        target = _free_name(path)
        with translated(path):
            os.replace(path, target)  # noqa: PTH105 - a boundary of its own, as in `fsio`
        moved.append(target.name)
    return f"renamed to {', '.join(moved)}" if moved else "none is damaged"


def _free_name(path: Path) -> Path:
    """Return where a damaged archive can go without taking the place of an earlier one."""
    names = (f"{path.name}.damaged{f'-{number}' if number else ''}" for number in count())
    return next(t for name in names if not os.path.lexists(t := path.with_name(name)))


def _wait_for_lock(bench: Bench) -> str:
    until = time.monotonic() + LOCK_SECONDS_MAX
    while (held := find_holder(bench.run_dir)) and held.details["process"] != os.getpid():
        if time.monotonic() > until:
            raise held
        time.sleep(_POLL_SECONDS)
    return "nobody holds it any more"


def _remove_drafts(bench: Bench) -> str:
    remove_dead_drafts(bench.situation.runs_dir)
    folders = [bench.run_dir, *(p for p in bench.run_dir.rglob("*") if p.is_dir())]
    for folder in folders:
        if not folder.is_symlink():
            remove_drafts(folder)
    return "no draft of a dead command is left"


def _check_provider(bench: Bench) -> str:
    name = provider_of(bench.situation, bench.diagnosis)
    checks = list(examine_provider(name, bench.session.environment, probe=False))
    failed = [check for check in checks if check.outcome is Outcome.FAILED]
    if failed:
        told = "; ".join(f"{check.name}: {check.detail}" for check in failed)
        raise ProviderUnavailableError(name, told, hint=failed[0].hint)
    return f"{counted(len(checks), 'check')} passed"


def _ask_again(bench: Bench) -> str:
    return _ask(bench, bench.session.environment)


def _ask_without_model(bench: Bench) -> str:
    kept = {k: v for k, v in bench.session.environment.items() if k != "AGENT_MODEL"}
    return _ask(bench, kept)


def _ask_with_more_time(bench: Bench) -> str:
    environment = bench.session.environment
    seconds = f"{more_seconds(environment):g}"
    return _ask(bench, {**environment, "AGENT_TIMEOUT_SECONDS": seconds})


def _ask(bench: Bench, environment: Mapping[str, str]) -> str:
    """Do again what failed, with the provider that failed."""
    session = replace(bench.session, environment=environment)
    verb, options = _options_of(bench.diagnosis.next_step)
    again = bench.diagnosis.next_step[:2]
    provider = provider_of(bench.situation, bench.diagnosis)
    choice = choose_for(session, bench.run_dir, provider, again=again, is_locked=True)
    repair = "--repair" in options
    with working(session, bench.run_dir, is_locked=True) as work:
        if verb == "iterate":
            go_round(work, choice, repair=repair, feedback=options.get("--feedback", ""))
        else:
            carry_through(work, choice, repair=repair, force="--force" in options)
    return "it was answered"


def _options_of(command: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    """Return the verb and the options of a command that failed, each with its value if it has one.

    Raises:
        InvalidArgumentError: its feedback came from a file that is not on record.
    """
    verb, rest = command[:1], iter(command[2:])
    found = {option: next(rest, "") if option in _WITH_VALUE else "" for option in rest}
    if "--feedback-file" in found:
        raise InvalidArgumentError(
            "the feedback came from a file that is not on record",
            hint="type the command again with its --feedback-file",
        )
    return "".join(verb), found


ACTIONS: Final[Mapping[Action, Callable[[Bench], str]]] = {
    Action.BRING_UP_TO_DATE: _bring_up_to_date,
    Action.MEND_BY_RULES: _mend_by_rules,
    Action.REBUILD_RECORD: _rebuild_record,
    Action.ARCHIVE: _archive,
    Action.KEEP_AGAIN: _keep_again,
    Action.PUT_SPEC_BACK: _put_spec_back,
    Action.START_AFRESH: _start_afresh,
    Action.SET_ARCHIVE_ASIDE: _set_archive_aside,
    Action.WAIT_FOR_LOCK: _wait_for_lock,
    Action.REMOVE_DRAFTS: _remove_drafts,
    Action.CHECK_PROVIDER: _check_provider,
    Action.ASK_AGAIN: _ask_again,
    Action.ASK_WITHOUT_MODEL: _ask_without_model,
    Action.ASK_WITH_MORE_TIME: _ask_with_more_time,
}
