from __future__ import annotations

import json
import re

import pytest

from curricle.canonical import document_bytes
from curricle.errors import InvalidArgumentError, ScopeInvalidError, TopicSpecInvalidError
from curricle.generation.selection import ScopeMode, Selection
from curricle.stages.intake import IntakeResult, take_in
from scopes import BLANK, EVERYTHING, spec_document

TEXT = b"# Bread\n\n## Flour\n\nGround.\n\n## Dough\n\nNeeds flour.\n"


def taken(
    scope: bytes, spec: bytes | None = None, selection: Selection = EVERYTHING
) -> IntakeResult:
    return take_in(spec or document_bytes(BLANK), BLANK, None, scope, selection)


@pytest.mark.capability("R4")
def test_a_scope_document_makes_a_fresh_spec_ready() -> None:
    result = taken(TEXT)
    assert json.loads(result.spec)["scope_in"] == ["Flour", "Dough"]
    assert set(result.filled) == {"goal", "audience", "scope_in"}


def test_a_spec_that_needs_nothing_keeps_its_bytes() -> None:
    spec = json.dumps(
        spec_document(scope_in=["Salt"], scope_out=["Oats"], prerequisites=["Oven"]), indent=7
    ).encode()
    result = taken(TEXT, spec)
    assert (result.spec, result.filled, result.assumptions) == (spec, {}, ())


@pytest.mark.parametrize(
    ("scope", "phrase"),
    [
        (b"", "is empty"),
        (b" \n\t\n", "is empty"),
        (b"# Caf\xe9\n", "cannot be read (line 1)"),
        (b"# A\n\n```\n# B\n", "the code block that begins in line 3 is never closed"),
        (b"Just words.\n", "names nothing to learn"),
        (b"## References\n\n- A book\n\n## License\n\nMIT\n", "names nothing to learn"),
        (b"# replace_with_title\n\n## TODO\n\n- ...\n", "names nothing to learn"),
    ],
)
def test_a_document_that_gives_nothing_is_refused_with_the_reason(
    scope: bytes, phrase: str
) -> None:
    with pytest.raises(ScopeInvalidError, match=re.escape(phrase)):
        taken(scope)


def test_a_heading_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(InvalidArgumentError, match="no heading 'Jam'") as caught:
        taken(TEXT, selection=Selection(mode=ScopeMode.SECTION, sections=("Jam",)))
    assert "Bread, Flour, Dough" in caught.value.hint


def test_a_broken_spec_is_told_as_such() -> None:
    with pytest.raises(TopicSpecInvalidError):
        taken(TEXT, b'{"goal": ')
