"""Opening: a file, dropped files, a sample; what stands open stays until the new space is complete."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz import formats
from embedviz.progress import Progress


@pytest.fixture
def changes(session):
    """The name of the open space at each change."""
    names = []
    session.space_changed.connect(lambda: names.append(session.state.space.source.name))
    return names


def test_a_file_becomes_the_space_with_its_projection(session, operations, idle, vector_file, said, changes):
    operations.open_file(vector_file())
    assert session.state.space is None
    idle()
    state = session.state
    assert changes == ["small.txt"]
    assert list(state.space.labels) == ["one", "two", "three"]
    assert state.space.vectors.tolist() == [[1.5, -1.25], [2.5, -2.25], [3.5, -3.25]]
    assert state.projection.points.shape == (3, 2)
    assert state.answer is None
    assert [message.text for message in said] == ["Ready. All 3 items are searched and drawn."]


def test_options_of_opening_reach_the_reader(session, operations, idle, tmp_path):
    np.save(tmp_path / "v.npy", np.eye(2, dtype=np.float32))
    (tmp_path / "names.txt").write_text("left\nright\n", encoding="utf-8")
    operations.open_file(tmp_path / "v.npy", labels=tmp_path / "names.txt")
    idle()
    assert list(session.state.space.labels) == ["left", "right"]


def test_rows_that_are_not_finite_are_counted_in_the_message(session, operations, idle, tmp_path, said):
    np.save(tmp_path / "v.npy", np.array([[1, 2], [np.nan, 0], [3, 1]], np.float32))
    operations.open_file(tmp_path / "v.npy")
    idle()
    assert said[-1].text.startswith("Ready. 2 of 3 items are searched and drawn; 1 is not finite.")
    assert "import note" in said[-1].text


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.txt", None, "missing.txt"),
        ("empty.txt", b"", "is empty"),
        ("ragged.txt", b"one 1 2\ntwo 1 2\nthree 1\nfour 1 2\n", "ine 3"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_error_and_the_space_stays(
    session, operations, idle, space, said, tmp_path, name, content, words
):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    before = session.state
    operations.open_file(path)
    idle()
    assert [message.kind for message in said] == ["error"]
    assert words in said[0].text
    assert said[0].details == ""
    assert session.state is before


def test_opening_leaves_metric_and_k_and_takes_back_axes_colour_and_selection(session, operations, idle, vector_file):
    operations.open_sample("digits")
    idle()
    operations.set_metric("dot")
    operations.set_k(3)
    operations.set_axes(2, 3)
    operations.color_by("digit")
    operations.select_rectangle(-1e9, 1e9, -1e9, 1e9)
    operations.open_file(vector_file())
    idle()
    view = session.state.view
    assert (view.metric, view.k, view.axes) == ("dot", 3, (0, 1))
    assert session.state.coloring is None
    assert session.state.selection is None


def test_undo_brings_the_space_before_back(session, operations, idle, space, vector_file):
    operations.open_file(vector_file())
    idle()
    operations.undo()
    assert session.state.space is space


def test_the_newest_of_two_opened_files_wins(operations, idle, vector_file, changes, said):
    operations.open_file(vector_file("first.txt"))
    operations.open_file(vector_file("second.txt"))
    idle()
    assert changes == ["second.txt"]
    assert len(said) == 1


def test_a_slow_first_file_never_comes_after_the_second(monkeypatch, operations, idle, vector_file, changes):
    real = formats.open_steps

    def slow(path, **options):
        steps = real(path, **options)
        while path.name == "slow.txt":
            yield Progress(None, "waiting to be cancelled")
        return (yield from steps)

    monkeypatch.setattr(formats, "open_steps", slow)
    operations.open_file(vector_file("slow.txt"))
    operations.open_file(vector_file("quick.txt"))
    idle()
    assert changes == ["quick.txt"]


def test_cancel_leaves_everything_as_it_was_and_says_nothing(session, operations, idle, space, vector_file, said):
    before = session.state
    operations.open_file(vector_file())
    job = operations.jobs.newest("load")
    assert job.wait(5.0)  # read to the end, but not yet taken over
    operations.cancel_job(job)
    idle()
    assert session.state is before
    assert said == []


def test_the_first_sample_arrives_with_its_question_answered(session, operations, idle):
    operations.open_sample()
    idle()
    assert session.state.answer.text == "river"
    assert session.state.answer.labels[0] == "rivers"
    assert session.state.projection.n_components == 10
    assert not session.can_go_back


def test_a_sample_of_no_such_name_is_an_error_that_names_those_there_are(session, operations, idle, said):
    operations.open_file("sample:nothing")
    idle()
    assert said[0].kind == "error"
    assert "glove-10k" in said[0].text
    assert session.state.space is None


def test_open_file_takes_a_sample_by_its_name(session, operations, idle):
    operations.open_file("sample:digits")
    idle()
    assert session.state.space.source.name == "Handwritten digits"
    assert session.state.answer is None


def test_a_space_in_memory_is_projected(session, operations, idle, make_space):
    space = make_space(n_dims=20)
    operations.open_space(space)
    idle()
    assert session.state.space is space
    assert session.state.projection.n_components == 10


def test_nothing_dropped_does_nothing(session, operations, said):
    operations.open_dropped([])
    assert operations.jobs.alive() == []
    assert said == []


def test_one_dropped_file_opens(session, operations, idle, vector_file, said):
    operations.open_dropped([str(vector_file())])
    idle()
    assert session.state.space.source.name == "small.txt"
    assert "left aside" not in said[-1].text


def test_of_several_dropped_files_the_first_that_is_a_space_opens(
    session, operations, idle, vector_file, said, tmp_path
):
    prose = tmp_path / "story.txt"
    prose.write_text("It was a dark night, and nobody was awake in the house. " * 9, encoding="utf-8")
    dropped = [prose, vector_file("a.txt"), vector_file("b.txt")]
    operations.open_dropped([str(path) for path in dropped])
    idle()
    assert session.state.space.source.name == "a.txt"
    assert said[-1].text.endswith("The other 2 dropped files are left aside.")


def test_of_several_dropped_files_none_of_which_is_a_space_the_first_is_explained(
    session, operations, idle, space, said, tmp_path
):
    for name in ("first.txt", "second.txt"):
        (tmp_path / name).write_bytes(b"")
    operations.open_dropped([str(tmp_path / "first.txt"), str(tmp_path / "second.txt")])
    idle()
    assert [message.kind for message in said] == ["error"]
    assert "first.txt" in said[0].text
    assert session.state.space is space


def test_labels_dropped_with_their_vectors_are_used_and_not_called_left_aside(
    session, operations, idle, said, tmp_path
):
    np.save(tmp_path / "v.npy", np.eye(2, dtype=np.float32))
    (tmp_path / "v.labels.txt").write_text("left\nright\n", encoding="utf-8")
    operations.open_dropped([str(tmp_path / "v.npy"), str(tmp_path / "v.labels.txt")])
    idle()
    assert list(session.state.space.labels) == ["left", "right"]
    assert "left aside" not in said[-1].text


def test_an_unexpected_error_is_one_message_with_details(monkeypatch, session, operations, idle, space, said, tmp_path):
    def broken(path, **options):
        yield Progress(0.0, "about to fail")
        raise ZeroDivisionError("deep inside")

    monkeypatch.setattr(formats, "open_steps", broken)
    operations.open_file(tmp_path / "any.txt")
    idle()
    assert len(said) == 1
    assert said[0].kind == "error"
    assert "ZeroDivisionError" in said[0].text
    assert "\n" not in said[0].text
    assert said[0].details.startswith("Traceback")
    assert "ZeroDivisionError: deep inside" in said[0].details
    assert session.state.space is space


def test_the_first_question_is_asked_as_the_person_asks(session, operations, idle):
    operations.set_k(7)
    operations.set_metric("dot")
    operations.open_sample()
    idle()
    answer = session.state.answer
    assert (answer.text, answer.metric, answer.k, len(answer.rows)) == ("river", "dot", 7, 7)
