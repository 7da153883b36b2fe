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

    from embedviz.analysis.movement import Movement
    from embedviz.analysis.over_time import NeighborsOverTime
    from embedviz.errors import EmbedvizError
    from embedviz.formats import KeptRun
    from embedviz.kept_trainings import resume, runs, trace
    from embedviz.progress import Progress
    from embedviz.space.answer import Answer
    from embedviz.space.embedding_space import EmbeddingSpace
    from embedviz.space.projection import Projection
    from embedviz.space.source import Note
    from embedviz.training import Evidence, Lines
    from embedviz.training.line_space import Unit
    from embedviz.training.next_word_model import NextWordModel
    from embedviz.training.sweep import Sweep
    from embedviz.training.word_weights import Weighting
    from embedviz.views.main_window import MainWindow

    __version__: str

__all__ = [
    "Answer",
    "EmbeddingSpace",
    "EmbedvizError",
    "Evidence",
    "KeptRun",
    "Movement",
    "NeighborsOverTime",
    "NextWordModel",
    "Projection",
    "Sweep",
    "__version__",
    "evidence",
    "explore",
    "lines",
    "moved",
    "next_words",
    "open",
    "project",
    "resume",
    "runs",
    "sample",
    "save",
    "sweep",
    "trace",
    "train",
]

_HOMES = {
    "Answer": "embedviz.space.answer",
    "EmbeddingSpace": "embedviz.space.embedding_space",
    "EmbedvizError": "embedviz.errors",
    "Evidence": "embedviz.training",
    "KeptRun": "embedviz.formats",
    "Movement": "embedviz.analysis.movement",
    "NeighborsOverTime": "embedviz.analysis.over_time",
    "NextWordModel": "embedviz.training.next_word_model",
    "Projection": "embedviz.space.projection",
    "Sweep": "embedviz.training.sweep",
    "resume": "embedviz.kept_trainings",
    "runs": "embedviz.kept_trainings",
    "trace": "embedviz.kept_trainings",
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

    `run:NAME` is a kept training after its last epoch, `run:NAME@EPOCH` after another (0 is before training).

    `labels` and `metadata` name files beside the vectors; `vector_column` and `label_column` name columns of a table
    (`x1..x300` a set of number columns), `metadata_columns` those to keep; `partial` opens the whole rows before a
    damaged end; `sample` so many of the rows only, drawn at random with `seed`. Of a file that is slow to read our
    cache keeps a copy, written in the background, which is opened the next time. Raises InputError (FileAccessError,
    UnknownFormatError, ChoiceNeededError, FormatError, UnsafeFileError, MemoryPlanError) or OptionError.
    """
    from embedviz.errors import OptionError
    from embedviz.formats import RUN_PREFIX, copy_in_background, named_run_steps, open_steps
    from embedviz.progress import finish

    if isinstance(path, str) and path.startswith(("sample:", RUN_PREFIX)):
        if partial or any(
            option is not None for option in (labels, metadata, vector_column, label_column, metadata_columns, sample)
        ):
            what = "kept training" if path.startswith(RUN_PREFIX) else "bundled sample"
            raise OptionError(f"A {what} is opened as it is, whole and with its own labels; leave options out.")
        if path.startswith(RUN_PREFIX):
            return finish(named_run_steps(path), on_progress)
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
    n_dims: int | None = None,
    window: int = 5,
    epochs: int | None = None,
    min_count: int = 5,
    max_vocabulary: int | None = None,
    negatives: int = 5,
    learning_rate: float | None = None,
    subsample: float = 1e-3,
    seed: int = 1,
    n_threads: int | None = None,
    lines: Lines = "auto",
    column: str | None = None,
    start: EmbeddingSpace | None = None,
    on_progress: Callable[[Progress], object] | None = None,
) -> EmbeddingSpace:
    """Train a space on a text, a folder of .txt files, the text `column` of a table, or `sample:small-world`.

    `space.source.run.epochs` holds a record per epoch, and `on_progress` gets it as `step.partial`. The same seed gives
    the same vectors below two million tokens. `n_dims` is 100, or that of the space `start`, with whose vectors the
    training goes on: words that it does not hold begin at random, those that are not in the text stay as they are.
    `epochs` are 5 and `learning_rate` 0.025, or what suits another algorithm: 0.05 for cbow, 15 and 0.1 for glove.
    Raises InputError for a text that cannot be used, OptionError.
    """
    from embedviz.progress import finish
    from embedviz.training import suited_options, train_steps

    usual = 100 if start is None else start.n_dims
    options = suited_options(
        algorithm,
        n_dims=usual if n_dims is None else n_dims,
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
    return finish(train_steps(path, options, column=column, onto=start), on_progress)


def sweep(
    path: str | os.PathLike[str],
    name: str,
    values: Sequence[float],
    *,
    seeds: int = 1,
    judge_by: Sequence[str | os.PathLike[str]] = (),
    column: str | None = None,
    on_progress: Callable[[Progress], object] | None = None,
    **options: Any,
) -> Sweep:
    """Train on a text once for each value of the option `name` and each of so many seeds; keeps figures, no vectors.

    `.points` holds a SweepPoint for each, which `on_progress` gets as `step.partial`: `value`, `seed`, `heldout_loss`,
    `accuracy`, `seconds`, and `figures` by the files `judge_by` (word pairs or analogies) and, for the small world, by
    what is planted there. `options` are others of `train`; `.remark` says what can be compared. Raises as `train` does.
    """
    from pathlib import Path

    from embedviz.analysis.sweep_quality import measure_for
    from embedviz.progress import finish
    from embedviz.training import suited_options
    from embedviz.training.sweep import sweep_steps

    measure = measure_for(path, [Path(file) for file in judge_by])
    asked = suited_options(**options)
    return finish(sweep_steps(path, asked, name, values, seeds=seeds, measure=measure, column=column), on_progress)


def moved(
    before: EmbeddingSpace,
    after: EmbeddingSpace,
    noise: EmbeddingSpace | None = None,
    *,
    k: int = 10,
    on_progress: Callable[[Progress], object] | None = None,
) -> Movement:
    """Tell which words moved between two spaces: how many of its `k` nearest neighbours each shared word kept.

    `noise` is a second `after`, trained by another seed: the words are ranked by what they lost beyond what two seeds
    differ in. `.words(20)` are those that moved most, `.summary` is a sentence. Raises InputError for fewer than three
    shared words, OptionError.
    """
    from embedviz.analysis.movement import movement_steps
    from embedviz.progress import finish

    return finish(movement_steps(before, after, noise=noise, k=k), on_progress)


def evidence(
    space: EmbeddingSpace,
    word: str,
    other: str,
    *,
    n_lines: int = 20,
    n_contexts: int = 30,
    on_progress: Callable[[Progress], object] | None = None,
) -> Evidence:
    """Look into the text a space was trained on for why two of its words are near; reads the text anew.

    `.counts`, `.n_together`, `.n_expected` and `.pmi` (nats) say how often they stand together, `.contexts` which words
    stand near both, `.lines` where; `.summary` is a sentence. Raises UnknownItemError, OptionError, and InputError for
    a space that was not trained here, or a text that is not there or was changed since.
    """
    from embedviz.progress import finish
    from embedviz.training import evidence_steps

    return finish(evidence_steps(space, word, other, n_lines=n_lines, n_contexts=n_contexts), on_progress)


def next_words(
    corpus: str | os.PathLike[str],
    *,
    context: int = 3,
    n_dims: int = 32,
    n_hidden: int = 64,
    epochs: int = 5,
    learning_rate: float = 0.03,
    max_vocabulary: int = 5_000,
    max_tokens: int = 2_000_000,
    seed: int = 1,
    lines: Lines = "auto",
    column: str | None = None,
    on_progress: Callable[[Progress], object] | None = None,
) -> NextWordModel:
    """Train a small network that foretells the next word, on a text as `train` reads it; it knows only that text.

    `model.predict(prompt)` holds each stage with its numbers, `model.continue_text(prompt, 12, temperature=0.7)` the
    words it writes; `model.epochs` a record per epoch, which `on_progress` gets as `step.partial`, and
    `model.trigram_loss` what counting triples of words makes of the same held-out words. Raises InputError and
    OptionError.
    """
    from embedviz.progress import finish
    from embedviz.training.next_word_options import NextWordOptions
    from embedviz.training.next_words import next_word_steps

    options = NextWordOptions(
        context=context,
        n_dims=n_dims,
        n_hidden=n_hidden,
        epochs=epochs,
        learning_rate=learning_rate,
        max_vocabulary=max_vocabulary,
        max_tokens=max_tokens,
        seed=seed,
        lines=lines,
    )
    return finish(next_word_steps(corpus, options, column=column), on_progress)


def lines(
    space: EmbeddingSpace,
    path: str | os.PathLike[str],
    *,
    unit: Unit = "line",
    weighting: Weighting = "mean",
    column: str | None = None,
    on_progress: Callable[[Progress], object] | None = None,
) -> EmbeddingSpace:
    """Make a space whose items are the lines of a text, each pooled from the vectors of its words in `space`.

    `unit` is `line` or `paragraph` (up to a blank line); `weighting` is `mean`, or `frequency`: a / (a + p) for a word
    of probability p (SIF), which needs a column `count`. `path` is what `train` takes. Typed words and sentences are
    pooled alike, so `neighbors("a whole sentence")` finds the nearest lines. Raises InputError, OptionError.
    """
    from embedviz.progress import finish
    from embedviz.training.line_space import line_space_steps

    return finish(line_space_steps(space, path, unit=unit, weighting=weighting, column=column), on_progress)


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
