"""Real files as gensim reads them: the same labels and the same bits."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

from embedviz import formats
from embedviz.progress import finish

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from gensim.models import KeyedVectors
    from gensim.test.utils import datapath


def load(path: str, **options: bool) -> KeyedVectors:
    """What gensim reads; it leaves a file open where there is no header."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return KeyedVectors.load_word2vec_format(path, **options)


@pytest.mark.parametrize(
    ("name", "options", "title"),
    [
        ("word2vec_pre_kv_c", {"binary": False}, "word2vec text"),
        ("lee_fasttext.vec", {"binary": False}, "word2vec text"),
        ("euclidean_vectors.bin", {"binary": True}, "word2vec binary"),
        ("high_precision.kv.bin", {"binary": True}, "word2vec binary"),
        ("high_precision.kv.txt", {"binary": False}, "word2vec text"),
        ("test_glove.txt", {"binary": False, "no_header": True}, "GloVe text"),
    ],
)
def test_the_same_as_gensim(name: str, options: dict[str, bool], title: str) -> None:
    theirs = load(datapath(name), **options)
    space = finish(formats.open_steps(datapath(name)))
    assert space.source.format == title
    assert space.labels[:] == theirs.index_to_key
    assert np.array_equal(space.vectors.view(np.uint32), theirs.vectors.view(np.uint32))


@pytest.mark.parametrize(("suffix", "binary"), [(".txt", False), (".bin", True)])
def test_gensim_reads_what_we_write(tmp_path: Path, suffix: str, binary: bool) -> None:
    space = finish(formats.open_steps(datapath("euclidean_vectors.bin")))
    finish(formats.save_steps(space, tmp_path / f"ours{suffix}"))
    theirs = load(str(tmp_path / f"ours{suffix}"), binary=binary)
    assert theirs.index_to_key == space.labels[:]
    assert np.array_equal(theirs.vectors.view(np.uint32), space.vectors.view(np.uint32))
