"""All items in space as one picture: nearer ones larger and with more ink."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QColor, QImage, QPainter

from embedviz.raster import Coloring, Painter, SolidPlaces
from embedviz.raster.tiles import Tiles
from embedviz.space.arrays import CodeArray, FloatArray, RowArray
from embedviz.views.plot.look import Look
from embedviz.views.plot.picture import image_of
from embedviz.views.plot.solid_camera import SolidCamera
from embedviz.views.theme import Theme

MOST_MOVING = 1_500_000  # more are thinned out while the picture turns; each that is left stands for several
_PROBE = 20_000


@dataclass(frozen=True, eq=False)
class _Layer:
    """Points to draw in one colour, or each in its own, and how many each of them stands for."""

    points: FloatArray
    color: str
    coloring: Coloring | None
    codes: CodeArray | None
    weight: float = 1.0


class SolidPoints:
    """Draws points (n, 3); remembers its last picture."""

    def __init__(self, painter: Painter, update: Callable[[], None]) -> None:
        self._painter, self._update = painter, update
        self._points: FloatArray = np.zeros((0, 3), np.float32)
        self._order: CodeArray | None = None
        self._coloring: Coloring | None = None
        self._selection: RowArray | None = None
        self._is_faded = False
        self._theme: Theme | None = None
        self._layers: dict[bool, list[_Layer]] = {}
        self._wish: tuple[object, ...] = (None,) * 5
        self._drawn_for: object = None
        self._size, self._opacity = 1.0, 1.0
        self.pictures: list[tuple[np.ndarray, QImage]] = []
        self._step = 1

    def show_points(
        self,
        points: FloatArray,
        tiles: Tiles | None,
        *,
        coloring: Coloring | None,
        selection: RowArray | None,
        is_faded: bool,
        theme: Theme,
    ) -> None:
        """Draw other points, or the same in another way; `tiles` of two of their axes make drawing quicker."""
        order = tiles.order if tiles is not None and len(tiles.order) == len(points) else None
        wish = (points, order, coloring, selection, is_faded, theme)
        if len(wish) == len(self._wish) and all(one is other for one, other in zip(wish, self._wish, strict=True)):
            return
        self._wish, self._points, self._order = wish, points, order
        self._coloring, self._selection, self._theme = coloring, selection, theme
        self._is_faded = is_faded or selection is not None
        self._layers = {}
        self.redraw()

    def set_size(self, factor: float) -> None:
        """Draw points larger (above 1) or smaller than their number asks for."""
        self._size = factor
        self.redraw()

    def set_opacity(self, factor: float) -> None:
        """Draw points more opaque (above 1) or less than their number asks for."""
        self._opacity = factor
        self.redraw()

    def redraw(self) -> None:
        """Paint a new picture at the next occasion."""
        self._drawn_for = None
        self._update()

    def is_thinned(self) -> bool:
        """Whether fewer points are drawn while the picture moves."""
        return len(self._points) > MOST_MOVING

    @property
    def step(self) -> int:
        """How many points each one stands for in what was last painted: 1 where all are drawn."""
        return self._step

    def paint(self, painter: QPainter, camera: SolidCamera, *, is_moving: bool) -> None:
        """Draw what the camera sees on its ground."""
        if self._theme is None or not len(self._points):
            self.pictures, self._step = [], 1
            return
        ratio = painter.device().devicePixelRatioF()
        is_thinned = is_moving and self.is_thinned()
        frame = (camera.lens, camera.ground, ratio, is_thinned)
        if frame != self._drawn_for:
            painted = self._painted(camera, ratio, is_thinned=is_thinned)
            self.pictures = [image_of(picture, ratio) for picture in painted]
            self._drawn_for, self._step = frame, self._step_of(is_thinned=is_thinned)
        for _pixels, image in self.pictures:
            painter.drawImage(camera.ground.topLeft(), image)

    def look(self) -> Look:
        """How the points look, whatever the camera sees."""
        assert self._theme is not None
        return Look(self._theme, self._coloring, self._selection, self._is_faded, self._size, self._opacity)

    def _step_of(self, *, is_thinned: bool) -> int:
        return -(-len(self._points) // MOST_MOVING) if is_thinned else 1

    def _n_in_view(self, camera: SolidCamera) -> int:
        """About how many items the camera has in view, by a sample of them."""
        probe = self._points[:: max(1, len(self._points) // _PROBE)]
        lens, width, height = camera.lens_at(1.0)
        x, y = SolidPlaces(probe, lens, width, height).places.T
        seen = np.count_nonzero((x >= 0) & (x <= width) & (y >= 0) & (y <= height))
        return round(seen * len(self._points) / len(probe))

    def _painted(self, camera: SolidCamera, ratio: float, *, is_thinned: bool) -> list[np.ndarray]:
        """The pictures to lay over each other: all items, and the selected ones once more, stronger."""
        if is_thinned not in self._layers:
            self._layers[is_thinned] = self._prepared(is_thinned=is_thinned)
        styles = self.look().styles(self._n_in_view(camera), ratio)
        lens, width, height = camera.lens_at(ratio)
        pictures = []
        for layer, how in zip(self._layers[is_thinned], styles, strict=False):
            tone, palette = QColor(layer.color), layer.coloring.palette if layer.coloring is not None else None
            pictures.append(
                self._painter.paint_solid(
                    layer.points,
                    lens,
                    width,
                    height,
                    style=how.adjusted(opacity=layer.weight),
                    color=(tone.red(), tone.green(), tone.blue()),
                    codes=layer.codes,
                    palette=palette,
                    alphas=layer.coloring.alphas if layer.coloring is not None else None,
                )
            )
        return pictures

    def _prepared(self, *, is_thinned: bool) -> list[_Layer]:
        """What to draw, however the camera turns; points that are neighbours stay so, which is quicker."""
        assert self._theme is not None
        step = self._step_of(is_thinned=is_thinned)
        order, coloring = self._order, self._coloring
        points, codes = self._points, coloring.codes if coloring is not None else None
        if order is not None or step > 1:
            taken = order[::step] if order is not None else slice(None, None, step)
            points, codes = points[taken], codes[taken] if codes is not None else None
        layers = [_Layer(points, self._theme.rest, coloring, codes, float(step))]
        if self._selection is not None:
            rows = self._selection
            codes = coloring.codes[rows] if coloring is not None else None
            layers.append(_Layer(self._points[rows], self._theme.accent, coloring, codes))
        return layers
