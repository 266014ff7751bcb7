from __future__ import annotations

from curricle.generation.concepts import find_concepts
from curricle.generation.document import parse_document
from curricle.generation.reading import Reading, Setting, read_concept, read_passages


def reading(text: str) -> Reading:
    return read_concept(find_concepts(parse_document(text)).concepts[0])


def settings(found: Reading) -> dict[str, Setting]:
    return {word.text: word.setting for word in found.words}


def test_words_know_how_they_are_set() -> None:
    found = reading(
        "# T\n\n## A1\n\nplain **bold** *slanted* `name` [link](https://example.org)\n\n"
        "```\nblock\n```\n\n### Exercises\n\n- task\n\n## B1\n"
    )
    assert settings(found) == {
        "plain": Setting.PROSE,
        "bold": Setting.MARKED,
        "slanted": Setting.MARKED,
        "link": Setting.MARKED,
        "name": Setting.CODE,
        "block": Setting.EXAMPLE,
        "task": Setting.OBJECTIVE,
    }


def test_a_long_piece_of_code_in_a_line_is_an_example() -> None:
    code = "first_name(" + "x" * 40 + ")"
    found = read_passages(parse_document(f"see `{code}`").sections[0].passages)
    assert settings(found)["first"] is Setting.EXAMPLE


def test_lines_are_those_of_the_document_also_inside_a_paragraph() -> None:
    found = read_passages(parse_document("\none\ntwo\n\nthree\n").sections[0].passages)
    assert [(word.text, word.line) for word in found.words] == [
        ("one", 2),
        ("two", 3),
        ("three", 5),
    ]


def test_sentences_end_at_stops_and_words_join_over_space_and_hyphens() -> None:
    found = read_passages(parse_document("First-class thing. Next, this").sections[0].passages)
    first, klass, thing, following, this = found.words
    assert first.sentence == klass.sentence == thing.sentence < following.sentence == this.sentence
    assert [word.is_joined for word in found.words] == [False, True, True, False, False]


def test_addresses_are_no_words() -> None:
    found = read_passages(parse_document("at https://example.org/loops now").sections[0].passages)
    assert [word.text for word in found.words] == ["at", "now"]


def test_the_opening_is_the_first_sentence_that_says_something() -> None:
    found = reading("# T\n\n## A1\n\nWell. A stack is a pile of plates. More of it.\n\n## B1\n")
    opening = [word.text for word in found.words if word.sentence == found.opening]
    assert opening == ["A", "stack", "is", "a", "pile", "of", "plates"]
    assert reading("# T\n\n## A1\n\nWell.\n\n## B1\n").opening == -1
