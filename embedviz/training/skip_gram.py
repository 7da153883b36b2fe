"""Skip-gram with negative sampling (Mikolov et al. 2013)."""

from __future__ import annotations

from embedviz.progress import Steps
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.epochs import n_threads_for, trained_steps
from embedviz.training.moment import Start, Trained
from embedviz.training.options import TrainingOptions
from embedviz.training.sampled_text import SAMPLING_KERNELS
from embedviz.training.skip_gram_model import COMPILED, model_steps

KERNELS: tuple[str, ...] = (SAMPLING_KERNELS, COMPILED)


def skip_gram_steps(corpus: EncodedCorpus, options: TrainingOptions, start: Start | None = None) -> Steps[Trained]:
    """Train on a corpus, from a `start` or anew, as `epochs.trained_steps` does; its state are inputs and outputs.

    One thread below 2 million tokens, else all cores, unless `n_threads` is given; more than one update the same
    matrices without locks and are not reproducible. Raises OptionError for an impossible option, and as
    `trained_steps` does.
    """
    options.checked()
    n_threads = n_threads_for(corpus.n_raw_tokens, options)
    return (yield from trained_steps(model_steps(corpus, options, n_threads, start), n_threads, start))
