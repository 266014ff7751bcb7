"""Stands for a model that reads what it is shown: answers the prompts of `authoring/` in full.

Used as an entry of a `model_server` script. Long documents are expected to have headings
`## Topic N`.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from answering import concept, need, part, whole
from curricle.authoring.shapes import NEEDS, OUTLINE, PART, WHOLE

if TYPE_CHECKING:
    from model_wire import Received

_HEADING: Final = re.compile(r"^(\d+)\| ##+ (.+)$", re.MULTILINE)
_SCOPE_IN: Final = re.compile(r"^scope_in: (.+)$", re.MULTILINE)
_ROW: Final = re.compile(r"^(\d+)\| (Topic \d+) \|", re.MULTILINE)
_SECTION: Final = re.compile(r"^(\d+)\| ## (Topic \d+) \(lines", re.MULTILINE)


def long_scope(sections: int, words: int) -> str:
    """Return a document of so many sections of so many words."""
    return "# Course\n" + "".join(
        f"\n## Topic {at}\n\n{f'It needs topic {at - 1}. ' if at else ''}{f'word{at} ' * words}\n"
        for at in range(sections)
    )


def read_and_answer(received: Received) -> str:
    """Return what the model says to a request."""
    return json.dumps(_answer(received.prompt, received.schema))


def _answer(prompt: str, schema: Any) -> dict[str, Any]:
    concepts = [
        concept(title, int(line), int(line) + 2) for line, title in _HEADING.findall(prompt)
    ]
    if schema == WHOLE:
        wanted = json.loads(next(iter(_SCOPE_IN.findall(prompt)), "[]"))
        missing = [item for item in wanted if item not in {one["title"] for one in concepts}]
        concepts += [concept(item, concepts[0]["first_line"]) for item in missing]
        titles = [one["title"] for one in concepts]
        return whole(*concepts, needs=[need(*pair, "stated") for pair in pairwise(titles)])
    if schema == OUTLINE:
        found = _SECTION.findall(prompt)
        sections = [{"section": int(at), "titles": [title]} for at, title in found]
        return {"topic": "Course", "sections": sections, "left_out": []}
    if schema == PART:
        return part(*concepts)
    assert schema == NEEDS
    numbers = [int(at) for at, _ in _ROW.findall(prompt)]
    return {"needs": [need(*pair, "stated") for pair in pairwise(numbers)]}
