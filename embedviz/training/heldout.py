"""Sentences that are never learned from, and how well the vectors foretell the neighbors of their words."""

from __future__ import annotations

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
        if not len(self.words):
            return np.nan, np.nan
        loss, wins = 0.0, 0.0
        chunk = max(1, (_FLOATS_AT_ONCE // (self.drawn.shape[1] * outputs.shape[1])))
        for start in range(0, len(self.words), chunk):
            part = slice(start, start + chunk)
            vectors, contexts, drawn = inputs[self.words[part]], self.contexts[part], self.drawn[part]
            with np.errstate(all="ignore"):
                true_scores = np.einsum("pd,pd->p", vectors, outputs[contexts]).astype(np.float64)
                scores = np.matmul(outputs[drawn], vectors[:, :, None])[:, :, 0].astype(np.float64)
                counted = np.where(drawn != contexts[:, None], np.logaddexp(0, scores), 0)
                loss += float(np.logaddexp(0, -true_scores).sum() + counted.sum())
            ties = (true_scores == scores[:, 0]) | (contexts == drawn[:, 0])
            wins += float(np.count_nonzero((true_scores > scores[:, 0]) & ~ties)) + 0.5 * float(np.count_nonzero(ties))
            yield Progress(None, f"Measuring {min(start + chunk, len(self.words)):,} pairs")
        return loss / len(self.words), wins / len(self.words)


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
    tokens, sentences = _tokens_of(corpus, parts, min(_MOST_TOKENS, _MOST_CANDIDATES // window), rng)
    kept = rng.integers(0, 1 << 32, len(tokens), np.uint32) <= keep[tokens]
    words, contexts = _pairs(tokens[kept], sentences[kept], window, rng)
    if not len(words):  # all but one word of each sentence were skipped: better those than none
        words, contexts = _pairs(tokens, sentences, window, rng)
    if len(words) > most_pairs:
        chosen = np.sort(rng.choice(len(words), most_pairs, replace=False))
        words, contexts = words[chosen], contexts[chosen]
    drawn = noise.draw(rng, (len(words), negatives))
    return Heldout(read_only(words), read_only(contexts), read_only(drawn))


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


def _pairs(
    tokens: CodeArray, sentences: RowArray, window: int, rng: np.random.Generator
) -> tuple[CodeArray, CodeArray]:
    """All pairs of a word and another at most `reach` tokens away, the reach of each drawn from 1 to `window`."""
    reach = rng.integers(1, window + 1, len(tokens))
    words, contexts = [np.zeros(0, np.int32)], [np.zeros(0, np.int32)]
    for distance in range(1, min(window, len(tokens) - 1) + 1):
        near = sentences[:-distance] == sentences[distance:]
        for here, there in ((slice(None, -distance), slice(distance, None)), (slice(distance, None), slice(-distance))):
            paired = near & (reach[here] >= distance)
            words.append(tokens[here][paired])
            contexts.append(tokens[there][paired])
    return np.concatenate(words), np.concatenate(contexts)
