"""Lays a curriculum out over weeks: prerequisites first, within the budget, with reviews.

Pure arithmetic on minutes; the caller brings the budget and the start date. How a plan is shown:
`stages/plan_page.py`.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from curricle.curriculum.graph import critical_path, topological_order
from curricle.errors import InvalidArgumentError, TopicSpecInvalidError
from curricle.printable import amount, listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from curricle.curriculum.graph import Graph
    from curricle.curriculum.values import Curriculum, Node

WEEKS_MAX: Final = 100_000
REVIEW_AFTER_WEEKS: Final = (1, 3, 7)
"""Expanding gaps: each review comes about when the last one begins to fade."""
REVIEW_SHARE_OF_NODE: Final = 0.1
REVIEW_MINUTES_MIN: Final = 5
REVIEW_MINUTES_MAX: Final = 20
REVIEW_SHARE_OF_WEEK: Final = 0.2

_LOOK_AHEAD: Final = 8
_Share: TypeAlias = tuple[int, float]
_SHOWN_IN_WARNING: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanItem:
    """A node, or a part of one, in a week."""

    node_id: str
    minutes: float
    part: int
    parts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """A short return to something learned earlier."""

    node_id: str
    minutes: float
    learned_in_week: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """One week; `minutes` counts new work, reviews come on top within the same budget."""

    week: int
    items: tuple[PlanItem, ...]
    reviews: tuple[Review, ...]
    deliverables: tuple[str, ...]
    starts_on: date | None

    @property
    def minutes(self) -> float:
        """Return the minutes of new work."""
        return _tidy(sum(item.minutes for item in self.items))

    @property
    def review_minutes(self) -> float:
        """Return the minutes of review."""
        return _tidy(sum(review.minutes for review in self.reviews))


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Who learns what in which week."""

    weeks: tuple[Week, ...]
    total_minutes: float
    budget_minutes_per_week: float
    critical_path: tuple[str, ...]
    critical_path_minutes: float
    start_date: date | None
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return `plan.json`."""
        return {
            "schema_version": "1.0",
            "weeks": [_week_json(week) for week in self.weeks],
            "total_minutes": self.total_minutes,
            "budget_minutes_per_week": self.budget_minutes_per_week,
            "critical_path": {
                "nodes": list(self.critical_path),
                "minutes": self.critical_path_minutes,
            },
            "start_date": self.start_date.isoformat() if self.start_date else None,
            "warnings": list(self.warnings),
        }


def make_plan(
    curriculum: Curriculum, *, hours_per_week: float, start_date: date | None = None
) -> Plan:
    """Return the plan of a curriculum whose prerequisites form a DAG.

    Every week holds at most `hours_per_week`, as many weeks as it takes. A node longer than what
    a week has left waits for the next one; only a node longer than a whole week is split. Of the
    nodes whose prerequisites are done, the one first in the document comes first, unless one of
    the next few fits into the rest of the week and it does not.

    Raises:
        TopicSpecInvalidError: that many weeks would help nobody.
        InvalidArgumentError: with this start date, the plan outlasts the calendar.
    """
    budget = _tidy(hours_per_week * 60)
    _verify_weeks(sum(node.estimate_minutes for node in curriculum.nodes) / 60, hours_per_week)
    graph = curriculum.to_graph()
    order = topological_order(graph)
    minutes = [node.estimate_minutes for node in curriculum.nodes]
    path, path_minutes = critical_path(graph, order, minutes)
    by_id = {node.id: node for node in curriculum.nodes}
    dependents = {
        node_id: len(after) for node_id, after in zip(graph.ids, graph.feeds, strict=True)
    }
    weeks = _number_parts(_Calendar(graph, minutes, budget).fill(), graph.ids)
    return Plan(
        weeks=tuple(
            Week(
                week=number,
                items=items,
                reviews=reviews,
                deliverables=_deliverables(by_id, dependents, items),
                starts_on=_first_day(start_date, number),
            )
            for number, (items, reviews) in enumerate(weeks, 1)
        ),
        total_minutes=_tidy(sum(minutes[node] for node in order)),
        budget_minutes_per_week=budget,
        critical_path=tuple(graph.ids[node] for node in path),
        critical_path_minutes=_tidy(path_minutes),
        start_date=start_date,
        warnings=_warnings(curriculum.nodes, budget),
    )


def _verify_weeks(hours: float, hours_per_week: float) -> None:
    if hours > hours_per_week * WEEKS_MAX:
        raise TopicSpecInvalidError(
            f"{hours:,.0f} hours at constraints.hours_per_week {hours_per_week} are more than"
            f" {WEEKS_MAX:,} weeks",
            hint="raise constraints.hours_per_week in inputs/topic_spec.json",
        )


def _first_day(start_date: date | None, week: int) -> date | None:
    if start_date is None:
        return None
    try:
        return start_date + timedelta(weeks=week) - timedelta(weeks=1)
    except OverflowError as error:
        raise InvalidArgumentError(
            f"begun on {start_date}, week {week} would end after the year 9999",
            hint="begin earlier",
        ) from error


def weeks_of_nodes(
    graph: Graph, minutes: Sequence[float], *, hours_per_week: float
) -> dict[str, int]:
    """Return the week in which each node is finished, as `make_plan` would have it."""
    weeks = _Calendar(graph, minutes, _tidy(hours_per_week * 60)).fill()
    return {
        graph.ids[node]: number for number, (shares, _) in enumerate(weeks, 1) for node, _ in shares
    }


class _Calendar:
    """Fills week after week; holds what is ready, what is begun and what is due for review.

    Nodes are indexes here; a share is a node and the minutes of it that a week holds.
    """

    def __init__(self, graph: Graph, minutes: Sequence[float], budget: float) -> None:
        self.graph = graph
        self.minutes = minutes
        self.budget = budget
        self.review_room = budget * REVIEW_SHARE_OF_WEEK
        self.review_minutes = [_review_minutes(own, self.review_room) for own in minutes]
        self.waiting = [len(before) for before in graph.needs]
        self.ready = [at for at, count in enumerate(self.waiting) if not count]
        self.begun: _Share | None = None
        """A node longer than a week, with the minutes still to come."""
        self.due: defaultdict[int, list[tuple[int, int, int]]] = defaultdict(list)
        """Week to (weeks since learned, node, week it was learned in)."""

    def fill(self) -> list[tuple[list[_Share], tuple[Review, ...]]]:
        weeks: list[tuple[list[_Share], tuple[Review, ...]]] = []
        while self.ready or self.begun:
            number = len(weeks) + 1
            reviews = self._take_reviews(number)
            room = _tidy(self.budget - sum(review.minutes for review in reviews))
            weeks.append((self._take_shares(number, room), reviews))
        return weeks

    def _take_reviews(self, number: int) -> tuple[Review, ...]:
        """Take what is due, the soonest repetitions first; what finds no room is skipped."""
        room = self.review_room
        reviews = []
        for _, node, learned in sorted(self.due.pop(number, ())):
            minutes = self.review_minutes[node]
            if minutes <= room:
                room -= minutes
                name = self.graph.ids[node]
                reviews.append(Review(node_id=name, minutes=minutes, learned_in_week=learned))
            elif room < REVIEW_MINUTES_MIN:
                break
        return tuple(reviews)

    def _take_shares(self, number: int, room: float) -> list[_Share]:
        shares: list[_Share] = []
        while room > 0:
            if self.begun is None:
                self.begun = self._next_that_fits(room, is_week_empty=not shares)
                if self.begun is None:
                    break
            node, left = self.begun
            minutes = min(left, room)
            shares.append((node, minutes))
            room = _tidy(room - minutes)
            left = _tidy(left - minutes)
            self.begun = (node, left) if left > 0 else None
            if self.begun is None:
                self._finish(node, number)
        return shares

    def _next_that_fits(self, room: float, *, is_week_empty: bool) -> _Share | None:
        """Take the first ready node that fits, or in an empty week the first that is too long."""
        passed: list[int] = []
        chosen = None
        while self.ready and chosen is None and len(passed) < _LOOK_AHEAD:
            node = heapq.heappop(self.ready)
            minutes = self.minutes[node]
            if minutes <= room or (is_week_empty and not passed):
                chosen = (node, minutes)
            else:
                passed.append(node)
        for node in passed:
            heapq.heappush(self.ready, node)
        return chosen

    def _finish(self, node: int, number: int) -> None:
        if self.review_minutes[node] <= self.review_room:
            for gap in REVIEW_AFTER_WEEKS:
                self.due[number + gap].append((gap, node, number))
        for after in self.graph.feeds[node]:
            self.waiting[after] -= 1
            if not self.waiting[after]:
                heapq.heappush(self.ready, after)


def _number_parts(
    weeks: Sequence[tuple[list[_Share], tuple[Review, ...]]], ids: Sequence[str]
) -> list[tuple[tuple[PlanItem, ...], tuple[Review, ...]]]:
    parts = Counter(node for shares, _ in weeks for node, _ in shares)
    part: Counter[int] = Counter()
    numbered = []
    for shares, reviews in weeks:
        items = []
        for node, minutes in shares:
            part[node] += 1
            item = PlanItem(node_id=ids[node], minutes=minutes, part=part[node], parts=parts[node])
            items.append(item)
        numbered.append((tuple(items), reviews))
    return numbered


def _review_minutes(minutes: float, room: float) -> float:
    share = round(minutes * REVIEW_SHARE_OF_NODE)
    longest = max(REVIEW_MINUTES_MIN, min(REVIEW_MINUTES_MAX, int(room)))
    return min(max(share, REVIEW_MINUTES_MIN), longest)


def _deliverables(
    nodes: Mapping[str, Node], feeds: Mapping[str, int], items: Sequence[PlanItem]
) -> tuple[str, ...]:
    """Return what the week ends with: the check of the finished node that most others need."""
    if not items:
        return ("Catch up and review",)
    finished = [item for item in items if item.part == item.parts]
    if not finished:
        item = items[0]
        title = nodes[item.node_id].title
        return (f"{title}: notes and worked examples of part {item.part} of {item.parts}",)
    best = max(finished, key=lambda item: (feeds[item.node_id], item.minutes))
    node = nodes[best.node_id]
    return (f"{node.title}: {node.mastery_check.task}",)


def _warnings(nodes: Sequence[Node], budget: float) -> tuple[str, ...]:
    warnings = []
    long = [node.title for node in nodes if node.estimate_minutes > budget]
    if long:
        shown = listed(long[:_SHOWN_IN_WARNING], len(long))
        warnings.append(f"longer than a week of {amount(budget)} minutes, so split: {shown}")
    if budget * REVIEW_SHARE_OF_WEEK < REVIEW_MINUTES_MIN:
        warnings.append(f"a week of {amount(budget)} minutes leaves no room for reviews")
    return tuple(warnings)


def _week_json(week: Week) -> dict[str, Any]:
    return {
        "week": week.week,
        "starts_on": week.starts_on.isoformat() if week.starts_on else None,
        "minutes": week.minutes,
        "review_minutes": week.review_minutes,
        "items": [
            {
                "node_id": item.node_id,
                "minutes": item.minutes,
                "part": f"{item.part}/{item.parts}",
            }
            for item in week.items
        ],
        "reviews": [
            {
                "node_id": review.node_id,
                "minutes": review.minutes,
                "learned_in_week": review.learned_in_week,
            }
            for review in week.reviews
        ],
        "deliverables": list(week.deliverables),
    }


def _tidy(minutes: float) -> float:
    """Round away what binary fractions add; whole minutes stay whole."""
    rounded = round(minutes, 6)
    return int(rounded) if rounded == int(rounded) else rounded
