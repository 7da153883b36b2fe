"""One picture to be drawn: the points, where they are seen, and how they look."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedviz.errors import OptionError
from embedviz.raster.ink import to_light
from embedviz.raster.style import Style
from embedviz.raster.viewport import Viewport
from embedviz.space.arrays import ByteArray, CodeArray, FloatArray, RowArray

Color = tuple[int, int, int]
ShareArray = NDArray[np.uint16]
KeyArray = NDArray[np.uint64]

FULL_SHARE = 65535
CELL_PX = 0.5
MOVING_CELL_PX = 2.0


@dataclass(frozen=True, eq=False)
class Shades:
    """How entries are coloured: points by `codes` int32 (n,) into `table` float32 (m, 4), cells by `shares`.

    A row of the table is linear light of red, green and blue, and how much of its ink a point shows, 0..1; codes out
    of the table take its last row. `shares` uint16 (cells, 4) are the mean light of a cell's ink and its shown share,
    1 being FULL_SHARE. Either is empty where the other holds.
    """

    codes: CodeArray
    table: FloatArray
    shares: ShareArray

    @classmethod
    def none(cls) -> Shades:
        return cls(np.empty(0, np.int32), np.empty((0, 4), np.float32), np.empty((0, 4), np.uint16))


@dataclass(frozen=True, eq=False)
class Entries:
    """What is drawn: `places` float32 (n, 2), and the `runs` int64 (r, 2) or (r, 3) of them to draw, first and last.

    With `starts` int32 (n + 1,) entry i is a cell of starts[i + 1] - starts[i] points at their mean. `size` is the
    place of their discs among the sizes of a picture. `box` is the width and height in pixels, at most 1, of what a
    splat covers: see `box_px`.
    """

    places: FloatArray
    starts: CodeArray
    shades: Shades
    runs: RowArray
    size: int = 0
    box: tuple[float, float] = (1.0, 1.0)


@dataclass(frozen=True, eq=False)
class Look:
    """How a picture looks: where it lies, the style of points, and one `color`, or each its own.

    `cell_px` is the widest cell of tiles, in pixels, that may be drawn in place of its points. The picture is opaque
    where there is a `ground`, else transparent where there is no ink.
    """

    viewport: Viewport
    style: Style
    color: Color
    is_colored: bool
    cell_px: float = CELL_PX
    ground: Color | None = None

    @property
    def under(self) -> FloatArray:
        """B, G, R, A of what lies under the ink (4,) float32, 0..255."""
        red, green, blue = self.ground or (0, 0, 0)
        return np.array([blue, green, red, 0 if self.ground is None else 255], np.float32)


def box_px(cell: float) -> float:
    """The side of the box as which a splat draws cells of a side of `cell` pixels: the most whole cells up to a pixel.

    So a lattice of equal cells is drawn even, whatever its side; as points, each a box of a pixel, it would ripple by
    up to 9 %, and show bands where it falls in and out of step with the pixels. Wider cells and points have one pixel.
    """
    return cell * math.floor(1 / cell) if 1e-9 < cell <= 1 else 1.0


def checked_points(points: FloatArray) -> FloatArray:
    """`points` as float32 (n, 2) in C order; OptionError for another shape."""
    points = np.ascontiguousarray(points, np.float32)
    if points.ndim != 2 or points.shape[1] != 2:
        raise OptionError(f"Points to draw have two coordinates each; these form an array of shape {points.shape}.")
    return points


def checked_codes(n_points: int, codes: CodeArray, palette: ByteArray, alphas: FloatArray | None = None) -> Shades:
    """Codes, palette and alphas, ready for drawing; OptionError where they do not fit the points or each other."""
    codes, palette = np.ascontiguousarray(codes, np.int32), np.ascontiguousarray(palette, np.uint8)
    if codes.shape != (n_points,):
        raise OptionError(f"{n_points:,} points need as many colour codes, not an array of shape {codes.shape}.")
    if palette.ndim != 2 or palette.shape[1] != 3 or not len(palette):
        raise OptionError(f"A palette has one row of red, green, blue per colour, not the shape {palette.shape}.")
    table = np.ones((len(palette), 4), np.float32)
    table[:, :3] = to_light(palette)
    if alphas is not None:
        if alphas.shape != (len(palette),):
            raise OptionError(f"{len(palette):,} colours need as many alphas, not an array of shape {alphas.shape}.")
        table[:, 3] = np.clip(alphas, 0, 1)
    return Shades(codes, table, np.empty((0, 4), np.uint16))


def checked_picture(out: ByteArray | None, viewport: Viewport) -> ByteArray:
    """The picture to draw into, uint8 (height, width, 4) in C order; a new one if there is none."""
    shape = (viewport.height, viewport.width, 4)
    if out is None:
        return np.empty(shape, np.uint8)
    if out.shape != shape or out.dtype != np.uint8 or not out.flags.c_contiguous or not out.flags.writeable:
        raise OptionError(f"A picture to draw into is writeable uint8 {shape} in C order, not {out.dtype} {out.shape}.")
    return out
