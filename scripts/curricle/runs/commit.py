"""Writes to a run, under its lock, in an order in which every crash leaves a valid run.

1. New outputs, and the bytes they will replace, go into `objects/`.
2. One synced journal entry names all digests: from here on the stage is done.
3. The outputs are put in place.
4. `run.json` is written.

Whatever dies between 2 and 4 is completed by the next writer, from the objects. What a person
changed in the meantime is left as it is.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from curricle.canonical import document_bytes, sha256_hex
from curricle.errors import CurricleError, JournalBrokenError
from curricle.fsio import (
    append_to_file,
    cut_file,
    find_file,
    make_folder,
    path_within,
    remove_drafts,
    write_file,
)
from curricle.interrupts import uninterrupted
from curricle.layout import JOURNAL, OBJECTS, RUN_FILE, Stage
from curricle.runs.begin import timestamp
from curricle.runs.folder import take_snapshot
from curricle.runs.freshness import Freshness, assess, spec_was_accepted
from curricle.runs.journal import Entry, advance, encode_entry
from curricle.runs.lock import locked
from curricle.runs.objects import find_object, keep_object
from curricle.runs.record import (
    EVENT_CALL,
    EVENT_FAILURE,
    EVENT_MENDED,
    EVENT_STAGE,
    RunRecord,
    apply_entries,
    failure_data,
    stage_data,
)
from curricle.runs.reports import find_unreadable
from curricle.runs.state import RunState, last_line_matches, load_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from curricle.runs.calls import Call


@dataclass(kw_only=True, slots=True)
class RunWriter:
    """The one writer of a run while it holds the lock; keeps the state and digests up to date."""

    path: Path
    record: RunRecord
    digests: dict[str, str]
    """Path inside the run to digest, for every input and output that is there."""
    contents: dict[str, bytes]
    """The bytes of the inputs and the curriculum, as they were when the lock was taken."""
    clock: Callable[[], datetime]
    actor: str
    command: str
    spec_is_ready: bool = False
    """Set by whoever reads the topic spec; a spec accepted before is ready anyway."""
    unreadable: frozenset[str] = frozenset()
    """Digests of reports that somebody changed so that they have to be made anew."""

    def freshness(self) -> Freshness:
        """Return how the run stands now."""
        is_ready = self.spec_is_ready or spec_was_accepted(self.record, self.digests)
        return assess(self.record, self.digests, spec_is_ready=is_ready, unreadable=self.unreadable)

    def read(self, path: str) -> bytes | None:
        """Return a file of the run, or None; what `digests` holds is what was read."""
        if path not in self.contents:
            data = find_file(path_within(self.path, path))
            if data is None:
                return None
            self._note(path, data, sha256_hex(data))
        return self.contents[path]

    def keep(self, data: bytes) -> str:
        """Put bytes among the objects; return their digest."""
        return keep_object(self.path, data)

    def keep_file(self, path: str) -> bytes | None:
        """Put a file of the run among the objects and return it, or None where there is none."""
        data = self.read(path)
        if data is not None:
            keep_object(self.path, data, self.digests[path])
        return data

    def commit_stage(
        self,
        stage: Stage,
        outputs: Mapping[str, bytes],
        *,
        inputs: Mapping[str, str],
        version: int,
        parameters: Mapping[str, Any],
        provider: str | None = None,
        model: str | None = None,
    ) -> dict[str, str]:
        """Make a stage's outputs part of the run.

        Returns path to digest of what a person had changed and is now replaced; it is kept.
        """
        known = self.record.stages.get(stage)
        replaced = {}
        for path in outputs:
            found = find_file(path_within(self.path, path))
            if found is not None:
                replaced[path] = self.keep(found)
        digests = {path: self.keep(data) for path, data in outputs.items()}
        data = stage_data(
            stage,
            inputs=inputs,
            outputs=digests,
            replaced=replaced,
            version=version,
            parameters=parameters,
            provider=provider,
            model=model,
        )
        self._append(EVENT_STAGE, data)
        for path, content in outputs.items():
            self._place(path, content, digests[path])
        self._save()
        recorded = known.outputs if known else {}
        return {
            path: digest
            for path, digest in replaced.items()
            if digest not in {digests[path], recorded.get(path)}
        }

    def record_failure(
        self,
        error: CurricleError,
        stage: Stage | None,
        environment: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """Note a typed error as the run's last failure, with the surroundings it arose in."""
        self.record_event(EVENT_FAILURE, failure_data(error, stage, environment))

    def record_call(self, call: Call) -> None:
        """Note that a model was asked; what it names is among the objects already."""
        self.record_event(EVENT_CALL, call.to_json())

    def record_event(self, event: str, data: Mapping[str, Any]) -> None:
        """Note something that happened to the run."""
        self._append(event, data)
        self._save()

    def complete(self, state: RunState) -> None:
        """Finish what a command that died after its commit left undone, and a lost `run.json`."""
        if state.torn:
            digest = self.keep(state.torn)
            cut_file(path_within(self.path, JOURNAL), self.record.head.size_bytes)
            self._append(EVENT_MENDED, {"torn_line": digest, "size_bytes": len(state.torn)})
        for path, placement in state.pending.items():
            # Anything but the version before the commit is a person's work and stays.
            found = self.digests.get(path)
            if found is None or found in placement.before:
                data = find_object(self.path, placement.digest)
                if data is not None:
                    self._place(path, data, placement.digest)
        if state.torn or state.pending or state.is_ahead or state.is_rebuilt:
            self._save()

    def _append(self, event: str, data: Mapping[str, Any]) -> None:
        head = self.record.head
        entry = Entry(
            seq=head.entries + 1,
            at=timestamp(self.clock()),
            actor=self.actor,
            event=event,
            command=self.command,
            previous=head.sha256,
            data=data,
        )
        line = encode_entry(entry)
        # Interrupted between the two, the next entry would follow the one before this, and the
        # chain would be broken for good.
        with uninterrupted():
            append_to_file(path_within(self.path, JOURNAL), line)
            self.record = apply_entries(self.record, [entry], advance(head, line))

    def _place(self, path: str, data: bytes, digest: str) -> None:
        if self.digests.get(path) != digest:
            target = path_within(self.path, path)
            make_folder(target.parent)
            write_file(target, data)
        self._note(path, data, digest)

    def _note(self, path: str, data: bytes, digest: str) -> None:
        self.contents[path] = data
        self.digests[path] = digest

    def _save(self) -> None:
        document = self.record.to_json(self.freshness().reached)
        write_file(path_within(self.path, RUN_FILE), document_bytes(document))


@contextmanager
def writing(
    run_dir: Path,
    *,
    clock: Callable[[], datetime],
    actor: str,
    command: str,
    is_locked: bool = False,
) -> Iterator[RunWriter]:
    """Hold a run's lock for the block and yield its writer, after completing what a crash left.

    With `is_locked`, the caller holds the lock already.

    Raises:
        RunLockedError: another command is writing.
        RunMetadataInvalidError, RunSchemaUnsupportedError: `run.json` cannot be used.
        JournalBrokenError: the journal was changed; nothing may be added to it.
    """
    lock = locked(run_dir, command=command, at=timestamp(clock()))
    with nullcontext() if is_locked else lock:
        state = load_run(run_dir)
        if state.journal_problem:
            why, line = state.journal_problem
            raise JournalBrokenError(state.record.run_id, why, line=line)
        if not last_line_matches(run_dir, state.record.head):
            raise JournalBrokenError(
                state.record.run_id, "its end is not the one that run.json knows"
            )
        _remove_drafts(run_dir)
        snapshot = take_snapshot(run_dir, with_contents=True)
        writer = RunWriter(
            path=run_dir,
            record=state.record,
            digests=dict(snapshot.digests),
            contents=dict(snapshot.contents),
            clock=clock,
            actor=actor,
            command=command,
            unreadable=find_unreadable(run_dir, state.record, snapshot.digests),
        )
        writer.complete(state)
        yield writer


def _remove_drafts(run_dir: Path) -> None:
    folders = {run_dir, run_dir / "logs", run_dir / OBJECTS}
    for below in ("inputs", "outputs"):
        folders.add(run_dir / below)
        folders |= {path for path in (run_dir / below).rglob("*") if path.is_dir()}
    for folder in sorted(folders):
        if folder.is_dir() and not folder.is_symlink():
            remove_drafts(folder)
