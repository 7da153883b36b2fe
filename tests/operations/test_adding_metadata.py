"""Metadata from another file: joined by label or row, told, undoable, and dropped when the space is another."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source


@pytest.fixture
def about(tmp_path):
    """A table about four of the words, in another order, and one that is none."""
    path = tmp_path / "about.csv"
    lines = ["word,kind,size", "man,human,2", "king,royal,1", "zebra,animal,9", "queen,royal,3", "river,place,4"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_columns_are_joined_by_label_and_the_report_is_told(session, operations, idle, space, about, said):
    operations.add_metadata(about)
    idle()
    added = session.state.space
    assert added is not space
    assert np.shares_memory(added.vectors, space.vectors)
    assert [added.metadata["size"].text(row) for row in range(7)] == ["1", "3", "2", "", "4", "", ""]
    assert added.metadata["kind"].text(0) == "royal"
    assert said[-1].text.startswith("2 metadata columns added; Undo takes them away.")
    assert "4 of 7 items matched" in said[-1].text
    assert "1 of its keys name no item" in said[-1].text
    joined = next(note for note in added.notes if note.kind == "joined")
    assert joined.count == 4
    assert about in added.source.companions


def test_what_was_measured_projected_and_asked_stays(session, operations, idle, space, about, ask):
    ask("king")
    before = session.state
    norms = space.norms
    operations.add_metadata(about)
    idle()
    after = session.state
    assert after.projection is before.projection
    assert after.answer is before.answer
    assert after.space.norms is norms


def test_undo_takes_them_away_and_redo_brings_them_back(session, operations, idle, space, about):
    operations.add_metadata(about)
    idle()
    operations.undo()
    assert session.state.space is space
    operations.redo()
    assert "kind" in session.state.space.metadata


def test_a_second_table_replaces_columns_of_the_same_name(session, operations, idle, space, about, said, tmp_path):
    operations.add_metadata(about)
    idle()
    again = tmp_path / "again.csv"
    again.write_text("word,size\nking,70\nman,80\n", encoding="utf-8")
    operations.add_metadata(again)
    idle()
    assert session.state.space.metadata["size"].text(0) == "70"
    assert said[-1].text.startswith("1 replaced (size); Undo takes them away.")


def test_a_space_without_labels_takes_those_of_the_table(session, operations, idle, show, tmp_path):
    vectors = np.eye(3, dtype=np.float32)
    show(EmbeddingSpace(vectors, Labels(np.zeros(0, np.uint8), np.zeros(4, np.int64)), Source("v.npy", "test")))
    table = tmp_path / "names.tsv"
    table.write_text("label\tkind\na\tx\nb\ty\nc\tz\n", encoding="utf-8")
    operations.add_metadata(table)
    idle()
    assert list(session.state.space.labels) == ["a", "b", "c"]
    assert list(session.state.space.metadata) == ["kind"]


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "other.csv"), ("word,kind\nzebra,animal\nlion,animal\n", "2 rows for 7 items"), ("", "other.csv")],
)
def test_a_table_that_does_not_fit_is_an_error_and_nothing_changes(
    session, operations, idle, space, said, tmp_path, content, words
):
    path = tmp_path / "other.csv"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    before = session.state
    operations.add_metadata(path)
    idle()
    assert said[-1].kind == "error"
    assert words in said[-1].text
    assert session.state is before


def test_with_nothing_open_it_says_what_to_do(operations, about, said):
    operations.add_metadata(about)
    assert "Open a file first" in said[-1].text
    assert operations.jobs.alive() == []


def test_it_is_not_given_to_a_space_opened_meanwhile(session, operations, idle, space, about, show, make_space):
    operations.add_metadata(about)
    other = show(make_space(name="other"))
    idle()
    assert session.state.space is other
