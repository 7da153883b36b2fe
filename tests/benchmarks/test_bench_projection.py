"""Projecting: exact PCA of 400,000 x 50 beside scikit-learn's covariance_eigh."""

from __future__ import annotations

import numpy as np

from embedviz.progress import finish
from embedviz.projection import project_steps
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source


def test_pca(compare, glove_vectors):
    from sklearn.decomposition import PCA

    n = len(glove_vectors)
    labels = Labels(np.zeros(0, np.uint8), np.zeros(n + 1, np.int64))
    space = EmbeddingSpace(glove_vectors, labels, Source("bench", "memory"))
    assert space.finite.all()
    compare(
        "PCA to 2 of 400,000 x 50",
        lambda: finish(project_steps(space, "pca", n_components=2)),
        "scikit-learn covariance_eigh",
        lambda: PCA(2, svd_solver="covariance_eigh").fit_transform(glove_vectors),
        rounds=5,
    )
