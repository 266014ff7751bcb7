"""Asks a model through the Codex CLI: one process for one attempt, gone after it.

The prompt comes on its stdin, the answer in a file and in the events it prints. How it is called:
`codex_command.py`; what its events are: `codex_events.py`; what counts as an answer:
`codex_verdict.py`; that no process stays: `process.py`.
"""

from __future__ import annotations

import os
import re
import stat
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from curricle.canonical import document_bytes
from curricle.fsio import translated
from curricle.printable import one_line
from curricle.providers.address import shown_url
from curricle.providers.client import USAGE, Answer, Usage, name_of
from curricle.providers.codex_command import arguments, scratch_folder, variables
from curricle.providers.codex_events import Transcript
from curricle.providers.codex_faults import NAME
from curricle.providers.codex_verdict import find_fault, is_hopeless
from curricle.providers.command import resolve_command
from curricle.providers.masking import mask
from curricle.providers.process import LINE_BYTES_MAX, running

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from curricle.authoring.question import Question
    from curricle.providers.codex_command import Scratch
    from curricle.providers.process import Process
    from curricle.providers.settings import ModelSettings

SILENCE_SECONDS_MIN: Final = 3.0
"""What codex may need to start on a busy machine."""
LINGERING_SECONDS_MAX: Final = 0.5
"""So long may it take to leave after its turn is over."""
PROGRESS_LENGTH_MAX: Final = 200
_URL: Final = re.compile(r"https?://[^\s\"'<>),]+")


class CodexExec:
    """Asks through `codex exec`."""

    def __init__(self, settings: ModelSettings, environment: Mapping[str, str]) -> None:
        self._settings = settings
        self._environment = environment

    @property
    def name(self) -> str:
        """Return the name it is chosen by."""
        return NAME

    @property
    def model(self) -> str | None:
        """Return the model it asks for, or None for codex's default."""
        return self._settings.model

    def ask(
        self, question: Question, *, seconds_left: float, tell: Callable[[str], None]
    ) -> Answer:
        """Run codex once, which ends within `seconds_left` or little more; `tell` takes progress.

        Raises:
            ProviderError: there is no answer to use; its type says why.
            ProviderCommandMissingError, ProviderConfigInvalidError: codex cannot be run as set up.
            DiskFullError, PermissionDeniedError, IoError: there is no place for its files.
        """
        deadline_at = time.monotonic() + seconds_left
        # A third of the time, so that some is left to ask again.
        silence_seconds = max(SILENCE_SECONDS_MIN, seconds_left / 3)
        silent_until = time.monotonic() + silence_seconds
        with scratch_folder() as scratch:
            with translated(scratch.schema):
                scratch.schema.write_bytes(document_bytes(question.schema))
            with self._process(question.prompt, scratch) as process:
                heard = self._listen(process, deadline_at, silent_until, tell)
            command = self._settings.command
            fault = find_fault(
                heard,
                process.status,
                command=command,
                shown=self._shown,
                is_late=time.monotonic() >= deadline_at,
            )
            if fault is not None:
                if heard.usage:
                    fault.details = {**fault.details, USAGE: asdict(heard.usage)}
                raise fault
            # The file is whole only where codex ended by itself, its last event in any case.
            text = (process.status == 0 and _find_answer(scratch.answer)) or heard.message or ""
        return Answer(
            text=text,
            model=self.model,
            usage=heard.usage or Usage(),
            request_id=name_of(self._shown(heard.thread_id or "")),
        )

    def _process(self, prompt: str, scratch: Scratch) -> AbstractContextManager[Process]:
        command = resolve_command(self._settings.command, self._environment)
        return running(
            [str(command), *arguments(self._settings, scratch)],
            stdin=prompt.encode("utf-8", "replace"),
            environment=variables(self._settings, self._environment, scratch),
            cwd=scratch.work,
            scratch_dir=scratch.root,
        )

    def _listen(
        self,
        process: Process,
        deadline_at: float,
        silent_until: float,
        tell: Callable[[str], None],
    ) -> Transcript:
        """Return what codex says until it ends, its turn is over, or it takes too long."""
        heard = Transcript()
        for line in process.lines(min(deadline_at, silent_until)):
            was_over, heard = heard.is_over, heard.after(line)
            for sentence in heard.progress:
                tell(f"{NAME}: {one_line(self._shown(sentence), PROGRESS_LENGTH_MAX)}")
            if heard.is_over and not was_over:
                process.wait_until = min(deadline_at, time.monotonic() + LINGERING_SECONDS_MAX)
            elif not heard.is_over and not heard.is_silent:
                process.wait_until = deadline_at
            if is_hopeless(heard):
                break
        return heard

    def _shown(self, text: str) -> str:
        """Return a text of codex or a server without our secrets and without what URLs carry."""
        return mask(_URL.sub(lambda url: shown_url(url[0]), text), self._settings.secrets)


def _find_answer(path: Path) -> str:
    """Return what codex wrote there, as far as anyone would read it; empty when nothing."""
    with translated(path):
        # Neither waited for nor followed, whatever a command has put there.
        if not stat.S_ISREG(os.lstat(path).st_mode if os.path.lexists(path) else 0):
            return ""
        with path.open("rb") as file:
            return file.read(LINE_BYTES_MAX).decode("utf-8", "replace")
