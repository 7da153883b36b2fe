"""Which items the plot names: the query, its neighbours, the selected, then the most frequent in view."""

from __future__ import annotations

from dataclasses import dataclass

from embedviz.raster import Marks, Viewport
from embedviz.raster.visible import first_in_view
from embedviz.session import State
from embedviz.space.arrays import FloatArray, RowArray
from embedviz.views.text import one_line

LONGEST_CAPTION = 40
MOST_CAPTIONED_NEIGHBORS = 200
MOST_CAPTIONED_SELECTED = 30
CANDIDATES = 400
PIXELS_PER_CAPTION = 26_000
FEW_IN_VIEW = 250


@dataclass(frozen=True)
class Caption:
    """A name beside a point (data coordinates); `role` is the theme's colour for it."""

    text: str
    point: tuple[float, float]
    role: str


def captions(state: State, marks: Marks | None, points: FloatArray, viewport: Viewport) -> list[Caption]:
    """The names worth showing in a viewport (logical pixels), most important first."""
    space, answer = state.space, state.answer
    if space is None:
        return []
    found: list[Caption] = []
    named: set[int] = set()

    def add(rows: RowArray, role: str) -> None:
        for row in rows.tolist():
            if row not in named:
                named.add(row)
                found.append(Caption(_short(space.name(row)), (float(points[row, 0]), float(points[row, 1])), role))

    if answer is not None and marks is not None:
        if marks.query_point is not None:
            text = answer.reading if answer.is_formula or not answer.inputs else space.name(answer.inputs[0])
            found.append(
                Caption(_short(text), (float(marks.query_point[0]), float(marks.query_point[1])), "query_text")
            )
            named.update(answer.inputs if not answer.is_formula else ())
        add(answer.rows[:MOST_CAPTIONED_NEIGHBORS], "text")
    if state.selection is not None:
        add(state.selection[:MOST_CAPTIONED_SELECTED], "accent")
    frequent = first_in_view(points, viewport, CANDIDATES)
    if len(frequent) > FEW_IN_VIEW:  # a crowd: name few, and none beside an answer
        frequent = frequent[: viewport.width * viewport.height // PIXELS_PER_CAPTION if answer is None else 0]
    add(frequent, "muted")
    return found


def _short(text: str) -> str:
    return one_line(text, most=LONGEST_CAPTION)
