"""CBOW in plain Python and float64, as slow as it is clear."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from skip_gram_oracle import RATE, Bits

from embedviz.training.cbow_model import CbowModel, n_draws

STRETCH = 8


def learned_plainly(model: CbowModel, inputs: np.ndarray, outputs: np.ndarray, seed: int) -> tuple[float, int]:
    """Learn the whole corpus at one rate into `inputs` and `outputs`; returns the loss and the number of words."""
    corpus, options, bits, text = model.corpus, model.options, Bits(seed), model.text
    kept: list[tuple[int, int]] = []
    for sentence, (start, stop) in enumerate(pairwise(text.parts.sentence_starts)):
        if not text.parts.is_heldout[sentence]:
            words = corpus.tokens[start:stop].tolist()
            kept += [(word, sentence) for word in words if bits.next() >> 32 <= text.keep[word]]
    draws, loss, n_words = n_draws(options.negatives), 0.0, 0
    share = options.negatives / draws
    for start in range(0, len(kept), STRETCH):
        drawn = []
        for _ in range(draws):
            number = bits.next()
            word = (number >> 32) * corpus.n_words >> 32
            stays = number & 0xFFFFFFFF <= text.noise.chances[word]
            drawn.append(word if stays else int(text.noise.others[word]))
        rows = outputs[drawn].copy()
        before = rows.copy()
        for at in range(start, min(start + STRETCH, len(kept))):
            reach = 1 + ((bits.next() >> 32) * options.window >> 32)
            word, sentence = kept[at]
            places = range(max(0, at - reach), min(len(kept), at + reach + 1))
            contexts = [kept[place][0] for place in places if place != at and kept[place][1] == sentence]
            if not contexts:
                continue
            n_words += 1
            vector = inputs[contexts].mean(axis=0)
            weights = np.array([share * (other != word) for other in drawn])
            true_product, products = outputs[word] @ vector, rows @ vector
            loss += np.logaddexp(0, -true_product) + (weights * np.logaddexp(0, products)).sum()
            true_step = RATE / (1 + np.exp(true_product))
            steps = -RATE * weights / (1 + np.exp(-products))
            change = true_step * outputs[word] + steps @ rows
            outputs[word] += true_step * vector
            rows += steps[:, None] * vector
            for context in contexts:
                inputs[context] += change
        for word, row, old in zip(drawn, rows, before, strict=True):
            outputs[word] += row - old
    return float(loss), n_words
