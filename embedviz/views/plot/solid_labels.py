"""Names in space: the frequent and the near come first, and what lies far behind fades."""

from __future__ import annotations

import math

import numpy as np

from embedviz.raster import Viewport
from embedviz.raster.landmarks import Landmarks
from embedviz.raster.solid import name_order
from embedviz.space.arrays import DoubleArray, RowArray
from embedviz.views.plot.labels_item import LabelsItem
from embedviz.views.plot.solid_camera import SolidCamera

MOST_LOOKED_AT = 16_000
FAINTEST = 0.2
FADES_FROM, GONE_AT = 0.1, -0.7


class SolidLabels(LabelsItem):
    """Places and draws names where a camera in space sees their items."""

    camera: SolidCamera

    def _others(self, viewport: Viewport, marked: RowArray, *, is_quiet: bool) -> RowArray:
        """Items in view that are worth a name: those named before, then the important ones."""
        if self.amount == "off" or self._names is None or not len(self._points):
            return np.zeros(0, np.int64)
        cell_px = self._spacing(is_quiet=is_quiet).cell_px
        rows = self._spread_out(cell_px)
        rows = rows[self._slots[rows] == 0]
        pixels, depths = self.camera.seen(self._points[rows])
        x, y = pixels[:, 0] - viewport.x_low, pixels[:, 1] - viewport.y_low
        seen = (x >= 0) & (x <= viewport.width) & (y >= 0) & (y <= viewport.height) & (depths > GONE_AT)
        order = np.argsort(name_order(rows[seen], depths[seen]), kind="stable")
        cells = np.floor(y[seen][order] / cell_px) * 1e4 + np.floor(x[seen][order] / cell_px)
        best = np.sort(np.unique(cells, return_index=True)[1])
        rows = rows[seen][order[best]]
        before = self._others_shown
        before = before[self.camera.seen(self._points[before])[1] > GONE_AT]
        rows = np.concatenate([before, rows])
        return self._names.labeled(rows[~np.isin(rows, marked)] if len(marked) else rows)

    def _strengths(self, rows: RowArray) -> DoubleArray | None:
        """How opaque the names of items are: less behind the middle of the cloud."""
        depths = self.camera.seen(self._points[rows])[1]
        share = (np.nan_to_num(depths, nan=-1.0) - GONE_AT) / (FADES_FROM - GONE_AT)
        strengths: DoubleArray = np.round(FAINTEST + (1 - FAINTEST) * np.clip(share, 0, 1), 2)
        return strengths

    def _spread_out(self, cell_px: float) -> RowArray:
        """Rows spread over the cloud, more of them the closer one looks; the first ones until landmarks are known."""
        landmarks: Landmarks | None = self._landmarks
        if landmarks is None:
            return np.arange(min(len(self._points), MOST_LOOKED_AT // 4), dtype=np.int64)
        across = max(landmarks.side * self.camera.lens.scale / cell_px, 1.0)
        level = min(math.ceil(math.log2(across)) + 1, len(landmarks.grids) - 1, int(math.log2(MOST_LOOKED_AT) / 2))
        rows = landmarks.grids[max(level, 0)].ravel()
        return np.sort(rows[rows < landmarks.n_items]).astype(np.int64)
