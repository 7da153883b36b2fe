"""Next words: what is read of a text, learning that beats counting, prompts, temperature, seed."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import embedviz
from embedviz.errors import EmbedvizError, FormatError, NothingLearnedError, OptionError
from embedviz.progress import Command, finish
from embedviz.space.labels import Labels
from embedviz.training.conduct import LearningRate
from embedviz.training.next_word_model import NextWordEpoch, NextWordText
from embedviz.training.next_word_options import NEXT_WORD_EXPLANATIONS, NextWordOptions
from embedviz.training.next_word_text import Symbols, next_words_of, shared, symbols_of
from embedviz.training.next_words import next_word_steps
from embedviz.training.small_world import write_small_world

QUICK = NextWordOptions(n_dims=8, n_hidden=16, epochs=3, batch=64)
SUBJECTS, VERBS, PLACES = ("cat", "dog", "hen"), ("sleeps", "sits"), ("kitchen", "garden", "barn", "hall")


def learn(path, options=QUICK, seen=None):
    return finish(next_word_steps(path, options), seen.append if seen is not None else None)


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    """Each animal has one place of its own, which stands three words after it."""
    rng = np.random.default_rng(6)
    lines = []
    for _ in range(1200):
        at = int(rng.integers(3))
        verb = rng.choice(VERBS)
        lines.append(f"The {SUBJECTS[at]} {verb} in the {PLACES[at] if verb == 'sleeps' else PLACES[3]}.")
    path = tmp_path_factory.mktemp("text") / "farm.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def model(text):
    return learn(text, NextWordOptions(context=5, n_dims=8, n_hidden=16, epochs=12, batch=16))


def test_every_word_stands_after_those_before_it():
    symbols = Symbols(("a", "b", "c"))  # 3 is unknown, 4 the edge
    tokens, starts = np.array([0, 7, 1, 2, 2], np.int32), np.array([0, 3, 4, 5])
    words = next_words_of(tokens, starts, np.array([True, False, True]), symbols, 2)
    assert words.contexts.tolist() == [[4, 4], [4, 0], [0, 3], [3, 1], [4, 4], [4, 2]]
    assert words.nexts.tolist() == [0, 3, 1, 4, 2, 4]


def test_symbols_are_the_frequent_words():
    labels, counts = Labels.from_strings("abcde"), np.array([9, 4, 4, 2, 1])
    assert symbols_of(labels, counts, 2, 100).words == tuple("abcd")
    assert symbols_of(labels, counts, 3, 2).words == tuple("ab")
    symbols = symbols_of(labels, counts, 4, 100)
    assert symbols.numbers_of(["c", "e", "a"]).tolist() == [2, 3, 0]
    assert [symbols.name(3), symbols.name(4), symbols.name(4, is_read=True)] == ["‹unknown›", "‹end›", "‹start›"]


@given(st.integers(0, 60), st.integers(1, 5), st.integers(1, 9), st.integers(0, 99))
def test_shared_rows_hold_every_word_once_after_its_own_context(n_tokens, context, most, seed):
    rng = np.random.default_rng(seed)
    tokens = rng.integers(0, 4, n_tokens).astype(np.int32)
    starts = np.unique(np.append(rng.integers(0, n_tokens + 1, 5), [0, n_tokens]))
    words = next_words_of(tokens, starts, np.ones(len(starts) - 1, bool), Symbols(("a", "b", "c")), context)
    rows = shared(words, most, rng)
    contexts, owners, nexts = rows.batch(rng.permutation(rows.n_rows))
    whole = sorted(
        (*before, after) for before, after in zip(words.contexts.tolist(), words.nexts.tolist(), strict=True)
    )
    assert whole == sorted(
        (*contexts[owner].tolist(), word) for owner, word in zip(owners, nexts.tolist(), strict=True)
    )
    assert (np.bincount(owners, minlength=1) <= most).all()


def test_what_a_training_tells(text):
    seen = []
    model = learn(text, seen=seen)
    partials = [step.partial for step in seen if step.partial is not None]
    assert [type(partial) for partial in partials] == [NextWordText, *[NextWordEpoch] * 3]
    assert tuple(partials[1:]) == model.epochs
    read = model.text
    assert (read.name, read.n_tokens, read.n_raw_tokens) == ("farm.txt", 7200, 7200)
    assert (read.n_learned, read.n_heldout) == (1188 * 7, 12 * 7)  # six words and the end of each sentence
    assert model.network.n_numbers == 13 * 8 + 25 * 16 + 17 * 13
    assert f"{model.network.n_numbers:,} numbers that has read 8,316 words 3 times" in model.description
    assert [epoch.epoch for epoch in model.epochs] == [1, 2, 3]
    losses = [epoch.heldout_loss for epoch in model.epochs]
    assert losses == sorted(losses, reverse=True)
    assert all(epoch.words_per_second > 0 for epoch in model.epochs)
    fractions = [step.fraction for step in seen]
    assert fractions == sorted(fractions)


def test_heldout_figures_are_those_of_the_whole_softmax(text, model):
    """Against the model's own predictions, word by word, on sentences that are as those held out."""
    alone = learn(text, NextWordOptions(n_dims=8, n_hidden=16, epochs=1, batch=64))
    rng = np.random.default_rng([1, 0])
    held = np.zeros(1200, bool)
    held[rng.choice(1200, 12, replace=False)] = True
    lines = [line for line, is_held in zip(text.read_text("utf-8").split("\n"), held, strict=True) if is_held]
    losses, right = [], []
    for line in lines:
        words = line.lower().rstrip(".").split()
        for at in range(len(words) + 1):
            prediction = alone.predict(" ".join(words[:at]))
            true = alone.symbols.numbers_of([words[at]])[0] if at < len(words) else alone.symbols.edge
            losses.append(-np.log(prediction.probabilities[true]))
            right.append(prediction.top(1)[0] == true)
    assert alone.heldout_loss == pytest.approx(np.mean(losses), rel=1e-4)
    assert alone.epochs[-1].accuracy == pytest.approx(np.mean(right))


def test_far_words_are_learned_where_a_trigram_cannot_see_them(model):
    assert model.heldout_loss < model.trigram_loss - 0.05
    assert model.trigram_loss == min(model.text.trigram.kneser_ney, model.text.trigram.jelinek_mercer)
    for subject, place in zip(SUBJECTS, PLACES, strict=False):
        prediction = model.predict(f"The {subject} sleeps in the")
        assert model.symbols.name(int(prediction.top(1)[0])) == place
        assert prediction.probabilities.max() > 0.8


def test_a_quick_network_beats_counting_on_a_part_of_the_small_world(tmp_path):
    path = write_small_world(tmp_path / "world.txt", 12_000)
    model = learn(path, NextWordOptions(epochs=4, batch=256))
    assert model.text.n_heldout > 1_000
    assert model.heldout_loss < model.trigram_loss
    assert 0.3 < model.epochs[-1].accuracy < 1


def test_the_same_seed_gives_the_same_network(text):
    one, same = learn(text), learn(text)
    other = learn(text, NextWordOptions(n_dims=8, n_hidden=16, epochs=3, batch=64, seed=2))
    for array, again in zip(one.network.arrays, same.network.arrays, strict=True):
        assert array.tobytes() == again.tobytes()
        assert not array.flags.writeable
    assert one.network.vectors.tobytes() != other.network.vectors.tobytes()


def test_each_stage_of_a_prompt(model):
    prediction = model.predict("Dog, zebra!")
    assert prediction.tokens == ("dog", "zebra")
    assert prediction.is_unknown.tolist() == [False, True]
    assert prediction.ids.tolist() == [model.symbols.words.index("dog"), model.symbols.unknown]
    assert prediction.read == ("‹start›", "‹start›", "‹start›", "dog", "zebra")
    network = model.network
    np.testing.assert_array_equal(prediction.vectors, network.vectors[prediction.read_ids])
    inputs = np.append(prediction.vectors.reshape(-1), 1)
    np.testing.assert_allclose(prediction.hidden, np.tanh(inputs @ network.hidden), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(
        prediction.scores, np.append(prediction.hidden, 1) @ network.output, rtol=1e-4, atol=1e-4
    )
    powers = np.exp(prediction.scores.astype(np.float64))
    np.testing.assert_allclose(prediction.probabilities, powers / powers.sum(), rtol=1e-6)
    assert len(prediction.probabilities) == len(model.symbols)
    assert prediction.probabilities.sum() == pytest.approx(1)
    assert not prediction.probabilities.flags.writeable


def test_only_the_last_words_and_the_last_line_are_read(model):
    long = model.predict("the hen sits in the hall the dog sleeps in the")
    assert long.read == ("the", "dog", "sleeps", "in", "the")
    assert len(long.tokens) == 11
    assert model.predict("the dog\nsleeps").read[-2:] == ("‹start›", "sleeps")
    assert model.predict("").read == ("‹start›",) * 5


def test_temperature_sharpens_and_levels(model):
    prediction = model.predict("the")
    p = np.delete(prediction.probabilities, model.symbols.unknown)
    for temperature in (0.5, 1.0, 2.0):
        chances = prediction.chances(temperature)
        assert chances.sum() == pytest.approx(1)
        assert chances[model.symbols.unknown] == 0
        expected = p ** (1 / temperature)
        np.testing.assert_allclose(np.delete(chances, model.symbols.unknown), expected / expected.sum(), rtol=1e-6)
    tops = [prediction.chances(temperature).max() for temperature in (0, 0.5, 1, 2, 10)]
    assert tops[0] == 1
    assert all(high > low for high, low in pairwise(tops))
    with pytest.raises(OptionError, match="temperature is 11"):
        prediction.chances(11)


def test_a_word_is_drawn_as_often_as_its_chance_says(model):
    prediction = model.predict("the")
    places = (np.arange(4000) + 0.5) / 4000
    drawn = np.bincount([prediction.choose(float(place), 1.5) for place in places], minlength=len(model.symbols))
    np.testing.assert_allclose(drawn / 4000, prediction.chances(1.5), atol=3e-4)
    assert prediction.choose(1.0, 0) == prediction.choose(0.0, 0) == prediction.chances(0).argmax()


def test_text_is_continued_word_by_word(model):
    steps = model.continue_text("the cat", temperature=0)
    words = [step.word for step in steps]
    assert words[-1] == "‹end›"
    assert [step.is_end for step in steps] == [False] * (len(steps) - 1) + [True]
    prompt = "the cat"
    for step in steps:
        prediction = model.predict(prompt)
        assert step.number == prediction.top(1)[0]
        assert step.probability == prediction.probabilities[step.number]
        assert step.chance == 1
        prompt += f" {step.word}"
    assert [step.word for step in model.continue_text("the cat", 2, temperature=0)] == words[:2]


def test_a_seed_draws_the_same_words_again(model):
    def text(seed):
        return [step.word for step in model.continue_text("the", temperature=1.0, seed=seed)]

    assert text(4) == text(4)
    assert len({tuple(text(seed)) for seed in range(20)}) > 3
    for step in model.continue_text("the", temperature=2.0, seed=4):
        assert 0 < step.chance <= 1
    with pytest.raises(OptionError, match="number of words is 0"):
        model.continue_text("the", 0)
    with pytest.raises(OptionError, match="seed is -1"):
        model.continue_text("the", seed=-1)


def test_stop_keeps_what_is_learned(text):
    steps = next_word_steps(text, NextWordOptions(n_dims=8, n_hidden=16, epochs=1000, batch=64))
    step = next(steps)
    while not isinstance(step.partial, NextWordEpoch):
        step = next(steps)
    with pytest.raises(StopIteration) as ended:
        steps.send(Command("stop"))
    assert ended.value.value.stopped
    assert len(ended.value.value.epochs) == 1


def test_stop_in_the_middle_keeps_the_steps_so_far(text):
    steps = next_word_steps(text, NextWordOptions(n_dims=8, n_hidden=16, batch=16, epochs=1))
    while "Training" not in next(steps).text:
        pass
    next(steps)
    assert "Measuring" in steps.send(Command("stop")).text
    model = finish(steps)
    assert model.stopped
    assert np.isfinite(model.heldout_loss)


def test_stop_before_anything_is_learned(text):
    steps = next_word_steps(text, QUICK)
    next(steps)
    with pytest.raises(NothingLearnedError, match="nothing was learned yet"):
        steps.send(Command("stop"))
    steps = next_word_steps(text, QUICK)
    while "Training" not in next(steps).text:
        pass
    with pytest.raises(NothingLearnedError):
        steps.send(Command("stop"))


def test_pause_and_another_rate(text):
    steps = next_word_steps(text, QUICK)
    while "Training" not in next(steps).text:
        pass
    paused = steps.send(Command("pause"))
    assert next(steps) == paused
    steps.send(Command("set", {"learning_rate": 1e-9}))
    steps.send(Command("resume"))
    model = finish(steps)
    assert model.epochs[-1].loss > 2  # it learned nothing to speak of
    assert len(model.epochs) == 3


def test_only_the_beginning_is_learned_from(text):
    model = learn(text, NextWordOptions(n_dims=8, n_hidden=16, epochs=1, max_tokens=1_000))
    assert (model.text.n_tokens, model.text.n_raw_tokens) == (996, 7200)  # whole sentences
    assert model.text.n_learned + model.text.n_heldout == 166 * 7


def test_rare_words_are_one_unknown_word(tmp_path):
    path = tmp_path / "rare.txt"
    path.write_text("a b\na b\na c\na d\n" * 1 + "a b\n" * 4, encoding="utf-8")
    model = learn(path, NextWordOptions(n_dims=2, n_hidden=2, epochs=1))
    assert model.symbols.words == ("a", "b")
    assert model.text.n_unknown == 2


@pytest.mark.parametrize(
    "content", ["one two", "one two three four five six seven", "a b\n" * 3, "word " * 50 + "other"]
)
def test_tiny_texts_are_learned(tmp_path, content):
    path = tmp_path / "tiny.txt"
    path.write_text(content, encoding="utf-8")
    model = learn(path, NextWordOptions(n_dims=4, n_hidden=4, epochs=2, min_count=1))
    assert np.isfinite([epoch.heldout_loss for epoch in model.epochs]).all()
    assert np.isfinite(model.trigram_loss)


def test_texts_that_cannot_be_used(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("all of these words are different", encoding="utf-8")
    with pytest.raises(OptionError, match="minimum count of 2 leaves fewer than two words"):
        learn(path)
    path.write_text("...", encoding="utf-8")
    with pytest.raises(FormatError, match="holds no words"):
        learn(path)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"context": 0}, "words read is 0"),
        ({"n_dims": 1.5}, "dimensions is 1.5"),
        ({"n_hidden": 1000}, "from 1 to 256"),
        ({"epochs": True}, "epochs is True"),
        ({"learning_rate": 0}, "learning rate is 0"),
        ({"learning_rate": float("nan")}, "learning rate is nan"),
        ({"batch": -1}, "batch is -1"),
        ({"max_vocabulary": 1}, "vocabulary is 1"),
        ({"seed": -1}, "seed is -1"),
        ({"lines": "none"}, "Lines are 'none'"),
    ],
)
def test_options_that_cannot_be(wrong, said):
    with pytest.raises(OptionError, match=said):
        NextWordOptions(**wrong).checked()


def test_every_option_is_explained():
    assert set(NEXT_WORD_EXPLANATIONS) == set(NextWordOptions.__dataclass_fields__)


def test_steps_that_are_too_large_are_said(text, monkeypatch):
    monkeypatch.setattr(LearningRate, "at", lambda *_: 1e38)
    with np.errstate(all="ignore"), pytest.raises(EmbedvizError, match=r"choose a smaller one, such as 0\.0075"):
        learn(text)


def test_the_public_function(text):
    seen = []
    model = embedviz.next_words(text, context=2, n_dims=4, n_hidden=8, epochs=2, seed=3, on_progress=seen.append)
    assert model.options == NextWordOptions(context=2, n_dims=4, n_hidden=8, epochs=2, seed=3)
    assert len(model.epochs) == 2
    assert seen[-1].fraction == pytest.approx(1)


def test_products_take_one_thread_while_a_network_learns(text):
    import threadpoolctl

    def n_threads() -> set[int]:
        return {each["num_threads"] for each in threadpoolctl.threadpool_info() if each["user_api"] == "blas"}

    before = n_threads()
    steps = next_word_steps(text, QUICK)
    while "Training" not in next(steps).text:
        pass
    assert n_threads() == {1}
    steps.close()
    assert n_threads() == before


def test_what_was_not_read_is_said(tmp_path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("\n".join("the cat sat on the mat and saw the dog" for _ in range(300)), encoding="utf-8")
    whole = finish(next_word_steps(str(path), NextWordOptions(epochs=1)))
    assert "only of the first" not in whole.description
    cut = finish(next_word_steps(str(path), NextWordOptions(epochs=1, max_tokens=1_000)))
    assert "only of the first 1,000 of 3,000 words" in cut.description
