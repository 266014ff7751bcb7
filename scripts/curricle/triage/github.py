"""What GitHub Actions is told of a decision: a step summary, annotations, outputs.

All text is a log's and therefore hostile: nothing of it can be a workflow command, a mark of the
page, or a second output.
"""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING, Any, Final

from curricle.printable import one_line
from curricle.triage.page import summary_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ANNOTATIONS_MAX: Final = 3
_LENGTH_MAX: Final = 400
_MARKDOWN: Final = str.maketrans(
    {char: f"&#{ord(char)};" for char in "\\`*_{}[]()#+-.!|~@:/<>&\"'"}
)


def render_step_summary(pack: Mapping[str, Any], case_id: str | None) -> str:
    """Return the page that stands below the job, as Markdown."""
    rows = "".join(
        f"| {_escaped(label)} | {_escaped(text)} |\n" for label, text in summary_rows(pack, case_id)
    )
    return f"### Triage: {_escaped(pack['bucket'])}\n\n| | |\n|---|---|\n{rows}\n"


def render_annotations(pack: Mapping[str, Any]) -> Iterator[str]:
    """Yield workflow commands that mark the failure, and where the log names it, its file."""
    level = "warning" if pack["rerun_eligible"] else "error"
    title = _property(f"{pack['bucket']}: {pack['decision']['action']}")
    message = _data(one_line(pack["first_failure_line"] or pack["fingerprint"], _LENGTH_MAX))
    files = pack["suspect_files"][:_ANNOTATIONS_MAX]
    if not files:
        yield f"::{level} title={title}::{message}"
    for file in files:
        yield f"::{level} file={_property(file)},title={title}::{message}"


def render_outputs(pack: Mapping[str, Any], case_id: str | None) -> str:
    """Return the outputs of the step, a line each; `pack` is the whole pack as JSON."""
    decision = pack["decision"]
    outputs = {
        "bucket": pack["bucket"],
        "fingerprint": pack["fingerprint"],
        "action": decision["action"],
        "lane": decision["lane"],
        "reason": decision["reason"],
        "rerun_eligible": "true" if pack["rerun_eligible"] else "false",
        "case": case_id or "",
        "pack": json.dumps(pack, separators=(",", ":")),
    }
    # JSON and the other values are one line each, so that none can begin a second output.
    return "".join(f"{name}={one_line(value)}\n" for name, value in outputs.items())


def without_commands(text: str) -> str:
    """Return text in which the runner finds no command of its old form, which counts anywhere.

    Source: `ActionCommand.TryParse` of github.com/actions/runner. The new form, `::`, counts at the
    beginning of a line only.
    """
    return text.replace("##[", "## [")


def json_without_commands(text: str) -> str:
    """Return the same JSON, spelled so that the runner finds no command in it."""
    return text.replace("##[", "#\\u0023[")


def _escaped(text: str) -> str:
    return html.escape(one_line(text), quote=False).translate(
        {key: value for key, value in _MARKDOWN.items() if chr(key) not in "&<>;#"}
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(one_line(text, _LENGTH_MAX)).replace(":", "%3A").replace(",", "%2C")
