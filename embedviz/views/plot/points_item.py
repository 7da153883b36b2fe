"""All items of the space as one picture, painted by the raster for what is in view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QColor, QPainter

from embedviz.raster import Coloring, Painter, Style, estimate_in_view
from embedviz.raster.drawing import CELL_PX, MOVING_CELL_PX, Color
from embedviz.raster.tiles import Tiles
from embedviz.raster.tint_layers import Layers, TintWish, layers_at_once
from embedviz.raster.tints import Tints
from embedviz.space.arrays import ByteArray, CodeArray, FloatArray, RowArray
from embedviz.views.plot.canvas import Canvas
from embedviz.views.plot.frame import Frame
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
    """Draws points (n, 2); remembers its picture while the view rests.

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
        self._clean: ByteArray | None = None  # the last picture, for what is drawn over it
        self._drawn_for: Frame | None = None
        self._seen: Frame | None = None
        self._rested = False  # whether the last frame was of a view that had been seen before
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
        return self._seen is not None and len(self._points) > 0

    def redraw(self) -> None:
        """Paint a new picture at the next occasion."""
        self._drawn_for = self._clean = None
        self._update()

    def paint(self, canvas: Canvas, painter: QPainter, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Draw what lies under a canvas, and the ground under it; `painter` is one of the canvas.

        `meanwhile` is done once, while other threads draw where they do; it may not touch the canvas, nor draw points.
        """
        if self._theme is None:
            meanwhile()
            return
        frame, is_resting = canvas.frame, self._seen in (None, canvas.frame)
        is_kept, self._rested = is_resting or self._rested, is_resting
        if frame == self._drawn_for and self._clean is not None:
            canvas.pixels[:] = self._clean
            meanwhile()
            return
        if frame != self._drawn_for:
            self._follow(frame)
        self._draw(canvas, painter, self._theme, meanwhile)
        self._drawn_for = frame
        # a view that moves at every frame is not looked at twice, so that its pictures need not be kept
        self._clean = canvas.pixels.copy() if is_kept else None

    def _follow(self, frame: Frame) -> None:
        """Tell a view that moves from one that rests."""
        moves = self._seen not in (None, frame) and self._tiles is not None and len(self._tiles) >= MANY_ITEMS
        self._seen, self._cell_px = frame, MOVING_CELL_PX if moves else CELL_PX
        if moves:
            self._settle()

    def _draw(self, canvas: Canvas, painter: QPainter, theme: Theme, meanwhile: Callable[[], None]) -> None:
        """Draw all items, and over them the selected ones once more, stronger."""
        frame = canvas.frame
        n_in_view = estimate_in_view(self._points if self._tiles is None else self._tiles, frame.viewport)
        styles = self.look(theme).styles(n_in_view, frame.ratio)
        self._layers = self._layers or self._prepared(theme)
        first, *others = zip(self._layers, styles, strict=False)
        tone = QColor(theme.ground)
        self._paint(*first, frame, (tone.red(), tone.green(), tone.blue()), canvas.pixels, meanwhile)
        for layer, style in others:
            picture = self._paint(layer, style, frame)
            painter.drawImage(frame.origin, image_of(picture, frame.ratio)[1])

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

    def _paint(
        self,
        layer: _Layer,
        style: Style,
        frame: Frame,
        ground: Color | None = None,
        out: ByteArray | None = None,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> ByteArray:
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
            out=out,
            meanwhile=meanwhile,
        )
