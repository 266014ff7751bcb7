from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from answering import Scripted, by_name, concept, need, whole
from curricle.authoring.curriculum import author_curriculum
from curricle.errors import ProviderContextOverflowError, ProviderOutputInvalidError
from curricle.layout import SCOPE, TOPIC_SPEC
from scopes import brief_of, edges, titles

if TYPE_CHECKING:
    from curricle.generation.compiler import Draft

TEXT = """# Bread

## Flour

Ground grain. See [Mills](https://mills.example/how) and [a trick](javascript:alert(1)).

## Dough

Dough needs flour and water.

## Oven

Hot.
"""


def authored(answer: Any, text: str | None = TEXT, **fields: Any) -> Draft:
    answers = answer if isinstance(answer, list) else [answer, answer]
    scripted = Scripted(lambda _: answers.pop(0))
    return author_curriculum(brief_of(text, **fields), scripted)


FLOUR, DOUGH, OVEN = concept("Flour", 3, 5), concept("Dough", 7, 9), concept("Oven", 11, 13)


def test_a_small_scope_is_one_question() -> None:
    scripted = Scripted(by_name(curriculum=whole(FLOUR, DOUGH, needs=[need("Flour", "Dough")])))
    draft = author_curriculum(brief_of(TEXT), scripted)
    assert scripted.names == ["curriculum"]
    assert titles(draft) == ["Flour", "Dough"]
    assert edges(draft) == {("Flour", "Dough")}
    assert draft.curriculum.topic == "A topic"


def test_ids_are_made_from_titles_and_sources_are_the_lines_cited() -> None:
    flour, dough = authored(whole(FLOUR, DOUGH)).curriculum.nodes
    assert (flour.id, dough.id) == ("flour", "dough")
    assert [(s.path, s.first_line, s.last_line) for s in flour.sources] == [(SCOPE, 3, 5)]
    assert flour.resources[0].url == f"{SCOPE}#L3-L5"


def test_a_spec_alone_is_enough_and_cites_its_lines() -> None:
    draft = authored(
        whole(concept("Flour"), concept("Dough", 2)), None, scope_in=["Flour", "Dough"]
    )
    assert [node.sources[0].path for node in draft.curriculum.nodes] == [TOPIC_SPEC, TOPIC_SPEC]


def test_a_concept_may_cite_lines_of_several_sections() -> None:
    draft = authored(whole(concept("Bread", 1, 13)))
    assert draft.curriculum.nodes[0].resources[0].citation == f"{SCOPE}, lines 1 to 13"
    assert draft.left_out == ()


def test_what_only_the_spec_names_is_shown_with_its_line_and_can_be_cited() -> None:
    scripted = Scripted(by_name(curriculum=whole(FLOUR, concept("Salt", 2, document=2))))
    draft = author_curriculum(brief_of(TEXT, scope_in=["Flour", "Salt"]), scripted)
    assert "2| Salt\n" in scripted.asked[0].prompt
    assert "1| Flour\n" not in scripted.asked[0].prompt
    assert draft.curriculum.nodes[1].sources[0].path == TOPIC_SPEC


def test_links_are_those_of_the_document_and_no_others() -> None:
    scripted = Scripted(by_name(curriculum=whole({**FLOUR, "links": [1]})))
    draft = author_curriculum(brief_of(TEXT), scripted)
    urls = [resource.url for resource in draft.curriculum.nodes[0].resources]
    assert urls == [f"{SCOPE}#L3-L5", "https://mills.example/how"]
    assert "2| a trick" not in scripted.asked[0].prompt


def test_context_files_are_shown_and_linked_where_they_name_a_concept() -> None:
    scripted = Scripted(by_name(curriculum=whole(FLOUR, DOUGH)))
    brief = brief_of(TEXT, context={"notes.md": "All on flour.\n"})
    draft = author_curriculum(brief, scripted)
    assert "1| All on flour." in scripted.asked[0].prompt
    assert draft.curriculum.nodes[0].resources[-1].url == "inputs/context/notes.md#L1"


def test_context_that_does_not_fit_is_left_out_and_told() -> None:
    scripted = Scripted(by_name(curriculum=whole(FLOUR)))
    brief = brief_of(TEXT, context={"notes.md": "Flour.\n" * 4000})
    draft = author_curriculum(brief, scripted, budget=10_000)
    assert scripted.names == ["curriculum"]
    (assumption,) = draft.assumptions
    assert assumption.startswith("inputs/context/notes.md was too long to be shown to the model")


def test_a_line_without_end_is_shown_by_its_beginning() -> None:
    image = f"![](data:image/png;base64,{'A' * 500_000})"
    scripted = Scripted(by_name(curriculum=whole(FLOUR)))
    author_curriculum(brief_of(f"{TEXT}\n{image}\n"), scripted, budget=40_000)
    (asked,) = scripted.asked
    assert "base64" in asked.prompt
    assert len(asked.prompt) <= 40_000


def test_a_spec_that_fills_the_prompt_is_an_overflow_before_anything_is_asked() -> None:
    scripted = Scripted(by_name())
    brief = brief_of(TEXT, scope_out=[f"Topic {at} " + "x" * 900 for at in range(90)])
    with pytest.raises(ProviderContextOverflowError, match="the topic spec takes"):
        author_curriculum(brief, scripted)
    assert scripted.asked == []


def test_what_is_left_out_of_a_spec_alone_is_named_by_its_line() -> None:
    left = {"title": "Salt", "document": 1, "line": 2, "reason": "it is no concept"}
    brief = brief_of(None, scope_in=["Flour", "Salt"])
    first, second = brief.item_lines.values()
    answer = whole(concept("Flour", first), left_out=[{**left, "line": second}])
    draft = author_curriculum(brief, Scripted(by_name(curriculum=answer)))
    assert [(part.title, part.line) for part in draft.left_out] == [("Salt", None)]


@pytest.mark.parametrize("place", [{"document": None, "line": 3}, {"document": 1, "line": 999}])
def test_what_is_left_out_of_nowhere_is_asked_for_again(place: dict[str, Any]) -> None:
    left = {"title": "Salt", "reason": "it is no concept", **place}
    answers = [whole(FLOUR, left_out=[left]), whole(FLOUR)]
    scripted = Scripted(lambda _: answers.pop(0))
    author_curriculum(brief_of(TEXT), scripted)
    assert scripted.names == ["curriculum", "curriculum, again"]


def test_the_audience_and_what_it_knows_are_told() -> None:
    scripted = Scripted(by_name(curriculum=whole(FLOUR)))
    brief = brief_of(TEXT, audience="Bakers of cakes", prerequisites=["Weighing"])
    author_curriculum(brief, scripted)
    assert 'audience: "Bakers of cakes"' in scripted.asked[0].prompt
    assert 'known_already: ["Weighing"]' in scripted.asked[0].prompt


def test_titles_of_one_concept_are_merged_with_their_edges() -> None:
    again = concept("the flours", 11, 13, minutes=30, links=[1])
    draft = authored(
        whole(FLOUR, DOUGH, again, needs=[need("the flours", "Dough"), need("Flour", "the flours")])
    )
    assert titles(draft) == ["Flour", "Dough"]
    assert edges(draft) == {("Flour", "Dough")}
    assert [(m.title, m.into) for m in draft.merged] == [("the flours", "Flour")]
    assert draft.curriculum.nodes[0].estimate_minutes == 90
    assert draft.cycles_broken == ()


def test_a_cycle_is_broken_at_its_weakest_edge_and_told() -> None:
    needs = [
        need("Flour", "Dough", "stated"),
        need("Dough", "Oven"),
        need("Oven", "Flour", "likely"),
    ]
    draft = authored(whole(FLOUR, DOUGH, OVEN, needs=needs))
    assert edges(draft) == {("Flour", "Dough"), ("Dough", "Oven")}
    (broken,) = draft.cycles_broken
    assert broken["removed"] == {"before": "Oven", "after": "Flour"}
    assert set(broken["cycle"]) == {"Flour", "Dough", "Oven"}


def test_a_concept_that_needs_itself_is_told_as_a_cycle() -> None:
    draft = authored(whole(FLOUR, DOUGH, needs=[need("Flour", "Flour")]))
    assert edges(draft) == set()
    assert [broken["cycle"] for broken in draft.cycles_broken] == [["Flour"]]


def test_edges_that_follow_from_others_are_not_kept() -> None:
    needs = [need("Flour", "Dough"), need("Dough", "Oven"), need("Flour", "Oven")]
    draft = authored(whole(FLOUR, DOUGH, OVEN, needs=needs))
    assert edges(draft) == {("Flour", "Dough"), ("Dough", "Oven")}


def test_the_limit_on_prerequisites_keeps_the_strongest_and_tells_the_rest() -> None:
    needs = [need("Flour", "Oven", "likely"), need("Dough", "Oven", "stated")]
    draft = authored(
        whole(FLOUR, DOUGH, OVEN, needs=needs), constraints={"max_prerequisites_per_node": 1}
    )
    assert edges(draft) == {("Dough", "Oven")}
    assert draft.assumptions[0].startswith("Oven does not name Flour as a prerequisite")


def test_the_limit_on_nodes_joins_the_shortest_to_its_neighbour() -> None:
    short = concept("Dough", 7, 9, minutes=10)
    draft = authored(
        whole(FLOUR, short, OVEN, needs=[need("Dough", "Oven")]), constraints={"node_count_max": 2}
    )
    assert titles(draft) == ["Flour", "Oven"]
    assert edges(draft) == {("Flour", "Oven")}
    assert [(m.title, m.into) for m in draft.merged] == [("Dough", "Flour")]


def test_what_is_out_of_scope_is_left_out_and_told() -> None:
    draft = authored(whole(FLOUR, OVEN, needs=[need("Flour", "Oven")]), scope_out=["ovens"])
    assert titles(draft) == ["Flour"]
    assert ("Oven", "is out of scope") in [(part.title, part.reason) for part in draft.left_out]


def test_a_heading_that_no_concept_cites_is_told() -> None:
    draft = authored(whole(FLOUR, DOUGH))
    assert [(part.title, part.line) for part in draft.left_out] == [("Oven", 11)]


def test_texts_lose_control_characters_and_placeholders() -> None:
    dirty = concept("Fl\x1bour\u202e", 3, core_ideas=["Ground.\x00", "TODO write", " "])
    node = authored(whole(dirty)).curriculum.nodes[0]
    assert (node.title, node.core_ideas) == ("Flour", ("Ground.",))


BAD = {
    "a line that is not there": whole(concept("Flour", 3, 99)),
    "lines the wrong way round": whole(concept("Flour", 5, 3)),
    "a line below one": whole(concept("Flour", 0, 3)),
    "a document that is not there": whole(concept("Flour", 3, document=2)),
    "a link that is not there": whole(concept("Flour", 3, links=[2])),
    "no confidence that can be": whole(concept("Flour", 3, confidence=1.5)),
    "no minutes": whole(concept("Flour", 3, minutes=0)),
    "endless minutes": whole(concept("Flour", 3, minutes=10**9)),
    "an empty capability": whole(concept("Flour", 3, capability=" \x00 ")),
    "a placeholder": whole(concept("Flour", 3, mastery_task="TODO")),
    "an endless text": whole(concept("Flour", 3, capability="x" * 5000)),
    "an endless title": whole(concept("x" * 501, 3)),
    "a need of nothing known": whole(FLOUR, needs=[need("Ghost", "Flour")]),
    "a need at a line that is not there": whole(
        FLOUR, DOUGH, needs=[need("Flour", "Dough", line=99)]
    ),
    "a certainty of its own": whole(FLOUR, DOUGH, needs=[need("Flour", "Dough", "sure")]),
    "nothing": whole(),
    "only what has no name": whole(concept("???", 3)),
    "an empty topic": {**whole(FLOUR), "topic": ""},
    "a field too many": {**whole(FLOUR), "ids": []},
    "a field too few": {"topic": "x"},
    "a list": [],
    "prose": "Here is your curriculum: {}",
    "a fence": "```json\n{}\n```",
    "no text": "",
    "cut off": '{"topic": "x", "concepts": [',
    "a key twice": '{"topic": "x", "topic": "y"}',
    "no number": '{"topic": NaN}',
    "an endless number": '{"topic": 1e999}',
    "half a surrogate": '{"topic": "\ud800"}',
    "deep nesting": "[" * 100_000,
}


@pytest.mark.capability("R7")
@pytest.mark.parametrize("answer", BAD.values(), ids=BAD)
def test_an_unfit_answer_is_asked_for_once_more_and_then_typed(answer: Any) -> None:
    scripted = Scripted(lambda _: answer)
    with pytest.raises(ProviderOutputInvalidError) as caught:
        author_curriculum(brief_of(TEXT), scripted)
    assert scripted.names == ["curriculum", "curriculum, again"]
    assert "codex_exec mode failed to return valid structured JSON" in str(caught.value)
    assert len(str(caught.value)) < 1000
    assert str(caught.value).isprintable()


def test_the_second_question_says_what_was_wrong_with_the_first_answer() -> None:
    scripted = Scripted(
        by_name(curriculum=whole(concept("Flour", 3, 99)), curriculum_again=whole(FLOUR))
    )
    draft = author_curriculum(brief_of(TEXT), scripted)
    assert titles(draft) == ["Flour"]
    first, second = scripted.asked
    assert second.prompt.startswith(first.prompt)
    assert "it cites lines 3 to 99 of document 1" in second.prompt
    assert second.schema == first.schema


def test_open_questions_are_tied_to_their_nodes() -> None:
    answer = whole(FLOUR, DOUGH)
    answer["open_questions"] = [{"question": "How fine?", "titles": ["flour", "Ghost"]}]
    (question,) = authored(answer).curriculum.open_questions
    assert (question.question, question.related_nodes) == ("How fine?", ("flour",))
