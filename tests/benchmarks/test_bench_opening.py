"""Opening tables, archives, folders and models: beside pyarrow, a second time, and their peak memory.

EMBEDVIZ_BENCH_ITEMS (40,000; 400,000 is the size that is spoken of) sets the rows of the generated files.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from model_files import fasttext_bytes, safetensors_bytes

from embedviz import formats, kernels, paths
from embedviz.progress import finish
from embedviz.space.embedding_space import EmbeddingSpace

ITEMS = int(os.environ.get("EMBEDVIZ_BENCH_ITEMS", "40000"))
MEMORY = Path(__file__).parent / "programs" / "opening_memory.py"

Compare = Callable[..., float]


@pytest.fixture(scope="module", autouse=True)
def _ready() -> None:
    finish(kernels.load(formats.KERNELS))


@pytest.fixture(autouse=True)
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own."""
    folder = tmp_path / "copies"
    folder.mkdir()
    monkeypatch.setattr(paths, "spaces", lambda: folder)
    return folder


def vectors(n_items: int, n_dims: int) -> np.ndarray:
    return np.random.default_rng(5).standard_normal((n_items, n_dims), np.float32)


def parquet(path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    n_items, n_dims = ITEMS * 5 // 2, 384
    cells = pa.FixedSizeListArray.from_arrays(pa.array(vectors(n_items, n_dims).reshape(-1)), n_dims)
    texts = pa.array([f"a sentence of number {row}" for row in range(n_items)])
    pq.write_table(pa.table({"text": texts, "embedding": cells}), path)


def archive(path: Path) -> None:
    np.savez(path, vectors=vectors(ITEMS, 300), labels=np.array([f"word{row}" for row in range(ITEMS)]))


def tokens(path: Path) -> None:
    path.mkdir()
    matrix = vectors(ITEMS, 256)
    content = safetensors_bytes({"embeddings": ("F32", matrix.shape, matrix.tobytes())})
    (path / "model.safetensors").write_bytes(content)
    vocabulary = {f"token{row}": row for row in range(ITEMS)}
    (path / "tokenizer.json").write_text(json.dumps({"model": {"type": "WordPiece", "vocab": vocabulary}}))


def cells(path: Path) -> None:
    """AnnData of single cells: their names are barcodes in capitals, all of which change when case is folded."""
    import h5py

    n_items = ITEMS * 3 // 4
    letters = np.array(list("ACGT"))[np.random.default_rng(6).integers(0, 4, (n_items, 16))]
    with h5py.File(path, "w") as file:
        file["obsm/X_pca"] = vectors(n_items, 100)
        obs = file.create_group("obs")
        obs.attrs["_index"] = "cell"
        obs.create_dataset("cell", data=["".join(each) + "-1" for each in letters], dtype=h5py.string_dtype())


def model(path: Path) -> None:
    words = [f"word{row}" for row in range(ITEMS)]
    path.write_bytes(fasttext_bytes(words, vectors(2 * ITEMS, 300), n_buckets=ITEMS, shortest=3, longest=5))


def opened(path: Path) -> EmbeddingSpace:
    return finish(formats.open_steps(path))


def test_parquet_beside_pyarrow(compare: Compare, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    path = tmp_path / "x.parquet"
    parquet(path)
    compare(
        f"Parquet {ITEMS * 5 // 2:,} x 384", lambda: opened(path), "pyarrow's own read", lambda: pq.read_table(path), 3
    )


@pytest.mark.parametrize(("name", "made"), [("model2vec", tokens), ("model.bin", model)])
def test_the_second_opening_up_to_its_first_answer(
    compare: Compare, tmp_path: Path, copies: Path, name: str, made: Callable[[Path], None]
) -> None:
    path = tmp_path / name
    made(path)
    first = opened(path)
    finish(formats.keep_steps(first))
    assert opened(path).source.from_cache
    question, matrix, n_numbers = first.labels[17], next(copies.glob("*/vectors.npy")), first.vectors.size
    del first

    def ours() -> object:
        return opened(path).neighbors(question, 10)

    def peer() -> object:
        return np.frombuffer(matrix.read_bytes(), np.float32, n_numbers, 128)[:1]

    compare(f"second opening of {name} and answer, {ITEMS:,} items", ours, "one read of the matrix", peer, rounds=5)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize(("name", "made"), [("x.parquet", parquet), ("x.npz", archive), ("x.h5ad", cells)])
def test_peak_memory(
    say: Callable[[str], None], benchmark, tmp_path: Path, name: str, made: Callable[[Path], None]
) -> None:
    made(tmp_path / name)
    output = subprocess.run([sys.executable, str(MEMORY), str(tmp_path / name)], capture_output=True, check=True).stdout
    peak, needed = map(int, output.split())
    say(
        f"{name}: peak {peak / 1e6:,.0f} MB private over a bare process; matrix and labels {needed / 1e6:,.0f}; "
        f"ratio {peak / needed:.2f}"
    )
    benchmark.pedantic(lambda: None, rounds=1)
