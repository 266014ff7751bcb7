from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.jsontext import parse_json
from curricle.printable import without_control_characters
from curricle.providers.masking import MASK, mask, mask_answer

KEY = "sk-0123456789"


def test_every_occurrence_is_replaced() -> None:
    assert mask(f"{KEY} and {KEY}", [KEY]) == f"{MASK} and {MASK}"


def test_a_secret_that_holds_another_is_replaced_as_a_whole() -> None:
    assert mask(f"{KEY}-longer", [KEY, f"{KEY}-longer"]) == MASK


def test_without_secrets_nothing_is_replaced() -> None:
    assert mask("none of it", [""]) == "none of it"
    assert mask_answer('{"a":  "none"}', []) == '{"a":  "none"}'


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=7))
def test_an_answer_stays_json_and_holds_no_secret_in_any_spelling(secret: str) -> None:
    text = mask(json.dumps({"said": f"<{secret}>"}), [secret])
    if secret not in json.dumps({"said": "<>"}) and "said" not in secret:
        said = json.loads(text)["said"]
        assert secret not in said.replace(MASK, "")


@pytest.mark.parametrize(
    "written",
    [
        "".join(f"\\u{ord(c):04x}" for c in KEY),
        KEY.replace("-", "\\u002d"),
        KEY.replace("0", "\\u00010"),
        KEY.replace("5", "5\u202e"),
        f"a \\ud800 {KEY}",
    ],
    ids=["escaped", "one escaped", "control character", "bidi", "half a pair"],
)
def test_no_secret_comes_together_when_an_answer_is_read(written: str) -> None:
    text = mask_answer(f'{{"{written}": ["{written}"], "number": 1.50}}', [KEY])
    value = parse_json(text.replace("\\ud800", "?").encode())
    shown = without_control_characters(json.dumps(value, ensure_ascii=False))
    assert KEY not in shown
    assert MASK in shown


@pytest.mark.parametrize("text", ["", "prose", '{"a": 1, "a": 2}', "[" * 100_000, '{"a": NaN}'])
def test_an_answer_without_a_secret_stays_as_it_is(text: str) -> None:
    assert mask_answer(text, [KEY]) == text
