"""Random vectors: the baseline that every trainer must beat."""

from __future__ import annotations

import math

import numpy as np

from embedviz.progress import Progress, Steps, within
from embedviz.space.arrays import FloatArray
from embedviz.training.counting import Counted, all_or_nothing, check_anew, measure_steps, trained_once_steps
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.moment import Start, Trained
from embedviz.training.options import TrainingOptions

_FLOATS_AT_ONCE = 1 << 18


def random_steps(corpus: EncodedCorpus, options: TrainingOptions, start: Start | None = None) -> Steps[Trained]:
    """Draw each number of each vector from the standard normal distribution, by the seed; of the text only its words.

    Cosines of such vectors spread around 0 with a standard deviation of 1 / sqrt(n_dims): what looks like likeness here
    is chance. Accuracy, of the vectors with themselves, is near 0.5. Windows, epochs and learning rate play no part.
    """
    check_anew(options.checked(), start)
    return (yield from all_or_nothing(_random_steps(corpus, options)))


def _random_steps(corpus: EncodedCorpus, options: TrainingOptions) -> Steps[Trained]:
    measure = yield from within(measure_steps(corpus, options), 0.0, 0.3)
    rng = np.random.default_rng([options.seed, 0])
    vectors: FloatArray = np.empty((corpus.n_words, options.n_dims), np.float32)
    n_rows = max(1, _FLOATS_AT_ONCE // options.n_dims)
    for first in range(0, corpus.n_words, n_rows):
        rng.standard_normal(out=vectors[first : first + n_rows], dtype=np.float32)
        yield Progress(0.3 + 0.6 * first / corpus.n_words, "Drawing vectors")
    sentence = "The vectors were drawn by chance and hold nothing of the text; what seems near here is chance alone."
    counted = Counted(vectors, vectors, sentence, math.nan)
    return (yield from within(trained_once_steps(corpus, measure, counted), 0.9, 1.0))
