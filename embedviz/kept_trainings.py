"""Kept trainings in the public Python API: list them, go on with one, trace a word through its epochs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from embedviz.progress import Progress

if TYPE_CHECKING:
    from embedviz.analysis.over_time import NeighborsOverTime
    from embedviz.formats import KeptRun
    from embedviz.space.embedding_space import EmbeddingSpace


def runs() -> tuple[KeptRun, ...]:
    """The trainings that are kept, newest first: `.name`, `.title`, `.status`, `.run.epochs`, `.kept_epochs`.

    `embedviz.open("run:NAME")` opens one; an interrupted or stopped one goes on by `resume`.
    """
    from embedviz.formats import kept_runs

    return kept_runs()


def resume(name: str, on_progress: Callable[[Progress], object] | None = None) -> EmbeddingSpace:
    """Go on with a kept training that was cut short, from its last epoch, as `train` would have.

    Raises OptionError where it cannot go on, InputError where its text is gone or was changed since.
    """
    from embedviz.formats import RUN_PREFIX
    from embedviz.progress import finish
    from embedviz.training import resume_steps

    return finish(resume_steps(name.removeprefix(RUN_PREFIX)), on_progress)


def trace(
    run_name: str, word: str, k: int = 10, *, on_progress: Callable[[Progress], object] | None = None
) -> NeighborsOverTime:
    """Find the `k` nearest to a word by cosine after each kept epoch of a training; print it to read them.

    `.columns` holds an `.epoch`, its `.rows`, `.labels` and `.scores` each; `.is_new(i)` says which were not in the
    column before. Raises OptionError for a training that is not kept, UnknownItemError.
    """
    from embedviz.analysis.over_time import neighbors_over_time_steps
    from embedviz.formats import RUN_PREFIX, epochs_of
    from embedviz.progress import finish

    epochs = epochs_of(run_name.removeprefix(RUN_PREFIX))
    return finish(neighbors_over_time_steps(epochs, epochs.space().row(word), k), on_progress)
