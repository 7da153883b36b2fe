"""Text to a space: reading, tokenizing, the vocabulary, trainers and their records.

A run's figures: `loss` is the mean negative-sampling loss per positive pair over the epoch's updates, in nats;
`heldout_loss` and `accuracy` are on pairs from held-out sentences, drawn once by seed; accuracy is how often the true
context outscores a drawn word (chance 0.5); `words_per_second` counts raw corpus tokens. A new trainer is one module
and one line in `TRAINERS`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType

import numpy as np

from embedviz import kernels
from embedviz.errors import OptionError
from embedviz.formats.run_file import save_run
from embedviz.progress import Steps, within
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.run import Run
from embedviz.space.source import Note, Source
from embedviz.space.table import Column, Table
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.encoding import encode_steps
from embedviz.training.frames import Camera, Frame
from embedviz.training.moment import Start, Trained
from embedviz.training.options import EXPLANATIONS, Lines, TrainingOptions
from embedviz.training.preview import Preview, preview_steps
from embedviz.training.running_text import LINES_SENTENCES
from embedviz.training.small_world import SMALL_WORLD
from embedviz.training.stopping import unless_stopped
from embedviz.training.text_source import corpus_name
from embedviz.training.watching import watched_steps

__all__ = [
    "EXPLANATIONS",
    "KERNELS",
    "SMALL_WORLD",
    "TRAINERS",
    "EncodedCorpus",
    "Frame",
    "Lines",
    "Preview",
    "TrainingOptions",
    "encode_steps",
    "preview_steps",
    "save_run",
    "train_steps",
]

KERNELS: tuple[str, ...] = ("embedviz.training.skip_gram_kernels",)

_READ_SHARE, _LEARN_SHARE = 0.15, 0.99


Trainer = Callable[[EncodedCorpus, TrainingOptions, Start | None], Steps[Trained]]
"""A training on a corpus, new or from a start; its `partial` are Moments."""


def _skip_gram(corpus: EncodedCorpus, options: TrainingOptions, start: Start | None) -> Steps[Trained]:
    from embedviz.training.skip_gram import skip_gram_steps

    return (yield from skip_gram_steps(corpus, options, start))


TRAINERS: Mapping[str, Trainer] = MappingProxyType({"skip-gram": _skip_gram})


def train_steps(
    path: str | os.PathLike[str], options: TrainingOptions, *, column: str | None = None, watch: bool = False
) -> Steps[EmbeddingSpace]:
    """Train a space on a corpus: items are its words by descending count, `count` is metadata, the run its source.

    Yields Progress whose `partial` is an EpochRecord at the end of each epoch, and with `watch` a Frame now and then.
    Obeys `pause`, `resume`, `set` with a `learning_rate`, and `stop`. `stop` keeps what is learned so far;
    NothingLearnedError if it comes before training begins. Raises as `encode_steps` does, and OptionError.
    """
    trainer = TRAINERS.get(options.checked().algorithm)
    if trainer is None:
        raise OptionError(f"There is no algorithm “{options.algorithm}”; choose {', '.join(TRAINERS)}.")
    reading = within(_read_steps(path, options, column), 0.0, _READ_SHARE)
    corpus = yield from unless_stopped(reading, "Stopped while the text was being read; nothing was learned yet.")
    camera = Camera(corpus.n_words, options.n_dims, seed=options.seed) if watch else None
    learning = watched_steps(trainer(corpus, options, None), camera=camera, keeper=None)
    learned = yield from within(learning, _READ_SHARE, _LEARN_SHARE)
    return (yield from within(_space(path, column, options, corpus, learned), _LEARN_SHARE, 1.0))


def _read_steps(path: str | os.PathLike[str], options: TrainingOptions, column: str | None) -> Steps[EncodedCorpus]:
    """Read the corpus while a child may still compile the kernels, and then wait for those."""
    with kernels.begun(KERNELS) as rest:
        corpus = yield from within(encode_steps(path, options, column=column), 0.0, 0.9)
        yield from within(rest, 0.9, 1.0)
    return corpus


def _space(
    path: str | os.PathLike[str],
    column: str | None,
    options: TrainingOptions,
    corpus: EncodedCorpus,
    learned: Trained,
) -> Steps[EmbeddingSpace]:
    from embedviz.formats.opening import finished_space
    from embedviz.formats.registry import Reading

    path = os.fspath(path)
    run = Run(
        asdict(options) | {"lines": corpus.lines},
        tuple(learned.records),
        corpus.n_raw_tokens,
        corpus.n_words,
        options.seed,
        learned.n_threads,
        learned.is_reproducible,
        learned.stopped,
    )
    asked = {**asdict(options), "corpus": path if path == SMALL_WORLD else str(Path(path).absolute())}
    if column is not None:
        asked["column"] = column
    source = Source(corpus_name(path), "trained", None, corpus.content_hash, _described(run), (), asked, run)
    counts = Column("number", corpus.counts.astype(np.float64), np.zeros(corpus.n_words, np.bool_))
    reading = Reading(learned.vectors, "trained", corpus.words, Table(corpus.n_words, {"count": counts}))
    return (yield from finished_space(reading, source, tuple(_notes(corpus, run, learned.remarks))))


def _described(run: Run) -> str:
    epochs = "1 epoch" if len(run.epochs) == 1 else f"{len(run.epochs):,} epochs"
    return f"Trained by {run.options['algorithm']} on {run.n_tokens:,} tokens, {epochs}, seed {run.seed}."


def _notes(corpus: EncodedCorpus, run: Run, remarks: Sequence[str]) -> list[Note]:
    n_rare = corpus.n_raw_tokens - len(corpus.tokens)
    rare = f"{n_rare:,} of {corpus.n_raw_tokens:,} tokens are words that were too rare to be kept."
    bad = f"{corpus.n_bad_bytes:,} bytes of the text are not UTF-8; they were taken as blanks."
    stopped = f"Training was stopped in epoch {max(1, len(run.epochs)):,} of {run.options['epochs']:,}."
    free = f"Trained by {run.n_threads:,} threads at once; the same seed does not give the same vectors again."
    joined = LINES_SENTENCES[corpus.lines]
    told = (
        ("running_text", int(corpus.lines != "sentences"), joined),
        ("rare_words", n_rare, rare),
        ("bad_utf8", corpus.n_bad_bytes, bad),
        ("stopped", int(run.stopped), stopped),
        ("not_reproducible", int(not run.is_reproducible), free),
    )
    changed = [Note("changed_option", 1, remark) for remark in remarks]
    return [*(Note(kind, count, text) for kind, count, text in told if count), *changed]
