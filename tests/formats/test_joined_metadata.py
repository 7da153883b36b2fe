"""Metadata from a separate table: by row, by label, and what did not match."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from opener import Opener

from embedviz.errors import FormatError, OptionError

WORDS = b"king 1 2\nqueen 3 4\nman 5 6\n"


def texts(space: object, name: str) -> list[str]:
    column = space.metadata[name]  # type: ignore[attr-defined]
    return [column.text(row) for row in range(len(column))]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("m.csv", b"word,year,kind\nman,1,a\nking,2,b\nking,3,c\nnobody,4,d\n"),
        ("m.tsv", b"word\tyear\tkind\nman\t1\ta\nking\t2\tb\nking\t3\tc\nnobody\t4\td\n"),
        ("m.csv", b"x;year;kind\nman;1;a\nking;2;b\nking;3;c\nnobody;4;d\n"),
        (
            "m.jsonl",
            b'{"w": "man", "year": 1, "kind": "a"}\n{"w": "king", "year": 2, "kind": "b"}\n'
            b'{"w": "king", "year": 3, "kind": "c"}\n{"w": "nobody", "year": 4, "kind": "d"}\n',
        ),
    ],
)
def test_rows_find_their_items_by_label(opened: Opener, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    space = opened("v.txt", WORDS, metadata=tmp_path / name)
    assert space.labels[:] == ["king", "queen", "man"]
    assert texts(space, "year") == ["2", "", "1"]
    assert texts(space, "kind") == ["b", "", "a"]
    joined = next(note for note in space.notes if note.kind == "joined")
    assert joined.count == 2
    assert "2 of 3 items matched; 1 of its keys name no item; 1 of its rows repeat a key" in joined.text


def test_parquet_joins_too(opened: Opener, tmp_path: Path) -> None:
    table = {"id": ["queen", "man"], "t": [None, "z"], "n": [2**60 + 1, 2], "v": [[1.0], [2.0]]}
    pq.write_table(pa.table(table), tmp_path / "m.parquet")
    space = opened("v.txt", WORDS, metadata=tmp_path / "m.parquet")
    assert space.metadata["t"].missing.tolist() == [True, True, False]
    assert texts(space, "n") == ["", str(2**60 + 1), "2"]
    assert "kept_as_text" in {note.kind for note in space.notes}


def test_tables_of_as_many_rows_in_another_order(opened: Opener, tmp_path: Path) -> None:
    (tmp_path / "m.tsv").write_bytes(b"word\tyear\nman\t1\nking\t2\nqueen\t3\n")
    assert texts(opened("v.txt", WORDS, metadata=tmp_path / "m.tsv"), "year") == ["2", "3", "1"]
    (tmp_path / "m.csv").write_bytes(b"word,year\nman,1\nking,2\nqueen,3\n")
    assert texts(opened("v.txt", metadata=tmp_path / "m.csv"), "year") == ["2", "3", "1"]


def test_tables_without_a_key_go_by_row(opened: Opener, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_bytes(b"year,kind\n1,a\n2,b\n3,c\n")
    space = opened("v.txt", WORDS, metadata=tmp_path / "m.csv")
    assert texts(space, "year") == ["1", "2", "3"]
    assert texts(space, "kind") == ["a", "b", "c"]
    (tmp_path / "m.csv").write_bytes(b"year,kind\n1,a\n2,b\n")
    with pytest.raises(FormatError, match="2 rows for 3 items, and no column that holds their labels"):
        opened("v.txt", metadata=tmp_path / "m.csv")


def test_a_table_labels_vectors_that_have_none(opened: Opener, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_bytes(b'id,word,year\n7,"a, b",1\n8,c,2\n')
    space = opened("v.tsv", b"1\t2\n3\t4\n", metadata=tmp_path / "m.csv")
    assert space.labels[:] == ["a, b", "c"]
    assert list(space.metadata) == ["id", "year"]
    assert opened("v.tsv", metadata=tmp_path / "m.csv", label_column="id").labels[:] == ["7", "8"]
    with pytest.raises(OptionError, match="no column “nothing”"):
        opened("v.tsv", metadata=tmp_path / "m.csv", label_column="nothing")


def test_a_table_about_other_items_is_refused(opened: Opener, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_bytes(b"word,year\nx,1\ny,2\n")
    with pytest.raises(FormatError, match="2 rows for 3 items"):
        opened("v.txt", WORDS, metadata=tmp_path / "m.csv")
