"""How well the words around a place foretell the word that stands there, on sentences that are never learned from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.progress import Steps
from embedviz.space.arrays import CodeArray, FloatArray, RowArray, read_only
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.heldout import Split, heldout_places, measured_steps
from embedviz.training.noise import ChanceArray, Noise


@dataclass(frozen=True, eq=False)
class HeldoutWindows:
    """Words (int32, n), those around each, and the drawn words each is compared with (int32, n x negatives).

    Around word *i* stand `contexts[edges[i] : edges[i + 1]]` (int32; edges int64, n + 1), one at least.
    """

    words: CodeArray
    contexts: CodeArray
    edges: RowArray
    drawn: CodeArray

    def measure_steps(self, inputs: FloatArray, outputs: FloatArray) -> Steps[tuple[float, float]]:
        """The mean loss per word in nats, and how often the true word outscores the first drawn one (ties half).

        A window is the mean of its words' `inputs`. Both are nan without words.
        """

        def means(part: slice) -> FloatArray:
            first, last = part.start, min(part.stop, len(self.words))
            edges = self.edges[first : last + 1]
            rows = inputs[self.contexts[edges[0] : edges[-1]]]
            sums: FloatArray = np.add.reduceat(rows, edges[:-1] - edges[0], axis=0)
            return sums / np.diff(edges).astype(np.float32)[:, None]

        return (yield from measured_steps(means, self.words, self.drawn, outputs))


def draw_heldout_windows(
    corpus: EncodedCorpus,
    parts: Split,
    keep: ChanceArray,
    noise: Noise,
    *,
    window: int,
    negatives: int,
    rng: np.random.Generator,
    most_pairs: int,
) -> HeldoutWindows:
    """Draw at most `most_pairs` of the held-out sentences, windows and subsampling as in training, and negatives."""
    tokens, here, there = heldout_places(corpus, parts, keep, window, rng)
    order = np.lexsort((there, here))
    here, there = here[order], there[order]
    places, counts = np.unique(here, return_counts=True)
    if len(places) > most_pairs:
        chosen = np.zeros(len(places), np.bool_)
        chosen[rng.choice(len(places), most_pairs, replace=False)] = True
        there = there[np.repeat(chosen, counts)]
        places, counts = places[chosen], counts[chosen]
    edges = np.concatenate([[0], np.cumsum(counts)])
    drawn = noise.draw(rng, (len(places), negatives))
    return HeldoutWindows(read_only(tokens[places]), read_only(tokens[there]), read_only(edges), read_only(drawn))
