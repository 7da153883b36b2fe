"""What can be chosen before a training: bounds, and a sentence for each."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from embedviz.errors import OptionError
from embedviz.training import EXPLANATIONS, TrainingOptions


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
