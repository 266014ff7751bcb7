from __future__ import annotations

import pytest

from curricle.errors import ProviderUnknownError
from curricle.providers import DEFAULT_PROVIDER, PROVIDER_VARIABLE, PROVIDERS, choose_provider
from curricle.providers.internal import InternalProvider
from curricle.providers.provider import MendRequest
from graphs import curriculum_of


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_provider_is_chosen_by_its_own_name(name: str) -> None:
    assert choose_provider(name, {}).name == name


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
