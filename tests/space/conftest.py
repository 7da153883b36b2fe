"""The bundled words as a space, read here without the reader of the package."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz import paths
from embedviz.space import EmbeddingSpace, Labels, Source


@pytest.fixture(scope="session")
def glove() -> EmbeddingSpace:
    """9,998 English words with their GloVe vectors."""
    folder = paths.sample("glove-10k")
    lines = (folder / "items.tsv").read_text(encoding="utf-8").splitlines()[1:]
    labels = Labels.from_strings(line.split("\t")[0] for line in lines)
    return EmbeddingSpace(np.load(folder / "vectors.npy"), labels, Source("glove-10k", "npy"))
