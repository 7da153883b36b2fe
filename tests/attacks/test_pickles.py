"""Pickles in all their disguises: refused with the two lines that fit the kind, and never run."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import pickle
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from embedviz import formats
from embedviz.errors import EmbedvizError, UnsafeFileError
from embedviz.progress import finish

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from gensim.test.utils import datapath


class Canary:
    """Unpickling this makes a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return os.mkdir, (str(self.path),)


def zipped(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, content)
        archive.writestr("archive/data/0", bytes(16))
    return file.getvalue()


def object_array(content: bytes) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "|O", "fortran_order": False, "shape": (1,)})
    return file.getvalue() + content


TORCH_LEGACY = pickle.dumps(0x1950A86A20F9469CFC6C, 2)
DISGUISES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a.kv": (bytes, "KeyedVectors.load"),
    "a.model": (bytes, "KeyedVectors.load"),
    "a.pt": (bytes, "torch.load"),
    "pytorch_model.bin": (lambda data: TORCH_LEGACY + data, "torch.load"),
    "zip.pt": (lambda data: zipped("archive/data.pkl", data), "torch.load"),
    "script.bin": (lambda data: zipped("model/constants.pkl", data), "torch.load"),
    "a.pkl": (bytes, "pickle.load"),
    "a.joblib": (bytes, "joblib.load"),
    "z.joblib": (zlib.compress, "joblib.load"),
    "a.pkl.gz": (gzip.compress, "pickle.load"),
    "a.pkl.bz2": (bz2.compress, "pickle.load"),
    "a.pkl.xz": (lzma.compress, "pickle.load"),
    "glove.txt": (bytes, "pickle.load"),
    "vectors.bin": (bytes, "pickle.load"),
    "vectors.parquet": (bytes, "pickle.load"),
    "a.npy": (object_array, "allow_pickle=True"),
}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("name", DISGUISES)
def test_refused_with_the_way_out(tmp_path: Path, name: str, protocol: int) -> None:
    made, words = DISGUISES[name]
    (tmp_path / name).write_bytes(made(pickle.dumps(Canary(tmp_path / "ran"), protocol)))
    with pytest.raises(UnsafeFileError, match=words.replace("(", r"\(")) as caught:
        finish(formats.open_steps(tmp_path / name))
    assert str(caught.value).count("`") >= 4
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(
    "value", [{"king": [1.0, 2.0]}, [[1.0]], (1, 2), {}, [], np.eye(2), "text", b"bytes", 7, {1, 2}, None, 1.5]
)
def test_harmless_pickles_are_not_opened_either(tmp_path: Path, protocol: int, value: object) -> None:
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(value, protocol))
    with pytest.raises(EmbedvizError):
        finish(formats.open_steps(tmp_path / "a.pkl"))


@pytest.mark.parametrize(
    "content", [b"cos\nsystem\n(S'true'\ntR.", b"(S'true'\nios\nsystem\n.", b"c__builtin__\neval\n(V1\ntR."]
)
def test_hand_made_ones(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(EmbedvizError):
        finish(formats.open_steps(tmp_path / "a.txt"))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("w2v-lee-v0.12.0", r"gensim\.models\.Word2Vec\.load\(PATH\)` then `model\.wv\.save"),
        ("lee_fasttext", r"gensim\.models\.FastText\.load\(PATH\)"),
        ("model-from-gensim-3.8.0.w2v", r"gensim\.models\.Word2Vec\.load\(PATH\)"),
    ],
)
def test_gensims_own_models_name_their_class(name: str, words: str) -> None:
    with pytest.raises(UnsafeFileError, match=words):
        finish(formats.open_steps(datapath(name)))


def test_words_that_begin_as_opcodes_do_are_vectors(tmp_path: Path) -> None:
    for text in (b"cat 1 2\ndog 3 4\n", b"(lp 1 2\n(dp 3 4\n", b"c 1 2\nd 3 4\n", b"2 2\ncat 1 2\n(l 3 4\n"):
        (tmp_path / "v.txt").write_bytes(text)
        assert finish(formats.open_steps(tmp_path / "v.txt")).n_items == 2
