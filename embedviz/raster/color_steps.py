"""The work of colouring: from what was chosen to a colour for every item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embedviz.errors import OptionError
from embedviz.progress import Progress, Steps, within
from embedviz.raster.color_choices import BUILT_IN, chosen_column
from embedviz.raster.coloring import Coloring, Legend, LegendEntry, color_by, color_values
from embedviz.raster.density import NEAR_SHARE, density_steps
from embedviz.raster.figure_theme import DARK, LIGHT, rgb
from embedviz.raster.plane import plane_points
from embedviz.raster.scales import Limits
from embedviz.space.arrays import FlagArray, RowArray
from embedviz.space.closeness import score_steps
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.metrics import metric_named
from embedviz.space.projection import Projection

if TYPE_CHECKING:
    from embedviz.space.answer import Answer

_TEXT = "Colouring the plot"
_LONGEST_READING = 60


@dataclass(frozen=True, eq=False)
class ColorWish:
    """What to colour by (`choice`), how, and all that it may depend on."""

    space: EmbeddingSpace
    choice: str
    dark: bool
    projection: Projection | None = None
    axes: tuple[int, ...] = (0, 1)
    answer: Answer | None = None
    selection: RowArray | None = None
    limits: Limits = "percentile"


def coloring_steps(wish: ColorWish) -> Steps[Coloring]:
    """Colour all items of the space as wished.

    Raises OptionError where there is nothing to colour by; it says what to do.
    """
    yield Progress(None, _TEXT)
    space, column = wish.space, chosen_column(wish.choice)
    check_choice(space, wish.choice)
    if column is not None:
        return color_by(space.metadata[column], dark=wish.dark, limits=wish.limits, title=column)
    if wish.choice == ":similarity":
        return (yield from _by_similarity(wish))
    if wish.choice == ":density":
        return (yield from _by_density(wish))
    if wish.choice == ":norm":
        return _scale(wish, space.norms.copy(), "vector length")
    return _by_selection(wish)


def check_choice(space: EmbeddingSpace, choice: str) -> None:
    """Refuse what neither the space has nor is built in, with an OptionError that names what there is."""
    column = chosen_column(choice)
    if column is not None and column not in space.metadata:
        there = ", ".join(space.metadata) or "none"
        raise OptionError(f"There is no metadata column “{column}”; this space has: {there}.")
    if column is None and choice not in BUILT_IN:
        raise OptionError(f"Nothing is called “{choice}”; choose a metadata column or {', '.join(BUILT_IN)}.")


def similarity_title(answer: Answer) -> str:
    """The name of the scale of an answer, as `cosine similarity to king`."""
    reading = (
        answer.reading if len(answer.reading) <= _LONGEST_READING else answer.reading[: _LONGEST_READING - 1] + "…"
    )
    metric = metric_named(answer.metric)
    names = {"cosine": "cosine similarity", "dot": "dot product"}
    name = names.get(metric.name) or f"{metric.title} distance"
    return f"{name} {'with' if metric.name == 'dot' else 'to'} {reading}"


def _by_similarity(wish: ColorWish) -> Steps[Coloring]:
    answer = wish.answer
    if answer is None:
        raise OptionError("Ask about an item or type words, and all items are coloured by how near they are.")
    scores = yield from within(score_steps(wish.space, answer.vector, answer.metric), 0.0, 0.8)
    return _scale(wish, scores, similarity_title(answer))


def _by_density(wish: ColorWish) -> Steps[Coloring]:
    if wish.projection is None:
        raise OptionError("There is no projection yet, so nothing is near or far; project the space first.")
    x, y = wish.axes[0], wish.axes[1]
    near = yield from within(density_steps(plane_points(wish.projection, (x, y))), 0.0, 0.8)
    title = f"items within {100 * NEAR_SHARE:.0f} % of the width"
    missing = np.isnan(near)
    return color_values(near, missing, dark=wish.dark, limits=wish.limits, title=title, kind="log")


def _by_selection(wish: ColorWish) -> Coloring:
    """Two classes in a fixed order, in the colours that the plot has for them anyhow."""
    theme, selection, n_items = DARK if wish.dark else LIGHT, wish.selection, wish.space.n_items
    if selection is None:
        raise OptionError("Nothing is selected. Draw a rectangle or a lasso on the plot.")
    codes = np.ones(n_items, np.int32)
    codes[selection] = 0
    palette = np.array([rgb(theme.accent), theme.rest], np.uint8)
    counts = len(selection), n_items - len(selection)
    entries = (
        LegendEntry("selected", rgb(theme.accent), counts[0], 0),
        LegendEntry("not selected", theme.rest, counts[1], 1),
    )
    return Coloring(codes, palette, Legend("classes", entries, title="Selection"))


def _scale(wish: ColorWish, values: np.ndarray, title: str) -> Coloring:
    missing: FlagArray = np.isnan(values)
    return color_values(values, missing, dark=wish.dark, limits=wish.limits, title=title)
