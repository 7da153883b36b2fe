"""Next words from the window's side: epochs arrive, stop keeps, cancel keeps nothing, one training at a time."""

from __future__ import annotations

import numpy as np
import pytest

from embedviz.operations.next_words import Corpus, corpora, figures_sentence
from embedviz.session import State
from embedviz.training import SMALL_WORLD, TrainingOptions
from embedviz.training.next_word_options import NextWordOptions

QUICK = NextWordOptions(n_dims=8, n_hidden=8, epochs=3, batch=64)
ENDLESS = NextWordOptions(n_dims=8, n_hidden=8, epochs=10_000, batch=8)


@pytest.fixture
def corpus(tmp_path):
    rng = np.random.default_rng(4)
    animals, verbs = ("cat", "dog", "cow"), ("sleeps", "eats")
    lines = [f"the {rng.choice(animals)} {rng.choice(verbs)} here" for _ in range(400)]
    path = tmp_path / "story.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


@pytest.fixture
def told(operations):
    """What the signals carried, by name."""
    seen = {"began": [], "learned": [], "foretold": [], "continued": []}
    operations.next_words_began.connect(seen["began"].append)
    operations.next_words_learned.connect(seen["learned"].append)
    operations.next_word_foretold.connect(seen["foretold"].append)
    operations.text_continued.connect(seen["continued"].append)
    return seen


@pytest.fixture
def model(operations, corpus, idle):
    operations.learn_next_words(corpus, QUICK)
    idle()
    return operations.next_word_model


def test_a_network_is_learned_and_the_open_space_stays(session, operations, space, said, told, corpus, idle):
    operations.learn_next_words(corpus, QUICK)
    assert operations.is_learning_next_words
    assert told["began"] == ["story.txt"]
    idle()
    (model,) = told["learned"]
    assert operations.next_word_model is model
    assert operations.next_word_epochs == model.epochs
    assert operations.next_word_text is model.text
    assert session.state.space is space
    assert said[-1].text.startswith("Learned next words of story.txt: held-out loss ")
    assert "it knows only this text" in figures_sentence(model)


def test_what_is_typed_is_foretold(operations, told, model, idle):
    operations.foretell("the zebra", temperature=0.5, seed=3)
    idle()
    (found,) = told["foretold"]
    assert (found.prompt, found.temperature, found.seed) == ("the zebra", 0.5, 3)
    assert len(found.rows) == len(model.symbols)
    probabilities = [probability for _, _, _, probability, _ in found.rows]
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) == pytest.approx(1)
    assert sum(chance for *_, chance in found.rows) == pytest.approx(1)
    assert found.chosen == model.continue_text("the zebra", 1, temperature=0.5, seed=3)[0]
    numbers = [number for number, *_ in found.rows]
    assert [score for _, _, score, _, _ in found.rows] == model.predict("the zebra").scores[numbers].tolist()


def test_a_text_is_continued(operations, told, model, idle):
    operations.continue_text("the", 2, temperature=1.0, seed=7)
    idle()
    (found,) = told["continued"]
    assert found.words == model.continue_text("the", 2, temperature=1.0, seed=7)


def test_without_a_network_there_is_nothing_to_say(operations, said, told, idle):
    operations.foretell("the")
    operations.continue_text("the")
    idle()
    assert told["foretold"] == told["continued"] == []
    assert "no next-word network yet" in said[-1].text


def test_a_wrong_temperature_is_said(operations, said, model, idle):
    operations.continue_text("the", temperature=-1.0)
    idle()
    assert said[-1].kind == "error"
    assert "temperature is -1" in said[-1].text


def test_stop_keeps_what_is_learned(qtbot, operations, said, corpus, idle):
    operations.learn_next_words(corpus, ENDLESS)
    qtbot.waitUntil(lambda: len(operations.next_word_epochs) >= 1, timeout=20_000)
    operations.stop_next_words()
    idle()
    assert operations.next_word_model.stopped
    assert "stopped early" in said[-1].text


def test_cancel_leaves_the_network_before(qtbot, operations, said, model, corpus, idle):
    epochs = operations.next_word_epochs
    operations.learn_next_words(corpus, ENDLESS)
    qtbot.waitUntil(lambda: len(operations.next_word_epochs) >= 1, timeout=20_000)
    operations.cancel_next_words()
    idle()
    assert operations.next_word_model is model
    assert operations.next_word_epochs == epochs
    assert said[-1].text.startswith("Learned")


def test_learning_and_training_exclude_each_other(qtbot, operations, said, corpus, idle):
    operations.learn_next_words(corpus, ENDLESS)
    operations.learn_next_words(corpus, QUICK)
    assert "still running" in said[-1].text
    operations.train(corpus, TrainingOptions(n_dims=2, epochs=1, min_count=1))
    assert "still being trained" in said[-1].text
    assert not operations.is_training
    operations.cancel_next_words()
    idle()
    operations.train(corpus, TrainingOptions(n_dims=2, epochs=1000, min_count=1))
    operations.learn_next_words(corpus, QUICK)
    assert "A training is still running" in said[-1].text
    assert not operations.is_learning_next_words
    operations.cancel_training()
    qtbot.waitUntil(lambda: not operations.jobs.alive(), timeout=60_000)  # where the kernels are compiled first


@pytest.mark.parametrize(
    ("path", "options", "words"),
    [
        ("sample:nothing", QUICK, "no bundled text"),
        ("/nowhere/at/all.txt", QUICK, "all.txt"),
        (SMALL_WORLD, NextWordOptions(context=0), "words read is 0"),
    ],
)
def test_what_cannot_be_learned_is_said(operations, said, idle, path, options, words):
    operations.learn_next_words(path, options)
    idle()
    assert said[-1].kind == "error"
    assert words in said[-1].text
    assert operations.next_word_model is None


def test_texts_at_hand(qtbot, session, operations, corpus, idle):
    assert [each.path for each in operations.corpora()] == [SMALL_WORLD]
    operations.preview_corpus(corpus, TrainingOptions(n_dims=2, min_count=1, lines="running"))
    assert [(each.path, each.lines) for each in operations.corpora()] == [(corpus, "running"), (SMALL_WORLD, "auto")]
    operations.train(corpus, TrainingOptions(n_dims=2, epochs=1, min_count=1))
    qtbot.waitUntil(lambda: not operations.is_training, timeout=60_000)
    idle()
    (first, last) = operations.corpora()
    assert (first.path, first.what, last.path) == (corpus, "of the open space", SMALL_WORLD)
    assert first.name == "story.txt"
    assert corpora(State(), Corpus(SMALL_WORLD, "chosen")) == (Corpus(SMALL_WORLD, "chosen"),)
