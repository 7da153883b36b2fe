"""Lines as items: hand-computed means and SIF weights, what is left out and noted, and questions in sentences."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import embedviz
from embedviz.errors import FileAccessError, FormatError, MemoryPlanError, OptionError, UnknownItemError
from embedviz.progress import finish
from embedviz.space.composing import Composition, SentencePooler
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source
from embedviz.space.table import Column, Table
from embedviz.training import line_space
from embedviz.training.sentence_pooling import SentenceComposer
from embedviz.training.text_source import Part
from embedviz.training.word_finding import found_words
from embedviz.training.word_rows import END_OF_LINE, UNKNOWN, word_rows_steps
from embedviz.training.word_weights import word_weights

Write = Callable[..., Path]
WORDS = ("king", "man", "river")
VECTORS = ((1.0, 0.0), (0.0, 2.0), (4.0, 4.0))
COUNTS = (1.0, 3.0, 996.0)
TEXT = "The King, the man!\n\nriver\n...\nxyz qqq\nriver\nman man river\n"


def words(labels=WORDS, vectors=VECTORS, counts=COUNTS, subwords=None) -> EmbeddingSpace:
    table = Table(len(labels))
    if counts is not None:
        table = table.with_column("count", Column("number", np.array(counts), np.zeros(len(counts), np.bool_)))
    made = np.array(vectors, np.float32)
    return EmbeddingSpace(made, Labels.from_strings(labels), Source("words", "made"), table, subwords=subwords)


def lines(space: EmbeddingSpace, path: Path, **options) -> EmbeddingSpace:
    return embedviz.lines(space, path, **options)


def column(space: EmbeddingSpace, name: str) -> list[float]:
    return space.metadata[name].values.tolist()


def notes(space: EmbeddingSpace) -> dict[str, int]:
    return {note.kind: note.count for note in space.notes}


def test_each_line_is_the_mean_of_its_known_words(text: Write) -> None:
    made = lines(words(), text(TEXT))
    assert list(made.labels) == ["The King, the man!", "river", "river", "man man river"]
    assert made.vectors.tolist() == [[0.5, 1.0], [4.0, 4.0], [4.0, 4.0], pytest.approx([4 / 3, 8 / 3])]
    assert column(made, "line") == [1, 3, 6, 7]
    assert column(made, "n_tokens") == [4, 1, 1, 3]
    assert column(made, "n_unknown") == [2, 0, 0, 0]
    assert notes(made) == {"no_known_word": 2, "unknown_words": 4, "duplicate_labels": 1}
    assert made.source.format == "lines"
    assert made.source.options["space"] == "words"


def test_words_are_weighted_by_inverse_frequency(text: Write) -> None:
    """a / (a + p): of 1000 counted tokens, king has p = 0.001 and weighs 1/2, man 1/4, river 0.001 / 0.997."""
    made = lines(words(), text("king man\nriver\n"), weighting="frequency")
    assert made.vectors[0] == pytest.approx([0.5 / 2, 0.25 * 2 / 2])
    assert made.vectors[1] == pytest.approx([4 * 0.001 / 0.997] * 2)


def test_words_without_a_count_weigh_one() -> None:
    weights = word_weights(words(counts=(np.nan, -2.0, 5.0)), "frequency")
    assert weights.of(np.array([-1, 0, 1, 7])).tolist() == [1, 1, 1, 1]
    assert weights.of(np.array([2])) == pytest.approx([0.001 / 1.001])


def test_what_is_not_possible_is_said(text: Write, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="column “count”"):
        lines(words(counts=None), text(), weighting="frequency")
    with pytest.raises(OptionError, match="mean or frequency"):
        lines(words(), text(), weighting="median")
    with pytest.raises(OptionError, match="line or paragraph"):
        lines(words(), text(), unit="chapter")
    with pytest.raises(FormatError, match="holds a word of “words”"):
        lines(words(), text("nothing here\n"))
    with pytest.raises(FileAccessError):
        lines(words(), tmp_path / "missing.txt")


def test_paragraphs_end_at_a_blank_line(text: Write) -> None:
    made = lines(words(), text("king\nman\n\n\nriver\n"), unit="paragraph")
    assert list(made.labels) == ["king man", "river"]
    assert column(made, "paragraph") == [1, 2]
    assert made.vectors.tolist() == [[0.5, 1.0], [4.0, 4.0]]


def test_line_ends_of_every_kind_count_once(text: Write) -> None:
    made = lines(words(), text(b"king\r\nman\r\rriver"))
    assert column(made, "line") == [1, 2, 4]


def test_folders_tables_and_packed_texts(text: Write, tmp_path: Path) -> None:
    packed = tmp_path / "packed.txt.gz"
    packed.write_bytes(gzip.compress(TEXT.encode()))
    assert lines(words(), packed).n_items == 4
    table = text("id,body\n1,the king\n2,man\n", "table.csv")
    assert list(lines(words(), table).labels) == ["the king", "man"]
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.txt").write_text("king\n")
    (folder / "b.txt").write_text("xyz\nman\nriver\n")
    made = lines(words(), folder)
    assert [made.metadata["file"].text(row) for row in range(3)] == ["a.txt", "b.txt", "b.txt"]
    assert column(made, "line") == [1, 2, 3]


def test_a_line_longer_than_the_blocks_is_one_item(text: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedviz.training.text_source.BLOCK_BYTES", 64)
    long = "king man river " * 100
    made = lines(words(), text(f"man\n{long}\nking\n"))
    assert list(made.labels) == ["man", long.strip(), "king"]
    assert made.vectors[1] == pytest.approx([5 / 3, 2.0])


def test_memory_is_planned(text: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedviz.formats.memory_plan.free_memory", lambda: 1000)
    with pytest.raises(MemoryPlanError):
        lines(words(), text("king\n" * 1000))


def test_bad_bytes_and_vectors_that_are_not_finite(text: Write) -> None:
    space = words(vectors=((1.0, 0.0), (np.nan, 2.0), (4.0, 4.0)))
    made = lines(space, text(b"king man \xff\nman\n"))
    assert list(made.labels) == ["king man �"]
    assert made.vectors.tolist() == [[1.0, 0.0]]
    assert notes(made)["bad_utf8"] == 1
    assert notes(made)["no_known_word"] == 1


@pytest.mark.parametrize("weighting", ["mean", "frequency"])
def test_beside_an_oracle_in_numpy(text: Write, weighting: str) -> None:
    rng = np.random.default_rng(3)
    names = [f"w{row}" for row in range(50)]
    counts = rng.integers(1, 1000, 50).astype(float)
    space = words(names, rng.normal(size=(50, 7)), counts)
    drawn = [[f"w{row}" for row in rng.integers(0, 60, rng.integers(1, 12))] for _ in range(300)]
    made = lines(space, text("\n".join(map(" ".join, drawn))), weighting=weighting)
    probability = counts / counts.sum()
    weights = np.ones(50) if weighting == "mean" else 1e-3 / (1e-3 + probability)
    expected = []
    for line in drawn:
        rows = [names.index(word) for word in line if word in names]
        if rows:
            expected.append(np.mean([weights[row] * space.vectors[row].astype(float) for row in rows], axis=0))
    assert made.vectors == pytest.approx(np.array(expected), rel=1e-6, abs=1e-7)


class Speller:
    """Composes words that begin with “river”."""

    n_bytes = 0

    def compose(self, word: str) -> Composition | None:
        return Composition(word, np.array([8.0, 0.0]), 1) if word.startswith("river") else None


def test_unknown_words_are_composed_where_the_words_can_be(text: Write) -> None:
    made = lines(words(subwords=Speller()), text("king riverside\nriverside riverbank\n"))
    assert made.vectors.tolist() == [[4.5, 0.0], [8.0, 0.0]]
    assert notes(made) == {"composed_words": 3}
    assert made.neighbors("riverside", 1, metric="euclidean").labels == ("riverside riverbank",)


@pytest.fixture
def made(text: Write) -> EmbeddingSpace:
    return lines(words(), text(TEXT), weighting="frequency")


def test_a_sentence_is_pooled_as_the_lines_were(made: EmbeddingSpace) -> None:
    assert isinstance(made.subwords, SentenceComposer)
    assert isinstance(made.subwords, SentencePooler)
    answer = made.neighbors("a King and a man", 1, metric="euclidean")
    assert answer.labels == ("The King, the man!",)
    assert answer.scores == pytest.approx([0.0])
    assert answer.vector == pytest.approx([0.25, 0.25])
    assert len(answer.remarks) == 1
    remark = answer.remarks[0]
    assert "composed from 2 of 5 words (weighted by inverse frequency; unknown: “a”, “and”)" in remark
    assert not answer.is_formula
    assert made.vector("a King and a man") == pytest.approx([0.25, 0.25])


@pytest.mark.parametrize(
    ("question", "formula"),
    [
        ("king man", False),
        ("king, the man", False),
        ("well-known king (a man)", False),
        ("king not man", False),
        ("king: a man", False),
        ("king - man", True),
        ("king + man", True),
        ("king+man", True),
        ("2 * king", True),
        ("each: king, man", True),
        ("avg(king, man)", True),
        ('"king man" - river', True),
        ("king man - the river", True),
        ("king : man :: river : ?", True),
    ],
)
def test_prose_is_a_sentence_and_formulas_stay(made: EmbeddingSpace, question: str, formula: bool) -> None:
    asked = made.neighbors(question, 2, metric="dot")
    assert asked.is_formula is formula
    assert any("composed from" in remark for remark in asked.remarks)


def test_formulas_are_of_pooled_parts(made: EmbeddingSpace) -> None:
    answer = made.neighbors("king man - river", 2, metric="dot")
    assert answer.vector == pytest.approx(np.array([0.25, 0.25]) - 0.004 / 0.997)  # river is a line itself
    assert made.neighbors("king - man", 2, metric="dot").vector == pytest.approx([0.5, -0.5])
    assert made.neighbors("#0", 1).inputs == (0,)
    assert made.neighbors("0.5 1", 1).reading == "[0.5, 1]"
    assert made.neighbors("king man where line > 5", 5).n_ranked == 2


def test_a_line_itself_is_an_item(made: EmbeddingSpace) -> None:
    assert made.neighbors("The King, the man!", 1).inputs == (0,)


def test_an_unknown_word_tells_near_words(made: EmbeddingSpace) -> None:
    with pytest.raises(UnknownItemError) as caught:
        made.neighbors("rivver", 1)
    assert caught.value.near == ("river",)


def test_lines_of_lines_go_back_to_the_words(made: EmbeddingSpace, text: Write) -> None:
    again = lines(made, text("king\n"))
    assert again.vectors.tolist() == [[1.0, 0.0]]


def test_saving_says_what_is_left_out(made: EmbeddingSpace, tmp_path: Path) -> None:
    (note,) = embedviz.save(made, tmp_path / "lines.npz")
    assert "words behind the items" in note.text
    opened = embedviz.open(tmp_path / "lines.npz")
    assert list(opened.labels) == list(made.labels)
    assert column(opened, "n_unknown") == column(made, "n_unknown")


CASED = ("Paris", "PARIS", "us", "US", "Straße", "é", "ﬁn", "İx", "don't", "Σας")


@given(
    st.lists(st.sampled_from([*CASED, "paris", "e\u0301", "STRASSE", "fin", "É", "i̇x", "-", "\n", "σας", "ΣΑΣ", "q"]))
)
def test_a_text_is_looked_up_as_a_sentence_is(pieces: list[str]) -> None:
    """Two implementations of one rule: dictionaries for many words, bisection for a few."""
    space = words(CASED, np.arange(20.0).reshape(10, 2), None)
    sentence = " ".join(pieces)
    codes = finish(word_rows_steps(space)).codes(sentence)
    found = found_words(space, sentence)
    expected = [UNKNOWN if word.row is None else word.row for word in found]
    assert codes[codes != END_OF_LINE].tolist() == expected


def test_case_matters_only_where_the_lower_cased_word_is_missing() -> None:
    space = words(CASED, np.arange(20.0).reshape(10, 2), None)
    found = found_words(space, "PARIS Paris paris US e\u0301 STRASSE")
    assert [(word.row, word.how) for word in found] == [
        (1, "exact"),
        (0, "exact"),
        (0, "case"),
        (2, ""),
        (5, "NFC"),
        (4, "case"),
    ]


def test_a_text_that_fails_closes_what_it_opened(text: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self):
        raise OSError(5, "gone")
        yield

    monkeypatch.setattr(Part, "pieces", broken)
    with pytest.raises(FileAccessError):
        finish(line_space.line_space_steps(words(), text()))
