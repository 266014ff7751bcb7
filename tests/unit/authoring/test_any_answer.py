from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answering import Scripted, concept, need, operation, operations, whole
from curricle.authoring.answers import UnfitAnswerError
from curricle.authoring.curriculum import author_curriculum
from curricle.authoring.material import Excerpt, Shown
from curricle.authoring.operations import Reach, apply_operations
from curricle.authoring.shapes import OPERATIONS, SCHEMAS
from curricle.canonical import document_bytes
from curricle.curriculum.topic_spec import TopicSpec
from curricle.curriculum.validator import validate_curriculum
from curricle.errors import ProviderOutputInvalidError
from curricle.findings import Severity
from curricle.layout import SCOPE
from curricle.schema import DocumentKind, check_document, check_value
from graphs import curriculum_of
from scopes import brief_of, spec_document

TEXT = "# Course\n\n## Alpha\n\nFirst.\n\n## Beta\n\nSecond.\n\n## Gamma\n\nThird.\n"
TITLES = st.sampled_from(
    ["Alpha", "alphas", "Beta", "Gamma", "The Gamma", "?", "TODO", "A\x00b", ""]
)
TEXTS = st.sampled_from(["It is so.", "x", "", "\x1b[31m", "TODO", "<script>", "=1+1", "é\u202e"])
LINES = st.integers(-2, 14)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=12,
)


@st.composite
def concepts(draw: st.DrawFn) -> dict[str, Any]:
    title = draw(TITLES)
    first = draw(st.integers(1, 11))
    made = concept(title, first, draw(st.integers(first, 11)))
    if draw(st.booleans()):
        name = draw(st.sampled_from(["first_line", "last_line", "document", "minutes", "links"]))
        made[name] = draw(st.lists(LINES, max_size=2) if name == "links" else LINES)
    made["pitfalls"] = draw(st.lists(TEXTS, max_size=2))
    return made


@st.composite
def wholes(draw: st.DrawFn) -> dict[str, Any]:
    needs = st.builds(
        need,
        TITLES,
        TITLES,
        st.sampled_from(["stated", "implied", "likely"]),
        line=st.none() | st.integers(1, 12),
    )
    return whole(*draw(st.lists(concepts(), max_size=5)), needs=draw(st.lists(needs, max_size=6)))


@settings(max_examples=150, deadline=None)
@given(answer=wholes() | JSON, limit=st.none() | st.integers(1, 3))
def test_any_answer_gives_a_valid_draft_or_a_typed_error(answer: Any, limit: int | None) -> None:
    limits = {} if limit is None else {"node_count_max": limit, "max_prerequisites_per_node": limit}
    scripted = Scripted(lambda _: json.dumps(answer))
    try:
        draft = author_curriculum(brief_of(TEXT, scope_in=["Alpha"], constraints=limits), scripted)
    except ProviderOutputInvalidError:
        assert len(scripted.asked) == 2
        return
    document = draft.curriculum.to_json()
    assert check_document(DocumentKind.CURRICULUM, document) == ()
    assert check_document(DocumentKind.GENERATION_NOTES, draft.notes_json()) == ()
    raw = document_bytes(document)
    spec = TopicSpec.from_json(spec_document(scope_in=["Alpha"], constraints=limits))
    verdict = validate_curriculum(json.loads(raw), raw, spec=spec, line_counts={SCOPE: 13})
    bad = {f.rule for f in verdict.findings if f.severity is Severity.ERROR}
    # What an answer covers, and how long it takes, is for repair to mend.
    assert bad <= {"quality.scope-uncovered", "quality.hours-below-minimum", "quality.few-nodes"}
    assert limit is None or len(draft.curriculum.nodes) <= limit


NUMBERS = st.integers(-1, 9)
ENTRIES = st.builds(
    operation,
    st.sampled_from(OPERATIONS),
    NUMBERS,
    before=st.none() | NUMBERS,
    title=st.none() | TITLES,
    capability=st.none() | TEXTS,
    core_ideas=st.none() | st.lists(TEXTS, max_size=2),
    pitfalls=st.none() | st.lists(TEXTS, max_size=2),
    mastery_task=st.none() | TEXTS,
    pass_criteria=st.none() | TEXTS,
    minutes=st.none() | st.integers(-5, 90),
    document=st.none() | st.integers(0, 2),
    first_line=st.none() | LINES,
    last_line=st.none() | LINES,
    reason=TEXTS,
)
FIT_ENTRIES = st.builds(
    operation,
    st.sampled_from(OPERATIONS),
    st.integers(1, 7),
    before=st.integers(1, 7),
    title=st.sampled_from(["Alpha", "Beta", "Delta"]),
    capability=st.just("Do it"),
    mastery_task=st.just("Show it"),
    pass_criteria=st.just("Seen"),
    minutes=st.integers(5, 90),
)


@settings(max_examples=300, deadline=None)
@given(entries=st.lists(ENTRIES, max_size=3) | st.lists(FIT_ENTRIES, max_size=6))
def test_any_list_of_operations_gives_a_document_of_its_schema_or_an_error(
    entries: list[dict[str, Any]],
) -> None:
    document = curriculum_of({f"n{at}": [f"n{at - 1}"] if at else [] for at in range(5)}).to_json()
    document["unknown"] = [1]
    before = json.dumps(document)
    lines = tuple(enumerate(TEXT.split("\n"), 1))
    shown = Shown(documents=(Excerpt(path=SCOPE, lines=lines),))
    reach = Reach(nodes={1, 2, 3}, before={0, 4}, shown=shown)
    answer = operations(*entries)
    assert check_value(SCHEMAS["revision"], answer) == ()
    try:
        after, changes = apply_operations(document, answer, reach)
    except UnfitAnswerError:
        pass
    else:
        assert check_document(DocumentKind.CURRICULUM, after) == ()
        assert len(changes) == len(entries)
        assert after["unknown"] == [1]
        untouched = {node["id"] for node in after["nodes"]}
        assert {"n0", "n4"} <= untouched
        ids = [node["id"] for node in after["nodes"]]
        assert len(ids) == len(set(ids))
        assert all(name in ids for node in after["nodes"] for name in node["prerequisites"])
    assert json.dumps(document) == before


@pytest.mark.parametrize("name", SCHEMAS)
@settings(max_examples=40, deadline=None)
@given(answer=JSON)
def test_json_of_another_shape_breaks_every_answer_schema(name: str, answer: Any) -> None:
    assert check_value(SCHEMAS[name], answer)
