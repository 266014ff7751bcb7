from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from bundles import escalated
from command import EXAMPLES, SCOPES, Curricle, tree
from curricle.canonical import sha256_hex
from curricle.evidence.environment import IS_SET
from curricle.redaction.redactor import find_left
from curricle.runs.journal import load_journal
from curricle.schema import DocumentKind, check_document
from hands import CURRICULUM, SCOPE, SPEC, edit
from model_server import model_server

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

JOURNAL = "logs/journal.jsonl"
TOKENS = {
    "github": "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5",
    "aws": "AKIA" + "Z7QK3M5P2R8T4V6X",
    "slack": "xoxb-" + "412345678901-4123456789012-aB3dE5fG7hJ9kL1mN3pQ5rS7",
    "openai": "sk-proj-" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC7dE9fG1hJ3kL5m",
}
KEY = "sk-loopback-0123456789abcdef"


@pytest.fixture
def failed(forked: Curricle, finished: Path) -> Path:
    """A run whose curriculum has a finding that no rule mends."""
    edit(finished / CURRICULUM, {"/nodes/0/title": "replace_with_title"})
    assert forked("run", finished.name).status == 1
    assert forked("recover", finished.name, "--apply").status == 8
    return finished


@pytest.mark.capability("R17")
@pytest.mark.capability("R18")
def test_the_report_says_what_somebody_has_to_know_who_was_not_there(
    forked: Curricle, failed: Path
) -> None:
    _, members = escalated(forked, failed, "--to", "ada@example.org")
    report = members["report.md"].decode()
    failure = next(e for e in load_journal(failed).entries if e.event == "failure")
    for words in (
        f"`{failed.name}`",
        f"- what was run: `{failure.command}`",
        f"`tester`, {failure.at}",
        "exit status 1",
        failure.data["message"],
        failure.data["fingerprint"],
        "validation-failed (path B)",
        "handed to: `ada@example.org`",
        "path validation-failed: needs you",
        "Provider `internal`",
        f"`{CURRICULUM}`: fresh, sha256 {sha256_hex((failed / CURRICULUM).read_bytes())}",
        f"`python scripts/orchestration.py validate {failed.name}`",
    ):
        assert words in report, words
    assert len(report) < 12_000
    assert f"{forked.runs_dir}/" not in report


def test_the_manifest_has_the_digest_of_every_other_member(forked: Curricle, failed: Path) -> None:
    path, members = escalated(forked, failed)
    manifest = json.loads(members.pop("manifest.json"))
    assert check_document(DocumentKind.BUNDLE_MANIFEST, manifest) == ()
    assert manifest["members"] == [
        {"path": name, "sha256": sha256_hex(data), "size_bytes": len(data)}
        for name, data in members.items()
    ]
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.capability("T15")
@pytest.mark.capability("T35")
def test_the_pack_names_the_failure_and_what_is_kept_of_it(forked: Curricle, failed: Path) -> None:
    broken = (failed / CURRICULUM).read_bytes()
    _, members = escalated(forked, failed)
    pack = json.loads(members["artifact_pack.json"])
    assert check_document(DocumentKind.ARTIFACT_PACK, pack) == ()
    line = pack["first_failure_line_number"]
    entry = json.loads((failed / JOURNAL).read_bytes().splitlines()[line - 1])
    assert (entry["event"], entry["data"]["fingerprint"]) == ("failure", pack["fingerprint"])
    assert (pack["bucket"], pack["decision"]["lane"], pack["rerun_eligible"]) == (
        "unknown",
        "escalate",
        False,
    )
    assert pack["suspect_files"] == [CURRICULUM]
    run_id, _, digest = pack["links"]["artifacts"].rpartition("/objects/")
    assert (run_id, digest) == (failed.name, sha256_hex(broken))
    forked.good("run", failed.name, "--force")
    assert (failed / "objects" / digest).read_bytes() == broken


def test_the_same_state_gives_the_same_file_wherever_and_whenever(
    forked: Curricle, failed: Path, tmp_path: Path
) -> None:
    first, members = escalated(forked, failed, "--to", "ada")
    second, again = escalated(forked, failed)
    assert (first, members) == (second, again)
    elsewhere = tmp_path / "somewhere" / "else"
    shutil.copytree(forked.runs_dir, elsewhere)
    other = type(forked)(
        runs_dir=elsewhere, cwd=tmp_path, environment={"AGENT_MODEL": "other", "CI": "true"}
    )
    third, _ = escalated(other, elsewhere / failed.name)
    assert third.read_bytes() == first.read_bytes()
    assert [e.event for e in load_journal(failed).entries].count("escalated") == 1
    fourth, _ = escalated(forked, failed, "--to", "grace")
    assert fourth != first
    assert [e.data["to"] for e in load_journal(failed).entries if e.event == "escalated"] == [
        "ada",
        "grace",
    ]


def test_a_bundle_is_written_where_one_says_and_over_nothing(
    forked: Curricle, failed: Path, tmp_path: Path
) -> None:
    target = tmp_path / "bundle.tar.gz"
    escalated(forked, failed, "-o", str(target))
    escalated(forked, failed, "-o", str(target))
    target.write_bytes(b"mine")
    done = forked("escalate", failed.name, "-o", str(target), "--json")
    assert (done.status, done.error["code"]) == (2, "invalid_argument")
    assert target.read_bytes() == b"mine"


def everything_leaks(run: Path, tokens: Mapping[str, str]) -> None:
    """Put a secret into each place that a bundle reads."""
    with (run / SCOPE).open("a") as file:
        file.write(f"\n- Deploying with `export SLACK_TOKEN={tokens['slack']}`\n")
    spec = json.loads((run / SPEC).read_bytes())
    spec["goal"] = f"Use the key {tokens['aws']} well"
    spec["unknown field"] = tokens["github"]
    (run / SPEC).write_text(json.dumps(spec, indent=2))
    context = run / "inputs" / "context"
    context.mkdir(exist_ok=True)
    (context / f"notes {tokens['openai']}.md").write_text("notes")


def test_no_secret_leaves_in_a_bundle_and_what_tells_apart_stays(
    forked: Curricle, finished: Path
) -> None:
    everything_leaks(finished, TOKENS)
    program = forked.with_environment(
        AGENT_MODEL=TOKENS["github"],
        OPENAI_API_KEY=KEY,
        OPENAI_BASE_URL=f"https://me:{TOKENS['aws']}@models.example/v1?token={TOKENS['slack']}",
        DEPLOY_PASSWORD="correct horse battery",
    )
    feedback = f"use {TOKENS['openai']} and 'correct horse battery' and {KEY}"
    assert program("run", finished.name).status == 4
    assert program("iterate", finished.name, "--feedback", feedback).status in {4, 8}
    assert program("recover", finished.name, "--apply").status == 8
    path, members = escalated(program, finished, "--to", f"ada {TOKENS['slack']}")
    whole = b"".join(members.values()).decode()
    for kind, token in {**TOKENS, "key": KEY, "word": "correct horse battery"}.items():
        assert token not in whole, kind
        assert token not in path.name
    assert finished.name in whole
    digest = sha256_hex((finished / CURRICULUM).read_bytes())
    assert digest in members["artifacts.json"].decode()
    assert "[redacted:" in whole
    assert find_left(whole) == ()
    for name, data in members.items():
        if name.endswith(".json"):
            json.loads(data)
    for line in members["journal_tail.jsonl"].splitlines():
        json.loads(line)
    assert TOKENS["github"].encode() in b"".join(tree(finished).values())


def test_what_a_provider_says_leaves_without_its_secrets(forked: Curricle) -> None:
    run = forked.init("Bread", scope_file=SCOPES / "bread-baking.md")
    with model_server([f'{{"verdict": "my token is {TOKENS["github"]}"}}']) as server:
        program = forked.with_environment(
            AGENT_PROVIDER="remote_llm",
            AGENT_RETRY_BUDGET="0",
            OPENAI_API_KEY=KEY,
            OPENAI_BASE_URL=server.url,
        )
        assert program("run", run.name).status == 5
        _, members = escalated(program, run)
    answer = members["last_answer.txt"].decode()
    assert "my token is [redacted:" in answer
    settings = json.loads(members["settings.json"])["settings"]
    assert (settings["AGENT_PROVIDER"], settings["OPENAI_API_KEY"]) == ("remote_llm", IS_SET)
    assert settings["OPENAI_BASE_URL"] == server.url


def damaged_record(run: Path) -> None:
    (run / "run.json").write_bytes(b"{")


def damaged_journal(run: Path) -> None:
    (run / JOURNAL).write_bytes(b"x" + (run / JOURNAL).read_bytes())


def nothing_left(run: Path) -> None:
    for path in run.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.mark.parametrize("damage", [damaged_record, damaged_journal, nothing_left])
def test_a_run_that_takes_no_record_is_escalated_all_the_same(
    damage: Any, forked: Curricle, finished: Path
) -> None:
    damage(finished)
    before = tree(finished)
    first, members = escalated(forked, finished)
    second, _ = escalated(forked, finished)
    assert first == second
    assert json.loads(members["artifact_pack.json"])["run_id"] == finished.name
    assert {**tree(finished), ".lock": b""} == {**before, ".lock": b""}


def test_a_healthy_run_can_be_handed_over_too(forked: Curricle, finished: Path) -> None:
    _, members = escalated(forked, finished)
    assert b"Nothing is wrong with the run" in members["report.md"]


@pytest.mark.parametrize("owner", ["", " ", "a\nb", "x" * 201, "\x1b[31m"])
def test_an_owner_is_a_name_on_one_line(owner: str, forked: Curricle, finished: Path) -> None:
    done = forked("escalate", finished.name, "--to", owner, "--json")
    assert (done.status, done.error["code"]) == (2, "invalid_argument")


def test_a_report_shows_hostile_text_as_text(forked: Curricle) -> None:
    run = forked.init("Given", curriculum=EXAMPLES / "curriculum.json")
    hostile = "```\n# no heading\n<script>alert(1)</script>\x1b[31m ````"
    edit(run / CURRICULUM, {"/nodes/0/title": "replace_with_title", "/topic": hostile})
    assert forked("validate", run.name).status == 1
    _, members = escalated(forked, run, "--to", "`rm -rf` $(x)")
    report = members["report.md"].decode()
    assert "\x1b" not in report
    assert "\n# no heading" not in report
    assert "`` `rm -rf` $(x) ``" in report


@pytest.mark.parametrize("style", ["md", "html", "csv", "mermaid", "dot", "ics"])
def test_no_secret_of_a_document_leaves_in_an_export(
    style: str, forked: Curricle, given: Path
) -> None:
    run = given
    texts = {
        "/nodes/0/title": f"Tables {TOKENS['aws']}",
        "/nodes/0/capability": f"Log in with password={TOKENS['slack']} and read",
        "/nodes/1/core_ideas": [f"export GITHUB_TOKEN={TOKENS['github']}"],
    }
    edit(run / CURRICULUM, texts)
    assert forked("plan", run.name, "--start", "2026-01-05").status == 0
    shown = forked.good("export", run.name, "--format", style).stdout
    assert not [token for token in TOKENS.values() if token in shown]
    assert "redacted" in shown
    assert TOKENS["aws"] in (run / CURRICULUM).read_text()


def test_an_export_without_secrets_is_as_it_was(forked: Curricle, finished: Path) -> None:
    shown = forked.good("export", finished.name, "--format", "md").stdout
    assert "redacted" not in shown
