"""Next words: loss on held-out words of the small world beside counted trigrams, and how long learning takes.

The network reads three words where a trigram model reads two, so one that reads two is measured as well.
"""

from __future__ import annotations

import time

import pytest

from embedviz.progress import finish
from embedviz.training import SMALL_WORLD
from embedviz.training.next_word_model import NextWordModel
from embedviz.training.next_word_options import NextWordOptions
from embedviz.training.next_words import next_word_steps


@pytest.mark.parametrize("context", [3, 2])
def test_next_words_beside_trigrams(benchmark, say, context):
    options = NextWordOptions(context=context)
    start = time.perf_counter()
    model: NextWordModel = benchmark.pedantic(lambda: finish(next_word_steps(SMALL_WORLD, options)), rounds=1)
    seconds = time.perf_counter() - start
    ours, theirs, text = model.heldout_loss, model.trigram_loss, model.text
    ratio = ours / theirs
    assert ratio < 1
    benchmark.extra_info.update(
        claim="next words", peer="trigram, Kneser-Ney", ours=ours, peer_loss=theirs, ratio=ratio
    )
    say(
        f"next words after {context}: loss {ours:.3f} nats on {text.n_heldout:,} held-out words; trigrams: Kneser-Ney "
        f"{text.trigram.kneser_ney:.3f}, Jelinek-Mercer {text.trigram.jelinek_mercer:.3f}; ratio {ratio:.2f}; accuracy "
        f"{model.epochs[-1].accuracy:.3f}; {seconds:.1f} s for {len(model.epochs)} epochs of {text.n_learned:,} words"
    )
