"""Samples of rows: the same rows of any format, in the order of the file, with what belongs to them, and stated."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from opener import Opener

import embedviz
from embedviz import formats
from embedviz.errors import MemoryPlanError, OptionError
from embedviz.formats import growing_rows, memory_plan, row_store
from embedviz.formats.row_sample import RowSample
from embedviz.progress import finish
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source
from embedviz.space.table import Column, Table

N_ITEMS, N_DIMS = 20_000, 32
VECTORS = np.random.default_rng(3).normal(size=(N_ITEMS, N_DIMS)).astype(np.float32)
NUMBERS = Column("number", np.arange(N_ITEMS, dtype=np.float64), np.zeros(N_ITEMS, bool))
SPACE = EmbeddingSpace(
    VECTORS,
    Labels.from_strings(f"w{row}" for row in range(N_ITEMS)),
    Source("made", "made"),
    Table(N_ITEMS, {"n": NUMBERS}),
)


def noted(space: EmbeddingSpace) -> list[str]:
    return [note.text for note in space.notes if note.kind == "sample"]


def saved(folder: Path, suffix: str) -> Path:
    path = folder / f"all{suffix}"
    finish(formats.save_steps(SPACE, path))
    return path


@pytest.mark.parametrize("suffix", [".txt", ".bin", ".npy", ".npz", ".tsv", ".parquet", ".arrow", ".safetensors"])
def test_every_format_gives_the_same_rows_with_what_belongs_to_them(tmp_path: Path, suffix: str) -> None:
    path = saved(tmp_path, suffix)
    space = embedviz.open(path, sample=500, seed=7)
    rows = RowSample(500, 7).rows(N_ITEMS)
    assert np.array_equal(space.vectors, VECTORS[rows])
    assert list(space.labels) == [f"w{row}" for row in rows.tolist()]
    assert noted(space) == ["A random sample of 500 of 20,000 rows, seed 7."]
    assert np.allclose(space.norms, np.linalg.norm(VECTORS[rows].astype(np.float64), axis=1))
    if "n" in embedviz.open(path).metadata:
        assert np.asarray(space.metadata["n"].values).tolist() == rows.tolist()


def test_rows_are_drawn_evenly_without_replacement_and_in_order() -> None:
    counts: Counter[int] = Counter()
    for seed in range(400):
        rows = RowSample(5, seed).rows(20)
        assert len(rows) == 5
        assert (np.diff(rows) > 0).all()
        counts.update(rows.tolist())
    expected = 400 * 5 / 20
    assert sum((counts[row] - expected) ** 2 / expected for row in range(20)) < 43.8  # chi-square, 19 degrees, p 0.001
    assert RowSample(5, 1).rows(20).tolist() == RowSample(5, 1).rows(20).tolist()
    assert RowSample(5, 1).rows(5).tolist() == RowSample(9, 1).rows(5).tolist() == [0, 1, 2, 3, 4]


def test_a_file_with_fewer_rows_is_opened_whole_and_says_so(opened: Opener) -> None:
    space = opened("a.txt", b"a 1 2\nb 3 4\n", sample=5)
    assert space.n_items == 2
    assert noted(space) == ["All 2 rows were opened; a sample of 5 was asked."]
    assert noted(opened("a.txt")) == []


@pytest.mark.parametrize("wish", [{"sample": 0}, {"sample": -1}, {"sample": 3, "seed": -1}])
def test_samples_that_cannot_be(opened: Opener, wish: dict[str, int]) -> None:
    with pytest.raises(OptionError, match=r"at least one row|0 or larger"):
        opened("a.txt", b"a 1 2\nb 3 4\n", **wish)


def test_named_labels_and_metadata_are_about_all_rows(tmp_path: Path) -> None:
    np.save(tmp_path / "v.npy", VECTORS.astype(">f8"))
    labels, table = tmp_path / "names", tmp_path / "about.csv"
    labels.write_text("\n".join(f"w{row}" for row in range(N_ITEMS)))
    table.write_text("label,odd\n" + "".join(f"w{row},{'yes' if row % 2 else 'no'}\n" for row in range(N_ITEMS)))
    rows = RowSample(9, 0).rows(N_ITEMS)
    space = embedviz.open(tmp_path / "v.npy", labels=labels, metadata=table, sample=9)
    assert list(space.labels) == [f"w{row}" for row in rows.tolist()]
    assert [space.metadata["odd"].text(at) for at in range(9)] == [("no", "yes")[row % 2] for row in rows.tolist()]
    assert np.array_equal(space.vectors, VECTORS[rows])
    np.save(tmp_path / "f.npy", np.asfortranarray(VECTORS))
    assert np.array_equal(embedviz.open(tmp_path / "f.npy", sample=9).vectors, VECTORS[rows])


@pytest.mark.parametrize("suffix", [".npy", ".parquet", ".txt", ".bin"])
def test_a_sample_of_what_does_not_fit_into_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    path = saved(tmp_path, suffix)
    if suffix == ".npy":
        for beside in set(tmp_path.iterdir()) - {path}:
            beside.unlink()
    free = VECTORS.nbytes * 9 // 10
    monkeypatch.setattr(memory_plan, "free_memory", lambda: free)
    monkeypatch.setattr(row_store, "free_memory", lambda: free)
    monkeypatch.setattr(row_store, "_WORK_BYTES", 0)
    monkeypatch.setattr(growing_rows, "_STEP_BYTES", 0)
    if suffix in (".npy", ".parquet"):
        with pytest.raises(MemoryPlanError, match="open a sample of it, such as 1,000 items") as caught:
            finish(formats.open_steps(path))
        assert caught.value.sample == 1000
    else:
        monkeypatch.setattr(memory_plan, "free_memory", lambda: 10**12)
        assert "memory_mapped" in {note.kind for note in finish(formats.open_steps(path)).notes}
    space = finish(formats.open_steps(path, sample=2000))
    assert np.array_equal(space.vectors, VECTORS[RowSample(2000).rows(N_ITEMS)])
    assert "memory_mapped" not in {note.kind for note in space.notes}


def test_a_damaged_row_is_named_by_its_place_in_the_file(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    cells: list[list[float] | None] = [[1.0, 2.0]] * 30_000
    cells[29_000] = [1.0]
    pq.write_table(pa.table({"label": ["a"] * len(cells), "vector": cells}), tmp_path / "p.parquet")
    with pytest.raises(embedviz.EmbedvizError, match="Row 29,000"):
        embedviz.open(tmp_path / "p.parquet", sample=3)


def test_the_copy_of_a_sample_is_of_that_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    monkeypatch.setattr("embedviz.paths.spaces", lambda: folder)
    monkeypatch.setattr("embedviz.formats.space_cache.WORTH_BYTES", 0)
    path = saved(tmp_path, ".txt")
    first = finish(formats.open_steps(path, sample=50, seed=4))
    finish(formats.keep_steps(first))
    second = finish(formats.open_steps(path, sample=50, seed=4))
    assert second.source.from_cache
    assert noted(second) == noted(first)
    assert np.array_equal(second.vectors, first.vectors)
    assert not finish(formats.open_steps(path, sample=50, seed=5)).source.from_cache
    assert finish(formats.open_steps(path)).n_items == N_ITEMS
