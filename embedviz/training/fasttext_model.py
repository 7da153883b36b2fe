"""The state of a sub-word skip-gram training: its matrices, the parts of its words, and the room of its kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz import kernels
from embedviz.formats.fasttext_subwords import Subwords
from embedviz.progress import Progress, Steps
from embedviz.space.arrays import FloatArray
from embedviz.training.aligned_rows import aligned, copy_steps, draw_steps, packed_steps, padded
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.heldout import draw_heldout
from embedviz.training.moment import Start
from embedviz.training.options import TrainingOptions
from embedviz.training.sampled_text import SAMPLING_KERNELS, sampled_text_steps
from embedviz.training.skip_gram_model import n_draws
from embedviz.training.text_model import TextModel, heldout_steps
from embedviz.training.word_parts import WordParts, word_parts_steps

COMPILED = "embedviz.training.fasttext_kernels"

_RATE_POWER = 1.5
"""Lower than skip-gram's, since a part that many words share takes the steps of all; chosen as skip-gram's."""

_N_HOT_WORDS, _WORDS_TO_A_HOT_ONE = 256, 16  # four of ten tokens of a large text
_FLOATS_AT_ONCE = 1 << 18
_USUAL_PARTS = 20


@dataclass(frozen=True, eq=False)
class FasttextModel(TextModel):
    """A word's vector is the mean of its row of `inputs` and its parts' rows of `part_inputs` (n_rows, width).

    `composed` float32 (n_words, width) are these means as they were when each word was last read, and at the start and
    the end of an epoch as they are.
    """

    parts: WordParts
    part_inputs: FloatArray
    composed: FloatArray

    @property
    def n_hot_words(self) -> int:
        """How many words, the most frequent, are learned as whole vectors for a while."""
        return min(_N_HOT_WORDS, self.corpus.n_words // _WORDS_TO_A_HOT_ONE)

    @property
    def state(self) -> tuple[FloatArray, ...]:
        """The words' own inputs, those of their parts, and outputs."""
        return self.inputs, self.part_inputs, self.outputs

    @property
    def subwords(self) -> Subwords | None:
        """What composes other words from the parts as they are now; None without parts."""
        if not self.parts.n_rows:
            return None
        return Subwords(self.part_inputs[:, : self.options.n_dims], self.parts.shape, self.parts.kept)

    def learned(self) -> tuple[NDArray[Any], ...]:
        """The matrices, and the parts of words."""
        return (*self.state, self.composed, self.parts.starts, self.parts.rows)

    def room(self, n_tokens: int) -> tuple[NDArray[Any], ...]:
        """The arrays that the kernel works in: kept tokens, draws, hot vectors, hot rows, drawn rows, and numbers."""
        width, n_drawn, n_hot = self.inputs.shape[1], n_draws(self.options.negatives), self.text.n_hot
        return (
            np.empty((2, n_tokens), np.int32),
            np.zeros(self.corpus.n_words, np.int32),
            np.empty(n_drawn, np.int64),
            aligned(2 * self.n_hot_words, width).reshape(2, self.n_hot_words, width),
            aligned(2 * n_hot, width).reshape(2, n_hot, width),
            aligned(2 * n_drawn, width).reshape(2, n_drawn, width),
            aligned(5, max(width, padded(2 * self.options.window + n_drawn))),
        )

    def rows(self, first: int, last: int) -> FloatArray:
        """The vectors of some words, as a view."""
        return self.composed[first:last, : self.options.n_dims]

    def measure_steps(self) -> Steps[tuple[float, float]]:
        """Loss and accuracy on the held-out pairs; before that, the vectors of all words are composed anew."""
        yield from self.compose_steps()
        return (yield from self.heldout.measure_steps(self.composed, self.outputs))

    def compose_steps(self) -> Steps[None]:
        """Bring `composed` up to date."""
        n_words, step = self.corpus.n_words, max(1, _FLOATS_AT_ONCE // (_USUAL_PARTS * self.inputs.shape[1]))
        starts, rows = self.parts.starts, self.parts.rows
        for first in range(0, n_words, step):
            last = min(n_words, first + step)
            self.compiled.compose(self.inputs, self.part_inputs, starts, rows, first, last, self.composed)
            yield Progress(0.0, f"Composing the vectors of {n_words:,} words")

    def vectors_steps(self) -> Steps[FloatArray]:
        """The words' vectors without padding, float32 (n_words, n_dims), in the memory of `composed`, used up."""
        return (yield from packed_steps(self.composed, self.options.n_dims))

    def composer_steps(self) -> Steps[Subwords | None]:
        """What gives vectors to other words, in the memory of `part_inputs`, which is used up; None without parts."""
        if not self.parts.n_rows:
            return None
        table = yield from packed_steps(self.part_inputs, self.options.n_dims)
        return Subwords(table, self.parts.shape, self.parts.kept)


def model_steps(
    corpus: EncodedCorpus, options: TrainingOptions, n_threads: int, start: Start | None = None
) -> Steps[FasttextModel]:
    """Draw the start, all inputs even in ±0.5 / n_dims and outputs zero, or take another; and draw what is held out."""
    sampling = yield from kernels.ready(SAMPLING_KERNELS)
    compiled = yield from kernels.ready(COMPILED)
    start_rng, heldout_rng = (np.random.default_rng([options.seed, part]) for part in range(2))
    width = padded(options.n_dims)
    work = width * (n_draws(options.negatives) + 2 * options.window + _USUAL_PARTS)
    text = yield from sampled_text_steps(
        corpus, options, sampling, heldout_rng, token_work=work, rate_power=_RATE_POWER, n_threads=n_threads
    )
    parts = yield from word_parts_steps(corpus.words, corpus.counts * (text.keep / 0xFFFFFFFF), options)
    inputs, outputs, composed = (aligned(corpus.n_words, width) for _ in range(3))
    part_inputs = aligned(parts.n_rows, width)
    yield from draw_steps(inputs, options.n_dims, start_rng)
    yield from draw_steps(part_inputs, options.n_dims, start_rng)
    if start is not None:
        yield from copy_steps(start.state, (inputs, part_inputs, outputs))
    heldout = yield from heldout_steps(draw_heldout, text, heldout_rng, width)
    model = FasttextModel(text, compiled, inputs, outputs, heldout, parts, part_inputs, composed)
    yield from model.compose_steps()
    return model
