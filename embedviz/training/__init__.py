"""Text to a space: reading, tokenizing, the vocabulary, trainers and their records.

A run's figures: `loss` is the mean negative-sampling loss per positive pair over the epoch's updates, in nats;
`heldout_loss` and `accuracy` are on pairs from held-out sentences, drawn once by seed; accuracy is how often the true
context outscores a drawn word (chance 0.5); `words_per_second` counts raw corpus tokens. A new trainer is one module
and one line in `TRAINERS`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from embedviz import kernels
from embedviz.errors import OptionError
from embedviz.formats.run_file import save_run
from embedviz.formats.run_holding import HeldRun, hold_run
from embedviz.progress import Command, Steps, within
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.training.continuing import Beginning, anew, check_onto, onto_steps, resumed_options, resumed_steps
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.encoding import encode_steps
from embedviz.training.evidence import Evidence, evidence_steps
from embedviz.training.frames import Camera, Frame
from embedviz.training.keeping import Keeping
from embedviz.training.moment import EpochKept, Start, Trained
from embedviz.training.options import (
    ALGORITHMS,
    EXPLANATIONS,
    OPTIONS_OF,
    SUGGESTED,
    Lines,
    TrainingOptions,
    suited_options,
)
from embedviz.training.preview import Preview, preview_steps
from embedviz.training.small_world import SMALL_WORLD
from embedviz.training.staying_words import with_rest
from embedviz.training.stopping import unless_stopped
from embedviz.training.trained_space import space_steps
from embedviz.training.watching import watched_steps

__all__ = [
    "ALGORITHMS",
    "EXPLANATIONS",
    "KERNELS",
    "OPTIONS_OF",
    "SMALL_WORLD",
    "SUGGESTED",
    "TRAINERS",
    "EncodedCorpus",
    "EpochKept",
    "Evidence",
    "Frame",
    "Lines",
    "Preview",
    "TrainingOptions",
    "encode_steps",
    "evidence_steps",
    "preview_steps",
    "resume_steps",
    "save_run",
    "suited_options",
    "train_steps",
]

KERNELS: tuple[str, ...] = (
    "embedviz.training.sampling_kernels",
    "embedviz.training.skip_gram_kernels",
    "embedviz.training.cooccurrence_kernels",
    "embedviz.training.counting_kernels",
    "embedviz.training.glove_kernels",
)

_OWN_KERNELS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"cbow": ("embedviz.training.cbow_kernels",), "fasttext": ("embedviz.training.fasttext_kernels",)}
)
"""Kernels that are compiled only when an algorithm is used, so that a first start does not wait for them."""

_READ_SHARE, _LEARN_SHARE = 0.15, 0.99


Trainer = Callable[[EncodedCorpus, TrainingOptions, Start | None], Steps[Trained]]
"""A training on a corpus, new or from a start; its `partial` are Moments."""


def _skip_gram(corpus: EncodedCorpus, options: TrainingOptions, start: Start | None) -> Steps[Trained]:
    from embedviz.training.skip_gram import skip_gram_steps

    return (yield from skip_gram_steps(corpus, options, start))


def _cbow(corpus: EncodedCorpus, options: TrainingOptions, start: Start | None) -> Steps[Trained]:
    from embedviz.training.cbow import cbow_steps

    return (yield from cbow_steps(corpus, options, start))


def _fasttext(corpus: EncodedCorpus, options: TrainingOptions, start: Start | None) -> Steps[Trained]:
    from embedviz.training.fasttext import fasttext_steps

    return (yield from fasttext_steps(corpus, options, start))


def _ppmi_svd(corpus: EncodedCorpus, options: TrainingOptions, start: Start | None) -> Steps[Trained]:
    from embedviz.training.ppmi_svd import ppmi_svd_steps

    return (yield from ppmi_svd_steps(corpus, options, start))


def _glove(corpus: EncodedCorpus, options: TrainingOptions, start: Start | None) -> Steps[Trained]:
    from embedviz.training.glove import glove_steps

    return (yield from glove_steps(corpus, options, start))


def _lsa(corpus: EncodedCorpus, options: TrainingOptions, start: Start | None) -> Steps[Trained]:
    from embedviz.training.lsa import lsa_steps

    return (yield from lsa_steps(corpus, options, start))


def _random(corpus: EncodedCorpus, options: TrainingOptions, start: Start | None) -> Steps[Trained]:
    from embedviz.training.random_vectors import random_steps

    return (yield from random_steps(corpus, options, start))


TRAINERS: Mapping[str, Trainer] = MappingProxyType(
    {
        "skip-gram": _skip_gram,
        "cbow": _cbow,
        "fasttext": _fasttext,
        "glove": _glove,
        "ppmi-svd": _ppmi_svd,
        "lsa": _lsa,
        "random": _random,
    }
)


def train_steps(
    path: str | os.PathLike[str],
    options: TrainingOptions,
    *,
    column: str | None = None,
    watch: bool = False,
    keep: bool = True,
    onto: EmbeddingSpace | None = None,
    resume: HeldRun | None = None,
    corpus: EncodedCorpus | None = None,
) -> Steps[EmbeddingSpace]:
    """Train a space on a corpus: items are its words by descending count, `count` is metadata, the run its source.

    The training begins anew, with the vectors `onto` which it goes on, or with the state of the kept run `resume`,
    which is held.
    Unless `keep` is False, its epochs are kept in the runs folder as they end. `corpus` is what stands at `path`, where
    it was read before.

    Yields Progress whose `partial` is an EpochRecord at the end of each epoch, and with `watch` a Frame now and then.
    Obeys `pause`, `resume`, `set` with a `learning_rate`, and `stop`. `stop` keeps what is learned so far;
    NothingLearnedError if it comes before training begins. Closing it leaves a run that can go on. Raises as
    `encode_steps` does, and OptionError.
    """
    trainer = TRAINERS.get(options.checked().algorithm)
    if trainer is None:
        raise OptionError(f"There is no algorithm “{options.algorithm}”; choose {', '.join(TRAINERS)}.")
    if onto is not None:
        check_onto(options, onto)
    reading = within(_beginning_steps(path, options, column, onto, resume, corpus), 0.0, _READ_SHARE)
    wishes: list[Command] = []
    nothing = "Stopped while the text was being read; nothing was learned yet."
    begun = yield from unless_stopped(reading, nothing, wishes)
    camera = None
    if watch:
        camera = Camera(begun.whole.words, options.n_dims, seed=options.seed, n_words=begun.n_finite)
    read = _read(path, column) | ({"continued": begun.origin} if begun.origin else {})
    with Keeping.of(begun.whole, options, read, resume) if keep else nullcontext() as keeping:
        learning = with_rest(trainer(begun.corpus, options, begun.start), begun.corpus.n_words, begun.rest)
        watched = watched_steps(learning, camera=camera, keeper=keeping, wishes=wishes)
        learned = yield from within(watched, _READ_SHARE, _LEARN_SHARE)
        made = space_steps(begun.whole, options, read, learned, keeping, begun.notes)
        return (yield from within(made, _LEARN_SHARE, 1.0))


def resume_steps(name: str, *, watch: bool = False) -> Steps[EmbeddingSpace]:
    """Go on with a kept run that was cut short, from its last epoch; else as `train_steps`.

    It is held from the first step on. Raises OptionError where it cannot go on, or is being trained already,
    InputError where its text is another one now, OutputError where nothing of it could be kept.
    """
    with closing(hold_run(name)) as held:
        run = held.kept
        steps = train_steps(run.corpus, resumed_options(run), column=run.column, watch=watch, resume=held)
        return (yield from steps)


def _beginning_steps(
    path: str | os.PathLike[str],
    options: TrainingOptions,
    column: str | None,
    onto: EmbeddingSpace | None,
    resume: HeldRun | None,
    corpus: EncodedCorpus | None,
) -> Steps[Beginning]:
    if corpus is None:
        is_new = onto is None and resume is None
        asked = options if is_new else replace(options, n_dims=1)  # a short text may go on with any number of them
        corpus = yield from within(_read_steps(path, asked, column), 0.0, 0.9)
    if resume is not None:
        return (yield from within(resumed_steps(resume.kept, corpus, options), 0.9, 1.0))
    if onto is not None:
        return (yield from within(onto_steps(corpus, options, onto), 0.9, 1.0))
    return anew(corpus, options)


def _read(path: str | os.PathLike[str], column: str | None) -> dict[str, str]:
    """What was read, as the source of the space tells it."""
    path = os.fspath(path)
    read = {"corpus": path if path == SMALL_WORLD else str(Path(path).absolute())}
    return read | ({"column": column} if column is not None else {})


def _read_steps(path: str | os.PathLike[str], options: TrainingOptions, column: str | None) -> Steps[EncodedCorpus]:
    """Read the corpus while a child may still compile the kernels, and then wait for those."""
    with kernels.begun((*KERNELS, *_OWN_KERNELS.get(options.algorithm, ()))) as rest:
        corpus = yield from within(encode_steps(path, options, column=column), 0.0, 0.9)
        yield from within(rest, 0.9, 1.0)
    return corpus
