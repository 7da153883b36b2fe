"""Drawing: what the plot wants worked out before it can draw many items quickly, done in the background."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot

from embedviz.jobs import Job
from embedviz.operations.background import in_background
from embedviz.operations.evaluating import EvaluatingOperations
from embedviz.progress import finish
from embedviz.raster.landmarks import landmark_steps
from embedviz.raster.tiles import Tiles, tile_steps
from embedviz.space.arrays import FloatArray

AT_ONCE_UP_TO = 20_000
AFTER_SECONDS = 0.1  # the first picture, of unsorted points, comes before


class DrawingOperations(EvaluatingOperations):
    """Prepare points for drawing; the signals carry the points that were given, and what was made of them.

    It extends the evaluating operations because Qt finds signals in the first line of ancestors only.
    """

    tiles_made = Signal(object, object)
    landmarks_found = Signal(object, object)

    _tiles: tuple[object, Tiles] | None = None

    def prepare_drawing(self, points: FloatArray) -> None:
        """Sort the `points` (n, 2) that are shown, and find out which to name first; a few need no background work."""
        self._tiles = None
        if len(points) <= AT_ONCE_UP_TO:
            self.jobs.cancel("tiles")
            self.jobs.cancel("landmarks")
            self.landmarks_found.emit(points, finish(landmark_steps(points)))
            return
        state = self.session.state
        self.jobs.start(
            "tiles",
            in_background(tile_steps(points), after_seconds=AFTER_SECONDS),
            title="Sorting the plot",
            context=(points, (state.projection, state.view.axes[:2])),
            is_quiet=True,
            on_success=self._on_tiles_made,
            on_failure=self._on_job_failed,
        )
        self.jobs.start(
            "landmarks",
            in_background(landmark_steps(points), after_seconds=AFTER_SECONDS),
            title="Choosing which items to name",
            context=points,
            is_quiet=True,
            on_success=self._on_landmarks_found,
            on_failure=self._on_job_failed,
        )

    def _shown_points(self) -> FloatArray | Tiles | None:
        """The points of the plot, sorted where they have been."""
        state = self.session.state
        if self._tiles is not None and self._tiles[0] == (state.projection, state.view.axes[:2]):
            return self._tiles[1]
        return super()._shown_points()

    @Slot(object)
    def _on_tiles_made(self, job: Job) -> None:
        points, shown = job.context
        self._tiles = shown, job.result
        self.tiles_made.emit(points, job.result)

    @Slot(object)
    def _on_landmarks_found(self, job: Job) -> None:
        self.landmarks_found.emit(job.context, job.result)
