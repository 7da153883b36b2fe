"""How well a space agrees with people: word-similarity lists and analogies, as gensim counts them.

As in gensim's `evaluate_word_pairs` and `evaluate_word_analogies`: case is ignored (upper-casing; of several spellings
the first item counts), what holds an unknown word is left out, similarity is the cosine, an analogy is answered by
3CosAdd without its own words. Unlike gensim's default, all items take part; `most=300_000` looks at as many as it does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from embedviz.analysis.judgments import Analogies, WordPairs
from embedviz.errors import OptionError
from embedviz.progress import Progress, Steps, within
from embedviz.space.arrays import DoubleArray, FlagArray, FloatArray, RowArray
from embedviz.space.embedding_space import EmbeddingSpace

_SCORES_AT_ONCE = 1 << 21
_LABELS_AT_ONCE = 1 << 14
_NORMAL_95 = 1.959963984540054
_FEWEST_FOR_INTERVAL = 4
_EPSILON = 0.001  # of 3CosMul

Interval = tuple[float, float]


@dataclass(frozen=True)
class Similarity:
    """A word-similarity list: Spearman's rho with its 95 % interval (Fisher's z), over the pairs that are known.

    `rho` and `interval` are None where fewer than two (four) pairs are known or all scores are equal.
    """

    name: str
    rho: float | None
    interval: Interval | None
    n_known: int
    n_pairs: int

    @property
    def coverage(self) -> float:
        """The share of pairs whose both words are known."""
        return self.n_known / max(1, self.n_pairs)


@dataclass(frozen=True)
class Section:
    """Analogies of one kind: how many were answered as expected, of those whose words are known."""

    name: str
    n_correct: int
    n_known: int
    n_questions: int

    @property
    def accuracy(self) -> float | None:
        """The share of known questions that were answered as expected; None without any."""
        return self.n_correct / self.n_known if self.n_known else None

    @property
    def interval(self) -> Interval | None:
        """The 95 % confidence interval of the accuracy (Wilson's score)."""
        return wilson(self.n_correct, self.n_known)

    @property
    def coverage(self) -> float:
        """The share of questions whose four words are known."""
        return self.n_known / max(1, self.n_questions)


@dataclass(frozen=True)
class AnalogyScore:
    """An analogy file: its sections in order, and all of them as one."""

    name: str
    sections: tuple[Section, ...]
    total: Section


AnsweringRule = Literal["3CosAdd", "3CosMul", "b", "c"]
"""How an analogy is answered: by a rule of Levy and Goldberg (2014), or by the item nearest to b or to c alone."""


@dataclass(frozen=True)
class ComparedRules:
    """The same analogies answered by several rules; `rows_of` says which row each word was, -1 where unknown."""

    scores: dict[str, AnalogyScore]
    rows_of: Callable[[Iterable[str]], list[int]]


def similarity_steps(space: EmbeddingSpace, judged: WordPairs, *, most: int | None = None) -> Steps[Similarity]:
    """Compare cosines with what people say of word pairs; `most` looks at the first items only."""
    items = yield from within(_items(space, most), 0.0, 0.3)
    rows = np.array([items.rows(pair) for pair in judged.pairs], np.int64).reshape(-1, 2)
    known = np.flatnonzero((rows >= 0).all(axis=1))
    yield Progress(0.5, f"Comparing {len(known):,} pairs")
    left, right = items.units(rows[known, 0]), items.units(rows[known, 1])
    cosines = np.einsum("ij,ij->i", left.astype(np.float64), right.astype(np.float64))
    rho = spearman(np.asarray(judged.scores, np.float64)[known], cosines)
    return Similarity(judged.name, rho, fisher(rho, len(known)), len(known), len(judged.pairs))


def analogy_steps(space: EmbeddingSpace, asked: Analogies, *, most: int | None = None) -> Steps[AnalogyScore]:
    """Answer every analogy whose words are known, by batches of matrix products; `most` looks at the first items."""
    compared = yield from compare_rules_steps(space, asked, ("3CosAdd",), most=most)
    return compared.scores["3CosAdd"]


def compare_rules_steps(
    space: EmbeddingSpace, asked: Analogies, rules: Sequence[AnsweringRule], *, most: int | None = None
) -> Steps[ComparedRules]:
    """Answer every analogy by several rules, as `analogy_steps` does by one."""
    items = yield from within(_items(space, most), 0.0, 0.3)
    questions = [question for _, section in asked.sections for question in section]
    rows = np.array([items.rows(question) for question in questions], np.int64).reshape(-1, 4)
    is_known: FlagArray = np.all(rows >= 0, axis=1, keepdims=True)[:, 0]
    known = np.flatnonzero(is_known)
    is_correct: dict[str, FlagArray] = {rule: np.zeros(len(questions), np.bool_) for rule in rules}
    units = np.empty((items.n_items, space.n_dims), np.float32)
    for start in range(0, items.n_items, _LABELS_AT_ONCE):
        yield Progress(0.3, f"Preparing {items.n_items:,} items")
        part = np.arange(start, min(start + _LABELS_AT_ONCE, items.n_items))
        units[part] = items.units(part)
    step = max(1, _SCORES_AT_ONCE // max(1, items.n_items))
    for start in range(0, len(known), step):
        batch = known[start : start + step]
        for rule in rules:
            answers = _answers(items, units, rows[batch], rule)
            is_correct[rule][batch] = items.spelled[answers] == items.spelled[rows[batch, 3]]
        yield Progress(0.3 + 0.7 * (start + len(batch)) / len(known), f"Answering {len(known):,} analogies")
    return ComparedRules({rule: _scored(asked, is_known, is_correct[rule]) for rule in rules}, items.rows)


def _scored(asked: Analogies, is_known: FlagArray, is_correct: FlagArray) -> AnalogyScore:
    sections, done = [], 0
    for name, section in asked.sections:
        part = slice(done, done + len(section))
        sections.append(Section(name, int(is_correct[part].sum()), int(is_known[part].sum()), len(section)))
        done += len(section)
    total = Section("all", int(is_correct.sum()), int(is_known.sum()), len(is_known))
    return AnalogyScore(asked.name, tuple(sections), total)


def spearman(one: DoubleArray, other: DoubleArray) -> float | None:
    """Spearman's rank correlation, ties by mean rank; None where it is not defined."""
    if len(one) < 2 or (one == one[0]).all() or (other == other[0]).all():
        return None
    from scipy.stats import spearmanr

    return float(spearmanr(one, other).statistic)


def fisher(rho: float | None, n: int) -> Interval | None:
    """The 95 % interval of a correlation over `n` pairs: Fisher's z with the standard error 1 / sqrt(n - 3)."""
    if rho is None or n < _FEWEST_FOR_INTERVAL:
        return None
    if abs(rho) >= 1:
        return rho, rho
    middle, reach = math.atanh(rho), _NORMAL_95 / math.sqrt(n - 3)
    return math.tanh(middle - reach), math.tanh(middle + reach)


def wilson(n_correct: int, n: int) -> Interval | None:
    """The 95 % interval of a share (Wilson 1927); None of nothing."""
    if not n:
        return None
    square = _NORMAL_95**2
    share = n_correct / n
    middle = (share + square / (2 * n)) / (1 + square / n)
    reach = _NORMAL_95 / (1 + square / n) * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _answers(items: _Items, units: FloatArray, rows: RowArray, rule: AnsweringRule) -> RowArray:
    """The answer of a rule to each question, its own words in every spelling left out."""
    a, b, c = (units[rows[:, at]] for at in range(3))
    if rule == "3CosMul":
        scores = _shifted(b @ units.T)
        scores *= _shifted(c @ units.T)
        scores /= _shifted(a @ units.T) + np.float32(_EPSILON)
    else:
        targets: FloatArray = b - a + c if rule == "3CosAdd" else b if rule == "b" else c
        scores = targets @ units.T
    scores[:, ~items.ranked] = -np.inf
    for question, inputs in enumerate(rows[:, :3]):
        scores[question, items.alike(inputs)] = -np.inf
    best: RowArray = scores.argmax(axis=1)
    return best


def _shifted(cosines: FloatArray) -> FloatArray:
    """Cosines moved into 0..1, in place."""
    cosines += 1
    cosines /= 2
    return cosines


@dataclass(frozen=True, eq=False)
class _Items:
    """The items that take part: the row of each spelling, which spelling each row has, and which rows are ranked."""

    space: EmbeddingSpace
    first: dict[str, int]
    spelled: RowArray
    repeated: dict[int, list[int]]
    ranked: FlagArray

    @property
    def n_items(self) -> int:
        return len(self.spelled)

    def rows(self, words: Iterable[str]) -> list[int]:
        """The row of each word, -1 where it is unknown or has no direction."""
        found = (self.first.get(word.upper(), -1) for word in words)
        return [row if row >= 0 and self.ranked[row] else -1 for row in found]

    def alike(self, rows: RowArray) -> list[int]:
        """The rows that are spelled as one of `rows`, case aside."""
        return [row for at in rows.tolist() for row in (at, *self.repeated.get(at, ()))]

    def units(self, rows: RowArray) -> FloatArray:
        """Unit vectors float32 of some rows; zero where a row has no direction."""
        lengths = np.where(self.ranked[rows], self.space.norms[rows], np.inf)
        vectors = np.where(self.ranked[rows, None], self.space.vectors[rows], np.float32(0))
        units: FloatArray = (vectors / lengths[:, None]).astype(np.float32)
        return units


def _items(space: EmbeddingSpace, most: int | None) -> Steps[_Items]:
    """Look at the spelling of every item, or of the first `most`."""
    if most is not None and most < 1:
        raise OptionError(f"The number of items to look at is {most}; choose 1 or more.")
    n_items = space.n_items if most is None else min(most, space.n_items)
    first: dict[str, int] = {}
    spelled = np.empty(n_items, np.int64)
    repeated: dict[int, list[int]] = {}
    for start in range(0, n_items, _LABELS_AT_ONCE):
        yield Progress(start / n_items, f"Looking {n_items:,} labels up")
        for row in range(start, min(n_items, start + _LABELS_AT_ONCE)):
            spelled[row] = at = first.setdefault(space.labels[row].upper(), row)
            if at != row:
                repeated.setdefault(at, []).append(row)
    ranked = (space.finite & (space.norms > 0))[:n_items]
    return _Items(space, first, spelled, repeated, ranked)
