"""What the Codex CLI says while it works: its JSON events, and what they amount to.

With `--json` it prints one event a line on stdout. On stderr we ask for the few lines of its log
that tell when the server began to answer, for no event does. What a fault's text means is
`codex_faults.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import orjson

from curricle.printable import one_line
from curricle.providers.client import Usage, count_of

if TYPE_CHECKING:
    from curricle.providers.process import Line

LOG_FILTER: Final = "error,codex_otel.trace_safe=info"
"""Value of `RUST_LOG` that makes it log requests; what that target logs is free of contents."""
_LOG_MARK: Final = b"codex_otel.trace_safe: "
_REQUEST_ANSWERED: Final = b'"codex.api_request"'
_COMMANDS_MAX: Final = 3
_STDERR_MAX: Final = 20
"""So many last lines of stderr are kept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Transcript:
    """What was heard so far."""

    thread_id: str | None = None
    message: str | None = None
    """The model's last message; None when there was none, empty when it was."""
    usage: Usage | None = None
    """Set when the turn completed."""
    failure: str | None = None
    """Why the turn failed, in codex's words."""
    trouble: str | None = None
    """What it last complained of; it may go on trying all the same."""
    failed_commands: tuple[str, ...] = ()
    """Output of the last tool commands that failed."""
    stderr: tuple[str, ...] = ()
    """The last lines of stderr but for the log that we asked for."""
    is_logging: bool = False
    """Whether it logs what we asked for; another version may not."""
    requests: int = 0
    """How often the server answered a request; codex makes another after a call of a tool."""
    is_server_heard: bool = False
    """Whether the server answered with as much as its headers, or a message came."""
    progress: tuple[str, ...] = field(default=(), compare=False)
    """What the last line is worth telling."""

    @property
    def has_completed(self) -> bool:
        """Whether the turn is over and well."""
        return self.usage is not None

    @property
    def is_over(self) -> bool:
        """Whether the turn is over, well or not; what comes after it does not matter."""
        return self.has_completed or self.failure is not None

    @property
    def is_silent(self) -> bool:
        """Whether nothing shows yet that anybody will answer."""
        return not self.is_server_heard and (self.thread_id is None or self.is_logging)

    def after(self, line: Line) -> Transcript:
        """Return what was heard when one more line is."""
        if line.is_error:
            return self._after_stderr(line.text)
        event = _event_of(line.text)
        if event is None:
            return replace(self, progress=())
        heard = self._after_event(event)
        return replace(heard, progress=_progress(event))

    def _after_event(self, event: dict[str, Any]) -> Transcript:
        heard = self
        match event:
            case {"type": "thread.started", "thread_id": str() as thread_id}:
                heard = replace(self, thread_id=thread_id)
            case {"type": "turn.completed"}:
                heard = replace(self, usage=_usage(event.get("usage")), is_server_heard=True)
            case {"type": "turn.failed", "error": {"message": str() as failure}}:
                heard = replace(self, failure=failure)
            case {"type": "turn.failed"}:
                heard = replace(self, failure=self.trouble or "the turn failed")
            case {"type": "error", "message": str() as trouble}:
                heard = replace(self, trouble=trouble)
            case {"type": "item.completed", "item": dict() as item}:
                heard = self._after_item(item)
            case {"type": "item.started"}:
                heard = replace(self, is_server_heard=True)
        return heard

    def _after_item(self, item: dict[str, Any]) -> Transcript:
        match item:
            case {"type": "agent_message", "text": str() as message}:
                return replace(self, message=message, is_server_heard=True)
            case {"type": "command_execution", "status": "failed"}:
                output = str(item.get("aggregated_output") or item.get("command") or "")
                return replace(
                    self, failed_commands=(*self.failed_commands, output)[-_COMMANDS_MAX:]
                )
        return self

    def _after_stderr(self, line: bytes) -> Transcript:
        if _LOG_MARK in line:
            is_answer = _REQUEST_ANSWERED in line
            return replace(
                self,
                is_logging=True,
                requests=self.requests + is_answer,
                is_server_heard=self.is_server_heard or is_answer,
                progress=(),
            )
        text = line.decode(errors="replace").strip()
        # It says so whenever its home is below the temporary folder, as ours is.
        if not text or "could not create PATH aliases" in text:
            return replace(self, progress=())
        return replace(self, stderr=(*self.stderr, text)[-_STDERR_MAX:], progress=())


def _event_of(line: bytes) -> dict[str, Any] | None:
    """Return the event of a line, or None when it is none."""
    try:
        event = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return event if isinstance(event, dict) else None


def _usage(usage: object) -> Usage:
    names = "input_tokens cached_input_tokens output_tokens reasoning_output_tokens".split()
    numbers = usage if isinstance(usage, dict) else {}
    return Usage(**{name: count_of(numbers.get(name)) for name in names})


def _progress(event: dict[str, Any]) -> tuple[str, ...]:
    text = ""
    match event:
        case {"type": "turn.started"}:
            text = "turn started"
        case {"type": "turn.completed", "usage": {"input_tokens": read, "output_tokens": written}}:
            text = f"turn completed: {read} tokens read, {written} written"
        case {"type": "item.started", "item": {"type": "command_execution", "command": command}}:
            text = f"tool command: {command}"
        case {"type": "item.completed", "item": {"type": "command_execution"} as item}:
            text = f"tool command {item.get('status')}: exit status {item.get('exit_code')}"
        case {"type": "item.started", "item": {"type": kind}}:
            text = f"tool call: {kind}"
        case {"type": "error", "message": trouble}:
            text = f"trouble: {trouble}"
    return (one_line(text),) if text else ()
