"""The File menu: open, open a sample, save."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Slot

from embedviz import formats
from embedviz.errors import InputError
from embedviz.jobs import Job
from embedviz.operations.base import OperationsBase
from embedviz.progress import Progress, Steps, within
from embedviz.projection import project_steps
from embedviz.session import View
from embedviz.space.answer import Answer, ask
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.projection import Projection

FIRST_SAMPLE = "glove-10k"
FIRST_QUESTION = "river"
SHARE_OF_READING = 0.85
MOST_COMPONENTS = 10

Opened = tuple[EmbeddingSpace, Projection, Answer | None]


def open_and_project(
    reading: Steps[EmbeddingSpace], question: str | None = None, *, metric: str = "cosine", k: int = 10
) -> Steps[Opened]:
    """Read a space, project it by PCA, and answer a first question, as one piece of work."""
    space = yield from within(reading, 0.0, SHARE_OF_READING)
    yield Progress(SHARE_OF_READING, f"Measuring {space.n_items:,} vectors")
    space.prepare()
    projecting = project_steps(space, "pca", n_components=min(MOST_COMPONENTS, space.n_dims))
    projection = yield from within(projecting, SHARE_OF_READING, 1.0)
    yield Progress(1.0, f"Opened {space.source.name}")
    return space, projection, ask(space, question, k, metric=metric) if question else None


class FileOperations(OperationsBase):
    """Open and save spaces."""

    def open_file(self, path: str | Path, **options: Any) -> None:
        """Open a file, or `sample:NAME`, in the place of the open space once it is complete."""
        text = str(path)
        if text.startswith("sample:"):
            self.open_sample(text.removeprefix("sample:"))
            return
        reading = formats.open_steps(Path(path), **options)
        self._open(reading, title=f"Opening {Path(path).name}")

    def open_dropped(self, paths: Sequence[str]) -> None:
        """Open the first of several dropped files that is a space, and say how many were left aside."""
        if len(paths) == 1:
            self.open_file(paths[0])
        elif paths:
            files = tuple(Path(path) for path in paths)
            self._open(_first_space(files), title=f"Opening {files[0].name}", dropped=files)

    def open_sample(self, name: str = FIRST_SAMPLE) -> None:
        """Open a bundled sample; the first one arrives with a question already asked."""
        question = FIRST_QUESTION if name == FIRST_SAMPLE else None
        self._open(formats.sample_steps(name), title=f"Opening the sample {name}", question=question)

    def open_space(self, space: EmbeddingSpace) -> None:
        """Show a space that is in memory already."""
        self._open(_already(space), title=f"Projecting {space.source.name}")

    def save_space(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write the open space to a file, in the format of its suffix."""
        space = self.session.state.space
        if space is None:
            self.say("There is no open space to save. Open a file first.")
            return
        self.jobs.start(
            "save",
            formats.save_steps(space, Path(path), overwrite=overwrite),
            title=f"Saving {Path(path).name}",
            context=Path(path),
            on_success=self._on_saved,
            on_failure=self._on_job_failed,
        )

    def _open(
        self, reading: Steps[EmbeddingSpace], *, title: str, question: str | None = None, dropped: tuple[Path, ...] = ()
    ) -> None:
        view = self.session.state.view
        self.jobs.start(
            "load",
            open_and_project(reading, question, metric=view.metric, k=view.k),
            title=title,
            context=dropped,
            on_success=self._on_opened,
            on_failure=self._on_not_opened,
        )

    @Slot(object)
    def _on_not_opened(self, job: Job) -> None:
        self._on_job_failed(job)

    @Slot(object)
    def _on_opened(self, job: Job) -> None:
        space, projection, answer = job.result
        self._show(space, projection, answer)
        self.say(" ".join([opened_sentence(space), *_left_aside(job.context, space)]))

    def _show(self, space: EmbeddingSpace, projection: Projection, answer: Answer | None) -> None:
        """Put another space in the place of the open one."""
        for lane in ("project", "query", "analyse"):
            self.jobs.cancel(lane)
        before = self.session.state.view
        view = View(mode=before.mode, metric=before.metric, k=before.k)
        self.session.replace(
            space=space, projection=projection, answer=answer, selection=None, coloring=None, view=view
        )

    @Slot(object)
    def _on_saved(self, job: Job) -> None:
        self.say(" ".join([f"Saved {job.context.name}.", *(note.text for note in job.result)]))


def opened_sentence(space: EmbeddingSpace) -> str:
    """What was opened, and how many notes the import made."""
    ready = f"Ready. All {space.n_items:,} items are searched and drawn."
    unseen = len(space.nonfinite_rows)
    if unseen:
        seen = f"{space.n_items - unseen:,} of {space.n_items:,} items"
        ready = f"Ready. {seen} are searched and drawn; {unseen:,} {'is' if unseen == 1 else 'are'} not finite."
    return (
        ready
        if not space.notes
        else f"{ready} {len(space.notes)} import note{'s'[: len(space.notes) > 1]} in the panel."
    )


def _already(space: EmbeddingSpace) -> Steps[EmbeddingSpace]:
    yield Progress(0.0, f"Projecting {space.source.name}")
    return space


def _first_space(files: Sequence[Path]) -> Steps[EmbeddingSpace]:
    """Read the first of some files that is a space; if none is, the error is that of the first."""
    first_error: InputError | None = None
    for file in files:
        try:
            return (yield from formats.open_steps(file))
        except InputError as error:
            first_error = first_error or error
    assert first_error is not None, "there is at least one file"
    raise first_error


def _left_aside(dropped: Sequence[Path], space: EmbeddingSpace) -> list[str]:
    """How many of the dropped files are neither the space nor belong to it."""
    used = {path.absolute() for path in (space.source.path, *space.source.companions) if path is not None}
    count = sum(path.absolute() not in used for path in dropped)
    return (
        [f"The other {f'{count} dropped files are' if count > 1 else 'dropped file is'} left aside."] if count else []
    )
