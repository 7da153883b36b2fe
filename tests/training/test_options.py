"""What can be chosen before a training: bounds, and a sentence for each."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from embedviz.errors import OptionError
from embedviz.training import ALGORITHMS, EXPLANATIONS, SUGGESTED, TrainingOptions, suited_options


def test_each_option_has_a_plain_sentence() -> None:
    assert set(EXPLANATIONS) == {field.name for field in fields(TrainingOptions)}
    assert all(text.endswith(".") and text[0].isupper() and len(text) < 120 for text in EXPLANATIONS.values())


def test_the_defaults_are_possible() -> None:
    options = TrainingOptions()
    assert options.checked() is options


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_dims", 0),
        ("n_dims", 2.0),
        ("n_dims", 10_001),
        ("window", 0),
        ("epochs", 0),
        ("epochs", True),
        ("min_count", 0),
        ("max_vocabulary", 1),
        ("negatives", -1),
        ("learning_rate", 0),
        ("learning_rate", float("nan")),
        ("learning_rate", "fast"),
        ("subsample", -1e-3),
        ("subsample", float("inf")),
        ("seed", -1),
        ("seed", None),
        ("n_threads", 0),
    ],
)
def test_impossible_values_are_refused_with_those_that_are(name: str, value: Any) -> None:
    with pytest.raises(OptionError, match=r"; choose a (whole )?number (from|above) \d") as caught:
        TrainingOptions(**{name: value}).checked()
    assert repr(value) in str(caught.value)


@pytest.mark.parametrize(("name", "value"), [("subsample", 0), ("seed", 0), ("n_threads", 2), ("max_vocabulary", 2)])
def test_edges_are_possible(name: str, value: Any) -> None:
    TrainingOptions(**{name: value}).checked()


def test_what_suits_an_algorithm_stands_where_nothing_is_asked_for() -> None:
    glove = suited_options("glove", epochs=None, n_dims=30)
    assert (glove.epochs, glove.learning_rate, glove.x_max, glove.n_dims) == (15, 0.1, 10.0, 30)
    assert suited_options("glove", epochs=2, learning_rate=0.025).epochs == 2
    assert suited_options("glove", learning_rate=0.025).learning_rate == 0.025
    assert suited_options() == TrainingOptions()
    for algorithm in ALGORITHMS.keys() - SUGGESTED.keys():
        assert suited_options(algorithm) == TrainingOptions(algorithm=algorithm)
    assert suited_options("nothing").algorithm == "nothing", "which the training refuses"
