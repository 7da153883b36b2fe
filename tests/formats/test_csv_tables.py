"""CSV and TSV tables: number columns, lists in cells, headers, quotes, decimal marks, and what is refused."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opener import Opener

from embedviz.errors import ChoiceNeededError, FormatError, OptionError, UnknownFormatError
from embedviz.formats import text_vectors

WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=6).map(lambda text: f"w{text}")


def table(rows: list[list[object]], delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


@pytest.mark.parametrize(("name", "delimiter"), [("a.csv", ","), ("a.tsv", "\t"), ("a.csv", ";"), ("a.txt", "|")])
def test_a_label_and_number_columns_whatever_parts_them(opened: Opener, name: str, delimiter: str) -> None:
    space = opened(name, table([["word", "x1", "x2"], ["king, the", 0.1, -2e3], ["señor", "nan", 7]], delimiter))
    assert space.labels[:] == ["king, the", "señor"]
    assert np.array_equal(space.vectors, np.array([[0.1, -2e3], [np.nan, 7]], np.float32), equal_nan=True)
    assert space.source.format == ("TSV table" if delimiter == "\t" else "CSV table")


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(WORDS, WORDS, st.lists(st.floats(width=32, allow_nan=False), min_size=3, max_size=3)),
        min_size=2,
        max_size=6,
    ),
    last=st.booleans(),
)
def test_what_the_csv_module_writes_is_read_by_value(opened: Opener, rows: list, last: bool) -> None:
    header = ["x1", "x2", "x3"]
    if last:  # numbers first, texts behind: pyarrow reads; else our own parser does
        content = table([[*header, "word", "kind"], *([*numbers, word, kind] for word, kind, numbers in rows)])
    else:
        content = table([["word", "kind", *header], *([word, kind, *numbers] for word, kind, numbers in rows)])
    space = opened("drawn.csv", content)
    assert space.labels[:] == [word for word, _, _ in rows]
    assert [space.metadata["kind"].text(row) for row in range(len(rows))] == [kind for _, kind, _ in rows]
    assert np.array_equal(space.vectors, np.array([numbers for _, _, numbers in rows], np.float32))


def test_the_compiled_parser_gives_the_same(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(0)
    rows = [[f'w "{row}"', f"k{row % 3}", *generator.normal(size=8).tolist()] for row in range(50)]
    content = table([["word", "kind", *(f"d{at}" for at in range(8))], *rows])
    slow = opened("a.csv", content)
    monkeypatch.setattr(text_vectors, "SMALL_FILE_BYTES", 0)
    fast = opened("a.csv", content)
    assert np.array_equal(fast.vectors, slow.vectors)
    assert fast.labels[:] == slow.labels[:] == [row[0] for row in rows]
    assert fast.metadata["kind"].names == ("k0", "k1", "k2")


def test_lists_in_cells_in_every_bracket(opened: Opener) -> None:
    rows = [["text", "emb"], ["a", "[0.5, -1]"], ["b", "(1 2e3)"], ["c", "[ 1.\n  nan ]"]]
    space = opened("a.csv", table(rows))
    assert np.array_equal(space.vectors, np.array([[0.5, -1], [1, 2e3], [1, np.nan]], np.float32), equal_nan=True)
    assert space.labels[:] == ["a", "b", "c"]


def test_lists_that_their_writer_shortened_are_refused_with_the_reason(opened: Opener) -> None:
    with pytest.raises(FormatError, match=r"Item 0 .*shortened by “\.\.\.”.*tolist"):
        opened("a.csv", table([["text", "emb"], ["a", "[0.5 ... 1]"], ["b", "[0.5 ... 1]"]]))


def test_decimal_commas_are_numbers_and_noted(opened: Opener) -> None:
    space = opened("a.csv", b"wort;x1;x2\neins;0,5;-1,25\nzwei;3;1e-3\n")
    assert space.vectors.tolist() == [[0.5, -1.25], [3, np.float32(1e-3)]]
    assert "decimal_comma" in {note.kind for note in space.notes}
    quoted = opened("b.csv", b'wort,x1,x2\neins,"0,5","-1,25"\n')
    assert quoted.vectors.tolist() == [[0.5, -1.25]]


def test_a_field_longer_than_the_csv_module_takes(opened: Opener) -> None:
    long = "x" * 200_000
    space = opened("a.csv", table([["text", "a1", "a2"], [long, 1, 2], ["b", 3, 4]]))
    assert space.labels[0] == long


def test_headers_that_count_and_no_header(opened: Opener) -> None:
    counted = opened("a.csv", b",0,1,2\nking,0.1,0.2,0.3\nqueen,1,2,3\n")
    assert counted.labels[:] == ["king", "queen"]
    assert counted.n_dims == 3
    bare = opened("b.csv", b"king,0.5,0.25\nqueen,1,2\n")
    assert bare.vectors.tolist() == [[0.5, 0.25], [1, 2]]
    assert "no_header" in {note.kind for note in bare.notes}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"word,x1,x2\na,1,2\nb,3\nc,4,5\nd,5,6\n", r"Line 3 .* has 1 numbers where 2"),
        (b"x1,x2,word\n1,2,a\n3,b\n4,5,c\n5,6,d\n", r"Row 3 .* has 2 cells where 3"),
        (b"x1,x2,word\n" + b"1,2,a\n" * 20 + b"1,1_0,a\n", r"Row 22 .*“1_0” in “x2”"),
        (b"x1,x2,word\n" + b"1,2,a\n" * 20 + b"1,,a\n", r"Row 20 .*no number in “x2”"),
        (b'text,emb\na,"[1, 2]"\nb,"[1, 2]"\nc,"[1]"\n', r"Row 2 .*1 numbers.* 2 numbers are needed"),
        (b'text,emb\na,"[1, 2]"\nb,"[1, 2]"\nc,"[1, 2]"\nd,\n', r"Item 3 .*no list of numbers"),
    ],
)
def test_rows_that_are_none_are_named(opened: Opener, content: bytes, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        opened("a.csv", content)


def test_a_last_row_that_was_cut_off_can_be_left_out(opened: Opener) -> None:
    for content, words in (
        (b"x1,x2,word\n1,2,a\n3,4,b\n5,", "leave its last row out"),
        (b"word,x1,x2\na,1,2\nb,3,4\nc,", "2 whole rows"),
    ):
        with pytest.raises(FormatError, match=words) as caught:
            opened("a.csv", content)
        assert caught.value.remedy == "partial"
        space = opened("a.csv", partial=True)
        assert space.labels[:] == ["a", "b"]
        assert "partial" in {note.kind for note in space.notes}


def test_whole_numbers_beyond_float64_keep_their_digits(opened: Opener) -> None:
    space = opened("a.csv", b"x1,x2,word,id\n1,2,a,9007199254740993\n3,4,b,12\n")
    assert [space.metadata["id"].text(row) for row in (0, 1)] == ["9007199254740993", "12"]
    assert "kept_as_text" in {note.kind for note in space.notes}


def test_several_candidates_are_a_question_and_a_name_answers_it(opened: Opener) -> None:
    content = table([["t", "a", "b"], ["u", "[1, 2]", "[5, 6, 7]"], ["v", "[3, 4]", "[8, 9, 10]"]])
    with pytest.raises(ChoiceNeededError, match=r"2 columns .*“a” \(2 numbers\).*“b” \(3 numbers\)") as caught:
        opened("a.csv", content)
    assert [choice.name for choice in caught.value.contents.columns if choice.is_vector_candidate] == ["a", "b"]
    assert caught.value.path is not None
    assert opened("a.csv", vector_column="b").vectors.tolist() == [[5, 6, 7], [8, 9, 10]]
    with pytest.raises(OptionError, match="choose “a”, “b”"):
        opened("a.csv", vector_column="c")


def test_columns_can_be_named(opened: Opener) -> None:
    content = b"id,word,x1,x2,year,kind\n7,a,1,2,1999,u\n8,b,3,4,2000,v\n"
    space = opened("a.csv", content, label_column="id", metadata_columns=["kind"])
    assert space.labels[:] == ["7", "8"]
    assert list(space.metadata) == ["kind"]
    wider = opened("a.csv", vector_column="x1..year")
    assert wider.vectors.tolist() == [[1, 2, 1999], [3, 4, 2000]]
    with pytest.raises(OptionError, match="no column of texts"):
        opened("a.csv", label_column="x3")


def test_packed_tables_and_bad_bytes(opened: Opener) -> None:
    content = b"\xef\xbb\xbfx1,x2,word\r\n1,2,k\xff\r\n3,4,b\r\n"
    space = opened("a.csv.gz", gzip.compress(content))
    assert space.labels[:] == ["k\ufffd", "b"]
    assert "bad_utf8" in {note.kind for note in space.notes}


def test_a_column_of_a_table_in_a_zip_can_be_named(opened: Opener) -> None:
    content = table([["t", "a", "b"], ["u", "[1, 2]", "[5, 6, 7]"], ["v", "[3, 4]", "[8, 9, 10]"]])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("inside.csv", content)
    assert opened("a.zip", packed.getvalue(), vector_column="b").n_dims == 3


def test_tables_without_vectors_are_none(opened: Opener) -> None:
    with pytest.raises(UnknownFormatError):
        opened("a.csv", b"first,second,score\ntiger,cat,7.35\nbook,paper,7.46\n")
