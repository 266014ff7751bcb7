"""Asks through the real Codex CLI and sees to it that a call leaves nothing behind."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pytest

from curricle.authoring.question import Question
from curricle.errors import CurricleError
from curricle.providers.codex_exec import CodexExec
from curricle.providers.settings import ModelSettings
from model_wire import MODEL
from processes import left_over, new_mark

if TYPE_CHECKING:
    from pathlib import Path

    from curricle.providers.client import Answer

KEY: Final = "sk-loopback-0123456789abcdef"
SCHEMA: Final = {
    "type": "object",
    "properties": {"verdict": {"type": "string"}, "score": {"type": "integer"}},
    "required": ["verdict", "score"],
    "additionalProperties": False,
}
SECONDS: Final = 20.0


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Asks through the real Codex CLI from an environment of its own."""

    environment: dict[str, str]
    mark: str
    temporary: Path
    told: list[str] = field(default_factory=list)

    def __call__(
        self,
        url: str | None,
        *,
        seconds: float = SECONDS,
        prompt: str = "Say pass.",
        **variables: str,
    ) -> Answer:
        """Ask once; whatever comes of it, no process and no file of it may stay."""
        try:
            return self.once(url, seconds=seconds, prompt=prompt, **variables)
        finally:
            assert not left_over(self.mark)
            assert not list(self.temporary.iterdir())

    def once(
        self, url: str | None, *, seconds: float = SECONDS, prompt: str = "Say pass.", **more: str
    ) -> Answer:
        """Ask once, while others may."""
        environment = {**self.environment, **more}
        if url is not None:
            environment["OPENAI_BASE_URL"] = url
        client = CodexExec(ModelSettings.from_environment(environment), environment)
        question = Question(name="verdict", prompt=prompt, schema=SCHEMA)
        return client.ask(question, seconds_left=seconds, tell=self.told.append)

    def failing(self, url: str | None, **options: Any) -> CurricleError:
        """Ask once, in vain; no message of it may hold the key."""
        with pytest.raises(CurricleError) as caught:
            self(url, **options)
        said = [str(caught.value), caught.value.hint, *self.told, repr(caught.value.details)]
        assert not [text for text in said if KEY in text]
        return caught.value


def environment_of(codex: Path, mark: str, home: Path) -> dict[str, str]:
    """Return an environment in which processes are found by a mark they inherit."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "NO_PROXY": f"127.0.0.1,{mark}.invalid",
        "CODING_AGENT_CMD": str(codex),
        "AGENT_MODEL": MODEL,
        "OPENAI_API_KEY": KEY,
        "UNRELATED": "not-for-anybody",
    }


def new_caller(codex: Path, folder: Path) -> Caller:
    """Return a caller whose files lie below a folder."""
    mark = new_mark()
    temporary = folder / "temporary"
    temporary.mkdir()
    return Caller(
        environment=environment_of(codex, mark, folder / "nobody"),
        mark=mark,
        temporary=temporary,
    )
