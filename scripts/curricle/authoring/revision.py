"""Changes a curriculum by a model, narrowly: it sees the nodes concerned, answers with operations.

What rules can mend is mended by rule, unasked. Of all else a few nodes, their neighbours' titles
and the lines they cite are shown; nothing that was not shown can be touched. Whether the result is
kept, and whether there is another round, is `steps/repair.py`'s to decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from curricle.authoring.answers import UnfitAnswerError
from curricle.authoring.asking import Inquiry, inquire
from curricle.authoring.concern import (
    NODES_MAX,
    findings_to_ask,
    lines_to_cite,
    neighbours_of,
    nodes_of_feedback,
    nodes_of_findings,
    rows_of_findings,
    rows_of_nodes,
    rows_of_titles,
)
from curricle.authoring.material import Excerpt, Shown
from curricle.authoring.operations import Reach, apply_operations
from curricle.authoring.prompts import marker_for, render_prompt
from curricle.authoring.question import Question
from curricle.authoring.requests import request_of
from curricle.authoring.shapes import CONCERNED, REVISION
from curricle.errors import ProviderContextOverflowError
from curricle.generation.mending import mend_document, note_feedback
from curricle.printable import without_control_characters

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from curricle.authoring.question import Model
    from curricle.curriculum.topic_spec import TopicSpec
    from curricle.findings import Finding

NODES_CHARACTERS_MAX: Final = 60_000
"""Of the nodes that are shown whole."""
TITLES_CHARACTERS_MAX: Final = 120_000
"""The longest list of titles that is shown to find what feedback is about."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """A changed curriculum, not yet validated."""

    document: Mapping[str, Any]
    changes: tuple[str, ...] = ()
    is_feedback_met: bool = True
    """False when feedback led to no change and is noted as an open question."""


def author_revision(
    document: Mapping[str, Any],
    findings: Sequence[Finding],
    spec: TopicSpec | None,
    model: Model,
    *,
    feedback: str = "",
    documents: Mapping[str, str] | None = None,
) -> Revision:
    """Return the curriculum with findings mended and feedback acted on, as far as possible.

    `documents` maps paths inside the run to texts that nodes may cite. Asks at most two questions,
    each at most twice: which nodes feedback is about, where it names none, and what to change.

    Raises:
        ProviderError: there is no answer, or none that can be read.
    """
    mended, changes = mend_document(document, findings, spec)
    left = findings_to_ask(findings, is_mended_by_rule=bool(changes))
    if not left and not feedback:
        return Revision(document=mended, changes=changes)
    nodes = nodes_of_findings(mended, left)
    if feedback:
        named = nodes_of_feedback(mended, feedback) or inquire(
            model, _concerned(mended, feedback, model)
        )
        nodes = list(dict.fromkeys((*named, *nodes)))[:NODES_MAX]
    inquiry = _operations(
        mended, left, nodes, model, spec=spec, feedback=feedback, texts=documents or {}
    )
    revised, done = inquire(model, inquiry)
    if feedback and not done:
        return Revision(
            document=note_feedback(revised, feedback), changes=changes, is_feedback_met=False
        )
    return Revision(document=revised, changes=(*changes, *done))


def _concerned(document: Mapping[str, Any], feedback: str, model: Model) -> Inquiry[list[int]]:
    rows = list(rows_of_titles(document, range(len(document["nodes"]))))
    if sum(map(len, rows)) > TITLES_CHARACTERS_MAX:
        raise ProviderContextOverflowError(
            model.name,
            f"the titles of {len(rows)} nodes are too many to ask"
            " which of them the feedback is about",
            hint="name the nodes in the feedback by their titles",
        )
    said = without_control_characters(feedback)
    prompt = render_prompt(
        "concerned",
        marker=marker_for([said, *rows]),
        feedback=said,
        rows=rows,
        limit=NODES_MAX,
    )

    def read(answer: Mapping[str, Any]) -> list[int]:
        numbers = list(dict.fromkeys(map(int, answer["nodes"])))
        if unknown := [number for number in numbers if not 1 <= number <= len(rows)]:
            raise UnfitAnswerError(f"it names node {unknown[0]}, there are {len(rows)}")
        return [number - 1 for number in numbers][:NODES_MAX]

    return Inquiry(question=Question(name="concerned", prompt=prompt, schema=CONCERNED), read=read)


def _fitting(rows: Sequence[str], model: Model) -> list[str]:
    """Return as many of the first rows as fit into a question."""
    sizes = accumulate(len(row) for row in rows)
    fitting = [row for row, size in zip(rows, sizes, strict=True) if size <= NODES_CHARACTERS_MAX]
    if rows and not fitting:
        raise ProviderContextOverflowError(
            model.name,
            f"a node has {len(rows[0])} characters, at most {NODES_CHARACTERS_MAX} can be shown",
            hint="shorten the node that the first finding is about by hand",
        )
    return fitting


def _operations(
    document: Mapping[str, Any],
    findings: Sequence[Finding],
    nodes: Sequence[int],
    model: Model,
    *,
    spec: TopicSpec | None,
    feedback: str,
    texts: Mapping[str, str],
) -> Inquiry[tuple[dict[str, Any], tuple[str, ...]]]:
    rows = _fitting(list(rows_of_nodes(document, nodes)), model)
    nodes = nodes[: len(rows)]
    neighbours = neighbours_of(document, nodes)
    shown = Shown(
        documents=tuple(
            Excerpt(path=path, lines=tuple(lines))
            for path, lines in lines_to_cite(document, nodes, findings, texts).items()
        )
    )
    said = without_control_characters(feedback)
    request = "" if spec is None else request_of(spec, node_count_max=None, is_whole=False)
    others = list(rows_of_titles(document, neighbours))
    problems = list(rows_of_findings(document, findings))
    lines = [text for excerpt in shown.documents for _, text in excerpt.lines]
    prompt = render_prompt(
        "revision",
        marker=marker_for([said, request, *rows, *others, *problems, *lines]),
        request=request,
        feedback=said,
        findings=problems,
        nodes=rows,
        others=others,
        documents=shown.documents,
        next_number=len(document["nodes"]) + 1,
    )
    reach = Reach(nodes=frozenset(nodes), before=frozenset(neighbours), shown=shown)

    def read(answer: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
        return apply_operations(document, answer, reach)

    name = "feedback" if feedback else "repair"
    return Inquiry(question=Question(name=name, prompt=prompt, schema=REVISION), read=read)
