"""Labels and metadata in files beside the vectors."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opener import Opener

from embedviz.errors import FileAccessError, FormatError, OptionError
from embedviz.formats import label_bytes


def vectors(n_items: int) -> bytes:
    file = io.BytesIO()
    np.save(file, np.arange(n_items * 2, dtype=np.float32).reshape(n_items, 2))
    return file.getvalue()


@pytest.mark.parametrize("name", ["v.labels.txt", "v.txt", "v.tsv", "v.metadata.tsv", "metadata.tsv"])
def test_labels_are_found_beside_the_array_and_named(opened: Opener, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("a\nb\n")
    space = opened("v.npy", vectors(2))
    assert space.labels[:] == ["a", "b"]
    assert space.source.companions == (tmp_path / name,)
    assert [note.kind for note in space.notes] == ["companion"]
    assert name in space.notes[0].text


def test_the_first_that_is_found_wins(opened: Opener, tmp_path: Path) -> None:
    (tmp_path / "v.labels.txt").write_text("a\nb\n")
    (tmp_path / "v.txt").write_text("c\nd\n")
    (tmp_path / "metadata.tsv").write_text("word\tyear\nx\t1\ny\t2\n")
    space = opened("v.npy", vectors(2))
    assert space.labels[:] == ["a", "b"]
    assert space.metadata["year"].values.tolist() == [1, 2]


def test_a_found_file_of_another_length_is_ignored_and_a_named_one_refused(opened: Opener, tmp_path: Path) -> None:
    path = tmp_path / "v.labels.txt"
    path.write_text("a\nb\nc\nd\n")
    space = opened("v.npy", vectors(2))
    assert space.labels[:] == ["", ""]
    assert "ignored" in space.notes[0].text
    assert "4 lines for 2 items" in space.notes[0].text
    with pytest.raises(FormatError, match="4 lines for 2 items"):
        opened("v.npy", labels=path)


def test_a_vector_file_of_the_same_name_is_not_taken_for_labels(opened: Opener, tmp_path: Path) -> None:
    (tmp_path / "v.txt").write_text("a 1 2 3\nb 4 5 6\n")
    space = opened("v.npy", vectors(2))
    assert space.labels[:] == ["", ""]


def test_blank_lines_are_labels_and_one_more_line_is_a_header(opened: Opener, tmp_path: Path) -> None:
    (tmp_path / "v.labels.txt").write_bytes(b"\xef\xbb\xbfa\r\n\r\nc")
    assert opened("v.npy", vectors(3)).labels[:] == ["a", "", "c"]
    (tmp_path / "v.labels.txt").write_bytes(b"a\n\n\n")
    assert opened("v.npy", vectors(3)).labels[:] == ["a", "", ""]
    (tmp_path / "v.labels.txt").write_bytes(b"a\nb\nc\n\n")
    assert opened("v.npy", vectors(3)).labels[:] == ["a", "b", "c"]
    (tmp_path / "v.labels.txt").write_bytes(b"word\na\nb\nc\n")
    space = opened("v.npy", vectors(3))
    assert space.labels[:] == ["a", "b", "c"]
    assert any("header: “word”" in note.text for note in space.notes)


def test_a_label_keeps_what_splitlines_would_cut(opened: Opener, tmp_path: Path) -> None:
    (tmp_path / "v.labels.txt").write_bytes("a\u2028b\x0bc\u0085\nd\te\x00\r\n".encode())
    assert opened("v.npy", vectors(2)).labels[:] == ["a\u2028b\x0bc\u0085", "d\te\x00"]


def test_projector_pairs_with_typed_columns(opened: Opener, tmp_path: Path) -> None:
    table = (
        'id\tWord\tn\tgroup\tremark\tgroup\n1\tking\t1.5\tred\t\tx\n2\tqueen\t\tblue\t\ty\n3\t"k\t-2e3\tred\tlast\tx\n'
    )
    (tmp_path / "metadata.tsv").write_text(table)
    space = opened("vectors.tsv", b"1\t2\n3\t4\n5\t6\n")
    assert space.source.format == "Projector TSV"
    assert space.vectors.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert space.labels[:] == ["king", "queen", '"k']
    columns = space.metadata
    assert list(columns) == ["id", "n", "group", "remark", "group (2)"]
    assert columns["n"].kind == "number"
    assert columns["n"].missing.tolist() == [False, True, False]
    assert columns["n"].values[[0, 2]].tolist() == [1.5, -2000]
    assert columns["group"].names == ("red", "blue")
    assert columns["group"].values.tolist() == [0, 1, 0]
    assert [columns["remark"].text(row) for row in range(3)] == ["", "", "last"]


def test_many_distinct_texts_stay_text(opened: Opener, tmp_path: Path) -> None:
    rows = "".join(f"w{row}\ttext {row}\t{row % 3}_0\n" for row in range(120))
    (tmp_path / "metadata.tsv").write_text("label\tremark\tkind\n" + rows)
    space = opened("vectors.tsv", b"1\t2\n" * 120)
    assert space.metadata["remark"].kind == "text"
    assert space.metadata["remark"].values[119] == "text 119"
    assert space.metadata["kind"].kind == "category"


def test_a_table_without_header_and_blank_rows(opened: Opener, tmp_path: Path) -> None:
    (tmp_path / "metadata.tsv").write_bytes(b"a\t1\n\nc\t3\r\n")
    space = opened("vectors.tsv", b"1\t2\n3\t4\n5\t6\n")
    assert space.labels[:] == ["a", "", "c"]
    assert space.metadata["column 2"].values[[0, 2]].tolist() == [1, 3]


def test_named_files_and_columns(opened: Opener, tmp_path: Path) -> None:
    (tmp_path / "meta").write_text("word\tcode\na\tx\nb\ty\n")
    (tmp_path / "names").write_text("first\nsecond\n")
    space = opened("v.npy", vectors(2), metadata=tmp_path / "meta", label_column="code")
    assert space.labels[:] == ["x", "y"]
    assert space.metadata["word"].names == ("a", "b")
    both = opened("v.npy", labels=tmp_path / "names", metadata=tmp_path / "meta")
    assert both.labels[:] == ["first", "second"]
    assert list(both.metadata) == ["code"]
    text = opened("g.txt", b"p 1.5\nq 2.5\n", labels=tmp_path / "names")
    assert text.labels[:] == ["first", "second"]
    assert any("replace" in note.text for note in text.notes)
    with pytest.raises(OptionError, match="it has word, code"):
        opened("v.npy", metadata=tmp_path / "meta", label_column="nothing")
    with pytest.raises(FileAccessError, match="nowhere"):
        opened("v.npy", labels=tmp_path / "nowhere")


def test_ragged_tables_are_refused_by_line(opened: Opener, tmp_path: Path) -> None:
    (tmp_path / "meta.tsv").write_text("a\tb\n1\t2\n3\n")
    with pytest.raises(FormatError, match=r"Line 3 .* has 1 columns and the first has 2"):
        opened("v.npy", vectors(2), metadata=tmp_path / "meta.tsv")
    (tmp_path / "meta.tsv").write_text("a\nb\tc\n")
    with pytest.raises(FormatError, match=r"Line 2 .* more columns"):
        opened("v.npy", metadata=tmp_path / "meta.tsv")


LINE_BYTES = st.lists(st.sampled_from([b"a", b"\xc3\xa9", b"\xa9", b"\xc3", b"\r", b"\n", b"\r\n", b" "]), max_size=40)


@pytest.mark.parametrize("block", [1, 3, 1 << 20])
@given(pieces=LINE_BYTES)
def test_lines_are_what_a_plain_split_gives(block: int, pieces: list[bytes]) -> None:
    content = b"".join(pieces)
    lines = content.removesuffix(b"\n").split(b"\n") if content else []
    expected = [line.removesuffix(b"\r").decode("utf-8", "replace") for line in lines]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(label_bytes, "_BLOCK_BYTES", block)
        patched.setattr(label_bytes, "_BLOCK_LABELS", block)
        labels, n_bad = label_bytes.line_labels(content)
    assert list(labels) == expected
    assert n_bad == sum("\ufffd" in text for text in expected)


def test_a_byte_order_mark_is_no_part_of_the_first_label() -> None:
    labels, _ = label_bytes.line_labels(b"\xef\xbb\xbfone\r\ntwo")
    assert list(labels) == ["one", "two"]
