"""Benchmarks: each claim is a ratio to a named peer, measured turn by turn in the same run.

Run them with `python -m pytest tests/benchmarks --benchmark-only`. Real vectors are taken from the folder named by
EMBEDVIZ_BENCH_DATA (`glove.6B.50d.txt`, or `glove_6B_50d_emb.npy`), generated ones of the same size otherwise.
"""

from __future__ import annotations

import itertools
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from embedviz.views.launch import SWITCH_SECONDS

N_ITEMS, N_DIMS = 400_000, 50
_LINES = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_LINES] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.stash[_LINES]:
        terminalreporter.section("medians and ratios")
        for line in config.stash[_LINES]:
            terminalreporter.write_line(line)


@pytest.fixture
def say(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Add a line to the summary of the run."""
    return request.config.stash[_LINES].append


@pytest.fixture(autouse=True)
def _threads_take_turns_as_in_the_program() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    yield
    sys.setswitchinterval(before)


@pytest.fixture
def compare(benchmark, say):
    """Time ours and a peer's turn by turn; report both medians in ms and their ratio, and return the ratio.

    With `in_a_row` each turn is so many times the same, as the frames of a movement follow each other.
    """

    def run(
        claim: str,
        ours: Callable[[], object],
        peer_name: str,
        peer: Callable[[], object],
        rounds: int = 15,
        in_a_row: int = 1,
    ) -> float:
        ours()
        peer()
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(-(-rounds // in_a_row)):
            for place, work in itertools.chain.from_iterable(
                itertools.repeat(each, in_a_row) for each in enumerate((ours, peer))
            ):
                start = time.perf_counter()
                work()
                times[place].append(1000 * (time.perf_counter() - start))
        mine, theirs = (statistics.median(each) for each in times)
        ratio = mine / theirs
        benchmark.extra_info.update(claim=claim, peer=peer_name, ours_ms=mine, peer_ms=theirs, ratio=ratio)
        say(f"{claim}: {mine:.2f} ms; {peer_name}: {theirs:.2f} ms; ratio {ratio:.2f}")
        benchmark.pedantic(ours, rounds=1)
        return ratio

    return run


@pytest.fixture(scope="session")
def glove_text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GloVe text file of 400,000 x 50."""
    given = _given("glove.6B.50d.txt")
    if given is not None:
        return given
    vectors, path = _vectors(), tmp_path_factory.mktemp("bench") / "generated.50d.txt"
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for start in range(0, len(vectors), 10_000):
            for row, vector in enumerate(vectors[start : start + 10_000].tolist(), start):
                stream.write(f"w{row} " + " ".join(f"{value:.5g}" for value in vector) + "\n")
    return path


@pytest.fixture(scope="session")
def glove_vectors() -> np.ndarray:
    """Vectors of 400,000 x 50, float32."""
    return _vectors()


@pytest.fixture(scope="session")
def sloping_vectors() -> Callable[[int, int], np.ndarray]:
    """Vectors (n_items, n_dims) whose spectrum falls as real ones do, in no separated clusters."""
    return _sloping


def _sloping(n_items: int, n_dims: int) -> np.ndarray:
    rng = np.random.default_rng(7)
    scales = (np.arange(1, n_dims + 1) ** -0.4).astype(np.float32)
    mixing = np.linalg.qr(rng.normal(size=(n_dims, n_dims)))[0].astype(np.float32)
    topics = rng.standard_normal((3_000, n_dims), np.float32)
    vectors = np.empty((n_items, n_dims), np.float32)
    for start in range(0, n_items, 50_000):
        part = vectors[start : start + 50_000]
        part[:] = rng.standard_normal(part.shape, np.float32) + 0.7 * topics[rng.integers(0, 3_000, len(part))]
        part[:] = (part * scales) @ mixing
    return vectors


def _vectors() -> np.ndarray:
    given = _given("glove_6B_50d_emb.npy")
    if given is not None:
        return np.ascontiguousarray(np.load(given), np.float32)
    rng = np.random.default_rng(7)
    scales = np.linspace(1.0, 0.3, N_DIMS)
    mixing = np.linalg.qr(rng.normal(size=(N_DIMS, N_DIMS)))[0]
    lengths = rng.gamma(9.0, 0.6, size=(N_ITEMS, 1))
    return np.ascontiguousarray((rng.normal(size=(N_ITEMS, N_DIMS)) * scales @ mixing) * lengths / 6, np.float32)


def _given(name: str) -> Path | None:
    folder = os.environ.get("EMBEDVIZ_BENCH_DATA")
    if not folder:
        return None
    found = sorted(Path(folder).rglob(name))
    return found[0] if found else None
