"""`embedviz train CORPUS -o OUT`: learn a vector for each word of a text, watched epoch by epoch."""

from __future__ import annotations

import argparse
import math
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from embedviz.cli import opening, output, sweep
from embedviz.cli.console import complain, in_json, mention, percent, tell_watcher
from embedviz.cli.progress_line import ProgressLine

if TYPE_CHECKING:
    from embedviz.progress import Steps
    from embedviz.space.embedding_space import EmbeddingSpace
    from embedviz.space.run import EpochRecord
    from embedviz.training import TrainingOptions

NAME = "train"
HELP = "learn vectors from a text by skip-gram or another algorithm, with loss and accuracy for every epoch"

_INTERRUPTED = 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument(
        "corpus",
        metavar="CORPUS",
        nargs="?",
        help="a text (also .gz), a folder or .zip of .txt files, a table, or sample:small-world",
    )
    add = parser.add_argument
    add("-o", "--output", metavar="OUT", help="the file to write; its suffix names the format")
    output.add_force(parser)
    add("--continue", dest="start", metavar="PATH", help="go on with these vectors: a file, sample:NAME or run:NAME")
    add("--resume", metavar="RUN", help="go on with a kept training that was cut short, with its own text and options")
    add("--column", metavar="NAME", help="the column of a table (CSV, TSV, Parquet) that holds the text")
    add(
        "--algorithm",
        metavar="A",
        default="skip-gram",
        help="how to learn: skip-gram, cbow, fasttext, glove, ppmi-svd, lsa, or random as a baseline (skip-gram)",
    )
    add("--dims", metavar="N", type=opening.positive, help="numbers in a vector (100, or as --continue has)")
    add("--window", metavar="N", type=opening.positive, default=5, help="words to each side that count as near (5)")
    add("--epochs", metavar="N", type=opening.positive, help="readings of the whole text (5; glove 15)")
    add("--min-count", metavar="N", type=opening.positive, default=5, help="leave rarer words out (5)")
    add("--max-vocabulary", metavar="N", type=opening.positive, help="keep at most so many words (all)")
    add("--negatives", metavar="N", type=opening.positive, default=5, help="random words for each neighbour (5)")
    add("--learning-rate", metavar="X", type=float, help="size of the first steps (0.025; cbow 0.05, glove 0.1)")
    add(
        "--subsample", metavar="X", type=float, default=1e-3, help="read words above this share less; 0 for none (1e-3)"
    )
    add("--min-n", metavar="N", type=opening.positive, default=3, help="fasttext: shortest parts of words (3)")
    add("--max-n", metavar="N", type=opening.positive, default=6, help="fasttext: longest parts of words (6)")
    add("--buckets", metavar="N", type=opening.positive, default=200_000, help="fasttext: vectors of parts (200,000)")
    add("--x-max", metavar="X", type=float, help="glove: pairs counted more often weigh no more (10)")
    add("--context-power", metavar="X", type=float, default=0.75, help="ppmi-svd: power of context counts (0.75)")
    add("--shift", metavar="X", type=float, default=1.0, help="ppmi-svd: times above chance that count (1)")
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
    sweep.add_arguments(parser)
    add("--json", action="store_true", help="print one JSON object for each epoch, or training of a sweep")


def run(options: argparse.Namespace) -> int:
    """Train and save; the first Ctrl-C stops and saves what is learned, a second one gives up."""
    from embedviz.errors import NothingLearnedError, OptionError
    from embedviz.formats import RUN_PREFIX, check_saving
    from embedviz.training import resume_steps, train_steps

    if options.resume is not None:
        _check_alone(options)
    elif options.corpus is None:
        raise OptionError("Name a text to train on, or by --resume a kept training to go on with.")
    if options.sweep is not None:
        if options.output is not None or options.start is not None:
            raise OptionError("A sweep keeps none of its trainings and begins each anew; leave out -o and --continue.")
        return sweep.run(options, training_options(options))
    if options.output is None:
        raise OptionError("Say where to save the vectors, by -o OUT. See: embedviz train --help")
    check_saving(options.output, overwrite=options.force, with_run=True)
    onto = _opened(options.start) if options.start is not None else None
    wanted = training_options(options, n_dims=100 if onto is None else onto.n_dims)
    try:
        if options.resume is not None:
            steps = resume_steps(options.resume.removeprefix(RUN_PREFIX))
        else:
            steps = train_steps(options.corpus, wanted, column=options.column, onto=onto)
        space = driven(steps, as_json=options.json)
    except NothingLearnedError as error:
        complain(f"{error} Nothing was written.")
        return _INTERRUPTED
    return _saved(space, options)


def _check_alone(options: argparse.Namespace) -> None:
    """Raise OptionError where a kept training is to go on with another text, or other options, than its own."""
    from embedviz.errors import OptionError
    from embedviz.training import TrainingOptions

    others = (options.corpus, options.column, options.start, options.sweep)
    if any(each is not None for each in others) or training_options(options) != TrainingOptions():
        raise OptionError("A kept training goes on with its own text and options; beside --resume give only -o OUT.")


def _opened(path: str) -> EmbeddingSpace:
    """The space to go on with."""
    import embedviz

    with ProgressLine() as line:
        return embedviz.open(path, on_progress=line)


def training_options(options: argparse.Namespace, *, n_dims: int = 100) -> TrainingOptions:
    """The options of training that the command line names, checked; `n_dims` where it does not name them."""
    from embedviz.training import suited_options

    return suited_options(
        options.algorithm,
        n_dims=n_dims if options.dims is None else options.dims,
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
        min_n=options.min_n,
        max_n=options.max_n,
        n_buckets=options.buckets,
        x_max=options.x_max,
        context_power=options.context_power,
        shift=options.shift,
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
        mention(in_json({name: _finite(getattr(record, name)) for name in names}))
    else:
        figures = (
            (record.loss, f"loss {record.loss:.4f}"),
            (record.heldout_loss, f"held-out loss {record.heldout_loss:.4f}"),
            (record.accuracy, f"accuracy {percent(record.accuracy)}"),
            (record.words_per_second, f"{record.words_per_second:,.0f} words/s"),
        )
        told = ", ".join(text for value, text in figures if math.isfinite(value))
        mention(f"epoch {record.epoch}: {told}. {record.sentence}")


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _saved(space: EmbeddingSpace, options: argparse.Namespace) -> int:
    """Save the space, or rescue it where that fails, and say so; 130 if the training was stopped."""
    import embedviz
    from embedviz.errors import OutputError
    from embedviz.formats import files_beside

    assert space.source.run is not None, "a trained space has its run"
    try:
        with ProgressLine() as line:
            left_out = embedviz.save(space, options.output, overwrite=options.force, on_progress=line)
    except OutputError as error:
        raise OutputError(f"{error}{_rescued(space)}") from error
    n_epochs = len(space.source.run.epochs)
    was_stopped = space.source.run.stopped
    if was_stopped:
        at = f"epoch {max(1, n_epochs)} of {space.source.run.options.get('epochs', options.epochs)}"
        complain(f"stopped in {at}; what was learned is in {options.output}")
    if not options.json:
        what = f"{space.n_items:,} items, {space.n_dims:,} dimensions, {n_epochs} epoch{'s' if n_epochs != 1 else ''}"
        output.report(options.output, what, (*space.notes, *left_out), files_beside(space, options.output))
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
