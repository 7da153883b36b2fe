"""Which words moved between two spaces: by the neighbours they kept, against what two seeds alone make differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedviz.errors import InputError, OptionError
from embedviz.progress import Progress, Steps, within
from embedviz.space.arrays import CodeArray, DoubleArray, FlagArray, FloatArray, RowArray, read_only
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels

N_NEAREST = 10
MOST_WORDS = 5_000
"""So many words are compared, the first of the space after, which in a trained space are the most frequent."""

_WORDS_PER_STEP = 1 << 12
_SCORES_PER_STEP = 1 << 20
_FLOATS_PER_STEP = 1 << 20


@dataclass(frozen=True)
class MovedWord:
    """One word: how many of its nearest neighbours it `kept`, which it `lost` and `gained`, nearest first.

    `noise` is how many of them two seeds have in common, None where that was not measured; `cosine` that of its vectors
    before and after, once the spaces are turned onto each other, None where they cannot be. `stayed` says that its own
    vector is the very same as before, so that only its neighbours can have moved.
    """

    word: str
    row: int
    kept: int
    noise: int | None
    cosine: float | None
    lost: tuple[str, ...]
    gained: tuple[str, ...]
    stayed: bool = False

    @property
    def is_beyond_noise(self) -> bool:
        """Whether it moved more than two seeds differ; False where that was not measured."""
        return not self.stayed and self.noise is not None and self.kept < self.noise


@dataclass(frozen=True, eq=False)
class Movement:
    """What n shared words kept, the most moved first: where it was measured, by how much more than two seeds differ.

    `labels` (n) are those words and `rows` int64 (n,) their items after. `kept` and `noise` int32 (n,) count the `k`
    nearest that are the same before and after, and after and by another seed; `cosines` float64 (n,).
    `nearest_before` and `nearest_after` int32 (n, k) are places among the words, nearest first. Those that `stayed`
    bool (n,), whose own vector is the very same as before, stand last. `is_all` says whether all shared words were
    compared, or the first of the space after.
    """

    k: int
    labels: Labels
    rows: RowArray
    kept: CodeArray
    noise: CodeArray | None
    cosines: DoubleArray | None
    nearest_before: CodeArray
    nearest_after: CodeArray
    stayed: FlagArray
    is_all: bool

    @property
    def n_words(self) -> int:
        """How many words were compared."""
        return len(self.labels)

    @property
    def n_beyond_noise(self) -> int | None:
        """How many words moved more than two seeds differ; None where that was not measured."""
        return None if self.noise is None else int(np.count_nonzero((self.kept < self.noise) & ~self.stayed))

    @property
    def n_stayed(self) -> int:
        """How many words have the very same vector as before."""
        return int(np.count_nonzero(self.stayed))

    @property
    def summary(self) -> str:
        """What was found, in words."""
        n_learned = self.n_words - self.n_stayed
        learned = ~self.stayed if n_learned else self.stayed
        among = f"the {self.n_words:,} {'shared' if self.is_all else 'most frequent shared'} words"
        kept = f"they kept {self.kept[learned].mean():.1f} of their {self.k} nearest neighbours among {among}"
        same = f" {self.n_stayed:,} words have the very same vectors as before." if self.n_stayed else ""
        if self.noise is None:
            unknown = "How much of that is chance is not known: measure it by a second seed."
            return f"{n_learned:,} words have other vectors now; on average {kept}. {unknown}{same}"
        return (
            f"{self.n_beyond_noise:,} of {n_learned:,} words moved more than two seeds differ. On average {kept}; two "
            f"seeds have {self.noise[learned].mean():.1f} in common.{same}"
        )

    def words(self, n: int | None = None) -> tuple[MovedWord, ...]:
        """The `n` words that moved most, or all."""
        return tuple(self._word(place) for place in range(self.n_words if n is None else min(n, self.n_words)))

    def _word(self, place: int) -> MovedWord:
        before, after = self.nearest_before[place].tolist(), self.nearest_after[place].tolist()
        return MovedWord(
            self.labels[place],
            int(self.rows[place]),
            int(self.kept[place]),
            None if self.noise is None else int(self.noise[place]),
            None if self.cosines is None else float(self.cosines[place]),
            tuple(self.labels[other] for other in before if other not in after),
            tuple(self.labels[other] for other in after if other not in before),
            bool(self.stayed[place]),
        )


def movement_steps(
    before: EmbeddingSpace,
    after: EmbeddingSpace,
    *,
    noise: EmbeddingSpace | None = None,
    k: int = N_NEAREST,
    most: int = MOST_WORDS,
) -> Steps[Movement]:
    """Compare the `k` nearest neighbours (by cosine, among the words that all spaces share) of each such word.

    `noise` is a second `after`, trained by another seed: what differs between the two is chance. Words are shared by
    their label, the first item of it; of many the first `most` of `after` are compared. Items without a label or a
    direction take no part. Raises InputError for fewer than three shared words, OptionError.
    """
    if k < 1 or most < 3:
        raise OptionError(f"{k} neighbours of {most:,} words were asked for; choose 1 or more of 3 or more.")
    spaces = [before, after, *([noise] if noise is not None else [])]
    end = 0.1
    rows, is_all = yield from within(_shared_steps(spaces, most), 0.0, end)
    n = len(rows)
    if n < 3:
        raise InputError(
            f"“{before.source.name}” and “{after.source.name}” share {n} word{'s'[: n != 1]}; neighbours can be "
            "compared from three shared words on."
        )
    k = min(k, n - 1)
    units: list[FloatArray] = []
    nearest: list[CodeArray] = []
    for at, space in enumerate(spaces):
        share = (0.8 / len(spaces)) * at + end
        units.append((yield from within(_unit_steps(space, rows[:, at]), share, share)))
        near = nearest_steps(units[at], k)
        nearest.append((yield from within(near, share, share + 0.8 / len(spaces))))
    kept = kept_counts(nearest[0], nearest[1])
    between = kept_counts(nearest[1], nearest[2]) if noise is not None else None
    cosines = None
    if before.n_dims == after.n_dims:
        yield Progress(0.9, "Turning the spaces onto each other")
        cosines = aligned_cosines(units[0], units[1])
    stayed = np.zeros(n, np.bool_)
    if before.n_dims == after.n_dims:
        stayed = yield from _stayed_steps(before, after, rows)
    order = _order(kept, between, cosines, stayed)
    place = np.empty(n, np.int32)
    place[order] = np.arange(n, dtype=np.int32)
    yield Progress(1.0, "Ranking the words")
    return Movement(
        k,
        after.labels.subset(rows[order, 1]),
        read_only(rows[order, 1]),
        read_only(kept[order]),
        None if between is None else read_only(between[order]),
        None if cosines is None else read_only(cosines[order]),
        read_only(place[nearest[0][order]]),
        read_only(place[nearest[1][order]]),
        read_only(stayed[order]),
        is_all,
    )


def procrustes(one: FloatArray | DoubleArray, other: FloatArray | DoubleArray) -> DoubleArray:
    """The rotation or reflection (d, d) that brings the rows of `one` (n, d) nearest to those of `other`.

    That is U V' of the singular value decomposition of one' other (Schönemann 1966), as Hamilton, Leskovec & Jurafsky
    (2016) compare words of different decades.
    """
    left, _, right = np.linalg.svd(one.T.astype(np.float64) @ other.astype(np.float64))
    rotation: DoubleArray = left @ right
    return rotation


def aligned_cosines(one: FloatArray, other: FloatArray) -> DoubleArray:
    """The cosine of each unit row of `one` with that of `other` (n, d), once the first are turned onto the second."""
    cosines: DoubleArray = np.einsum("ij,ij->i", one.astype(np.float64) @ procrustes(one, other), other)
    return np.clip(cosines, -1.0, 1.0)


def nearest_steps(units: FloatArray, k: int) -> Steps[CodeArray]:
    """The `k` nearest rows to each of some unit rows (n, d) but itself, int32 (n, k), nearest first, ties by row.

    The best candidates of the float32 products are scored again in float64.
    """
    n, n_dims = units.shape
    n_candidates = min(n - 1, 2 * k + 10)
    nearest = np.empty((n, k), np.int32)
    step = max(1, min(_SCORES_PER_STEP // n, _FLOATS_PER_STEP // (n_candidates * n_dims)))
    for start in range(0, n, step):
        own = units[start : start + step]
        scores = own @ units.T
        here = np.arange(len(own))
        scores[here, start + here] = -np.inf
        best = np.argpartition(scores, n - n_candidates, axis=1)[:, n - n_candidates :]
        best.sort(axis=1)
        exact = np.einsum("id,ijd->ij", own.astype(np.float64), units[best].astype(np.float64))
        order = np.argsort(-exact, axis=1, kind="stable")[:, :k]
        nearest[start : start + step] = np.take_along_axis(best, order, axis=1)
        yield Progress(start / n, f"Comparing {n:,} words")
    return nearest


def kept_counts(one: CodeArray, other: CodeArray) -> CodeArray:
    """How many neighbours of each word in `one` (n, k) are also in `other` (n, k), int32 (n,)."""
    counts = np.empty(len(one), np.int32)
    for start in range(0, len(one), _WORDS_PER_STEP):
        part = slice(start, start + _WORDS_PER_STEP)
        counts[part] = (one[part, :, None] == other[part, None, :]).any(axis=2).sum(axis=1)
    return counts


def _order(kept: CodeArray, noise: CodeArray | None, cosines: DoubleArray | None, stayed: FlagArray) -> RowArray:
    """The most moved first: by the neighbours they lost beyond the noise, then by all they lost, cosine and place."""
    beyond = np.zeros_like(kept) if noise is None else kept - noise
    turned = np.zeros(len(kept)) if cosines is None else cosines
    return np.lexsort((turned, kept, beyond, stayed)).astype(np.int64)


def _stayed_steps(before: EmbeddingSpace, after: EmbeddingSpace, rows: RowArray) -> Steps[FlagArray]:
    """Whether each word has the very same vector in both, bool (n,)."""
    stayed = np.empty(len(rows), np.bool_)
    step = max(1, _FLOATS_PER_STEP // before.n_dims)
    for start in range(0, len(rows), step):
        some = rows[start : start + step]
        stayed[start : start + step] = (before.vectors[some[:, 0]] == after.vectors[some[:, 1]]).all(axis=1)
        yield Progress(0.95, "Looking for words that stayed")
    return stayed


def _shared_steps(spaces: Sequence[EmbeddingSpace], most: int) -> Steps[tuple[RowArray, bool]]:
    """The rows of the words that all spaces share, int64 (n, n_spaces), as the second has them; whether it is all."""
    after = spaces[1]
    usable: list[FlagArray] = []
    for space in spaces:
        yield Progress(0.0, f"Looking up {after.n_items:,} words")
        space.labels.prepare_order()
        yield Progress(0.0, f"Looking up {after.n_items:,} words")
        usable.append(space.finite & (space.norms > 0))
    found: list[list[int]] = []
    for row in range(after.n_items):
        if row % _WORDS_PER_STEP == 0:
            yield Progress(row / after.n_items, f"Looking up {after.n_items:,} words")
        label = after.labels[row]
        if not label.strip():
            continue
        rows = [space.labels.find(label) for space in spaces]
        if rows[1] != row or None in rows:
            continue
        known = [at for at in rows if at is not None]
        if all(is_usable[at] for is_usable, at in zip(usable, known, strict=True)):
            if len(found) == most:
                return np.array(found, np.int64), False
            found.append(known)
    return np.array(found, np.int64).reshape(-1, len(spaces)), True


def _unit_steps(space: EmbeddingSpace, rows: RowArray) -> Steps[FloatArray]:
    """Unit vectors float32 (n, n_dims) of some rows."""
    units = np.empty((len(rows), space.n_dims), np.float32)
    step = max(1, _FLOATS_PER_STEP // space.n_dims)
    for start in range(0, len(rows), step):
        some = rows[start : start + step]
        units[start : start + step] = space.vectors[some] / space.norms[some, None]
        yield Progress(0.0, "Preparing to compare")
    return units
