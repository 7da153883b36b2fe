"""What trainers that count once share: held-out pairs, commands, and that they begin anew."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from skip_gram_oracle import corpus_of, grouped_sentences

from embedviz.errors import NothingLearnedError, OptionError
from embedviz.progress import Command, finish
from embedviz.training import TRAINERS, TrainingOptions
from embedviz.training.counting import measure_steps
from embedviz.training.moment import Moment, Start
from embedviz.training.skip_gram_model import model_steps

COUNTING = ("ppmi-svd", "lsa", "random")


@pytest.fixture(scope="module")
def corpus():
    return corpus_of(grouped_sentences(8, 10, 3_000, seed=1))


def steps_of(name: str, corpus, start: Start | None = None, **options):
    wished = TrainingOptions(algorithm=name, n_dims=options.pop("n_dims", 24), **options)
    return TRAINERS[name](corpus, wished, start)


def test_all_are_measured_on_the_pairs_of_skip_gram(corpus) -> None:
    options = TrainingOptions(n_dims=24, window=3, negatives=4, seed=7)
    mine, model = finish(measure_steps(corpus, options)), finish(model_steps(corpus, options, 1))
    for name in ("words", "contexts", "drawn"):
        assert np.array_equal(getattr(mine.pairs, name), getattr(model.heldout, name))
    assert np.array_equal(mine.parts.is_heldout, model.text.parts.is_heldout)
    assert mine.trained_share() == pytest.approx(model.trained_share)


@pytest.mark.parametrize("name", COUNTING)
def test_one_moment_brings_the_record(name, corpus) -> None:
    seen = []
    trained = finish(steps_of(name, corpus), seen.append)
    (moment,) = [step.partial for step in seen if step.partial is not None]
    assert isinstance(moment, Moment)
    assert (moment.epoch, moment.record, moment.state) == (1, trained.records[0], ())
    assert np.array_equal(moment.rows(3, 9), trained.vectors[3:9])
    fractions = [step.fraction for step in seen if step.fraction is not None]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


@pytest.mark.parametrize("name", COUNTING)
def test_the_same_seed_gives_the_same_bytes(name, corpus) -> None:
    first, again = (finish(steps_of(name, corpus)) for _ in range(2))
    assert first.vectors.tobytes() == again.vectors.tobytes()
    assert first.records[0].accuracy == again.records[0].accuracy
    assert first.is_reproducible


@pytest.mark.parametrize("name", COUNTING)
def test_a_stop_at_any_step_has_nothing_to_keep_and_leaves_no_thread(name, corpus) -> None:
    before = set(threading.enumerate())
    n_steps = sum(1 for _ in steps_of(name, corpus))
    for n_before in range(1, n_steps, max(1, n_steps // 12)):
        steps = steps_of(name, corpus)
        for _ in range(n_before):
            next(steps)
        with pytest.raises(NothingLearnedError, match="nothing to keep before its end"):
            steps.send(Command("stop"))
        assert set(threading.enumerate()) <= before


@pytest.mark.parametrize("name", COUNTING)
def test_closing_leaves_no_thread(name, corpus) -> None:
    before = set(threading.enumerate())
    steps = steps_of(name, corpus)
    for _ in range(4):
        next(steps)
    steps.close()
    assert set(threading.enumerate()) <= before


def test_a_pause_holds_the_work_and_changes_nothing(corpus) -> None:
    steps = steps_of("ppmi-svd", corpus)
    for _ in range(12):
        next(steps)
    assert steps.send(Command("pause")).text == "Paused"
    assert next(steps).text == "Paused"
    assert steps.send(Command("pause")).text == "Paused"
    assert steps.send(Command("resume")).text != "Paused"
    assert finish(steps).vectors.tobytes() == finish(steps_of("ppmi-svd", corpus)).vectors.tobytes()
    paused = steps_of("lsa", corpus)
    next(paused)
    paused.send(Command("pause"))
    with pytest.raises(NothingLearnedError):
        paused.send(Command("stop"))


@pytest.mark.parametrize("name", COUNTING)
def test_they_begin_anew(name, corpus) -> None:
    with pytest.raises(OptionError, match=f"“{name}” computes its vectors from the text alone"):
        finish(steps_of(name, corpus, Start(())))


def test_random_vectors_are_normal_and_know_nothing() -> None:
    corpus = corpus_of([[f"w{row}", f"w{(row * 7) % 2_000}"] for row in range(2_000)])
    trained = finish(steps_of("random", corpus, n_dims=100, subsample=0.0))
    vectors = trained.vectors
    assert (vectors.shape, vectors.dtype) == ((corpus.n_words, 100), np.float32)
    assert vectors.mean() == pytest.approx(0, abs=0.01)
    assert vectors.std() == pytest.approx(1, abs=0.01)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert (unit[:1_000] @ unit[1_000:2_000].T).std() == pytest.approx(0.1, abs=0.005)
    assert np.isnan(trained.records[0].words_per_second)
    other = finish(steps_of("random", corpus, n_dims=100, subsample=0.0, seed=2))
    assert abs((vectors * other.vectors).mean()) < 0.01
