"""Labels that never overlap."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.raster import LabelBox, place_labels

SIZE = np.array([[40.0, 10.0]])


def place_one(x: float, y: float, **options: object) -> list[tuple[float, float]]:
    return [(label.x, label.y) for label in place_labels(np.array([[x, y]]), SIZE, 200, 100, **options)]


def test_right_then_left_then_above_then_below() -> None:
    assert place_one(100, 50) == [(108, 45)]
    right, left, above = LabelBox(150, 0, 10, 100), LabelBox(60, 0, 10, 100), LabelBox(80, 0, 40, 49)
    assert place_one(120, 50, occupied=[right]) == [(72, 45)]
    assert place_one(100, 50, occupied=[LabelBox(110, 44, 9, 9), left]) == [(80, 32)]
    assert place_one(100, 50, occupied=[LabelBox(110, 40, 9, 9), LabelBox(70, 44, 9, 9), above]) == [(80, 58)]
    assert place_one(100, 50, occupied=[LabelBox(0, 0, 200, 100)]) == []


def test_edges_are_kept() -> None:
    assert place_one(195, 50) == [(147, 45)]
    assert place_one(195, 2) == []
    assert place_one(-1, 50) == []
    assert place_one(float("nan"), 50) == []


def test_earlier_candidates_come_first_and_the_limit_holds() -> None:
    anchors, sizes = np.full((9, 2), 50.0), np.repeat(SIZE, 9, axis=0)
    placed = place_labels(anchors, sizes, 200, 100)
    assert [(label.index, label.x, label.y) for label in placed] == [(0, 58, 45), (1, 2, 45), (2, 30, 32), (3, 30, 58)]
    assert [label.index for label in place_labels(anchors, sizes, 200, 100, limit=1)] == [0]
    assert place_labels(np.empty((0, 2)), np.empty((0, 2)), 10, 10) == []


POSITION = st.floats(-20, 420)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(POSITION, POSITION, st.floats(1, 120), st.floats(1, 40)), max_size=60),
    st.lists(st.tuples(POSITION, POSITION, st.floats(0.5, 90) | st.just(0), st.floats(0.5, 90)), max_size=8),
)
def test_no_label_touches_another_an_occupied_box_or_the_edge(
    candidates: list[tuple[float, float, float, float]], occupied: list[tuple[float, float, float, float]]
) -> None:
    table = np.array(candidates).reshape(-1, 4)
    placed = place_labels(table[:, :2], table[:, 2:], 400, 400, occupied=occupied)
    boxes = [(label.x, label.y, *table[label.index, 2:]) for label in placed]
    for x, y, width, height in boxes:
        assert 0 <= x <= x + width <= 400
        assert 0 <= y <= y + height <= 400
    for at, one in enumerate(boxes):
        for other in boxes[:at] + [box for box in occupied if box[2] > 0 and box[3] > 0]:
            apart_x = one[0] + one[2] <= other[0] or other[0] + other[2] <= one[0]
            apart_y = one[1] + one[3] <= other[1] or other[1] + other[3] <= one[1]
            assert apart_x or apart_y
    if not occupied and len(table):
        first_fits = 20 <= table[0, 0] <= 260 and 20 <= table[0, 1] <= 380
        assert not first_fits or (placed and placed[0].index == 0)
