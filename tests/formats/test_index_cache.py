"""Indexes that are kept: the same again without building, and never one of another file or a damaged one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from embedviz import formats, paths
from embedviz.formats import index_cache
from embedviz.progress import finish
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.search_index import SearchIndex, build_steps


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own."""
    made = tmp_path / "cache"
    made.mkdir()
    monkeypatch.setattr(paths, "spaces", lambda: made)
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "vectors.npy"
    np.save(path, np.random.default_rng(4).normal(size=(1_500, 12)).astype(np.float32))
    return path


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The metrics for which an index was built, not found."""
    built: list[str] = []

    def build(space: EmbeddingSpace, metric: str):  # type: ignore[no-untyped-def]
        built.append(metric)
        return (yield from build_steps(space, metric))

    monkeypatch.setattr(index_cache, "build_steps", build)
    return built


def opened(path: Path) -> EmbeddingSpace:
    return finish(formats.open_steps(path))


def index_of(path: Path, metric: str = "cosine") -> SearchIndex:
    return finish(formats.kept_index_steps(opened(path), metric))


def test_an_index_is_built_once(file: Path, builds: list[str]) -> None:
    first, again = index_of(file), index_of(file)
    assert builds == ["cosine"]
    assert (first.depth, first.recall, first.n_measured) == (again.depth, again.recall, again.n_measured)
    space = opened(file)
    for row in range(20):
        vector = space.vectors[row].astype(np.float64)
        found, expected = (finish(each.search_steps(space, vector, 10, (row,))) for each in (again, first))
        assert found[0].tolist() == expected[0].tolist()
    index_of(file, "euclidean")
    assert builds == ["cosine", "euclidean"]


def test_a_changed_file_is_indexed_again(file: Path, builds: list[str]) -> None:
    index_of(file)
    np.save(file, np.random.default_rng(5).normal(size=(1_500, 12)).astype(np.float32))
    os.utime(file, ns=(1, 1))
    index_of(file)
    assert builds == ["cosine", "cosine"]


@pytest.mark.parametrize("name", ["quantized.npy", "rotation.npy", "entry.json"])
@pytest.mark.parametrize("harm", ["flipped", "cut", "gone"])
def test_a_damaged_index_is_built_again(file: Path, folder: Path, builds: list[str], name: str, harm: str) -> None:
    index_of(file)
    [entry] = folder.iterdir()
    damaged = entry / name
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 64
    if harm == "gone":
        damaged.unlink()
    else:
        damaged.write_bytes(content if harm == "flipped" else content[:-7])
    index_of(file)
    index_of(file)
    assert builds == ["cosine", "cosine"]


def test_kept_indexes_count_and_are_cleared(file: Path, builds: list[str]) -> None:
    index = index_of(file)
    usage = formats.cache_usage()
    assert usage.n_files == 1
    assert usage.n_bytes > index.rotation.nbytes
    assert formats.clear_cache() == usage.n_bytes
    index_of(file)
    assert builds == ["cosine", "cosine"]


def test_without_room_or_file_an_index_is_built_and_not_kept(
    file: Path, folder: Path, builds: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_cache, "limit", lambda: 10)
    index_of(file)
    assert not list(folder.iterdir())
    monkeypatch.setattr(index_cache, "limit", lambda: 1 << 40)
    space = opened(file)
    finish(
        index_cache.kept_index_steps(
            EmbeddingSpace(space.vectors, space.labels, space.source.__class__("a", "b")), "dot"
        )
    )
    assert not list(folder.iterdir())
    assert builds == ["cosine", "dot"]
