"""How fast a training will be on this machine: some hundredths of a second are tried, on text drawn by its counts."""

from __future__ import annotations

import importlib
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from types import MappingProxyType, ModuleType

import numpy as np

from embedviz import kernels
from embedviz.progress import Progress, Steps
from embedviz.space.arrays import RowArray
from embedviz.space.labels import Labels
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.epochs import Model
from embedviz.training.options import TrainingOptions
from embedviz.training.trace import N_FREQUENT, neighborhoods_steps

_TRIED: Mapping[str, str] = MappingProxyType(
    {
        "skip-gram": "embedviz.training.skip_gram",
        "cbow": "embedviz.training.cbow",
        "fasttext": "embedviz.training.fasttext",
    }
)
"""The modules of algorithms that read the text again and again, each with its `KERNELS` and `model_steps`."""

_READ_ONCE = frozenset({"ppmi-svd", "lsa", "random"})

_TRIED_SECONDS, _N_TRIES = 0.02, 3
_MOST_FLOATS = 1 << 22  # of each matrix that is tried, enough to leave the caches
_MOST_TOKENS = 200_000
_NUMBER_SECONDS, _TOKEN_SECONDS, _PAIR_SECONDS, _LEAST_SECONDS = 1.15e-10, 2.5e-7, 4e-7, 5e-8
_PART_ROWS = 40  # about twenty parts of a word, read and written
_MEASURE_SECONDS = 0.15


@dataclass(frozen=True)
class Speed:
    """Kept tokens that are read in a second of training, and the seconds that measuring takes after each epoch."""

    tokens_per_second: float
    measure_seconds: float
    is_tried: bool


def usual_speed(options: TrainingOptions, n_threads: int) -> Speed:
    """A guess from the options alone: rows of numbers that are worked on for a token, on a common processor."""
    n_pairs, n_draws = options.window + 1, 3.2 * options.negatives
    token_seconds, n_rows = {
        "skip-gram": (_TOKEN_SECONDS, n_pairs + n_draws),
        "cbow": (0.4 * _TOKEN_SECONDS, n_pairs + n_draws / 2),
        "fasttext": (_TOKEN_SECONDS, n_pairs + n_draws + _PART_ROWS),
        "glove": (_TOKEN_SECONDS, 4 * options.window),
        "ppmi-svd": (_PAIR_SECONDS * options.window, 300),
        "lsa": (0.0, 250),
    }.get(options.algorithm, (_LEAST_SECONDS, 0))
    seconds = token_seconds + options.n_dims * n_rows * _NUMBER_SECONDS
    return Speed(n_threads / seconds, _MEASURE_SECONDS, is_tried=False)


def n_readings(options: TrainingOptions) -> int:
    """How many times an algorithm reads the whole text, or what it counted of it."""
    return 1 if options.algorithm in _READ_ONCE else options.epochs


def trainer_to_try(algorithm: str) -> ModuleType | None:
    """The module of an algorithm whose speed can be tried at once: its kernels stand ready."""
    name = _TRIED.get(algorithm)
    if name is None:
        return None
    module = importlib.import_module(name)
    return module if all(kernels.loaded(each) is not None for each in module.KERNELS) else None


def tried_steps(
    trainer: ModuleType,
    words: Sequence[str],
    counts: RowArray,
    sentence_length: float,
    options: TrainingOptions,
    n_threads: int,
) -> Steps[Speed]:
    """Train thrice for a fiftieth of a second on words drawn by their `counts` (descending), and measure once."""
    n_words = max(2, _MOST_FLOATS // options.n_dims)
    model: Model = yield from trainer.model_steps(
        _drawn(words[:n_words], counts[:n_words], sentence_length), options, n_threads
    )
    positions = count()
    _learn(model, positions, 0.0)  # the first touch of new memory is slow
    speeds = []
    with ThreadPoolExecutor(n_threads, thread_name_prefix="trying") as pool:
        for _ in range(_N_TRIES):
            start = time.perf_counter()
            tried = [pool.submit(_learn, model, positions, start + _TRIED_SECONDS) for _ in range(n_threads)]
            n_tokens = sum(each.result() for each in tried)
            speeds.append(n_tokens / (time.perf_counter() - start))
            yield Progress(None, "Trying how fast this machine trains")
    learned = time.perf_counter()
    yield from model.measure_steps()
    yield from neighborhoods_steps(model.rows(0, min(N_FREQUENT, model.corpus.n_words)))
    return Speed(float(np.median(speeds)), time.perf_counter() - learned, is_tried=True)


def _learn(model: Model, positions: count[int], until: float) -> int:
    """Learn slices until a time, at least one; returns how many tokens they hold."""
    n_tokens, sums = 0, np.zeros(3)
    while True:
        position = next(positions) % model.n_slices
        model.learn(0, position, sums)
        n_tokens += round(float(model.shares[position + 1] - model.shares[position]) * len(model.corpus.tokens))
        if time.perf_counter() >= until:
            return n_tokens


def _drawn(words: Sequence[str], counts: RowArray, sentence_length: float) -> EncodedCorpus:
    """A text of words drawn by their counts, in sentences of one length."""
    n_tokens = int(min(_MOST_TOKENS, max(100, counts.sum())))
    bounds = np.cumsum(counts)
    places = np.random.default_rng(0).integers(0, bounds[-1], n_tokens)
    tokens = np.searchsorted(bounds, places, side="right").astype(np.int32)
    starts = np.append(np.arange(0, n_tokens, max(2, round(sentence_length)), dtype=np.int64), n_tokens)
    return EncodedCorpus(tokens, starts, Labels.from_strings(words), counts, n_tokens, 0)
