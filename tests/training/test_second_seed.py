"""A second training by another seed is the one that could be asked for by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from embedviz.errors import InputError
from embedviz.formats.run_epochs import epochs_of
from embedviz.progress import finish
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source
from embedviz.training import TrainingOptions, train_steps
from embedviz.training.second_seed import second_seed_steps

OPTIONS = TrainingOptions(n_dims=4, window=2, epochs=3, min_count=1, subsample=0.0, seed=7)


def prose(seed=3) -> str:
    rng = np.random.default_rng(seed)
    return "\n".join(" ".join(rng.choice([f"w{n}" for n in range(12)], 8)) for _ in range(300))


@pytest.fixture
def before() -> EmbeddingSpace:
    vectors = np.random.default_rng(1).normal(size=(5, 4)).astype(np.float32)
    return EmbeddingSpace(vectors, Labels.from_strings(["w1", "w2", "owl", "w3", "eel"]), Source("given", "npz"))


def test_it_is_the_same_training_by_the_next_seed(text, before) -> None:
    path = text(prose())
    trained = finish(train_steps(path, OPTIONS, onto=before))
    second = finish(second_seed_steps(trained, before))
    alone = finish(train_steps(path, replace(OPTIONS, seed=8), onto=before, keep=False))
    np.testing.assert_array_equal(second.vectors, alone.vectors)
    assert second.source.run.seed == 8


def test_of_an_earlier_epoch_it_has_as_many_epochs(text) -> None:
    path = text(prose())
    trained = finish(train_steps(path, OPTIONS))
    second = finish(second_seed_steps(epochs_of(trained.source.options["run"]).space(2)))
    whole = finish(train_steps(path, replace(OPTIONS, seed=8)))
    np.testing.assert_array_equal(second.vectors, epochs_of(whole.source.options["run"]).vectors(2))
    assert len(second.source.run.epochs) == 2


def test_a_space_that_was_not_trained_or_whose_text_changed_is_refused(text, before) -> None:
    with pytest.raises(InputError, match="not trained here"):
        finish(second_seed_steps(before))
    trained = finish(train_steps(text(prose()), OPTIONS))
    text(prose(seed=4))
    with pytest.raises(InputError, match="has changed"):
        finish(second_seed_steps(trained))
