"""Exports for other programs: the selection, the neighbours, the coordinates and the metadata, as a table."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Slot

from embedviz import formats
from embedviz.jobs import Job
from embedviz.operations.base import OperationsBase
from embedviz.progress import Progress, Steps, within
from embedviz.space.answer import Answer
from embedviz.space.arrays import RowArray
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.projection import Projection
from embedviz.space.source import Note

NOTHING_OPEN = "There is no open space to export from. Open a file first."


class ExportingOperations(OperationsBase):
    """Write tables as CSV, TSV or Parquet, by the suffix of the path."""

    def why_no_export(self, what: str) -> str:
        """What has to be done before `selection`, `neighbors`, `coordinates` or `metadata` can be exported, or ""."""
        state = self.session.state
        if state.space is None:
            return NOTHING_OPEN
        if what == "selection" and state.selection is None:
            return "Nothing is selected. Draw a rectangle (Ctrl+2) or a lasso (Ctrl+3) on the plot, then export."
        if what == "neighbors" and state.answer is None:
            return "There are no neighbours to export. Type a question or click an item first."
        if what == "coordinates" and state.projection is None:
            return "There are no coordinates yet. Wait until the projection stands, then export."
        if what == "metadata" and not len(state.space.metadata):
            return "The open space has no metadata. “Add metadata” in the File menu joins a table to it."
        return ""

    def export(self, what: str, path: str | Path, *, overwrite: bool = False) -> None:
        """Write one of `selection`, `neighbors`, `coordinates`, `metadata`; says what to do where there is none."""
        why_not = self.why_no_export(what)
        if why_not:
            self.say(why_not)
            return
        state, path = self.session.state, Path(path)
        assert state.space is not None, "there is something to export"
        if what == "neighbors":
            assert state.answer is not None, "there is something to export"
            steps = export_answer(state.answer, path, overwrite=overwrite)
        else:
            steps = export_items(
                state.space,
                path,
                rows=state.selection if what == "selection" else None,
                projection=None if what == "metadata" else state.projection,
                metadata=what != "coordinates",
                overwrite=overwrite,
            )
        self.jobs.start(
            "export",
            steps,
            title=f"Exporting {path.name}",
            context=path,
            on_success=self._on_exported,
            on_failure=self._on_job_failed,
        )

    @Slot(object)
    def _on_exported(self, job: Job) -> None:
        n_rows, notes = job.result
        said = f"Exported {n_rows:,} row{'s'[: n_rows != 1]} to {job.context.name}."
        self.say(" ".join([said, *(note.text for note in notes)]))


def export_items(
    space: EmbeddingSpace,
    path: Path,
    *,
    rows: RowArray | None = None,
    projection: Projection | None = None,
    metadata: bool = True,
    overwrite: bool = False,
) -> Steps[tuple[int, tuple[Note, ...]]]:
    """Write items of a space: row, label, coordinates, metadata; returns how many, and what a table cannot hold."""
    formats.check_output(path, overwrite=overwrite)
    yield Progress(None, f"Exporting {path.name}")
    table = formats.items_table(space, rows, projection, metadata=metadata)
    notes = yield from within(formats.export_steps(table, path, overwrite=overwrite), 0.0, 1.0)
    return table.n_rows, notes


def export_answer(answer: Answer, path: Path, *, overwrite: bool = False) -> Steps[tuple[int, tuple[Note, ...]]]:
    """Write an answer: rank, label, row, score, query, metric; returns how many neighbours, and the notes."""
    yield Progress(None, f"Exporting {path.name}")
    notes = yield from within(formats.export_steps(formats.answer_table(answer), path, overwrite=overwrite), 0.0, 1.0)
    return len(answer.rows), notes
