"""Trainers that count: PPMI with truncated SVD beside scipy's, from the same counts; and what each of them finds.

The text is that of the training benchmark: the first *.txt.gz in the folder named by EMBEDVIZ_BENCH_DATA, up to five
million tokens, else a generated one. WordSim-353 and SimLex-999 are said of real text only.
"""

from __future__ import annotations

import time

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import svds
from test_bench_training import LISTS, encoded, sentences  # noqa: F401  # `sentences` is a fixture

from embedviz import kernels
from embedviz.progress import finish
from embedviz.training import KERNELS, TRAINERS, TrainingOptions
from embedviz.training.cooccurrence import Cooccurrences, cooccurrence_steps
from embedviz.training.counting import measure_steps
from embedviz.training.crew import crew_of
from embedviz.training.ppmi_svd import ppmi_steps
from embedviz.training.truncated_svd import leading_steps

OPTIONS = TrainingOptions(algorithm="ppmi-svd")
SLOW_TRAINERS = {"glove": {"learning_rate": 0.1, "epochs": 15, "x_max": 10.0}}
"""What is not told by the defaults, which are skip-gram's."""


@pytest.fixture(scope="module")
def corpus(sentences):  # noqa: F811  # the fixture of the other module
    finish(kernels.load(KERNELS))
    return encoded(sentences)


def ppmi_by_scipy(counts: Cooccurrences) -> csr_matrix:
    rows = np.repeat(np.arange(counts.n_words), np.diff(counts.starts))
    paired = np.where(counts.row_sums > 0, counts.row_sums, 1)
    contexts = np.log(paired**OPTIONS.context_power) - np.log((counts.row_sums**OPTIONS.context_power).sum())
    values = np.log(counts.values.astype(np.float64)) - np.log(paired)[rows] - contexts[counts.columns]
    matrix = csr_matrix(
        (np.maximum(values, 0), counts.columns.copy(), counts.starts.copy()), shape=(counts.n_words, counts.n_words)
    )
    matrix.eliminate_zeros()
    return matrix


def test_ppmi_svd_beside_scipy(benchmark, say, corpus):
    parts = finish(measure_steps(corpus, OPTIONS)).parts
    start = time.perf_counter()
    counts = finish(cooccurrence_steps(corpus, parts, OPTIONS.window, "flat"))
    counting = time.perf_counter() - start
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(3):
        start = time.perf_counter()
        with crew_of(OPTIONS) as crew:
            ppmi = finish(ppmi_steps(counts, OPTIONS, crew))
            leading = finish(leading_steps(ppmi.squared_steps, counts.n_words, OPTIONS.n_dims))
        times[0].append(time.perf_counter() - start)
        start = time.perf_counter()
        sizes = np.sort(svds(ppmi_by_scipy(counts), k=OPTIONS.n_dims, v0=np.ones(counts.n_words))[1])[::-1]
        times[1].append(time.perf_counter() - start)
    error = float(np.abs(np.sqrt(leading.values) / sizes - 1).max())
    mine, theirs = (float(np.median(each)) for each in times)
    benchmark.extra_info.update(
        claim="ppmi-svd", peer="scipy svds", ours=mine, peer_seconds=theirs, ratio=mine / theirs
    )
    benchmark.pedantic(lambda: finish(cooccurrence_steps(corpus, parts, OPTIONS.window, "flat")), rounds=1)
    say(
        f"ppmi-svd of {counts.n_words:,} words, {counts.n_entries:,} pairs: {mine:.2f} s; scipy: {theirs:.2f} s; "
        f"ratio {mine / theirs:.2f}"
    )
    say(f"singular values differ by {error:.1e} at most; the pairs were counted in {counting:.2f} s")


@pytest.mark.parametrize("name", ["ppmi-svd", "glove", "lsa", "random"])
def test_what_each_finds(benchmark, say, corpus, name):
    from gensim.models import KeyedVectors
    from gensim.test.utils import datapath

    options = TrainingOptions(algorithm=name, **SLOW_TRAINERS.get(name, {}))
    start = time.perf_counter()
    trained = benchmark.pedantic(lambda: finish(TRAINERS[name](corpus, options, None)), rounds=1)
    seconds = time.perf_counter() - start
    vectors = KeyedVectors(options.n_dims)
    vectors.add_vectors(list(corpus.words), trained.vectors)
    told = f"{name}: {seconds:.1f} s, accuracy {trained.records[-1].accuracy:.3f}"
    if "king" in vectors:
        rhos = {title: vectors.evaluate_word_pairs(datapath(file))[1][0] for title, file in LISTS.items()}
        told += "".join(f"; {title} {rho:.3f}" for title, rho in rhos.items())
    say(told)
