"""Opening files: text and binary beside the programs people use, the second opening, and peak memory.

EMBEDVIZ_BENCH_ITEMS (40,000; 400,000 is the size that is spoken of) sets the rows of the generated files of 300
dimensions. polars takes part where it is installed. Every round reads a file that is in the system's cache.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from embedviz import formats, kernels, paths
from embedviz.progress import finish
from embedviz.space.embedding_space import EmbeddingSpace

ITEMS, DIMS = int(os.environ.get("EMBEDVIZ_BENCH_ITEMS", "40000")), 300
MEMORY = Path(__file__).parent / "programs" / "opening_memory.py"

Compare = Callable[..., float]


@pytest.fixture(scope="module", autouse=True)
def _ready() -> None:
    finish(kernels.load(formats.KERNELS))


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    monkeypatch.setattr(paths, "spaces", lambda: folder)


@pytest.fixture(scope="module")
def text_300(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """GloVe text with six decimals."""
    return written(tmp_path_factory.mktemp("reading") / "generated.300d.txt", DIMS)


@pytest.fixture(scope="module")
def text_50(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """GloVe text of few dimensions: what is worked out of the labels weighs most beside these."""
    return written(tmp_path_factory.mktemp("reading") / "generated.50d.txt", 50)


def written(path: Path, n_dims: int) -> Path:
    generator = np.random.default_rng(11)
    form = "w%d" + " %.6f" * n_dims + "\n"
    with path.open("w", newline="\n") as file:
        for start in range(0, ITEMS, 1000):
            rows = generator.normal(0, 0.4, (min(1000, ITEMS - start), n_dims)).tolist()
            file.write("".join(form % (start + at, *row) for at, row in enumerate(rows)))
    return path


@pytest.fixture(scope="module")
def binary_300(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """word2vec binary."""
    path = tmp_path_factory.mktemp("reading") / "generated.300d.bin"
    generator = np.random.default_rng(12)
    with path.open("wb") as file:
        file.write(b"%d %d\n" % (ITEMS, DIMS))
        for start in range(0, ITEMS, 1000):
            rows = generator.standard_normal((min(1000, ITEMS - start), DIMS), np.float32)
            file.write(b"".join(b"w%d %s\n" % (start + at, row.tobytes()) for at, row in enumerate(rows)))
    return path


def opened(path: Path) -> EmbeddingSpace:
    return finish(formats.open_steps(path))


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_text_beside_gensim(compare: Compare, text_300: Path) -> None:
    from gensim.models import KeyedVectors

    def peer() -> object:
        return KeyedVectors.load_word2vec_format(str(text_300), no_header=True)

    assert np.array_equal(opened(text_300).vectors, peer().vectors)  # type: ignore[attr-defined]
    compare(f"text {ITEMS:,} x {DIMS}", lambda: opened(text_300), "gensim", peer, rounds=1)


def test_text_beside_polars(compare: Compare, text_300: Path) -> None:
    polars = pytest.importorskip("polars")
    schema = {"label": polars.String, **{f"x{at}": polars.Float32 for at in range(DIMS)}}

    def peer() -> object:
        return polars.read_csv(text_300, separator=" ", has_header=False, schema=schema, quote_char=None)

    compare(f"text {ITEMS:,} x {DIMS}", lambda: opened(text_300), "polars' CSV reader", peer, rounds=5)


def test_text_beside_pyarrow(compare: Compare, text_300: Path) -> None:
    import pyarrow as pa
    import pyarrow.csv as pc

    names = ["label", *(f"x{at}" for at in range(DIMS))]
    reading = pc.ReadOptions(column_names=names)
    parsing = pc.ParseOptions(delimiter=" ", quote_char=False)
    converting = pc.ConvertOptions(column_types={name: pa.float32() for name in names[1:]})

    def peer() -> object:
        return pc.read_csv(text_300, reading, parsing, converting)

    compare(f"text {ITEMS:,} x {DIMS}", lambda: opened(text_300), "pyarrow's CSV reader", peer, rounds=5)


def test_binary_beside_gensim(compare: Compare, binary_300: Path) -> None:
    from gensim.models import KeyedVectors

    def peer() -> object:
        return KeyedVectors.load_word2vec_format(str(binary_300), binary=True)

    compare(f"word2vec binary {ITEMS:,} x {DIMS}", lambda: opened(binary_300), "gensim", peer, rounds=3)


def test_the_second_opening_up_to_its_first_answer(compare: Compare, text_300: Path) -> None:
    first = opened(text_300)
    finish(formats.keep_steps(first))
    assert opened(text_300).source.from_cache

    def ours() -> object:
        return opened(text_300).neighbors("w17", 10)

    def peer() -> object:
        return np.frombuffer(matrix.read_bytes(), np.float32, first.vectors.size, 128)[:1]

    matrix = next(paths.spaces().glob("*/vectors.npy"))
    compare(f"second opening and answer, {ITEMS:,} x {DIMS}", ours, "one read of the matrix", peer, rounds=5)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_peak_memory(say: Callable[[str], None], benchmark, text_300: Path, text_50: Path, binary_300: Path) -> None:
    for path in (text_300, text_50, binary_300):
        start = time.perf_counter()
        found = [subprocess.run([sys.executable, str(MEMORY), str(path)], capture_output=True, check=True).stdout]
        peak, needed = (statistics.median(int(each.split()[place]) for each in found) for place in (0, 1))
        seconds = time.perf_counter() - start
        say(
            f"{path.name}: peak {peak / 1e6:,.0f} MB private over a bare process; matrix and labels {needed / 1e6:,.0f}"
        )
        say(f"    ratio {peak / needed:.2f}, {seconds:.1f} s with the start of the process")
    benchmark.pedantic(lambda: None, rounds=1)
