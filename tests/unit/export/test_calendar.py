from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command import EXAMPLES
from curricle.export.calendar import render_ics
from graphs import node_document
from hostile import hostile_document, material_of, unprintable

START = date(2026, 12, 28)
EXAMPLE = json.loads((EXAMPLES / "curriculum.json").read_bytes())


def calendar_of(document: Any, start: date = START) -> str:
    return render_ics(material_of(document, start_date=start))


def properties(text: str) -> list[tuple[str, str]]:
    """Return the content lines, unfolded, as name with parameters and value (RFC 5545, 3.1)."""
    lines = re.sub(r"\r\n[ \t]", "", text).split("\r\n")
    assert lines.pop() == ""
    return [(line.partition(":")[0], line.partition(":")[2]) for line in lines]


def value_of(text: str) -> str:
    """Return the text that an escaped value stands for (RFC 5545, 3.3.11)."""
    assert not re.search(r"(?<!\\)(\\\\)*[;,]", text)
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], text)


def test_every_week_is_an_all_day_entry_with_its_work() -> None:
    found = properties(calendar_of(EXAMPLE))
    assert found[0] == ("BEGIN", "VCALENDAR")
    assert found[-1] == ("END", "VCALENDAR")
    starts = [value for name, value in found if name == "DTSTART;VALUE=DATE"]
    ends = [value for name, value in found if name == "DTEND;VALUE=DATE"]
    assert starts == ["20261228", "20270104", "20270111", "20270118"]
    assert ends == [*starts[1:], "20270125"]
    summaries = [value_of(value) for name, value in found if name == "SUMMARY"]
    assert summaries[0] == "Week 1: Tables, Indexes"
    details = [value_of(value) for name, value in found if name == "DESCRIPTION"]
    assert details[0].splitlines()[:2] == ["Tables: 60 minutes", "Indexes: 60 minutes"]


def test_an_entry_has_what_the_standard_asks_for_and_an_identity_of_its_own() -> None:
    found = properties(calendar_of(EXAMPLE))
    names = [name.partition(";")[0] for name, _ in found]
    assert {"VERSION", "PRODID"} <= set(names)
    weeks = names.count("BEGIN") - 1
    for name in ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"):
        assert names.count(name) == weeks
    assert len({value for name, value in found if name == "UID"}) == weeks
    assert all(re.fullmatch(r"\d{8}T000000Z", v) for n, v in found if n == "DTSTAMP")


@pytest.mark.parametrize("year", [1, 800, 2026, 9998])
def test_dates_have_eight_digits_in_any_year(year: int) -> None:
    found = properties(calendar_of(EXAMPLE, date(year, 1, 1)))
    starts = [value for name, value in found if name == "DTSTART;VALUE=DATE"]
    assert starts[0] == f"{year:04}0101"


TEXTS = st.text(min_size=1, max_size=120) | st.sampled_from(["ß" * 200, "🧵" * 90, ",;\\n" * 40])


@given(TEXTS)
def test_lines_have_at_most_75_octets_and_unfold_to_what_was_written(text: str) -> None:
    node = node_document("a") | {"title": f"x{text}x"}
    written = calendar_of({"topic": f"x{text}x", "nodes": [node]})
    for line in written.split("\r\n"):
        assert len(line.encode()) <= 75
    found = dict(properties(written))
    shown = value_of(found["X-WR-CALNAME"])
    assert value_of(found["SUMMARY"]) == f"Week 1: {shown}"
    assert value_of(found["DESCRIPTION"]).startswith(f"{shown}: 60 minutes\n")


def test_nothing_hostile_begins_a_line() -> None:
    text = calendar_of(hostile_document())
    assert "\n" not in text.replace("\r\n", "")
    assert "\r" not in text.replace("\r\n", "")
    assert unprintable(text.replace("\r\n", "")) == set()
    names = {name.partition(";")[0] for name, _ in properties(text)}
    assert names == {
        *("BEGIN", "END", "VERSION", "PRODID", "CALSCALE", "X-WR-CALNAME", "UID"),
        *("DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "TRANSP"),
    }


def test_the_same_plan_gives_the_same_calendar() -> None:
    assert calendar_of(EXAMPLE) == calendar_of(EXAMPLE)
