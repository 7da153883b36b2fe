"""All items of the space as one picture, painted by the raster for what is in view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QColor, QImage, QPainter

from embedviz.raster import Coloring, Painter, Style, count_in_view, estimate_in_view
from embedviz.raster.drawing import CELL_PX, MOVING_CELL_PX, Color
from embedviz.raster.tiles import Tiles
from embedviz.raster.tint_layers import Layers, TintWish, layers_at_once
from embedviz.raster.tints import Tints
from embedviz.space.arrays import ByteArray, CodeArray, FloatArray, RowArray
from embedviz.views.plot.camera import Camera
from embedviz.views.plot.frame import Frame, frame_of
from embedviz.views.plot.look import Look
from embedviz.views.plot.picture import image_of
from embedviz.views.theme import Theme

MANY_ITEMS = 500_000


@dataclass(frozen=True, eq=False)
class _Layer:
    """Points to draw in one colour, or each in its own."""

    source: FloatArray | Tiles
    color: str
    codes: CodeArray | None = None
    palette: ByteArray | None = None
    tints: Tints | None = None


class PointsItem:
    """Draws points (n, 2); remembers its last picture, so that only a moved camera costs a new one.

    While a view of MANY_ITEMS moves, wider cells are drawn; then `settle` is called, and a redraw soon after it shows
    the fine ones.
    """

    def __init__(
        self,
        painter: Painter,
        update: Callable[[], None],
        settle: Callable[[], None],
        tinted: Callable[[TintWish], Layers] | None = None,
    ) -> None:
        self._painter = painter
        self._settle = settle
        self._tinted = tinted or (lambda wish: layers_at_once(painter, wish))
        self._update = update
        self._points: FloatArray = np.zeros((0, 2), np.float32)
        self._tiles: Tiles | None = None
        self._coloring: Coloring | None = None
        self._selection: RowArray | None = None
        self._is_faded = False
        self._theme: Theme | None = None
        self._layers: list[_Layer] = []
        self._size, self._opacity = 1.0, 1.0
        self._pictures: list[tuple[np.ndarray, QImage]] = []
        self._drawn_for: Frame | None = None
        self._seen: Frame | None = None
        self._cell_px = CELL_PX
        self._wish: tuple[object, ...] = (None,) * 5

    def show_points(
        self,
        points: FloatArray,
        *,
        coloring: Coloring | None,
        selection: RowArray | None,
        is_faded: bool,
        theme: Theme,
    ) -> None:
        """Draw other points, or the same in another way; the picture is kept where neither differs."""
        wish = (points, coloring, selection, is_faded, theme)
        if all(one is other for one, other in zip(wish, self._wish, strict=True)):
            return
        self._wish = wish
        if points is not self._points:
            self._tiles = None
        self._points, self._coloring, self._theme = points, coloring, theme
        self._selection = selection
        self._is_faded = is_faded or selection is not None
        self._layers = []
        self.redraw()

    def show_tiles(self, tiles: Tiles) -> None:
        """From now on draw the same points, sorted, which is quicker."""
        self._tiles, self._layers = tiles, []
        self.redraw()

    def retint(self) -> None:
        """Other tints than before are to be had for the same points and colours."""
        self._layers = []
        self.redraw()

    def set_size(self, factor: float) -> None:
        """Draw points larger (above 1) or smaller than their number asks for."""
        self._size = factor
        self.redraw()

    def set_opacity(self, factor: float) -> None:
        """Draw points more opaque (above 1) or less than their number asks for."""
        self._opacity = factor
        self.redraw()

    def look(self, theme: Theme) -> Look:
        """How the points look in a theme, whatever the camera sees."""
        return Look(theme, self._coloring, self._selection, self._is_faded, self._size, self._opacity)

    @property
    def is_painted(self) -> bool:
        """Whether points have come to the screen."""
        return bool(self._pictures) and len(self._points) > 0

    def redraw(self) -> None:
        """Paint a new picture at the next occasion."""
        self._drawn_for = None
        self._update()

    def paint(self, painter: QPainter, camera: Camera) -> None:
        """Draw what the camera sees, and the ground under it."""
        if self._theme is None:
            return
        frame = frame_of(camera.shown, camera.ground, painter.device().devicePixelRatioF())
        if frame is None:
            return
        if frame != self._drawn_for:
            self._follow(frame)
            first, *others = self._painted(frame, self._theme)
            self._pictures = [image_of(first, frame.ratio, is_opaque=True)]
            self._pictures += [image_of(picture, frame.ratio) for picture in others]
            self._drawn_for = frame
        for _pixels, image in self._pictures:
            painter.drawImage(frame.origin, image)

    def _follow(self, frame: Frame) -> None:
        """Tell a view that moves from one that rests."""
        moves = self._seen not in (None, frame) and self._tiles is not None and len(self._tiles) >= MANY_ITEMS
        self._seen, self._cell_px = frame, MOVING_CELL_PX if moves else CELL_PX
        if moves:
            self._settle()

    def _painted(self, frame: Frame, theme: Theme) -> list[np.ndarray]:
        """The pictures to lay over each other: all items, and the selected ones once more, stronger."""
        n_in_view = (
            estimate_in_view(self._points, frame.viewport)
            if self._tiles is None
            else count_in_view(self._tiles, frame.viewport)
        )
        styles = self.look(theme).styles(n_in_view, frame.ratio)
        self._layers = self._layers or self._prepared(theme)
        tone = QColor(theme.ground)
        grounds = (tone.red(), tone.green(), tone.blue()), None
        layers = zip(self._layers, styles, grounds, strict=False)
        return [self._paint(layer, frame, how, ground) for layer, how, ground in layers]

    def _prepared(self, theme: Theme) -> list[_Layer]:
        """What to draw, whatever the camera sees: for sorted points their tints."""
        codes = self._coloring.codes if self._coloring is not None else None
        palette = self._coloring.palette if self._coloring is not None else None
        tiles, rows = self._tiles, self._selection
        if tiles is None:
            layers = [_Layer(self._points, theme.rest, codes, palette)]
            if rows is not None:
                layers.append(
                    _Layer(self._points[rows], theme.accent, codes[rows] if codes is not None else None, palette)
                )
            return layers
        tinted, colors = self._tinted(TintWish(tiles, self._coloring, rows)), (theme.rest, theme.accent)
        return [_Layer(tiles, color, tints=tints) for tints, color in zip(tinted, colors, strict=False)]

    def _paint(self, layer: _Layer, frame: Frame, style: Style, ground: Color | None) -> np.ndarray:
        tone = QColor(layer.color)
        return self._painter.paint(
            layer.source,
            frame.viewport,
            style=style,
            color=(tone.red(), tone.green(), tone.blue()),
            codes=layer.codes,
            palette=layer.palette,
            alphas=self._coloring.alphas if layer.codes is not None and self._coloring is not None else None,
            tints=layer.tints,
            cell_px=self._cell_px,
            ground=ground,
        )
