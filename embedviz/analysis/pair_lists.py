"""Lists of pairs that stand in one relation, such as countries and their capitals: every pair against every other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embedviz.analysis.evaluation import AnalogyScore, Section, compare_rules_steps
from embedviz.analysis.judgments import Analogies
from embedviz.analysis.offsets import OffsetNull, offset_null_steps, unit_rows
from embedviz.errors import FormatError, OptionError
from embedviz.formats.plain_text import read_plain_text
from embedviz.progress import Progress, Steps, within
from embedviz.space.arrays import DoubleArray, RowArray, read_only
from embedviz.space.embedding_space import EmbeddingSpace

MOST_PAIRS = 200
FEWEST_PAIRS = 2

_MOST_BYTES = 1 << 20
_N_SHUFFLES = 200
_SEED = 1
_SEPARATORS = "\t,;"
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Pairs:
    """Pairs (a, b) as they were given; `n_skipped` lines held no two names."""

    name: str
    pairs: tuple[tuple[str, str], ...]
    n_skipped: int


@dataclass(frozen=True, eq=False)
class PairScores:
    """Every known pair against every other, as a : b :: c : ? with d expected.

    `rows` (n, 2) are the known pairs, `unknown` those with a name that no item has. `scores` holds, by rule, how many
    of the n (n - 1) questions were answered as expected: 3CosAdd, 3CosMul, and the baselines that ignore the analogy,
    the item nearest to b and the one nearest to c, all without the three inputs. `parallel` (n,) is the mean cosine of
    each offset with the others, `mean_parallel` that of all, `shuffled_parallel` the same where the partners are
    shuffled; `null` those of random offsets.
    """

    name: str
    rows: RowArray
    unknown: tuple[tuple[str, str], ...]
    scores: dict[str, Section]
    parallel: DoubleArray
    mean_parallel: float | None
    shuffled_parallel: float | None
    null: OffsetNull


def read_pairs(path: Path) -> Pairs:
    """Read a file of pairs; raises FileAccessError, and FormatError where there are no two pairs in it."""
    return parse_pairs(read_plain_text(path, "pairs", _MOST_BYTES), path.name)


def parse_pairs(text: str, name: str = "pasted pairs") -> Pairs:
    """Read a pair a line: two columns between tabs, commas or semicolons, or two words; # begins a comment.

    Raises FormatError where fewer than two lines hold a pair.
    """
    lines = [line for line in (line.strip() for line in text.splitlines()) if line and line[0] not in "#:"]
    pairs: dict[tuple[str, str], None] = {}
    n_skipped = 0
    for line in lines:
        cells = _cells(line)
        if len(cells) == 2 and all(cells):
            pairs[cells[0], cells[1]] = None
        else:
            n_skipped += 1
    if len(pairs) < FEWEST_PAIRS:
        raise FormatError(
            f"“{name}” holds fewer than two pairs. Write a pair a line, two names between a tab, a comma or a space: "
            "France, Paris."
        )
    return Pairs(name, tuple(pairs), n_skipped)


def pair_scores_steps(space: EmbeddingSpace, given: Pairs) -> Steps[PairScores]:
    """Ask every pair about every other, by four rules, and measure how parallel the offsets are.

    Names are looked up as in `analogy_steps` (case is ignored, the first item counts). Raises OptionError for more
    than 200 pairs, or fewer than two whose names are known.
    """
    if len(given.pairs) > MOST_PAIRS:
        raise OptionError(
            f"“{given.name}” holds {len(given.pairs):,} pairs; every pair is asked about every other, so at most "
            f"{MOST_PAIRS:,} are taken. Give a part of them."
        )
    questions = tuple(
        (*one, *other) for i, one in enumerate(given.pairs) for j, other in enumerate(given.pairs) if i != j
    )
    asked = Analogies(given.name, ((given.name, questions),), given.n_skipped)
    compared = yield from within(compare_rules_steps(space, asked, ("3CosAdd", "3CosMul", "b", "c")), 0.0, 0.9)
    found = [compared.rows_of(pair) for pair in given.pairs]
    known = np.array([rows for rows in found if min(rows) >= 0], np.int64).reshape(-1, 2)
    unknown = tuple(pair for pair, rows in zip(given.pairs, found, strict=True) if min(rows) < 0)
    if len(known) < FEWEST_PAIRS:
        raise OptionError(
            f"{len(known)} of the {len(given.pairs):,} pairs have two names that this space knows; two are needed."
        )
    null = yield from within(offset_null_steps(space), 0.9, 0.95)
    yield Progress(0.95, "Comparing the offsets")
    parallel, mean, shuffled = _parallelism(space, known)
    totals = {rule: _total(score) for rule, score in compared.scores.items()}
    return PairScores(given.name, read_only(known), unknown, totals, read_only(parallel), mean, shuffled, null)


def _cells(line: str) -> list[str]:
    separator = next((mark for mark in _SEPARATORS if mark in line), None)
    parts = _SPACES.split(line) if separator is None else line.split(separator)
    return [part.strip().strip('"').strip() for part in parts]


def _total(score: AnalogyScore) -> Section:
    return score.total


def _parallelism(space: EmbeddingSpace, pairs: RowArray) -> tuple[DoubleArray, float | None, float | None]:
    """The mean cosine of each offset with all others (n,), of all, and of all where the partners are shuffled."""
    a, b = unit_rows(space, pairs[:, 0]), unit_rows(space, pairs[:, 1])
    each, mean = _mean_cosines(b - a)
    rng = np.random.default_rng(_SEED)
    n = len(pairs)
    shuffles = [_mean_cosines(b[_deranged(n, rng)] - a)[1] for _ in range(_N_SHUFFLES)]
    known = [value for value in shuffles if value is not None]
    return each, mean, float(np.mean(known)) if known else None


def _mean_cosines(offsets: DoubleArray) -> tuple[DoubleArray, float | None]:
    lengths = np.linalg.norm(offsets, axis=1)
    each = np.full(len(offsets), np.nan)
    able = np.flatnonzero(lengths > 0)
    if len(able) < FEWEST_PAIRS:
        return each, None
    directions = offsets[able] / lengths[able, None]
    total = directions.sum(axis=0)
    each[able] = np.clip((directions @ total - 1) / (len(able) - 1), -1.0, 1.0)
    return each, float(each[able].mean())


def _deranged(n: int, rng: np.random.Generator) -> RowArray:
    """A random order in which no place keeps its own (Sattolo 1986)."""
    order = np.arange(n)
    for at in range(n - 1, 0, -1):
        other = int(rng.integers(0, at))
        order[[at, other]] = order[[other, at]]
    return order
