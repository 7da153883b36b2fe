"""HDF5 and AnnData: read in a child, links never followed, sparse and data-frame parts refused in words.

Most cases call what the child runs in this process; a few go through the child as users do.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from opener import Opener

from embedviz import paths
from embedviz.errors import ChildError, ChoiceNeededError, FormatError, MemoryPlanError, OptionError
from embedviz.formats import hdf5_objects, hdf5_tables, npz
from embedviz.formats.probe import Probe
from embedviz.formats.registry import Reading, Wish
from embedviz.progress import finish
from embedviz.space.labels import Labels

TABLE = np.array([[1, 2], [3, 4], [5, 6]])
NAMES = ["eins", "zwei", "drü"]


def read(path: Path, vector: str | None = None, label: str | None = None) -> tuple[dict[str, Any], Reading | None]:
    """What the child does, in this process: its JSON, and the file it hands over."""
    target = path.with_suffix(".handed.npz")
    steps = hdf5_tables.read_steps(str(path), path.name, vector, label, str(target))
    result = json.loads(json.dumps(finish(steps)))
    if "choices" in result:
        return result, None
    return result, finish(npz.FORMAT.read(Probe.of(target, path), Wish()))


def texts(group: h5py.Group, name: str, values: list[str]) -> None:
    group.create_dataset(name, data=values, dtype=h5py.string_dtype())


def anndata(path: Path, **obsm: np.ndarray) -> None:
    """A file as AnnData's specification describes it, version 0.2 of obs and of categories."""
    with h5py.File(path, "w") as file:
        file.attrs["encoding-type"] = "anndata"
        obs = file.create_group("obs")
        obs.attrs.update({"encoding-type": "dataframe", "_index": "cell", "column-order": ["kind", "n"]})
        texts(obs, "cell", NAMES)
        kind = obs.create_group("kind")
        kind.attrs["encoding-type"] = "categorical"
        texts(kind, "categories", ["a", "b"])
        kind["codes"] = np.array([1, -1, 0], np.int8)
        obs["n"] = np.array([1.5, np.nan, 3])
        masked = obs.create_group("whole")
        masked["values"], masked["mask"] = np.array([1, 2, 3]), np.array([False, True, False])
        obs["ok"] = np.array([True, False, True])
        obs.create_group("strange")["x"] = 1
        sparse = file.create_group("X")
        sparse.attrs["encoding-type"] = "csr_matrix"
        file.create_group("var")
        group = file.create_group("obsm")
        for name, table in obsm.items():
            group[name] = table
        frame = group.create_group("frame")
        frame.attrs["encoding-type"] = "dataframe"


def test_through_the_child_as_a_person_opens_it(opened: Opener, tmp_path: Path) -> None:
    anndata(tmp_path / "cells.h5ad", X_pca=TABLE.astype(np.float64))
    space = opened("cells.h5ad")
    assert space.source.format == "AnnData"
    assert np.array_equal(space.vectors, TABLE.astype(np.float32))
    assert space.labels[:] == NAMES
    assert {name: [column.text(row) for row in range(3)] for name, column in space.metadata.items()} == {
        "kind": ["b", "", "a"],
        "n": ["1.5", "", "3"],
        "whole": ["1", "", "3"],
        "ok": ["yes", "no", "yes"],
    }
    assert [(note.kind, note.count) for note in space.notes] == [("columns_skipped", 1)]
    assert space.source.content_hash
    assert list(paths.cache().glob("unpacked-*")) == []


def test_a_choice_and_a_damaged_file_through_the_child(opened: Opener, tmp_path: Path) -> None:
    anndata(tmp_path / "cells.h5ad", X_pca=TABLE, X_umap=TABLE)
    with pytest.raises(ChoiceNeededError, match=r"“obsm/X_pca” \(3 × 2 numbers\), “obsm/X_umap”") as caught:
        opened("cells.h5ad")
    assert caught.value.contents.format == "AnnData"
    content = (tmp_path / "cells.h5ad").read_bytes()
    with pytest.raises(FormatError, match="damaged"):
        opened("cut.h5ad", content[:900])
    assert list(paths.cache().glob("unpacked-*")) == []


def test_a_child_that_dies_is_named(opened: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    anndata(tmp_path / "cells.h5ad", X_pca=TABLE)
    monkeypatch.setattr("embedviz.formats.hdf5._FUNCTION", "child_functions:exit_at_once")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent.parent)]))
    with pytest.raises(ChildError, match=r"“cells\.h5ad” could not be read, .*exit code 7"):
        opened("cells.h5ad")
    assert list(paths.cache().glob("unpacked-*")) == []


def test_any_table_of_a_plain_file_with_what_lies_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["run/vectors"] = TABLE.astype(np.float16)
        texts(file, "names", NAMES)
        texts(file, "more", ["x", "y", "x"])
        file["count"] = np.arange(3)
        file["flat"] = np.arange(9)
    result, reading = read(path)
    assert reading is not None
    assert result["title"] == "HDF5"
    assert np.array_equal(reading.vectors, TABLE.astype(np.float32))
    assert reading.labels is not None
    assert reading.labels[:] == NAMES
    assert reading.metadata is not None
    assert set(reading.metadata) == {"more", "count"}
    assert reading.metadata["more"].kind == "category"
    _, other = read(path, label="more")
    assert other is not None
    assert other.labels == Labels.from_strings(["x", "y", "x"])
    with pytest.raises(OptionError, match="it has “more”, “names”"):
        read(path, label="count")


def test_chunked_compressed_and_wide_types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedviz.formats.hdf5_objects._BYTES_AT_ONCE", 256)
    array = np.random.default_rng(1).normal(size=(101, 7))
    for dtype in (">f8", "<f4", "<i4", "u1", "bool"):
        path = tmp_path / "c.h5"
        with h5py.File(path, "w") as file:
            file.create_dataset("x", data=array.astype(dtype), chunks=(10, 3), compression="gzip", shuffle=True)
        _, reading = read(path)
        assert reading is not None
        assert np.array_equal(reading.vectors, array.astype(dtype).astype(np.float32))


def test_vectors_by_name(tmp_path: Path) -> None:
    anndata(tmp_path / "c.h5ad", X_pca=TABLE, X_umap=TABLE[:, :1])
    result, _ = read(tmp_path / "c.h5ad")
    assert result["choices"] == [["obsm/X_pca", [3, 2]], ["obsm/X_umap", [3, 1]]]
    for name in ("X_umap", "obsm/X_umap", "/obsm/X_umap"):
        assert read(tmp_path / "c.h5ad", name)[0]["chosen"] == "obsm/X_umap"
    with pytest.raises(FormatError, match="is a data frame"):
        read(tmp_path / "c.h5ad", "frame")
    with pytest.raises(FormatError, match="is a sparse matrix"):
        read(tmp_path / "c.h5ad", "X")
    with pytest.raises(OptionError, match="no table of numbers “y”"):
        read(tmp_path / "c.h5ad", "y")
    assert read(tmp_path / "c.h5ad", "X_pca", "kind")[1].labels[:] == ["b", "", "a"]


def test_nothing_to_read_says_what_there_is(tmp_path: Path) -> None:
    anndata(tmp_path / "c.h5ad")
    with pytest.raises(FormatError, match="“obsm/frame” is a data frame"):
        read(tmp_path / "c.h5ad")


def test_links_lead_nowhere(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["x"] = TABLE
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["out"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "/x")
        file["soft"] = h5py.SoftLink("/loop/loop/out")
        file.create_group("loop")["loop"] = file
    with pytest.raises(FormatError, match="“out” is an external link, which is not followed"):
        read(tmp_path / "a.h5")
    with pytest.raises(FormatError):
        read(tmp_path / "a.h5", "out")
    with h5py.File(tmp_path / "a.h5", "a") as file:
        file["mine"] = TABLE
    assert read(tmp_path / "a.h5")[0]["chosen"] == "mine"


def test_values_that_lie_in_other_files_are_not_read(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["x"] = TABLE.astype("<f8")
    layout = h5py.VirtualLayout((3, 2), "<f8")
    layout[:] = h5py.VirtualSource(str(tmp_path / "secret.h5"), "x", (3, 2))
    (tmp_path / "raw").write_bytes(bytes(48))
    with h5py.File(tmp_path / "v.h5", "w") as file:
        file.create_virtual_dataset("virtual", layout)
        file.create_dataset("raw", (3, 2), "<f8", external=[(str(tmp_path / "raw"), 0, 48)])
    for name in ("virtual", "raw"):
        with pytest.raises(FormatError, match="from other files"):
            read(tmp_path / "v.h5", name)


def test_more_declared_than_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with h5py.File(tmp_path / "b.h5", "w") as file:
        file.create_dataset("x", (1 << 40, 1 << 10), "<f4", chunks=(1 << 10, 1 << 10))
    with pytest.raises(FormatError, match=r"declares .* and 0 are stored"):
        read(tmp_path / "b.h5")
    with h5py.File(tmp_path / "c.h5", "w") as file:
        file["x"] = TABLE
    monkeypatch.setattr("embedviz.formats.memory_plan.free_memory", lambda: 10)
    with pytest.raises(MemoryPlanError):
        read(tmp_path / "c.h5")


def test_one_long_text_many_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts lie in a heap, and any number of cells can point at the longest."""
    monkeypatch.setattr("embedviz.formats.hdf5_objects._SMALL_BYTES", 1 << 10)
    monkeypatch.setattr("embedviz.formats.hdf5_objects._MOST_TIMES", 1)
    path = tmp_path / "t.h5"
    with h5py.File(path, "w") as file:
        file["x"] = np.zeros((400, 1))
        texts(file, "label", ["z" * 2000] * 400)
    content = path.stat().st_size
    assert content > 400 * 2000
    monkeypatch.setattr(Path, "stat", lambda self, **_: os.stat_result((0,) * 6 + (4096,) + (0,) * 3))
    with pytest.raises(FormatError, match="longer than the file can hold"):
        finish(hdf5_tables.read_steps(str(path), "t.h5", None, None, str(tmp_path / "out.npz")))


@pytest.mark.parametrize("codes", [[0, 1, 2], [0, -2, 1]])
def test_categories_that_point_nowhere(tmp_path: Path, codes: list[int]) -> None:
    anndata(tmp_path / "c.h5ad", X_pca=TABLE)
    with h5py.File(tmp_path / "c.h5ad", "a") as file:
        file["obs/kind/codes"][:] = codes
    with pytest.raises(FormatError, match="point outside their 2 names"):
        read(tmp_path / "c.h5ad")


def test_deep_and_wide_files_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedviz.formats.hdf5_objects._MOST_OBJECTS", 50)
    with h5py.File(tmp_path / "d.h5", "w") as file:
        group: h5py.Group = file
        for _ in range(40):
            group = group.create_group("g")
    with pytest.raises(FormatError, match="more groups"):
        read(tmp_path / "d.h5")
    with h5py.File(tmp_path / "w.h5", "w") as file:
        for at in range(60):
            file[f"d{at}"] = 1
    with pytest.raises(FormatError, match="more groups"):
        read(tmp_path / "w.h5")


@pytest.mark.parametrize("kind", ["<f4", ">f4", "<f8", "<f2", "<i2", "|b1"])
@pytest.mark.parametrize("chunks", [None, (3, 4)])
def test_a_table_is_handed_over_some_rows_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, chunks: tuple[int, int] | None
) -> None:
    monkeypatch.setattr(hdf5_objects, "_BYTES_AT_ONCE", 64)
    table = np.random.default_rng(1).integers(-9, 9, (37, 4)).astype(kind)
    path = tmp_path / "many.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("vectors", data=table, chunks=chunks)
        texts(file, "names", [f"name {row} ä" for row in range(37)])
        parts = list(hdf5_objects.table_parts(file["vectors"]))
        assert len(parts) >= 2
        assert max(part.nbytes for part in parts) <= 4 * 4 * max(3, 64 // (4 * table.itemsize))
    _, reading = read(path)
    assert reading is not None
    assert reading.vectors.dtype == np.float32
    np.testing.assert_array_equal(reading.vectors, table.astype(np.float32))
    assert reading.labels is not None
    assert list(reading.labels) == [f"name {row} ä" for row in range(37)]


def test_texts_that_are_no_utf8_are_mended_each_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "bad.h5"
    with h5py.File(path, "w") as file:
        file["vectors"] = np.ones((3, 2), np.float32)
        file.create_dataset("names", data=[b"a\xc3", b"\xa4b", b"ok"], dtype=h5py.string_dtype())
    _, reading = read(path)
    assert reading is not None
    assert reading.labels is not None
    assert list(reading.labels) == ["a\ufffd", "\ufffdb", "ok"]
