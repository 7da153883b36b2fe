"""The state of a skip-gram training: its matrices, and the room that its kernel works in."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz import kernels
from embedviz.progress import Steps
from embedviz.training.aligned_rows import aligned, copy_steps, draw_steps, padded
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.heldout import draw_heldout
from embedviz.training.moment import Start
from embedviz.training.options import TrainingOptions
from embedviz.training.sampled_text import SAMPLING_KERNELS, sampled_text_steps
from embedviz.training.text_model import TextModel, heldout_steps

COMPILED = "embedviz.training.skip_gram_kernels"

_RATE_POWER = 4.0  # chosen by WordSim-353 and SimLex-999 on five million words of English in three epochs


class SkipGramModel(TextModel):
    """A word foretells each of those around it."""

    def room(self, n_tokens: int) -> tuple[NDArray[Any], ...]:
        """The arrays that the kernel works in: kept tokens, draws, hot rows, drawn rows, and numbers by the row."""
        width, n_drawn, n_hot = self.inputs.shape[1], n_draws(self.options.negatives), self.text.n_hot
        return (
            np.empty((2, n_tokens), np.int32),
            np.zeros(self.corpus.n_words, np.int32),
            np.empty(n_drawn, np.int64),
            aligned(4 * n_hot, width).reshape(4, n_hot, width),
            aligned(2 * n_drawn, width).reshape(2, n_drawn, width),
            aligned(4, max(width, padded(2 * self.options.window + n_drawn))),
        )


def model_steps(
    corpus: EncodedCorpus, options: TrainingOptions, n_threads: int, start: Start | None = None
) -> Steps[SkipGramModel]:
    """Draw the start, inputs even in ±0.5 / n_dims and outputs zero, or take another; and draw what is held out."""
    sampling = yield from kernels.ready(SAMPLING_KERNELS)
    compiled = yield from kernels.ready(COMPILED)
    start_rng, heldout_rng = (np.random.default_rng([options.seed, part]) for part in range(2))
    width = padded(options.n_dims)
    inputs, outputs = aligned(corpus.n_words, width), aligned(corpus.n_words, width)
    yield from draw_steps(inputs, options.n_dims, start_rng)
    if start is not None:
        yield from copy_steps(start.state, (inputs, outputs))
    work = width * (n_draws(options.negatives) + 2 * options.window)
    text = yield from sampled_text_steps(
        corpus, options, sampling, heldout_rng, token_work=work, rate_power=_RATE_POWER, n_threads=n_threads
    )
    heldout = yield from heldout_steps(draw_heldout, text, heldout_rng, width)
    return SkipGramModel(text, compiled, inputs, outputs, heldout)


def n_draws(negatives: int) -> int:
    """How many drawn words a stretch of text shares: about three for each negative of a pair, a multiple of four."""
    return 4 * -(-4 * negatives // 5)
