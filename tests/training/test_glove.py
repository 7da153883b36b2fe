"""GloVe: its kernels beside plain numpy, what it finds, its seeds and threads, and that it goes on where it stopped."""

from __future__ import annotations

import numpy as np
import pytest
from skip_gram_oracle import corpus_of, grouped_sentences
from test_cooccurrence import counted_plainly
from test_skip_gram import same_group_share

from embedviz import kernels
from embedviz.errors import InputError, MemoryPlanError
from embedviz.progress import Command, finish
from embedviz.training import TrainingOptions, glove
from embedviz.training.glove import COMPILED, glove_steps, model_steps
from embedviz.training.moment import Moment, Start

RATE = 0.1


@pytest.fixture(scope="module")
def compiled():
    return finish(kernels.ready(COMPILED))


@pytest.fixture(scope="module")
def grouped():
    return corpus_of(grouped_sentences(8, 10, 8_000, seed=1))


def options_of(**options) -> TrainingOptions:
    return TrainingOptions(**{"algorithm": "glove", "n_dims": 32, "epochs": 12, "learning_rate": RATE, **options})


def test_a_shuffle_keeps_each_entry_whole_and_favours_no_place(compiled) -> None:
    n, n_times = 7, 6_000
    places = np.zeros((n, n))
    state = np.array([99], np.uint64)
    for _ in range(n_times):
        rows = np.arange(n, dtype=np.int32)
        columns, counts = 10 * rows, 100 * rows.astype(np.float32)
        compiled.shuffle(rows, columns, counts, 4, n, state)
        compiled.shuffle(rows, columns, counts, 0, 4, state)
        assert sorted(rows.tolist()) == list(range(n))
        assert (columns == 10 * rows).all()
        assert (counts == 100 * rows).all()
        places[rows, range(n)] += 1
    np.testing.assert_allclose(places / n_times, 1 / n, atol=0.03)


def test_the_pairs_are_all_that_were_counted(grouped) -> None:
    model = finish(model_steps(grouped, options_of(window=3)))
    wanted = counted_plainly(grouped, model.measure.parts, 3, "harmonic")
    found = np.zeros_like(wanted)
    found[model.pair_rows, model.pair_columns] = model.counts
    np.testing.assert_allclose(found, wanted, rtol=1e-6)
    assert len(model.counts) == np.count_nonzero(wanted)
    assert (np.diff(model.pair_rows) < 0).mean() == pytest.approx(0.5, abs=0.1)


def test_a_slice_is_learned_as_plain_numpy_learns_it(compiled) -> None:
    corpus = corpus_of(grouped_sentences(3, 4, 60, seed=2))
    model = finish(model_steps(corpus, options_of(n_dims=10, x_max=3.0)))
    words, contexts, biases, *squares = (matrix.astype(np.float64) for matrix in model.state)
    order = np.random.default_rng(1).permutation(len(model.counts)).astype(np.int32)
    sums = np.zeros(3)
    compiled.learn(model.pair_rows, model.pair_columns, model.counts, order, *model.state, 3.0, 0.75, RATE, sums)
    loss = 0.0
    for entry in order:
        row, column, count = model.pair_rows[entry], model.pair_columns[entry], float(model.counts[entry])
        error = words[row] @ contexts[column] + biases[0, row] + biases[1, column] - np.log(count)
        weight = min(1.0, count / 3.0) ** 0.75
        loss += weight * error**2
        slopes = (weight * error * contexts[column], weight * error * words[row], weight * error)
        for at, slope in zip(((0, row), (1, column)), slopes[:2], strict=True):
            squares[at[0]][at[1]] += slope**2
        words[row] -= RATE * slopes[0] / np.sqrt(squares[0][row])
        contexts[column] -= RATE * slopes[1] / np.sqrt(squares[1][column])
        for side, word in enumerate((row, column)):
            squares[2][side, word] += slopes[2] ** 2
            biases[side, word] -= RATE * slopes[2] / np.sqrt(squares[2][side, word])
    assert sums[0] == pytest.approx(loss, rel=1e-4)
    assert sums[1] == len(order)
    for ours, wanted in zip(model.state, (words, contexts, biases, *squares), strict=True):
        np.testing.assert_allclose(ours, wanted, atol=2e-4)
    assert not model.words[:, 10:].any(), "padding stays zero"


def test_a_slice_is_left_where_a_halt_is_asked_for(grouped) -> None:
    model = finish(model_steps(grouped, options_of()))
    before, sums = model.words.copy(), np.array([0.0, 0.0, 1.0])
    model.learn(0, 0, sums)
    assert np.array_equal(model.words, before)
    assert sums.tolist() == [0, 0, 1]


@pytest.mark.parametrize("n_threads", [None, 2])
def test_planted_groups_are_found(grouped, n_threads) -> None:
    trained = finish(glove_steps(grouped, options_of(n_threads=n_threads)))
    assert same_group_share(grouped.words, trained.vectors) >= 0.9
    losses = [record.loss for record in trained.records]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.5 * losses[0]
    assert trained.records[-1].accuracy > 0.6
    assert all(np.isnan(record.heldout_loss) for record in trained.records)
    assert (trained.n_threads, trained.is_reproducible) == (n_threads or 1, n_threads is None)


def test_vectors_are_the_sums_of_both_sides(grouped) -> None:
    moments: list[Moment] = []

    def note(step) -> None:
        if isinstance(step.partial, Moment) and step.partial.record is not None:
            moments.append(step.partial)

    trained = finish(glove_steps(grouped, options_of(epochs=2, n_dims=20)), note)
    words, contexts, *_ = moments[-1].state
    assert np.array_equal(trained.vectors, (words + contexts)[:, :20])
    assert np.array_equal(moments[-1].rows(2, 5), trained.vectors[2:5])


def test_the_same_seed_gives_the_same_bytes(grouped, monkeypatch) -> None:
    monkeypatch.setattr(glove, "_SLICE_WORK", 20_000)  # so that there are slices to take in another order

    def trained(**options) -> bytes:
        return finish(glove_steps(grouped, options_of(epochs=2, **options))).vectors.tobytes()

    assert trained(seed=3) == trained(seed=3)
    assert trained(seed=3) != trained(seed=4)
    assert trained(x_max=10.0) != trained()


def test_it_goes_on_from_a_state(grouped) -> None:
    states: list[tuple[np.ndarray, ...]] = []

    def note(step) -> None:
        if isinstance(step.partial, Moment) and step.partial.record is not None and step.partial.epoch == 2:
            states.append(tuple(matrix.copy() for matrix in step.partial.state))

    whole = finish(glove_steps(grouped, options_of(epochs=4)), note)
    rest = finish(glove_steps(grouped, options_of(epochs=4), Start(states[0], whole.records[:2])))
    assert rest.vectors.tobytes() == whole.vectors.tobytes()
    assert [record.loss for record in rest.records] == [record.loss for record in whole.records]


def test_a_stop_keeps_what_is_learned(grouped) -> None:
    steps = glove_steps(grouped, options_of(epochs=50))
    while not next(steps).text.startswith("Epoch 2 "):
        pass
    steps.send(Command("stop"))
    trained = finish(steps)
    assert trained.stopped
    assert len(trained.records) == 2
    assert np.isfinite(trained.vectors).all()


def test_what_is_not_possible_is_named(grouped, monkeypatch) -> None:
    with pytest.raises(InputError, match="too short to learn from"):
        finish(glove_steps(corpus_of([["a"], ["b"], ["a"]]), options_of(n_dims=2)))
    monkeypatch.setattr(glove, "free_memory", lambda: 1_000)
    with pytest.raises(MemoryPlanError, match="choose fewer dimensions"):
        finish(glove_steps(grouped, options_of()))
