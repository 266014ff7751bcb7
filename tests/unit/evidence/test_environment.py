from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from curricle.evidence.environment import (
    HARMLESS,
    IS_SET,
    NAMED_ONLY,
    URLS,
    credentials_in,
    describe_environment,
)

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "correct-horse-battery"


def test_every_variable_that_matters_is_named_and_none_but_those(tmp_path: Path) -> None:
    found = describe_environment({"HOME": "/root", "SHELL": "sh"}, tmp_path)
    assert found["settings"] == dict.fromkeys((*HARMLESS, *URLS, *NAMED_ONLY))
    assert found["provider"] == "internal"
    assert found["disk_free_bytes"] > 0


@pytest.mark.parametrize("name", NAMED_ONLY)
def test_a_value_that_may_be_a_secret_is_not_told(name: str, tmp_path: Path) -> None:
    found = describe_environment({name: SECRET}, tmp_path)
    assert found["settings"][name] == IS_SET
    assert SECRET not in json.dumps(found)


def test_a_url_is_told_without_what_may_be_a_secret_in_it(tmp_path: Path) -> None:
    url = f"https://me:{SECRET}@models.example/v1?key={SECRET}"
    found = describe_environment({"OPENAI_BASE_URL": url}, tmp_path)
    assert found["settings"]["OPENAI_BASE_URL"] == "https://models.example/v1"


def test_a_value_is_on_one_line_and_bounded(tmp_path: Path) -> None:
    found = describe_environment({"AGENT_MODEL": "a\nb\x1b[31m" + "c" * 500}, tmp_path)
    assert "\n" not in found["settings"]["AGENT_MODEL"]
    assert "\x1b" not in found["settings"]["AGENT_MODEL"]
    assert len(found["settings"]["AGENT_MODEL"]) <= 200


def test_where_the_disk_cannot_be_asked_nothing_is_said_of_it(tmp_path: Path) -> None:
    assert describe_environment({}, tmp_path / "gone")["disk_free_bytes"] is None


def test_credentials_are_known_by_the_names_of_their_variables_and_in_urls() -> None:
    environment = {
        "OPENAI_API_KEY": "one-credential",
        "GITHUB_TOKEN": "another-credential",
        "DB_PASSWORD": "a third one",
        "HTTPS_PROXY": "http://user:proxy-password@proxy.example:8080",
        "PATH": "/usr/bin",
        "SHORT_KEY": "abc",
    }
    found = credentials_in(environment)
    assert {"one-credential", "another-credential", "a third one", "proxy-password"} <= set(found)
    assert not {"/usr/bin", "abc"} & set(found)
