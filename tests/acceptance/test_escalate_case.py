from __future__ import annotations

import json
import shutil
import signal
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from bundles import contents
from command import tree
from curricle.canonical import sha256_hex
from curricle.cases.ledger import verify_ledger
from curricle.cases.places import LEDGER, pack_path
from curricle.cases.recording import Failure, Job, record_failure, record_probe
from curricle.failures.bucket import Bucket, Lane
from curricle.redaction.redactor import find_left
from curricle.schema import DocumentKind, check_document
from faults import Ended, become, in_child, stop_at
from rendered import headings, kinds, links

if TYPE_CHECKING:
    from command import Curricle, Done

NOBODY: Final = 65534
NOW: Final = datetime(2026, 3, 1, tzinfo=UTC)
TOKEN: Final = "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"
OTHER_TOKEN: Final = "xoxb-" + "412345678901-4123456789012-aB3dE5fG7hJ9kL1mN3pQ5rS7"
HEADINGS: Final = [
    "## The first failure",
    "## What is known of the fingerprint",
    "## What happened to the case",
    "## What remains to be decided, and by whom",
]
LOG: Final = """\
=================================== FAILURES ===================================
__________________________________ test_rise ___________________________________

    def test_rise():
>       assert rise("dough") == 2
E       assert 1 == 2
E        +  where 1 = rise('dough')

tests/test_bread.py:8: AssertionError
=========================== short test summary info ============================
FAILED tests/test_bread.py::test_rise - assert 1 == 2
============================== 1 failed in 0.05s ===============================
##[error]Process completed with exit code 1.
"""
UNSET_LOG: Final = """\
> deploy
Error: Missing required environment variable: DEPLOY_URL
    at main (deploy.js:4:9)
##[error]Process completed with exit code 1.
"""
JOB: Final = Job(repo="org/bread", workflow="ci.yml", job="test", run_id="1", commit_sha="a" * 40)
PACK: Final[dict[str, Any]] = {
    "schema_version": "1.0",
    "run_id": "1",
    "commit_sha": "a" * 40,
    "workflow": "ci.yml",
    "failed_job": "test",
    "bucket": "unknown",
    "fingerprint": "other:-:x@v1-0123456789ab",
    "fingerprint_version": "1",
    "first_failure_line": "it broke",
    "first_failure_line_number": 7,
    "failure_lines": [[7, 7]],
    "suspect_files": [],
    "failing_tests": [],
    "rerun_eligible": False,
    "links": {"run": None, "artifacts": None},
    "evidence": [],
    "decision": {
        "action": "escalate",
        "lane": "escalate",
        "reason": "nothing known",
        "retries_used": 0,
        "max_retries": 0,
    },
    "notes": [],
}


def failed(program: Curricle, *options: str, log: str = LOG) -> str:
    """Have a failed job put on record; return the id of its case."""
    path = program.cwd / "job.log"
    path.write_text(log)
    facts = ("--workflow", "ci.yml", "--job", "test", "--repo", "org/bread")
    if "--run-id" not in options:
        facts += ("--run-id", "77", "--sha", "4f1d2c3b" * 5)
    program.good("triage", "--log", str(path), "--record", *facts, *options)
    entry = json.loads((program.runs_dir / LEDGER).read_bytes().splitlines()[-1])
    return str(entry["data"]["case"])


def recorded(runs_dir: Path, job: Job = JOB, reason: str = "nothing known", **pack: Any) -> str:
    """Put a pack with odd texts on record, past what `triage` would have taken out of it."""
    whole = PACK | pack
    failure = Failure(
        job=job,
        fingerprint=whole["fingerprint"],
        fingerprint_version="1",
        bucket=Bucket.UNKNOWN,
        lane=Lane.ESCALATE,
        action="escalate",
        reason=reason,
        retries_used=0,
        max_retries=0,
    )
    return record_failure(runs_dir, whole, failure, now=NOW, actor="ci", command="x").case_id


def handed(program: Curricle, case: str, *options: str) -> tuple[Path, dict[str, bytes]]:
    """Escalate a case; return the bundle with its members."""
    told = program.good("escalate", case, *options, "--json").json
    path = Path(told["bundle"])
    assert told["sha256"] == sha256_hex(path.read_bytes())
    return path, contents(path)


def as_nobody(folder: Path, *arguments: str) -> Ended:
    """Carry out a command as a user whom modes bind, and who may come by `folder`."""
    # What the command imports only when it comes to it, another user may not.
    for module in ("curricle.recovery.job_bundle", "curricle.expressions", "jinja2", "re2"):
        import_module(module)
    for above in (folder, *list(folder.parents)[:-1]):
        above.chmod(above.stat().st_mode | 0o011)
    return in_child(*arguments, before=become(NOBODY))


def entries(runs_dir: Path, event: str) -> list[dict[str, Any]]:
    lines = map(json.loads, (runs_dir / LEDGER).read_bytes().splitlines())
    return [entry for entry in lines if entry["event"] == event]


def refused(done: Done) -> tuple[int, str]:
    return done.status, done.error["code"]


@pytest.mark.capability("R18")
@pytest.mark.capability("T35")
def test_the_evidence_is_collected_and_then_the_handover_filed_with_its_digest(
    forked: Curricle,
) -> None:
    case = failed(forked)
    path, members = handed(forked, case, "--to", "ada@example.org")
    (entry,) = entries(forked.runs_dir, "case_escalated")
    assert entry["data"] == {
        "case": case,
        "owner": "ada@example.org",
        "bundle_sha256": sha256_hex(path.read_bytes()),
    }
    assert entry["actor"] == "tester"
    kept = pack_path(forked.runs_dir, case)
    assert members["artifact_pack.json"] == kept.read_bytes()
    assert check_document(DocumentKind.ARTIFACT_PACK, json.loads(kept.read_bytes())) == ()
    report = members["report.md"].decode()
    place = kept.relative_to(forked.runs_dir)
    assert f"`{place}`, recorded with sha256 {sha256_hex(kept.read_bytes())}" in report


@pytest.mark.capability("T6")
def test_a_failure_that_no_machine_may_retry_reaches_a_person_with_its_evidence(
    forked: Curricle,
) -> None:
    case = failed(forked, log=UNSET_LOG)
    _, members = handed(forked, case, "--to", "ada")
    pack = json.loads(members["artifact_pack.json"])
    assert (pack["decision"]["lane"], pack["rerun_eligible"]) == ("escalate", False)
    assert pack["evidence"]
    report = members["report.md"].decode()
    assert "# secret_or_config, lane escalate: " in report
    assert "- `ada`: `what the cause is and who mends it; nothing is retried until then`" in report
    assert "Line 2 of the log: `Error: Missing required environment variable" in report


def test_the_answer_is_that_for_a_run_with_the_case_in_its_place(forked: Curricle) -> None:
    case = failed(forked)
    answer = forked.good("escalate", case, "--to", "ada", "--json").json
    path = Path(answer.pop("bundle"))
    assert path.parent == forked.runs_dir / "escalations"
    assert path.name.startswith(f"{case}-")
    assert path.stat().st_mode & 0o077 == 0
    assert answer == {
        "schema_version": "1.0",
        "run_id": None,
        "case": case,
        "sha256": sha256_hex(path.read_bytes()),
        "code": None,
        "to": "ada",
        "members": ["manifest.json", "report.md", "artifact_pack.json", "ledger_tail.jsonl"],
        "redacted": 0,
    }
    assert forked.good("escalate", case, "--to", "ada").stdout == f"{path}\n"


def test_the_manifest_has_the_digest_of_every_other_member_of_a_case(forked: Curricle) -> None:
    case = failed(forked)
    _, members = handed(forked, case)
    manifest = json.loads(members.pop("manifest.json"))
    assert check_document(DocumentKind.BUNDLE_MANIFEST, manifest) == ()
    assert manifest["run_id"] == case
    assert manifest["members"] == [
        {"path": name, "sha256": sha256_hex(data), "size_bytes": len(data)}
        for name, data in members.items()
    ]


def test_the_report_of_a_case_says_what_somebody_has_to_know_who_was_not_there(
    forked: Curricle,
) -> None:
    earlier = failed(forked, "--run-id", "5", "--sha", "b" * 40)
    case = failed(forked, "--shard", "2/5", "--attempt", "1")
    (_, entry) = entries(forked.runs_dir, "case_failed")
    fingerprint = entry["data"]["fingerprint"]
    later = failed(forked, "--run-id", "99", "--sha", "c" * 40)
    forked.good("triage", "correct", case, "--bucket", "flaky_test", "--why", "dough is slow")
    order = "the failing test alone"
    forked.good("triage", "probe", case, "--order", order, "--passed")
    day = str((datetime.now(UTC) + timedelta(days=9)).date())
    forked.good("triage", "quarantine", fingerprint, "--owner", "grace", "--until", day)
    _, members = handed(forked, case, "--to", "ada")
    report = members["report.md"].decode()
    program = "python scripts/orchestration.py"
    for words in (
        f"# flaky_test, lane patch: {case}",
        f"- recorded: {entry['at']}, by `tester`",
        "- job: `test`",
        "- shard: `2/5`",
        f"- commit: `{'4f1d2c3b' * 5}`",
        "- bucket: `code_regression`; a person says `flaky_test`",
        "- decision: `open_patch_lane`, lane patch: `code evidence present`",
        f"- fingerprint: `{fingerprint}` (version `1`)",
        "- handed to: `ada`",
        "- `test_rise`",
        "- `tests/test_bread.py`",
        "- `1 case before this one, 1 since; 3 open in all`",
        f"- put aside until {day}; `grace` answers for it",
        f"`{earlier}`, open, code_regression, commit `{'b' * 40}`",
        f"`{later}`, open",
        "`tester`: `recorded as code_regression, open_patch_lane: code evidence present`",
        "`tester`: `code_regression corrected to flaky_test: dough is slow`",
        f"`tester`: `probe passed: {order}`",
        "- `ada`: `which change broke it, and whether that is mended or taken back`",
        f"  - `{program} triage history {fingerprint}`",
        f"  - `{program} triage probe {case}`",
        f"  - `{program} triage close {case} --why WHY`",
    ):
        assert words in report, words
    assert "triage correct" not in report, "a person said already which bucket is right"
    assert headings(report)[1:] == HEADINGS
    assert kinds(report).isdisjoint({"html_block", "html_inline", "link_open", "code_block"})
    assert f"{forked.runs_dir}/" not in report
    lines = [json.loads(line) for line in members["ledger_tail.jsonl"].splitlines()]
    assert [line["event"] for line in lines] == ["case_failed", "case_corrected", "case_probed"]
    assert {line["data"]["case"] for line in lines} == {case}


def test_the_commands_of_the_report_can_be_typed(forked: Curricle) -> None:
    case = failed(forked)
    _, members = handed(forked, case)
    commands = [
        line.strip().removeprefix("- `python scripts/orchestration.py ").removesuffix("`")
        for line in members["report.md"].decode().splitlines()
        if line.startswith("  - `python")
    ]
    assert len(commands) == 3
    for command in commands:
        forked.good(*command.replace("BUCKET", "unknown").split())


def test_of_a_closed_case_only_the_closing_is_to_be_judged(forked: Curricle) -> None:
    case = failed(forked)
    forked.good("triage", "close", case, "--why", "mended by 4f1d")
    _, members = handed(forked, case)
    report = members["report.md"].decode()
    assert f"- case: `{case}`, closed, by `person`: `mended by 4f1d`\n" in report
    assert report.count("- `whoever takes over`: ") == 1
    assert "`whether the case stays closed`" in report


def test_the_same_ledger_gives_the_same_file_wherever_and_whenever(
    forked: Curricle, tmp_path: Path
) -> None:
    case = failed(forked)
    first, members = handed(forked, case, "--to", "ada")
    assert handed(forked, case, "--to", "ada") == (first, members)
    elsewhere = tmp_path / "somewhere" / "else"
    shutil.copytree(forked.runs_dir, elsewhere)
    other = type(forked)(runs_dir=elsewhere, cwd=tmp_path, environment={"CI": "true", "TZ": "Asia"})
    third, _ = handed(other, case, "--to", "ada")
    assert third.read_bytes() == first.read_bytes()
    assert third != first
    for runs_dir, cwd in (("runs", forked.cwd), (".", forked.runs_dir)):
        spelt = type(forked)(runs_dir=runs_dir, cwd=cwd)  # type: ignore[arg-type]
        assert handed(spelt, case, "--to", "ada")[0] == first
    assert len(entries(forked.runs_dir, "case_escalated")) == 1
    forked.good("index", "rebuild")
    assert handed(forked, case, "--to", "ada") == (first, members)


def test_a_handover_is_on_record_once_and_the_bundle_does_not_depend_on_it(
    forked: Curricle,
) -> None:
    case = failed(forked)
    before = (forked.runs_dir / LEDGER).read_bytes()
    plain, _ = handed(forked, case)
    assert (forked.runs_dir / LEDGER).read_bytes() == before, "nobody is named, so nothing is added"
    for owner in ("ada", "ada", "grace", "grace", "ada"):
        path, members = handed(forked, case, "--to", owner)
        assert path != plain
        assert f"- handed to: `{owner}`" in members["report.md"].decode()
    told = [entry["data"]["owner"] for entry in entries(forked.runs_dir, "case_escalated")]
    assert told == ["ada", "grace", "ada"], "each time it went into other hands"
    assert handed(forked, case)[0] == plain
    assert b"case_escalated" not in handed(forked, case)[1]["ledger_tail.jsonl"]
    assert verify_ledger(forked.runs_dir).entries == 4
    forked.good("triage", "correct", case, "--bucket", "unknown", "--why", "looked")
    handed(forked, case, "--to", "ada")
    assert len(entries(forked.runs_dir, "case_escalated")) == 4, "another state is another bundle"


def test_of_two_that_hand_a_case_over_at_once_one_is_on_record(curricle: Curricle) -> None:
    case = failed(curricle)
    running = [curricle.start("escalate", case, "--to", "ada") for _ in range(4)]
    for process in running:
        out, errors = process.communicate(timeout=120)
        assert process.returncode == 0, (out, errors)
    assert len(entries(curricle.runs_dir, "case_escalated")) == 1
    assert len(list((curricle.runs_dir / "escalations").iterdir())) == 1


def test_a_handover_that_is_killed_anywhere_is_completed_by_the_next(
    forked: Curricle, tmp_path: Path
) -> None:
    case = failed(forked)
    expected, _ = handed(forked, case)
    expected.unlink()
    arguments = ("escalate", case, "--to", "ada")
    for number in range(100):
        runs_dir = tmp_path / f"killed-{number}"
        shutil.copytree(forked.runs_dir, runs_dir)
        options = ("--runs-dir", str(runs_dir))
        ended = in_child(*options, *arguments, before=stop_at(number, torn=True))
        if ended.status == 0:
            break
        assert ended.status == -signal.SIGKILL, ended
        again = type(forked)(runs_dir=runs_dir, cwd=tmp_path)
        handed(again, case, "--to", "ada")
        (entry,) = entries(runs_dir, "case_escalated")
        (path,) = (runs_dir / "escalations").glob("case-*")
        assert entry["data"]["bundle_sha256"] == sha256_hex(path.read_bytes())
        verify_ledger(runs_dir)
    assert number > 8


def test_a_case_goes_by_any_beginning_that_is_no_others(forked: Curricle) -> None:
    case = failed(forked)
    path, _ = handed(forked, case)
    for length in (6, 9, 16):
        assert handed(forked, case[:length])[0] == path


def test_a_beginning_that_several_cases_have_names_them(forked: Curricle) -> None:
    cases = [recorded(forked.runs_dir, Job(run_id=str(number))) for number in range(40)]
    first = cases[0][:6]
    alike = [case for case in sorted(cases) if case.startswith(first)]
    assert len(alike) > 1
    done = forked("escalate", first, "--json")
    assert refused(done) == (2, "invalid_argument")
    assert f"could be any of {len(alike)} cases: {alike[0]}" in done.error["message"]
    assert not (forked.runs_dir / "escalations").exists()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("case-000000000000", (3, "case_not_found")),
        ("case-0", (3, "case_not_found")),
        ("case-", (2, "invalid_argument")),
        ("case-xyz", (2, "invalid_argument")),
        ("case-../../etc", (2, "invalid_argument")),
        ("case-" + "0" * 5000, (2, "invalid_argument")),
        ("56682629d656", (3, "run_not_found")),
    ],
)
def test_what_is_no_case_on_record_is_refused(
    name: str, expected: tuple[int, str], forked: Curricle
) -> None:
    recorded(forked.runs_dir)
    for runs_dir in (forked.runs_dir, forked.cwd / "none"):
        program = type(forked)(runs_dir=runs_dir, cwd=forked.cwd)
        assert refused(program("escalate", name, "--json")) == expected
        assert not (runs_dir / "escalations").exists()


@pytest.mark.parametrize("damage", ["changed", "missing", "ledger"])
def test_of_evidence_that_was_changed_there_is_no_bundle(damage: str, forked: Curricle) -> None:
    case = failed(forked)
    failed(forked, "--run-id", "99", "--sha", "c" * 40)
    path = pack_path(forked.runs_dir, case)
    if damage == "changed":
        path.write_bytes(path.read_bytes().replace(b"test_rise", b"test_fall"))
    elif damage == "missing":
        path.unlink()
    else:
        ledger = forked.runs_dir / LEDGER
        ledger.write_bytes(ledger.read_bytes().replace(b"tester", b"nobody", 1))
    before = tree(forked.runs_dir)
    done = forked("escalate", case, "--to", "ada", "--json")
    assert refused(done) == (7, "journal_broken")
    after = tree(forked.runs_dir)
    assert not (forked.runs_dir / "escalations").exists()
    assert after[LEDGER] == before[LEDGER]


def test_a_secret_that_got_into_a_pack_or_the_ledger_by_hand_is_masked(forked: Curricle) -> None:
    case = recorded(
        forked.runs_dir,
        reason=f"with {TOKEN} it was refused",
        first_failure_line=f"401 with {TOKEN} and [redacted:token#3] and [redacted:password#1]",
        failing_tests=[f"test[{TOKEN}]"],
        notes=["DEPLOY_PASSWORD was correct horse battery"],
    )
    forked.good("triage", "correct", case, "--bucket", "unknown", "--why", f"used {OTHER_TOKEN}")
    program = forked.with_environment(DEPLOY_PASSWORD="correct horse battery")
    answer = program.good("escalate", case, "--to", f"ada {OTHER_TOKEN}", "--json").json
    assert answer["redacted"] == 3
    path = Path(answer["bundle"])
    members = contents(path)
    whole = b"".join(members.values()).decode()
    for secret in (TOKEN, OTHER_TOKEN, "correct horse battery"):
        assert secret not in whole + path.name
    assert find_left(whole) == ()
    line = json.loads(members["artifact_pack.json"])["first_failure_line"]
    assert line.endswith("and [redacted:token#3] and [redacted:password#1]"), "as it was recorded"
    for name in members:
        if name.endswith(".json"):
            json.loads(members[name])


def test_new_marks_are_never_numbered_like_those_that_a_pack_came_with(forked: Curricle) -> None:
    case = recorded(forked.runs_dir, first_failure_line=f"[redacted:github-token#1] {TOKEN}")
    _, members = handed(forked, case)
    line = json.loads(members["artifact_pack.json"])["first_failure_line"]
    old, new = line.split()
    assert old == "[redacted:github-token#1]"
    assert new.startswith("[redacted:")
    assert new.endswith("#2]")


@pytest.mark.parametrize("word", ["ledger_tail", "artifact_pack"])
def test_a_bundle_that_would_let_a_secret_out_is_refused_and_not_on_record(
    word: str, forked: Curricle
) -> None:
    case = failed(forked)
    before = (forked.runs_dir / LEDGER).read_bytes()
    program = forked.with_environment(OPENAI_API_KEY=word)
    done = program("escalate", case, "--to", "ada", "--json")
    assert refused(done) == (8, "redaction_incomplete")
    assert list((forked.runs_dir / "escalations").iterdir()) == []
    assert (forked.runs_dir / LEDGER).read_bytes() == before


def test_a_case_that_is_called_like_a_credential_can_be_escalated(forked: Curricle) -> None:
    case = failed(forked)
    _, members = handed(forked.with_environment(OPENAI_API_KEY=case), case)
    assert case in members["report.md"].decode()


HOSTILE: Final = (
    "\x1b[31m\x1b]0;owned\x07 ```\n# no heading\n<script>alert(1)</script> [x](javascript:0)"
    " ![i](http://e.example/i.png) | a | b |\n---\n\u202e\x9b2J `` ` & {{ 7*7 }} {% raw %}"
)


def test_a_report_of_a_case_shows_hostile_text_as_text(forked: Curricle) -> None:
    job = Job(**dict.fromkeys(("repo", "workflow", "job", "run_id", "commit_sha"), HOSTILE))
    case = recorded(
        forked.runs_dir,
        job,
        HOSTILE,
        fingerprint=HOSTILE,
        first_failure_line=HOSTILE,
        failing_tests=[HOSTILE] * 30,
        suspect_files=[HOSTILE],
        notes=[HOSTILE],
        links={"run": HOSTILE, "artifacts": HOSTILE},
        evidence=[{"rule": HOSTILE, "line": HOSTILE, "text": HOSTILE}],
    )
    forked.good("triage", "correct", case, "--bucket", "flaky_test", "--why", HOSTILE)
    forked.good("triage", "probe", case, "--order", HOSTILE, "--failed")
    forked.good("triage", "close", case, "--why", HOSTILE)
    _, members = handed(forked, case, "--to", "`rm -rf` $(x)")
    report = members["report.md"].decode()
    assert not [char for char in report if char in "\x1b\x07\x9b\u202e"]
    assert headings(report) == [f"# flaky_test, lane escalate: {case}", *HEADINGS]
    assert kinds(report).isdisjoint({"html_block", "html_inline", "fence", "hr", "image"})
    assert links(report) == []
    assert "`` `rm -rf` $(x) ``" in report
    assert "{{ 7*7 }}" in report
    assert "- and 10 more, in `artifact_pack.json`" in report
    assert json.loads(members["artifact_pack.json"])["first_failure_line"] == HOSTILE
    shown = forked.good("escalate", case, "--to", "ada")
    assert "\x1b" not in shown.stdout + shown.stderr


@pytest.mark.parametrize(
    "pack",
    [
        {"links": 3, "evidence": {"a": 1}, "failing_tests": "abc", "notes": [1, None, "said"]},
        {"first_failure_line": None, "first_failure_line_number": "x", "suspect_files": [[]]},
        {"links": {"run": []}, "evidence": ["x", {"rule": 3}], "decision": None},
    ],
)
def test_a_pack_of_any_form_is_handed_over_as_it_is(pack: dict[str, Any], forked: Curricle) -> None:
    case = recorded(forked.runs_dir, **pack)
    _, members = handed(forked, case)
    assert members["artifact_pack.json"] == pack_path(forked.runs_dir, case).read_bytes()
    assert headings(members["report.md"].decode())[1:] == HEADINGS


def test_of_a_case_with_a_long_past_the_first_entry_and_the_last_ones_are_told(
    forked: Curricle,
) -> None:
    case = recorded(forked.runs_dir)
    for number in range(52):
        record_probe(
            forked.runs_dir,
            case,
            f"order {number}",
            has_passed=False,
            now=NOW + timedelta(days=1, minutes=number),
            actor="ci",
            command="x",
        )
    _, members = handed(forked, case)
    lines = [json.loads(line) for line in members["ledger_tail.jsonl"].splitlines()]
    assert len(lines) == 50
    assert lines[0]["event"] == "case_failed"
    assert [line["data"]["order"] for line in lines[1:]] == [f"order {n}" for n in range(3, 52)]


def test_a_case_from_another_machine_is_told_with_the_time_it_had_there(
    forked: Curricle, tmp_path: Path
) -> None:
    case = failed(forked)
    handed(forked, case, "--to", "ada")
    export = tmp_path / "cases.jsonl"
    forked.good("index", "export", str(export))
    here = type(forked)(runs_dir=tmp_path / "here", cwd=tmp_path)
    here = here.with_environment(CURRICLE_ACTOR="merger")
    here.good("index", "merge", str(export))
    (entry,) = entries(forked.runs_dir, "case_failed")
    _, members = handed(here, case)
    report = members["report.md"].decode()
    assert f"- recorded: {entry['at']}, by `tester`" in report
    assert f"- {entry['at']}, `tester`: `recorded as " in report
    handed(here, case, "--to", "ada")
    merged, added = entries(here.runs_dir, "case_escalated")
    assert merged["data"]["origin"]["actor"] == "tester"
    assert added["actor"] == "merger", "its bundle is another: the entries have other digests"
    handed(here, case, "--to", "ada")
    assert len(entries(here.runs_dir, "case_escalated")) == 2


def test_a_bundle_of_a_case_is_written_where_one_says_and_over_nothing(
    forked: Curricle, tmp_path: Path
) -> None:
    case = failed(forked)
    target = tmp_path / "bundle.tar.gz"
    first, _ = handed(forked, case)
    assert handed(forked, case, "-o", str(target))[0].read_bytes() == first.read_bytes()
    handed(forked, case, "-o", str(target))
    target.write_bytes(b"mine")
    done = forked("escalate", case, "--to", "ada", "-o", str(target), "--json")
    assert refused(done) == (2, "invalid_argument")
    assert target.read_bytes() == b"mine"
    inside = pack_path(forked.runs_dir, case).with_name("bundle.tar.gz")
    for odd in (tmp_path, tmp_path / "no" / "folder.tar.gz", inside, ""):
        done = forked("escalate", case, "--to", "ada", "-o", str(odd), "--json")
        assert refused(done) == (2, "invalid_argument")
    assert not inside.exists()
    assert entries(forked.runs_dir, "case_escalated") == []


def test_where_nothing_can_be_written_the_evidence_still_goes_where_one_says(
    forked: Curricle, tmp_path: Path
) -> None:
    case = failed(forked)
    before = tree(forked.runs_dir)
    target = tmp_path / "out" / "bundle.tar.gz"
    target.parent.mkdir()
    target.parent.chmod(0o777)
    forked.runs_dir.chmod(0o555)
    arguments = ("--runs-dir", str(forked.runs_dir), "escalate", case, "--to", "ada")
    denied = as_nobody(tmp_path, *arguments)
    assert denied.status == 6
    assert "error[permission_denied]: no access to " in denied.stderr
    done = as_nobody(tmp_path, *arguments, "-o", str(target))
    forked.runs_dir.chmod(0o755)
    assert done.status == 0, done
    assert done.stderr.startswith("that ada takes over is not on record: no access to ")
    assert tree(forked.runs_dir) == before
    assert target.read_bytes() == handed(forked, case, "--to", "ada")[0].read_bytes()


def test_a_folder_that_cannot_be_looked_into_is_named(forked: Curricle, tmp_path: Path) -> None:
    case = failed(forked)
    closed = tmp_path / "closed"
    (closed / "out").mkdir(parents=True)
    closed.chmod(0o700)
    arguments = ("--runs-dir", str(forked.runs_dir), "escalate", case)
    target = closed / "out" / "bundle.tar.gz"
    denied = as_nobody(tmp_path, *arguments, "-o", str(target))
    assert denied.status == 6
    assert f"error[permission_denied]: no access to {target}" in denied.stderr


def test_a_runbook_belongs_to_a_run(forked: Curricle) -> None:
    case = failed(forked)
    done = forked("escalate", case, "--runbook", "mine.yaml", "--json")
    assert refused(done) == (2, "invalid_argument")


@pytest.mark.parametrize("owner", ["", " ", "a\nb", "x" * 201, "\x1b[31m"])
def test_who_takes_a_case_over_is_a_name_on_one_line(owner: str, forked: Curricle) -> None:
    case = failed(forked)
    assert refused(forked("escalate", case, "--to", owner, "--json")) == (2, "invalid_argument")
    assert entries(forked.runs_dir, "case_escalated") == []


def test_what_was_handed_over_changes_no_other_answer_about_cases(forked: Curricle) -> None:
    case = failed(forked)
    fingerprint = entries(forked.runs_dir, "case_failed")[0]["data"]["fingerprint"]
    before = forked.good("triage", "history", fingerprint, "--json").json
    handed(forked, case, "--to", "ada")
    assert forked.good("triage", "history", fingerprint, "--json").json == before
    forked.good("index", "rebuild")
    assert forked.good("triage", "history", fingerprint, "--json").json == before
