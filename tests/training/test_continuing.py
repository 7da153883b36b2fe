"""Going on: with the vectors of a space on another text, and with a kept run that was cut short."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from embedviz import training
from embedviz.errors import InputError, OptionError
from embedviz.formats.run_epochs import epochs_of
from embedviz.formats.run_store import read_run, run_state
from embedviz.progress import Command, Progress, finish
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.run import EpochRecord
from embedviz.space.source import Source
from embedviz.training import Frame, TrainingOptions, encode_steps, resume_steps, train_steps
from embedviz.training.aligned_rows import padded
from embedviz.training.continuing import CONTINUABLE, Beginning, anew, onto_steps
from embedviz.training.moment import Moment, Start, Trained
from embedviz.training.staying_words import Rest, with_rest

OPTIONS = TrainingOptions(n_dims=6, window=2, epochs=3, min_count=1, subsample=0.0, seed=7)
ALGORITHMS = [name for name in CONTINUABLE if name in training.TRAINERS]


def prose(words, n_lines=400, seed=3) -> str:
    rng = np.random.default_rng(seed)
    return "\n".join(" ".join(rng.choice(words, 8)) for _ in range(n_lines))


def space_of(labels, n_dims=6, seed=1, vectors=None) -> EmbeddingSpace:
    if vectors is None:
        vectors = np.random.default_rng(seed).normal(size=(len(labels), n_dims)).astype(np.float32)
    return EmbeddingSpace(vectors, Labels.from_strings(labels), Source("given", "npz"))


def begun_of(path, space, options=OPTIONS) -> Beginning:
    corpus = finish(encode_steps(path, replace(options, n_dims=1)))
    return finish(onto_steps(corpus, options, space))


def moments(path, options, space) -> tuple[list[tuple[int, np.ndarray]], EmbeddingSpace]:
    """The vectors at the start and after each epoch as they are kept, and the space in the end."""
    made = finish(train_steps(path, options, onto=space))
    epochs = epochs_of(made.source.options["run"])
    return [(epoch, np.array(epochs.vectors(epoch))) for epoch in epochs.epochs], made


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_words_of_both_begin_with_their_vectors_bit_for_bit_and_others_stay(text, algorithm) -> None:
    path = text(prose(["cat", "dog", "new"]))
    space = space_of(["owl", "dog", "eel", "cat", "", "owl"])
    (begin, first), *later = kept = moments(path, replace(OPTIONS, algorithm=algorithm), space)[0]
    made = moments(path, replace(OPTIONS, algorithm=algorithm), space)[1]
    words = list(made.labels)
    assert sorted(words[:3]) == ["cat", "dog", "new"]
    assert words[3:] == ["owl", "eel", "", "owl"]
    assert begin == 0
    for word in ("cat", "dog"):
        np.testing.assert_array_equal(first[words.index(word)], space.vector(word))
    for _, vectors in kept:
        np.testing.assert_array_equal(vectors[3:], space.vectors[[0, 2, 4, 5]])
    np.testing.assert_array_equal(made.vectors[3:], space.vectors[[0, 2, 4, 5]])
    assert all((last[:3] != first[:3]).all(axis=1).any() for _, last in later)
    np.testing.assert_array_equal(made.vectors, later[-1][1])
    assert made.metadata["count"].values[3:].tolist() == [0, 0, 0, 0]


def test_a_new_word_is_drawn_as_in_a_new_training(text) -> None:
    path = text(prose(["cat", "dog", "new", "newer"]))
    begun = begun_of(path, space_of(["dog", "cat"]))
    corpus = begun.corpus
    drawn = (np.random.default_rng([OPTIONS.seed, 0]).random((corpus.n_words, 6), np.float32) - 0.5) / 6
    inputs, outputs = begun.start.state
    for word in ("new", "newer"):
        row = corpus.words.find(word)
        np.testing.assert_allclose(inputs[row, :6], drawn[row], rtol=1e-6)
    assert not outputs.any()


@pytest.mark.parametrize("n_dims", [1, 6, 16, 17, 50])
def test_any_number_of_dimensions_goes_on_even_beyond_the_words_of_the_text(text, n_dims) -> None:
    path = text(prose(["cat", "dog", "new"], n_lines=50))
    space = space_of(["cat", "dog", "owl"], n_dims)
    made = finish(train_steps(path, replace(OPTIONS, n_dims=n_dims, epochs=1), onto=space, keep=False))
    assert made.vectors.shape == (4, n_dims)
    inputs, _ = begun_of(path, space, replace(OPTIONS, n_dims=n_dims)).start.state
    assert inputs.shape[1] == padded(n_dims)
    assert not inputs[:, n_dims:].any()


def test_a_text_that_holds_all_words_and_nothing_new_leaves_nothing_at_rest(text) -> None:
    begun = begun_of(text(prose(["cat", "dog"])), space_of(["dog", "cat"]))
    assert len(begun.rest) == 0
    assert begun.whole.words == begun.corpus.words


def test_the_same_beginning_gives_the_same_vectors_and_another_seed_others(text) -> None:
    path, space = text(prose(["cat", "dog", "new"])), space_of(["dog", "cat", "owl"])
    one, two, other = (
        finish(train_steps(path, replace(OPTIONS, seed=seed), onto=space, keep=False)).vectors for seed in (7, 7, 8)
    )
    np.testing.assert_array_equal(one, two)
    assert (one[:3] != other[:3]).any()


def test_of_repeated_labels_the_first_learns_and_the_others_stay(text) -> None:
    space = space_of(["cat", "cat", "dog", "cat"])
    made = finish(train_steps(text(prose(["cat", "dog"])), OPTIONS, onto=space, keep=False))
    assert sorted(made.labels) == ["cat", "cat", "cat", "dog"]
    np.testing.assert_array_equal(made.vectors[2:], space.vectors[[1, 3]])


def test_rows_that_are_not_finite_stay_last_and_those_of_the_text_are_drawn(text) -> None:
    vectors = np.random.default_rng(1).normal(size=(5, 6)).astype(np.float32)
    vectors[0, 2], vectors[1, 1] = np.nan, np.inf
    space = space_of(["odd", "cat", "dog", "owl", "eel"], vectors=vectors)
    path = text(prose(["cat", "dog"]))
    begun = begun_of(path, space)
    assert np.isfinite(begun.start.state[0]).all()
    assert np.abs(begun.start.state[0][begun.corpus.words.find("cat")]).max() <= 0.5 / 6
    assert list(begun.whole.words)[2:] == ["owl", "eel", "odd"]
    assert begun.n_finite == 4
    frames = []
    steps = train_steps(path, OPTIONS, onto=space, keep=False, watch=True)
    made = finish(steps, lambda step: frames.append(step.partial) if isinstance(step.partial, Frame) else None)
    assert frames
    assert all(len(frame.points) == 4 and np.isfinite(frame.points).all() for frame in frames)
    np.testing.assert_array_equal(made.vectors[4], vectors[0])


def test_the_first_epoch_tells_what_changed_since_the_beginning(text) -> None:
    made = finish(train_steps(text(prose(["cat", "dog", "hen"])), OPTIONS, onto=space_of(["dog", "cat"]), keep=False))
    assert "first neighbourhoods" not in made.source.run.epochs[0].sentence


def test_what_was_learned_of_contexts_is_taken_over_from_the_kept_run(text) -> None:
    before = finish(train_steps(text(prose(["cat", "dog", "owl", "eel", "hen", "cow"])), OPTIONS))
    path = text(prose(["dog", "cat", "new"], seed=5), "other.txt")
    _, outputs = run_state(before.source.options["run"])[1]
    begun = begun_of(path, before)
    for word in ("cat", "dog"):
        row = begun.corpus.words.find(word)
        np.testing.assert_array_equal(begun.start.state[1][row], outputs[before.row(word)])
    assert not begun.start.state[1][begun.corpus.words.find("new")].any()
    assert "contexts was taken over" in begun.notes[0].text
    earlier = epochs_of(before.source.options["run"]).space(1)
    assert not begun_of(path, earlier).start.state[1].any(), "only the contexts of the last epoch are kept"
    foreign = space_of(["dog", "cat"])
    assert not begun_of(path, foreign).start.state[1].any()


def test_what_went_on_can_go_on_again_with_its_contexts(text) -> None:
    space = space_of(["dog", "cat", "owl"])
    once = finish(train_steps(text(prose(["cat", "dog", "new"])), OPTIONS, onto=space))
    state = run_state(once.source.options["run"])[1]
    again = begun_of(text(prose(["new", "owl"], seed=9), "again.txt"), once)
    new, owl = (again.corpus.words.find(word) for word in ("new", "owl"))
    np.testing.assert_array_equal(again.start.state[1][new], state[1][once.row("new")])
    assert not again.start.state[1][owl].any(), "it was not learned, only carried along"
    assert once.source.options["continued"] == "given"
    assert again.origin == f"run:{once.source.options['run']}@3"


def test_the_notes_tell_what_began_how(text) -> None:
    made = finish(
        train_steps(text(prose(["cat", "dog", "new"])), OPTIONS, onto=space_of(["dog", "cat", "owl"]), keep=False)
    )
    told = {note.kind: note for note in made.notes}
    assert told["continued"].count == 2
    assert "“given”: 2 of 3 words of the text began with its vectors; the other 1 are new" in told["continued"].text
    assert told["not_in_text"].count == 1


@pytest.mark.parametrize(
    ("options", "why"),
    [(replace(OPTIONS, n_dims=5), "6 dimensions"), (replace(OPTIONS, algorithm="glove"), "skip-gram or cbow")],
)
def test_what_cannot_go_on_is_refused(text, options, why) -> None:
    with pytest.raises(OptionError, match=why):
        finish(train_steps(text(prose(["cat", "dog"])), options, onto=space_of(["dog", "cat"])))


def test_a_space_without_a_word_of_the_text_is_refused(text) -> None:
    with pytest.raises(InputError, match="None of the 2 words"):
        finish(train_steps(text(prose(["cat", "dog"])), OPTIONS, onto=space_of(["7", "8"])))


def test_rows_are_told_across_the_border_of_what_is_learned() -> None:
    learned = np.arange(12, dtype=np.float32).reshape(4, 3)
    held = -np.arange(15, dtype=np.float32).reshape(5, 3)
    rest = Rest(held, np.array([3, 0, 4]))
    whole = np.concatenate([learned, held[[3, 0, 4]]])

    def learning():
        yield Progress(0.5, "", Moment(1, lambda first, last: learned[first:last], (learned,)))
        return Trained(learned, (), True, 1, stopped=False)

    steps = with_rest(learning(), 4, rest)
    moment = next(steps).partial
    for first in range(8):
        for last in range(first, 8):
            np.testing.assert_array_equal(moment.rows(first, last), whole[first:last])
    np.testing.assert_array_equal(finish(steps).vectors, whole)


def stopped_run(path, space=None) -> str:
    """The name of a run that was stopped after its first epoch."""
    steps = train_steps(path, replace(OPTIONS, epochs=50), onto=space)
    command = None
    try:
        while True:
            step = steps.send(command) if command else next(steps)
            command = Command("stop") if isinstance(step.partial, EpochRecord) else None
    except StopIteration as done:
        return done.value.source.options["run"]


def test_a_run_whose_text_changed_does_not_go_on(text) -> None:
    path = text(prose(["cat", "dog", "owl", "eel", "hen", "cow"]))
    name = stopped_run(path)
    text(prose(["cat", "dog", "owl", "eel", "hen", "cow"], seed=4))
    with pytest.raises(InputError, match="has changed"):
        finish(resume_steps(name))


def test_a_run_that_went_on_with_a_space_can_be_cut_short_and_resumed(text) -> None:
    path, space = text(prose(["cat", "dog", "new"])), space_of(["owl", "dog", "eel", "cat"])
    straight = finish(train_steps(path, replace(OPTIONS, epochs=50), onto=space, keep=False))
    name = stopped_run(path, space)
    assert read_run(name).resumes_after
    made = finish(resume_steps(name))
    assert made.source.options["continued"] == "given"
    assert made.labels == straight.labels
    assert len(made.source.run.epochs) == 50
    np.testing.assert_array_equal(made.vectors[3:], space.vectors[[0, 2]])
    np.testing.assert_array_equal(epochs_of(name).vectors(50), made.vectors)


def test_a_new_beginning_has_no_start(text) -> None:
    corpus = finish(encode_steps(text(prose(["cat", "dog"])), replace(OPTIONS, n_dims=1)))
    begun = anew(corpus, OPTIONS)
    assert begun.start is None
    assert begun.whole is begun.corpus
    assert isinstance(begun_of(text(prose(["cat", "dog"])), space_of(["cat"])).start, Start)
