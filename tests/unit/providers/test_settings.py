from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from curricle.errors import (
    CurricleError,
    ProviderBaseUrlInvalidError,
    ProviderConfigInvalidError,
    ProviderKeyMissingError,
)
from curricle.providers.settings import ApiMode, ModelSettings, verify_login

if TYPE_CHECKING:
    from collections.abc import Mapping

URL_WITH_SECRETS = "https://ada:hunter22@llm.example.org:8443/v1?key=s3cret-in-query"


def read(**environment: str) -> ModelSettings:
    return ModelSettings.from_environment(environment)


def refusal(environment: Mapping[str, str]) -> CurricleError:
    with pytest.raises(CurricleError) as caught:
        ModelSettings.from_environment(environment)
    return caught.value


def test_without_variables_everything_has_its_default() -> None:
    settings = read()
    assert (settings.timeout_seconds, settings.retry_budget) == (300, 2)
    assert (settings.command, settings.api_mode) == ("codex", ApiMode.CHAT)
    nothing = (settings.model, settings.codex_home, settings.api_key, settings.base_url)
    assert nothing == (None, None, None, None)


def test_every_variable_is_read() -> None:
    settings = read(
        AGENT_TIMEOUT_SECONDS="1.5",
        AGENT_RETRY_BUDGET="0",
        AGENT_MODEL="org/some-model:8b",
        CODING_AGENT_CMD="/opt/codex",
        CODEX_HOME="/home/ada/.codex",
        OPENAI_API_KEY="sk-0123456789",
        OPENAI_BASE_URL="http://127.0.0.1:8080/v1",
        OPENAI_API_MODE="responses",
    )
    assert settings == ModelSettings(
        timeout_seconds=1.5,
        retry_budget=0,
        model="org/some-model:8b",
        command="/opt/codex",
        codex_home=Path("/home/ada/.codex"),
        api_key="sk-0123456789",
        base_url="http://127.0.0.1:8080/v1",
        api_mode=ApiMode.RESPONSES,
    )


@pytest.mark.parametrize(
    "text", ["", " ", "0", "-1", "nan", "inf", "1e3", "5s", "1_0", "٣", "86401"]
)
def test_a_timeout_is_a_number_of_seconds_above_0(text: str) -> None:
    error = refusal({"AGENT_TIMEOUT_SECONDS": text})
    assert isinstance(error, ProviderConfigInvalidError)
    assert str(error).startswith("AGENT_TIMEOUT_SECONDS: ")
    assert "a number of seconds above 0 and up to 86400" in error.hint


@pytest.mark.parametrize("text", ["", "-1", "1.5", "two", "+1", " 1", "101", "9" * 5000, "٣"])
def test_a_retry_budget_is_a_small_whole_number(text: str) -> None:
    error = refusal({"AGENT_RETRY_BUDGET": text})
    assert isinstance(error, ProviderConfigInvalidError)
    assert str(error).startswith("AGENT_RETRY_BUDGET: ")
    assert "a whole number from 0 to 100" in error.hint
    assert len(str(error)) < 300


@pytest.mark.parametrize("text", ["", "-m", "two words", "a\nb", "möd", "a" * 201])
def test_a_model_is_a_name_that_cannot_be_taken_for_an_option(text: str) -> None:
    error = refusal({"AGENT_MODEL": text})
    assert isinstance(error, ProviderConfigInvalidError)
    assert str(error).startswith("AGENT_MODEL: ")
    assert "without spaces" in error.hint


@pytest.mark.parametrize("text", ["", "Chat", "completions"])
def test_there_are_two_api_modes(text: str) -> None:
    error = refusal({"OPENAI_API_MODE": text})
    assert isinstance(error, ProviderConfigInvalidError)
    assert str(error).startswith("OPENAI_API_MODE: ")
    assert "chat or responses" in error.hint


@pytest.mark.parametrize(
    "key", ["", " ", "sk-abcdefgh\n", "sk-abc\rdefgh", "sk abcdefgh", "schlüssel-1", "sk-\x00\x01"]
)
def test_a_key_is_printable_ascii_and_is_never_shown(key: str) -> None:
    error = refusal({"OPENAI_API_KEY": key})
    assert isinstance(error, ProviderKeyMissingError)
    assert str(error).startswith("OPENAI_API_KEY is required: ")
    assert not key.strip() or key.strip() not in str(error) + error.hint + repr(error.details)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "empty"),
        ("localhost:8080/v1", "no scheme"),
        ("//host/v1", "no scheme"),
        ("file:///etc/passwd", "neither http nor https"),
        ("ftp://host/v1", "neither http nor https"),
        ("http://", "no host"),
        ("http:///v1", "no host"),
        ("http://:80/v1", "no host"),
        ("http://host:0/v1", "port"),
        ("http://host:99999/v1", "port"),
        ("http://host:http/v1", "port"),
        ("http://host:/v1", "port"),
        ("http://[::1/v1", "host"),
        ("http://ho st/v1", "space"),
        ("http://host/v1\n", "line break"),
        ("http://hóst/v1", "ASCII"),
        ("http://host/v1#top", "fragment"),
    ],
)
def test_a_base_url_is_an_http_address_of_a_host(url: str, why: str) -> None:
    error = refusal({"OPENAI_BASE_URL": url})
    assert isinstance(error, ProviderBaseUrlInvalidError)
    assert str(error).startswith("invalid OPENAI_BASE_URL ")
    assert why in str(error)
    assert "http(s)://host[:port]/path" in error.hint


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080/v1",
        "https://[::1]:443/v1",
        "HTTPS://llm.example.org",
        "https://gateway.example.org/v1/@cf/model",
        URL_WITH_SECRETS,
    ],
)
def test_an_address_is_taken_as_it_is(url: str) -> None:
    assert read(OPENAI_BASE_URL=url).base_url == url


def test_no_text_of_settings_holds_a_credential() -> None:
    settings = read(OPENAI_API_KEY="sk-0123456789", OPENAI_BASE_URL=URL_WITH_SECRETS)
    assert "sk-0123456789" not in repr(settings)
    assert "hunter22" not in repr(settings)
    assert {"sk-0123456789", "hunter22", "s3cret-in-query"} <= set(settings.secrets)


@pytest.mark.parametrize(
    "environment",
    [
        {"OPENAI_API_KEY": "sk-0123456789"},
        {"OPENAI_BASE_URL": "http://127.0.0.1:8080/v1"},
        {"CODEX_HOME": "/"},
    ],
    ids=["a key", "a server of one's own", "codex's own login"],
)
def test_codex_logs_in_in_one_of_three_ways(environment: dict[str, str]) -> None:
    settings = ModelSettings.from_environment(environment)
    verify_login(settings)
    with pytest.raises(ProviderKeyMissingError, match="CODEX_HOME"):
        verify_login(ModelSettings())


@pytest.mark.parametrize("home", ["", "relative", "/no/such/folder", "/etc/passwd"])
def test_a_home_of_codex_is_a_folder_that_is_there(home: str) -> None:
    with pytest.raises(ProviderConfigInvalidError, match=r"^CODEX_HOME: ") as caught:
        verify_login(read(CODEX_HOME=home))
    assert "absolute path of a folder" in caught.value.hint
