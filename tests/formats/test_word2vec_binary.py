"""word2vec binary: with and without line breaks, cut off, lying, and too long."""

from __future__ import annotations

import numpy as np
import pytest
from opener import Opener

from embedviz import kernels
from embedviz.errors import FormatError
from embedviz.formats import binary_block, word2vec_binary
from embedviz.formats.text_block import LABEL_BYTES, N_STATE, POSITION, ROW
from embedviz.progress import finish

VECTORS = np.array([[1.5, -2, np.pi], [0, 1e-40, np.inf]], np.float32)


def binary(labels: list[bytes], vectors: np.ndarray = VECTORS, end: bytes = b"\n", header: bytes = b"2 3\n") -> bytes:
    rows = (label + b" " + row.astype("<f4").tobytes() + end for label, row in zip(labels, vectors, strict=True))
    return header + b"".join(rows)


@pytest.mark.parametrize("end", [b"\n", b""])
@pytest.mark.parametrize("small", [True, False])
def test_values_and_labels(opened: Opener, end: bytes, small: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not small:
        monkeypatch.setattr(word2vec_binary, "SMALL_FILE_BYTES", 0)
        monkeypatch.setattr(word2vec_binary, "_BLOCK_BYTES", 16)
    space = opened("v.bin", binary(["señor".encode(), b"</s>"], end=end))
    assert space.source.format == "word2vec binary"
    assert space.labels[:] == ["señor", "</s>"]
    assert space.vectors.tobytes() == VECTORS.tobytes()
    assert {note.kind for note in space.notes} == {"nonfinite_rows"}


def test_a_file_shorter_than_declared_is_refused_before_allocation(opened: Opener) -> None:
    with pytest.raises(FormatError, match="declares 2,000,000,000 items of 300 dimensions"):
        opened("lie.bin", binary([b"a", b"b"], header=b"2000000000 300\n"))
    with pytest.raises(FormatError, match="cut off"):
        opened("cut.bin", binary([b"a" * 30, b"b"])[:-6])


def test_bytes_after_the_last_item_are_noted(opened: Opener) -> None:
    space = opened("more.bin", binary([b"a", b"b"]) + b"extra")
    assert [(note.kind, note.count) for note in space.notes if note.kind == "trailing_bytes"] == [("trailing_bytes", 5)]


def test_one_dimension_is_not_taken_for_text(opened: Opener) -> None:
    space = opened("one.bin", b"2 1\nab \xcd\xcc\x8c?cd \x00\x00\x00\x40")
    assert space.vectors.ravel().tolist() == np.array([1.1, 2], np.float32).tolist()


def test_a_text_row_as_long_as_a_binary_one_stays_text(opened: Opener) -> None:
    space = opened("v.vec", b"1 1\n\x01odd 1.5\n")  # "1.5\n" would be a float32 too
    assert space.source.format == "word2vec text"
    assert (space.labels[:], space.vectors.tolist()) == (["\x01odd"], [[1.5]])


def test_the_kernel_scans_as_the_python_scanner() -> None:
    binary_kernels = finish(kernels.ready("embedviz.formats.binary_kernels"))
    generator = np.random.default_rng(5)
    for _ in range(300):
        content = generator.choice(np.array([10, 32, 97, 0], np.uint8), int(generator.integers(0, 60)))
        found = []
        for scan in (binary_kernels.scan_rows, binary_block.scan_rows, binary_kernels.scan_rows.py_func):
            rows, labels = np.zeros((3, 8), np.uint8), np.zeros(len(content), np.uint8)
            offsets, state = np.zeros(4, np.int64), np.zeros(N_STATE, np.int64)
            scan(content.copy(), rows, labels, offsets, state)
            found.append(
                (rows.tolist(), labels[: state[LABEL_BYTES]].tolist(), offsets.tolist(), state[ROW], state[POSITION])
            )
        assert found[0] == found[1] == found[2]
