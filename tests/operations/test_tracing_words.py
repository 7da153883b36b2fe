"""Words traced through the epochs of a training: of the open question, of typed pairs, of files of judgments."""

from __future__ import annotations

import numpy as np
import pytest
from cut_trainings import OPTIONS, story

import embedviz
from embedviz.analysis import evaluate_steps
from embedviz.formats.run_epochs import epochs_of
from embedviz.progress import finish

pytestmark = pytest.mark.usefixtures("runs")


@pytest.fixture
def corpus(tmp_path):
    return story(tmp_path)


@pytest.fixture
def run(operations, corpus, idle):
    """A training of four epochs that is open; its epochs."""
    space = embedviz.train(corpus, n_dims=12, epochs=4, min_count=1, window=3)
    operations.open_run(space.source.options["run"])
    idle()
    return epochs_of(space.source.options["run"])


@pytest.fixture
def traced(operations, run, idle):
    """Trace, and wait for what is found, or for why nothing is."""

    def find(question: str = "", pairs: str = ""):
        found, refused = [], []
        operations.traced.connect(found.append)
        operations.trace_refused.connect(refused.append)
        if question:
            operations.ask(question)
            idle()
        operations.trace(pairs)
        idle()
        operations.traced.disconnect(found.append)
        operations.trace_refused.disconnect(refused.append)
        return (found or refused)[-1]

    return find


def test_the_question_is_traced_with_its_nearest_in_the_end(run, traced):
    trace = traced("cat")
    assert [column.epoch for column in trace.neighbors.columns] == [0, 1, 2, 3, 4]
    for column in trace.neighbors.columns:
        answer = run.space(column.epoch).neighbors("cat")
        assert (column.labels, column.scores.tolist()) == (answer.labels, answer.scores.tolist())
    last = trace.neighbors.columns[-1].labels[:5]
    assert trace.names == tuple(("cat", other) for other in last)
    final = run.space(4)
    wanted = [final.neighbors("cat").scores[rank] for rank in range(5)]
    np.testing.assert_allclose(trace.similarity.scores[-1], wanted, atol=1e-6)


def test_typed_pairs_take_the_place_of_the_nearest(run, traced):
    trace = traced("cat", "dog hen; red Rain")
    assert trace.names == (("dog", "hen"), ("red", "rain"))
    assert trace.similarity.scores.shape == (5, 2)
    vectors = run.space(2).vectors.astype(float)
    dog, hen = (vectors[run.labels.find(word)] for word in ("dog", "hen"))
    assert trace.similarity.scores[2, 0] == pytest.approx(dog @ hen / np.linalg.norm(dog) / np.linalg.norm(hen))


@pytest.mark.parametrize(("pairs", "words"), [("dog", "not two"), ("dog nobody", "nobody"), ("dog cat+hen", "single")])
def test_pairs_that_are_wrong_are_told_beside_the_neighbors(traced, pairs, words):
    trace = traced("cat", pairs)
    assert words in trace.problem
    assert len(trace.neighbors.columns) == 5
    assert trace.similarity is None


def test_pairs_need_no_question(session, operations, traced, idle):
    operations.clear_question()
    trace = traced("", "dog hen")
    assert trace.neighbors is None
    assert trace.names == (("dog", "hen"),)


def test_a_formula_and_a_list_are_traced_as_they_were_typed(run, traced):
    for question in ("cat - dog + red", "cat, red"):
        trace = traced(question)
        for column in trace.neighbors.columns:
            assert column.labels == run.space(column.epoch).neighbors(question).labels
        assert trace.similarity is None, "it has no row of its own"


def test_going_through_the_epochs_changes_nothing(operations, run, traced, idle):
    before = traced("cat")
    operations.show_epoch(1)
    idle()
    after = traced()
    assert after.neighbors.columns == before.neighbors.columns, "what was searched is taken over"
    assert after.run is before.run


def test_without_kept_epochs_it_is_said(session, operations, space, idle):
    refused = []
    operations.trace_refused.connect(refused.append)
    operations.trace()
    operations.trace_evaluation("anything.txt")
    assert len(refused) == 2
    assert "not kept" in refused[0]


def test_a_word_that_the_training_does_not_know(qtbot, session, operations, space, corpus, idle):
    operations.ask("king")
    idle()
    operations.train(str(corpus), OPTIONS.__class__(n_dims=12, epochs=2_000, min_count=1, window=3))
    qtbot.waitUntil(lambda: len(operations.epochs) > 2, timeout=60_000)
    with qtbot.waitSignal(operations.trace_refused, timeout=10_000) as refused:
        operations.trace()
    assert "“king” is not among the words of the training" in refused.args[0]
    operations.cancel_training()
    qtbot.waitUntil(lambda: not operations.is_training, timeout=10_000)
    idle()


def test_a_training_that_runs_is_traced_as_far_as_it_is(qtbot, operations, run, corpus, idle):
    operations.ask("cat")
    idle()
    operations.train(str(corpus), OPTIONS.__class__(n_dims=12, epochs=2_000, min_count=1, window=3))
    qtbot.waitUntil(lambda: len(operations.epochs) > 2, timeout=60_000)
    operations.pause_training()
    with qtbot.waitSignal(operations.traced, timeout=10_000) as first:
        operations.trace()
    n_before = len(first.args[0].neighbors.columns)
    assert n_before >= 3
    assert first.args[0].run.name == operations.traced_run != run.name
    operations.pause_training()
    qtbot.waitUntil(lambda: len(operations.epochs) > n_before + 2, timeout=60_000)
    with qtbot.waitSignal(operations.traced, timeout=10_000) as second:
        operations.trace()
    columns = second.args[0].neighbors.columns
    assert columns[:n_before] == first.args[0].neighbors.columns
    assert len(columns) > n_before
    operations.cancel_training()
    qtbot.waitUntil(lambda: not operations.is_training, timeout=10_000)
    idle()


def test_evaluations_over_time_belong_to_their_run(operations, run, traced, tmp_path, space, idle):
    path = tmp_path / "pairs.txt"
    path.write_text("cat\tdog\t9\ncat\tred\t1\nrain\tsnow\t8\nsun\tblue\t2\nhen\tcow\t7\n", encoding="utf-8")
    operations.open_run(run.name)
    idle()
    for _ in range(2):
        operations.trace_evaluation(path)
        idle()
    (found,) = operations.traced_evaluations
    assert (found.name, found.measure, found.epochs) == ("pairs.txt", "ρ", (0, 1, 2, 3, 4))
    assert found.results[-1] == finish(evaluate_steps(run.space(4), path))
    operations.open_space(space)
    idle()
    assert operations.traced_evaluations == ()


def test_a_file_that_is_none_is_refused(qtbot, operations, run, tmp_path, idle):
    path = tmp_path / "prose.txt"
    path.write_text("nothing of the kind at all\n", encoding="utf-8")
    with qtbot.waitSignal(operations.trace_refused, timeout=10_000) as refused:
        operations.trace_evaluation(path)
    assert "neither word pairs" in refused.args[0]
    idle()
