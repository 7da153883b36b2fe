"""Skip-gram in plain Python and float64, as slow as it is clear; and small corpora to try it on."""

from __future__ import annotations

import sys
from collections import Counter
from itertools import pairwise
from types import ModuleType

import numpy as np

from embedviz import kernels
from embedviz.progress import finish
from embedviz.space.labels import Labels
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.sampled_text import SAMPLING_KERNELS
from embedviz.training.skip_gram import KERNELS
from embedviz.training.skip_gram_model import SkipGramModel, n_draws
from embedviz.training.text_model import TextModel

RATE = 0.1
STRETCH = 16
_64 = (1 << 64) - 1


def compiled_kernels() -> ModuleType:
    finish(kernels.load(KERNELS))
    return sys.modules[KERNELS[-1]]


def sampling_kernels() -> ModuleType:
    return finish(kernels.ready(SAMPLING_KERNELS))


def learn_at(compiled: ModuleType, model: TextModel, rate: float, seed: int, sums: np.ndarray) -> None:
    """Learn the whole text of a model as one slice at one rate, its draws from `seed` on."""
    text, options = model.text, model.options
    compiled.learn(
        model.corpus.tokens,
        text.parts.sentence_starts,
        text.parts.is_heldout,
        text.keep,
        text.noise.chances,
        text.noise.others,
        options.window,
        options.negatives,
        rate,
        rate,
        np.array([seed], np.uint64),
        sums,
        *model.learned(),
        *model.room(len(model.corpus.tokens)),
    )


def corpus_of(sentences: list[list[str]], n_raw_tokens: int | None = None) -> EncodedCorpus:
    """Sentences as numbers, words by count."""
    counts = Counter(word for sentence in sentences for word in sentence)
    ranked = counts.most_common()
    rows = {word: row for row, (word, _) in enumerate(ranked)}
    tokens = np.array([rows[word] for sentence in sentences for word in sentence], np.int32)
    starts = np.cumsum([0, *map(len, sentences)], dtype=np.int64)
    labels = Labels.from_strings(word for word, _ in ranked)
    numbers = np.array([count for _, count in ranked], np.int64)
    return EncodedCorpus(tokens, starts, labels, numbers, n_raw_tokens or len(tokens), 0)


def grouped_sentences(n_groups: int, n_members: int, n_sentences: int, seed: int) -> list[list[str]]:
    """A tiny language: a sentence speaks of one group, by its members and the words that go with that group."""
    rng = np.random.default_rng(seed)
    sentences = []
    for _ in range(n_sentences):
        group = int(rng.integers(n_groups))
        members = [f"g{group}m{member}" for member in rng.integers(n_members, size=2)]
        sentences.append(
            [members[0], f"does{group}v{rng.integers(3)}", "and", members[1], f"like{group}v{rng.integers(3)}", "so"]
        )
    return sentences


class Bits:
    """xorshift64 with Python's own integers."""

    def __init__(self, seed: int) -> None:
        self.state = seed

    def next(self) -> int:
        bits = self.state
        bits ^= bits << 13 & _64
        bits ^= bits >> 7
        bits ^= bits << 17 & _64
        self.state = bits
        return bits


def learned_plainly(model: SkipGramModel, inputs: np.ndarray, outputs: np.ndarray, seed: int) -> tuple[float, int]:
    """Learn the whole corpus at one rate into `inputs` and `outputs`; returns the loss and the number of pairs."""
    corpus, options, bits = model.corpus, model.options, Bits(seed)
    kept: list[tuple[int, int]] = []
    for sentence, (start, stop) in enumerate(pairwise(model.text.parts.sentence_starts)):
        if not model.text.parts.is_heldout[sentence]:
            words = corpus.tokens[start:stop].tolist()
            kept += [(word, sentence) for word in words if bits.next() >> 32 <= model.text.keep[word]]
    draws, loss, n_pairs = n_draws(options.negatives), 0.0, 0
    share = options.negatives / draws
    for start in range(0, len(kept), STRETCH):
        drawn = []
        for _ in range(draws):
            number = bits.next()
            word = (number >> 32) * corpus.n_words >> 32
            drawn.append(
                int(model.text.noise.others[word]) if number & 0xFFFFFFFF > model.text.noise.chances[word] else word
            )
        rows = outputs[drawn].copy()
        before = rows.copy()
        for at in range(start, min(start + STRETCH, len(kept))):
            reach = 1 + ((bits.next() >> 32) * options.window >> 32)
            word, sentence = kept[at]
            near = [
                place
                for place in range(max(0, at - reach), min(len(kept), at + reach + 1))
                if place != at and kept[place][1] == sentence
            ]
            contexts = [kept[place][0] for place in near]
            n_pairs += len(contexts)
            weights = np.array([share * sum(context != other for context in contexts) for other in drawn])
            vector, change = inputs[word].copy(), np.zeros_like(inputs[word])
            true_products = outputs[contexts] @ vector
            products = rows @ vector
            loss += np.logaddexp(0, -true_products).sum() + (weights * np.logaddexp(0, products)).sum()
            for context, product in zip(contexts, true_products, strict=True):
                step = RATE / (1 + np.exp(product))
                change += step * outputs[context]
                outputs[context] += step * vector
            steps = -RATE * weights / (1 + np.exp(-products))
            change += steps @ rows
            if contexts:
                rows += steps[:, None] * vector
            inputs[word] += change
        for word, row, old in zip(drawn, rows, before, strict=True):
            outputs[word] += row - old
    return float(loss), n_pairs
