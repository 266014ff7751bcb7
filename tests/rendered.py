"""What a Markdown page is to a reader's program: its blocks, its headings, its links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def tokens(page: str) -> Iterator[Token]:
    """Yield every token of a page, blocks and what stands in them."""
    for token in _MARKDOWN.parse(page):
        yield token
        yield from token.children or ()


def kinds(page: str) -> set[str]:
    """Return the types of the tokens of a page."""
    return {token.type for token in tokens(page)}


def headings(page: str) -> list[str]:
    """Return the headings, each with its marks as written."""
    found = _MARKDOWN.parse(page)
    return [
        f"{after.markup} {token.content}"
        for token, after in zip(found[1:], found, strict=False)
        if after.type == "heading_open"
    ]


def links(page: str) -> list[str]:
    """Return where the links of a page lead."""
    return [str(token.attrs["href"]) for token in tokens(page) if token.type == "link_open"]
