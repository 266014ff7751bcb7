from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from command import EXAMPLES, tree
from documents import changed
from hands import CURRICULUM, load

if TYPE_CHECKING:
    from pathlib import Path

    from command import Curricle

SPEC_TEXT = (EXAMPLES / "topic_spec.json").read_text()
HOURS = '"hours_per_week": 3'
TOO_DEEP = "nested more than 200 levels deep"


def spec(changes: dict[str, Any]) -> bytes:
    return json.dumps(changed(json.loads(SPEC_TEXT), changes), indent=2).encode()


def hours(number: str) -> bytes:
    assert SPEC_TEXT.count(HOURS) == 1
    return SPEC_TEXT.replace(HOURS, f'"hours_per_week": {number}').encode()


SPECS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "(line 1): the file is empty"),
    "torn": (SPEC_TEXT[:300].encode(), "(line "),
    "not UTF-8": (b'{\n "goal": "\xff"}', "(line 2): byte 0xff at offset 12 is not UTF-8"),
    "Latin 1": (SPEC_TEXT.replace("Analysts", "Gärtner").encode("latin-1"), "(line 5): byte 0xe4"),
    "UTF-16": (SPEC_TEXT.encode("utf-16"), "(line 1): the text is UTF-16, expected UTF-8"),
    "UTF-16 without a mark": (SPEC_TEXT.encode("utf-16-le"), "(line 1): "),
    "a key twice": (b'{\n"goal": "a",\n"goal": "b"\n}', "(line 3): duplicate key 'goal'"),
    "NaN": (hours("NaN"), "(line 19): NaN is no JSON number"),
    "infinity": (hours("-Infinity"), "(line 19): -Infinity is no JSON number"),
    "1e999": (hours("1e999"), "(line 19): the number 1e999 is too large"),
    "5,000 digits": (hours("9" * 5000), "(line 19): a number of 5000 digits, at most 30"),
    "5,000 decimals": (hours("1." + "3" * 5000), "(line 19): a number of 5001 digits"),
    "201 levels": (b"[" * 201 + b"]" * 201, TOO_DEEP),
    "100,000 levels": (b'{"a":' * 100_000, TOO_DEEP),
    "half a surrogate pair": (
        SPEC_TEXT.replace("Analysts", "\\udead").encode(),
        "(line 5): half of a surrogate pair",
    ),
    "more after the end": (SPEC_TEXT.encode() + b"{}", "extra data"),
    "a comment": (b"// mine\n" + SPEC_TEXT.encode(), "(line 1): expecting value"),
    "null": (b"null", "the document: null is null, expected object (line 1)"),
    "a list": (b"[]", "the document: [] is a list, expected object"),
    "a list for a choice": (
        spec({"/domain_mode": ["mature"]}),
        'domain_mode: ["mature"] is none of "mature", "frontier" (line 27)',
    ),
    "an object for a choice": (
        spec({"/constraints/depth": {"a": 1}}),
        'constraints.depth: {"a": 1} is none of "survey", "practical", "mastery" (line 22)',
    ),
    "a number for a text": (spec({"/goal": 7}), "goal: 7 is a number, expected string (line 4)"),
    "null in a list": (spec({"/scope_in/1": [None]}), "scope_in.1: [null] is a list"),
    "a field missing": (spec({"/audience": None}), "the field 'audience' is missing"),
    "a misspelled field": (spec({"/constraints/hours": 3}), "unknown field 'hours' (line 26)"),
    "another version": (spec({"/spec_version": "2.0"}), '"2.0" is not the expected "1.0"'),
    "no hours": (hours("0"), "constraints.hours_per_week: 0 is not more than 0 (line 19)"),
    "a hair more than no hours": (hours("1e-400"), "0.0 is not more than 0"),
    "crossed limits": (
        spec({"/constraints/total_hours_min": 50}),
        "total_hours_min 50 is more than total_hours_max 20 (line 20)",
    ),
    "an absolute path": (
        spec({"/context_pack/local_paths": ["/etc/passwd"]}),
        "context_pack.local_paths.0: '/etc/passwd' leads out of inputs/context/ (line 38)",
    ),
    "a path upwards": (
        spec({"/context_pack/local_paths": ["a.md", "b/../../../x"]}),
        "context_pack.local_paths.1: 'b/../../../x' leads out of inputs/context/ (line 39)",
    ),
    "a Windows path": (spec({"/context_pack/local_paths": ["..\\x"]}), "leads out of"),
}


@pytest.mark.parametrize("name", SPECS)
def test_a_bad_topic_spec_is_refused_with_the_place_and_no_run_is_made(
    name: str, forked: Curricle
) -> None:
    data, said = SPECS[name]
    file = forked.cwd / "spec.json"
    file.write_bytes(data)
    done = forked("init", "Bad", "--topic-spec", str(file), "--json")
    assert (done.status, done.error["code"]) == (4, "topic_spec_invalid")
    assert said in done.error["message"], done.error["message"]
    assert len(done.error["message"]) < 500
    assert done.error["hint"]
    assert tree(forked.runs_dir) == {}


SCOPES_REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "inputs/scope.md is empty"),
    "white space": (b" \n\t\n", "inputs/scope.md is empty"),
    "not UTF-8": (b"# A\n\nb\xff\n", "(line 3): byte 0xff at offset 6 is not UTF-8"),
    "UTF-16": ("# A\n".encode("utf-16"), "(line 1): the text is UTF-16, expected UTF-8"),
    "an open code block": (
        b"# A\n\n## B\n\n```\nx\n\n## C\n",
        "that begins in line 5 is never clo",
    ),
    "an open block of tildes": (b"# A\n\n~~~sh\nx\n```\n", "that begins in line 3 is never clo"),
    "nothing to learn": (b"just some words\n", "names nothing to learn"),
    "markup only": (b"<script>alert(1)</script>\n", "names nothing to learn"),
    "placeholders only": (b"# replace_with_title\n\n- TODO\n- TBD\n", "names nothing to learn"),
}


@pytest.mark.parametrize("name", SCOPES_REFUSED)
def test_a_bad_scope_document_is_refused_and_the_run_stays_as_it_was(
    name: str, forked: Curricle
) -> None:
    data, said = SCOPES_REFUSED[name]
    file = forked.cwd / "scope.md"
    file.write_bytes(data)
    run = forked.init("Bad")
    inputs = tree(run / "inputs")
    done = forked("run", run.name, "--scope-file", str(file), "--json")
    assert (done.status, done.error["code"]) == (4, "scope_invalid")
    assert said in done.error["message"]
    assert done.error["hint"]
    assert tree(run / "inputs") == inputs
    assert not (run / CURRICULUM).exists()


SCOPES_TAKEN: dict[str, tuple[bytes, list[str]]] = {
    "a byte order mark": (b"\xef\xbb\xbf# A\n\n## Bees\n\nFly.\n", ["Bees"]),
    "carriage returns": (b"# A\r\r## Bees\r\rFly.\r\r## Wasps\r\rSting.\r", ["Bees", "Wasps"]),
    "control characters": ("# A\n\n## B\x00e\x1b[31m\u202ees\n\nFly.\n".encode(), ["Be[31mes"]),
    "placeholders": (b"# A\n\n## replace_with_topic\n\n## TODO\n\n## Bees\n\nFly.\n", ["Bees"]),
    "a title with and": (
        b"# A\n\n## Salt and pepper and time\n\nx\n",
        ["Salt and pepper and time"],
    ),
}


@pytest.mark.parametrize("name", SCOPES_TAKEN)
def test_odd_but_readable_scope_documents_are_read_as_people_would(
    name: str, forked: Curricle
) -> None:
    data, titles = SCOPES_TAKEN[name]
    file = forked.cwd / "scope.md"
    file.write_bytes(data)
    run = forked.init("Odd")
    forked.good("run", run.name, "--scope-file", str(file))
    assert [node["title"] for node in load(run / CURRICULUM)["nodes"]] == titles


CURRICULA: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "the file is empty"),
    "torn": (b'{"topic": "x",\n"nodes": [{', "(line 2)"),
    "not UTF-8": (b'{"topic":\n"\xff"}', "(line 2): byte 0xff"),
    "UTF-16": ('{"topic": 1}'.encode("utf-16"), "(line 1): the text is UTF-16"),
    "a key twice": (b'{"nodes": [],\n"nodes": []}', "(line 2): duplicate key 'nodes'"),
    "NaN": (b'{"topic": NaN}', "NaN is no JSON number"),
    "5,000 digits": (b'{"topic": ' + b"1" * 5000 + b"}", "a number of 5000 digits"),
    "100,000 levels": (b"[" * 100_000, TOO_DEEP),
    "half a surrogate pair": (b'{"topic": "\\ud83d"}', "half of a surrogate pair"),
}


@pytest.mark.parametrize("name", CURRICULA)
def test_a_curriculum_that_is_no_json_is_refused(name: str, forked: Curricle) -> None:
    data, said = CURRICULA[name]
    file = forked.cwd / "curriculum.json"
    file.write_bytes(data)
    done = forked("init", "Bad", "--curriculum", str(file), "--json")
    assert (done.status, done.error["code"]) == (4, "curriculum_invalid")
    assert said in done.error["message"]
    assert tree(forked.runs_dir) == {}


@pytest.mark.parametrize(
    ("option", "code"),
    [
        ("--topic-spec", "topic_spec_invalid"),
        ("--scope-file", "scope_invalid"),
        ("--curriculum", "curriculum_invalid"),
    ],
)
def test_what_is_wrong_with_a_given_file_is_said_of_that_file_and_of_no_run(
    option: str, code: str, forked: Curricle
) -> None:
    (forked.cwd / "given.md").write_bytes(b"\xff")
    done = forked("init", "Bad", option, "given.md", "--json")
    assert done.error["code"] == code
    assert done.error["message"].startswith("given.md cannot be read")
    assert done.error["details"]["file"] == "given.md"
    assert "inputs/" not in str(done.error)
    assert "RUN" not in done.error["hint"]


ARGUMENTS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "no name": (("init", ""), "invalid_argument", "needs a name"),
    "a blank name": (("init", " \t"), "invalid_argument", "needs a name"),
    "a long name": (("init", "n" * 300), "invalid_argument", "at most 120 are allowed"),
    "a name of two lines": (("init", "a\nb"), "invalid_argument", "holds control characters"),
    "a name that colours": (("init", "a\x1b[31m"), "invalid_argument", "holds control characters"),
    "a name that turns": (("init", "a\u202eb"), "invalid_argument", "holds control characters"),
    "a name of broken bytes": (("init", "a\udcff"), "invalid_argument", "did not arrive as UTF-8"),
    "no such file": (("init", "A", "--topic-spec", "no.json"), "invalid_argument", "no such file"),
    "a path of 5,000": (("init", "A", "--scope-file", "n" * 5000), "io_error", "too long"),
    "no such folder": (("init", "A", "--context", "nowhere"), "invalid_argument", "no such folder"),
    "no such run": (("status", "20260101"), "run_not_found", "no run is called '20260101'"),
    "a run above": (("status", "../x"), "invalid_argument", "is no run id"),
    "a run in the root": (("run", "/"), "invalid_argument", "is no run id"),
    "a run of 300": (("status", "n" * 300), "run_not_found", "no run is called"),
    "no command": (("bake",), "invalid_argument", "no such command 'bake'"),
    "no option": (("status", "--fast"), "invalid_argument", "--fast"),
    "no argument": (("run",), "invalid_argument", "missing argument 'RUN'"),
    "no date": (("plan", "x", "--start", "soon"), "run_not_found", "no run is called 'x'"),
    "no archive": (("restore", "no.tar.gz"), "archive_not_found", "no archive at no.tar.gz"),
    "runs in a file": (("--runs-dir", "/etc/passwd", "init", "A"), "io_error", "/etc/passwd"),
    "runs in a device": (("--runs-dir", "/dev/null", "status"), "io_error", "/dev/null"),
}
STATUSES = {"invalid_argument": 2, "run_not_found": 3, "archive_not_found": 3, "io_error": 6}


@pytest.mark.parametrize("name", ARGUMENTS)
def test_bad_arguments_are_typed_errors(name: str, forked: Curricle) -> None:
    arguments, code, said = ARGUMENTS[name]
    done = forked(*arguments, "--json")
    assert (done.status, done.error["code"]) == (STATUSES[code], code), done
    assert said in done.error["message"]
    assert done.error["hint"]
    assert not forked.runs_dir.exists() or tree(forked.runs_dir) == {}


@pytest.mark.parametrize("kind", ["FIFO", "folder", "endless device", "link to a folder"])
@pytest.mark.parametrize("option", ["--topic-spec", "--scope-file", "--curriculum"])
def test_what_is_no_plain_file_is_not_read_and_nothing_waits(
    kind: str, option: str, forked: Curricle
) -> None:
    path = forked.cwd / "input"
    match kind:
        case "FIFO":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "endless device":
            path.symlink_to("/dev/zero")
        case _:
            path.symlink_to(forked.cwd)
    done = forked("init", "Bad", option, str(path), "--json")
    assert (done.status, done.error["code"]) == (2, "invalid_argument")
    assert "is no plain file" in done.error["message"]
    assert tree(forked.runs_dir) == {}


def test_links_in_a_context_folder_are_not_followed(forked: Curricle, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("# Secret\n")
    notes = tmp_path / "notes"
    (notes / "deep").mkdir(parents=True)
    (notes / "deep" / "a.md").write_text("# A\n")
    (notes / "link.md").symlink_to(secret)
    (notes / "up").symlink_to(tmp_path)
    run = forked.init("Notes", context=notes)
    assert list(tree(run / "inputs" / "context")) == ["deep/a.md"]
    assert b"# Secret\n" not in tree(run).values()


def test_a_context_file_that_is_not_there_is_named(forked: Curricle) -> None:
    file = forked.cwd / "spec.json"
    file.write_bytes(spec({"/context_pack/local_paths": ["notes.md"]}))
    run = forked.init("Notes", topic_spec=file)
    done = forked("run", run.name)
    assert done.status == 4
    assert "local_paths names 'notes.md', which is not in inputs/context/" in done.stderr


def test_a_byte_order_mark_before_json_is_no_error(forked: Curricle) -> None:
    file = forked.cwd / "spec.json"
    file.write_bytes(b"\xef\xbb\xbf" + SPEC_TEXT.encode())
    run = forked.init("Mark", topic_spec=file)
    assert (run / "inputs/topic_spec.json").read_bytes() == file.read_bytes()
