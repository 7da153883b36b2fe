"""How fast a training will be on this machine: some hundredths of a second are tried, on text drawn by its counts."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from types import ModuleType

import numpy as np

from embedviz.progress import Progress, Steps
from embedviz.space.arrays import RowArray
from embedviz.space.labels import Labels
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.options import TrainingOptions
from embedviz.training.skip_gram_model import SkipGramModel, model_steps, n_draws
from embedviz.training.trace import neighborhoods_steps

_TRIED_SECONDS, _N_TRIES = 0.02, 3
_MOST_FLOATS = 1 << 22  # of each matrix that is tried, enough to leave the caches
_MOST_TOKENS = 200_000
_PRODUCT_SECONDS, _TOKEN_SECONDS = 1.15e-10, 2.5e-7
_MEASURE_SECONDS = 0.15


@dataclass(frozen=True)
class Speed:
    """Kept tokens that are read in a second of training, and the seconds that measuring takes after each epoch."""

    tokens_per_second: float
    measure_seconds: float
    is_tried: bool


def usual_speed(options: TrainingOptions, n_threads: int) -> Speed:
    """A guess from the options alone: products of vectors for each pair and each draw, on a common processor."""
    n_products = options.n_dims * (options.window + 1 + n_draws(options.negatives))
    seconds = _TOKEN_SECONDS + n_products * _PRODUCT_SECONDS
    return Speed(n_threads / seconds, _MEASURE_SECONDS, is_tried=False)


def tried_steps(
    counts: RowArray, sentence_length: float, options: TrainingOptions, n_threads: int, compiled: ModuleType
) -> Steps[Speed]:
    """Train thrice for a fiftieth of a second on words drawn by their `counts` (descending), and measure once."""
    corpus = _drawn(counts[: max(2, _MOST_FLOATS // options.n_dims)], sentence_length)
    model = yield from model_steps(corpus, options, compiled, n_threads)
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
    yield from model.heldout.measure_steps(model.inputs, model.outputs)
    yield from neighborhoods_steps(model.inputs)
    return Speed(float(np.median(speeds)), time.perf_counter() - learned, is_tried=True)


def _learn(model: SkipGramModel, positions: count[int], until: float) -> int:
    """Learn slices until a time, at least one; returns how many tokens they hold."""
    n_tokens, sums = 0, np.zeros(3)
    while True:
        position = next(positions) % model.n_slices
        model.learn(0, position, sums)
        n_tokens += round(float(model.shares[position + 1] - model.shares[position]) * len(model.corpus.tokens))
        if time.perf_counter() >= until:
            return n_tokens


def _drawn(counts: RowArray, sentence_length: float) -> EncodedCorpus:
    """A text of words drawn by their counts, in sentences of one length."""
    n_tokens = int(min(_MOST_TOKENS, max(100, counts.sum())))
    bounds = np.cumsum(counts)
    places = np.random.default_rng(0).integers(0, bounds[-1], n_tokens)
    tokens = np.searchsorted(bounds, places, side="right").astype(np.int32)
    starts = np.append(np.arange(0, n_tokens, max(2, round(sentence_length)), dtype=np.int64), n_tokens)
    return EncodedCorpus(tokens, starts, Labels.from_strings([""] * len(counts)), counts, n_tokens, 0)
