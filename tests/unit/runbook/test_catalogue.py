from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

import pytest

from curricle.errors import RunbookInvalidError, error_types
from curricle.recovery.actions import ACTIONS
from curricle.recovery.conditions import CONDITIONS
from curricle.recovery.escalation import RULES
from curricle.recovery.probes import PROBES
from curricle.runbook.catalogue import CATALOGUE, FIRST_TRIAGE
from curricle.runbook.entry import (
    PLACES,
    Action,
    Command,
    Condition,
    EscalationRule,
    NeedsYou,
    Probe,
    Safe,
)
from curricle.runbook.operators import load_operators_book

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENTRIES = list(CATALOGUE.values())


def texts() -> Iterator[tuple[str, str]]:
    """Yield every text of the runbook that may have places, with its code."""
    for entry in ENTRIES:
        yield entry.code, entry.undo
        for cause in entry.causes:
            yield entry.code, cause.text
            for step in cause.steps:
                yield entry.code, step.text
                if isinstance(step, Safe):
                    yield entry.code, step.undo
                    continue
                for command in step.commands:
                    yield from ((entry.code, argument) for argument in command.arguments)


def test_one_entry_for_each_code_and_one_path_for_each_entry() -> None:
    assert CATALOGUE.keys() == {e.code for e in error_types()} | {FIRST_TRIAGE.code}
    assert len({entry.path for entry in ENTRIES}) == len(ENTRIES)
    assert all(code == entry.code for code, entry in CATALOGUE.items())


@pytest.mark.capability("R2")
def test_the_six_paths_have_their_letters() -> None:
    assert {letter: [e.code for e in ENTRIES if e.letter == letter] for letter in "ABCDEF"} == {
        "A": ["stage_conflict"],
        "B": ["validation_failed"],
        "C": ["provider_output_invalid", "provider_timeout", "provider_model_unsupported"],
        "D": ["provider_key_missing"],
        "E": ["provider_base_url_invalid"],
        "F": ["run_metadata_invalid"],
    }


@pytest.mark.capability("R8")
def test_path_c_goes_from_the_model_to_the_time_to_the_command_to_asking_again() -> None:
    taken = [
        step.action
        for cause in CATALOGUE["provider_output_invalid"].causes
        for step in cause.steps
        if isinstance(step, Safe)
    ]
    assert taken == [
        Action.ASK_WITHOUT_MODEL,
        Action.ASK_WITH_MORE_TIME,
        Action.CHECK_PROVIDER,
        Action.ASK_AGAIN,
    ]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.code)
def test_an_entry_says_all_that_somebody_has_to_know(entry: Any) -> None:
    assert entry.meaning.endswith(".")
    assert entry.causes
    assert entry.undo
    assert len({cause.name for cause in entry.causes}) == len(entry.causes)
    for cause in entry.causes:
        assert cause.steps
    needs_somebody = any(isinstance(s, NeedsYou) for c in entry.causes for s in c.steps)
    has_rules = bool(entry.rules) or entry.condition is Condition.COMMAND_WORKS
    assert needs_somebody or has_rules


def test_every_place_in_a_text_is_known() -> None:
    unknown = {
        (code, field)
        for code, text in texts()
        for _, field, _, _ in string.Formatter().parse(text)
        if field is not None and field not in PLACES
    }
    assert unknown == set()


def test_everything_the_runbook_names_is_carried_out_somewhere() -> None:
    assert PROBES.keys() == set(Probe)
    assert ACTIONS.keys() == set(Action)
    assert CONDITIONS.keys() == set(Condition)
    assert RULES.keys() == set(EscalationRule)


def test_everything_that_can_be_carried_out_is_named_by_the_runbook() -> None:
    causes = [cause for entry in ENTRIES for cause in entry.causes]
    steps = [step for cause in causes for step in cause.steps]
    assert {cause.probe for cause in causes} == set(Probe)
    assert {step.action for step in steps if isinstance(step, Safe)} == set(Action)
    assert {entry.condition for entry in ENTRIES} == set(Condition)
    assert {rule for entry in ENTRIES for rule in entry.rules} == set(EscalationRule)


def test_what_is_filled_into_a_command_stays_one_argument() -> None:
    command = Command(arguments=("{path}", "x"), program="ls")
    assert command.filled({"path": "a b; rm -rf $HOME '"}).line == (
        "ls 'a b; rm -rf $HOME '\"'\"'' x"
    )


GOOD = """
schema_version: "1.0"
entries:
  - code: provider_unavailable
    causes:
      - name: nightly-restart
        text: the gateway of {run} is restarted at two
        probe: asked_in_vain
        steps:
          - do: ask_again
            text: ask once more
          - tell: ask in the channel of the gateway
"""


def book(folder: Path, text: str) -> Any:
    path = folder / "book.yaml"
    path.write_text(text)
    return load_operators_book(path)


def test_an_operator_s_causes_come_after_our_own(tmp_path: Path) -> None:
    found = book(tmp_path, GOOD)
    ours, theirs = CATALOGUE["provider_unavailable"], found["provider_unavailable"]
    *before, last = theirs.causes
    assert tuple(before) == ours.causes
    assert (last.name, last.probe) == ("nightly-restart", Probe.ASKED_IN_VAIN)
    ask, tell = last.steps
    assert (ask.action, tell.text) == (Action.ASK_AGAIN, "ask in the channel of the gateway")
    assert theirs.condition is ours.condition
    assert {code: e for code, e in found.items() if code != theirs.code} == {
        code: e for code, e in CATALOGUE.items() if code != theirs.code
    }


BAD = {
    "no YAML": ("entries: [", "book.yaml cannot be used as a runbook"),
    "a key twice": (GOOD + "entries: []\n", "is there twice"),
    "another version": (GOOD.replace("1.0", "2.0"), "schema_version"),
    "an unknown code": (GOOD.replace("provider_unavailable", "nothing"), "no code 'nothing'"),
    "an unknown action": (GOOD.replace("ask_again", "rm -rf /"), "entries.0.causes.0.steps.0"),
    "an unknown probe": (GOOD.replace("asked_in_vain", "guess"), "probe"),
    "an unknown place": (GOOD.replace("{run}", "{user}"), "user"),
    "a way into an object": (GOOD.replace("{run}", "{run.__class__}"), "__class__"),
    "a broken place": (GOOD.replace("{run}", "{run"), "{run"),
    "a post-condition": (
        GOOD.replace("causes:", "condition: command_works\n    causes:"),
        "condition",
    ),
    "a shell line": (GOOD.replace("tell: ask", "shell: rm -rf / #"), "steps.1"),
    "a step of both kinds": (GOOD.replace("text: ask once more", "tell: it"), "steps.0"),
    "one of our causes": (GOOD.replace("nightly-restart", "passing"), "'passing' twice"),
    "nothing": ("", "null"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_goes_beyond_that_is_refused(name: str, tmp_path: Path) -> None:
    text, why = BAD[name]
    with pytest.raises(RunbookInvalidError) as caught:
        book(tmp_path, text)
    assert why in str(caught.value)
