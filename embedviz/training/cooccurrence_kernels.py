"""The compiled kernels of counting pairs of words: pairs as sorted numbers, runs of them merged, and a matrix.

A pair of words at a distance is one number, `(low * n_words + high) * window + distance - 1` with the lower row first;
so sorting such numbers brings equal pairs together, and sums depend on no order of threads.
"""

from __future__ import annotations

from numpy import int32, int64

from embedviz.kernels import kernel
from embedviz.space.arrays import CodeArray, DoubleArray, FlagArray, FloatArray, RowArray

_CODES = "Array(int32, 1, 'C', True)"
_ROWS = "Array(int64, 1, 'C', True)"
_SUMS = "Array(float64, 1, 'C', True)"
_FLAGS = "Array(bool, 1, 'C', True)"


@kernel(f"int64({_CODES}, {_ROWS}, {_FLAGS}, int64, int64, int64[::1])")
def write_pairs(
    tokens: CodeArray, sentence_starts: RowArray, is_heldout: FlagArray, window: int, n_words: int, pairs: RowArray
) -> int:
    """Write each pair of tokens of a sentence that stand at most `window` apart; returns how many.

    `sentence_starts` int64 (n + 1,) are places in `tokens`; sentences of `is_heldout` (n,) are left out. `pairs` has
    room for `window` numbers per token; pairs beyond its room are left out.
    """
    n, room = 0, pairs.shape[0]
    for sentence in range(is_heldout.shape[0]):
        if is_heldout[sentence]:
            continue
        end = min(sentence_starts[sentence + 1], tokens.shape[0])
        for at in range(max(sentence_starts[sentence], 0), end):
            one = int64(tokens[at])
            for other_at in range(at + 1, min(at + window + 1, end)):
                other = int64(tokens[other_at])
                if n < room:
                    pairs[n] = (min(one, other) * n_words + max(one, other)) * window + (other_at - at - 1)
                    n += 1
    return n


@kernel(f"int64(int64[::1], int64, {_SUMS}, float64[::1])")
def sum_pairs(pairs: RowArray, n: int, weights: DoubleArray, sums: DoubleArray) -> int:
    """Sum the weights of equal pairs among the first `n`, which are sorted; returns how many different ones there are.

    `weights` float64 (window,) are those of the distances. The cells `low * n_words + high` are written over `pairs`,
    their sums to `sums`, in order.
    """
    n_cells, window = 0, weights.shape[0]
    for at in range(min(n, pairs.shape[0], sums.shape[0])):
        cell = pairs[at] // window
        weight = weights[pairs[at] - cell * window]
        if n_cells > 0 and pairs[n_cells - 1] == cell:
            sums[n_cells - 1] += weight
        else:
            pairs[n_cells] = cell
            sums[n_cells] = weight
            n_cells += 1
    return n_cells


@kernel(f"void({_ROWS}, {_SUMS}, {_ROWS}, {_SUMS}, int64[::1], float64[::1], int64[::1], int64)")
def merge(
    cells: RowArray,
    sums: DoubleArray,
    other_cells: RowArray,
    other_sums: DoubleArray,
    merged_cells: RowArray,
    merged_sums: DoubleArray,
    places: RowArray,
    n_most: int,
) -> None:
    """Merge two sorted runs of different cells, sums of cells in both added; at most `n_most` cells in one call.

    `places` int64 (3,) are where each run was read to and where the merged one was written to; they start at 0 and are
    moved on. The merged run has room for both.
    """
    one, other, n = places[0], places[1], places[2]
    end = min(n + n_most, merged_cells.shape[0])
    while n < end and (one < cells.shape[0] or other < other_cells.shape[0]):
        if other >= other_cells.shape[0] or (one < cells.shape[0] and cells[one] < other_cells[other]):
            merged_cells[n], merged_sums[n] = cells[one], sums[one]
            one += 1
        elif one >= cells.shape[0] or other_cells[other] < cells[one]:
            merged_cells[n], merged_sums[n] = other_cells[other], other_sums[other]
            other += 1
        else:
            merged_cells[n], merged_sums[n] = cells[one], sums[one] + other_sums[other]
            one += 1
            other += 1
        n += 1
    places[0], places[1], places[2] = one, other, n


@kernel(f"void({_ROWS}, int64, int64, int64, int64[::1])")
def count_entries(cells: RowArray, first: int, last: int, n_words: int, n_entries: RowArray) -> None:
    """Add to `n_entries` (n_words,) how many entries cells `first` to `last` (not included) give each row."""
    for at in range(first, last):
        low = cells[at] // n_words
        high = cells[at] - low * n_words
        n_entries[low] += 1
        if high != low:
            n_entries[high] += 1


@kernel(f"void({_ROWS}, {_SUMS}, int64, int64, int64, int64[::1], int32[::1], float32[::1], float64[::1])")
def write_entries(
    cells: RowArray,
    sums: DoubleArray,
    first: int,
    last: int,
    n_words: int,
    places: RowArray,
    columns: CodeArray,
    values: FloatArray,
    row_sums: DoubleArray,
) -> None:
    """Write both entries of each cell from `first` to `last`: rows get their columns in order, as the cells are sorted.

    `places` (n_words,) are where the next entry of each row goes; they are moved on. A pair of equal words counts
    twice, as each is the context of the other. `row_sums` float64 (n_words,) are added to.
    """
    for at in range(first, last):
        low = cells[at] // n_words
        high = cells[at] - low * n_words
        value = sums[at] * (2 if low == high else 1)
        columns[places[low]], values[places[low]] = int32(high), value
        places[low] += 1
        row_sums[low] += value
        if high != low:
            columns[places[high]], values[places[high]] = int32(low), value
            places[high] += 1
            row_sums[high] += value


READY = True
