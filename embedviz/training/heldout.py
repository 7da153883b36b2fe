"""Sentences that are never learned from, and how well the vectors foretell the neighbors of their words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from embedviz.progress import Progress, Steps
from embedviz.space.arrays import CodeArray, FlagArray, FloatArray, RowArray, read_only
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.noise import ChanceArray, Noise

MOST_PAIRS = 10_000
_SHARE = 0.01
_MOST_TOKENS = 50_000
_FLOATS_AT_ONCE = 150_000
_MOST_CANDIDATES = 1_000_000  # pairs that are looked at, so that a wide window costs no more than a narrow one
_FEWEST_PAIRS, _MOST_PRODUCTS = 200, 100_000_000


@dataclass(frozen=True, eq=False)
class Split:
    """Which sentences are held out.

    `sentence_starts` int64 (n + 1,) are the corpus's own, but for a corpus of one sentence, whose last hundredth is
    made a sentence of its own; `is_heldout` bool (n,).
    """

    sentence_starts: RowArray
    is_heldout: FlagArray


@dataclass(frozen=True, eq=False)
class Heldout:
    """Pairs of a word and a true context (int32, n), and the drawn words each is compared with (int32, n x negatives).

    A drawn word that is the true context itself does not count in the loss, as in training; in accuracy it is a tie.
    """

    words: CodeArray
    contexts: CodeArray
    drawn: CodeArray

    def measure_steps(self, inputs: FloatArray, outputs: FloatArray) -> Steps[tuple[float, float]]:
        """The mean loss per pair in nats, and how often the context outscores the first drawn word (ties half).

        Both are nan without pairs.
        """
        return (yield from measured_steps(lambda part: inputs[self.words[part]], self.contexts, self.drawn, outputs))


def measured_steps(
    vectors_of: Callable[[slice], FloatArray], truths: CodeArray, drawn: CodeArray, outputs: FloatArray
) -> Steps[tuple[float, float]]:
    """Loss and accuracy of pairs: of the vector that `vectors_of` gives each, its true word, and words drawn for it.

    Those vectors are float32 (n, width) as `outputs` (n_words, width); `truths` int32 (n,), `drawn` (n, negatives).
    """
    if not len(truths):
        return np.nan, np.nan
    loss, wins = 0.0, 0.0
    chunk = max(1, (_FLOATS_AT_ONCE // (drawn.shape[1] * outputs.shape[1])))
    for start in range(0, len(truths), chunk):
        part = slice(start, start + chunk)
        vectors, true, others = vectors_of(part), truths[part], drawn[part]
        with np.errstate(all="ignore"):
            true_scores = np.einsum("pd,pd->p", vectors, outputs[true]).astype(np.float64)
            scores = np.matmul(outputs[others], vectors[:, :, None])[:, :, 0].astype(np.float64)
            counted = np.where(others != true[:, None], np.logaddexp(0, scores), 0)
            loss += float(np.logaddexp(0, -true_scores).sum() + counted.sum())
        ties = (true_scores == scores[:, 0]) | (true == others[:, 0])
        wins += float(np.count_nonzero((true_scores > scores[:, 0]) & ~ties)) + 0.5 * float(np.count_nonzero(ties))
        yield Progress(None, f"Measuring {min(start + chunk, len(truths)):,} pairs")
    return loss / len(truths), wins / len(truths)


def split(corpus: EncodedCorpus, rng: np.random.Generator) -> Split:
    """Hold out one sentence of a hundred, at least one, drawn among those of two words or more.

    The last hundredth of a corpus of one sentence is held out, at least two words. One of fewer than
    four words has nothing to spare: none is held out, and its figures are those of the text itself.
    """
    starts = corpus.sentence_starts
    if corpus.n_sentences == 1:
        n = len(corpus.tokens)
        if n < 4:
            return Split(starts, read_only(np.zeros(1, np.bool_)))
        tail = max(2, round(_SHARE * n))
        return Split(read_only(np.array([0, n - tail, n], np.int64)), read_only(np.array([False, True])))
    held = np.zeros(corpus.n_sentences, np.bool_)
    choice = np.flatnonzero(np.diff(starts) >= 2)
    n_held = min(max(1, round(_SHARE * corpus.n_sentences)), len(choice))
    held[rng.choice(choice, n_held, replace=False)] = True
    return Split(starts, read_only(held))


def draw_heldout(
    corpus: EncodedCorpus,
    parts: Split,
    keep: ChanceArray,
    noise: Noise,
    *,
    window: int,
    negatives: int,
    rng: np.random.Generator,
    most_pairs: int = MOST_PAIRS,
) -> Heldout:
    """Draw at most `most_pairs` of the held-out sentences, windows and subsampling as in training, and negatives."""
    tokens, here, there = heldout_places(corpus, parts, keep, window, rng)
    words, contexts = tokens[here], tokens[there]
    if len(words) > most_pairs:
        chosen = np.sort(rng.choice(len(words), most_pairs, replace=False))
        words, contexts = words[chosen], contexts[chosen]
    drawn = noise.draw(rng, (len(words), negatives))
    return Heldout(read_only(words), read_only(contexts), read_only(drawn))


def heldout_places(
    corpus: EncodedCorpus, parts: Split, keep: ChanceArray, window: int, rng: np.random.Generator
) -> tuple[CodeArray, RowArray, RowArray]:
    """Tokens of held-out sentences as they are read, and all pairs of places in them that stand near each other."""
    tokens, sentences = _tokens_of(corpus, parts, min(_MOST_TOKENS, _MOST_CANDIDATES // window), rng)
    kept = rng.integers(0, 1 << 32, len(tokens), np.uint32) <= keep[tokens]
    here, there = _pairs(sentences[kept], window, rng)
    if len(here):
        return tokens[kept], here, there
    return tokens, *_pairs(sentences, window, rng)  # all but one word of each sentence were skipped


def pairs_to_measure(negatives: int, width: int) -> int:
    """How many held-out pairs are drawn: 10,000, but fewer where so many negatives of so many dimensions take long."""
    return max(_FEWEST_PAIRS, min(MOST_PAIRS, _MOST_PRODUCTS // (negatives * width)))


def _tokens_of(corpus: EncodedCorpus, parts: Split, most: int, rng: np.random.Generator) -> tuple[CodeArray, RowArray]:
    """About `most` tokens of held-out sentences in random order, and which sentence each stands in."""
    held = parts.is_heldout if parts.is_heldout.any() else ~parts.is_heldout
    chosen = rng.permutation(np.flatnonzero(held))
    starts, ends = parts.sentence_starts[chosen], parts.sentence_starts[chosen + 1]
    n = int(np.searchsorted(np.cumsum(ends - starts), most)) + 1
    pieces = [corpus.tokens[start:end] for start, end in zip(starts[:n], ends[:n], strict=True)]
    tokens = np.concatenate([np.zeros(0, np.int32), *pieces], dtype=np.int32)
    return tokens, np.repeat(np.arange(len(pieces)), [len(piece) for piece in pieces])


def _pairs(sentences: RowArray, window: int, rng: np.random.Generator) -> tuple[RowArray, RowArray]:
    """All pairs of a place and another at most `reach` places away, the reach of each drawn from 1 to `window`."""
    reach = rng.integers(1, window + 1, len(sentences))
    places, near = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for distance in range(1, min(window, len(sentences) - 1) + 1):
        begin = np.flatnonzero(sentences[:-distance] == sentences[distance:])
        for here, there in ((begin, begin + distance), (begin + distance, begin)):
            reached = reach[here] >= distance
            places.append(here[reached])
            near.append(there[reached])
    return np.concatenate(places), np.concatenate(near)
