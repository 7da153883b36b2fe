"""GloVe and word2vec text: values, labels, headers, and every refusal with its line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from opener import Opener

from embedviz import formats
from embedviz.errors import FormatError, ProseError, UnknownFormatError
from embedviz.formats import text_vectors
from embedviz.progress import finish


def kinds(space) -> dict[str, int]:
    return {note.kind: note.count for note in space.notes}


def test_glove_text_gives_labels_and_exact_values(opened: Opener) -> None:
    space = opened("glove.txt", b"the 0.418 -1.5e-3\n, 7 .25\n")
    assert space.source.format == "GloVe text"
    assert space.labels[:] == ["the", ","]
    assert space.vectors.tolist() == np.array([[0.418, -1.5e-3], [7, 0.25]], np.float32).tolist()
    assert space.notes == ()
    assert len(space.source.content_hash) == 32


def test_word2vec_text_with_trailing_spaces_and_crlf(opened: Opener) -> None:
    space = opened("w.vec", b"2 3\r\n</s> 1 2 3 \r\nfoo 4 5 6 \r\n")
    assert space.source.format == "word2vec text"
    assert space.labels[:] == ["</s>", "foo"]
    assert space.vectors.tolist() == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    "label", ["a\u00a0b", "a\u0085b", "a\u2028b", "\u3000", "x\0y", "\u202eevil", "<b>&amp;", "👩‍🔬", '"q']
)
def test_labels_are_bytes_that_nothing_splits_or_strips(opened: Opener, label: str) -> None:
    space = opened("g.txt", f"{label} 1.5 2\nplain 3 4\n".encode())
    assert space.labels[:] == [label, "plain"]


def test_a_label_of_a_megabyte(opened: Opener) -> None:
    space = opened("g.txt", b"w 1.5 2\n" + b"x" * 1_000_000 + b" 3 4\n")
    assert len(space.labels[1]) == 1_000_000
    assert space.vectors[1].tolist() == [3, 4]


def test_labels_with_spaces_as_in_glove_840b(opened: Opener) -> None:
    space = opened("g.txt", b"the 1 2 3\n. . . 4 5 6\nat name@domain.com 7 8 9\narea 51 1 2 3\n")
    assert space.labels[:] == ["the", ". . .", "at name@domain.com", "area 51"]


def test_a_wrong_row_count_is_noted_and_a_wrong_dimension_refused(opened: Opener) -> None:
    space = opened("w.txt", b"1000000 2\na 1 2\nb 3 4\n")
    assert kinds(space) == {"header_mismatch": 999_998}
    assert space.n_items == 2
    with pytest.raises(FormatError, match=r"declares 5 dimensions, but its rows have 2"):
        opened("d.txt", b"2 5\na 1 2\nb 3 4\n")


def test_two_integers_may_be_a_row_of_one_dimension(opened: Opener) -> None:
    space = opened("one.txt", b"7 3\n8 4\n9 5\n")
    assert space.labels[:] == ["7", "8", "9"]
    assert space.vectors.ravel().tolist() == [3, 4, 5]
    headed = opened("two.txt", b"2 1\n8 4\n9 5\n")
    assert headed.labels[:] == ["8", "9"]


def test_numeric_labels_of_a_file_without_header(opened: Opener) -> None:
    space = opened("n.txt", b"2019 0.5 1.5\n2020 2.5 3.5\n")
    assert space.labels[:] == ["2019", "2020"]
    assert space.n_dims == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a 1 2 3\nb 1 2\nc 1 2 3\n", r"Line 2 .* has 2 numbers where 3 are needed"),
        (b"a .1 .2 .3\nb .1 .2 .3 .4\nc .1 .2 .3\n", r"Line 2 .* has 4 numbers where 3 are needed"),
        (b"2 3\na 1 2 3\nb 1 x 3\nc 1 2 3\n", r"Line 3 .* holds “x” as number 2 of 3"),
        (b"2 3\na 1 y 3\nb z z z\n", r"Line 2 .* holds “y” as number 2 of 3"),
        (b"a 1 2 3\nb 1 1_000 3\nc 1 2 3\n", r"Line 2 .* “1_000”"),
        (b"a 1 2 3\nb 1 nope 3\nc 1 2 3\n", r"Line 2 .* “nope”"),
        (b"a 1 2 3\nb 1 2 3\nc 1 2\n", r"Line 3 .*, the last one, has 2 numbers .*2 whole rows.*leave that line"),
        (b"2 3\n", r"only a header \(2 items of 3 dimensions\)"),
        (b"", r"is empty"),
        (b"\n\n \n", r"only blank lines"),
    ],
)
@pytest.mark.parametrize("small", [True, False])
def test_what_is_no_row_is_refused_by_line(
    opened: Opener, content: bytes, message: str, small: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not small:
        monkeypatch.setattr(text_vectors, "SMALL_FILE_BYTES", 0)
    with pytest.raises(FormatError, match=message) as caught:
        opened("bad.txt", content)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("last", [b"c 1 2", b"c 1 2 -", b"c", b"c 1 2\n"])
def test_a_cut_last_row_can_be_left_out(opened: Opener, last: bytes) -> None:
    space = opened("cut.txt", b"a 1 2 3\nb 4 5 6\n" + last, partial=True)
    assert space.labels[:] == ["a", "b"]
    assert kinds(space)["partial"] == 1


def test_what_is_unusual_is_kept_and_noted(opened: Opener) -> None:
    space = opened("odd.txt", b"a 0 0\nb nan 1\nb 1 -inf\n\na 2 2\ncut\xe2\x82 1 1\n")
    assert kinds(space) == {
        "blank_lines": 1,
        "duplicate_labels": 2,
        "zero_rows": 1,
        "nonfinite_rows": 2,
        "bad_utf8": 1,
    }
    assert space.labels[4] == "cut\ufffd"
    assert space.n_items == 5


def test_bytes_that_join_across_labels_are_still_bad(opened: Opener) -> None:
    space = opened("join.txt", b"a\xc3 1 2\n\xa9b 3 4\n")
    assert space.labels[:] == ["a\ufffd", "\ufffdb"]
    assert kinds(space) == {"bad_utf8": 2}
    assert space.labels.buffer.tobytes() == "a\ufffd\ufffdb".encode()


def test_a_byte_order_mark_is_no_part_of_the_first_label(opened: Opener) -> None:
    assert opened("bom.txt", b"\xef\xbb\xbfthe 1 2\nof 3 4\n").labels[:] == ["the", "of"]
    assert opened("bom2.txt", b"\xef\xbb\xbf2 2\nthe 1 2\nof 3 4\n").labels[:] == ["the", "of"]


def test_utf16_and_prose_and_other_text_are_told_apart(opened: Opener) -> None:
    with pytest.raises(UnknownFormatError, match="UTF-16"):
        opened("u.txt", "the 1 2\nof 3 4\n".encode("utf-16"))
    with pytest.raises(UnknownFormatError, match="UTF-16"):
        opened("u2.txt", "the 1 2\nof 3 4\n".encode("utf-16-le"))
    with pytest.raises(ProseError, match="reads as prose"):
        opened("p.txt", "It was the best of times.\nIt was the worst of times, it was 1859.\nÉté à l’ombre.\n".encode())
    with pytest.raises(UnknownFormatError) as caught:
        opened("j.txt", b"<item>one, two</item>\n<item>three, four</item>\n")
    assert not isinstance(caught.value, ProseError)


def test_a_suffix_that_says_something_else_is_noted(opened: Opener) -> None:
    assert kinds(opened("vectors.bin", b"the 1 2\nof 3 4\n")) == {"suffix_mismatch": 1}
    assert kinds(opened("vectors.data", b"the 1 2\nof 3 4\n")) == {}


def test_blocks_join_lines_and_report_progress(opened: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(3)
    vectors = generator.normal(size=(500, 7)).astype(np.float32)
    lines = [f"w{row} " + " ".join(f"{value:.9g}" for value in vector) for row, vector in enumerate(vectors.tolist())]
    (tmp_path / "long.txt").write_text("\n".join(lines))
    monkeypatch.setattr("embedviz.formats.text_lines.TEXT_BLOCK_BYTES", 1000)
    monkeypatch.setattr(text_vectors, "SMALL_FILE_BYTES", 0)
    steps = []
    space = finish(formats.open_steps(tmp_path / "long.txt"), steps.append)
    assert np.array_equal(space.vectors, vectors)
    assert space.labels[:] == [f"w{row}" for row in range(500)]
    fractions = [step.fraction for step in steps if step.fraction is not None]
    assert len(steps) > 40
    assert any(" MB, " in step.text for step in steps)
    assert fractions == sorted(fractions)
    assert any("items" in step.text for step in steps)


def test_a_file_that_changes_meanwhile_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "growing.txt"
    path.write_bytes(b"a 1 2\nb 3 4\n")
    steps = formats.open_steps(path)
    while " MB, " not in next(steps).text:
        pass
    with path.open("ab") as file:
        file.write(b"c 5 6\nd 7 8\n")
    with pytest.raises(FormatError, match="changed while it was being read"):
        finish(steps)
