from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from curricle.providers.masking import MASK, SECRET_LENGTH_MIN, mask

KEY = "sk-0123456789"


def test_every_occurrence_is_replaced() -> None:
    assert mask(f"{KEY} and {KEY}", [KEY]) == f"{MASK} and {MASK}"


def test_a_secret_that_holds_another_is_replaced_as_a_whole() -> None:
    assert mask(f"{KEY}-longer", [KEY, f"{KEY}-longer"]) == MASK


def test_what_is_too_short_to_be_a_secret_is_left_in_words() -> None:
    assert mask("none of it", ["none", ""]) == "none of it"


@given(
    st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=SECRET_LENGTH_MIN)
)
def test_an_answer_stays_json_and_holds_no_secret_in_any_spelling(secret: str) -> None:
    text = mask(json.dumps({"said": f"<{secret}>"}), [secret])
    if secret not in json.dumps({"said": "<>"}) and "said" not in secret:
        said = json.loads(text)["said"]
        assert secret not in said.replace(MASK, "")
