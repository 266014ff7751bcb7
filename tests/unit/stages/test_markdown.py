from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from curricle.printable import one_line
from curricle.stages.markdown import code, plain
from hostile import HOSTILE

if TYPE_CHECKING:
    from markdown_it.token import Token

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
MARKS = "`*_~[]<>()!#&;|\\$-+=.:1) \tax\n"
TEXTS = st.text(alphabet=st.sampled_from(MARKS), max_size=12) | st.text(max_size=20)


def shown(tokens: list[Token]) -> str:
    """Return the text that a reader sees; anything but text is named in angle brackets."""
    plain_kinds = {"text", "text_special"}
    return "".join(t.content if t.type in plain_kinds else f"<{t.type}>" for t in tokens)


@pytest.mark.parametrize("before", ["", "- ", "# ", "> ", "x: "], ids=repr)
@given(text=TEXTS)
def test_plain_text_reads_as_it_is_wherever_it_stands(before: str, text: str) -> None:
    (inline,) = [t for t in MARKDOWN.parse(f"{before}{plain(text)}|\n") if t.type == "inline"]
    wanted = f"{one_line(text)}|"
    assert shown(inline.children or []).removeprefix("x: ").lstrip() == wanted.lstrip()


@pytest.mark.parametrize(
    "text",
    [
        "- item",
        "1. item",
        "12) item",
        "+ x",
        "---",
        "- - -",
        "***",
        "___",
        "# x",
        "> x",
        "~~~",
        "-",
    ],
)
def test_plain_text_begins_no_block(text: str) -> None:
    blocks = [token.type for token in MARKDOWN.parse(plain(text))]
    assert blocks == ["paragraph_open", "inline", "paragraph_close"]


@given(text=TEXTS)
def test_a_code_span_ends_where_the_text_ends(text: str) -> None:
    (inline,) = [t for t in MARKDOWN.parse(f"- a {code(text)} b\n") if t.type == "inline"]
    tokens = inline.children or []
    assert [token.type for token in tokens] == ["text", "code_inline", "text"]
    assert tokens[1].content.strip(" ") == one_line(text).strip(" ")


def test_hostile_text_is_one_printable_line() -> None:
    for line in (plain(HOSTILE), code(HOSTILE)):
        assert line.isprintable()


@pytest.mark.parametrize("text", ["3.5 hours", "-1 degrees", "C++", "A (B)", "x = y", "Größe"])
def test_what_means_nothing_in_markdown_is_left_alone(text: str) -> None:
    assert plain(text) == text
