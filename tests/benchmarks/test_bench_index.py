"""The compressed index beside gensim and faiss's flat index: time of a question, recall, size, building.

EMBEDVIZ_BENCH_ROWS sets the items of the generated space of 300 dimensions, whose spectrum falls as real ones do and
whose items stand in no separated clusters.
"""

from __future__ import annotations

import os
import time

import numpy as np
import pytest

from embedviz.progress import finish
from embedviz.space.answer import ask
from embedviz.space.batch import search_many_steps
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.search_index import build_steps
from embedviz.space.source import Source

N_ROWS = int(os.environ.get("EMBEDVIZ_BENCH_ROWS", "400000"))
N_ASKED = 1_000


@pytest.fixture(scope="module", params=["real", "generated"])
def space(request, glove_vectors, sloping_vectors):
    vectors = glove_vectors if request.param == "real" else sloping_vectors(N_ROWS, 300)
    labels = Labels.from_strings(f"w{row}" for row in range(len(vectors)))
    made = EmbeddingSpace(vectors, labels, Source("bench", "memory"))
    made.prepare()
    return made


@pytest.mark.parametrize("exact", [True, False])
def test_a_question_beside_gensim(compare, space, exact):
    from gensim.models import KeyedVectors

    peer = KeyedVectors(space.n_dims)
    peer.vectors, peer.index_to_key = space.vectors, list(space.labels)
    peer.key_to_index = {label: row for row, label in enumerate(peer.index_to_key)}
    peer.norms = space.norms.astype(np.float32)
    compare(
        f"{'exact' if exact else 'index'}, {space.n_items:,} x {space.n_dims}, k = 10",
        lambda: ask(space, "w4321", 10, exact=exact),
        "gensim most_similar",
        lambda: peer.most_similar("w4321", topn=10),
        rounds=21,
    )


def test_a_question_beside_a_flat_index(compare, space):
    import faiss

    unit = np.ascontiguousarray(space.vectors / np.maximum(space.norms, 1e-9)[:, None], np.float32)
    flat = faiss.IndexFlatIP(space.n_dims)
    flat.add(unit)
    compare(
        f"index, {space.n_items:,} x {space.n_dims}, k = 10",
        lambda: ask(space, "w4321", 10, exact=False),
        "faiss IndexFlatIP",
        lambda: flat.search(unit[4321][None], 11),
        rounds=21,
    )


def test_recall_size_and_building(benchmark, say, space):
    start = time.perf_counter()
    index = finish(build_steps(space, "cosine"))
    built = time.perf_counter() - start
    asked = np.random.default_rng(11).choice(space.n_items, N_ASKED, replace=False)
    start = time.perf_counter()
    truth = finish(
        search_many_steps(
            space,
            space.vectors[asked].astype(np.float64),
            10,
            metric="cosine",
            exclude=[[row] for row in asked.tolist()],
        )
    )
    seconds = time.perf_counter() - start
    n_found = 0
    for row, (rows, _) in zip(asked.tolist(), truth, strict=True):
        found, _ = finish(index.search_steps(space, space.vectors[row].astype(np.float64), 10, (row,)))
        n_found += len(set(found.tolist()) & set(rows.tolist()))
    recall, share = n_found / (10 * N_ASKED), index.n_bytes / space.vectors.nbytes
    benchmark.extra_info.update(claim="recall", peer="exact search", recall=recall, share=share, built=built)
    say(
        f"index, {space.n_items:,} x {space.n_dims}: recall@10 {recall:.4f} of {N_ASKED:,} questions (measured before: "
        f"{index.recall:.4f}), {share:.1%} of the matrix, built in {built:.1f} s; 1,000 exact ones in {seconds:.1f} s"
    )
    benchmark.pedantic(lambda: index, rounds=1)
