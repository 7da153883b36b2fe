"""Which items the plot names before all others: the query, its neighbours, the selected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.raster import Marks
from embedviz.session import State
from embedviz.space.arrays import FloatArray, RowArray
from embedviz.views.text import one_line

LONGEST_CAPTION = 40
MOST_CAPTIONED_NEIGHBORS = 200
MOST_CAPTIONED_SELECTED = 30
GHOST = -1  # stands for the row of a query that is no item


@dataclass(frozen=True)
class Caption:
    """A name beside a point (two or three data coordinates) that belongs to `row`; `role` names its colour."""

    row: int
    text: str
    point: tuple[float, ...]
    role: str


def captions(state: State, marks: Marks | None, points: FloatArray) -> list[Caption]:
    """The names of what is asked and selected, most important first, each item once."""
    space, answer = state.space, state.answer
    if space is None:
        return []
    found: dict[int, Caption] = {}

    def add(rows: RowArray, role: str) -> None:
        for row in rows.tolist():
            point = tuple(points[row].astype(np.float64).tolist())
            found.setdefault(row, Caption(row, one_line(space.name(row), most=LONGEST_CAPTION), point, role))

    if answer is not None and marks is not None:
        if marks.query_point is not None:
            is_item = not answer.is_formula and len(answer.inputs) > 0
            row = answer.inputs[0] if is_item else GHOST
            text = space.name(row) if is_item else answer.reading
            point = tuple(marks.query_point.tolist())
            found[row] = Caption(row, one_line(text, most=LONGEST_CAPTION), point, "query_text")
        add(answer.rows[:MOST_CAPTIONED_NEIGHBORS], "text")
    if state.selection is not None:
        add(state.selection[:MOST_CAPTIONED_SELECTED], "accent")
    return list(found.values())
