from __future__ import annotations

import random
import re
from itertools import combinations

import pytest
from hypothesis import given, settings

from curricle.export.drawing import DRAWN_MAX, Arrow, Box, Drawing, draw
from curricle.export.material import Material
from curricle.printable import one_line
from graphs import curriculum_of, dags, node_document
from hostile import HOSTILE, hostile_document, material_of

WIDEST = 13.5


def drawing_of(needs: dict[str, list[str]]) -> Drawing:
    drawing = draw(Material(curriculum=curriculum_of(needs), plan=None, report=None))
    assert drawing is not None
    return drawing


def three_hundred() -> dict[str, list[str]]:
    """Return layers of 25, each node needing up to three of the layer before."""
    source = random.Random(7)
    names = [f"n{at}" for at in range(300)]
    return {
        name: source.sample(names[at - at % 25 - 25 : at - at % 25], source.randint(1, 3))
        if at >= 25
        else []
        for at, name in enumerate(names)
    }


def overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def ends(arrow: Arrow) -> list[tuple[float, float]]:
    """Return the first and the last point of an arrow."""
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", arrow.path)]
    return [(numbers[0], numbers[1]), (numbers[-2], numbers[-1])]


def assert_readable(drawing: Drawing) -> None:
    for one, other in combinations(drawing.boxes, 2):
        assert not overlap(one, other)
    for box in drawing.boxes:
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= drawing.width
        assert box.y + box.height <= drawing.height
        assert len(box.lines) * drawing.line_height + 2 * drawing.padding <= box.height
    for arrow in drawing.arrows:
        before, after = drawing.boxes[arrow.before], drawing.boxes[arrow.after]
        assert before.x + before.width < after.x
        assert ends(arrow) == [
            (before.x + before.width, pytest.approx(before.y + before.height / 2, abs=0.1)),
            (after.x, pytest.approx(after.y + after.height / 2, abs=0.1)),
        ]


def test_three_hundred_nodes_are_laid_out_without_overlap_and_every_edge_points_forward() -> None:
    needs = three_hundred()
    drawing = drawing_of(needs)
    assert len(drawing.boxes) == 300
    assert len(drawing.arrows) == sum(map(len, needs.values()))
    assert_readable(drawing)


@settings(max_examples=50, deadline=None)
@given(dags())
def test_any_dag_is_laid_out_without_overlap_and_every_edge_points_forward(
    needs: dict[str, list[str]],
) -> None:
    drawing = drawing_of(needs)
    assert len(drawing.boxes) == len(needs)
    assert_readable(drawing)


def test_sweeping_leaves_few_crossings_in_a_graph_that_can_be_drawn_with_none() -> None:
    chains = {f"c{chain}s{step}": [] for step in range(5) for chain in range(6)}
    names = list(chains)
    random.Random(3).shuffle(names)
    needs = {
        name: [f"{name[:3]}{int(name[3:]) - 1}"] if not name.endswith("s0") else []
        for name in names
    }
    drawing = drawing_of(needs)
    for one, other in combinations(drawing.arrows, 2):
        (ax, ay), (_, by) = ends(one)
        (cx, cy), (_, dy) = ends(other)
        assert ax != cx or (ay < cy) == (by < dy)


@pytest.mark.parametrize(
    "title",
    [
        "A title of several words that is longer than a single line of the box can hold",
        "W" * 300,
        "並行制御とトランザクション分離レベルの比較および実践的な選択方法について",
        "GATEWAY WITH OAUTH MIDDLEWARE FOR MMMMM WWWWW",
        "donaudampfschifffahrtsgesellschaftskapitän" * 3,
        "x",
        HOSTILE,
    ],
)
def test_titles_are_wrapped_within_the_box_and_never_cut(title: str) -> None:
    document = {"topic": "x", "nodes": [node_document("a") | {"title": title}]}
    drawing = draw(material_of(document))
    assert drawing is not None
    (box,) = drawing.boxes
    assert "".join(box.lines).replace(" ", "") == one_line(title).replace(" ", "")
    room = box.width - 2 * drawing.padding
    for line in box.lines:
        assert line.isprintable()
        widths = [WIDEST if ord(char) > 0x2E80 else 12.5 if char in "WM" else 6 for char in line]
        assert sum(widths) <= room


def test_the_critical_path_is_marked_and_nothing_else() -> None:
    drawing = drawing_of({"a": [], "b": ["a"], "c": ["b"], "d": ["a"]})
    marked = {(arrow.before, arrow.after) for arrow in drawing.arrows if arrow.is_critical}
    assert marked == {(0, 1), (1, 2)}


def test_a_short_cut_between_nodes_of_the_critical_path_is_no_part_of_it() -> None:
    drawing = drawing_of({"a": [], "b": ["a"], "c": ["b"], "d": ["a", "c"]})
    marked = {(arrow.before, arrow.after) for arrow in drawing.arrows if arrow.is_critical}
    assert marked == {(0, 1), (1, 2), (2, 3)}


def test_unknown_prerequisites_and_cycles_are_drawn_as_far_as_they_go() -> None:
    assert len(drawing_of({"a": ["ghost"], "b": ["c"], "c": ["b"]}).boxes) == 3
    assert draw(material_of(hostile_document())) is not None


def test_what_nobody_could_read_is_not_drawn() -> None:
    curriculum = curriculum_of({f"n{at}": [] for at in range(DRAWN_MAX + 1)})
    assert draw(Material(curriculum=curriculum, plan=None, report=None)) is None


def test_the_same_graph_gives_the_same_drawing() -> None:
    assert drawing_of(three_hundred()) == drawing_of(three_hundred())
