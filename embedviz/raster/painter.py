"""The painter: points to a picture, by compiled kernels on a few threads where they are ready, by numpy until then."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType

import numpy as np

from embedviz import kernels
from embedviz.raster import plain
from embedviz.raster.drawing import Color, Drawing, checked_codes, checked_picture, checked_points
from embedviz.raster.picking import COMPILED, count_in_view
from embedviz.raster.shares import SharedDrawing
from embedviz.raster.style import Style, style_for
from embedviz.raster.viewport import Viewport
from embedviz.space.arrays import ByteArray, CodeArray, FloatArray

REST: Color = (0x7C, 0x8D, 0xA3)


class Painter:
    """Draws points again and again: keeps its buffers and, once needed, further threads until `close()`.

    One thread at a time may call it.
    """

    def __init__(self, *, n_threads: int | None = None) -> None:
        self._n_threads = n_threads or min(2, os.cpu_count() or 1)
        self._pool: ThreadPoolExecutor | None = None
        self._ink = np.empty(0, np.float32)

    def paint(
        self,
        points: FloatArray,
        viewport: Viewport,
        *,
        style: Style | None = None,
        color: Color = REST,
        codes: CodeArray | None = None,
        palette: ByteArray | None = None,
        out: ByteArray | None = None,
    ) -> ByteArray:
        """Draw `points` float32 (n, 2); returns premultiplied B, G, R, A uint8 (height, width, 4).

        Points add ink in any order; where a pixel has ink w, alpha is 1 - (1 - opacity)**w. With `codes` int32 (n,)
        into `palette` uint8 (m, 3) a pixel has the mean colour of its ink, taken in linear light; codes outside
        0..m-1, as -1 for a missing value, take the palette's last row. Points that are not finite are not drawn.
        Without `style` it follows the number in view. `out` is drawn into and returned where given. Raises OptionError
        where shapes do not fit.
        """
        points, out = checked_points(points), checked_picture(out, viewport)
        coded = None if codes is None or palette is None else checked_codes(len(points), codes, palette)
        style = style or style_for(count_in_view(points, viewport))
        drawing = Drawing(points, viewport, style, color, coded)
        compiled = kernels.loaded(COMPILED)
        if compiled is None:
            plain.draw(drawing, out)
        else:
            n_numbers = viewport.width * viewport.height * (1 if coded is None else 4)
            shared = SharedDrawing(compiled, drawing, self._buffers(n_numbers), out)
            self._at_once(shared.draw_share, [(share,) for share in range(self._n_threads)])
            edges = [viewport.height * band // self._n_threads for band in range(self._n_threads + 1)]
            self._at_once(shared.tone_band, list(itertools.pairwise(edges)))
        return out

    def close(self) -> None:
        """End the threads; the next picture would start them again."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown()

    def _buffers(self, size: int) -> FloatArray:
        if self._ink.size < size * self._n_threads:
            self._ink = np.empty(size * self._n_threads, np.float32)
        return self._ink[: size * self._n_threads].reshape(self._n_threads, size)

    def _at_once(self, draw: Callable[..., None], parts: Sequence[tuple[int, ...]]) -> None:
        """Draw all parts, the first on this thread."""
        if len(parts) > 1 and self._pool is None:
            self._pool = ThreadPoolExecutor(self._n_threads - 1, thread_name_prefix="painter")
        others = [self._pool.submit(draw, *part) for part in parts[1:]] if self._pool is not None else []
        try:
            draw(*parts[0])
        finally:
            for other in others:
                other.result()

    def __enter__(self) -> Painter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def paint(
    points: FloatArray,
    viewport: Viewport,
    *,
    style: Style | None = None,
    color: Color = REST,
    codes: CodeArray | None = None,
    palette: ByteArray | None = None,
    out: ByteArray | None = None,
) -> ByteArray:
    """Draw one picture on this thread; see `Painter.paint`."""
    painter = Painter(n_threads=1)
    return painter.paint(points, viewport, style=style, color=color, codes=codes, palette=palette, out=out)
