"""What can be chosen before a training starts: the values, their bounds, and one plain sentence for each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, get_args

from embedviz.errors import OptionError

EXPLANATIONS: Mapping[str, str] = MappingProxyType(
    {
        "algorithm": "How vectors are learned; skip-gram learns to tell which words stand near each word.",
        "n_dims": "How many numbers each word's vector has; more can hold finer differences and need more text.",
        "window": "How many words to each side count as near; small finds words of one kind, large of one topic.",
        "epochs": "How many times the whole text is read; more for a small text.",
        "min_count": "Words rarer than this are left out, since little can be learned about them.",
        "max_vocabulary": "At most this many words are kept, the most frequent first; empty keeps all.",
        "negatives": "With how many randomly drawn words each true neighbour is compared.",
        "learning_rate": "How large the first steps are; they shrink to almost nothing by the end.",
        "subsample": "Very frequent words are read less often, from this share of the text on; 0 reads all.",
        "min_n": "The shortest parts of words, in letters, that get vectors of their own (fasttext).",
        "max_n": "The longest parts of words, in letters, that get vectors of their own (fasttext).",
        "n_buckets": "How many vectors the parts of all words share; more keep apart what is different (fasttext).",
        "x_max": "Pairs that are counted more often than this weigh no more (glove).",
        "context_power": "Below 1, rare neighbours count as less surprising than they look (ppmi-svd).",
        "shift": "Pairs must be so many times as frequent as by chance to count (ppmi-svd).",
        "seed": "The start of all random choices; the same seed gives the same result on small texts.",
        "n_threads": "How many processor cores work at once; empty chooses by the size of the text.",
        "lines": "Whether each line is a sentence apart, or lines join up to a blank one; auto looks at the text.",
    }
)

ALGORITHMS: Mapping[str, str] = MappingProxyType(
    {
        "skip-gram": "Each word learns to tell which words stand near it; good with rare words.",
        "cbow": "The words around a place learn to tell which word stands there; the fastest.",
        "fasttext": "As skip-gram, but words are made of parts in letters, so unknown words get vectors, too.",
        "glove": "Counts how often words stand near each other, and learns vectors whose products tell the counts.",
        "ppmi-svd": "Counts which words stand together more often than by chance, and keeps the main directions.",
        "lsa": "Counts in which sentences each word stands, and keeps the main directions.",
        "random": "Vectors drawn at random, which know nothing: what others must beat.",
    }
)
"""What each way of learning does, in the order in which they are offered."""

_OF_TEXT = ("n_dims", "min_count", "max_vocabulary", "seed", "lines")
_BY_STEPS = (*_OF_TEXT, "window", "epochs", "negatives", "learning_rate", "subsample", "n_threads")
OPTIONS_OF: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "skip-gram": frozenset(_BY_STEPS),
        "cbow": frozenset(_BY_STEPS),
        "fasttext": frozenset((*_BY_STEPS, "min_n", "max_n", "n_buckets")),
        "glove": frozenset((*_OF_TEXT, "window", "epochs", "learning_rate", "x_max", "n_threads")),
        "ppmi-svd": frozenset((*_OF_TEXT, "window", "context_power", "shift")),
        "lsa": frozenset(_OF_TEXT),
        "random": frozenset(_OF_TEXT),
    }
)
"""Which options change what an algorithm learns; of the others it takes no notice."""

SUGGESTED: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "cbow": MappingProxyType({"learning_rate": 0.05}),
        "glove": MappingProxyType({"epochs": 15, "learning_rate": 0.1, "x_max": 10.0}),
    }
)
"""Values that suit an algorithm better than the usual ones, chosen on five million words of English."""

MOST_DIMS, MOST_WINDOW, MOST_EPOCHS, MOST_NEGATIVES, MOST_THREADS = 10_000, 1_000, 100_000, 1_000, 1_024
MOST_LETTERS, MOST_BUCKETS = 64, 100_000_000
_MOST_COUNT = 1e9
_INT64_MAX = (1 << 63) - 1
Lines = Literal["auto", "sentences", "running"]


@dataclass(frozen=True)
class TrainingOptions:
    """How to train; `n_threads=None` is one thread for a small corpus and all cores beyond it.

    `lines` says whether each line of the text is a sentence, or lines run on and a blank line ends a paragraph; `auto`
    decides for each file (`running_text.is_wrapped`).
    """

    algorithm: str = "skip-gram"
    n_dims: int = 100
    window: int = 5
    epochs: int = 5
    min_count: int = 5
    max_vocabulary: int | None = None
    negatives: int = 5
    learning_rate: float = 0.025
    subsample: float = 1e-3
    seed: int = 1
    n_threads: int | None = None
    lines: Lines = "auto"
    min_n: int = 3
    max_n: int = 6
    n_buckets: int = 200_000
    x_max: float = 100.0
    context_power: float = 0.75
    shift: float = 1.0

    def checked(self) -> TrainingOptions:
        """These options; OptionError for the first value that is not possible, with the values that are."""
        _check_count("the number of dimensions", self.n_dims, 1, MOST_DIMS)
        _check_count("the window", self.window, 1, MOST_WINDOW)
        _check_count("the number of epochs", self.epochs, 1, MOST_EPOCHS)
        _check_count("the minimum count", self.min_count, 1, _INT64_MAX)
        if self.max_vocabulary is not None:
            _check_count("the maximum vocabulary", self.max_vocabulary, 2, _INT64_MAX)
        _check_count("the number of negatives", self.negatives, 1, MOST_NEGATIVES)
        check_learning_rate(self.learning_rate)
        _check_number("subsample", self.subsample, 1.0, or_zero=True)
        _check_count("the length of the shortest parts", self.min_n, 1, MOST_LETTERS)
        _check_count("the length of the longest parts", self.max_n, self.min_n, MOST_LETTERS)
        _check_count("the number of buckets", self.n_buckets, 1, MOST_BUCKETS)
        _check_number("x_max", self.x_max, _MOST_COUNT, or_zero=False)
        _check_number("the power of contexts", self.context_power, 1.0, or_zero=True)
        _check_number("the shift", self.shift, _MOST_COUNT, or_zero=False)
        _check_count("the seed", self.seed, 0, _INT64_MAX)
        if self.n_threads is not None:
            _check_count("the number of threads", self.n_threads, 1, MOST_THREADS)
        if self.lines not in get_args(Lines):
            raise OptionError(f"Lines are {self.lines!r}; choose {', '.join(get_args(Lines))}.")
        return self


def suited_options(algorithm: str = "skip-gram", **asked: Any) -> TrainingOptions:
    """The options that are `asked` for; of one that is not, or None, what suits the algorithm, else the usual value."""
    said = {name: value for name, value in asked.items() if value is not None}
    return TrainingOptions(algorithm=algorithm, **{**SUGGESTED.get(algorithm, {}), **said})


def check_learning_rate(rate: float) -> None:
    """Raise OptionError for a learning rate that is not possible."""
    _check_number("the learning rate", rate, 1.0, or_zero=False)


def _check_count(what: str, value: object, least: int, most: int) -> None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or not least <= value <= most:  # type: ignore[operator]  # an int, as `whole` says
        end = f"from {least:,} to {most:,}" if most < _INT64_MAX else f"from {least:,} upwards"
        raise OptionError(f"{_capital(what)} is {value!r}; choose a whole number {end}.")


def _check_number(what: str, value: object, most: float, *, or_zero: bool) -> None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    if not is_number or not (0 <= value <= most) or (value == 0 and not or_zero):  # type: ignore[operator]
        start = "from 0" if or_zero else "above 0,"
        raise OptionError(f"{_capital(what)} is {value!r}; choose a number {start} up to {most:g}.")


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
