"""The painter: points and names to a picture, by compiled kernels on a few threads, by numpy until they are ready."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType

import numpy as np

from embedviz.errors import OptionError
from embedviz.raster import plain
from embedviz.raster.bands import BandedDrawing, workspace
from embedviz.raster.culling import outliers
from embedviz.raster.drawing import (
    CELL_PX,
    Color,
    Entries,
    Look,
    Shades,
    checked_codes,
    checked_picture,
    checked_points,
)
from embedviz.raster.inking import is_compiled
from embedviz.raster.laying import lay_over
from embedviz.raster.picking import count_in_view
from embedviz.raster.shares import SharedDrawing
from embedviz.raster.solid import Camera, checked_solid
from embedviz.raster.sources import InSpace, Source, Still, Way
from embedviz.raster.style import Style, style_for
from embedviz.raster.tiles import Tiles
from embedviz.raster.tints import Tinting, Tints
from embedviz.raster.viewport import Viewport
from embedviz.space.arrays import ByteArray, CodeArray, FlagArray, FloatArray, PixelArray, RowArray

REST: Color = (0x7C, 0x8D, 0xA3)
_WAKES_WITHIN_S = 0.0005
_FEW_STAMPS = 64  # which are laid sooner than another thread wakes


class Painter:
    """Draws points, and lays names over them, again and again.

    It keeps its buffers and, once needed, further threads until `close()`.

    One thread at a time may call it.
    """

    def __init__(self, *, n_threads: int | None = None) -> None:
        self._n_threads = n_threads or min(2, os.cpu_count() or 1)
        self._pool: ThreadPoolExecutor | None = None
        self._ink = np.empty(0, np.float32)
        self._workspaces = [workspace() for _ in range(self._n_threads)]

    def paint(
        self,
        points: FloatArray | Tiles,
        viewport: Viewport,
        *,
        style: Style | None = None,
        color: Color = REST,
        codes: CodeArray | None = None,
        palette: ByteArray | None = None,
        alphas: FloatArray | None = None,
        tints: Tints | None = None,
        cell_px: float = CELL_PX,
        ground: Color | None = None,
        out: ByteArray | None = None,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> ByteArray:
        """Draw `points` float32 (n, 2), or tiles of them; returns premultiplied B, G, R, A uint8 (height, width, 4).

        Points add ink in any order; where a pixel has ink w, alpha is 1 - (1 - opacity)**w, less with a shoulder. With
        `codes` int32 (n,) into `palette` uint8 (m, 3) a pixel has the mean colour of its ink, taken in linear light;
        codes outside 0..m-1, as -1 for a missing value, take the palette's last row. `alphas` float32 (m,) are how
        much of its ink each colour shows. Points that are not finite are not drawn. Tiles draw cells of at most
        `cell_px` pixels, at the mean of their points, in place of points where these stand closer; while a view moves,
        MOVING_CELL_PX is as good to the eye and quicker. `tints` made for the tiles take the place of codes. Without
        `style` it follows the number in view. On a `ground` the picture is opaque. `out` is drawn into and returned
        where given. `meanwhile` is done once, on this thread, while others draw tiles, if there are others; it may
        not draw by this painter. Raises OptionError where arrays do not fit.
        """
        out = checked_picture(out, viewport)
        style = style or style_for(count_in_view(points, viewport))
        if isinstance(points, Tiles):
            if codes is not None and palette is not None:
                tints = self.tint(points, codes, palette, alphas)
            if tints is not None and tints.tiles is not points:
                raise OptionError("These tints were made for other tiles; make them for the tiles that are drawn.")
            is_colored = tints is not None and tints.is_colored
            self._paint_tiles(points, tints, Look(viewport, style, color, is_colored, cell_px, ground), out, meanwhile)
        else:
            points = checked_points(points)
            shades = Shades.none()
            if codes is not None and palette is not None:
                shades = checked_codes(len(points), codes, palette, alphas)
            look = Look(viewport, style, color, len(shades.table) > 0, cell_px, ground)
            meanwhile()
            self._paint_source(Still(points, shades), look, out)
        return out

    def tint(
        self,
        tiles: Tiles,
        codes: CodeArray | None = None,
        palette: ByteArray | None = None,
        alphas: FloatArray | None = None,
        shown: FlagArray | None = None,
    ) -> Tints:
        """Make tints for `tiles` at once, on the painter's threads; the arguments are those of `Tinting`.

        The colours of cells are made with the first picture of each level.
        """
        tinting = Tinting(tiles, codes, palette, alphas, shown)
        self._at_once(tinting.code_part, tinting.code_parts(self._n_threads))
        return tinting.tints()

    def paint_between(
        self,
        before: FloatArray,
        after: FloatArray,
        t: float,
        viewport: Viewport,
        *,
        style: Style | None = None,
        color: Color = REST,
        codes: CodeArray | None = None,
        palette: ByteArray | None = None,
        alphas: FloatArray | None = None,
        out: ByteArray | None = None,
    ) -> ByteArray:
        """Draw every point on its straight way from `before` to `after`, both float32 (n, 2), at `t` from 0 to 1.

        A point that is not finite at either end is not drawn. `alphas` float32 (m,) are how much of its ink each colour
        of the palette shows. Else as `paint`; OptionError where arrays do not fit.
        """
        before, after, out = checked_points(before), checked_points(after), checked_picture(out, viewport)
        if before.shape != after.shape:
            raise OptionError(f"{len(before):,} points cannot move to {len(after):,} places; give as many of both.")
        shades = (
            Shades.none() if codes is None or palette is None else checked_codes(len(before), codes, palette, alphas)
        )
        way = Way(before, after, float(min(max(t, 0.0), 1.0)), shades)
        self._paint_source(way, Look(viewport, style or style_for(len(before)), color, len(shades.table) > 0), out)
        return out

    def paint_solid(
        self,
        points: FloatArray,
        camera: Camera,
        width: int,
        height: int,
        *,
        style: Style | None = None,
        color: Color = REST,
        codes: CodeArray | None = None,
        palette: ByteArray | None = None,
        alphas: FloatArray | None = None,
        out: ByteArray | None = None,
    ) -> ByteArray:
        """Draw `points` float32 (n, 3) as `camera` sees them on `width` x `height` pixels; else as `paint`.

        What is nearer has more ink and, where discs are drawn, larger ones: see `depth_table`.
        """
        viewport = Viewport(0, width, 0, height, width, height)
        points, out = checked_solid(points), checked_picture(out, viewport)
        shades = (
            Shades.none() if codes is None or palette is None else checked_codes(len(points), codes, palette, alphas)
        )
        style = style or style_for(len(points))
        seen = InSpace(points, camera, viewport.width, viewport.height, shades, style.splat)
        self._paint_source(seen, Look(viewport, style, color, len(shades.table) > 0), out)
        return out

    def lay_over(
        self, pixels: ByteArray, stamps: PixelArray, table: RowArray, places: RowArray, strengths: RowArray
    ) -> None:
        """Lay small pictures over a large one; see `laying.lay_over`."""

        def lay(top: int, bottom: int) -> None:
            lay_over(pixels[top:bottom], stamps, table, places - (0, top), strengths)

        self._at_once(lay, self._bands(len(pixels)) if len(table) > _FEW_STAMPS else [(0, len(pixels))])

    def _paint_source(self, source: Source, look: Look, out: ByteArray) -> None:
        if not is_compiled():
            plain.draw(source.batches(0, len(source)), look, out, source.growths)
            return
        shared = SharedDrawing(source, look, out)
        shared.share(self._buffers(shared.ink_size))
        self._at_once(shared.draw_share, [(share,) for share in range(self._n_threads)])
        self._at_once(shared.tone_band, self._bands(look.viewport.height))

    def _paint_tiles(
        self, tiles: Tiles, tints: Tints | None, look: Look, out: ByteArray, meanwhile: Callable[[], None]
    ) -> None:
        if not is_compiled():
            meanwhile()
            plain.draw(entries_of(tiles, tints, look), look, out)
            return
        level = tiles.level_for(look.viewport, look.cell_px)
        if tints is not None:
            tints.shares_of(level, self._at_once, self._n_threads)
        banded = BandedDrawing(tiles, level, tints, look, out)
        inks = self._buffers(banded.ink_size)

        def draw(worker: int) -> None:
            banded.draw(inks[worker], self._workspaces[worker])

        self._at_once(draw, [(worker,) for worker in range(min(self._n_threads, banded.n_bands))], meanwhile)

    def close(self) -> None:
        """End the threads; the next picture would start them again."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown()

    def _bands(self, height: int) -> list[tuple[int, int]]:
        """The rows of a picture, first and last, in a band for each thread."""
        return list(itertools.pairwise(height * band // self._n_threads for band in range(self._n_threads + 1)))

    def _buffers(self, size: int) -> FloatArray:
        if self._ink.size < size * self._n_threads:
            self._ink = np.empty(size * self._n_threads, np.float32)
        return self._ink[: size * self._n_threads].reshape(self._n_threads, size)

    def _at_once(
        self,
        draw: Callable[..., None],
        parts: Sequence[tuple[int, ...]],
        meanwhile: Callable[[], None] | None = None,
    ) -> None:
        """Draw all parts, some on this thread, which may do something else before."""
        waiting, has_begun = iter(parts), threading.Event()

        def work() -> None:
            has_begun.set()
            for part in waiting:
                draw(*part)

        n_others = min(self._n_threads, len(parts)) - 1
        if n_others > 0 and self._pool is None:
            self._pool = ThreadPoolExecutor(self._n_threads - 1, thread_name_prefix="painter")
        others = [self._pool.submit(work) for _ in range(n_others)] if self._pool is not None else []
        try:
            if meanwhile is not None:
                if others:  # they need Python's lock for a moment, which this thread will not give away soon
                    has_begun.wait(_WAKES_WITHIN_S)
                meanwhile()
            work()
        finally:
            for other in others:
                other.result()

    def __enter__(self) -> Painter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def entries_of(tiles: Tiles, tints: Tints | None, look: Look) -> list[Entries]:
    """What a picture of tiles draws: the entries of its level, and the points far out."""
    found, drawn = [], tiles.level_for(look.viewport, look.cell_px)
    for level, runs in (drawn, np.array([[0, len(drawn)]])), (tiles.levels[0], outliers(tiles)):
        shades = Shades.none() if tints is None else tints.shades_of(level)
        box = tiles.box_px(level, look.viewport)
        found.append(Entries(level.places, level.starts, shades, runs, box=box))
    return found


def paint(
    points: FloatArray | Tiles,
    viewport: Viewport,
    *,
    style: Style | None = None,
    color: Color = REST,
    codes: CodeArray | None = None,
    palette: ByteArray | None = None,
    tints: Tints | None = None,
    out: ByteArray | None = None,
) -> ByteArray:
    """Draw one picture on this thread; see `Painter.paint`."""
    painter = Painter(n_threads=1)
    return painter.paint(points, viewport, style=style, color=color, codes=codes, palette=palette, tints=tints, out=out)
