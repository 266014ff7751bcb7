from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from answering import Scripted, concept, need, part
from curricle.authoring.curriculum import author_curriculum
from curricle.errors import ProviderOutputInvalidError, ProviderUnavailableError
from scopes import brief_of, edges, titles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from curricle.authoring.question import Question

BUDGET = 8000
COUNT = 30
TEXT = "# Course\n" + "".join(
    f"\n## Topic {at}\n\n"
    + (f"It needs topic {at - 1}. " if at else "")
    + f"Sentence on {at}. " * 25
    + "\n"
    for at in range(COUNT)
)
_HEADING = re.compile(r"^(\d+)\| ## (Topic \d+)$", re.MULTILINE)
_ROW = re.compile(r"^(\d+)\| (Topic \d+) \|", re.MULTILINE)


def reply(question: Question) -> Any:
    """Answer as a model would that reads what it is shown."""
    if question.name.startswith("outline"):
        rows = re.findall(r"^(\d+)\| ## (Topic \d+) \(lines", question.prompt, re.MULTILINE)
        sections = [{"section": int(at), "titles": [title]} for at, title in rows]
        return {"topic": "Course", "sections": sections, "left_out": []}
    if question.name.startswith("section"):
        found = _HEADING.findall(question.prompt)
        return part(*(concept(title, int(line), int(line) + 2) for line, title in found))
    numbers = [int(at) for at, _ in _ROW.findall(question.prompt)]
    pairs = pairwise(numbers)
    return {"needs": [need(before, after, "stated") for before, after in pairs]}


def test_a_long_scope_is_an_outline_then_sections_side_by_side_then_edges() -> None:
    scripted = Scripted(reply)
    draft = author_curriculum(brief_of(TEXT), scripted, budget=BUDGET)
    assert scripted.names[0] == "outline"
    assert scripted.names[-1] == "edges"
    sections = scripted.names[1:-1]
    assert sorted(sections) == sorted(f"section {at}" for at in range(1, len(sections) + 1))
    assert scripted.together == [1, len(sections), 1]
    assert titles(draft) == [f"Topic {at}" for at in range(COUNT)]
    assert edges(draft) == {(f"Topic {at}", f"Topic {at + 1}") for at in range(COUNT - 1)}
    assert draft.left_out == ()


def test_no_prompt_of_a_long_scope_is_longer_than_the_budget() -> None:
    for count in (1, 4, 20):
        scripted = Scripted(reply)
        brief = brief_of(TEXT * count)
        author_curriculum(brief, scripted, budget=BUDGET)
        assert max(len(question.prompt) for question in scripted.asked) <= BUDGET


def test_every_line_of_the_document_is_shown_once() -> None:
    scripted = Scripted(reply)
    author_curriculum(brief_of(TEXT), scripted, budget=BUDGET)
    shown: list[int] = []
    for question in scripted.asked:
        if question.name.startswith("section"):
            held = question.prompt.split("begin: document 1")[1].split("end: document 1")[0]
            shown += map(int, re.findall(r"^(\d+)\|", held, re.MULTILINE))
    assert sorted(shown) == list(range(1, TEXT.count("\n") + 1))


def test_questions_of_sections_do_not_depend_on_each_others_answers() -> None:
    def other(question: Question) -> Any:
        answer = reply(question)
        if question.name == "section 1":
            answer["concepts"][0]["capability"] = "Do something else"
        return answer

    one, two = Scripted(reply), Scripted(other)
    for scripted in (one, two):
        author_curriculum(brief_of(TEXT), scripted, budget=BUDGET)
    assert one.asked[:-1] == two.asked[:-1]
    assert one.asked[-1] != two.asked[-1]


def test_the_edges_are_asked_with_titles_capabilities_and_mentions_alone() -> None:
    scripted = Scripted(reply)
    author_curriculum(brief_of(TEXT), scripted, budget=BUDGET)
    prompt = scripted.asked[-1].prompt
    assert "2| Topic 1 | Explain Topic 1 | names 1 (line 9)" in prompt
    assert "Sentence on" not in prompt


def test_only_the_part_whose_answer_was_unfit_is_asked_again_and_alone() -> None:
    def sometimes(question: Question) -> Any:
        return {"concepts": []} if question.name == "section 3" else reply(question)

    scripted = Scripted(sometimes)
    draft = author_curriculum(brief_of(TEXT), scripted, budget=BUDGET)
    again = [name for name in scripted.names if name.endswith("again")]
    assert again == ["section 3, again"]
    assert len(set(scripted.names)) == len(scripted.names)
    assert len(titles(draft)) == COUNT


@pytest.mark.parametrize("name", ["outline", "section 2", "edges"])
def test_a_part_that_stays_unfit_is_typed_and_named(name: str) -> None:
    scripted = Scripted(lambda q: "no" if q.name.startswith(name) else reply(q))
    with pytest.raises(ProviderOutputInvalidError, match=f"for “{name}, again”"):
        author_curriculum(brief_of(TEXT), scripted, budget=BUDGET)


def test_a_fault_on_the_way_passes_through_unchanged() -> None:
    fault = ProviderUnavailableError("codex_exec", "gone")

    def fail(question: Question) -> Any:
        if question.name == "section 2":
            raise fault
        return reply(question)

    with pytest.raises(ProviderUnavailableError) as caught:
        author_curriculum(brief_of(TEXT), Scripted(fail), budget=BUDGET)
    assert caught.value is fault


def test_sections_that_the_outline_leaves_out_are_not_read_and_told() -> None:
    def leave(question: Question) -> Any:
        answer = reply(question)
        if question.name == "outline":
            gone = answer["sections"].pop(4)
            answer["left_out"].append({"section": gone["section"], "reason": "is an aside"})
        return answer

    scripted = Scripted(leave)
    draft = author_curriculum(brief_of(TEXT), scripted, budget=BUDGET)
    assert not any("| ## Topic 4\n" in question.prompt for question in scripted.asked)
    assert [(p.title, p.reason) for p in draft.left_out] == [("Topic 4", "is an aside")]


def outlines() -> Iterator[tuple[str, Callable[[dict[str, Any]], None]]]:
    yield "a section that is not there", lambda a: a["sections"][0].update(section=999)
    yield "a section twice", lambda a: a["sections"].append(a["sections"][0])
    yield "in and out", lambda a: a["left_out"].append({"section": 3, "reason": "x"})
    yield "an empty topic", lambda a: a.update(topic="")


@pytest.mark.parametrize("change", [c for _, c in outlines()], ids=[n for n, _ in outlines()])
def test_an_outline_that_cannot_be_right_is_asked_for_again(
    change: Callable[[dict[str, Any]], None],
) -> None:
    def wrong(question: Question) -> Any:
        answer = reply(question)
        if question.name == "outline":
            change(answer)
        return answer

    scripted = Scripted(wrong)
    author_curriculum(brief_of(TEXT), scripted, budget=BUDGET)
    assert scripted.names[:2] == ["outline", "outline, again"]


@pytest.mark.parametrize(
    "wrong",
    [need(0, 1), need(1, 99), need(-1, 2), need(1, 2, line=4000)],
    ids=["zero", "too many", "negative", "a line of another"],
)
def test_edges_between_what_was_not_listed_are_asked_for_again(wrong: dict[str, Any]) -> None:
    scripted = Scripted(lambda q: {"needs": [wrong]} if q.name == "edges" else reply(q))
    author_curriculum(brief_of(TEXT), scripted, budget=BUDGET)
    assert scripted.names[-2:] == ["edges", "edges, again"]


@pytest.mark.capability("T22")
def test_how_many_questions_are_asked_is_decided_by_the_document_and_never_by_an_answer() -> None:
    def eager(question: Question) -> Any:
        answer = reply(question)
        wish = {"question": "May I have another turn? Ask me again.", "titles": []}
        if "open_questions" in answer:
            answer["open_questions"] = [wish] * 20
        for edge in answer.get("needs", ()):
            edge["reason"] = "continue, ask again"
        return answer

    plain, wishing = Scripted(reply), Scripted(eager)
    unfit = Scripted(lambda _: {"continue": True, "another_turn": "approved by me"})
    for scripted in (plain, wishing):
        author_curriculum(brief_of(TEXT), scripted, budget=BUDGET)
    with pytest.raises(ProviderOutputInvalidError):
        author_curriculum(brief_of(TEXT), unfit, budget=BUDGET)
    assert plain.asked == wishing.asked
    assert unfit.names == ["outline", "outline, again"]


def test_a_long_list_in_the_spec_alone_is_shared_between_questions() -> None:
    items = [f"Matter {at} of the long list of what is wanted" for at in range(300)]

    def answer(question: Question) -> Any:
        if question.name.startswith("edges"):
            return {"needs": []}
        found = re.findall(r"^(\d+)\| (Matter .*)$", question.prompt, re.MULTILINE)
        return part(*(concept(title, int(line)) for line, title in found))

    scripted = Scripted(answer)
    draft = author_curriculum(brief_of(None, scope_in=items), scripted, budget=BUDGET)
    assert titles(draft) == items
    assert all(len(question.prompt) <= BUDGET for question in scripted.asked)


def test_a_section_longer_than_a_part_is_cut_between_paragraphs() -> None:
    paragraphs = "\n\n".join(f"Paragraph {at}: " + "word " * 60 for at in range(40))
    scripted = Scripted(
        lambda q: (
            {"topic": "x", "sections": [], "left_out": []}
            if q.name == "outline"
            else {"needs": []}
            if q.name == "edges"
            else part(concept(q.name, int(re.findall(r"^(\d+)\|", q.prompt, re.MULTILINE)[0])))
        )
    )
    author_curriculum(brief_of(f"# Long\n\n## One\n\n{paragraphs}\n"), scripted, BUDGET)
    sections = [q.prompt for q in scripted.asked if q.name.startswith("section")]
    assert len(sections) > 3
    starts = [re.findall(r"^\d+\| ?(.*)$", p, re.MULTILINE)[0] for p in sections[:-1]]
    assert all(line.startswith("Paragraph") for line in starts)
