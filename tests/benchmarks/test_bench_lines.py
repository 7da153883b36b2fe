"""Lines as items: reading a text and pooling the words of each line, beside gensim's mean of its KeyedVectors.

The text is the first *.txt.gz in the folder named by EMBEDVIZ_BENCH_DATA, up to a million tokens, else one generated
from the words of the vectors. gensim is given lines that are cut at blanks; ours reads and tokenizes the file.
"""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import numpy as np
import pytest

import embedviz
from embedviz.analysis.pipeline import followed_steps, pipeline
from embedviz.progress import finish

MOST_TOKENS, WORDS_A_LINE = 1_000_000, 25


@pytest.fixture(scope="module")
def space(glove_text):
    made = embedviz.open(glove_text)
    made.prepare()
    return made


@pytest.fixture(scope="module")
def text(space, tmp_path_factory) -> Path:
    folder = os.environ.get("EMBEDVIZ_BENCH_DATA")
    given = sorted(Path(folder).rglob("*.txt.gz")) if folder else []
    if given:
        with gzip.open(given[0], "rt", encoding="utf-8") as file:
            tokens = file.read(8 * MOST_TOKENS).lower().split()[:MOST_TOKENS]
    else:
        shares = 1 / np.arange(1, 50_001)
        rows = np.random.default_rng(1).choice(50_000, MOST_TOKENS, p=shares / shares.sum())
        tokens = [space.labels[row] for row in rows.tolist()]
    path = tmp_path_factory.mktemp("lines") / "text.txt"
    lines = (" ".join(tokens[start : start + WORDS_A_LINE]) for start in range(0, len(tokens), WORDS_A_LINE))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_lines_beside_gensim(compare, say, space, text):
    from gensim.models import KeyedVectors

    vectors = KeyedVectors(space.n_dims)
    vectors.add_vectors(list(space.labels), np.array(space.vectors))
    n_lines = len(text.read_text(encoding="utf-8").splitlines())

    def peer() -> None:
        with text.open(encoding="utf-8") as lines:
            for line in lines:
                vectors.get_mean_vector(line.split(), pre_normalize=False, ignore_missing=True)

    compare(f"{n_lines:,} lines as items", lambda: embedviz.lines(space, text), "gensim", peer, rounds=3)


def test_a_sentence_at_every_key(benchmark, say, space):
    sentence = "The old King of France, who lives in Paris, drinks tea with the Queen of England at 3.14 o'clock."
    alone = benchmark.pedantic(lambda: pipeline(space, sentence), rounds=50, warmup_rounds=3)
    assert alone.n_known > 0 or "w1" in space.labels
    say(f"a sentence of {len(alone.tokens)} words, {space.n_items:,} items: {1000 * benchmark.stats['median']:.2f} ms")


def test_its_nearest_beside_a_scan(compare, space):
    sentence = " ".join(space.labels[row] for row in range(0, 20))
    vector = pipeline(space, sentence).pooled
    unit = space.vectors / np.maximum(np.linalg.norm(space.vectors, axis=1, keepdims=True), 1e-9)

    def peer() -> None:
        scores = unit @ vector
        np.argpartition(-scores, 10)[:10]

    compare("a sentence with its nearest", lambda: finish(followed_steps(space, sentence)), "numpy scan", peer)
