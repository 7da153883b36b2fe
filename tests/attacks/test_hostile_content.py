"""Content that was made to hang, to mislead or to break: each ends in one line, or in a space with a note."""

from __future__ import annotations

import errno
import io
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import embedviz
from embedviz import formats
from embedviz.errors import EmbedvizError, FormatError, OutputError, UnknownFormatError
from embedviz.formats import companions, unpacking
from embedviz.formats.atomic import atomic_outputs
from embedviz.formats.memory_plan import check_memory
from embedviz.formats.probe import Probe


def array_bytes(header: str) -> bytes:
    text = header.encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + bytes(64)


def saved(array: object) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(array))
    return buffer.getvalue()


IMPOSSIBLE = [
    "{'descr': '<f4', 'fortran_order': False, 'shape': (" + "9" * 4290 + ", 10)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (0, " + "9" * 40 + ")}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 0)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (" + "1, " * 100 + ")}",
    "{'descr': '(2,2)f4', 'fortran_order': False, 'shape': (1, 1)}",
]


@pytest.mark.parametrize("header", IMPOSSIBLE)
@pytest.mark.parametrize("member", ["labels_bytes", "metadata/x.number.values"])
def test_shapes_no_array_can_have(tmp_path: Path, header: str, member: str) -> None:
    (tmp_path / "a.npy").write_bytes(array_bytes(header))
    with zipfile.ZipFile(tmp_path / "b.npz", "w") as archive:
        archive.writestr("vectors.npy", saved(np.eye(4, dtype=np.float32)))
        archive.writestr("labels_offsets.npy", saved(np.zeros(5, np.int64)))
        archive.writestr("metadata/x.number.missing.npy", saved(np.zeros(4, bool)))
        archive.writestr(f"{member}.npy", array_bytes(header))
    for path in (tmp_path / "a.npy", tmp_path / "b.npz"):
        with pytest.raises(FormatError, match="impossible shape") as caught:
            embedviz.open(path)
        assert len(str(caught.value)) < 200


@pytest.mark.parametrize("name", ["a\nb.txt", "a\x1b[31mb.txt", "a\u2028b.txt", "a\udcffb.txt"])
def test_a_message_is_one_line_whatever_the_file_is_called(name: str) -> None:
    message = str(EmbedvizError(f"“{name}” is empty."))
    assert message.isprintable()
    assert message.startswith("“a")
    assert message.endswith("b.txt” is empty.")


def test_zeros_are_not_called_utf16(tmp_path: Path) -> None:
    (tmp_path / "zeros.bin").write_bytes(bytes(10_000))
    with pytest.raises(UnknownFormatError, match="no vectors"):
        embedviz.open(tmp_path / "zeros.bin")
    (tmp_path / "wide.txt").write_bytes("hello 1 2 3\n".encode("utf-16-le"))
    with pytest.raises(UnknownFormatError, match="UTF-16"):
        embedviz.open(tmp_path / "wide.txt")


def test_a_file_that_declares_no_bytes_is_never_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    class Endless(io.FileIO):
        def read(self, size: int | None = -1, /) -> bytes:
            asked.append(-1 if size is None else size)
            return b""

    (tmp_path / "kmsg").touch()
    monkeypatch.setattr(Path, "open", lambda self, *_: Endless(self))
    assert Probe.of(tmp_path / "kmsg", tmp_path / "kmsg").head == b""
    assert asked == [0]


def test_blank_lines_at_the_end_shift_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_bytes(b"1\t2\n3\t4\n\r\n\n")
    space = embedviz.open(tmp_path / "a.tsv")
    assert space.vectors.tolist() == [[1, 2], [3, 4]]
    assert [(note.kind, note.count) for note in space.notes] == [("blank_lines", 2)]
    (tmp_path / "a.tsv").write_bytes(b"1\t2\n\n3\t4\n")
    with pytest.raises(FormatError, match="Line 2"):
        embedviz.open(tmp_path / "a.tsv")


def test_metadata_of_many_columns(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.eye(2, dtype=np.float32))
    (tmp_path / "a.tsv").write_bytes(b"x\t" * 1000 + b"x\n" + b"1\t" * 1000 + b"\n" + b"\t22" * 1000 + b"\r\n")
    space = embedviz.open(tmp_path / "a.npy")
    assert list(space.labels) == ["1", ""]
    assert list(space.metadata)[:2] == ["x (2)", "x (3)"]
    assert [space.metadata["x (1001)"].text(row) for row in (0, 1)] == ["", "22"]
    (tmp_path / "a.tsv").write_bytes((b"x\t" * 5000 + b"x\n") * 2)
    space = embedviz.open(tmp_path / "a.npy")
    assert len(space.metadata) == 0
    assert "5,001 columns" in space.notes[0].text


def test_a_found_file_that_cannot_be_read_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np.save(tmp_path / "a.npy", np.eye(2, dtype=np.float32))
    (tmp_path / "a.labels.txt").write_bytes(b"one\ntwo\n")

    def refuse(path: Path) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(companions, "_holds_vectors", refuse)
    space = embedviz.open(tmp_path / "a.npy")
    assert space.n_items == 2
    assert "was ignored" in space.notes[0].text
    assert "may not be read by you" in space.notes[0].text


@pytest.mark.parametrize("name", ["a.npy", "a.npz", "a.parquet", "a.bin", "a.txt"])
def test_a_file_written_to_between_two_passes(tmp_path: Path, small_vectors: Path, name: str) -> None:
    path = tmp_path / name
    embedviz.save(embedviz.open(small_vectors), path)
    steps: Iterator[object] = formats.open_steps(path)
    next(steps)
    next(steps)
    with path.open("ab") as file:
        file.write(b"\n")
    with pytest.raises(FormatError):
        list(steps)


@pytest.fixture
def small_vectors(tmp_path: Path) -> Path:
    path = tmp_path / "small.txt"
    path.write_bytes(b"a 1 2\nb 3 4\n")
    return path


def test_a_disk_without_room_is_not_called_a_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gzip

    path = tmp_path / "a.npy.gz"  # text would be read while it unpacks, and needs no room
    with gzip.open(path, "wb") as packed:
        np.save(packed, np.eye(2, dtype=np.float32))
    monkeypatch.setattr(unpacking, "_DISK_MARGIN", 1 << 62)
    with pytest.raises(FormatError, match="has room for"):
        embedviz.open(path)
    monkeypatch.undo()
    assert embedviz.open(path).n_items == 2


def test_parquet_says_what_float32_cannot_hold_and_refuses_one_name_twice(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    doubles = pa.array([[0.1, 2.0], [3.0, 4.0]])
    pq.write_table(pa.table([doubles, pa.array(["a", "b"])], names=["vector", "label"]), tmp_path / "a.parquet")
    assert [note.kind for note in embedviz.open(tmp_path / "a.parquet").notes] == ["converted"]
    texts = pa.array(["a", "b"])
    pq.write_table(pa.table([doubles, texts, texts], names=["vector", "x", "x"]), tmp_path / "b.parquet")
    with pytest.raises(FormatError, match="several columns of one name"):
        embedviz.open(tmp_path / "b.parquet")


def test_memory_that_items_do_not_need() -> None:
    with pytest.raises(EmbedvizError, match=r"GB, and") as caught:
        check_memory("labels.txt", 0, 0, extra_bytes=1 << 60)
    assert "0 items" not in str(caught.value)


def test_a_failing_disk_replaces_none_of_several_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [tmp_path / "a.npy", tmp_path / "a.labels.txt"]
    for path in paths:
        path.write_text("earlier")

    def fail(path: Path) -> None:
        if path.suffix == ".txt":
            raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("embedviz.formats.atomic._sync", fail)
    with pytest.raises(OutputError, match="disk is full"), atomic_outputs(paths, overwrite=True):
        pass
    assert sorted(tmp_path.iterdir()) == sorted(paths)
    assert [path.read_text() for path in paths] == ["earlier", "earlier"]


def test_names_and_disks_that_cannot_be_written(
    tmp_path: Path, small_vectors: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = embedviz.open(small_vectors)
    with pytest.raises(OutputError, match="name is too long"):
        embedviz.save(space, tmp_path / ("x" * 300 + ".npy"))

    def refuse(path: Path, **_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    monkeypatch.setattr(Path, "touch", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(OutputError, match="disk is read-only"):
        embedviz.save(space, tmp_path / "a.npy")
