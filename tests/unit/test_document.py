from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.generation.document import PassageKind, Style, parse_document
from curricle.printable import has_control_characters


def test_sections_know_their_level_their_lines_and_what_they_are_part_of() -> None:
    document = parse_document("before\n\n# A\n\ntext\n\n### B\n## C\n\n\n### D\n")
    assert [(s.title, s.level, s.line, s.last_line, s.parent) for s in document.sections] == [
        ("", 0, 1, 1, None),
        ("A", 1, 3, 5, 0),
        ("B", 3, 7, 7, 1),
        ("C", 2, 8, 8, 1),
        ("D", 3, 11, 11, 3),
    ]


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("## Iterators and `yield`", "Iterators and `yield`"),
        ("## *Fast* and **slow** thinking", "Fast and slow thinking"),
        ("## [Linked](https://example.org) title", "Linked title"),
        ("## Closing hashes ##", "Closing hashes"),
        ("## Anchored {#anchor-id}", "Anchored"),
        ("## Größe — наука 科学 🎉", "Größe — наука 科学 🎉"),
        ("## R&amp;D &lt;T&gt;", "R&D <T>"),
        ("## A <b>bold</b> claim", "A bold claim"),
        ("## Snake\\_case", "Snake_case"),
        ("Underlined\n==========", "Underlined"),
        ("Also underlined\n---------------", "Also underlined"),
        ("## C++, C# and F*", "C++, C# and F*"),
        ("## a\u202eb\u0007c &#x202e;d", "abc d"),
    ],
)
def test_a_title_is_the_headings_text_without_its_markup(heading: str, title: str) -> None:
    assert [s.title for s in parse_document(heading).sections[1:]] == [title]


def test_front_matter_is_no_part_of_the_text() -> None:
    document = parse_document("---\ntitle: Front\n# not a heading\n---\n\n# Real\n")
    assert [section.title for section in document.sections] == ["", "Real"]
    assert document.sections[1].line == 6


def test_of_front_matter_only_whole_lines_of_plain_text_are_taken() -> None:
    lines = [
        "Title: 'A: b'",
        "goal: Bake",
        "list: [a]",
        "folded: >",
        "  text",
        "long: more",
        "  on",
    ]
    document = parse_document("\n".join(["---", *lines, "- item", "empty:", "---", "", "text"]))
    assert document.front_matter == {"title": "A: b", "goal": "Bake"}
    assert parse_document("goal: Bake\n\n---\n").front_matter == {}


@pytest.mark.parametrize(
    "block",
    ["```\n# no\n- no\n```", "~~~~ python\n# no\n```\n~~~~", "    # no\n    - no"],
    ids=["fence", "tildes", "indented"],
)
def test_what_stands_in_a_code_block_is_code(block: str) -> None:
    document = parse_document(f"# Yes\n\n{block}\n\n# Also\n")
    assert [section.title for section in document.sections] == ["", "Yes", "Also"]
    assert [p.kind for p in document.sections[1].passages] == [PassageKind.CODE]
    assert document.unclosed_code_line is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# A\n\n```\n# swallowed\n", 3),
        ("# A\n\n~~~\n```\n", 3),
        ("```", 1),
        ("````\n```\n", 1),
        ("```\n# swallowed", 1),
        ("```\n# swallowed\n\n\n", 1),
        ("> ```\n> quoted\n> ```\n", None),
        ("- ```\n  item\n\ntext\n", None),
        ("# A\n\n```\ncode\n```", None),
        ("# A\n\n```\ncode\n```\n", None),
        ("# A\n\n```\n```\n\ntext\n", None),
    ],
)
def test_a_code_block_that_is_never_closed_is_told_by_line(text: str, line: int | None) -> None:
    assert parse_document(text).unclosed_code_line == line


def test_rows_of_a_table_are_passages_and_its_rule_and_header_are_not() -> None:
    document = parse_document("| Term | *Meaning* |\n|---|:-:|\n| `x` | **a** b |\n")
    (row,) = document.sections[0].passages
    assert (row.kind, row.line) == (PassageKind.ROW, 3)
    assert (row.header, row.cells) == (("Term", "Meaning"), ("x", "a b"))


def test_items_know_their_depth_their_list_and_whether_they_are_steps() -> None:
    text = "- a\n  - b\n    more of b\n\n1. first\n2. second\n"
    passages = parse_document(text).sections[0].passages
    assert [(p.text, p.depth, p.is_step) for p in passages] == [
        ("a", 1, False),
        ("b more of b", 2, False),
        ("first", 1, True),
        ("second", 1, True),
    ]
    assert passages[2].list_id == passages[3].list_id != passages[0].list_id


def test_the_box_of_a_task_is_no_part_of_it() -> None:
    text = "- [ ] Carol: fix\n- [x] **Done** now\n- [ ]\n- [y] no box\n\n[ ] nor this\n"
    passages = parse_document(text).sections[0].passages
    assert [p.text for p in passages] == ["Carol: fix", "Done now", "[y] no box", "[ ] nor this"]


def test_a_definition_list_is_a_term_with_prose() -> None:
    (term, text) = parse_document("Stack\n: A pile.\n").sections[0].passages
    assert (term.kind, term.text) == (PassageKind.TERM, "Stack")
    assert (text.kind, text.text) == (PassageKind.PROSE, "A pile.")


def test_spans_keep_the_style_and_links_their_words_and_lines() -> None:
    document = parse_document("One **two** *three* `four`\n[five](https://example.org/a).\n")
    section = document.sections[0]
    assert [(s.text, s.style) for s in section.passages[0].spans if s.text.strip(" \n.")] == [
        ("One ", Style.PLAIN),
        ("two", Style.STRONG),
        ("three", Style.EMPHASIS),
        ("four", Style.CODE),
        ("five", Style.LINK),
    ]
    assert [(link.text, link.url) for link in section.links] == [("five", "https://example.org/a")]


def test_html_blocks_are_noted_by_line_and_not_read() -> None:
    document = parse_document("# A\n\n<script>\nalert(1)\n</script>\n\n<!-- # no -->\n\ntext\n")
    assert document.sections[1].comments == ((3, 5), (7, 7))
    assert [passage.text for passage in document.sections[1].passages] == ["text"]


def test_a_heading_in_a_quotation_is_a_line_of_it() -> None:
    document = parse_document("# A\n\n> # Quoted\n> words\n")
    assert [section.title for section in document.sections] == ["", "A"]
    assert [passage.text for passage in document.sections[1].passages] == ["Quoted", "words"]


@given(st.text(alphabet="# -*`~|>:[]()<!\\&;_.ab\n\t\x1b\u202e\u2028é", max_size=200))
def test_any_text_has_sections_in_order_whose_passages_lie_in_their_lines(text: str) -> None:
    document = parse_document(text)
    lines = [section.line for section in document.sections]
    assert lines == sorted(lines)
    for section in document.sections:
        assert 1 <= section.line <= section.last_line <= document.line_count
        assert not has_control_characters(section.title)
        for passage in section.passages:
            assert section.line <= passage.line <= passage.last_line <= document.line_count
            assert not any(has_control_characters(span.text) for span in passage.spans)
