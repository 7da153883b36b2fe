"""The File menu: open, choose the columns of a table, open a sample, add metadata, save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from embedviz import formats
from embedviz.errors import ChoiceNeededError, InputError, MemoryPlanError
from embedviz.formats.adding import Addition, add_metadata_steps
from embedviz.jobs import Job, Jobs
from embedviz.operations.background import in_background
from embedviz.operations.base import Message, SampleOffer
from embedviz.operations.caching import CachingOperations
from embedviz.operations.exporting import ExportingOperations
from embedviz.operations.importing import Chosen, ImportRequest, name_pattern
from embedviz.progress import Progress, Steps, within
from embedviz.projection import project_steps
from embedviz.raster.plane import plane_points
from embedviz.session import Session, View
from embedviz.space.answer import Answer, ask
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.projection import Projection

FIRST_SAMPLE = "glove-10k"
FIRST_QUESTION = "river"
SHARE_OF_READING = 0.85
KEEP_AFTER_SECONDS = 2.0  # the window draws and answers first
MOST_COMPONENTS = 10

Opened = tuple[EmbeddingSpace, Projection, Answer | None]


@dataclass(frozen=True)
class Opening:
    """What a job opens: its path (None where several files were dropped, or none is there), and how it was asked."""

    path: Path | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    dropped: tuple[Path, ...] = ()
    remark: str = ""
    chosen: Chosen | None = None


def open_and_project(
    reading: Steps[EmbeddingSpace], question: str | None = None, *, metric: str = "cosine", k: int = 10
) -> Steps[Opened]:
    """Read a space, project it by PCA, and answer a first question, as one piece of work."""
    space = yield from within(reading, 0.0, SHARE_OF_READING)
    yield Progress(SHARE_OF_READING, f"Measuring {space.n_items:,} vectors")
    space.prepare()
    projecting = project_steps(space, "pca", n_components=min(MOST_COMPONENTS, space.n_dims))
    projection = yield from within(projecting, SHARE_OF_READING, 1.0)
    plane_points(projection)
    yield Progress(1.0, f"Opened {space.source.name}")
    return space, projection, ask(space, question, k, metric=metric) if question else None


class FileOperations(CachingOperations, ExportingOperations):
    """Open and save spaces; `choice_needed` carries the ImportRequest of a table whose columns are to be chosen."""

    choice_needed = Signal(object)

    def __init__(self, session: Session, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(session, jobs, parent)
        self._chosen: dict[str, Chosen] = {}

    def open_file(self, path: str | Path, **options: Any) -> None:
        """Open a file, `sample:NAME` or `run:NAME[@EPOCH]`, in the place of the open space once it is complete."""
        text = str(path)
        if text.startswith("sample:"):
            self.open_sample(text.removeprefix("sample:"))
            return
        if text.startswith(formats.RUN_PREFIX):
            self.open_run(text.removeprefix(formats.RUN_PREFIX))
            return
        self._open_path(Opening(Path(path), options))

    def open_dropped(self, paths: Sequence[str]) -> None:
        """Open the first of several dropped files that is a space, and say how many were left aside."""
        if len(paths) == 1:
            self.open_file(paths[0])
        elif paths:
            files = tuple(Path(path) for path in paths)
            self._open(_first_space(files), title=f"Opening {files[0].name}", opening=Opening(dropped=files))

    def open_with_choices(self, path: str | Path) -> None:
        """Look into a table and ask for its columns, even where they are clear; what is no table is opened."""
        self.jobs.start(
            "load",
            formats.inspect_steps(Path(path)),
            title=f"Looking into {Path(path).name}",
            context=Path(path),
            on_success=self._on_inspected,
            on_failure=self._on_job_failed,
        )

    def open_chosen(self, request: ImportRequest, chosen: Chosen) -> Job:
        """Open a table with the columns that were chosen; they are remembered for files of that name's kind."""
        return self._open_path(Opening(request.path, {**request.options, **chosen.options()}, chosen=chosen))

    def add_metadata(self, path: str | Path, *, label_column: str | None = None) -> None:
        """Join a table to the open space, by row or by label; its vectors and projection stay."""
        space = self.session.state.space
        if space is None:
            self.say("There is no open space to add metadata to. Open a file first.")
            return
        self.jobs.start(
            "metadata",
            add_metadata_steps(space, path, label_column=label_column),
            title=f"Adding {Path(path).name}",
            context=space,
            on_success=self._on_metadata_added,
            on_failure=self._on_job_failed,
        )

    def open_sample(self, name: str = FIRST_SAMPLE) -> None:
        """Open a bundled sample; the first one arrives with a question already asked."""
        question = FIRST_QUESTION if name == FIRST_SAMPLE else None
        self._open(formats.sample_steps(name), title=f"Opening the sample {name}", question=question)

    def open_run(self, name: str) -> None:
        """Open a kept training after its last epoch, or as `NAME@EPOCH` after another."""
        self._open(formats.named_run_steps(name), title=f"Opening the training {name}")

    def open_offered(self, offer: SampleOffer) -> None:
        """Open a random sample of a file that does not fit into memory."""
        self._open_path(Opening(offer.path, {**offer.options, "sample": offer.n_rows}))

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

    def _open_path(self, opening: Opening) -> Job:
        assert opening.path is not None, "one file is opened"
        reading = formats.open_steps(opening.path, **opening.options)
        return self._open(reading, title=f"Opening {opening.path.name}", opening=opening)

    def _open(
        self,
        reading: Steps[EmbeddingSpace],
        *,
        title: str,
        question: str | None = None,
        opening: Opening = Opening(),
    ) -> Job:
        view = self.session.state.view
        return self.jobs.start(
            "load",
            open_and_project(reading, question, metric=view.metric, k=view.k),
            title=title,
            context=opening,
            on_success=self._on_opened,
            on_failure=self._on_not_opened,
        )

    @Slot(object)
    def _on_not_opened(self, job: Job) -> None:
        error, opening = job.error, job.context
        if isinstance(error, ChoiceNeededError) and isinstance(error.contents, formats.Contents):
            path = opening.path or error.path
            if path is not None and self._ask_or_remember(path, error.contents, opening, str(error)):
                return
        if isinstance(error, MemoryPlanError) and error.sample and opening.path is not None:
            offer = SampleOffer(opening.path, error.sample, opening.options)
            self.said.emit(Message("error", str(error), offer=offer))
            return
        self._on_job_failed(job)

    def _ask_or_remember(self, path: Path, contents: formats.Contents, opening: Opening, reason: str) -> bool:
        """Ask for the columns of a table, or open it as one of its kind was opened before; False if neither helps."""
        if opening.chosen is not None or "vector_column" in opening.options:
            return False
        before = self._chosen.get(name_pattern(path))
        if before is not None and before.fits(contents):
            remark = f"Its vectors are “{before.vector}”, as chosen before; “Open with choices” asks again."
            self._open_path(Opening(path, {**opening.options, **before.options()}, opening.dropped, remark, before))
        else:
            self.choice_needed.emit(ImportRequest(path, contents, reason, None, opening.options))
        return True

    @Slot(object)
    def _on_inspected(self, job: Job) -> None:
        path, contents = job.context, job.result
        if any(column.is_vector_candidate for column in contents.columns):
            before = self._chosen.get(name_pattern(path))
            fitting = before if before is not None and before.fits(contents) else None
            self.choice_needed.emit(ImportRequest(path, contents, before=fitting))
        else:
            remark = f"{contents.format} has no columns to choose from."
            self._open_path(Opening(path, remark=remark))

    @Slot(object)
    def _on_opened(self, job: Job) -> None:
        space, projection, answer = job.result
        opening = job.context
        if opening.chosen is not None and opening.path is not None:
            self._chosen[name_pattern(opening.path)] = opening.chosen
        self._show(space, projection, answer)
        self._keep(space)
        aside = _left_aside(opening.dropped, space)
        self.say(" ".join([opened_sentence(space), *([opening.remark] if opening.remark else []), *aside]))

    def _keep(self, space: EmbeddingSpace) -> None:
        """In the background, keep what was slow to read for the next time, and check what was kept before."""
        self.jobs.start(
            "keep",
            in_background(formats.keep_steps(space), after_seconds=KEEP_AFTER_SECONDS),
            title=f"Keeping {space.source.name}",
            is_quiet=True,
            on_success=self._on_kept,
            on_failure=self._on_job_failed,
        )

    @Slot(object)
    def _on_kept(self, job: Job) -> None:
        for note in job.result:
            if note.kind == "cache_dropped":
                self.say(note.text)

    @Slot(object)
    def _on_metadata_added(self, job: Job) -> None:
        addition: Addition = job.result
        before: EmbeddingSpace = job.context
        state = self.session.state
        if state.space is not before:
            return
        has_its_labels = addition.space.labels is before.labels
        self.session.replace(space=addition.space, answer=state.answer if has_its_labels else None)
        self.say(" ".join([_added_sentence(addition), *(note.text for note in addition.notes)]))

    def _show(self, space: EmbeddingSpace, projection: Projection, answer: Answer | None) -> None:
        """Put another space in the place of the open one."""
        for lane in ("project", "query", "analyse", "metadata"):
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
    sampled = next((f"{note.text} " for note in space.notes if note.kind == "sample"), "")
    unseen = len(space.nonfinite_rows)
    if unseen:
        seen = f"{space.n_items - unseen:,} of {space.n_items:,} items"
        ready = f"Ready. {seen} are searched and drawn; {unseen:,} {'is' if unseen == 1 else 'are'} not finite."
    ready = sampled + ready
    return (
        ready
        if not space.notes
        else f"{ready} {len(space.notes)} import note{'s'[: len(space.notes) > 1]} in the panel."
    )


def _added_sentence(addition: Addition) -> str:
    """How many columns were added, and how many took the place of others."""
    n_new = len(addition.added) - len(addition.replaced)
    parts = [f"{n_new:,} metadata column{'s'[: n_new != 1]} added"] if n_new or not addition.replaced else []
    parts += [f"{len(addition.replaced):,} replaced ({', '.join(addition.replaced[:6])})"] if addition.replaced else []
    return f"{', '.join(parts)}; Undo takes them away."


def _already(space: EmbeddingSpace) -> Steps[EmbeddingSpace]:
    yield Progress(0.0, f"Projecting {space.source.name}")
    return space


def _first_space(files: Sequence[Path]) -> Steps[EmbeddingSpace]:
    """Read the first of some files that is a space; if none is, the error is that of the first."""
    first_error: InputError | None = None
    for file in files:
        try:
            return (yield from formats.open_steps(file))
        except ChoiceNeededError as error:  # it is a space, once its columns are chosen
            raise ChoiceNeededError(str(error), error.contents, file) from error
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
