"""Asks the loopback's server of models as `remote_llm` does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from curricle.authoring.question import Question
from curricle.providers.remote_llm import RemoteLlm
from curricle.providers.settings import ApiMode, ModelSettings
from model_wire import MODEL

if TYPE_CHECKING:
    from curricle.providers.client import Answer

KEY: Final = "sk-loopback-0123456789"
SECONDS: Final = 20.0
LATE_MAX: Final = 2.0
"""Seconds that a call may take beyond what it was given."""
SCHEMA: Final = {
    "type": "object",
    "properties": {"verdict": {"type": "string"}, "score": {"type": "integer"}},
    "required": ["verdict", "score"],
    "additionalProperties": False,
}
QUESTION: Final = Question(name="outline", prompt="Judge this.", schema=SCHEMA)


def client(url: str, mode: ApiMode = ApiMode.CHAT, **changes: Any) -> RemoteLlm:
    settings: dict[str, Any] = {
        "timeout_seconds": 300.0,
        "retry_budget": 2,
        "model": MODEL,
        "command": "codex",
        "codex_home": None,
        "api_key": KEY,
        "base_url": url,
        "api_mode": mode,
    }
    return RemoteLlm(ModelSettings(**{**settings, **changes}))


def ask(asked: RemoteLlm, seconds: float = SECONDS) -> Answer:
    return asked.ask(QUESTION, seconds_left=seconds, tell=lambda _: None)
