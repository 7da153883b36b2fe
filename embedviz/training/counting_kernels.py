"""The compiled kernels of matrix products: PPMI times a block of columns, and words times documents times words."""

from __future__ import annotations

from numpy import float32, float64

from embedviz.kernels import kernel
from embedviz.space.arrays import CodeArray, DoubleArray, FlagArray, FloatArray, RowArray

_CODES = "Array(int32, 1, 'C', True)"
_ROWS = "Array(int64, 1, 'C', True)"
_FLAGS = "Array(bool, 1, 'C', True)"
_FLOATS = "Array(float32, 1, 'C', True)"
_MATRIX = "Array(float32, 2, 'C', True)"


@kernel(
    f"void({_ROWS}, {_CODES}, {_FLOATS}, {_FLOATS}, {_FLOATS}, int64, int64, {_MATRIX}, float64[:, ::1], "
    "float32[:, ::1])",
    reorder=True,
)
def multiply_positive(
    starts: RowArray,
    columns: CodeArray,
    logs: FloatArray,
    row_terms: FloatArray,
    column_terms: FloatArray,
    first: int,
    last: int,
    block: FloatArray,
    room: DoubleArray,
    product: FloatArray,
) -> None:
    """Write rows `first` to `last` (not included) of the product of a sparse matrix with `block` (n_columns, width).

    Entry e of row r and column c is `logs[e] + row_terms[r] + column_terms[c]` where that is positive, else 0. Rows
    are as those of `Cooccurrences`. `room` float64 (1, width) is worked in.
    """
    width = block.shape[1]
    for row in range(first, last):
        for d in range(width):
            room[0, d] = 0.0
        for entry in range(starts[row], starts[row + 1]):
            column = columns[entry]
            value = logs[entry] + row_terms[row] + column_terms[column]
            if value > 0:
                for d in range(width):
                    room[0, d] += value * block[column, d]
        for d in range(width):
            product[row, d] = float32(room[0, d])


@kernel(f"float64({_ROWS}, {_CODES}, {_FLOATS}, {_FLOATS}, {_FLOATS}, int64, int64)", reorder=True)
def sum_of_squares(
    starts: RowArray,
    columns: CodeArray,
    logs: FloatArray,
    row_terms: FloatArray,
    column_terms: FloatArray,
    first: int,
    last: int,
) -> float:
    """The sum of squares of rows `first` to `last` (not included) of the matrix of `multiply_positive`."""
    total = 0.0
    for row in range(first, last):
        for entry in range(starts[row], starts[row + 1]):
            value = float64(logs[entry] + row_terms[row] + column_terms[columns[entry]])
            if value > 0:
                total += value * value
    return total


@kernel(f"void({_CODES}, {_ROWS}, {_FLAGS}, int64, int64[::1], int64[::1], int64[::1], int64[::1])")
def count_documents(
    tokens: CodeArray,
    starts: RowArray,
    is_heldout: FlagArray,
    first_document: int,
    last_seen: RowArray,
    times: RowArray,
    n_documents: RowArray,
    squares: RowArray,
) -> None:
    """Count in how many documents each word stands, and sum the squares of how often it stands in each.

    Documents are `tokens` from `starts[i]` to `starts[i + 1]`, those held out left out; the first is number
    `first_document`. All arrays after that have a place for each word, and go on from slice to slice: `last_seen`, -1
    at first, and `times` are worked in, `n_documents` and `squares` are added to.
    """
    for document in range(is_heldout.shape[0]):
        if is_heldout[document]:
            continue
        number = first_document + document
        for at in range(max(starts[document], 0), min(starts[document + 1], tokens.shape[0])):
            word = tokens[at]
            if last_seen[word] != number:
                last_seen[word] = number
                times[word] = 0
                n_documents[word] += 1
            squares[word] += 2 * times[word] + 1
            times[word] += 1


@kernel(f"void({_CODES}, {_ROWS}, {_FLAGS}, {_MATRIX}, float64[:, ::1], float64[:, ::1])", reorder=True)
def fold_documents(
    tokens: CodeArray,
    starts: RowArray,
    is_heldout: FlagArray,
    block: FloatArray,
    room: DoubleArray,
    product: DoubleArray,
) -> None:
    """Add to `product` float64 (n_words, width) the matrix T times its transpose times `block` float32.

    T (n_words, n_documents) counts how often a word stands in a document, documents as in `count_documents`; it is
    never stored. `room` float64 (1, width) is worked in.
    """
    width = block.shape[1]
    for document in range(is_heldout.shape[0]):
        if is_heldout[document]:
            continue
        first, last = max(starts[document], 0), min(starts[document + 1], tokens.shape[0])
        for d in range(width):
            room[0, d] = 0.0
        for at in range(first, last):
            word = tokens[at]
            for d in range(width):
                room[0, d] += block[word, d]
        for at in range(first, last):
            word = tokens[at]
            for d in range(width):
                product[word, d] += room[0, d]


READY = True
