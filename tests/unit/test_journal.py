from __future__ import annotations

import hashlib
import json
import time
from itertools import repeat
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curricle.runs.journal import GENESIS, Chain, Followed, Head, follow_chain, read_chain
from curricle.schema import DocumentKind, check_document
from histories import journal_of

THREE = journal_of([{"topic": "bread"}, {"minutes": 90}, {"title": "Größe → 粉"}])
LINES = THREE.splitlines(keepends=True)

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
data_of_entries = st.lists(st.dictionaries(st.text(max_size=5), values, max_size=3), max_size=5)


def is_whole(chain: Chain, journal: bytes) -> bool:
    """Tell whether a journal chains to its end and still is the one that was written."""
    return (
        chain.broken_line is None
        and not chain.torn
        and chain.head.sha256 == read_chain(journal).head.sha256
    )


@given(data_of_entries)
def test_what_was_written_is_read_back_and_each_line_carries_the_digest_of_the_one_before(
    data: list[dict[str, Any]],
) -> None:
    journal = journal_of(data)
    chain = read_chain(journal)
    assert (chain.broken_line, chain.torn, chain.why) == (None, b"", "")
    assert [entry.data for entry in chain.entries] == data
    digest = GENESIS
    for line, entry in zip(journal.splitlines(keepends=True), chain.entries, strict=True):
        assert entry.previous == digest == json.loads(line)["previous"]
        digest = hashlib.sha256(line).hexdigest()
    assert chain.head == Head(entries=len(data), sha256=digest, size_bytes=len(journal))


@given(data_of_entries.filter(bool), st.data())
def test_any_byte_changed_is_found(data: list[dict[str, Any]], draw: st.DataObject) -> None:
    journal = journal_of(data)
    at = draw.draw(st.integers(0, len(journal) - 1))
    byte = draw.draw(st.integers(0, 255).filter(lambda value: value != journal[at]))
    changed = journal[:at] + bytes([byte]) + journal[at + 1 :]
    assert not is_whole(read_chain(changed), journal)


def test_a_byte_changed_before_the_last_line_needs_no_recorded_head_to_be_found() -> None:
    last = len(THREE) - len(LINES[-1])
    for at in range(last):
        changed = THREE[:at] + bytes([THREE[at] ^ 1]) + THREE[at + 1 :]
        assert read_chain(changed).broken_line in {1, 2, 3}, changed


@pytest.mark.parametrize(
    ("lines", "broken_line"),
    [
        pytest.param([0, 2], 2, id="removed"),
        pytest.param([1, 2], 1, id="first removed"),
        pytest.param([1, 0, 2], 1, id="reordered"),
        pytest.param([0, 2, 1], 2, id="last two reordered"),
        pytest.param([0, 0, 1, 2], 2, id="repeated"),
        pytest.param([0, 1, 2, 2], 4, id="last repeated"),
    ],
)
def test_a_line_out_of_its_place_is_found(lines: list[int], broken_line: int) -> None:
    chain = read_chain(b"".join(LINES[at] for at in lines))
    assert chain.broken_line == broken_line
    assert len(chain.entries) == broken_line - 1
    assert "digest of the line before it" in chain.why


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_a_cut_shows_against_a_recorded_head(kept: int) -> None:
    recorded, cut = read_chain(THREE).head, read_chain(b"".join(LINES[:kept]))
    assert cut.broken_line is None
    assert cut.head.entries == kept < recorded.entries
    assert cut.head.size_bytes < recorded.size_bytes


@pytest.mark.parametrize("known", [0, 1, 2, 3])
def test_entries_beyond_a_recorded_head_are_fine_when_they_chain(known: int) -> None:
    head = read_chain(b"".join(LINES[:known])).head
    chain = read_chain(b"".join(LINES[known:]), after=head)
    assert chain.broken_line is None
    assert [entry.seq for entry in chain.entries] == list(range(known + 1, 4))
    assert chain.head == read_chain(THREE).head


def test_entries_beyond_a_recorded_head_that_do_not_chain_are_found() -> None:
    head = read_chain(LINES[0]).head
    assert read_chain(LINES[2], after=head).broken_line == 2


def test_a_last_line_cut_at_any_byte_is_torn_and_nothing_else_is_lost() -> None:
    before = read_chain(b"".join(LINES[:2]))
    for length in range(1, len(LINES[2])):
        chain = read_chain(b"".join(LINES[:2]) + LINES[2][:length])
        assert chain.torn == LINES[2][:length]
        assert (chain.entries, chain.head) == (before.entries, before.head)
        assert chain.broken_line is None


def test_a_torn_line_with_the_next_entry_glued_to_it_is_found() -> None:
    for length in range(1, len(LINES[1])):
        chain = read_chain(LINES[0] + LINES[1][:length] + LINES[2])
        assert (chain.broken_line, chain.torn) == (2, b"")


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"null\n",
        b"[]\n",
        b"{}\n",
        b"\xff\xfe\n",
        b'{"seq":1}\n',
        b"[" * 100_000 + b"\n",
        b"1" * 5000 + b"\n",
        LINES[0].replace(b'"data":{', b'"data":[],"more":{'),
        LINES[0].replace(b'"at":"', b'"at":1,"was":"'),
        LINES[0].replace(b'"actor":"tester"', b'"actor":null'),
    ],
    ids=lambda line: repr(line[:24]),
)
def test_a_line_that_is_no_entry_breaks_the_chain(line: bytes) -> None:
    assert read_chain(line).broken_line == 1
    assert read_chain(line).why == "it is no journal entry"
    assert read_chain(LINES[0] + line).broken_line == 2


@given(st.binary(max_size=200))
def test_no_bytes_make_reading_fail(data: bytes) -> None:
    chain = read_chain(data)
    assert chain.head.size_bytes <= len(data)
    assert read_chain(LINES[0] + data).head.entries >= 1


def test_a_wrong_number_is_found_even_where_the_digest_fits() -> None:
    fields = json.loads(LINES[0]) | {"seq": 7}
    chain = read_chain(json.dumps(fields).encode() + b"\n")
    assert (chain.broken_line, chain.why) == (1, "it is numbered 7, expected 1")


def test_an_entry_is_one_line_in_utf_8_that_its_schema_accepts() -> None:
    assert "Größe → 粉".encode() in LINES[2]
    for line in LINES:
        assert check_document(DocumentKind.JOURNAL_ENTRY, json.loads(line)) == ()
        assert line.count(b"\n") == 1


def test_an_empty_journal_chains_to_the_genesis() -> None:
    assert read_chain(b"") == Chain(entries=(), head=Head())
    assert Head.from_json(Head().to_json()) == Head()


def parts_of(journal: bytes, size_bytes: int) -> list[bytes]:
    """Cut a journal into parts of one size."""
    return [journal[at : at + size_bytes] for at in range(0, len(journal), size_bytes)]


def verdict_on(journal: bytes) -> Followed:
    """Return what `read_chain` says, as `follow_chain` would."""
    chain = read_chain(journal)
    return Followed(
        head=chain.head,
        torn_bytes=len(chain.torn),
        broken_line=chain.broken_line,
        why=chain.why,
    )


@given(st.data())
def test_a_journal_that_was_changed_anywhere_gets_the_same_verdict_in_parts_as_whole(
    draw: st.DataObject,
) -> None:
    journal = bytearray(THREE)
    for _ in range(draw.draw(st.integers(0, 3))):
        at = draw.draw(st.integers(0, len(journal) - 1))
        match draw.draw(st.sampled_from(["change", "remove", "insert", "cut"])):
            case "change":
                journal[at] = draw.draw(st.integers(0, 255))
            case "remove":
                del journal[at]
            case "insert":
                journal.insert(at, draw.draw(st.integers(0, 255)))
            case _:
                del journal[max(at, 1) :]
    changed = bytes(journal)
    parts = parts_of(changed, draw.draw(st.integers(1, len(changed) + 1)))
    assert follow_chain(parts) == verdict_on(changed)


def test_any_one_byte_changed_gets_the_same_verdict_in_parts_as_whole() -> None:
    for at in range(len(THREE)):
        for bit in (1, 2, 32, 128):
            changed = THREE[:at] + bytes([THREE[at] ^ bit]) + THREE[at + 1 :]
            assert follow_chain(parts_of(changed, 100)) == verdict_on(changed), (at, bit)


def line_with(data: str) -> bytes:
    """Return a first line with any text for its data."""
    return LINES[0].replace(b'{"topic":"bread"}', data.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    "line",
    [
        line_with('{"a": NaN, "b": -Infinity}'),
        line_with('{"a": ' + "9" * 400 + "}"),
        line_with('{"a": ' + "9" * 5000 + "}"),
        line_with('{"a": 1e999}'),
        line_with('{"a": "\\ud800"}'),
        line_with('{"a": "\ud800"}'),
        line_with('{"a": 1, "a": 2}'),
        line_with('{"a": ' + "[" * 600 + "]" * 600 + "}"),
        line_with('{"a": ' + "[" * 1000 + "]" * 1000 + "}"),
        line_with('{"a": ' + "[" * 1015 + "]" * 1015 + "}"),
        line_with('{"a": ' + '{"b":' * 990 + "1" + "}" * 990 + "}"),
        line_with("[]"),
        line_with("null"),
        b"\xef\xbb\xbf" + LINES[0],
        b" \t" + LINES[0],
        LINES[0].replace(b"\n", b"\r\n"),
        LINES[0].replace(b'"seq":1', b'"seq":1.0'),
        LINES[0].replace(b'"seq":1', b'"seq":true'),
        LINES[0].replace(b'"seq":1', b'"seq":"1"'),
        LINES[0].replace(b',"seq":1', b""),
        LINES[0].replace(b'"data":{"topic":"bread"},', b""),
        b"\n",
        b"7\n",
        b'"previous"\n',
        b"\0\n",
    ],
    ids=lambda line: repr(line[:70]),
)
def test_an_odd_line_gets_the_same_verdict_in_parts_as_whole(line: bytes) -> None:
    assert follow_chain([line]) == verdict_on(line)
    assert follow_chain([line, LINES[1]]) == verdict_on(line + LINES[1])


def test_following_a_journal_gives_its_entries_and_the_digests_that_are_wanted() -> None:
    seen: list[Any] = []
    followed = follow_chain(parts_of(THREE, 7), at={0, 2, 3, 9}, visit=seen.append)
    assert seen == [entry.to_json() for entry in read_chain(THREE).entries]
    assert followed.digests == {
        0: GENESIS,
        2: hashlib.sha256(LINES[1]).hexdigest(),
        3: followed.head.sha256,
    }


def test_an_entry_after_a_break_is_not_visited() -> None:
    seen: list[Any] = []
    follow_chain([LINES[0], LINES[2], LINES[1]], visit=seen.append)
    assert [entry["seq"] for entry in seen] == [1]


def test_a_line_longer_than_a_document_may_be_is_no_entry_and_is_not_read_to_its_end() -> None:
    followed = follow_chain(repeat(b"x" * 1_000_000))
    assert (followed.broken_line, followed.why) == (1, "it is no journal entry")


def test_following_a_long_journal_takes_little_time() -> None:
    journal = journal_of({"text": "x" * 100} for _ in range(50_000))
    began = time.perf_counter()
    followed = follow_chain(parts_of(journal, 1 << 20))
    # A fifth of a second is usual; one that keeps entries takes ten times as long.
    assert time.perf_counter() - began < 2
    assert followed.head.entries == 50_000
