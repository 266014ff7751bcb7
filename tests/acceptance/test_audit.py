from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import tarfile
from typing import TYPE_CHECKING, Any

import pytest

from command import EXAMPLES, tree
from curricle.canonical import sha256_hex
from curricle.runs.lock import locked
from hands import CURRICULUM, PLAN, SPEC, edit, is_kept, load
from model_server import model_server
from reading_model import long_scope, read_and_answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from command import Curricle, Done

JOURNAL = "logs/journal.jsonl"
WHY = "covers what PROJ-12 asks for"
CI = {
    "GITHUB_REPOSITORY": "team/course",
    "GITHUB_REF_NAME": "main",
    "GITHUB_REF": "refs/pull/12/merge",
    "GITHUB_SHA": "c" * 40,
    "GITHUB_RUN_ID": "77",
    "GITHUB_JOB": "build",
}
GIVEN = {"curriculum": "curriculum.json", "scope-file": "scope.md"}
TWO_ERRORS = {"/nodes/1/prerequisites": ["tabels"]}


def told(curricle: Curricle, run: Path) -> dict[str, Any]:
    """Return what `audit reconstruct --json` says; people are told the same without a failure."""
    curricle.good("audit", "reconstruct", run.name)
    document: dict[str, Any] = curricle.good("audit", "reconstruct", run.name, "--json").json
    return document


def gaps_of(document: dict[str, Any], question: str = "") -> list[str]:
    return [gap["what"] for gap in document["gaps"] if question in {"", gap["question"]}]


def refused(done: Done, code: str = "journal_broken") -> str:
    """Return why something does not hold."""
    assert (done.status, done.error["code"]) == (7, code), done
    return str(done.error["message"])


def traces(folder: Path) -> dict[str, tuple[int, int]]:
    """Return path to inode and time of change of everything below a folder."""
    found = {str(path): path.lstat() for path in (folder, *folder.rglob("*"))}
    return {path: (status.st_ino, status.st_mtime_ns) for path, status in found.items()}


def lines_of(run: Path) -> list[bytes]:
    return (run / JOURNAL).read_bytes().splitlines(keepends=True)


@pytest.fixture
def story(forked: Curricle) -> Path:
    """A run that a person edited, broke, had mended, commented on and accepted."""
    in_ci = forked.with_environment(**CI)
    done = in_ci.good(
        *("init", "Asking a database", "--source", "PROJ-12"),
        f"--topic-spec={EXAMPLES / 'topic_spec.json'}",
        f"--scope-file={EXAMPLES / 'scope.md'}",
    )
    run = forked.runs_dir / done.stdout.strip()
    forked.good("run", run.name)
    edit(run / CURRICULUM, TWO_ERRORS)
    assert forked("validate", run.name).status == 1
    forked.good("iterate", run.name, "--repair")
    assert forked("iterate", run.name, "--feedback", "More about joins").status == 8
    forked.good("iterate", run.name)
    forked.good("--actor", "bob", "audit", "decide", run.name, "accept", "--why", WHY)
    return run


@pytest.mark.capability("G14")
@pytest.mark.capability("G48")
def test_what_became_of_a_run_is_told_from_its_record(forked: Curricle, story: Path) -> None:
    document = told(forked, story)
    answers = document["answers"]
    started = answers["started"]
    assert (started["actor"], started["source"]) == ("tester", "PROJ-12")
    assert (started["repository"], started["branch"]) == ("team/course", "main")
    assert (started["commit"], started["job"], started["request"]) == ("c" * 40, "77/build", "12")
    assert [one["path"] for one in started["given"]] == ["inputs/scope.md", SPEC]

    generated = [one for one in answers["changed"] if one["stage"] == "generated"]
    first, edited, mended, noted = generated
    assert (first["provider"], first["made_by"]) == ("internal", "provider")
    (curriculum,) = [one for one in edited["outputs"] if one["path"] == CURRICULUM]
    assert edited["taken_over"] == curriculum["after"] != curriculum["before"]
    assert (mended["provider"], mended["mended"], noted["mended"]) == ("internal", True, True)

    checks = answers["checked"]["checks"]
    assert [check["valid"] for check in checks][:3] == [True, False, True]
    assert "dag.unknown-prerequisite" in {one["rule"] for one in checks[1]["findings"]}
    assert any(f"validate {story.name}" in check["command"] for check in checks)
    assert answers["checked"]["job"] == "77/build"

    invalid, stopped = answers["failed"]
    assert (invalid["code"], stopped["code"]) == ("validation_failed", "stop_rule_hit")
    assert invalid["settled_by"] is not None
    assert f"validate {story.name}" in invalid["command"]

    findings, feedback = answers["repaired"]["curricula"]
    assert (findings["repair"], findings["rounds"], findings["feedback"]) == (True, 1, None)
    assert feedback["feedback_text"] == "More about joins"
    assert is_kept(story, b"More about joins")
    assert [one["code"] for one in answers["repaired"]["stopped"]] == ["stop_rule_hit"]

    decided = answers["decided"]
    assert decided["actors"] == ["bob", "tester"]
    (decision,) = decided["decisions"]
    assert (decision["actor"], decision["decision"], decision["why"]) == ("bob", "accepted", WHY)
    assert decision["outputs"][CURRICULUM] == sha256_hex((story / CURRICULUM).read_bytes())
    assert decision["current"]

    assert (document["gaps"], document["completeness"]) == ([], 1.0)
    head = forked.good("journal", "head", story.name, "--json").json
    assert document["head"] == {n: head[n] for n in ("entries", "sha256", "size_bytes")}


@pytest.mark.capability("G14")
def test_people_are_told_it_under_the_six_questions(curricle: Curricle, story: Path) -> None:
    done = curricle.good("audit", "reconstruct", story.name)
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[1].startswith("completeness 100%; ")
    assert [line for line in lines[2:] if line and not line.startswith(" ")] == [
        *("What started it", "What changed", "What was checked, and what was skipped"),
        *("What failed", "What was repaired", "Who decided", "Sources", "Gaps", "Notes"),
    ]
    assert (
        "  source PROJ-12, repository team/course, branch main, commit cccccccccccc," in done.stdout
    )
    assert f"bob: ACCEPTED on 9 outputs: {WHY}\n" in done.stdout
    assert len(lines) < 80


@pytest.mark.capability("G17")
def test_sources_that_were_used_and_excluded_are_told(forked: Curricle, tmp_path: Path) -> None:
    spec = load(EXAMPLES / "topic_spec.json")
    spec["context_pack"]["local_paths"] = ["notes.md"]
    (tmp_path / "spec.json").write_text(json.dumps(spec))
    folder = tmp_path / "context"
    folder.mkdir()
    (folder / "notes.md").write_text("# Notes\n\n- Joins\n")
    (folder / "other.md").write_text("# Other\n")
    run = forked.init(
        topic_spec=tmp_path / "spec.json", scope_file=EXAMPLES / "scope.md", context=folder
    )
    forked.good("run", run.name)
    context = told(forked, run)["context"]
    assert [one["path"] for one in context["used"]] == [
        "inputs/context/notes.md",
        "inputs/scope.md",
        SPEC,
    ]
    excluded = [(one["kind"], one["what"]) for one in context["excluded"]]
    assert ("context_file", "inputs/context/other.md") in excluded
    assert [what for kind, what in excluded if kind == "scope_out"] == spec["scope_out"]


def test_selected_sections_leave_the_others_out(forked: Curricle, tmp_path: Path) -> None:
    scope = tmp_path / "scope.md"
    scope.write_text("# Bread\n\n## Dough\n\n- Flour\n- Water\n\n## Oven\n\n- Heat\n")
    run = forked.init()
    forked.good(
        *("run", run.name, "--scope-file", str(scope)),
        *("--scope-mode", "section", "--scope-section", "Dough"),
    )
    context = told(forked, run)["context"]
    parts = {one["path"]: one["part"] for one in context["used"]}
    assert parts["inputs/scope.md"] == "the sections Dough"
    sections = [one["what"] for one in context["excluded"] if one["kind"] == "section"]
    assert sections == ["Bread", "Oven"]


@pytest.mark.capability("G15")
@pytest.mark.capability("G19")
def test_a_bare_run_has_gaps_and_what_is_recorded_closes_them(forked: Curricle) -> None:
    bare = forked.init()
    given = [f"--{kind}={EXAMPLES / name}" for kind, name in GIVEN.items()]
    done = forked.good("init", "Course", "--source", "PROJ-12", *given)
    asked = forked.runs_dir / done.stdout.strip()
    steps = [told(forked, bare), told(forked, asked)]
    for command in (["validate"], ["audit", "decide"]):
        more = ["request-changes", "--why", "too long"] if command[0] == "audit" else []
        forked.good(*command, asked.name, *more)
        steps.append(told(forked, asked))
    assert "the source ticket that authorised the run is not recorded" in gaps_of(steps[0])
    assert "nothing was checked" in gaps_of(steps[0])
    assert "no reviewer's decision is recorded" in gaps_of(steps[2])
    assert not gaps_of(steps[3], "decided")
    assert not gaps_of(steps[3], "checked")
    scores = [step["completeness"] for step in steps]
    assert scores == sorted(set(scores))
    (decision,) = steps[3]["answers"]["decided"]["decisions"]
    assert decision["decision"] == "changes_requested"


@pytest.mark.capability("G18")
def test_rules_that_were_skipped_are_told_with_the_reason(forked: Curricle) -> None:
    run = forked.init(**{kind: EXAMPLES / name for kind, name in GIVEN.items()})
    forked.good("validate", run.name)
    (check,) = told(forked, run)["answers"]["checked"]["checks"]
    report = load(run / "outputs" / "reviews" / "validation_report.json")
    assert check["skipped"] == report["skipped"] != []


def test_which_model_made_a_curriculum_is_told_and_its_answers_are_verified(
    forked: Curricle,
) -> None:
    (forked.cwd / "scope.md").write_text(long_scope(4, 20))
    run = forked.init("Course", scope_file=forked.cwd / "scope.md")
    with model_server([read_and_answer]) as server:
        forked.with_environment(
            AGENT_PROVIDER="remote_llm",
            AGENT_MODEL="gpt-5.5",
            OPENAI_API_KEY="sk-loopback-0123456789abcdef",
            OPENAI_BASE_URL=server.url,
        ).good("run", run.name)
    document = told(forked, run)
    (made,) = [one for one in document["answers"]["changed"] if one["stage"] == "generated"]
    assert (made["provider"], made["model"]) == ("remote_llm", "gpt-5.5")
    assert gaps_of(document, "changed") == []
    forked.good("audit", "verify", run.name)
    (call,) = [json.loads(line)["data"] for line in lines_of(run) if b'"event":"call"' in line]
    (run / "objects" / call["answer"]).unlink()
    assert call["answer"] in refused(forked("audit", "verify", run.name, "--json"))


def test_telling_and_verifying_write_nothing_and_say_the_same_each_time(
    forked: Curricle, story: Path, tmp_path: Path
) -> None:
    archive = forked.good("archive", story.name).stdout.strip()
    before = traces(forked.cwd)
    first = [
        forked.good("audit", "reconstruct", story.name).stdout,
        forked.good("audit", "reconstruct", story.name, "--json").stdout,
        forked.good("audit", "verify", story.name, "--json").stdout,
        forked.good("audit", "verify", archive, "--json").stdout,
    ]
    assert traces(forked.cwd) == before
    elsewhere = type(forked)(runs_dir=tmp_path / "other", cwd=tmp_path)
    shutil.copytree(story, elsewhere.runs_dir / story.name)
    for path in (elsewhere.runs_dir / story.name).rglob("*"):
        os.utime(path, (1, 1))
    assert [
        elsewhere.good("audit", "reconstruct", story.name).stdout,
        elsewhere.good("audit", "reconstruct", story.name, "--json").stdout,
        elsewhere.good("audit", "verify", story.name, "--json").stdout,
        elsewhere.good("audit", "verify", archive, "--json").stdout,
    ] == first


def newer(run: Path) -> None:
    edit(run / "run.json", {"/schema_version": "9.0"})


BROKEN_RECORDS: dict[str, Callable[[Path], object]] = {
    "torn": lambda run: (run / "run.json").write_bytes(b'{"run_id": '),
    "missing": lambda run: (run / "run.json").unlink(),
    "a list": lambda run: (run / "run.json").write_bytes(b"[]"),
    "newer": newer,
    "a lie": lambda run: edit(run / "run.json", {"/stage": "initialized", "/stages": {}}),
}


@pytest.mark.parametrize("name", BROKEN_RECORDS)
def test_the_answers_do_not_depend_on_run_json(name: str, forked: Curricle, story: Path) -> None:
    whole = told(forked, story)
    BROKEN_RECORDS[name](story)
    document = told(forked, story)
    assert document["answers"] == whole["answers"]
    assert document["context"] == whole["context"]
    is_legible = name in {"newer", "a lie"}
    assert gaps_of(document) == (
        [] if is_legible else ["whether entries were cut off the end of the journal"]
    )
    done = forked.good("audit", "verify", story.name)
    assert ("run.json does not say" in done.stderr) == (not is_legible)


def test_a_run_of_a_newer_version_cannot_have_its_end_cut_unnoticed(
    forked: Curricle, story: Path
) -> None:
    newer(story)
    (story / JOURNAL).write_bytes(b"".join(lines_of(story)[:-1]))
    assert "entries were cut" in refused(forked("audit", "verify", story.name, "--json"))


def test_any_entry_that_was_changed_is_refused_and_told_up_to_there(
    forked: Curricle, story: Path
) -> None:
    lines = lines_of(story)
    for at in range(len(lines)):
        changed = lines[at].replace(b'"actor":"', b'"actor":"not ', 1)
        (story / JOURNAL).write_bytes(b"".join([*lines[:at], changed, *lines[at + 1 :]]))
        assert "broken" in refused(forked("audit", "verify", story.name, "--json"))
        document = told(forked, story)
        assert gaps_of(document, "record"), at
        assert document["completeness"] < 1
        assert document["head"]["entries"] == at + 1


def test_a_journal_that_was_cut_is_refused_and_told_up_to_there(
    forked: Curricle, story: Path
) -> None:
    lines = lines_of(story)
    (story / JOURNAL).write_bytes(b"".join(lines[:6]))
    assert "entries were cut" in refused(forked("audit", "verify", story.name, "--json"))
    document = told(forked, story)
    assert gaps_of(document, "record") == ["what happened after entry 6: entries were cut off"]
    assert document["completeness"] < 6 / len(lines)


def test_a_torn_last_line_is_told_and_no_failure(
    curricle: Curricle, forked: Curricle, story: Path
) -> None:
    with (story / JOURNAL).open("ab") as journal:
        journal.write(b'{"seq": 99')
    done = curricle.good("audit", "verify", story.name)
    assert "an unfinished last line will be set aside" in done.stdout
    assert any("was never finished" in gap for gap in gaps_of(told(forked, story), "record"))


def test_an_object_that_is_gone_or_changed_is_refused_and_named(
    forked: Curricle, story: Path
) -> None:
    digest = sha256_hex((story / CURRICULUM).read_bytes())
    path = story / "objects" / digest
    data = path.read_bytes()
    named = f"objects/{digest} named by entry"
    changes: list[Callable[[], object]] = [
        path.unlink,
        lambda: path.write_bytes(data + b" "),
        lambda: path.write_bytes(b""),
        lambda: (path.unlink(), path.symlink_to(story / CURRICULUM)),
        lambda: (path.unlink(), path.mkdir()),
    ]
    for change in changes:
        change()
        message = refused(forked("audit", "verify", story.name, "--json"))
        assert f"objects/{digest}" in message
        assert any(gap.startswith(named) for gap in gaps_of(told(forked, story), "changed"))
    done = forked("audit", "verify", story.name)
    assert (done.status, done.stdout) == (7, "")
    assert done.stderr.startswith("error[journal_broken]: ")


def test_what_lies_beside_the_objects_is_named_and_no_failure(
    forked: Curricle, story: Path
) -> None:
    (story / "objects" / "notes.txt").write_text("mine")
    (story / "objects" / sha256_hex(b"left over")).write_bytes(b"left over")
    answer = forked.good("audit", "verify", story.name, "--json").json
    assert answer["notes"] == ["objects/notes.txt is no object"]
    assert answer["objects"]["checked"] == answer["objects"]["named"] + 1


def test_outputs_are_listed_as_they_stand(forked: Curricle, story: Path) -> None:
    edit(story / CURRICULUM, {"/topic": "Other"})
    (story / PLAN).unlink()
    answer = forked.good("audit", "verify", story.name, "--json").json
    states = {one["path"]: one["state"] for one in answer["artifacts"]}
    assert (states.pop(CURRICULUM), states.pop(PLAN)) == ("edited", "missing")
    assert set(states.values()) == {"recorded"}
    assert list(answer) == [
        *("schema_version", "run_id", "archive", "verified", "entries", "head"),
        *("unfinished_last_line", "objects", "artifacts", "notes"),
    ]


def test_an_output_that_a_dead_command_did_not_put_in_place_is_told_apart(
    forked: Curricle, given: Path
) -> None:
    forked.good("validate", given.name)
    before = (given / "run.json").read_bytes()
    forked.good("plan", given.name)
    (given / "run.json").write_bytes(before)
    (given / PLAN).unlink()
    done = forked.good("audit", "verify", given.name, "--json")
    states = {one["path"]: one["state"] for one in done.json["artifacts"]}
    assert (states[PLAN], states[CURRICULUM]) == ("interrupted", "recorded")
    assert any("ahead of run.json" in note for note in done.json["notes"])
    (given / PLAN).write_text("mine")
    done = forked.good("audit", "verify", given.name, "--json")
    assert {"path": PLAN, "state": "edited"} in done.json["artifacts"]


def test_a_named_output_outside_the_run_is_never_read(forked: Curricle, given: Path) -> None:
    from curricle.runs.journal import Entry, encode_entry

    secret = forked.cwd / "secret"
    secret.write_text("x")
    head = forked.good("journal", "head", given.name, "--json").json
    data = {"stage": "planned", "inputs": {}, "outputs": {"../../secret": sha256_hex(b"x")}}
    entry = Entry(
        seq=head["entries"] + 1,
        at="2026-01-31T09:30:00.000000Z",
        actor="eve",
        event="stage",
        command="plan",
        previous=head["sha256"],
        data={**data, "replaced": {}, "version": 1, "parameters": {}},
    )
    with (given / JOURNAL).open("ab") as journal:
        journal.write(encode_entry(entry))
    (given / "objects" / sha256_hex(b"x")).write_bytes(b"x")
    for command in (["audit", "verify", given.name], ["journal", "verify", given.name]):
        assert forked(*command, "--json").error["code"] == "journal_broken"
    assert told(forked, given)["answers"]["changed"][-1]["outputs"][0]["path"] == "../../secret"


@pytest.mark.parametrize("gone", ["objects", "outputs", "inputs", "logs", "run.json", "all"])
def test_a_run_that_is_half_deleted_is_told_as_far_as_it_goes(
    gone: str, forked: Curricle, story: Path
) -> None:
    for path in [*story.iterdir()] if gone == "all" else [story / gone]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    document = told(forked, story)
    if gone in {"logs", "all"}:
        assert (document["completeness"], document["answers"]["started"]) == (0, None)
        assert gaps_of(document, "record") == ["the journal is missing"]
        assert "it is missing" in refused(forked("audit", "verify", story.name, "--json"))
    else:
        assert document["answers"]["started"]["source"] == "PROJ-12"
        assert bool(document["gaps"]) == (gone in {"objects", "run.json"})
        assert forked("audit", "verify", story.name).status == (7 if gone == "objects" else 0)


def repacked(archive: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    """Write an archive's members anew after a change, its manifest as it was."""
    with tarfile.open(archive) as tar:
        members = {one.name: (tar.extractfile(one) or io.BytesIO()).read() for one in tar}
    change(members)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    target = archive.with_name("changed.tar.gz")
    target.write_bytes(gzip.compress(buffer.getvalue(), mtime=0))
    return target


@pytest.fixture
def archive(forked: Curricle, story: Path) -> Path:
    return story.parent.parent / forked.good("archive", story.name).stdout.strip()


def test_an_archive_is_verified_without_being_unpacked(
    curricle: Curricle, forked: Curricle, story: Path, archive: Path
) -> None:
    of_run = forked.good("audit", "verify", story.name, "--json").json
    shutil.rmtree(story)
    before = tree(forked.cwd)
    of_archive = curricle.good("audit", "verify", str(archive), "--json").json
    assert of_archive == {**of_run, "archive": str(archive)}
    assert tree(forked.cwd) == before
    shutil.copy(archive, forked.cwd / "kept")
    assert forked.good("audit", "verify", "kept").stdout.startswith(f"{of_run['run_id']}: ")


def test_any_member_of_an_archive_that_was_changed_is_refused(
    forked: Curricle, archive: Path
) -> None:
    with tarfile.open(archive) as tar:
        names = [one.name for one in tar if one.name != "manifest.json" and one.size]
    for name in [names[0], names[len(names) // 2], names[-1]]:
        changed = repacked(
            archive, lambda members, n=name: members.update({n: b"~" + members[n][1:]})
        )
        message = refused(forked("audit", "verify", str(changed), "--json"), "archive_invalid")
        assert name in message


def test_an_archive_that_is_damaged_is_refused(forked: Curricle, archive: Path) -> None:
    data = archive.read_bytes()
    damaged = forked.cwd / "damaged.tar.gz"
    middle = len(data) // 2
    for broken in (
        b"",
        b"hello",
        data[:middle],
        data[:-3],
        data[:middle] + bytes([data[middle] ^ 4]) + data[middle + 1 :],
        data + b"more",
    ):
        damaged.write_bytes(broken)
        refused(forked("audit", "verify", str(damaged), "--json"), "archive_invalid")


def test_a_bomb_is_refused_before_it_is_read(forked: Curricle, archive: Path) -> None:
    def claim(members: dict[str, bytes]) -> None:
        manifest = json.loads(members["manifest.json"])
        manifest["files"][0]["size_bytes"] = 7_000_000_000
        members["manifest.json"] = json.dumps(manifest).encode()

    done = forked("audit", "verify", str(repacked(archive, claim)), "--json")
    assert "more than any run holds" in refused(done, "archive_invalid")


def test_a_run_that_was_changed_before_it_was_archived_is_refused(
    forked: Curricle, story: Path
) -> None:
    digest = sha256_hex((story / CURRICULUM).read_bytes())
    whole = tree(story)
    lines = lines_of(story)
    changes: dict[str, tuple[dict[str, bytes | None], str]] = {
        "changed": ({JOURNAL: whole[JOURNAL].replace(b"PROJ-12", b"PROJ-13")}, "journal_broken"),
        "cut": ({JOURNAL: b"".join(lines[:-1])}, "journal_broken"),
        "last": (
            {JOURNAL: b"".join([*lines[:-1], lines[-1].replace(b"bob", b"eve")])},
            "journal_broken",
        ),
        "emptied": ({JOURNAL: b""}, "journal_broken"),
        "no journal": ({JOURNAL: None}, "journal_broken"),
        "no object": ({f"objects/{digest}": None}, "archive_invalid"),
        "other object": ({f"objects/{digest}": b"{}"}, "archive_invalid"),
    }
    for name, (files, code) in changes.items():
        for path, data in files.items():
            if data is None:
                (story / path).unlink()
            else:
                (story / path).write_bytes(data)
        packed = forked.good("archive", story.name).stdout.strip()
        message = refused(forked("audit", "verify", packed, "--json"), code)
        assert digest in message or code == "journal_broken", name
        refused(forked("audit", "verify", story.name, "--json"))
        for path in files:
            (story / path).write_bytes(whole[path])
    forked.good("audit", "verify", story.name)


def test_an_archive_whose_journal_is_ahead_of_its_run_json_holds(
    forked: Curricle, story: Path
) -> None:
    before = (story / "run.json").read_bytes()
    forked.good("audit", "decide", story.name, "reject", "--why", "no")
    (story / "run.json").write_bytes(before)
    packed = forked.good("archive", story.name).stdout.strip()
    answer = forked.good("audit", "verify", packed, "--json").json
    assert any("ahead of run.json" in note for note in answer["notes"])
    edit(story / "run.json", {"/journal/sha256": "0" * 64})
    packed = forked.good("archive", story.name).stdout.strip()
    refused(forked("audit", "verify", packed, "--json"))


def test_what_is_named_is_an_archive_where_a_file_is_there_and_a_run_otherwise(
    forked: Curricle, story: Path
) -> None:
    for name in ("nosuch.tar.gz", "folder/nosuch", str(story / "nosuch")):
        done = forked("audit", "verify", name, "--json")
        assert (done.status, done.error["code"]) == (3, "archive_not_found"), name
    done = forked("audit", "verify", "nosuch", "--json")
    assert (done.status, done.error["code"]) == (3, "run_not_found")
    done = forked("audit", "verify", str(story), "--json")
    assert (done.status, done.error["code"]) == (2, "invalid_argument")
    for name in ("", "x" * 5000, "\udcff"):
        assert forked("audit", "verify", name).status in {2, 3}, name
    forked.good("audit", "verify", story.name[:12])
    (forked.cwd / story.name).write_text("no archive")
    refused(forked("audit", "verify", story.name, "--json"), "archive_invalid")


def test_a_decision_is_recorded_with_what_was_decided_on(
    curricle: Curricle, forked: Curricle, given: Path
) -> None:
    edited = edit(given / CURRICULUM, {"/topic": "Other"})
    done = curricle.good("audit", "decide", given.name, "reject", "--why", "too\nlong", "--json")
    assert done.json == {
        "schema_version": "1.0",
        "run_id": given.name,
        "entry": 3,
        "actor": "tester",
        "decision": "rejected",
        "why": "too\nlong",
        "outputs": {CURRICULUM: sha256_hex(edited)},
    }
    assert is_kept(given, edited)
    entry = forked.good("log", given.name, "--json").json["entries"][-1]
    assert (entry["event"], entry["actor"], entry["data"]) == (
        "decided",
        "tester",
        {n: done.json[n] for n in ("decision", "why", "outputs")},
    )
    assert (given / CURRICULUM).read_bytes() == edited
    done = curricle.good("audit", "decide", given.name, "accept", "--why", "fine")
    assert done.stdout == f"accepted by tester: 1 output of {given.name}, entry 4\n"
    forked.good("audit", "verify", given.name)
    forked.good("run", given.name)


def test_a_decision_that_cannot_be_recorded_is_refused_and_leaves_nothing(
    forked: Curricle,
) -> None:
    run = forked.init()
    before = tree(run)
    for why in ("", " \n", "x" * 2001, "\udcff"):
        done = forked("audit", "decide", run.name, "reject", "--why", why, "--json")
        assert (done.status, done.error["code"]) == (2, "invalid_argument"), why
    assert forked("audit", "decide", run.name, "maybe", "--why", "x").status == 2
    assert forked("audit", "decide", run.name, "accept").status == 2
    done = forked("audit", "decide", run.name, "accept", "--why", "x", "--json")
    assert (done.status, done.error["code"]) == (4, "stage_conflict")
    assert tree(run) | {".lock": b""} == before | {".lock": b""}
    with locked(run, command="test", at="now"):
        done = forked("audit", "decide", run.name, "reject", "--why", "x", "--json")
    assert (done.status, done.error["code"]) == (6, "run_locked")
    forked.good("audit", "decide", run.name, "reject", "--why", "x" * 2000)


@pytest.mark.capability("G15")
def test_a_source_is_recorded_and_one_that_cannot_be_shown_makes_no_run(forked: Curricle) -> None:
    for source in ("", " ", "a\nb", "\x1b[31m", "x" * 501):
        done = forked("init", "Course", "--source", source, "--json")
        assert (done.status, done.error["code"]) == (2, "invalid_argument"), source
    assert not list(forked.runs_dir.glob("*"))
    run = forked.runs_dir / forked.good("init", "Course", "--source", "PROJ-12").stdout.strip()
    entry = json.loads((run / JOURNAL).read_bytes())
    assert entry["data"]["origin"]["source"] == "PROJ-12"
    assert set(entry["data"]["origin"]) == {
        *("source", "repository", "branch", "commit", "job", "request")
    }
