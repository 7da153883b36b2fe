"""Training: skip-gram, CBOW and fastText of 100 dimensions beside gensim's, words per second at its best workers.

Memory is the peak of a fresh process that reads a file and trains one epoch on it, ours beside gensim's.
The text is the first *.txt.gz in the folder named by EMBEDVIZ_BENCH_DATA, up to five million tokens, else one that is
generated with Zipf's law.
"""

from __future__ import annotations

import gzip
import importlib
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from embedviz import kernels
from embedviz.progress import finish
from embedviz.space.labels import Labels
from embedviz.training import KERNELS, TRAINERS, EncodedCorpus, TrainingOptions
from embedviz.training.moment import Trained

MOST_TOKENS, GENERATED_TOKENS, EPOCHS, MIN_COUNT = 5_000_000, 1_000_000, 3, 5
LISTS = {"WordSim-353": "wordsim353.tsv", "SimLex-999": "simlex999.txt"}


@pytest.fixture(scope="module")
def sentences() -> list[list[str]]:
    folder = os.environ.get("EMBEDVIZ_BENCH_DATA")
    given = sorted(Path(folder).rglob("*.txt.gz")) if folder else []
    if not given:
        words = np.array([f"w{row}" for row in range(30_000)])
        shares = 1 / np.arange(1, len(words) + 1)
        tokens = np.random.default_rng(1).choice(len(words), GENERATED_TOKENS, p=shares / shares.sum())
        return [words[tokens[start : start + 25]].tolist() for start in range(0, GENERATED_TOKENS, 25)]
    read: list[list[str]] = []
    n_tokens = 0
    with gzip.open(given[0], "rt", encoding="utf-8") as lines:
        for line in lines:
            sentence = line.split()[: MOST_TOKENS - n_tokens]
            n_tokens += len(sentence)
            if sentence:
                read.append(sentence)
            if n_tokens >= MOST_TOKENS:
                break
    return read


def encoded(sentences: list[list[str]]) -> EncodedCorpus:
    counts = Counter(word for sentence in sentences for word in sentence)
    ranked = [(word, count) for word, count in counts.most_common() if count >= MIN_COUNT]
    rows = {word: row for row, (word, _) in enumerate(ranked)}
    kept = [[rows[word] for word in sentence if word in rows] for sentence in sentences]
    tokens = np.array([row for sentence in kept for row in sentence], np.int32)
    starts = np.cumsum([0, *(len(sentence) for sentence in kept if sentence)], dtype=np.int64)
    labels = Labels.from_strings(word for word, _ in ranked)
    numbers = np.array([count for _, count in ranked], np.int64)
    return EncodedCorpus(tokens, starts, labels, numbers, sum(map(len, sentences)), 0)


@pytest.mark.parametrize("algorithm", ["skip-gram", "cbow", "fasttext"])
def test_it_beside_gensim(benchmark, say, sentences, algorithm):
    from gensim.models import FastText, KeyedVectors, Word2Vec
    from gensim.test.utils import datapath

    trainer = importlib.import_module(f"embedviz.training.{algorithm.replace('-', '_')}")
    finish(kernels.load(trainer.KERNELS))
    corpus = encoded(sentences)
    options = TrainingOptions(algorithm=algorithm, epochs=EPOCHS, min_count=MIN_COUNT, n_threads=os.cpu_count())
    train = TRAINERS[algorithm]
    trained: Trained = benchmark.pedantic(lambda: finish(train(corpus, options, None)), rounds=1)
    mine = EPOCHS / sum(1 / record.words_per_second for record in trained.records)
    vectors = KeyedVectors(options.n_dims)
    vectors.add_vectors(list(corpus.words), trained.vectors)

    peers = {"skip-gram": (Word2Vec, 1), "cbow": (Word2Vec, 0), "fasttext": (FastText, 1)}
    theirs, peer_vectors = 0.0, vectors
    for workers in {2, 3, os.cpu_count() or 1}:
        make, sg = peers[algorithm]
        peer = make(
            vector_size=100, window=5, min_count=MIN_COUNT, sample=1e-3, sg=sg, negative=5, workers=workers, seed=1
        )
        peer.build_vocab(sentences)
        start = time.perf_counter()
        peer.train(sentences, total_examples=peer.corpus_count, epochs=EPOCHS)
        speed = EPOCHS * corpus.n_raw_tokens / (time.perf_counter() - start)
        if speed > theirs:
            theirs, peer_vectors = speed, peer.wv
    ratio = mine / theirs
    benchmark.extra_info.update(claim=algorithm, peer="gensim", ours=mine, peer_speed=theirs, ratio=ratio)
    say(f"{algorithm}: {mine / 1e6:.2f} M words/s; gensim: {theirs / 1e6:.2f} M words/s; ratio {ratio:.1f}")
    for name, file in LISTS.items():
        if "king" in vectors:
            rhos = [each.evaluate_word_pairs(datapath(file))[1][0] for each in (vectors, peer_vectors)]
            say(f"{algorithm}: {name}: rho {rhos[0]:.3f}; gensim: {rhos[1]:.3f}")


OURS = """
import sys, embedviz
embedviz.train(sys.argv[1], epochs=1, min_count=5, n_threads=2)
"""
PEER = """
import sys
from gensim.models import Word2Vec
Word2Vec(corpus_file=sys.argv[1], vector_size=100, window=5, min_count=5, sample=1e-3, sg=1, negative=5, epochs=1,
         workers=2)
"""
PEAK = """
import resource
if sys.platform == "linux":  # where getrusage still counts the parent, before the exec
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    print(1024 * int(status["VmHWM"].split()[0]))
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell the peak by getrusage")
def test_peak_memory_beside_gensim(benchmark, say, sentences, tmp_path):
    finish(kernels.load(KERNELS))  # a machine compiles them once, in a process of its own
    path = tmp_path / "corpus.txt"
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(" ".join(sentence) + "\n" for sentence in sentences)

    def peak(program: str) -> float:
        done = subprocess.run([sys.executable, "-c", program + PEAK, str(path)], capture_output=True, check=True)
        return int(done.stdout.split()[-1]) / 1e6

    mine = benchmark.pedantic(peak, args=(OURS,), rounds=1)
    theirs = peak(PEER)
    benchmark.extra_info.update(claim="peak memory", peer="gensim", ours=mine, peer_memory=theirs, ratio=mine / theirs)
    say(f"peak memory of training: {mine:.0f} MB; gensim: {theirs:.0f} MB; ratio {mine / theirs:.2f}")
