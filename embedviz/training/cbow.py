"""CBOW with negative sampling (Mikolov et al. 2013): the mean of the words around a place foretells its word."""

from __future__ import annotations

from embedviz.progress import Steps
from embedviz.training.cbow_model import COMPILED, model_steps
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.epochs import n_threads_for, trained_steps
from embedviz.training.moment import Start, Trained
from embedviz.training.options import TrainingOptions
from embedviz.training.sampled_text import SAMPLING_KERNELS

KERNELS: tuple[str, ...] = (SAMPLING_KERNELS, COMPILED)


def cbow_steps(corpus: EncodedCorpus, options: TrainingOptions, start: Start | None = None) -> Steps[Trained]:
    """Train on a corpus as `skip_gram_steps` does, and raise as it does; its state are inputs and outputs."""
    options.checked()
    n_threads = n_threads_for(corpus.n_raw_tokens, options)
    return (yield from trained_steps(model_steps(corpus, options, n_threads, start), n_threads, start))
