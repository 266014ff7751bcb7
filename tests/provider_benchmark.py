"""Measures what asking a model costs beyond the model, and writes it into `docs/benchmarks.md`.

    PYTHONPATH=scripts:tests python tests/provider_benchmark.py

The server is on the loopback and answers at once, or after a second where that is said. What is
compared is measured in turns, so that both have the same machine.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import openai

from answering import Scripted, operations
from asking import KEY, SCHEMA
from benchmark import PAGE, REPEATS
from codex import find_codex
from command import Curricle
from curricle.authoring.question import Question
from curricle.authoring.revision import author_revision
from curricle.authoring.shapes import PART
from curricle.canonical import document_bytes
from curricle.curriculum.validator import validate_curriculum
from curricle.layout import CURRICULUM
from curricle.providers.codex_command import arguments, scratch_folder, variables
from curricle.providers.codex_exec import CodexExec
from curricle.providers.internal import InternalProvider
from curricle.providers.remote_llm import RemoteLlm
from curricle.providers.server_forms import Form, chat_form
from curricle.providers.settings import ModelSettings
from curricle.stages.generate import generate
from curricle.steps.calls import SIDE_BY_SIDE_MAX
from model_server import model_server
from model_wire import MODEL
from reading_model import long_scope, read_and_answer
from scopes import brief_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from model_wire import Received

BEGIN, END = "<!-- providers: begin -->", "<!-- providers: end -->"
PAIRS: Final = 15
SECTIONS: Final = 300
WORDS: Final = 2100
"""Enough for each section to need a question of its own."""
CALL_SECONDS: Final = 1.0
QUESTION: Final = Question(name="verdict", prompt="Judge this.", schema=SCHEMA)
SECONDS: Final = 30.0


def main() -> None:
    """Measure everything and put it into the page."""
    rows = [*_overheads(), _repair_prompt(), _many_sections()]
    table = ["| what | measured | at most |", "|---|---|---|", *rows]
    before, rest = PAGE.read_text().split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n\n" + "\n".join(table) + f"\n\n{END}{after}")


def _overheads() -> list[str]:
    with model_server() as server:
        environment = {
            "PATH": os.environ["PATH"],
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": server.url,
            "AGENT_MODEL": MODEL,
            "CODING_AGENT_CMD": str(find_codex()),
        }
        settings = ModelSettings.from_environment(environment)
        remote = RemoteLlm(settings)
        sdk = openai.OpenAI(api_key=KEY, base_url=server.url, max_retries=0)
        codex = CodexExec(settings, environment)
        return [
            _row("codex_exec", "`codex exec` itself", codex, lambda: _bare(settings, environment)),
            _row("remote_llm", "the SDK's own call", remote, lambda: _create(sdk)),
        ]


def _row(name: str, other: str, client: Any, bare: Callable[[], object]) -> str:
    def ask() -> None:
        client.ask(QUESTION, seconds_left=SECONDS, tell=lambda _: None)

    for work in (ask, bare):  # imports, certificates, files in memory
        work()
    pairs = [(_seconds(ask), _seconds(bare)) for _ in range(PAIRS)]
    own, others = (median(column) for column in zip(*pairs, strict=True))
    more = median(one - two for one, two in pairs)
    return (
        f"| `{name}`: a call over {other} | {more * 1000:.0f} ms more"
        f" ({own * 1000:.0f} ms instead of {others * 1000:.0f} ms) | 60 ms |"
    )


def _bare(settings: ModelSettings, environment: dict[str, str]) -> None:
    with scratch_folder() as scratch:
        scratch.schema.write_bytes(document_bytes(SCHEMA))
        subprocess.run(
            [settings.command, *arguments(settings, scratch)],
            input=QUESTION.prompt.encode(),
            env=variables(settings, environment, scratch),
            cwd=scratch.work,
            capture_output=True,
            check=True,
        )


def _create(sdk: openai.OpenAI) -> None:
    sdk.chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": QUESTION.prompt}],
        **chat_form(Form.SCHEMA, SCHEMA),
    )


def _repair_prompt() -> str:
    brief = brief_of(long_scope(100, 40))
    document = json.loads(generate(brief, InternalProvider(), "run")[CURRICULUM])
    assert len(document["nodes"]) == 100
    for at in (10, 50, 90):
        document["nodes"][at]["title"] = "replace_with_title"
    data = document_bytes(document)
    findings = validate_curriculum(document, data, spec=brief.spec, line_counts={}).findings
    scripted = Scripted(lambda _: operations())
    author_revision(document, findings, brief.spec, scripted)
    share = len(scripted.asked[0].prompt) / len(data)
    return (
        "| repair prompt of 100 nodes with 3 findings, over the whole curriculum"
        f" | {share:.0%} | 20 % |"
    )


def _many_sections() -> str:
    times, ideals = zip(*(_sections_once() for _ in range(REPEATS)), strict=True)
    more = median(times) / median(ideals) - 1
    return (
        f"| `run`: {SECTIONS} sections, {SIDE_BY_SIDE_MAX} calls of 1 s at a time |"
        f" {median(times):.1f} s, {more:.0%} over the ideal {median(ideals):.0f} s | 20 % |"
    )


def _sections_once() -> tuple[float, float]:
    rounds: Counter[str] = Counter()

    def answer(received: Received) -> str:
        time.sleep(CALL_SECONDS)
        rounds[json.dumps(received.schema)] += 1
        return read_and_answer(received)

    with tempfile.TemporaryDirectory() as folder, model_server([answer]) as server:
        program = Curricle(
            runs_dir=Path(folder, "runs"),
            cwd=Path(folder),
            environment={
                "AGENT_PROVIDER": "remote_llm",
                "AGENT_MODEL": MODEL,
                "OPENAI_API_KEY": KEY,
                "OPENAI_BASE_URL": server.url,
            },
        )
        scope = Path(folder, "scope.md")
        scope.write_text(long_scope(SECTIONS, WORDS))
        run = program.init("Long", scope_file=scope)
        seconds = _seconds(lambda: program.good("run", run.name))
    assert rounds[json.dumps(PART)] == SECTIONS, rounds
    ideal = sum(math.ceil(count / SIDE_BY_SIDE_MAX) * CALL_SECONDS for count in rounds.values())
    return seconds, ideal


def _seconds(work: Callable[[], object]) -> float:
    begun_at = time.perf_counter()
    work()
    return time.perf_counter() - begun_at


if __name__ == "__main__":
    main()
