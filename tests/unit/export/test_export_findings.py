from __future__ import annotations

import json
import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.canonical import document_bytes
from curricle.curriculum.rules import RULES
from curricle.curriculum.validator import validate_curriculum
from curricle.export.findings import findings_github, findings_sarif
from curricle.findings import Category, Finding, Severity
from curricle.layout import CURRICULUM
from hostile import HOSTILE, hostile_document

COMMAND = re.compile(r"::(error|warning|notice) file=([^,:]*),line=(\d+),title=([^,:]*)::(.*)")
TEXTS = st.text(max_size=20) | st.just(HOSTILE)


def finding(message: str = "m", hint: str = "h", **more: object) -> Finding:
    values = {"rule": "dag.cycle", "category": Category.DAG, "severity": Severity.ERROR}
    values |= {"pointer": "/nodes/0", "message": message, "hint": hint, "line": 3}
    return Finding(**(values | more))


def hostile_findings() -> tuple[Finding, ...]:
    document = hostile_document()
    raw = document_bytes(document)
    return validate_curriculum(json.loads(raw), raw, spec=None, line_counts={}).findings


@pytest.mark.parametrize(
    ("severity", "command"),
    [(Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.NOTE, "notice")],
)
def test_a_finding_is_one_workflow_command(severity: Severity, command: str) -> None:
    line = findings_github([finding("found", "mend", severity=severity)], "runs/r")
    assert line == (f"::{command} file=runs/r/{CURRICULUM},line=3,title=dag.cycle::found (mend)")


@given(TEXTS, TEXTS, TEXTS)
def test_no_text_ends_a_property_or_starts_another_command(
    message: str, hint: str, folder: str
) -> None:
    text = findings_github([finding(message, hint), finding()], folder)
    first, second = re.split(r"\n|\r", text)
    found = COMMAND.fullmatch(first)
    assert found
    assert unquote(found[2]) == f"{folder}/{CURRICULUM}".encode(errors="replace").decode()
    assert unquote(found[5]) == f"{message} ({hint})".encode(errors="replace").decode()
    assert COMMAND.fullmatch(second)


def test_what_the_encoding_itself_uses_is_encoded() -> None:
    line = findings_github([finding("100%0A\r\n::error::x")], "a:b,c%d")
    assert line.startswith("::error file=a%3Ab%2Cc%25d/")
    assert line.endswith("::100%250A%0D%0A::error::x (h)")


def test_hostile_findings_are_one_line_each() -> None:
    findings = hostile_findings()
    lines = findings_github(findings, "runs/r").split("\n")
    assert len(lines) == len(findings) > 5
    for line in lines:
        assert line.isprintable()
        assert COMMAND.fullmatch(line)


def test_a_sarif_log_names_every_rule_and_every_finding() -> None:
    findings = hostile_findings()
    (run,) = findings_sarif(findings, "runs/r")["runs"]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert list(rules) == [rule.id for rule in RULES]
    for result, found in zip(run["results"], findings, strict=True):
        assert result["ruleId"] in rules
        assert result["level"] == found.severity.value
        assert result["message"] == {"text": found.message}
        (location,) = result["locations"]
        assert location["physicalLocation"]["region"] == {"startLine": found.line}
        assert location["logicalLocations"] == [{"fullyQualifiedName": found.pointer or "/"}]


def test_a_sarif_log_says_which_version_of_the_format_it_is() -> None:
    log = findings_sarif([], "runs/r")
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("/sarif-2.1.0.json")
    assert log["runs"][0]["results"] == []


def test_a_sarif_address_is_a_relative_reference_whatever_the_folder_s_name() -> None:
    (run,) = findings_sarif([finding()], "my runs/100% ü#1?")["runs"]
    uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == f"my%20runs/100%25%20%C3%BC%231%3F/{CURRICULUM}"


def test_a_finding_without_a_line_stands_on_the_first() -> None:
    assert ",line=1," in findings_github([finding(line=None)], "r")
    (run,) = findings_sarif([finding(line=None)], "r")["runs"]
    location = run["results"][0]["locations"][0]["physicalLocation"]
    assert location["region"] == {"startLine": 1}
