"""Training by skip-gram: what it finds, its figures, its seeds and threads, and how it is ended."""

from __future__ import annotations

import concurrent.futures
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest
from skip_gram_oracle import compiled_kernels, corpus_of, grouped_sentences

from embedviz.errors import EmbedvizError, InputError, NothingLearnedError, OptionError
from embedviz.progress import Command, Progress, Steps, finish
from embedviz.space.run import EpochRecord
from embedviz.training.epochs import REPRODUCIBLE_BELOW
from embedviz.training.moment import Moment, Trained
from embedviz.training.options import TrainingOptions
from embedviz.training.skip_gram import skip_gram_steps
from embedviz.training.skip_gram_model import model_steps

GROUPS, MEMBERS = 8, 10


@pytest.fixture(scope="module")
def grouped():
    compiled_kernels()
    return corpus_of(grouped_sentences(GROUPS, MEMBERS, 8_000, seed=1))


@pytest.fixture(scope="module")
def endless():
    """A corpus and options that train for minutes."""
    compiled_kernels()
    rng = np.random.default_rng(2)
    words = [f"w{row}" for row in range(400)]
    sentences = [[words[row] for row in rng.integers(400, size=40)] for _ in range(5_000)]
    return corpus_of(sentences), TrainingOptions(n_dims=64, epochs=2_000, subsample=0.0)


def same_group_share(words, vectors) -> float:
    """How often one of the nine nearest of a member is a member of its group."""
    rows = [row for row, word in enumerate(words) if word[0] == "g"]
    unit = vectors[rows] / np.linalg.norm(vectors[rows], axis=1, keepdims=True)
    scores = unit @ unit.T
    np.fill_diagonal(scores, -np.inf)
    groups = np.array([words[row].split("m")[0] for row in rows])
    nearest = np.argsort(-scores, axis=1)[:, : MEMBERS - 1]
    return float((groups[nearest] == groups[:, None]).mean())


def record_of(step: Progress) -> EpochRecord | None:
    return step.partial.record if isinstance(step.partial, Moment) else None


def stop(steps: Steps[Trained]) -> Trained:
    """Ask running work to stop, and return what it kept."""

    try:
        steps.send(Command("stop"))
    except StopIteration as end:
        return end.value
    return finish(steps)


@pytest.mark.parametrize("n_threads", [None, 2])
def test_planted_groups_are_found(grouped, n_threads) -> None:
    options = TrainingOptions(n_dims=32, epochs=8, n_threads=n_threads)
    trained = finish(skip_gram_steps(grouped, options))
    assert same_group_share(grouped.words, trained.vectors) >= 0.9
    assert trained.vectors.shape == (grouped.n_words, 32)
    assert trained.vectors.dtype == np.float32
    assert not trained.vectors.flags.writeable
    assert trained.n_threads == (n_threads or 1)
    assert trained.is_reproducible == (n_threads is None)
    records = trained.records
    assert [record.epoch for record in records] == list(range(1, 9))
    assert records[-1].loss < 0.8 * records[0].loss
    assert records[-1].heldout_loss < 0.8 * records[0].heldout_loss
    assert records[-1].accuracy > 0.85
    rates = [record.learning_rate for record in records]
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] == pytest.approx(0.025e-4)
    assert all(record.words_per_second > 1_000 for record in records)
    assert records[0].sentence.startswith("The first neighbourhoods: ")
    assert all("words kept at least 7 of 10." in record.sentence for record in records[1:])


def test_the_same_seed_gives_the_same_bytes(grouped) -> None:
    def train(seed: int) -> Trained:
        return finish(skip_gram_steps(grouped, TrainingOptions(n_dims=20, epochs=2, seed=seed)))

    first, again, other = train(3), train(3), train(4)
    assert first.vectors.tobytes() == again.vectors.tobytes()
    assert first.vectors.tobytes() != other.vectors.tobytes()
    figures = [[(r.loss, r.heldout_loss, r.accuracy, r.sentence) for r in t.records] for t in (first, again)]
    assert figures[0] == figures[1]


def test_large_corpora_take_all_cores(grouped, monkeypatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    large = corpus_of(grouped_sentences(3, 3, 50, seed=1), n_raw_tokens=REPRODUCIBLE_BELOW)
    trained = finish(skip_gram_steps(large, TrainingOptions(n_dims=8, epochs=1, subsample=0.0)))
    assert (trained.n_threads, trained.is_reproducible) == (3, False)
    alone = finish(skip_gram_steps(large, TrainingOptions(n_dims=8, epochs=1, subsample=0.0, n_threads=1)))
    assert (alone.n_threads, alone.is_reproducible) == (1, True)


def test_progress_comes_often_and_brings_each_record(grouped) -> None:
    seen: list[Progress] = []
    trained = finish(skip_gram_steps(grouped, TrainingOptions(n_dims=100, epochs=3)), seen.append)
    moments = [step.partial for step in seen if step.partial is not None]
    assert all(isinstance(moment, Moment) for moment in moments)
    records = [moment.record for moment in moments if moment.record is not None]
    assert tuple(records) == trained.records
    assert [moment.is_start for moment in moments] == [True] + [False] * (len(moments) - 1)
    fractions = [step.fraction for step in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


@pytest.mark.parametrize("n_threads", [1, 2])
def test_stop_keeps_what_is_learned(endless, n_threads) -> None:
    corpus, options = endless
    steps = skip_gram_steps(corpus, TrainingOptions(**{**vars(options), "n_threads": n_threads}))
    while not next(steps).text.startswith("Training, epoch 2 "):
        pass
    asked = time.perf_counter()
    trained = stop(steps)
    assert time.perf_counter() - asked < 2
    assert trained.stopped
    assert len(trained.records) in (1, 2)
    assert all(np.isfinite(record.loss) for record in trained.records)
    assert np.abs(trained.vectors).max() > 1 / options.n_dims


@pytest.mark.parametrize("n_threads", [1, 2])
def test_a_stop_that_comes_with_the_last_slice_of_an_epoch_is_not_lost(monkeypatch, grouped, n_threads) -> None:
    told = []

    def late(futures, timeout):
        """All work is done, but it is told only the next time."""
        concurrent.futures.wait(futures)
        told.append(futures)
        is_first = told.count(futures) == 1
        return SimpleNamespace(not_done=futures if is_first else ())

    monkeypatch.setattr("embedviz.training.epochs.wait", late)
    steps = skip_gram_steps(grouped, TrainingOptions(n_dims=4, epochs=20, n_threads=n_threads))
    while not next(steps).text.startswith("Training, epoch 2 "):
        pass
    trained = stop(steps)
    assert trained.stopped
    assert len(trained.records) == 2


def test_a_stop_with_the_last_record_changes_nothing(grouped) -> None:
    steps = skip_gram_steps(grouped, TrainingOptions(n_dims=8, epochs=1))
    while record_of(next(steps)) is None:
        pass
    trained = stop(steps)
    assert not trained.stopped


@pytest.mark.parametrize("n_steps", [1, 2, 3])
def test_a_stop_before_the_first_epoch_has_nothing_to_keep(endless, n_steps) -> None:
    corpus, options = endless
    before = set(threading.enumerate())
    steps = skip_gram_steps(corpus, options)
    for _ in range(n_steps):
        assert next(steps).text == "Preparing to train"
    with pytest.raises(NothingLearnedError, match="before anything was learned"):
        stop(steps)
    assert set(threading.enumerate()) <= before


def test_preparing_and_keeping_are_cut_into_small_steps(monkeypatch) -> None:
    """What one step touches does not grow with the corpus, so that a stop or a cancel is heard soon."""
    monkeypatch.setattr("embedviz.training.aligned_rows._FLOATS_AT_ONCE", 1 << 12)
    corpus = corpus_of([[f"w{row}", f"w{row + 1}"] for row in range(20_000)])
    options = TrainingOptions(n_dims=20, subsample=0.0)
    preparing = model_steps(corpus, options, 1)
    n_steps = 0
    try:
        while True:
            next(preparing)
            n_steps += 1
    except StopIteration as done:
        model = done.value
    assert n_steps >= corpus.n_words / (1 << 12)
    wanted = model.inputs[:, :20].copy()
    keeping = model.vectors_steps()
    assert next(keeping).text == "Keeping the vectors"
    vectors = finish(keeping)
    assert np.array_equal(vectors, wanted)
    assert np.shares_memory(vectors, model.inputs), "no second copy"
    assert vectors.flags.c_contiguous


def test_closing_leaves_no_thread(endless) -> None:
    corpus, options = endless
    before = set(threading.enumerate())
    steps = skip_gram_steps(corpus, TrainingOptions(**{**vars(options), "n_threads": 2}))
    while not next(steps).text.startswith("Training"):
        pass
    assert any(thread.name.startswith("training") for thread in threading.enumerate())
    steps.close()
    assert set(threading.enumerate()) <= before


def test_a_rate_too_large_is_named(grouped, monkeypatch) -> None:
    monkeypatch.setattr(TrainingOptions, "checked", lambda self: self)
    with pytest.raises(EmbedvizError, match=r"no longer finite.*learning rate is 1e\+30; choose a smaller one"):
        finish(skip_gram_steps(grouped, TrainingOptions(n_dims=8, epochs=3, learning_rate=1e30)))


def test_a_text_without_pairs_is_named() -> None:
    with pytest.raises(InputError, match="too short to learn from"):
        finish(skip_gram_steps(corpus_of([["a"], ["b"], ["a"]]), TrainingOptions(n_dims=2)))


def test_tiny_texts_train() -> None:
    for sentences in ([["a", "b"]], [["a", "b", "a", "c"]], [["a", "b"], ["b", "c"]]):
        options = TrainingOptions(n_dims=2, epochs=2, subsample=0.0, window=9, negatives=1)
        trained = finish(skip_gram_steps(corpus_of(sentences), options))
        assert np.isfinite(trained.vectors).all()
        assert np.isfinite([record.heldout_loss for record in trained.records]).all()


def test_impossible_options_are_refused(grouped) -> None:
    with pytest.raises(OptionError, match="epochs"):
        finish(skip_gram_steps(grouped, TrainingOptions(epochs=0)))
