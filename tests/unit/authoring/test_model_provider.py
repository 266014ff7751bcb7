from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from answering import Scripted, concept, need, operation, operations, whole
from command import EXAMPLES
from curricle.canonical import document_bytes
from curricle.errors import (
    BudgetExhaustedError,
    ProviderBaseUrlInvalidError,
    ProviderOutputInvalidError,
    ProviderUnavailableError,
    StopRuleHitError,
    ValidationFailedError,
)
from curricle.layout import CURRICULUM, GENERATION_NOTES, Stage
from curricle.providers.model import ModelProvider
from curricle.runs.commit import writing
from curricle.runs.journal import load_journal
from curricle.runs.record import EVENT_STAGE
from curricle.schema import DocumentKind, check_document
from curricle.stages.generate import generate
from curricle.steps.repair import REPAIR_ROUNDS_MAX, REPAIR_TOKENS_MAX, mend
from curricle.steps.spec import require_spec
from curricle.steps.work import Work
from documents import changed
from histories import NOW, new_run
from scopes import brief_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from answering import Reply

SPEC = (EXAMPLES / "topic_spec.json").read_bytes()
SCOPE_TEXT = (EXAMPLES / "scope.md").read_bytes()
GIVEN = json.loads((EXAMPLES / "curriculum.json").read_bytes())


def provider_of(reply: Reply, tokens: int = 0) -> tuple[ModelProvider, Scripted]:
    scripted = Scripted(reply, tokens)
    return ModelProvider(scripted), scripted


def run_with(tmp_path: Path, changes: dict[str, Any]) -> Path:
    data = document_bytes(changed(GIVEN, changes))
    return new_run(tmp_path, spec=SPEC, scope=SCOPE_TEXT, curriculum=data)


@contextmanager
def working(run_dir: Path, clock: Callable[[], datetime] = lambda: NOW) -> Iterator[Work]:
    with writing(run_dir, clock=clock, actor="tester", command="iterate") as writer:
        yield Work(writer, [].append)


def kept(run_dir: Path) -> Any:
    return json.loads((run_dir / CURRICULUM).read_bytes())


def retitled(number: int, title: str) -> dict[str, Any]:
    return operation("replace_fields", number, title=title)


BLANKED = {f"/nodes/{at}/title": f"replace_with_title_{at}" for at in range(3)}


def fix_next(question: Any) -> dict[str, Any]:
    """Mend the first of the nodes that a repair question names, and no other."""
    rows = question.prompt.split("begin: findings")[1]
    number = int(rows.split("(node ")[1].split(")")[0].split(",")[0])
    return operations(retitled(number, GIVEN["nodes"][number - 1]["title"]))


def test_what_a_model_makes_is_a_curriculum_with_notes() -> None:
    provider, _ = provider_of(
        lambda _: whole(concept("Flour", 3), concept("Dough", 5), needs=[need("Flour", "Dough")])
    )
    outputs = generate(brief_of("# Bread\n\n## Flour\n\n## Dough\n"), provider, "some-run")
    assert check_document(DocumentKind.CURRICULUM, json.loads(outputs[CURRICULUM])) == ()
    notes = json.loads(outputs[GENERATION_NOTES])
    assert check_document(DocumentKind.GENERATION_NOTES, notes) == ()
    assert (provider.name, provider.model) == ("codex_exec", "some-model")


def test_the_same_answers_give_the_same_bytes() -> None:
    answer = whole(concept("Flour", 3), concept("Dough", 5), needs=[need("Flour", "Dough")])
    brief = brief_of("# Bread\n\n## Flour\n\n## Dough\n")
    one, other = (generate(brief, provider_of(lambda _: answer)[0], "some-run") for _ in range(2))
    assert one == other


def test_repair_goes_on_while_findings_shrink(tmp_path: Path) -> None:
    run_dir = run_with(tmp_path, BLANKED)
    provider, scripted = provider_of(fix_next)
    with working(run_dir) as work:
        mend(work, provider, require_spec(work), repair=True)
    assert kept(run_dir) == GIVEN
    assert scripted.names == ["repair"] * 3


@pytest.mark.capability("T22")
@pytest.mark.parametrize(
    "answer",
    [operations(), operations(operation("replace_fields", 1, pitfalls=["Haste"]))],
    ids=["nothing", "the same finding again"],
)
def test_a_round_without_progress_is_the_last(tmp_path: Path, answer: Any) -> None:
    run_dir = run_with(tmp_path, BLANKED)
    before = kept(run_dir)
    provider, scripted = provider_of(lambda _: answer)
    with working(run_dir) as work, pytest.raises(StopRuleHitError, match="no further progress"):
        mend(work, provider, require_spec(work), repair=True)
    assert scripted.names == ["repair"]
    assert kept(run_dir) == before


def test_when_the_tokens_are_spent_what_was_mended_is_kept(tmp_path: Path) -> None:
    run_dir = run_with(tmp_path, BLANKED)
    provider, scripted = provider_of(fix_next, tokens=REPAIR_TOKENS_MAX // 2)
    with working(run_dir) as work, pytest.raises(BudgetExhaustedError, match="tokens of repair"):
        mend(work, provider, require_spec(work), repair=True)
    assert scripted.names == ["repair"] * 2
    assert [n["title"] for n in kept(run_dir)["nodes"][:2]] == [
        n["title"] for n in GIVEN["nodes"][:2]
    ]
    assert kept(run_dir) != GIVEN


def test_when_the_rounds_are_spent_what_was_mended_is_kept(tmp_path: Path) -> None:
    many = {
        f"/nodes/{at}/{field}": f"replace_with_{field}_{at}"
        for at in range(4)
        for field in ("title", "capability")
    }
    run_dir = run_with(tmp_path, many)

    def fix_one(question: Any) -> Any:
        rows = question.prompt.split("begin: findings")[1].split("end: findings")[0]
        row = next(r for r in rows.splitlines() if r.startswith("quality.placeholder"))
        number = int(row.split("(node ")[1].split(")")[0].split(",")[0])
        field = "title" if ": title still" in row else "capability"
        own = {field: GIVEN["nodes"][number - 1][field]}
        return operations(operation("replace_fields", number, **own))

    provider, scripted = provider_of(fix_one)
    with working(run_dir) as work, pytest.raises(BudgetExhaustedError, match="5 rounds of repair"):
        mend(work, provider, require_spec(work), repair=True)
    assert len(scripted.asked) == REPAIR_ROUNDS_MAX
    left = sum(
        "replace_with" in json.dumps(node[f])
        for node in kept(run_dir)["nodes"]
        for f in ("title", "capability")
    )
    assert left == 8 - REPAIR_ROUNDS_MAX


def test_when_the_seconds_are_spent_no_further_round_begins(tmp_path: Path) -> None:
    run_dir = run_with(tmp_path, BLANKED)
    ticks = count()
    provider, scripted = provider_of(fix_next)
    with (
        working(run_dir, lambda: NOW + timedelta(seconds=2000 * next(ticks))) as work,
        pytest.raises(BudgetExhaustedError, match="1800 seconds"),
    ):
        mend(work, provider, require_spec(work), repair=True)
    assert scripted.names == ["repair"]
    assert kept(run_dir)["nodes"][0] == GIVEN["nodes"][0]


@pytest.mark.parametrize(
    "fault", [ProviderUnavailableError, ProviderOutputInvalidError, ProviderBaseUrlInvalidError]
)
def test_when_the_provider_fails_half_way_the_best_version_is_kept(
    tmp_path: Path, fault: type[ProviderUnavailableError]
) -> None:
    run_dir = run_with(tmp_path, BLANKED)
    calls = count()

    def fail_later(question: Any) -> Any:
        if next(calls):
            raise fault("codex_exec", "gone")
        return fix_next(question)

    provider, _ = provider_of(fail_later)
    with working(run_dir) as work, pytest.raises(fault, match="gone"):
        mend(work, provider, require_spec(work), repair=True)
    assert kept(run_dir)["nodes"][0] == GIVEN["nodes"][0]
    assert "replace_with" in kept(run_dir)["nodes"][1]["title"]


def test_feedback_that_makes_errors_is_not_kept_and_stops_for_a_person(tmp_path: Path) -> None:
    run_dir = run_with(tmp_path, {})
    title = GIVEN["nodes"][0]["title"]
    other = GIVEN["nodes"][1]["title"]
    provider, _ = provider_of(lambda _: operations(retitled(1, other)))
    with working(run_dir) as work, pytest.raises(StopRuleHitError, match="is not kept"):
        mend(work, provider, require_spec(work), repair=False, feedback=f"Rename {title}")
    assert kept(run_dir) == GIVEN


WARNED = {"/nodes/0/pitfalls": []}


def test_feedback_alone_pays_for_no_repair(tmp_path: Path) -> None:
    run_dir = run_with(tmp_path, WARNED)
    provider, scripted = provider_of(
        lambda _: operations(operation("replace_fields", 1, minutes=90))
    )
    title = GIVEN["nodes"][0]["title"]
    with working(run_dir) as work:
        mend(work, provider, require_spec(work), repair=False, feedback=f"More time for {title}")
    assert scripted.names == ["feedback"]
    assert "begin: findings" not in scripted.asked[0].prompt
    assert kept(run_dir)["nodes"][0]["estimate_minutes"] == 90


def test_feedback_on_a_curriculum_with_errors_asks_nobody(tmp_path: Path) -> None:
    run_dir = run_with(tmp_path, BLANKED)
    provider, scripted = provider_of(lambda _: operations())
    with working(run_dir) as work, pytest.raises(ValidationFailedError):
        mend(work, provider, require_spec(work), repair=False, feedback="Shorter")
    assert scripted.names == []


def test_with_repair_and_feedback_what_is_mended_is_revised(tmp_path: Path) -> None:
    run_dir = run_with(tmp_path, {"/nodes/0/title": "replace_with_title"})
    title = GIVEN["nodes"][1]["title"]
    answers = {
        "repair": operations(retitled(1, GIVEN["nodes"][0]["title"])),
        "feedback": operations(operation("replace_fields", 2, minutes=90)),
    }
    provider, scripted = provider_of(lambda question: answers[question.name])
    with working(run_dir) as work:
        mend(work, provider, require_spec(work), repair=True, feedback=f"More time for {title}")
    assert scripted.names == ["repair", "feedback"]
    assert kept(run_dir)["nodes"][1]["estimate_minutes"] == 90
    assert kept(run_dir)["nodes"][0]["title"] == GIVEN["nodes"][0]["title"]


def test_feedback_waits_until_the_errors_are_mended(tmp_path: Path) -> None:
    run_dir = run_with(tmp_path, BLANKED)
    provider, scripted = provider_of(lambda _: operations())
    with working(run_dir) as work, pytest.raises(StopRuleHitError, match="no further progress"):
        mend(work, provider, require_spec(work), repair=True, feedback="Shorter")
    assert scripted.names == ["repair"]


def test_a_repair_in_vain_of_warnings_ends_in_a_report(tmp_path: Path) -> None:
    capability = GIVEN["nodes"][1]["capability"]
    run_dir = run_with(tmp_path, {f"/nodes/{at}/capability": capability for at in range(3)})
    provider, scripted = provider_of(lambda _: operations())
    for times in (1, 2):
        with working(run_dir) as work:
            mend(work, provider, require_spec(work), repair=True)
        assert scripted.names == ["repair"] * times
        made = [e.data["stage"] for e in load_journal(run_dir).entries if e.event == EVENT_STAGE]
        assert made.count(Stage.VALIDATED) == times


def test_feedback_that_a_model_acts_on_is_kept(tmp_path: Path) -> None:
    run_dir = run_with(tmp_path, {})
    title = GIVEN["nodes"][0]["title"]
    change = operation("replace_fields", 1, pitfalls=["Haste"])
    provider, scripted = provider_of(lambda _: operations(change))
    with working(run_dir) as work:
        mend(work, provider, require_spec(work), repair=False, feedback=f"Warn of haste in {title}")
    assert kept(run_dir)["nodes"][0]["pitfalls"] == ["Haste"]
    assert scripted.names == ["feedback"]
