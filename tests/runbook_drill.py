"""Every error code with a real fault, led down the runbook, and the page of how each ends.

PYTHONPATH=scripts:tests python tests/runbook_drill.py    # prints each, writes the page
"""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import venv
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import openai  # noqa: F401 - takes half a second, which no incident is to be charged with

from codex import find_codex
from command import EXAMPLES, ROOT, SCOPES, SHIM, Curricle
from disks import small_disk
from drill import KEY, Drill, both, edits, lets, sets, types
from faults import become
from forked import ForkedCurricle
from hands import CURRICULUM, SCOPE, SPEC, edit
from model_faults import FAULTS
from model_server import Entry, model_server
from processes import wait_for
from reading_model import long_scope, read_and_answer

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE: Final = ROOT / "docs" / "reference" / "runbook-drill.md"
JOURNAL: Final = "logs/journal.jsonl"
NOBODY: Final = 65534


@dataclass(frozen=True, kw_only=True)
class Incident:
    """A fault, and what is done about it."""

    code: str
    fault: str
    play: Callable[[Drill], None]
    needs: str = ""
    """The fixture that it cannot be played without, if there is one."""

    @property
    def name(self) -> str:
        """Return what tests call it."""
        return f"{self.code}: {self.fault}"


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How an incident ended."""

    paths: str
    outcome: str
    seconds: float = 0.0


def rehearse(incident: Incident, folder: Path) -> Ending:
    """Let an incident happen, and return how it ended."""
    with ExitStack() as stack:
        program = ForkedCurricle(runs_dir=folder / "runs", cwd=folder)
        drill = Drill(folder=folder, program=program, stack=stack)
        begun_at = time.monotonic()
        incident.play(drill)
        seconds = time.monotonic() - begun_at
    helped = ", after a person did what the text says" if drill.was_helped else ""
    paths = " → ".join(dict.fromkeys(drill.paths))
    return Ending(paths=paths, outcome=drill.outcome + helped, seconds=seconds)


# Documents


def _not_ready(drill: Drill) -> None:
    drill.init()
    drill.breaks("stage_conflict", "run", drill.run.name)
    drill.recover(types("run", "--scope-file", FILE=SCOPES / "bread-baking.md"))


def _edited_and_stale(drill: Drill) -> None:
    run = drill.finished()
    edit(run / CURRICULUM, {"/nodes/0/title": "Sorting things out"})
    edit(run / SPEC, {"/constraints/hours_per_week": 9})
    drill.breaks("stage_conflict", "run", run.name)
    drill.recover(types("iterate"))


def _cycle(drill: Drill) -> None:
    run = drill.baked()
    nodes = json.loads((run / CURRICULUM).read_bytes())["nodes"]
    edit(run / CURRICULUM, {"/nodes/0/prerequisites": [nodes[1]["id"]]})
    edit(run / CURRICULUM, {"/nodes/1/prerequisites": [nodes[0]["id"]]})
    drill.breaks("validation_failed", "validate", run.name)
    drill.recover()


def _placeholder(drill: Drill) -> None:
    run = drill.baked()
    edit(run / CURRICULUM, {"/nodes/0/title": "replace_with_title"})
    drill.breaks("validation_failed", "run", run.name)
    mended = edits(CURRICULUM, lambda path: edit(path, {"/nodes/0/title": "Grain and its milling"}))
    drill.recover(both(mended, types("validate")))


def _stale(drill: Drill) -> None:
    run = drill.finished()
    edit(run / SPEC, {"/constraints/hours_per_week": 9})
    drill.breaks("artifact_stale", "plan", run.name)
    drill.recover()


def _spec_cut_off(drill: Drill) -> None:
    run = drill.finished()
    data = (run / SPEC).read_bytes()
    (run / SPEC).write_bytes(data[: len(data) // 2])
    drill.breaks("topic_spec_invalid", "run", run.name)
    drill.recover(types("cp", SPEC))


def _spec_typo(drill: Drill) -> None:
    run = drill.finished()
    edit(run / SPEC, {"/gaol": "Ask a database"})
    drill.breaks("topic_spec_invalid", "run", run.name)
    drill.recover(edits(SPEC, lambda path: edit(path, {"/gaol": None})))


def _scope_binary(drill: Drill) -> None:
    run = drill.baked()
    (run / SCOPE).write_bytes(b"\xff\xfe\x00\x01 no text")
    drill.breaks("scope_invalid", "run", run.name)
    drill.recover(types("run", "--scope-file", FILE=SCOPES / "bread-baking.md"))


def _curriculum_cut_off(drill: Drill) -> None:
    run = drill.baked()
    data = (run / CURRICULUM).read_bytes()
    (run / CURRICULUM).write_bytes(data[:-200])
    drill.breaks("curriculum_invalid", "validate", run.name)
    drill.recover(types("run", "--force"))


def _feedback(drill: Drill) -> None:
    run = drill.baked()
    drill.breaks("stop_rule_hit", "iterate", run.name, "--feedback", "more about rye")
    drill.recover(types("iterate"))


# Providers


def _remote(drill: Drill, *script: Entry, text: str | None = None, **more: str) -> list[Entry]:
    """Point the program at a server, and return the script that it answers by."""
    entries = list(script)
    server = drill.stack.enter_context(model_server([lambda request: _by(entries, request)]))
    drill.set(
        AGENT_PROVIDER="remote_llm",
        AGENT_MODEL="gpt-5.5",
        AGENT_RETRY_BUDGET="0",
        AGENT_TIMEOUT_SECONDS="20",
        OPENAI_API_KEY=KEY,
        OPENAI_BASE_URL=server.url,
        **more,
    )
    scope = drill.folder / "scope.md"
    scope.write_text(text or long_scope(3, 20))
    drill.init(scope_file=scope)
    return entries


def _by(entries: list[Entry], request: Any) -> Any:
    entry = entries[0]
    return entry(request) if callable(entry) else entry


def _fault(code: str, *names: str, **more: Any) -> Callable[[Drill], None]:
    """Return an incident in which a server fails until it is up again, which a person waits for."""

    def play(drill: Drill) -> None:
        entries = _remote(drill, FAULTS[names[0]], **more)
        drill.breaks(code, "run", drill.run.name)

        def mend() -> None:
            entries[0] = read_and_answer

        drill.recover(lets(mend))

    return play


def _at_once(code: str, name: str, **more: str) -> Callable[[Drill], None]:
    """Return an incident in which the server is up again when the run is recovered."""

    def play(drill: Drill) -> None:
        entries = _remote(drill, FAULTS[name], **more)
        drill.breaks(code, "run", drill.run.name)
        entries[0] = read_and_answer
        drill.recover()

    return play


def _never_fits(drill: Drill) -> None:
    _remote(drill, FAULTS["wrong_schema"])
    drill.breaks("provider_output_invalid", "run", drill.run.name)
    drill.recover()


def _this_model_does_not_fit(drill: Drill) -> None:
    entries: list[Entry] = [
        lambda request: (
            FAULTS["prose"] if request.body["model"] == "fable" else read_and_answer(request)
        )
    ]
    _remote(drill, *entries)
    drill.set(AGENT_MODEL="fable")
    drill.breaks("provider_output_invalid", "run", drill.run.name)
    drill.recover()


def _no_such_model(drill: Drill) -> None:
    entries: list[Entry] = [
        lambda request: (
            FAULTS["http_404_model"]
            if request.body["model"] == "fable"
            else read_and_answer(request)
        )
    ]
    _remote(drill, *entries)
    drill.set(AGENT_MODEL="fable")
    drill.breaks("provider_model_unsupported", "run", drill.run.name)
    drill.recover()


def _too_slow(drill: Drill) -> None:
    def slowly(request: Any) -> Any:
        time.sleep(1.5)
        return read_and_answer(request)

    _remote(drill, slowly)
    drill.set(AGENT_TIMEOUT_SECONDS="1")
    drill.breaks("provider_timeout", "run", drill.run.name)
    drill.recover()


def _key_rejected(drill: Drill) -> None:
    def by_key(request: Any) -> Any:
        return read_and_answer(request) if request.key == KEY else FAULTS["http_401"]

    _remote(drill, by_key)
    drill.set(OPENAI_API_KEY="sk-revoked-0123456789abcdef")
    drill.breaks("provider_auth_rejected", "run", drill.run.name)
    drill.recover(sets(OPENAI_API_KEY=KEY))


def _declined(code: str, name: str) -> Callable[[Drill], None]:
    """Return an incident that no second try helps: the person takes another provider."""

    def play(drill: Drill) -> None:
        _remote(drill, FAULTS[name])
        drill.breaks(code, "run", drill.run.name)
        drill.recover(types("run", "--provider", "internal"))

    return play


def _no_key(drill: Drill) -> None:
    _remote(drill, read_and_answer)
    drill.set(OPENAI_API_KEY=None)
    drill.breaks("provider_key_missing", "run", drill.run.name)
    drill.recover(sets(OPENAI_API_KEY=KEY))


def _no_key_other_provider(drill: Drill) -> None:
    _remote(drill, read_and_answer)
    drill.set(OPENAI_API_KEY=None)
    drill.breaks("provider_key_missing", "run", drill.run.name)
    drill.recover(types("run", "--provider", "internal"))


def _no_url(drill: Drill) -> None:
    _remote(drill, read_and_answer)
    url = drill.program.environment["OPENAI_BASE_URL"]
    drill.set(OPENAI_BASE_URL=url.removeprefix("http://"))
    drill.breaks("provider_base_url_invalid", "run", drill.run.name)
    drill.recover(sets(OPENAI_BASE_URL=url))


def _mistyped_provider(drill: Drill) -> None:
    drill.init(scope_file=SCOPES / "bread-baking.md")
    drill.set(AGENT_PROVIDER="intrenal")
    drill.breaks("provider_unknown", "run", drill.run.name)
    drill.recover(sets(AGENT_PROVIDER="internal"))


def _bad_setting(drill: Drill) -> None:
    _remote(drill, read_and_answer)
    drill.set(AGENT_RETRY_BUDGET="two")
    drill.breaks("provider_config_invalid", "run", drill.run.name)
    drill.recover(sets(AGENT_RETRY_BUDGET=None))


def _no_codex(drill: Drill) -> None:
    _remote(drill, read_and_answer)
    drill.set(AGENT_PROVIDER="codex_exec", CODING_AGENT_CMD="no-such-codex")
    drill.breaks("provider_command_missing", "run", drill.run.name)
    drill.recover(sets(CODING_AGENT_CMD=str(find_codex())))


_SANDBOXED: Final = """\
#!/bin/sh
# What a Codex CLI reports when its sandbox cannot be set up, after it was told to run a command.
cat >/dev/null
printf '%s' '{"type":"item.completed","item":{"id":"1","type":"command_execution","command":"ls",'
printf '%s' '"aggregated_output":"bwrap: setting up uid map: Permission denied",'
echo '"exit_code":1,"status":"failed"}}'
echo '{"type":"turn.failed","error":{"message":"the command could not be run"}}'
exit 1
"""


def _no_sandbox(drill: Drill) -> None:
    _remote(drill, read_and_answer)
    path = drill.folder / "codex"
    path.write_text(_SANDBOXED)
    path.chmod(0o755)
    drill.set(AGENT_PROVIDER="codex_exec", CODING_AGENT_CMD=str(path))
    drill.breaks("provider_sandbox_denied", "run", drill.run.name)
    drill.recover(types("run", "--provider", "remote_llm"))


def _budget(drill: Drill) -> None:
    """Let a model mend one finding a round, of more than there are rounds."""
    run = drill.program.init(
        "Asking a database",
        topic_spec=EXAMPLES / "topic_spec.json",
        scope_file=EXAMPLES / "scope.md",
        curriculum=EXAMPLES / "curriculum.json",
    )
    given = json.loads((run / CURRICULUM).read_bytes())
    fields = [(at, field) for at in range(4) for field in ("title", "capability")]
    edit(run / CURRICULUM, {f"/nodes/{at}/{f}": f"replace_with_{f}_{at}" for at, f in fields})
    entries = _remote(drill, lambda request: _fix_one(request.prompt, given))
    drill.run = run
    drill.breaks("budget_exhausted", "iterate", run.name, "--repair", once=True)
    assert entries
    drill.recover(types("iterate", "--repair"))


def _fix_one(prompt: str, given: Any) -> str:
    from answering import operation, operations

    rows = prompt.split("begin: findings")[1].split("end: findings", maxsplit=1)[0]
    row = next(line for line in rows.splitlines() if line.startswith("quality.placeholder"))
    number = int(row.split("(node ")[1].split(")")[0].split(",")[0])
    name = "title" if ": title still" in row else "capability"
    mended = {name: given["nodes"][number - 1][name]}
    return json.dumps(operations(operation("replace_fields", number, **mended)))


# Records, files, disks


def _record_cut_off(drill: Drill) -> None:
    run = drill.baked()
    data = (run / "run.json").read_bytes()
    (run / "run.json").write_bytes(data[: len(data) // 2])
    drill.breaks("run_metadata_invalid", "status", run.name)
    drill.recover()


def _record_and_journal_gone(drill: Drill) -> None:
    run = drill.baked()
    (run / "run.json").write_bytes(b"")
    (run / JOURNAL).unlink()
    drill.breaks("run_metadata_invalid", "run", run.name)
    drill.recover()


def _copied(drill: Drill) -> None:
    run = drill.baked()
    copy = run.with_name("20200101-000000-copy-0000")
    run.rename(copy)
    drill.run = copy
    drill.breaks("run_metadata_invalid", "status", copy.name)

    def named_back(inner: Drill, answer: Any) -> None:
        types("mv")(inner, answer)
        inner.run = run

    drill.recover(named_back)


def _version_edited(drill: Drill) -> None:
    run = drill.baked()
    edit(run / "run.json", {"/schema_version": "9.0"})
    drill.breaks("run_schema_unsupported", "run", run.name)
    drill.recover()


def _journal_changed(drill: Drill) -> None:
    run = drill.baked()
    data = (run / JOURNAL).read_bytes()
    (run / JOURNAL).write_bytes(data.replace(b'"actor":"tester"', b'"actor":"nobody"', 1))
    drill.breaks("journal_broken", "journal", "verify", run.name)
    drill.recover()
    assert list((drill.program.runs_dir / "archives").glob(f"{run.name}-*.tar.gz"))


def _archive_damaged(drill: Drill) -> None:
    run = drill.baked()
    archive = Path(drill.program.good("archive", run.name, "--json").json["archive"])
    archive.write_bytes(archive.read_bytes()[:-100])
    elsewhere = Drill(
        folder=drill.folder,
        program=ForkedCurricle(runs_dir=drill.folder / "elsewhere", cwd=drill.folder),
        stack=drill.stack,
    )
    elsewhere.breaks("archive_invalid", "restore", str(archive))
    drill.recover()
    made_anew = next(iter(archive.parent.glob("*.tar.gz")))
    elsewhere.program.good("restore", str(made_anew))


_HOLDER: Final = """
import fcntl, json, os, sys, time
file = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.flock(file, fcntl.LOCK_EX)
note = {"command": "run --force", "pid": os.getpid(), "since": "2026-01-31T09:30:00Z"}
os.pwrite(file, json.dumps(note).encode(), 0)
print("held", flush=True)
time.sleep(60)
"""


def _locked(drill: Drill) -> None:
    run = drill.init(scope_file=SCOPES / "bread-baking.md")
    command = [sys.executable, "-c", _HOLDER, str(run / ".lock")]
    holder = drill.stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE))
    drill.stack.callback(holder.kill)
    assert holder.stdout
    holder.stdout.readline()
    drill.breaks("run_locked", "run", run.name)

    def end(inner: Drill, answer: Any) -> None:
        types("kill")(inner, answer)
        holder.wait(5)

    drill.recover(end)


def _disk_full(drill: Drill) -> None:
    disk = drill.folder / "disk"
    disk.mkdir()
    drill.stack.enter_context(small_disk(disk, "8m"))
    drill.program = ForkedCurricle(runs_dir=disk / "runs", cwd=drill.folder)
    run = drill.init(scope_file=SCOPES / "bread-baking.md")
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        while file.tell() < 9 << 20:
            try:
                file.write(bytes(4096))
            except OSError:
                break
    drill.breaks("disk_full", "run", run.name)
    bundle = drill.program("escalate", run.name, "--json")
    assert bundle.error["code"] == "disk_full"
    drill.recover(both(types("df"), lets(filler.unlink)))


@dataclass(frozen=True, kw_only=True)
class _Unprivileged(ForkedCurricle):
    """The program as a user whom modes bind."""

    def _carry_out(self, command: list[str], out: Any, errors: Any) -> int:
        become(NOBODY)()
        return super()._carry_out(command, out, errors)


def _denied(drill: Drill) -> None:
    run = drill.init(scope_file=SCOPES / "bread-baking.md")
    if os.getuid() == 0:
        for path in [drill.folder, *drill.folder.rglob("*")]:
            os.chown(path, NOBODY, NOBODY)
        for path in list(drill.folder.parents)[:-1]:
            path.chmod(path.stat().st_mode | 0o011)
    (run / "outputs" / "plan").chmod(0o500)
    drill.program = _Unprivileged(runs_dir=drill.program.runs_dir, cwd=drill.folder)
    drill.breaks("permission_denied", "run", run.name)
    drill.recover(types("chmod"))


def _fifo(drill: Drill) -> None:
    run = drill.baked()
    (run / CURRICULUM).unlink()
    os.mkfifo(run / CURRICULUM)
    drill.breaks("io_error", "run", run.name)
    drill.recover(types("mv"))


def _interrupted(drill: Drill) -> None:
    entries = _remote(drill, FAULTS["hang_before_headers"])
    run = drill.run
    program = Curricle(
        runs_dir=drill.program.runs_dir, cwd=drill.folder, environment=drill.program.environment
    )
    process = program.start("run", run.name)
    drill.stack.callback(process.kill)
    assert wait_for(lambda: b'"init"' in (run / JOURNAL).read_bytes() and _is_held(run))
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=20)
    assert process.returncode == 130, told
    assert b"error[interrupted]" in told
    entries[0] = read_and_answer
    drill.recover()


def _is_held(run: Path) -> bool:
    with (run / ".lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


# Commands that nothing but another command helps


def _typed(code: str, broken: tuple[str, ...], *words: str) -> Callable[[Drill], None]:
    """Return a mistyped command, after which the runbook's text leads to one that works."""

    def play(drill: Drill) -> None:
        run = drill.baked()
        drill.breaks(code, *(run.name if part == "RUN" else part for part in broken))
        _follow_text(drill, code, *words)

    return play


def _follow_text(drill: Drill, code: str, *words: str, **given: object) -> None:
    """Type what `runbook show` prints for a code, with the run's id and more in their places."""
    entry = drill.program.good("runbook", "show", code, "--json").json
    lines = [c for cause in entry["causes"] for step in cause["steps"] for c in step["commands"]]
    line = next(line for line in lines if all(word in line for word in words))
    blanks = {"RUNS_DIR": drill.program.runs_dir, "RUN": drill.run.name, **given}
    for blank, value in blanks.items():
        line = re.sub(rf"\b{blank}\b", str(value), line)
    drill.type(line)
    drill.paths.append(entry["path"])
    drill.outcome = "the command works"


def _unset_as_told(drill: Drill, code: str, variable: str) -> None:
    assert f"unset {variable}" in drill.program.good("runbook", "show", code).stdout
    drill.set(**{variable: None})


def _ambiguous(drill: Drill) -> None:
    drill.baked()
    drill.baked()
    drill.breaks("run_ambiguous", "status", "2")
    _follow_text(drill, "run_ambiguous", "list")
    drill.program.good("status", drill.run.name)


def _exists(drill: Drill) -> None:
    run = drill.baked()
    archive = drill.program.good("archive", run.name, "--json").json["archive"]
    drill.breaks("run_exists", "restore", archive)
    _follow_text(
        drill, "run_exists", "--runs-dir", "restore", DIR=drill.folder / "x", ARCHIVE=archive
    )


def _no_archive(drill: Drill) -> None:
    drill.baked()
    drill.breaks("archive_not_found", "restore", str(drill.folder / "gone.tar.gz"))
    _follow_text(drill, "archive_not_found", " archive ")


def _bad_runbook(drill: Drill) -> None:
    run = drill.baked()
    path = drill.folder / "runbook.yaml"
    path.write_text("schema_version: '1.0'\nentries: [\n")
    drill.set(CURRICLE_RUNBOOK=str(path))
    drill.breaks("runbook_invalid", "recover", run.name)
    _unset_as_told(drill, "runbook_invalid", "CURRICLE_RUNBOOK")
    _follow_text(drill, "runbook_invalid", "runbook", "list")
    drill.program.good("recover", run.name)


def _no_case(drill: Drill) -> None:
    drill.baked()
    drill.breaks("case_not_found", "triage", "history", "pytest-test:-:-@v1-000000000000")
    _follow_text(drill, "case_not_found", " triage cases")


def _cut_log(drill: Drill) -> None:
    drill.baked()
    log = b"make: *** [all] Error 2\n" * 1_000
    path = drill.folder / "build.log.gz"
    path.write_bytes(gzip.compress(log)[:-9] + b"damaged!!")
    drill.breaks("log_invalid", "triage", "--log", str(path))
    whole = drill.folder / "again.log.gz"
    whole.write_bytes(gzip.compress(log))
    _follow_text(drill, "log_invalid", "triage --log", FILE=whole)


def _bad_rules(drill: Drill) -> None:
    drill.baked()
    path = drill.folder / "rules.yaml"
    path.write_text("schema_version: '1.0'\nrules: [\n")
    drill.set(CURRICLE_RULES=str(path))
    drill.breaks("rules_invalid", "triage", "rules", "test")
    _unset_as_told(drill, "rules_invalid", "CURRICLE_RULES")
    _follow_text(drill, "rules_invalid", "triage rules test")


def _word_for_key(drill: Drill) -> None:
    run = drill.baked()
    drill.set(OPENAI_API_KEY="artifact_pack")
    drill.breaks("redaction_incomplete", "escalate", run.name)
    assert not list((drill.program.runs_dir / "escalations").glob("*"))
    _unset_as_told(drill, "redaction_incomplete", "OPENAI_API_KEY")
    _follow_text(drill, "redaction_incomplete", "escalate")


def _checkout(drill: Drill) -> Path:
    folder = drill.folder / "checkout"
    for name in ("scripts", "schemas", "templates"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    return folder


def _call(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command of a copied checkout, whose lines are not to be counted as covered."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    return subprocess.run(command, env=kept, capture_output=True, text=True, check=False)


def _damaged_installation(drill: Drill) -> None:
    folder = _checkout(drill)
    schema = folder / "schemas" / "topic_spec.schema.json"
    whole = schema.read_bytes()
    schema.write_bytes(whole[:100])
    shim = folder / "scripts" / SHIM.name
    options = ("--runs-dir", str(drill.program.runs_dir))
    spec = str(EXAMPLES / "topic_spec.json")
    broken = [sys.executable, str(shim), *options, "init", "Course", "--topic-spec", spec]
    done = _call(broken)
    assert (done.returncode, done.stderr.partition(":")[0]) == (70, "error[internal_error]")
    looked = [sys.executable, str(shim), *options, "doctor"]
    found = _call(looked)
    assert (found.returncode, schema.name in found.stdout) == (1, True)
    schema.write_bytes(whole)
    assert _call(broken).returncode == 0
    assert _call(looked).returncode == 0
    drill.paths.append("internal-error")
    drill.outcome = "the command works, after the installation was mended"


def _no_library(drill: Drill) -> None:
    folder = _checkout(drill)
    bare = drill.folder / "bare"
    venv.create(bare, symlinks=True)
    shim = folder / "scripts" / SHIM.name
    command = [str(bare / "bin" / "python"), str(shim), "--runs-dir", str(folder), "list"]
    done = _call(command)
    assert (done.returncode, "make setup" in done.stderr) == (4, True)
    assert "error[dependency_missing]" in done.stderr
    # What `make setup` leaves: an environment with all that is needed.
    (folder / ".venv").symlink_to(Path(sys.executable).parent.parent)
    assert _call(command).returncode == 0
    drill.paths.append("dependency-missing")
    drill.outcome = "the command works, after `make setup`"


def _i(code: str, fault: str, play: Callable[[Drill], None], *, needs: str = "") -> Incident:
    return Incident(code=code, fault=fault, play=play, needs=needs)


INCIDENTS: Final = (
    _i("stage_conflict", "a fresh run, nothing in its topic spec", _not_ready),
    _i("stage_conflict", "a curriculum and its spec both edited", _edited_and_stale),
    _i("validation_failed", "a cycle in the graph", _cycle),
    _i("validation_failed", "a placeholder for a title", _placeholder),
    _i("artifact_stale", "the spec edited after the curriculum was made", _stale),
    _i("topic_spec_invalid", "a topic spec cut off in the middle", _spec_cut_off),
    _i("topic_spec_invalid", "a mistyped field", _spec_typo),
    _i("scope_invalid", "bytes that are no text for a scope document", _scope_binary),
    _i("curriculum_invalid", "a curriculum cut off at its end", _curriculum_cut_off),
    _i("stop_rule_hit", "feedback that no rule can act on", _feedback),
    _i("budget_exhausted", "a model that mends one finding a round", _budget),
    _i("provider_unknown", "a mistyped provider", _mistyped_provider),
    _i("provider_key_missing", "no key; then it is set", _no_key),
    _i("provider_key_missing", "no key; then another provider", _no_key_other_provider),
    _i("provider_base_url_invalid", "a URL without a scheme", _no_url),
    _i("provider_command_missing", "a command that there is not", _no_codex, needs="codex"),
    _i("provider_config_invalid", "a retry budget in words", _bad_setting),
    _i("provider_output_invalid", "prose from one model", _this_model_does_not_fit),
    _i("provider_output_invalid", "JSON of another schema, always", _never_fits),
    _i("provider_timeout", "a model slower than the time it has", _too_slow),
    _i("provider_model_unsupported", "HTTP 404: no such model", _no_such_model),
    _i(
        "provider_unavailable",
        "HTTP 503, over by then",
        _at_once("provider_unavailable", "http_503"),
    ),
    _i("provider_unavailable", "HTTP 503, for longer", _fault("provider_unavailable", "http_503")),
    _i("provider_rate_limited", "HTTP 429", _fault("provider_rate_limited", "http_429_rate")),
    _i(
        "provider_quota_exhausted",
        "HTTP 429: quota",
        _fault("provider_quota_exhausted", "http_429_quota"),
    ),
    _i("provider_auth_rejected", "HTTP 401: a revoked key", _key_rejected),
    _i("provider_refused", "a refusal", _declined("provider_refused", "refusal")),
    _i(
        "provider_context_overflow",
        "HTTP 400: too long for the model",
        _declined("provider_context_overflow", "http_400_context"),
    ),
    _i("provider_sandbox_denied", "a sandbox that cannot be set up", _no_sandbox),
    _i("run_metadata_invalid", "run.json cut off in the middle", _record_cut_off),
    _i("run_metadata_invalid", "run.json empty, the journal gone", _record_and_journal_gone),
    _i("run_metadata_invalid", "the folder renamed", _copied),
    _i("run_schema_unsupported", "a version that there is not", _version_edited),
    _i("journal_broken", "an entry changed", _journal_changed),
    _i("archive_invalid", "an archive cut off at its end", _archive_damaged),
    _i("run_locked", "another process holds the lock", _locked),
    _i("disk_full", "a disk of 8 MB, filled", _disk_full, needs="mounting"),
    _i("permission_denied", "a folder that may not be written to", _denied),
    _i("io_error", "a FIFO in a file's place", _fifo),
    _i("interrupted", "Ctrl-C while a model is asked", _interrupted),
    _i(
        "invalid_argument",
        "an option that there is not",
        _typed("invalid_argument", ("run", "RUN", "--forse"), "--help"),
    ),
    _i(
        "run_not_found",
        "an id that there is not",
        _typed("run_not_found", ("status", "19990101"), "list"),
    ),
    _i("run_ambiguous", "a prefix of two runs", _ambiguous),
    _i("run_exists", "an archive restored over its run", _exists),
    _i(
        "revision_not_found",
        "a digest that there is not",
        _typed("revision_not_found", ("diff", "RUN", "--from", "abcdef"), "log"),
    ),
    _i("archive_not_found", "a path with nothing at it", _no_archive),
    _i("case_not_found", "a fingerprint that never was", _no_case),
    _i("log_invalid", "a packed log, damaged", _cut_log),
    _i("rules_invalid", "rules that break off", _bad_rules),
    _i("runbook_invalid", "YAML that breaks off", _bad_runbook),
    _i("redaction_incomplete", "a word of the bundle for a key", _word_for_key),
    _i("internal_error", "a damaged installation", _damaged_installation),
    _i("dependency_missing", "a Python without the libraries", _no_library),
)

_HEAD: Final = """\
<!-- Generated by `make runbook-drill`; a test plays every incident again and compares. -->
# The runbook, drilled

Each error code with a real fault: the command that meets it, `recover --apply`, and, where the
runbook needs a person, one who does what the text says. `iterated` means that the run is finished
and `recover` finds nothing more to do; `escalated`, that `escalate` wrote the bundle.

| code | fault | paths | outcome |
|---|---|---|---|
"""


def render(endings: dict[str, Ending]) -> str:
    """Return the page of how each incident ended."""
    rows = [
        f"| `{i.code}` | {i.fault} | {endings[i.name].paths} | {endings[i.name].outcome} |"
        for i in INCIDENTS
    ]
    return _HEAD + "\n".join(rows) + "\n"


def read_page(text: str) -> dict[str, Ending]:
    """Return how each incident ended, as a page has it."""
    found = {}
    for line in text.splitlines():
        if line.startswith("| `"):
            code, fault, paths, outcome = (cell.strip() for cell in line.split("|")[1:-1])
            found[f"{code.strip('`')}: {fault}"] = Ending(paths=paths, outcome=outcome)
    return found


def main() -> None:
    """Play every incident, or those that are named, and write the page when all were."""
    wanted = sys.argv[1:]
    endings = {}
    for incident in INCIDENTS:
        if wanted and not any(word in incident.name for word in wanted):
            continue
        folder = Path(tempfile.mkdtemp(prefix="drill-"))
        try:
            ending = rehearse(incident, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        endings[incident.name] = ending
        told = f"{incident.code} → {incident.fault} → {ending.paths} → {ending.outcome}"
        print(f"{told} → {ending.seconds:.1f} s", flush=True)  # noqa: T201 - what it is for
    if not wanted:
        PAGE.write_text(render(endings))


if __name__ == "__main__":
    main()
