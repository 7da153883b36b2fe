"""What a training would read and cost, before it starts."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass

from embedviz.progress import Progress, Steps, within
from embedviz.training.encoding import memory_need
from embedviz.training.options import TrainingOptions
from embedviz.training.skip_gram import REPRODUCIBLE_BELOW
from embedviz.training.text_source import source_steps
from embedviz.training.vocabulary import check_vocabulary, count_steps, kept_words

_SHOWN = 10
_USUAL_WORK = 100 * 5 * 6
_WORDS_PER_SECOND = 800_000
_FIXED_BYTES = 150_000_000  # Python, numpy and the kernels


@dataclass(frozen=True)
class Preview:
    """A corpus before training: all its tokens and different words, and what the options keep of them.

    `coverage` is the share of tokens that are kept words; `most_frequent` and `rarest` are kept words, each
    in order of their counts; `seconds` and `n_bytes` estimate the training, as `assumption` says.
    """

    name: str
    n_tokens: int
    n_words: int
    n_kept: int
    coverage: float
    most_frequent: tuple[str, ...]
    rarest: tuple[str, ...]
    n_bad_bytes: int
    seconds: float
    n_bytes: int
    assumption: str


def preview_steps(
    path: str | os.PathLike[str], options: TrainingOptions, *, column: str | None = None
) -> Steps[Preview]:
    """Read a corpus once and say what training on it would mean; raises what `encode_steps` would, but for memory."""
    options.checked()
    with ExitStack() as stack:
        source = yield from within(source_steps(os.fspath(path), column, stack), 0.0, 0.1)
        counts = yield from within(count_steps(source), 0.1, 0.95)
    yield Progress(0.95, f"Choosing the words of {source.name}")
    vocabulary = kept_words(counts, options)
    check_vocabulary(source.name, counts, vocabulary, options)
    n_kept = len(vocabulary.words)
    n_threads = threads(counts.n_tokens, options)
    speed = _WORDS_PER_SECOND * n_threads * _USUAL_WORK / (options.n_dims * options.window * (options.negatives + 1))
    return Preview(
        source.name,
        counts.n_tokens,
        len(counts.counts),
        n_kept,
        vocabulary.n_tokens / counts.n_tokens,
        vocabulary.words[:_SHOWN],
        vocabulary.words[-_SHOWN:],
        counts.n_bad_bytes,
        counts.n_tokens * options.epochs / speed,
        _FIXED_BYTES + memory_need(counts, vocabulary, options).total,
        f"Assumes {speed:,.0f} words a second by {n_threads:,} {'threads' if n_threads > 1 else 'thread'}.",
    )


def threads(n_tokens: int, options: TrainingOptions) -> int:
    """How many threads a training uses: those wished, else one for a small corpus and one per core for others."""
    if options.n_threads is not None:
        return options.n_threads
    return 1 if n_tokens < REPRODUCIBLE_BELOW else os.cpu_count() or 1
