"""Sub-word skip-gram in plain Python and float64, as slow as it is clear; and the parts of a word, found anew."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from skip_gram_oracle import RATE, STRETCH, Bits

from embedviz.training.fasttext_model import FasttextModel
from embedviz.training.skip_gram_model import n_draws

MERGE_AFTER = 4_000


def buckets_of(word: str, min_n: int, max_n: int, n_buckets: int) -> list[int]:
    """The buckets of the n-grams of a word, as fastText's dictionary.cc finds them."""
    marked, found = f"<{word}>", []
    for start in range(len(marked)):
        for n in range(min_n, max_n + 1):
            end = start + n
            if end > len(marked) or (n == 1 and (start == 0 or end == len(marked))):
                continue
            value = 2166136261
            for byte in marked[start:end].encode():
                value ^= byte if byte < 128 else byte | 0xFFFFFF00
                value = value * 16777619 & 0xFFFFFFFF
            found.append(value % n_buckets)
    return found


def learned_plainly(
    model: FasttextModel, inputs: np.ndarray, part_inputs: np.ndarray, outputs: np.ndarray, seed: int
) -> tuple[float, int]:
    """Learn the whole corpus at one rate; returns the loss and the number of pairs.

    The hottest words are learned as whole vectors, whose changes their rows and parts get now and then.
    """
    corpus, options, bits, text, n_hot = model.corpus, model.options, Bits(seed), model.text, model.n_hot_words
    parts = [model.parts.rows[start:stop].tolist() for start, stop in pairwise(model.parts.starts)]

    def composed(word: int) -> np.ndarray:
        return np.mean([inputs[word], *(part_inputs[part] for part in parts[word])], axis=0)

    def give(word: int, change: np.ndarray) -> None:
        inputs[word] += change
        for part in parts[word]:
            part_inputs[part] += change

    kept: list[tuple[int, int]] = []
    for sentence, (start, stop) in enumerate(pairwise(text.parts.sentence_starts)):
        if not text.parts.is_heldout[sentence]:
            words = corpus.tokens[start:stop].tolist()
            kept += [(word, sentence) for word in words if bits.next() >> 32 <= text.keep[word]]
    draws, loss, n_pairs, since = n_draws(options.negatives), 0.0, 0, 0
    share = options.negatives / draws
    hot = [composed(word) for word in range(n_hot)]
    old = [vector.copy() for vector in hot]
    for start in range(0, len(kept), STRETCH):
        drawn = []
        for _ in range(draws):
            number = bits.next()
            word = (number >> 32) * corpus.n_words >> 32
            stays = number & 0xFFFFFFFF <= text.noise.chances[word]
            drawn.append(word if stays else int(text.noise.others[word]))
        rows = outputs[drawn].copy()
        before = rows.copy()
        stop = min(start + STRETCH, len(kept))
        for at in range(start, stop):
            reach = 1 + ((bits.next() >> 32) * options.window >> 32)
            word, sentence = kept[at]
            places = range(max(0, at - reach), min(len(kept), at + reach + 1))
            contexts = [kept[place][0] for place in places if place != at and kept[place][1] == sentence]
            if not contexts:
                continue
            n_pairs += len(contexts)
            vector = hot[word] if word < n_hot else composed(word)
            weights = np.array([share * sum(context != other for context in contexts) for other in drawn])
            true_products, products = outputs[contexts] @ vector, rows @ vector
            loss += np.logaddexp(0, -true_products).sum() + (weights * np.logaddexp(0, products)).sum()
            change = np.zeros_like(vector)
            for context, product in zip(contexts, true_products, strict=True):
                step = RATE / (1 + np.exp(product))
                change += step * outputs[context]
                outputs[context] += step * vector
            steps = -RATE * weights / (1 + np.exp(-products))
            change += steps @ rows
            rows += steps[:, None] * vector
            if word < n_hot:
                hot[word] = vector + change
            else:
                give(word, change)
        for word, row, before_row in zip(drawn, rows, before, strict=True):
            outputs[word] += row - before_row
        since += stop - start
        if since >= MERGE_AFTER or stop == len(kept):
            since = 0
            for word in range(n_hot):
                give(word, hot[word] - old[word])
            hot = [composed(word) for word in range(n_hot)]
            old = [vector.copy() for vector in hot]
    return float(loss), n_pairs
