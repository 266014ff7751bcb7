from __future__ import annotations

import pytest

from curricle.errors import CurricleError, ProviderUnknownError
from curricle.providers.choice import (
    DEFAULT_PROVIDER,
    PROVIDER_VARIABLE,
    PROVIDERS,
    choose_provider,
)
from curricle.providers.internal import InternalProvider
from curricle.providers.provider import MendRequest
from graphs import curriculum_of

USABLE = {"OPENAI_API_KEY": "sk-0123456789", "CODING_AGENT_CMD": "/bin/sh"}


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_provider_is_chosen_by_its_own_name(name: str) -> None:
    assert choose_provider(name, USABLE).name == name


def test_the_internal_provider_reads_no_settings_of_models() -> None:
    environment = dict.fromkeys(("AGENT_TIMEOUT_SECONDS", "OPENAI_API_KEY"), "\n")
    assert choose_provider("internal", environment).name == "internal"


@pytest.mark.capability("R10")
@pytest.mark.parametrize(
    ("name", "variable", "value"),
    [
        ("remote_llm", "OPENAI_API_KEY", None),
        ("remote_llm", "OPENAI_API_KEY", ""),
        ("remote_llm", "OPENAI_BASE_URL", "file:///v1"),
        ("remote_llm", "AGENT_TIMEOUT_SECONDS", "-1"),
        ("remote_llm", "AGENT_RETRY_BUDGET", "many"),
        ("codex_exec", "OPENAI_API_KEY", None),
        ("codex_exec", "CODING_AGENT_CMD", "no/such"),
        ("codex_exec", "CODING_AGENT_CMD", ""),
        ("codex_exec", "CODEX_HOME", "/no/such/folder"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_when_the_provider_is_chosen(
    name: str, variable: str, value: str | None
) -> None:
    environment = {k: v for k, v in {**USABLE, variable: value}.items() if v is not None}
    with pytest.raises(CurricleError) as caught:
        choose_provider(name, environment)
    assert caught.value.exit_status == 4
    assert variable in str(caught.value) + caught.value.hint
    assert caught.value.details["variable"] == variable


@pytest.mark.parametrize(
    ("option", "environment"),
    [(None, {}), (None, {PROVIDER_VARIABLE: "internal"}), ("internal", {PROVIDER_VARIABLE: "x"})],
    ids=["by default", "by the environment", "by the option"],
)
def test_the_option_wins_over_the_environment(
    option: str | None, environment: dict[str, str]
) -> None:
    assert choose_provider(option, environment).name == DEFAULT_PROVIDER == "internal"


@pytest.mark.parametrize("name", ["", "Internal", "internal ", "intrenal", "gpt"])
@pytest.mark.parametrize("is_option", [True, False], ids=["option", "environment"])
def test_an_unknown_provider_never_falls_back_to_another(name: str, *, is_option: bool) -> None:
    option, environment = (name, {}) if is_option else (None, {PROVIDER_VARIABLE: name})
    with pytest.raises(ProviderUnknownError) as caught:
        choose_provider(option, environment)
    assert ("--provider" if is_option else PROVIDER_VARIABLE) in str(caught.value)


def test_the_internal_provider_asks_no_model() -> None:
    assert InternalProvider().model is None


@pytest.mark.parametrize(("feedback", "is_met"), [("", True), ("more on a", False)])
def test_feedback_in_free_text_is_noted_and_not_called_met(feedback: str, *, is_met: bool) -> None:
    document = curriculum_of({"a": []}).to_json()
    request = MendRequest(document=document, findings=(), spec=None, feedback=feedback)
    mended = InternalProvider().mend(request)
    assert mended.is_feedback_met is is_met
    assert ("open_questions" in mended.document) is not is_met
    assert mended.changes == ()
