"""Looking: axes, selection, modes."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from embedviz import raster
from embedviz.errors import OptionError
from embedviz.operations.base import OperationsBase
from embedviz.raster.tiles import Tiles
from embedviz.space.arrays import DoubleArray, FloatArray, RowArray, read_only

Combining = Literal["replace", "add", "remove"]


class LookingOperations(OperationsBase):
    """Change how the open space is looked at."""

    def set_axes(self, x: int, y: int, z: int | None = None) -> None:
        """Put two components on the axes, or three, which needs a projection that has as many."""
        view, projection = self.session.state.view, self.session.state.projection
        axes = (x, y) if z is None else (x, y, z)
        if z is not None and projection is not None and projection.n_components < len(axes):
            self.complain(
                OptionError(f"3-D needs at least three components; this projection has {projection.n_components:,}.")
            )
        elif view.axes != axes:
            self.session.replace(view=replace(view, axes=axes))

    def set_mode(self, mode: str) -> None:
        """Show another panel of the rail."""
        view = self.session.state.view
        if view.mode != mode:
            self.session.replace(view=replace(view, mode=mode))

    def select_rectangle(self, x0: float, x1: float, y0: float, y1: float, how: Combining = "replace") -> None:
        """Select the items in a rectangle of the plot, in its coordinates."""
        points = self._shown_points()
        if points is not None:
            self._select(raster.rows_in_rectangle(points, x0, x1, y0, y1), how)

    def select_lasso(self, polygon: DoubleArray, how: Combining = "replace") -> None:
        """Select the items inside a drawn line (n, 2), in the plot's coordinates."""
        points = self._shown_points()
        if points is not None:
            self._select(raster.rows_in_polygon(points, polygon), how)

    def select_brush(
        self, viewport: raster.Viewport, path: DoubleArray, radius: float, how: Combining = "replace"
    ) -> None:
        """Select the items under a brush drawn along `path` (n, 2), in pixels of the viewport, as is its `radius`."""
        points = self._shown_points()
        if points is not None:
            self._select(raster.rows_in_brush(points, viewport, path, radius), how)

    def select_rows(self, rows: RowArray, how: Combining = "replace") -> None:
        """Select some items, by their rows (n,), ascending."""
        self._select(rows, how)

    def select_neighbors(self) -> None:
        """Select the neighbours in the open answer."""
        answer = self.session.state.answer
        if answer is not None:
            self._select(np.sort(answer.rows), "replace")

    def clear_selection(self) -> None:
        """Select nothing."""
        self.session.replace(selection=None)

    def _shown_points(self) -> FloatArray | Tiles | None:
        state = self.session.state
        return None if state.projection is None else raster.plane_points(state.projection, state.view.axes)

    def _select(self, rows: RowArray, how: Combining) -> None:
        before = self.session.state.selection
        if before is not None and how == "add":
            rows = np.union1d(before, rows)
        elif how == "remove":
            rows = np.setdiff1d(before if before is not None else rows[:0], rows)
        self.session.replace(selection=read_only(rows) if len(rows) else None)
        self.say(f"{len(rows):,} items are selected." if len(rows) else "")
