"""Training by CBOW and by sub-word skip-gram: what is found, seeds, how it ends, and words that were not learned."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest
from fasttext_oracle import buckets_of
from skip_gram_oracle import corpus_of, grouped_sentences
from test_skip_gram import MEMBERS, same_group_share, stop

from embedviz import kernels, training
from embedviz.errors import InputError, UnknownItemError
from embedviz.progress import Command, Progress, Steps, finish
from embedviz.training import TrainingOptions, cbow, fasttext, train_steps
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.moment import Moment, Start, Trained

Trainer = Callable[..., Steps[Trained]]
GROUPS = 8
BOTH = pytest.mark.parametrize("trainer", [cbow.cbow_steps, fasttext.fasttext_steps], ids=["cbow", "fasttext"])


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    finish(kernels.load([*cbow.KERNELS, *fasttext.KERNELS]))


@pytest.fixture(scope="module")
def grouped() -> EncodedCorpus:
    return corpus_of(grouped_sentences(GROUPS, MEMBERS, 8_000, seed=1))


@pytest.fixture(scope="module")
def small_world():
    return finish(train_steps("sample:small-world", TrainingOptions(algorithm="fasttext", n_dims=50), keep=False))


def until(steps: Steps[Trained], text: str) -> Progress:
    while not (step := next(steps)).text.startswith(text):
        pass
    return step


@BOTH
@pytest.mark.parametrize("n_threads", [None, 2])
def test_planted_groups_are_found(trainer: Trainer, grouped, n_threads) -> None:
    options = TrainingOptions(n_dims=32, epochs=10, n_threads=n_threads, learning_rate=0.05)
    trained = finish(trainer(grouped, options))
    assert same_group_share(grouped.words, trained.vectors) >= 0.9
    assert (trained.vectors.shape, trained.vectors.dtype) == ((grouped.n_words, 32), np.float32)
    assert not trained.vectors.flags.writeable
    assert (trained.n_threads, trained.is_reproducible) == (n_threads or 1, n_threads is None)
    first, last = trained.records[0], trained.records[-1]
    assert [record.epoch for record in trained.records] == list(range(1, 11))
    assert last.loss < 0.8 * first.loss
    assert last.heldout_loss < 0.9 * first.heldout_loss
    assert last.accuracy > 0.85


@BOTH
def test_the_same_seed_gives_the_same_bytes(trainer: Trainer, grouped) -> None:
    def train(seed: int) -> Trained:
        return finish(trainer(grouped, TrainingOptions(n_dims=20, epochs=2, seed=seed)))

    first, again, other = train(3), train(3), train(4)
    assert first.vectors.tobytes() == again.vectors.tobytes()
    assert first.vectors.tobytes() != other.vectors.tobytes()
    figures = [[(r.loss, r.heldout_loss, r.accuracy, r.sentence) for r in t.records] for t in (first, again)]
    assert figures[0] == figures[1]


@BOTH
@pytest.mark.parametrize("verb", ["stop", "close", "pause"])
def test_it_obeys(trainer: Trainer, grouped, monkeypatch, verb) -> None:
    monkeypatch.setattr("embedviz.training.epochs._POLL_SECONDS", 0.001)
    before = set(threading.enumerate())
    steps = trainer(grouped, TrainingOptions(n_dims=64, epochs=200, subsample=0.0, n_threads=2))
    until(steps, "Training, epoch 2 ")
    if verb == "close":
        steps.close()
    else:
        if verb == "pause":
            steps.send(Command("pause"))
            until(steps, "Paused in epoch 2 of 200")
        trained = stop(steps)
        assert trained.stopped
        assert len(trained.records) in (1, 2)
        assert np.isfinite(trained.vectors).all()
    assert set(threading.enumerate()) <= before


@BOTH
def test_it_goes_on_from_its_state_as_if_it_had_not_ended(trainer: Trainer, grouped) -> None:
    options = TrainingOptions(n_dims=20, epochs=3)
    whole = finish(trainer(grouped, options))
    steps, moment = trainer(grouped, options), None
    while not (isinstance(moment, Moment) and moment.record is not None):
        moment = next(steps).partial
    seen = moment.rows(0, 9).copy()
    start = Start(tuple(matrix.copy() for matrix in moment.state), (moment.record,))
    steps.close()
    going_on = trainer(grouped, options, start)
    while not isinstance(moment := next(going_on).partial, Moment):
        pass
    assert np.array_equal(moment.rows(0, 9), seen)
    assert finish(going_on).vectors.tobytes() == whole.vectors.tobytes()


@BOTH
def test_tiny_texts_train_and_those_without_pairs_are_named(trainer: Trainer) -> None:
    for sentences in ([["a", "b"]], [["a", "b", "a", "c"]], [["a", "b"], ["b", "c"]]):
        options = TrainingOptions(n_dims=2, epochs=2, subsample=0.0, window=9, negatives=1, n_buckets=3)
        trained = finish(trainer(corpus_of(sentences), options))
        assert np.isfinite(trained.vectors).all()
        assert np.isfinite([record.heldout_loss for record in trained.records]).all()
    with pytest.raises(InputError, match="too short to learn from"):
        finish(trainer(corpus_of([["a"], ["b"], ["a"]]), TrainingOptions(n_dims=2)))


def test_words_too_short_for_parts_have_vectors_of_their_own() -> None:
    corpus = corpus_of([["a", "bb", "a", "bb"]] * 9)
    trained = finish(fasttext.fasttext_steps(corpus, TrainingOptions(n_dims=2, min_n=6, max_n=6, subsample=0.0)))
    assert np.isfinite(trained.vectors).all()
    assert trained.composer is None


def test_an_unknown_word_is_the_mean_of_its_parts(grouped) -> None:
    options = TrainingOptions(n_dims=20, epochs=2, min_n=2, max_n=4, n_buckets=500)
    steps, last = fasttext.fasttext_steps(grouped, options), None
    while not (isinstance(last, Moment) and last.epoch == 2 and last.record is not None):
        last = next(steps).partial
    part_inputs = last.state[1][:, :20].astype(np.float64)
    trained = finish(steps)
    assert trained.composer is not None
    model = finish(fasttext.model_steps(grouped, options, 1))
    rows_of = dict(zip(*model.parts.kept.tolist(), strict=True))
    composed = trained.composer.compose("g3m77")
    assert composed is not None
    known = [rows_of[bucket] for bucket in buckets_of("g3m77", 2, 4, 500) if bucket in rows_of]
    assert composed.n_subwords == len(known) > 5
    np.testing.assert_allclose(composed.vector, part_inputs[known].mean(axis=0), atol=1e-6)


def test_unknown_forms_stand_near_those_that_were_learned(small_world) -> None:
    words = set(small_world.labels)
    plurals = [(word, word + "s") for word in small_world.labels if len(word) > 4 and word + "s" not in words]
    near = 0
    for word, plural in plurals[:60]:
        answer = small_world.neighbors(plural, k=5)
        near += word in answer.labels
    assert near > 0.8 * len(plurals[:60]) > 10
    answer = small_world.neighbors(plurals[0][1], k=1)
    assert "composed" in " ".join(answer.remarks)
    with pytest.raises(UnknownItemError):
        small_world.vector("日")


def test_both_stand_in_the_registry() -> None:
    assert {"cbow", "fasttext"} <= set(training.TRAINERS) == set(training.ALGORITHMS)
    space = finish(train_steps("sample:small-world", TrainingOptions(algorithm="cbow", n_dims=4, epochs=1), keep=False))
    assert space.subwords is None
    assert space.source.run is not None
    assert space.source.run.options["algorithm"] == "cbow"
