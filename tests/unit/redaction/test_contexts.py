"""Secrets that are known by what stands beside them."""

from __future__ import annotations

import json

import pytest

from curricle.redaction.redactor import Redactor, find_left

ODD = "hunter2" + "xyz"

NAMED = (
    "password={}",
    "password = {}",
    "PASSWORD: {}",
    'password="{}"',
    "db_password='{}'",
    '{{"password": "{}"}}',
    "export DB_PASSWORD={}",
    "--password {}",
    "--password={}",
    '["--password", "{}"]',
    "set PASSWORD {}",
    "<password>{}</password>",
    '<add key="Password" value="{}"/>',
    "machine example.org login me password {}",
    "| password | {} |",
    "**Password:** {}",
    "the password is {}",
    "my_secret := {}",
    "api_key => '{}'",
    "x-api-key: {}",
    'os.environ.get("API_TOKEN", "{}")',
    "ID=me;Password={};Timeout=30",
    "https://example.org/?access_token={}&page=2",
    "access_token%3D{}%26page%3D2",
    "Authorization: Bearer {}",
    "Authorization: Basic {}==",
    "Cookie: session={}; theme=dark",
    "curl -u me:{} https://example.org",
    "postgres://me:{}@db.example.org:5432/app",
    "redis://:{}@cache:6379/0",
    "//registry.example.org/:_authToken={}",
    "\x1b[32mtoken\x1b[0m: \x1b[1m{}\x1b[0m",
    "pass_phrase ?= {}",
    "SECRET ::= `{}`",
    "IDENTIFIED BY '{}'",
)


@pytest.mark.parametrize("line", NAMED)
def test_a_value_is_gone_beside_a_name_that_tells_what_it_is(line: str) -> None:
    text = line.format(ODD)
    masked = Redactor().redact(text)
    assert ODD not in masked
    assert find_left(masked) == ()


@pytest.mark.parametrize("line", NAMED)
def test_a_value_is_gone_where_json_wrote_the_line(line: str) -> None:
    text = json.dumps({"message": f"before\n{line.format(ODD)}\nafter"})
    masked = Redactor().redact(text)
    assert ODD not in masked
    assert json.loads(masked)["message"].startswith("before\n")
    assert find_left(masked) == ()


@pytest.mark.parametrize(
    "line",
    [
        "password: <your-password>",
        "password=${DB_PASSWORD}",
        "password={{ vault.password }}",
        "password: null",
        "password=true",
        "token: %s",
        "token = get_token(user)",
        "token = self.token",
        "password=password)",
        "password: ********",
        "secret_name: my-secret",
        "token_path: /var/run/token",
        "total_tokens: 5321",
        "max_tokens=4096",
        "unexpected token: expected identifier",
        "http://example.org:80/path?who=me@example.org",
        "git@github.com:me/project.git",
        "ssh://git@example.org/me/project.git",
        "Authorization: Bearer $TOKEN",
        "key: value",
        "author: Someone",
    ],
)
def test_what_only_stands_for_a_secret_may_be_read(line: str) -> None:
    assert Redactor().redact(line) == line


def test_what_surrounds_a_value_may_be_read() -> None:
    masked = Redactor().redact(f"connect to db as me with password={ODD} failed: timeout")
    assert masked == "connect to db as me with password=[redacted:password#1] failed: timeout"


def test_values_of_a_kubernetes_secret_are_gone() -> None:
    manifest = (
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n"
        "  user: YWRtaW5pc3RyYXRvcg==\n  note: bm90aGluZyBzcGVjaWFs\n"
    )
    for text in (manifest, json.dumps(manifest)):
        masked = Redactor().redact(text)
        assert "YWRtaW5pc3RyYXRvcg" not in masked
        assert "bm90aGluZyBzcGVjaWFs" not in masked
        assert "name: db" in masked
        assert find_left(masked) == ()
