"""Indexes of large spaces: built in the background, so that a first answer comes before every row was looked at."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from embedviz import formats
from embedviz.jobs import Jobs
from embedviz.operations.background import in_background
from embedviz.operations.base import OperationsBase
from embedviz.progress import Steps
from embedviz.session import Session
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.search_index import INDEXED_METRICS

WORTH_FLOATS = 60_000_000
"""A space of fewer numbers is searched, exactly, before an eye would see a first answer."""
AFTER_SECONDS = 3.0  # drawing is made ready first


class IndexingOperations(OperationsBase):
    """Keeps an index of the open space for the metric in use, where the space is large."""

    def __init__(self, session: Session, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(session, jobs, parent)
        session.space_changed.connect(self._index_soon)
        session.view_changed.connect(self._index_soon)

    def index_for(self, space: EmbeddingSpace, metric: str) -> bool:
        """Whether a first answer can come from an index now."""
        return space.vectors.size >= WORTH_FLOATS and metric in space.indexes

    @Slot()
    def _index_soon(self) -> None:
        state = self.session.state
        wanted = None if state.space is None else (state.space, state.view.metric)
        running = self.jobs.newest("index")
        if running is not None and running.context != wanted:
            self.jobs.cancel("index")
            running = None
        if wanted is None or running is not None:
            return
        space, metric = wanted
        if space.vectors.size < WORTH_FLOATS or metric in space.indexes or metric not in INDEXED_METRICS:
            return
        self.jobs.start(
            "index",
            in_background(_indexed(space, metric), after_seconds=AFTER_SECONDS),
            title=f"Indexing {space.source.name}",
            context=wanted,
            is_quiet=True,
            on_success=self._on_nothing_to_do,
            on_failure=self._on_job_failed,
        )


def _indexed(space: EmbeddingSpace, metric: str) -> Steps[None]:
    space.indexes[metric] = yield from formats.kept_index_steps(space, metric)
