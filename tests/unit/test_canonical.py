from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command import ROOT
from curricle.canonical import document_bytes, is_same_json, line_bytes, sha256_hex
from curricle.jsontext import parse_json

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
INTEGERS = st.integers(-(10**30) + 1, 10**30 - 1)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)


def documents(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
        max_leaves=12,
    )


LEAVES = st.none() | st.booleans() | INTEGERS | TEXTS
EXACT = documents(LEAVES)
ANY = documents(LEAVES | FLOATS)


def plain(value: Any) -> str:
    """Return the value as JSON text that tells 1, 1.0 and true apart."""
    return json.dumps(value, sort_keys=True)


@given(EXACT)
def test_a_document_is_utf_8_with_sorted_keys_two_spaces_and_a_final_newline(value: Any) -> None:
    expected = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    assert document_bytes(value) == expected.encode()


@given(EXACT)
def test_a_line_is_utf_8_with_sorted_keys_no_spaces_and_a_final_newline(value: Any) -> None:
    expected = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"
    assert line_bytes(value) == expected.encode()
    assert line_bytes(value).count(b"\n") == 1


@given(ANY)
def test_what_is_written_is_read_again_as_it_was_and_written_alike(value: Any) -> None:
    for written in (document_bytes, line_bytes):
        read = parse_json(written(value))
        assert plain(read) == plain(value)
        assert written(read) == written(value)


@given(ANY, st.randoms(use_true_random=False))
def test_the_order_of_keys_in_memory_does_not_matter(value: Any, random: Any) -> None:
    def shuffled(part: Any) -> Any:
        if isinstance(part, dict):
            keys = list(part)
            random.shuffle(keys)
            return {key: shuffled(part[key]) for key in keys}
        return [shuffled(item) for item in part] if isinstance(part, list) else part

    other = shuffled(value)
    assert document_bytes(other) == document_bytes(value)
    assert line_bytes(other) == line_bytes(value)
    assert is_same_json(other, value)


def test_keys_are_sorted_by_code_point_also_beside_numbers_of_30_digits() -> None:
    keys = ["\N{GRINNING FACE}", "\uff41", "é", "z", "a", "A", ""]
    for number in (1, 10**29):
        document = json.loads(document_bytes(dict.fromkeys(keys, number)))
        assert list(document) == sorted(keys)


def test_the_bytes_do_not_depend_on_the_hash_seed() -> None:
    script = (
        "from curricle.canonical import document_bytes as d; import sys;"
        "sys.stdout.buffer.write(d({k: [1.5, {k: 'ä'}] for k in {'b', 'a', 'c', 'd'}}))"
    )
    written = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONPATH": str(ROOT / "scripts"), "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(written) == 1
    assert b"\xc3\xa4" in written.pop()


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_a_line_never_holds_a_number_that_is_no_json(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        line_bytes({"minutes": number})


@given(ANY, ANY)
def test_two_values_are_the_same_json_exactly_when_they_are_written_alike(
    one: Any, other: Any
) -> None:
    assert is_same_json(one, other) is (plain(one) == plain(other))
    assert is_same_json(one, json.loads(json.dumps(one)))


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (1, 1.0, False),
        (1, True, False),
        (0, False, False),
        (0.0, -0.0, False),
        ([1], [True], False),
        ({"a": [1.0]}, {"a": [1]}, False),
        (10**29, 10**29, True),
        (10**29, 1e29, False),
        ([10**29, 1], [10**29, True], False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ([1, 2], [2, 1], False),
        ("é", "e\u0301", False),
        (None, None, True),
    ],
)
def test_what_python_takes_for_equal_is_told_apart(one: Any, other: Any, is_same: bool) -> None:
    assert is_same_json(one, other) is is_same
    assert is_same_json(other, one) is is_same


def test_a_digest_is_sha_256_in_hexadecimal() -> None:
    assert sha256_hex(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert sha256_hex(b"abc") == hashlib.sha256(b"abc").hexdigest()
