"""Skip-gram over parts of words (Bojanowski et al. 2017, Enriching Word Vectors with Subword Information; fastText)."""

from __future__ import annotations

from dataclasses import replace

from embedviz.progress import Steps
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.epochs import n_threads_for, trained_steps
from embedviz.training.fasttext_model import COMPILED, FasttextModel, model_steps
from embedviz.training.moment import Start, Trained
from embedviz.training.options import TrainingOptions
from embedviz.training.sampled_text import SAMPLING_KERNELS

KERNELS: tuple[str, ...] = (SAMPLING_KERNELS, COMPILED)


def fasttext_steps(corpus: EncodedCorpus, options: TrainingOptions, start: Start | None = None) -> Steps[Trained]:
    """Train on a corpus as `skip_gram_steps` does; what is learned can compose vectors of other words.

    Its state are the words' own inputs, those of their parts, and outputs. Raises as `skip_gram_steps` does.
    """
    options.checked()
    n_threads = n_threads_for(corpus.n_raw_tokens, options)
    made: list[FasttextModel] = []

    def making() -> Steps[FasttextModel]:
        made.append((yield from model_steps(corpus, options, n_threads, start)))
        return made[0]

    trained = yield from trained_steps(making(), n_threads, start)
    composer = yield from made[0].composer_steps()
    return replace(trained, composer=composer)
