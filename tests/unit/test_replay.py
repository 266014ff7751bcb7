from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from answering import concept, need, operation, operations, whole
from command import EXAMPLES
from curricle.canonical import document_bytes
from curricle.errors import BudgetExhaustedError
from curricle.layout import CURRICULUM, GENERATION_NOTES, PLAN, PLAN_PAGE, TOPIC_SPEC
from curricle.pipeline import bring_up_to_date, iterate_run
from curricle.providers.access import ModelAccess
from curricle.providers.client import Answer, Usage
from curricle.providers.internal import InternalProvider
from curricle.providers.settings import ModelSettings
from curricle.replay.comparison import Replay, StepOutcome, replay_run
from curricle.runs.calls import calls_of
from curricle.runs.journal import load_journal
from curricle.steps.repair import REPAIR_TOKENS_MAX
from histories import copy_of, finished_run, new_run, session_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from curricle.authoring.question import Question

SCOPE = b"# Bread\n\n## Flour\n\nWheat flour has gluten.\n\n## Dough\n\nDough is kneaded flour.\n"
ANSWER = whole(concept("Flour", 3, 5), concept("Dough", 7, 9), needs=[need("Flour", "Dough")])


@dataclass
class PaidModel:
    """A paid service that gives its answers in order."""

    answers: list[Mapping[str, Any]]
    name: str = "remote_llm"
    model: str | None = "some-model"
    asked: list[str] = field(default_factory=list)
    tokens: int | None = None

    def ask(
        self, question: Question, *, seconds_left: float, tell: Callable[[str], None]
    ) -> Answer:
        del seconds_left, tell
        self.asked.append(question.name)
        usage = Usage(input_tokens=self.tokens, output_tokens=0)
        return Answer(text=json.dumps(self.answers.pop(0)), model=self.model, usage=usage)


def access(*answers: Mapping[str, Any]) -> ModelAccess:
    return ModelAccess(client=PaidModel(list(answers)), settings=ModelSettings())


def compiled_by_a_model(runs_dir: Path) -> Path:
    run_dir = new_run(runs_dir, scope=SCOPE)
    bring_up_to_date(session_in(runs_dir), run_dir, access(ANSWER))
    return run_dir


def outcomes(replay: Replay) -> list[tuple[str, str | None, str]]:
    return [(s.stage.value, s.provider, s.outcome.value) for s in replay.steps]


def changed(replay: Replay) -> list[str]:
    return [path for path, is_same in replay.artifacts.items() if not is_same]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled_by_a_model(tmp_path_factory.mktemp("done"))


@pytest.fixture
def run_dir(done: Path, tmp_path: Path) -> Path:
    return copy_of(done, tmp_path)


def test_a_run_of_a_model_is_made_again_from_its_record(run_dir: Path) -> None:
    before = sorted((p, p.stat().st_mtime_ns) for p in run_dir.rglob("*"))
    replay = replay_run(run_dir)
    assert replay.is_identical
    assert outcomes(replay) == [
        ("spec_ready", None, "same"),
        ("generated", "remote_llm", "same"),
        ("validated", None, "same"),
        ("planned", None, "same"),
        ("iterated", None, "same"),
    ]
    assert {CURRICULUM, GENERATION_NOTES, PLAN} <= set(replay.artifacts)
    assert sorted((p, p.stat().st_mtime_ns) for p in run_dir.rglob("*")) == before


def test_a_run_of_the_internal_provider_and_one_mended_by_it_are_made_again(tmp_path: Path) -> None:
    run_dir = finished_run(tmp_path)
    document = json.loads((run_dir / CURRICULUM).read_bytes())
    document["nodes"][0]["prerequisites"].append("nowhere")
    (run_dir / CURRICULUM).write_bytes(document_bytes(document))
    iterate_run(session_in(tmp_path), run_dir, InternalProvider(), repair=True, feedback="")
    replay = replay_run(run_dir)
    assert replay.is_identical, replay
    made_by = [(s.provider, s.outcome) for s in replay.steps if s.stage == "generated"]
    assert made_by == [
        ("internal", StepOutcome.SAME),
        (None, StepOutcome.GIVEN),
        ("internal", StepOutcome.SAME),
    ]


def test_feedback_that_a_model_acted_on_is_made_again(run_dir: Path) -> None:
    answer = operations(operation("replace_fields", 1, title="Flour and grain"))
    chosen = access(answer)
    session = session_in(run_dir.parent)
    iterate_run(session, run_dir, chosen, repair=False, feedback="Say more on Flour")
    titles = [n["title"] for n in json.loads((run_dir / CURRICULUM).read_bytes())["nodes"]]
    assert "Flour and grain" in titles
    replay = replay_run(run_dir)
    assert replay.is_identical, replay
    assert len([s for s in replay.steps if s.provider == "remote_llm"]) == 2


def test_a_repair_that_its_budget_ended_is_made_again(tmp_path: Path) -> None:
    document = json.loads((EXAMPLES / "curriculum.json").read_bytes())
    titles = [node["title"] for node in document["nodes"]]
    for at in range(3):
        document["nodes"][at]["title"] = "replace_with_title"
    run_dir = new_run(
        tmp_path,
        spec=(EXAMPLES / "topic_spec.json").read_bytes(),
        scope=(EXAMPLES / "scope.md").read_bytes(),
        curriculum=document_bytes(document),
    )
    answers = [operations(operation("replace_fields", at + 1, title=titles[at])) for at in range(3)]
    model = PaidModel(answers, tokens=REPAIR_TOKENS_MAX // 2)
    chosen = ModelAccess(client=model, settings=ModelSettings())
    with pytest.raises(BudgetExhaustedError):
        iterate_run(session_in(tmp_path), run_dir, chosen, repair=True, feedback="")
    assert model.asked == ["repair", "repair"]
    replay = replay_run(run_dir)
    assert replay.is_identical, replay


def test_a_curriculum_generated_anew_is_made_of_its_own_answer(run_dir: Path) -> None:
    second = {**ANSWER, "topic": "Another topic"}
    bring_up_to_date(session_in(run_dir.parent), run_dir, access(second), force=True)
    assert replay_run(run_dir).is_identical


def test_what_a_person_gave_is_not_made_again(tmp_path: Path) -> None:
    given = (EXAMPLES / "curriculum.json").read_bytes()
    spec = (EXAMPLES / "topic_spec.json").read_bytes()
    run_dir = new_run(
        tmp_path, spec=spec, scope=(EXAMPLES / "scope.md").read_bytes(), curriculum=given
    )
    bring_up_to_date(session_in(tmp_path), run_dir, InternalProvider())
    replay = replay_run(run_dir)
    assert replay.is_identical
    assert ("generated", None, "given") in outcomes(replay)


def test_an_answer_that_was_changed_is_told_with_the_step_it_was_for(run_dir: Path) -> None:
    (call,) = calls_of(load_journal(run_dir).entries)
    (run_dir / "objects" / (call.answer or "")).write_bytes(document_bytes(ANSWER))
    replay = replay_run(run_dir)
    assert not replay.is_identical
    (step,) = [s for s in replay.steps if s.outcome is StepOutcome.DIFFERS]
    assert (step.stage, step.provider) == ("generated", "remote_llm")
    assert "curriculum" in step.why
    assert "recorded" in step.why


def test_an_artifact_that_was_changed_is_told(run_dir: Path) -> None:
    (run_dir / PLAN_PAGE).write_bytes(b"# Mine\n")
    (run_dir / PLAN).unlink()
    replay = replay_run(run_dir)
    assert not replay.is_identical
    assert changed(replay) == [PLAN, PLAN_PAGE]
    assert all(step.outcome is StepOutcome.SAME for step in replay.steps)


def test_a_changed_input_changes_nothing_of_what_is_on_record(run_dir: Path) -> None:
    spec = json.loads((run_dir / TOPIC_SPEC).read_bytes())
    (run_dir / TOPIC_SPEC).write_bytes(document_bytes({**spec, "goal": "Bake cakes"}))
    assert replay_run(run_dir).is_identical


def test_an_input_that_is_gone_from_the_record_is_named(run_dir: Path) -> None:
    entries = load_journal(run_dir).entries
    planned = next(e for e in entries if e.data.get("stage") == "planned")
    digest = planned.data["inputs"][CURRICULUM]
    (run_dir / "objects" / digest).unlink()
    differing = {s.stage: s.why for s in replay_run(run_dir).steps if s.outcome == "differs"}
    assert set(differing) == {"validated", "planned", "iterated"}
    assert all(digest in why for why in differing.values())


def test_a_run_in_which_nothing_was_made_has_nothing_that_differs(tmp_path: Path) -> None:
    replay = replay_run(new_run(tmp_path))
    assert (replay.steps, dict(replay.artifacts), replay.is_identical) == ((), {}, True)
