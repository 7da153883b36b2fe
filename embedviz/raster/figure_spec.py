"""What a figure shows and how it is drawn, as two frozen values that the window and the command line hand over."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from embedviz.errors import OptionError, OutputError
from embedviz.raster.coloring import Coloring
from embedviz.raster.plane import Axes
from embedviz.raster.solid import Camera
from embedviz.space.arrays import RowArray, read_only
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.projection import Projection

if TYPE_CHECKING:
    from embedviz.space.answer import Answer

FigureKind = Literal["png", "svg", "pdf"]

FIGURE_KINDS: tuple[FigureKind, ...] = ("png", "svg", "pdf")
FIGURE_SCALES = (1, 2, 4)
VECTOR_POINTS = 20_000
PIXELS_PER_INCH = 96

_SMALLEST, _LARGEST = 200, 12_000
_MOST_PIXELS = 100_000_000


@dataclass(frozen=True, eq=False)
class FigureContent:
    """What is shown: a projection, and where there are any an answer, colours with their name, and selected rows.

    `arrows` go from one row to another.
    """

    space: EmbeddingSpace
    projection: Projection
    answer: Answer | None = None
    coloring: Coloring | None = None
    coloring_name: str = ""
    selection: RowArray | None = None
    arrows: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        if self.selection is not None:
            read_only(self.selection)


@dataclass(frozen=True)
class FigureSpec:
    """How a figure looks. `size` is in units of 1/96 inch, pixels at `scale` 1; a picture has `scale` pixels a unit.

    On two axes `shown` is the data rectangle (x_low, x_high, y_low, y_high) that is seen at least, None for all items.
    On three `camera` is that for a picture whose shorter side is one pixel, None as one first looks at them. `names`
    is how many items are named beside the answer's, None for as many as look well. SVG and PDF have up to
    `vector_points` points as shapes, beyond that a picture of them. `point_size` and `opacity` are factors. Raises
    OptionError for what cannot be drawn.
    """

    size: tuple[int, int] = (1600, 1000)
    scale: int = 1
    dark: bool = False
    transparent: bool = False
    title: str = ""
    legend: bool = True
    provenance: bool = True
    names: int | None = None
    vector_points: int = VECTOR_POINTS
    axes: Axes = (0, 1)
    shown: tuple[float, float, float, float] | None = None
    camera: Camera | None = None
    point_size: float = 1.0
    opacity: float = 1.0

    def __post_init__(self) -> None:
        width, height = self.size
        if not all(_SMALLEST <= side <= _LARGEST for side in self.size):
            raise OptionError(
                f"A figure of {width:,} x {height:,} pixels cannot be drawn; each side can have {_SMALLEST} to "
                f"{_LARGEST:,}."
            )
        if len(self.axes) not in (2, 3):
            raise OptionError(f"A figure shows two or three components, not {len(self.axes)}; choose as many axes.")
        if self.scale not in FIGURE_SCALES:
            raise OptionError(f"A figure cannot be drawn at the scale {self.scale}; choose 1, 2 or 4.")
        if width * height * self.scale**2 > _MOST_PIXELS:
            raise OptionError(
                f"{width} x {height} at the scale {self.scale} is more than {_MOST_PIXELS // 10**6} million pixels; "
                "choose a smaller size or scale."
            )
        if (self.names is not None and self.names < 0) or self.vector_points < 0:
            raise OptionError("The numbers of names and of points drawn as shapes are 0 or more.")
        if self.shown is not None and not all(map(math.isfinite, self.shown)):
            raise OptionError("The part of the plane to show must have finite ends.")
        if not (self.point_size > 0 and self.opacity > 0):
            raise OptionError("The factors of point size and opacity are above 0.")


def figure_kind(path: str | Path) -> FigureKind:
    """The kind of figure that the suffix of `path` names; OutputError for another suffix."""
    kind = Path(path).suffix.lower().removeprefix(".")
    if kind not in FIGURE_KINDS:
        stem = Path(path).stem
        raise OutputError(
            f"A figure is written as PNG, SVG or PDF; name the file “{stem}.png”, “{stem}.svg” or “{stem}.pdf”."
        )
    return kind


def size_of_width(width_mm: float, size: tuple[int, int]) -> tuple[int, int]:
    """A size `width_mm` wide on paper, in the proportions of another `size`."""
    width = width_mm / 25.4 * PIXELS_PER_INCH
    return round(width), round(width * size[1] / size[0])
