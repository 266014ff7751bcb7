"""The plan as a calendar: one all-day entry a week (RFC 5545)."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from curricle import __version__
from curricle.canonical import line_bytes, sha256_hex
from curricle.printable import amount, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from curricle.export.material import Material

_LINE_OCTETS_MAX: Final = 75
_ESCAPED: Final = re.compile(r"([\\;,])")


def render_ics(material: Material) -> str:
    """Return the calendar; its plan has a start date. Lines end in CR LF.

    An entry's stamp is its own first day: a document made from the same plan is the same.
    """
    assert material.plan is not None  # noqa: S101 - one of `NEEDS_PLAN`
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//curricle//curricle {__version__}//EN",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_text(material.curriculum.topic)}",
    ]
    for week in material.plan["weeks"]:
        lines += _event(week, material)
    lines += ["END:VCALENDAR", ""]
    return "\r\n".join(part for line in lines for part in _folded(line))


def _event(week: Mapping[str, Any], material: Material) -> Iterator[str]:
    starts = date.fromisoformat(week["starts_on"])
    ends = starts + timedelta(days=7)
    titles = [material.by_id[item["node_id"]].title for item in week["items"]]
    identity = sha256_hex(line_bytes([material.curriculum.topic, week["week"]]))[:32]
    yield "BEGIN:VEVENT"
    yield f"UID:{identity}@curricle"
    yield f"DTSTAMP:{_digits(starts)}T000000Z"
    yield f"DTSTART;VALUE=DATE:{_digits(starts)}"
    yield f"DTEND;VALUE=DATE:{_digits(ends)}"
    yield "SUMMARY:" + _text(f"Week {week['week']}: {', '.join(titles)}")
    details = [
        *(
            f"{material.by_id[item['node_id']].title}: {amount(item['minutes'])} minutes"
            for item in week["items"]
        ),
        *(f"review: {material.by_id[r['node_id']].title}" for r in week["reviews"]),
        *week["deliverables"],
    ]
    yield "DESCRIPTION:" + "\\n".join(_text(detail) for detail in details)
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _digits(day: date) -> str:
    # NOTE: `%Y` writes the year 800 with three digits.
    return day.isoformat().replace("-", "")


def _text(text: str) -> str:
    return _ESCAPED.sub(r"\\\1", one_line(text))


def _folded(line: str) -> Iterator[str]:
    """Yield a content line in pieces of at most 75 octets, all but the first led by a space."""
    piece, size = "", 0
    for char in line:
        octets = len(char.encode())
        if size + octets > _LINE_OCTETS_MAX:
            yield piece
            piece, size = " ", 1
        piece += char
        size += octets
    yield piece
