from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from ci_jobs import (
    KINDS,
    broken_assertion,
    missing_image,
    missing_variable,
    on_record,
    slow_page,
    summary_of,
)
from command import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from command import Curricle

OWN = {
    "id": "shop-cache-cold",
    "bucket": "infra_fault",
    "priority": 90,
    "match_any": ["CACHE-COLD"],
    "owner": "shop",
    "review_by": "2099-01-31",
    "example": "CACHE-COLD: nothing is warm",
}
LOG = "> build\nCACHE-COLD: nothing is warm\n##[error]Process completed with exit code 1.\n"
SHIPPED = ROOT / "templates" / "buckets.yaml"


def rules_of(folder: Path, *rules: Any, name: str = "own.yaml", **more: Any) -> Path:
    path = folder / name
    document = {"schema_version": "1.0", "rules": [{**OWN, **rule} for rule in rules], **more}
    path.write_text(yaml.safe_dump(document))
    return path


def log_of(folder: Path, text: str, name: str = "job.log") -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def bucket_of(program: Curricle, text: str, *options: str) -> str:
    log = log_of(program.cwd, text)
    bucket: str = program.good("triage", "--log", log, *options, "--json").json["bucket"]
    return bucket


def test_every_shipped_rule_matches_its_own_example(forked: Curricle) -> None:
    done = forked.good("triage", "rules", "test", "--json").json
    assert done["rules"] > 100
    assert (done["broken"], done["data"]) == ([], None)
    told = forked.good("triage", "rules", "test").stdout
    assert told == f"{done['rules']} rules, 0 miss their own example\n"


def test_rules_are_held_against_logs_whose_bucket_people_know(forked: Curricle) -> None:
    folder = forked.cwd / "logs"
    folder.mkdir()
    for lane, kind in KINDS.items():
        log_of(folder, kind.log, f"{lane}.log")
    rows = [
        {"id": lane, "log": f"{lane}.log", "bucket": kind.bucket} for lane, kind in KINDS.items()
    ]
    data = folder / "known.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    told = forked.good("triage", "rules", "test", "--data", str(data), "--json").json["data"]
    assert (told["logs"], told["right"], told["macro_f1"], told["wrong"]) == (4, 4, 1.0, [])
    rows[0]["bucket"] = "infra_fault"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = forked("triage", "rules", "test", "--data", str(data))
    assert done.status == 1
    assert "3 of 4 logs right" in done.stdout
    assert "patch: sent to the patch lane, and is none of the code's" in done.stdout


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "line 1"),
        ('{"id": "a"}', "line 1 has no id, log and bucket"),
        ('{"id": "a", "log": "b", "bucket": "c"}', "line 1 has no id, log and bucket"),
        ('{"id": "a", "log": "gone.log", "bucket": "unknown"}', "there is no such file"),
    ],
)
def test_a_list_of_known_logs_that_cannot_be_used_is_told(
    line: str, told: str, forked: Curricle
) -> None:
    data = log_of(forked.cwd, line, "known.jsonl")
    done = forked("triage", "rules", "test", "--data", data, "--json")
    assert done.status in {4, 6}
    assert told in done.error["message"] or done.error["details"].get("line") == 1


def test_an_explanation_names_the_rules_that_hold_and_where(forked: Curricle) -> None:
    log = log_of(forked.cwd, missing_variable())
    told = forked.good("triage", "rules", "explain", "--log", log, "--json").json
    assert told["bucket"] == "secret_or_config"
    first = told["hits"][0]
    assert (first["rule"], first["bucket"], first["line"]) == (
        told["why"],
        "secret_or_config",
        2,
    )
    assert [hit["score"] for hit in told["hits"]] == sorted(
        (hit["score"] for hit in told["hits"]), reverse=True
    )
    text = forked.good("triage", "rules", "explain", "--log", log).stdout
    assert f"why:         {first['rule']}\n" in text
    assert f"{first['rule']} (secret_or_config), line 2\n" in text


@pytest.mark.capability("T27")
def test_rules_that_are_due_for_review_are_asked_for(forked: Curricle) -> None:
    rules = rules_of(forked.cwd, {"review_by": "2020-01-31"})
    options = ("--rules", str(rules))
    empty = forked.good("triage", "rules", "stats").stdout
    assert empty == "no case is on record that a rule decided\n"
    log = log_of(forked.cwd, LOG)
    forked.good("triage", "--log", log, "--record", *options)
    told = forked.good("triage", "rules", "stats", *options, "--json").json
    assert told["overdue"] == ["shop-cache-cold"]
    assert "1 rule is due for review" in told["prompts"]
    (row,) = [row for row in told["rules"] if row["rule"] == "shop-cache-cold"]
    assert (row["hits"], row["overdue"], row["precision"]) == (1, True, None)
    text = forked.good("triage", "rules", "stats", *options).stdout
    assert "overdue since 2020-01-31" in text
    assert text.endswith("1 rule is due for review\n")
    assert forked.good("triage", "rules", "stats", "--json").json["overdue"] == []


@pytest.mark.capability("T16")
def test_fingerprints_of_two_logs_are_told_apart_by_what_differs(forked: Curricle) -> None:
    command = ("triage", "fingerprint", "explain")
    one = log_of(forked.cwd, broken_assertion(), "one.log")
    later = "warming up\n" * 40 + broken_assertion().replace("0.05s", "3.91s")
    same = log_of(forked.cwd, later, "later.log")
    other = log_of(forked.cwd, broken_assertion("test_empty"), "other.log")
    alike = forked.good(*command, one, same, "--json").json
    assert alike["same"]
    assert alike["a"]["fingerprint"] == alike["b"]["fingerprint"]
    assert all(fact["same"] for fact in alike["facts"])
    different = forked.good(*command, one, other, "--json").json
    assert not different["same"]
    unlike = {fact["fact"]: (fact["a"], fact["b"]) for fact in different["facts"]}
    assert unlike["test"] == ("test_total", "test_empty")
    text = forked.good(*command, one, other).stdout
    assert text.startswith("different failures\n")
    assert "A  test: test_total\nB  test: test_empty\n" in text
    assert forked.good(*command, one, same).stdout.startswith("the same failure\n")


def test_fingerprints_of_cases_are_compared_with_logs(forked: Curricle) -> None:
    command = ("triage", "fingerprint", "explain")
    log = log_of(forked.cwd, slow_page())
    case = dict(summary_of(forked.good("triage", "--log", log, "--record").stdout))["case"]
    told = forked.good(*command, case, log).stdout
    assert told.startswith("the same failure\n")
    assert "not on record" in told
    other = log_of(forked.cwd, missing_image(), "other.log")
    assert not forked.good(*command, case, other, "--json").json["same"]
    gone = forked(*command, "case-000000000000", log, "--json")
    assert (gone.status, gone.error["code"]) == (3, "case_not_found")


def test_a_file_of_rules_is_named_by_option_or_variable(forked: Curricle) -> None:
    rules = str(rules_of(forked.cwd, {}))
    assert bucket_of(forked, LOG) == "unknown"
    assert bucket_of(forked, LOG, "--rules", rules) == "infra_fault"
    assert bucket_of(forked.with_environment(CURRICLE_RULES=rules), LOG) == "infra_fault"
    told = forked.good("triage", "rules", "test", "--rules", rules, "--json").json
    assert told["rules"] == forked.good("triage", "rules", "test", "--json").json["rules"] + 1
    gone = str(forked.cwd / "gone.yaml")
    overruled = forked.with_environment(CURRICLE_RULES=gone)
    assert bucket_of(overruled, LOG, "--rules", rules) == "infra_fault"
    assert overruled("triage", "--log", log_of(forked.cwd, LOG)).status == 6


def test_rules_that_lie_about_are_never_read(forked: Curricle) -> None:
    for folder in (forked.cwd, forked.runs_dir, forked.cwd / "templates", forked.cwd / ".github"):
        folder.mkdir(exist_ok=True)
        for name in ("buckets.yaml", "rules.yaml", ".curricle.yaml"):
            rules_of(folder, {}, name=name)
    assert bucket_of(forked, LOG) == "unknown"
    shutil.copy(SHIPPED, forked.cwd / "buckets.yaml")
    (forked.cwd / "buckets.yaml").write_text("broken: [")
    assert bucket_of(forked, missing_variable()) == "secret_or_config"


@pytest.mark.capability("T42")
def test_rules_of_one_s_own_cannot_outrank_what_protects_secrets(forked: Curricle) -> None:
    loud = {
        "id": "shop-all-is-code",
        "bucket": "code_regression",
        "priority": 100,
        "match_any": ["environment variable: DEPLOY_URL"],
        "example": "environment variable: DEPLOY_URL",
    }
    rules = str(rules_of(forked.cwd, loud))
    assert bucket_of(forked, missing_variable(), "--rules", rules) == "secret_or_config"


def lowered(bucket: str, action: str, retries: int) -> dict[str, Any]:
    return {"buckets": {bucket: {"action": action, "max_auto_retries": retries}}}


def test_rules_of_one_s_own_can_lower_retries_and_raise_none(forked: Curricle) -> None:
    log = log_of(forked.cwd, missing_image())

    def decision_with(**more: Any) -> Any:
        rules = str(rules_of(forked.cwd, **more))
        return forked.good("triage", "--log", log, "--rules", rules, "--json").json["decision"]

    none = decision_with(**lowered("infra_fault", "cooldown_retry", 0))
    assert (none["lane"], none["max_retries"]) == ("escalate", 0)
    many = decision_with(**lowered("infra_fault", "cooldown_retry", 9))
    assert (many["lane"], many["max_retries"]) == ("cooldown", 2)
    person = decision_with(**lowered("infra_fault", "escalate", 0))
    assert person["lane"] == "escalate"
    patched = str(rules_of(forked.cwd, **lowered("secret_or_config", "patch", 0)))
    refused = forked("triage", "--log", log, "--rules", patched, "--json")
    assert (refused.status, refused.error["code"]) == (4, "rules_invalid")


BAD = {
    "no YAML": ('schema_version: "1.0"\nrules: [\n', ":3", ""),
    "an unknown field": ('schema_version: "1.0"\nrulez: []\n', "", "rulez"),
    "no version": ("rules: []\n", "", "schema_version"),
    "nothing": ("", "", ""),
    "a list": ("- 1\n", "", ""),
    "a bomb": ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "", ""),
    "a Python object": ("a: !!python/object/apply:os.system [id]\n", ":1", ""),
}
BAD_RULES = {
    "an id that ships": ({"id": "env-missing-required"}, "'env-missing-required' too"),
    "a text in nearly every line": ({"match_any": ["e"]}, "stands in nearly every line"),
    "an expression that RE2 refuses": ({"match_regex": ["(?=x)y"]}, "shop-cache-cold"),
    "a broken expression": ({"match_regex": ["("]}, "shop-cache-cold"),
    "an example it misses": ({"example": "something else"}, "does not match its own example"),
    "a bucket that is none": ({"bucket": "weather"}, "weather"),
    "a date that is none": ({"review_by": "soon"}, "rules.0.review_by"),
    "an id with spaces": ({"id": "Shop Cache"}, "rules.0.id"),
}


@pytest.mark.parametrize(("text", "place", "why"), BAD.values(), ids=BAD)
def test_a_file_that_is_no_rules_is_refused_with_its_place(
    text: str, place: str, why: str, forked: Curricle
) -> None:
    path = forked.cwd / "bad.yaml"
    path.write_text(text)
    log = log_of(forked.cwd, LOG)
    done = forked("triage", "--log", log, "--rules", str(path), "--record", "--json")
    assert (done.status, done.error["code"]) == (4, "rules_invalid")
    assert f"{path}{place}" in done.error["message"]
    assert why in done.error["message"]
    assert done.error["details"]["file"] == str(path)
    assert done.error["hint"]
    assert not on_record(forked.runs_dir)


@pytest.mark.parametrize(("rule", "why"), BAD_RULES.values(), ids=BAD_RULES)
def test_a_rule_that_cannot_be_used_is_refused_with_the_reason(
    rule: dict[str, Any], why: str, forked: Curricle
) -> None:
    rules = rules_of(forked.cwd, rule)
    done = forked("triage", "rules", "test", "--rules", str(rules), "--json")
    assert (done.status, done.error["code"]) == (4, "rules_invalid")
    assert str(rules) in done.error["message"]
    assert why in done.error["message"]


def test_an_id_that_is_there_twice_is_refused(forked: Curricle) -> None:
    rules = forked.cwd / "own.yaml"
    rules.write_text(json.dumps({"schema_version": "1.0", "rules": [OWN, OWN]}))
    done = forked("triage", "rules", "test", "--rules", str(rules))
    assert done.status == 4
    assert "the id 'shop-cache-cold' is there twice" in done.stderr
    assert "hint: mend the place named above" in done.stderr
