"""Explore embedding spaces: open vectors, see them, ask for neighbours.

space = embedviz.open("glove.6B.300d.txt")
space.neighbors("king - man + woman")
embedviz.explore(space)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence

    from embedviz.errors import EmbedvizError
    from embedviz.progress import Progress
    from embedviz.space.answer import Answer
    from embedviz.space.embedding_space import EmbeddingSpace
    from embedviz.space.projection import Projection
    from embedviz.space.source import Note
    from embedviz.training import Lines
    from embedviz.views.main_window import MainWindow

    __version__: str

__all__ = [
    "Answer",
    "EmbeddingSpace",
    "EmbedvizError",
    "Projection",
    "__version__",
    "explore",
    "open",
    "project",
    "sample",
    "save",
    "train",
]

_HOMES = {
    "Answer": "embedviz.space.answer",
    "EmbeddingSpace": "embedviz.space.embedding_space",
    "EmbedvizError": "embedviz.errors",
    "Projection": "embedviz.space.projection",
}


def open(
    path: str | os.PathLike[str],
    *,
    labels: str | os.PathLike[str] | None = None,
    metadata: str | os.PathLike[str] | None = None,
    vector_column: str | None = None,
    label_column: str | None = None,
    metadata_columns: Sequence[str] | None = None,
    partial: bool = False,
    sample: int | None = None,
    seed: int = 0,
    on_progress: Callable[[Progress], object] | None = None,
) -> EmbeddingSpace:
    """Open a file of vectors, in any format, found by its content, or a bundled sample as `sample:NAME`.

    `labels` and `metadata` name files beside the vectors; `vector_column` and `label_column` name columns of a table
    (`x1..x300` a set of number columns), `metadata_columns` those to keep; `partial` opens the whole rows before a
    damaged end; `sample` so many of the rows only, drawn at random with `seed`. Of a file that is slow to read our
    cache keeps a copy, written in the background, which is opened the next time. Raises InputError (FileAccessError,
    UnknownFormatError, ChoiceNeededError, FormatError, UnsafeFileError, MemoryPlanError) or OptionError.
    """
    from embedviz.errors import OptionError
    from embedviz.formats import copy_in_background, open_steps
    from embedviz.progress import finish

    if isinstance(path, str) and path.startswith("sample:"):
        if partial or any(
            option is not None for option in (labels, metadata, vector_column, label_column, metadata_columns, sample)
        ):
            raise OptionError("A bundled sample is opened as it is, whole and with its own labels; leave options out.")
        return _bundled(path.removeprefix("sample:"), on_progress=on_progress)
    steps = open_steps(
        path,
        labels=labels,
        metadata=metadata,
        vector_column=vector_column,
        label_column=label_column,
        partial=partial,
        metadata_columns=metadata_columns,
        sample=sample,
        seed=seed,
    )
    space = finish(steps, on_progress)
    copy_in_background(space)
    return space


def sample(name: str = "glove-10k", *, on_progress: Callable[[Progress], object] | None = None) -> EmbeddingSpace:
    """Open a bundled sample: `glove-10k` (words) or `digits` (scikit-learn's images); OptionError for other names."""
    from embedviz.formats import sample_steps
    from embedviz.progress import finish

    return finish(sample_steps(name), on_progress)


_bundled = sample  # `open` has an argument of that name


def project(
    space: EmbeddingSpace,
    method: str = "pca",
    *,
    n_components: int = 2,
    on_progress: Callable[[Progress], object] | None = None,
) -> Projection:
    """Project all items: `.points` is (n_items, n_components), unscaled scores; OptionError for bad options."""
    from embedviz.progress import finish
    from embedviz.projection import project_steps

    return finish(project_steps(space, method, n_components=n_components), on_progress)


def save(
    space: EmbeddingSpace,
    path: str | os.PathLike[str],
    *,
    overwrite: bool = False,
    projection: Projection | None = None,
    on_progress: Callable[[Progress], object] | None = None,
) -> tuple[Note, ...]:
    """Save `space` in the format of the suffix of `path`, whole or not at all; notes say what the format left out.

    The coordinates of a `projection` become the columns x, y[, z] where the format holds metadata.

    Raises OutputError if the file exists and `overwrite` is False, or if the format cannot hold the space.
    """
    from embedviz.formats import save_steps
    from embedviz.progress import finish

    return finish(save_steps(space, path, overwrite=overwrite, projection=projection), on_progress)


def train(
    path: str | os.PathLike[str],
    *,
    algorithm: str = "skip-gram",
    n_dims: int = 100,
    window: int = 5,
    epochs: int = 5,
    min_count: int = 5,
    max_vocabulary: int | None = None,
    negatives: int = 5,
    learning_rate: float = 0.025,
    subsample: float = 1e-3,
    seed: int = 1,
    n_threads: int | None = None,
    lines: Lines = "auto",
    column: str | None = None,
    on_progress: Callable[[Progress], object] | None = None,
) -> EmbeddingSpace:
    """Train a space on a text, a folder of .txt files, the text `column` of a table, or `sample:small-world`.

    `space.source.run.epochs` holds a record per epoch, and `on_progress` gets it as `step.partial`. The same seed gives
    the same vectors below two million tokens. Raises InputError for a text that cannot be used, OptionError.
    """
    from embedviz.progress import finish
    from embedviz.training import TrainingOptions, train_steps

    options = TrainingOptions(
        algorithm=algorithm,
        n_dims=n_dims,
        window=window,
        epochs=epochs,
        min_count=min_count,
        max_vocabulary=max_vocabulary,
        negatives=negatives,
        learning_rate=learning_rate,
        subsample=subsample,
        seed=seed,
        n_threads=n_threads,
        lines=lines,
    )
    return finish(train_steps(path, options, column=column), on_progress)


def explore(space: EmbeddingSpace | None = None, *, block: bool = True) -> MainWindow:
    """Show `space`, or the bundled sample, in a window and return it; its `session` and `operations` are public.

    `block=False` returns at once and, under IPython, joins its Qt loop. Raises OptionError for what is
    no space, MissingLibraryError or DisplayError where no window can open.
    """
    from embedviz.errors import OptionError
    from embedviz.qt_libraries import require_window

    if space is not None:
        from embedviz.space.embedding_space import EmbeddingSpace

        if not isinstance(space, EmbeddingSpace):
            raise OptionError(
                f"explore() shows a space, not a {type(space).__name__}; open a file with embedviz.open(path) first."
            )
    require_window()
    from embedviz.views import launch

    return launch.explore(space, block=block)


def __getattr__(name: str) -> Any:
    import importlib

    if name == "__version__":
        metadata = importlib.import_module("importlib.metadata")
        try:
            return metadata.version("embedviz")
        except metadata.PackageNotFoundError:  # run from a checkout that is not installed
            return "unknown"
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'embedviz' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
