""".npy and .npz: types, orders, lies, pickles, and what stands beside the vectors."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from opener import Opener

from embedviz.errors import FormatError, MemoryPlanError, OptionError, UnsafeFileError

TABLE = np.array([[1, -2, 3.5], [0.25, 5, 60000]])


def npy(array: np.ndarray, **options: bool) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def npz(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def with_header(text: str, data: bytes = b"\0" * 24) -> bytes:
    header = text.encode()
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + data


@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<f2", "<f8", ">f8", "<i2", ">i8", "u1", "?"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_every_real_type_in_either_order(opened: Opener, dtype: str, order: str) -> None:
    array = (
        np.asarray(TABLE, order=order).astype(dtype)
        if dtype not in ("u1",)
        else np.asfortranarray([[1, 2], [3, 4]], "u1")
    )
    space = opened("t.npy", npy(array))
    assert np.array_equal(space.vectors, array.astype(np.float32))
    assert space.source.format == "NumPy .npy"
    converted = [note.count for note in space.notes if note.kind == "converted"]
    assert converted == ([2] if dtype[1:] in ("f8", "i8") else [])


def test_chunks_meet_in_both_orders(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedviz.formats.npy_stream.BLOCK_BYTES", 64)
    array = np.random.default_rng(1).normal(size=(31, 13))
    for order in "CF":
        space = opened("t.npy", npy(np.asarray(array, order=order)))
        assert np.array_equal(space.vectors, array.astype(np.float32))


def test_items_without_labels_are_their_rows(opened: Opener) -> None:
    space = opened("t.npy", npy(TABLE.astype(np.float32)))
    assert [space.name(row) for row in range(2)] == ["#0", "#1"]
    assert space.notes == ()


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros(4), r"shape \(4,\)"),
        (np.zeros((2, 2, 2)), r"shape \(2, 2, 2\)"),
        (np.zeros((0, 3)), "no vectors"),
        (np.zeros((3, 0)), "no vectors"),
        (np.zeros((2, 2), complex), "complex128 values"),
        (np.array([["a", "b"]]), "must be real numbers"),
        (np.zeros((2, 2), [("x", "f4")]), "must be real numbers"),
    ],
)
def test_what_is_no_table_of_numbers_is_refused(opened: Opener, array: np.ndarray, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        opened("t.npy", npy(array))


def test_a_pickled_array_is_refused_with_the_way_out(opened: Opener) -> None:
    content = npy(np.array([[{}, 1]], dtype=object), allow_pickle=True)
    with pytest.raises(UnsafeFileError, match=r"allow_pickle=True.*numpy\.save") as caught:
        opened("o.npy", content)
    assert "\n" not in str(caught.value)
    with pytest.raises(UnsafeFileError):
        opened("s.npy", with_header("{'descr': [('a', '|O')], 'fortran_order': False, 'shape': (1, 1)}"))


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 1000000)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2.0, 3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (True, 3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 6}",
        "{'descr': '<f4', 'fortran_order': False}",
        "{'descr': 'nonsense', 'fortran_order': False, 'shape': (2, 3)}",
        "{'descr': '<U0', 'fortran_order': False, 'shape': (2, 3)}",
        "__import__('os').system('true')",
        "(" * 5000,
        "[1, 2",
        "",
    ],
)
def test_lying_and_broken_headers_are_refused(opened: Opener, header: str) -> None:
    with pytest.raises(FormatError):
        opened("h.npy", with_header(header))


def test_bytes_after_the_array_are_noted(opened: Opener) -> None:
    space = opened("t.npy", npy(TABLE.astype("f4")) + b"12345")
    assert [(note.kind, note.count) for note in space.notes] == [("trailing_bytes", 5)]


def test_memory_is_planned_with_both_numbers(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedviz.formats.memory_plan.free_memory", lambda: 1_000)
    with pytest.raises(MemoryPlanError, match=r"GB for 100 items of 10 dimensions, and 0\.0 GB"):
        opened("t.npy", npy(np.zeros((100, 10), "f4")))


def test_npz_finds_vectors_labels_and_columns(opened: Opener) -> None:
    content = npz(
        other=np.zeros((2, 2)),
        embeddings=TABLE.astype("f4"),
        words=np.array(["é", ""]),
        year=np.array([1999, 2001]),
        kind=np.array([b"a", b"b"]),
        seen=np.array([True, False]),
    )
    space = opened("a.npz", content)
    assert np.array_equal(space.vectors, TABLE.astype("f4"))
    assert space.labels[:] == ["é", ""]
    assert {name: column.kind for name, column in space.metadata.items()} == {
        "year": "number",
        "kind": "category",
        "seen": "flag",
    }
    assert space.metadata["year"].values.tolist() == [1999, 2001]
    assert [note.kind for note in space.notes] == ["array_chosen"]
    chosen = opened("a.npz", vector_column="other", label_column="kind")
    assert chosen.vectors.tolist() == [[0, 0], [0, 0]]
    assert chosen.labels[:] == ["a", "b"]
    for wish in ({"vector_column": "nothing"}, {"label_column": "nothing"}):
        with pytest.raises(OptionError, match="nothing"):
            opened("a.npz", **wish)


def test_npz_with_pickled_arrays(opened: Opener) -> None:
    pickled = np.array(["a", "b"], dtype=object)
    space = opened("p.npz", npz(vectors=TABLE.astype("f4"), labels=pickled))
    assert [(note.kind, note.count) for note in space.notes] == [("unsafe_skipped", 1)]
    assert space.labels[:] == ["", ""]
    with pytest.raises(UnsafeFileError, match=r"numpy\.savez"):
        opened("q.npz", npz(vectors=pickled.reshape(1, 2)))


def test_npz_with_odd_member_names_writes_nothing_outside(opened: Opener, tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("../../evil.npy", npy(np.zeros((1, 2), "f4")))
        archive.writestr("vectors.npy", npy(np.ones((2, 2), "f4")))
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("vectors.npy", npy(TABLE.astype("f4")))
    folder = tmp_path / "deep" / "er"
    folder.mkdir(parents=True)
    (folder / "names.npz").write_bytes(file.getvalue())
    before = sorted(tmp_path.rglob("*"))
    space = opened("deep/er/names.npz")
    assert np.array_equal(space.vectors, TABLE.astype("f4"))
    assert sorted(tmp_path.rglob("*")) == before


def test_npz_that_declares_more_than_it_holds(opened: Opener) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        lie = with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (100000000000, 300)}")
        archive.writestr("vectors.npy", lie)
    with pytest.raises(FormatError, match="declares the shape"):
        opened("lie.npz", file.getvalue())
    content = bytearray(npz(vectors=np.ones((50, 4), "f4")))
    content[70] ^= 0xFF
    with pytest.raises(FormatError):
        opened("bad.npz", bytes(content))


def test_npz_without_vectors_lists_what_it_has(opened: Opener) -> None:
    with pytest.raises(FormatError, match=r"“a \(3,\)”"):
        opened("n.npz", npz(a=np.zeros(3)))
