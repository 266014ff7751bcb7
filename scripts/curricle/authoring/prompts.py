"""Writes prompts from `templates/prompts/`.

What others wrote stands in them as data, between markers. Same arguments, same bytes: a recorded
answer is found again by its prompt.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING, Any

from curricle.resources import template_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    import jinja2


def render_prompt(template: str, **values: Any) -> str:
    """Return the text of `templates/prompts/<template>.j2`; every value it names must be given."""
    return _environment().get_template(f"{template}.j2").render(**values)


def marker_for(texts: Iterable[str]) -> str:
    """Return a mark that occurs in none of the texts."""
    held = list(texts)
    digest = hashlib.sha256("\0".join(held).encode()).hexdigest()
    while True:
        marker = f"[data {digest[:12]}]"
        if not any(marker in text for text in held):
            return marker
        digest = hashlib.sha256(digest.encode()).hexdigest()


@cache
def _environment() -> jinja2.Environment:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(template_path("prompts")),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - a prompt is plain text
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
