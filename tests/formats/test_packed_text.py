"""Text inside compressed files is parsed while it unpacks, with what the plain file gives, and no temporary file."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from opener import Opener

from embedviz.errors import FormatError
from embedviz.formats import opening, text_lines, text_vectors

LINES = b"".join(b"w%d %d.5 -%d.25\n" % (row, row, row) for row in range(400))


def zipped(content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/inside.txt", content)
    return stream.getvalue()


PACKERS = [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress), (".zip", zipped)]


@pytest.fixture
def no_unpacking(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("a temporary file was wanted")

    monkeypatch.setattr(opening, "unpacked", refused)


@pytest.mark.usefixtures("no_unpacking")
@pytest.mark.parametrize(("suffix", "pack"), PACKERS)
@pytest.mark.parametrize("header", [b"", b"400 2\n", b"\xef\xbb\xbf"])
def test_packed_rows_are_those_of_the_plain_file(
    opened: Opener, suffix: str, pack: Callable[[bytes], bytes], header: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_lines, "TEXT_BLOCK_BYTES", 500)
    space = opened("words.txt" + suffix, pack(header + LINES))
    assert space.vectors.shape == (400, 2)
    assert space.vectors[7].tolist() == [7.5, -7.25]
    assert list(space.labels) == [f"w{row}" for row in range(400)]
    assert space.source.format == ("word2vec text" if header == b"400 2\n" else "GloVe text")
    assert space.source.name == "words.txt" + suffix
    assert not space.notes


@pytest.mark.parametrize(("suffix", "pack"), PACKERS)
def test_a_packed_file_that_is_damaged_behind_its_beginning_is_refused(
    opened: Opener, suffix: str, pack: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embedviz.formats.packed_text._SAMPLE_BYTES", 300)
    content = bytearray(pack(LINES))
    middle = len(content) // 2
    content[middle : middle + 20] = bytes(20)
    with pytest.raises(FormatError, match=r"damaged|get it again|Get it again"):
        opened("words.txt" + suffix, bytes(content))


@pytest.mark.usefixtures("no_unpacking")
def test_a_bad_line_in_a_packed_file_is_named(opened: Opener) -> None:
    with pytest.raises(FormatError, match=r"Line 401 of “words.txt”, the last one"):
        opened("words.txt.gz", gzip.compress(LINES + b"cut 1.5"))
    with pytest.raises(FormatError, match=r"Line 401 of “words.txt” "):
        opened("words.txt.gz", gzip.compress(LINES + b"cut 1.5\n" + LINES))
    space = opened("words.txt.gz", gzip.compress(LINES + b"cut 1.5"), partial=True)
    assert [note.kind for note in space.notes] == ["partial"]


def test_a_packed_bomb_of_text_is_stopped(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedviz.formats.unpacking.SMALL_BYTES", 2000)
    monkeypatch.setattr("embedviz.formats.unpacking.MOST_TIMES", 1)
    monkeypatch.setattr(text_lines, "TEXT_BLOCK_BYTES", 500)
    with pytest.raises(FormatError, match="unpacks to more than"):
        opened("words.txt.gz", gzip.compress(LINES))


def test_other_contents_go_the_other_way(opened: Opener) -> None:
    space = opened("table.csv.gz", gzip.compress(b'word,vector\na,"[1.5, 2]"\nb,"[3.5, 4]"\n'))
    assert space.vectors.tolist() == [[1.5, 2], [3.5, 4]]


@pytest.mark.parametrize("blank", [b"\n", b"\r\n", b" \n"])
def test_blank_lines_between_blocks_leave_no_gap(opened: Opener, blank: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_lines, "TEXT_BLOCK_BYTES", 64)
    monkeypatch.setattr(text_vectors, "SMALL_FILE_BYTES", 0)
    content = b"".join(line + b"\n" + blank * (at % 5) for at, line in enumerate(LINES.split(b"\n")[:-1]))
    space = opened("words.txt", content)
    assert space.vectors[:, 0].tolist() == [row + 0.5 for row in range(400)]
    assert space.labels[399] == "w399"
    assert [note.count for note in space.notes] == [800]


def test_a_matrix_larger_than_free_memory_stays_in_a_mapped_file(
    opened: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("embedviz.formats.row_store.free_memory", lambda: (1 << 26) + 20_000)
    monkeypatch.setattr("embedviz.formats.row_store._WORK_BYTES", 0)
    lines = b"".join(b"w " + b"%d.5 " * 2000 % ((row,) * 2000) + b"\n" for row in range(2))
    plain = opened("few.txt", lines)
    monkeypatch.setattr("embedviz.formats.row_store.free_memory", lambda: 2_000)
    space = opened("words.txt", lines)
    assert [note.kind for note in space.notes if note.kind == "memory_mapped"] == ["memory_mapped"]
    assert space.vectors.tobytes() == plain.vectors.tobytes()
    assert space.neighbors("#0", 1).rows.tolist() == [1]
