"""Words that a training leaves as they are, beside those that it learns: a space that goes on with another text."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from embedviz.progress import Progress, Steps
from embedviz.space.arrays import FloatArray, RowArray, read_only
from embedviz.training.moment import Moment, Trained

_FLOATS_PER_STEP = 1 << 20


@dataclass(frozen=True, eq=False)
class Rest:
    """Some `rows` of the `vectors` of a space, which a training leaves as they are; the last `n_odd` are not finite."""

    vectors: FloatArray
    rows: RowArray
    n_odd: int = 0

    def __len__(self) -> int:
        return len(self.rows)

    def part(self, first: int, last: int) -> FloatArray:
        """The vectors of some of them, float32 (last - first, n_dims)."""
        part: FloatArray = self.vectors[self.rows[first:last]]
        return part


def with_rest(learning: Steps[Trained], n_learned: int, rest: Rest) -> Steps[Trained]:
    """The same training of `n_learned` words, whose moments and vectors hold those that stay as they are, too."""
    if not len(rest):
        return (yield from learning)
    command = None
    try:
        while True:
            step = learning.send(command) if command is not None else next(learning)
            partial = step.partial
            if isinstance(partial, Moment):
                partial = replace(partial, rows=_Whole(partial, n_learned, rest).rows)
            command = yield Progress(step.fraction, step.text, partial)
    except StopIteration as done:
        trained: Trained = done.value
        vectors = yield from _all_steps(trained.vectors, rest)
        return replace(trained, vectors=vectors)
    finally:
        learning.close()


class _Whole:
    """The rows of a moment, and after them those that stay."""

    def __init__(self, moment: Moment, n_learned: int, rest: Rest) -> None:
        self._moment, self._n_learned, self._rest = moment, n_learned, rest

    def rows(self, first: int, last: int) -> FloatArray:
        n = self._n_learned
        if last <= n:
            return self._moment.rows(first, last)
        stay = self._rest.part(max(0, first - n), last - n)
        return stay if first >= n else np.concatenate([self._moment.rows(first, n), stay])


def _all_steps(learned: FloatArray, rest: Rest) -> Steps[FloatArray]:
    """All vectors in one matrix, float32 (n_learned + n_rest, n_dims)."""
    n_learned, n_dims = learned.shape
    vectors = np.empty((n_learned + len(rest), n_dims), np.float32)
    step = max(1, _FLOATS_PER_STEP // n_dims)
    for first in range(0, n_learned, step):
        vectors[first : first + step][: n_learned - first] = learned[first : first + step]
        yield Progress(1.0, "Keeping the vectors")
    for first in range(0, len(rest), step):
        part = rest.part(first, first + step)
        vectors[n_learned + first : n_learned + first + len(part)] = part
        yield Progress(1.0, "Keeping the vectors")
    return read_only(vectors)
