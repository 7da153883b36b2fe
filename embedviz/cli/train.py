"""`embedviz train CORPUS -o OUT`: learn a vector for each word of a text, watched epoch by epoch."""

from __future__ import annotations

import argparse
import math
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from embedviz.cli import opening, output
from embedviz.cli.console import complain, say, say_json, tell_watcher
from embedviz.cli.progress_line import ProgressLine

if TYPE_CHECKING:
    from embedviz.progress import Steps
    from embedviz.space.embedding_space import EmbeddingSpace
    from embedviz.space.run import EpochRecord
    from embedviz.training import TrainingOptions

NAME = "train"
HELP = "learn vectors from a text: skip-gram, with loss and accuracy for every epoch"

_INTERRUPTED = 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument(
        "corpus",
        metavar="CORPUS",
        help="a text (also .gz), a folder or .zip of .txt files, a table, or sample:small-world",
    )
    output.add_arguments(parser, help_text="the file to write; its suffix names the format")
    add = parser.add_argument
    add("--column", metavar="NAME", help="the column of a table (CSV, TSV, Parquet) that holds the text")
    add("--algorithm", metavar="A", default="skip-gram", help="how to learn (skip-gram)")
    add("--dims", metavar="N", type=opening.positive, default=100, help="numbers in a vector (100)")
    add("--window", metavar="N", type=opening.positive, default=5, help="words to each side that count as near (5)")
    add("--epochs", metavar="N", type=opening.positive, default=5, help="readings of the whole text (5)")
    add("--min-count", metavar="N", type=opening.positive, default=5, help="leave rarer words out (5)")
    add("--max-vocabulary", metavar="N", type=opening.positive, help="keep at most so many words (all)")
    add("--negatives", metavar="N", type=opening.positive, default=5, help="random words for each neighbour (5)")
    add("--learning-rate", metavar="X", type=float, default=0.025, help="size of the first steps (0.025)")
    add(
        "--subsample", metavar="X", type=float, default=1e-3, help="read words above this share less; 0 for none (1e-3)"
    )
    add("--seed", metavar="N", type=int, default=1, help="the start of all random choices (1)")
    add("--threads", metavar="N", type=opening.positive, help="threads at once (one, or one a core for a large text)")
    add(
        "--lines",
        metavar="L",
        choices=("auto", "sentences", "running"),
        default="auto",
        help="what a line of the text is: sentences (one a line), running (wrapped; a blank line ends a paragraph), "
        "or auto, which looks at the text (auto)",
    )
    add("--json", action="store_true", help="print one JSON object for each epoch")


def run(options: argparse.Namespace) -> int:
    """Train and save; the first Ctrl-C stops and saves what is learned, a second one gives up."""
    from embedviz.errors import NothingLearnedError
    from embedviz.formats import check_saving
    from embedviz.training import train_steps

    wanted = training_options(options)
    check_saving(options.output, overwrite=options.force, with_run=True)
    try:
        space = driven(train_steps(options.corpus, wanted, column=options.column), as_json=options.json)
    except NothingLearnedError as error:
        complain(f"{error} Nothing was written.")
        return _INTERRUPTED
    return _saved(space, options)


def training_options(options: argparse.Namespace) -> TrainingOptions:
    """The options of training that the command line names, checked."""
    from embedviz.training import TrainingOptions

    return TrainingOptions(
        algorithm=options.algorithm,
        n_dims=options.dims,
        window=options.window,
        epochs=options.epochs,
        min_count=options.min_count,
        max_vocabulary=options.max_vocabulary,
        negatives=options.negatives,
        learning_rate=options.learning_rate,
        subsample=options.subsample,
        seed=options.seed,
        n_threads=options.threads,
        lines=options.lines,
    ).checked()


def driven(steps: Steps[EmbeddingSpace], *, as_json: bool) -> EmbeddingSpace:
    """Run a training to its end: a line for each epoch, and Ctrl-C sent into it as `stop`."""
    from embedviz.progress import Command
    from embedviz.space.run import EpochRecord

    command = None
    try:
        with ProgressLine() as line, _interrupt_noted() as interrupted:
            while True:
                step = steps.send(command) if command is not None else next(steps)
                if isinstance(step.partial, EpochRecord):
                    line.clear()
                    _say_epoch(step.partial, as_json=as_json)
                line(step)
                command = None
                if interrupted.is_set():
                    interrupted.clear()
                    line.clear()
                    tell_watcher("stopping; what is learned so far will be saved (Ctrl-C again gives it up)")
                    command = Command("stop")
    except StopIteration as done:
        space: EmbeddingSpace = done.value
        return space
    finally:
        steps.close()


@contextmanager
def _interrupt_noted() -> Iterator[threading.Event]:
    """Note the first Ctrl-C in an event; the next one interrupts as usual."""
    noted = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield noted
        return
    before = signal.getsignal(signal.SIGINT)

    def note(*_: Any) -> None:
        noted.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before if before is not None else signal.SIG_DFL)


def _say_epoch(record: EpochRecord, *, as_json: bool) -> None:
    if as_json:
        names = ("epoch", "loss", "heldout_loss", "accuracy", "words_per_second")
        say_json({name: _finite(getattr(record, name)) for name in names})
    else:
        say(
            f"epoch {record.epoch}: loss {record.loss:.4f}, held-out loss {record.heldout_loss:.4f}, accuracy "
            f"{record.accuracy:.1%}, {record.words_per_second:,.0f} words/s. {record.sentence}"
        )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _saved(space: EmbeddingSpace, options: argparse.Namespace) -> int:
    """Save the space, or rescue it where that fails, and say so; 130 if the training was stopped."""
    import embedviz
    from embedviz.errors import OutputError

    assert space.source.run is not None, "a trained space has its run"
    try:
        with ProgressLine() as line:
            left_out = embedviz.save(space, options.output, overwrite=options.force, on_progress=line)
    except OutputError as error:
        raise OutputError(f"{error}{_rescued(space)}") from error
    n_epochs = len(space.source.run.epochs)
    was_stopped = space.source.run.stopped
    if was_stopped:
        at = f"epoch {max(1, n_epochs)} of {options.epochs}"
        complain(f"stopped in {at}; what was learned is in {options.output}")
    if not options.json:
        what = f"{space.n_items:,} items, {space.n_dims:,} dimensions, {n_epochs} epoch{'s' if n_epochs != 1 else ''}"
        output.report(options.output, what, (*space.notes, *left_out))
    return _INTERRUPTED if was_stopped else 0


def _rescued(space: EmbeddingSpace) -> str:
    """Save what was learned in our cache, so that hours are not lost, and say where."""
    import secrets

    import embedviz
    from embedviz import paths
    from embedviz.errors import OutputError

    try:
        place = paths.cache() / f"trained-{secrets.token_hex(4)}.npz"
        embedviz.save(space, place)
    except OutputError:
        return ""
    return f" What was learned is kept in “{place}”."
