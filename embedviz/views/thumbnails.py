"""Pictures of items at the size they are shown, decoded in the background and kept for the next look."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QImage, QPixmap

from embedviz.jobs import Job, Jobs
from embedviz.session import Session
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.images import ImageColumn
from embedviz.space.table import Column
from embedviz.views.picture_decoding import Sheet, decode_steps

UNREADABLE = "picture cannot be read"
MOST_IMAGES = 48
MOST_WAITING = 8
LANE = "picture"

Key = tuple[str, int]


def image_columns(space: EmbeddingSpace) -> tuple[str, ...]:
    """The names of the columns that hold pictures."""
    return tuple(name for name, column in space.metadata.items() if column.kind == "image")


def pixels_image(column: Column, row: int) -> QImage | None:
    """The picture of a row of a column whose pixels are in memory; None where there is none."""
    if column.missing[row] or not isinstance(column.values, np.ndarray):
        return None
    pixels = np.ascontiguousarray(column.values[row])
    height, width = pixels.shape[:2]
    kind = QImage.Format.Format_Grayscale8 if pixels.ndim == 2 else QImage.Format.Format_RGB888
    return QImage(pixels.tobytes(), width, height, pixels.strides[0], kind).copy()


def fitted(image: QImage, side: int) -> QPixmap:
    """A picture in a square of `side` pixels: small ones enlarged without smoothing, large ones made smaller with."""
    is_larger = max(image.width(), image.height()) > side
    how = Qt.TransformationMode.SmoothTransformation if is_larger else Qt.TransformationMode.FastTransformation
    return QPixmap.fromImage(image).scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, how)


class Thumbnails(QObject):
    """Pictures of the open space's items. `pixmap` answers at once; `ready` tells the row of one that came later.

    One picture is decoded at a time, the newest wish first; the last images are kept, at most KEPT_SIDE pixels a side.
    """

    ready = Signal(int)

    def __init__(self, session: Session, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._jobs = jobs
        self._images: OrderedDict[Key, QImage | None] = OrderedDict()
        self._waiting: OrderedDict[Key, None] = OrderedDict()
        self._running: Key | None = None
        self._sheet = Sheet()
        session.space_changed.connect(self._on_space_changed)

    def columns(self) -> tuple[str, ...]:
        """The names of the open space's columns of pictures."""
        space = self._session.state.space
        return () if space is None else image_columns(space)

    def pixmap(self, row: int, size: int, column: str | None = None) -> QPixmap | None:
        """The picture of a row in a square of `size` pixels, from `column` or the first column of pictures.

        None where there is none, where it cannot be read (`problem` says so), and until it is decoded: `ready` tells.
        """
        found = self._column(row, column)
        if found is None:
            return None
        name, values = found
        key = (name, row)
        if key not in self._images:
            if isinstance(values.values, ImageColumn):
                self._wish(key)
                return None
            self._keep(key, pixels_image(values, row))
        self._images.move_to_end(key)
        image = self._images[key]
        return None if image is None else fitted(image, size)

    def problem(self, row: int, column: str | None = None) -> str:
        """Why a row has no picture although its column holds one: UNREADABLE, or "" where nothing is wrong."""
        found = self._column(row, column)
        is_known = found is not None and (found[0], row) in self._images
        return UNREADABLE if found is not None and is_known and self._images[found[0], row] is None else ""

    def _column(self, row: int, name: str | None) -> tuple[str, Column] | None:
        """The column to look into: the one named, else the first of pictures in which the row is not missing."""
        space = self._session.state.space
        if space is None or not 0 <= row < space.n_items:
            return None
        names = image_columns(space) if name is None else (name,)
        there = ((each, space.metadata[each]) for each in names if each in space.metadata)
        return next((found for found in there if found[1].kind == "image" and not found[1].missing[row]), None)

    def _wish(self, key: Key) -> None:
        if key != self._running:
            self._waiting[key] = None
            self._waiting.move_to_end(key)
            while len(self._waiting) > MOST_WAITING:
                self._waiting.popitem(last=False)
        if self._running is None:
            self._start_next()

    def _start_next(self) -> None:
        space = self._session.state.space
        while self._waiting and self._running is None and space is not None:
            key, _ = self._waiting.popitem()
            values = space.metadata[key[0]].values
            if isinstance(values, ImageColumn):
                self._running = key
                self._jobs.start(
                    LANE,
                    decode_steps(values, key[1], self._sheet),
                    title="Reading a picture",
                    context=key,
                    is_quiet=True,
                    on_success=self._on_decoded,
                    on_failure=self._on_decoded,
                )

    def _keep(self, key: Key, image: QImage | None) -> None:
        self._images[key] = image
        while len(self._images) > MOST_IMAGES:
            self._images.popitem(last=False)

    @Slot(object)
    def _on_decoded(self, job: Job) -> None:
        """A result of None, and any error of a decoder, is a picture that cannot be read."""
        self._keep(job.context, job.result)
        self._running = None
        self._start_next()
        self.ready.emit(job.context[1])

    @Slot()
    def _on_space_changed(self) -> None:
        self._jobs.cancel(LANE)
        self._images.clear()
        self._waiting.clear()
        self._running = None
        self._sheet = Sheet()
