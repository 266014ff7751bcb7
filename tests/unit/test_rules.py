from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from command import EXAMPLES
from curricle.canonical import document_bytes
from curricle.curriculum.rules import RULES
from curricle.curriculum.topic_spec import TopicSpec, spec_problems, unready_fields
from curricle.curriculum.validator import Verdict, validate_curriculum
from curricle.findings import Category, Finding
from documents import changed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curricle.curriculum.rules.rule import Rule

LINES = {"inputs/scope.md": len((EXAMPLES / "scope.md").read_text().splitlines())}


def verdict_on(
    curriculum: Mapping[str, Any], spec: Mapping[str, Any] | None, raw: bytes | None = None
) -> Verdict:
    raw = raw or document_bytes(curriculum)
    value = None if spec is None else TopicSpec.from_json(spec)
    return validate_curriculum(json.loads(raw), raw, spec=value, line_counts=LINES)


def line_of(raw: bytes, finding: Finding) -> str:
    assert finding.line is not None
    return raw.decode().split("\n")[finding.line - 1]


def test_the_example_has_no_findings(
    example_curriculum: dict[str, Any], example_spec: dict[str, Any]
) -> None:
    verdict = verdict_on(example_curriculum, example_spec)
    assert (verdict.findings, verdict.skipped) == ((), ())


@pytest.mark.capability("R5")
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_its_example_breaks_each_rule_and_the_finding_says_where_and_what(
    rule: Rule, example_curriculum: dict[str, Any], example_spec: dict[str, Any]
) -> None:
    curriculum = changed(example_curriculum, rule.example.curriculum)
    spec = changed(example_spec, rule.example.topic_spec)
    assert (*spec_problems(spec), *unready_fields(spec)) == ()
    verdict = verdict_on(curriculum, spec)
    found = [finding for finding in verdict.findings if finding.rule == rule.id]
    assert found, [finding.rule for finding in verdict.findings]
    for finding in found:
        assert (finding.category, finding.severity) == (rule.category, rule.severity)
        assert finding.hint == rule.hint
        assert finding.message.isprintable()
        assert 1 <= (finding.line or 0) <= document_bytes(curriculum).count(b"\n")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_has_an_id_under_its_category_and_says_what_and_what_to_do(rule: Rule) -> None:
    category, _, name = rule.id.partition(".")
    assert category == rule.category.value
    assert name == name.lower()
    assert rule.summary[0].isupper()
    assert rule.summary.endswith(".")
    assert rule.hint[0].islower()


def test_ids_are_unique_and_all_four_categories_have_rules() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert {rule.category for rule in RULES} == set(Category)


def test_a_cycle_is_named_node_by_node(example_curriculum: dict[str, Any]) -> None:
    curriculum = changed(example_curriculum, {"/nodes/0/prerequisites": ["joins"]})
    (finding,) = [f for f in verdict_on(curriculum, None).findings if f.rule == "dag.cycle"]
    assert finding.message.endswith("in a cycle: tables → queries → joins → tables")
    assert line_of(document_bytes(curriculum), finding).strip() == '"joins"'


def test_a_finding_points_at_the_line_in_the_bytes_as_they_are_laid_out(
    example_curriculum: dict[str, Any],
) -> None:
    curriculum = changed(example_curriculum, {"/nodes/2/prerequisites": ["queries", "ghost"]})
    raw = json.dumps(curriculum, indent=7).encode()
    (finding, *_) = verdict_on(curriculum, None, raw).findings
    assert finding.pointer == "/nodes/2/prerequisites/1"
    assert line_of(raw, finding).strip() == '"ghost"'


def test_rules_that_need_a_spec_are_named_as_skipped(example_curriculum: dict[str, Any]) -> None:
    verdict = verdict_on(example_curriculum, None)
    assert {rule for rule, _ in verdict.skipped} == {r.id for r in RULES if r.needs_spec}
    assert verdict.is_valid


def test_a_document_that_breaks_its_schema_skips_the_rest(
    example_curriculum: dict[str, Any], example_spec: dict[str, Any]
) -> None:
    verdict = verdict_on(changed(example_curriculum, {"/nodes/0/capability": None}), example_spec)
    assert [finding.rule for finding in verdict.findings] == ["schema.missing-field"]
    assert len(verdict.skipped) == len(RULES) - 3
    assert verdict.curriculum is None


EVIDENCE = {rule.id: rule for rule in RULES if rule.category is Category.EVIDENCE}


@pytest.mark.capability("R5")
@pytest.mark.parametrize("mode", ["minimal", "standard"])
@pytest.mark.parametrize(
    "rule",
    [r for r in EVIDENCE.values() if "/evidence_mode" in r.example.topic_spec],
    ids=lambda rule: rule.id,
)
def test_what_strict_asks_for_is_not_asked_for_in_other_modes(
    rule: Rule, mode: str, example_curriculum: dict[str, Any], example_spec: dict[str, Any]
) -> None:
    curriculum = changed(example_curriculum, rule.example.curriculum)
    spec = changed(example_spec, {"/evidence_mode": mode})
    assert rule.id not in {f.rule for f in verdict_on(curriculum, spec).findings}


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "http://",
        "https://:80/x",
        "http://a b/",
        "http://user:secret@host/",
        "http://host:99999/",
        "http://[::1",
        "inputs/../../etc/passwd",
        "//host/path",
        "ftp://host/x",
        "",
    ],
)
def test_addresses_that_are_refused(url: str, example_curriculum: dict[str, Any]) -> None:
    curriculum = changed(example_curriculum, {"/nodes/0/resources/0/url": url})
    rules = {f.rule for f in verdict_on(curriculum, None).findings}
    assert rules & {"schema.resource-url", "schema.wrong-value"}


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8080/x?q=1#f",
        "https://example.org",
        "https://[2001:db8::1]/x",
        "https://de.wikipedia.org/wiki/Größe",
        "inputs/scope.md#L3-L9",
        "inputs/context/notes.md",
    ],
)
def test_addresses_that_are_fine(url: str, example_curriculum: dict[str, Any]) -> None:
    curriculum = changed(example_curriculum, {"/nodes/0/resources/0/url": url})
    assert verdict_on(curriculum, None).findings == ()


@pytest.mark.parametrize(
    ("title", "is_one"),
    [
        ("replace_with_title", True),
        ("TODO", True),
        ("TBD: the rest", True),
        ("<your topic here>", True),
        ("Lorem ipsum dolor", True),
        ("...", True),
        ("A TODO list application", False),
        ("Replace with a regular expression", False),
        ("Generics: Box<T>", False),
    ],
)
def test_what_is_taken_for_a_placeholder(
    title: str, is_one: bool, example_curriculum: dict[str, Any]
) -> None:
    curriculum = changed(example_curriculum, {"/nodes/0/title": title})
    rules = {finding.rule for finding in verdict_on(curriculum, None).findings}
    assert ("quality.placeholder" in rules) is is_one


@pytest.mark.parametrize(
    ("one", "other", "rule"),
    [
        ("Index", "Indexes", "quality.duplicate-title"),
        ("The Joins", "joins", "quality.duplicate-title"),
        ("Normalisation", "Normalization", "quality.similar-title"),
        ("Supervised learning", "Unsupervised learning", None),
        ("Week 1", "Week 2", None),
        ("Functional programming", "Functional programs", None),
    ],
)
def test_which_titles_are_too_much_alike(
    one: str, other: str, rule: str | None, example_curriculum: dict[str, Any]
) -> None:
    curriculum = changed(example_curriculum, {"/nodes/0/title": one, "/nodes/1/title": other})
    rules = {finding.rule for finding in verdict_on(curriculum, None).findings}
    assert rules == ({rule} if rule else set())


def test_unknown_fields_are_warnings_and_survive(example_curriculum: dict[str, Any]) -> None:
    curriculum = changed(
        example_curriculum, {"/nodes/0/mastery_check/weight": 3, "/made_by": "another program"}
    )
    verdict = verdict_on(curriculum, None)
    assert {f.pointer for f in verdict.findings} == {"/made_by", "/nodes/0/mastery_check/weight"}
    assert verdict.is_valid
    assert verdict.curriculum is not None
    assert verdict.curriculum.to_json() == curriculum
