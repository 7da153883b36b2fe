"""The text as trainers by negative sampling read it: in slices that threads take, words skipped and drawn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np

from embedviz.progress import Progress, Steps
from embedviz.space.arrays import DoubleArray, RowArray, read_only
from embedviz.training.conduct import LearningRate
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.heldout import Split, split
from embedviz.training.noise import ChanceArray, Noise, keep_chances, noise_of
from embedviz.training.options import TrainingOptions

SAMPLING_KERNELS = "embedviz.training.sampling_kernels"

_N_HOT = 128
_MOST_TOKENS, _FEWEST_TOKENS, _SLICE_WORK = 50_000, 500, 1.5e8
_GOLDEN, _MASK = 0x9E3779B97F4A7C15, (1 << 64) - 1


@dataclass(frozen=True, eq=False)
class SampledText:
    """A corpus with what is held out of it, how often its words are read (`keep`), and what is drawn against them.

    `slice_edges` int64 (n_slices + 1,) are sentences, `shares` float64 (n_slices + 1,) which part of an epoch's text
    stands before each. The rows of the `n_hot` most frequent words are copied by each thread.
    """

    corpus: EncodedCorpus
    options: TrainingOptions
    parts: Split
    keep: ChanceArray
    noise: Noise
    slice_edges: RowArray
    shares: DoubleArray
    n_hot: int
    rate: LearningRate

    @cached_property
    def trained_share(self) -> float:
        """Which part of the text is learned from, by its kept tokens."""
        held = np.flatnonzero(self.parts.is_heldout)
        starts = self.parts.sentence_starts
        return 1 - float((starts[held + 1] - starts[held]).sum()) / max(1, int(starts[-1]))

    def n_tokens(self, position: int) -> int:
        """How many tokens a slice holds."""
        first, last = self.parts.sentence_starts[self.slice_edges[position : position + 2]].tolist()
        return int(last - first)

    def read(self, epoch: int, position: int) -> tuple[Any, ...]:
        """What every kernel that learns takes of slice `position` in `epoch` (from 0).

        Its tokens, where its sentences start, which are held out, the chances of reading and drawing, window and number
        of negatives, the rates at its beginning and end, and the state of its draws.
        """
        options = self.options
        first, last = self.slice_edges[position : position + 2].tolist()
        starts = self.parts.sentence_starts[first : last + 1]
        return (
            read_only(self.corpus.tokens[starts[0] : starts[-1]].astype(np.int32)),
            read_only(starts - starts[0]),
            self.parts.is_heldout[first:last],
            self.keep,
            self.noise.chances,
            self.noise.others,
            options.window,
            options.negatives,
            self.rate.at(epoch, float(self.shares[position])),
            self.rate.at(epoch, float(self.shares[position + 1])),
            np.array([_mixed(options.seed, epoch, position)], np.uint64),
        )


def sampled_text_steps(
    corpus: EncodedCorpus,
    options: TrainingOptions,
    sampling: ModuleType,
    rng: np.random.Generator,
    *,
    token_work: float,
    rate_power: float,
    n_threads: int,
) -> Steps[SampledText]:
    """Hold sentences out by `rng`, and cut the text; `token_work` is about how many numbers are worked on for a token.

    `sampling` are the loaded kernels; the learning rate falls with `rate_power` (LearningRate).
    """
    parts = split(corpus, rng)
    yield Progress(0.0, "Preparing to train")
    keep, noise = keep_chances(corpus.counts, options.subsample), noise_of(corpus.counts, sampling)
    yield Progress(0.0, "Preparing to train")
    edges = _slice_edges(parts.sentence_starts, _slice_tokens(token_work))
    shares = parts.sentence_starts[edges] / max(1, len(corpus.tokens))
    n_hot = min(_N_HOT, corpus.n_words) if n_threads > 1 else 0
    rate = LearningRate(options, power=rate_power)
    return SampledText(corpus, options, parts, keep, noise, edges, shares, n_hot, rate)


def _slice_tokens(token_work: float) -> int:
    """How many tokens a thread takes at once: some hundredths of a second's work, so that Stop is obeyed soon."""
    return int(min(_MOST_TOKENS, max(_FEWEST_TOKENS, _SLICE_WORK / token_work)))


def _slice_edges(sentence_starts: RowArray, n_tokens: int) -> RowArray:
    """The sentences at which slices of about `n_tokens` begin, and the end."""
    wanted = np.arange(0, sentence_starts[-1], n_tokens)
    edges = np.searchsorted(sentence_starts, wanted)
    return np.unique(np.append(edges, len(sentence_starts) - 1))


def _mixed(*numbers: int) -> int:
    """64 bits that differ wildly where the numbers differ a little (splitmix64 of Steele et al. 2014), never 0."""
    bits = 0
    for number in numbers:
        bits = (bits + number + _GOLDEN) & _MASK
        bits = ((bits ^ bits >> 30) * 0xBF58476D1CE4E5B9) & _MASK
        bits = ((bits ^ bits >> 27) * 0x94D049BB133111EB) & _MASK
        bits ^= bits >> 31
    return bits or 1
