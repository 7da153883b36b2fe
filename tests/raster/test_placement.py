"""Labels that never overlap."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz import kernels
from embedviz.raster import LabelBox, place_labels
from embedviz.raster.placement import LABELS_COMPILED, NO_SLOT, Candidates, choose_slots

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


SPOT = st.floats(-20, 420)
SIDE = st.floats(1, 120)
GAP = st.floats(0, 30)
CANDIDATE = st.tuples(SPOT, SPOT, SIDE, st.floats(1, 40), GAP, GAP, st.floats(0, 12), st.integers(0, NO_SLOT))
BOX = st.tuples(SPOT, SPOT, st.floats(0, 90), st.floats(0, 90))


def candidates_of(rows: list[tuple[float, ...]]) -> Candidates:
    table = np.array(rows, np.float64).reshape(-1, 8)
    return Candidates(table[:, :2], table[:, 2:4], table[:, 4:6], table[:, 6], table[:, 7].astype(np.uint8))


def apart(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return (
        one[0] + one[2] <= other[0]
        or other[0] + other[2] <= one[0]
        or one[1] + one[3] <= other[1]
        or other[1] + other[3] <= one[1]
    )


def slots_one_by_one(
    rows: list[tuple[float, ...]], occupied: list[tuple[float, ...]], limit: int, side: float
) -> list[int]:
    """Each candidate in turn against every box that stands."""
    standing = []
    for x, y, w, h in occupied:
        left, upper = max(0.0, x), max(0.0, y)
        if left < min(side, x + w) and upper < min(side, y + h):
            standing.append((left, upper, min(side, x + w) - left, min(side, y + h) - upper))
    slots, placed = [], 0
    for x, y, w, h, gap_x, gap_y, off, kept in rows:
        slots.append(NO_SLOT)
        if placed >= limit or not (0 <= x <= side and 0 <= y <= side):
            continue
        corners = [(x + off, y - h / 2), (x - off - w, y - h / 2), (x - w / 2, y - off - h), (x - w / 2, y + off)]
        for slot in dict.fromkeys([int(kept), 0, 1, 2, 3] if kept < NO_SLOT else range(4)):
            left, upper = corners[slot]
            if left < 0 or upper < 0 or left + w > side or upper + h > side:
                continue
            first_x, first_y = max(0.0, left - gap_x), max(0.0, upper - gap_y)
            last_x, last_y = min(side, left + w + gap_x), min(side, upper + h + gap_y)
            if all(apart((first_x, first_y, last_x - first_x, last_y - first_y), box) for box in standing):
                standing.append((left, upper, w, h))
                slots[-1] = slot
                placed += 1
                break
    return slots


@pytest.mark.parametrize("route", ["compiled", "plain"])
def test_slots_are_those_of_a_search_through_all_boxes(route: str) -> None:
    importlib.import_module(LABELS_COMPILED)

    @settings(max_examples=150, deadline=None)
    @given(st.lists(CANDIDATE, max_size=50), st.lists(BOX, max_size=8), st.integers(0, 60))
    def agrees(rows: list[tuple[float, ...]], occupied: list[tuple[float, ...]], limit: int) -> None:
        expected = slots_one_by_one(rows, occupied, limit, 400.0)
        found = choose_slots(candidates_of(rows), 400, 400, occupied=occupied, limit=limit)
        assert found.tolist() == expected

    with pytest.MonkeyPatch.context() as patch:
        if route == "plain":
            patch.setattr(kernels, "loaded", lambda name: None)
        agrees()


def test_odd_numbers_place_nothing_and_break_nothing(route: str) -> None:
    del route
    odd = [float("nan"), float("inf"), -1e300, 1e300]
    rows = [(x, y, 20.0, 10.0, 0.0, 0.0, 5.0, NO_SLOT) for x in odd for y in odd]
    rows += [(100.0, 100.0, 1e300, 10.0, 0.0, 0.0, 5.0, 0), (100.0, 100.0, 20.0, 10.0, 1e300, 1e300, 5.0, 1)]
    rows += [(100.0, 100.0, float("nan"), 10.0, 0.0, 0.0, 5.0, 2)]
    slots = choose_slots(candidates_of(rows), 300, 200)
    assert (slots[:-2] == NO_SLOT).all()
    assert slots[-2] == 1
    assert slots[-1] == NO_SLOT
    for size in ((0.0, 0.0), (1.0, 1e9), (float("inf"), 5.0)):
        choose_slots(candidates_of(rows), *size, occupied=[(0.0, 0.0, 1e9, 1.0)])
