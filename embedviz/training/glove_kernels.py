"""The compiled kernels of GloVe: counted pairs are shuffled, and a slice of them is learned."""

from __future__ import annotations

from numpy import exp, float32, int64, log, sqrt, uint64
from numpy.typing import NDArray

from embedviz.kernels import kernel
from embedviz.space.arrays import CodeArray, DoubleArray, FloatArray
from embedviz.training.sampling_kernels import random_bits

_CODES = "Array(int32, 1, 'C', True)"
_FLOATS = "Array(float32, 1, 'C', True)"
_MATRIX = "float32[:, ::1]"
_LOOK_EVERY = 256


@kernel("void(int32[::1], int32[::1], float32[::1], int64, int64, uint64[::1])")
def shuffle(
    rows: CodeArray, columns: CodeArray, counts: FloatArray, first: int, last: int, state: NDArray[uint64]
) -> None:
    """Give places `last` - 1 down to `first` each an entry drawn among those up to it (Durstenfeld 1964).

    From the end of the arrays to their beginning, in as many calls as are liked, every order is as likely.
    `state` uint64 (1,) is that of `random_bits`.
    """
    for place in range(last - 1, first - 1, -1):
        other = int64(((random_bits(state) >> uint64(32)) * uint64(place + 1)) >> uint64(32))
        rows[place], rows[other] = rows[other], rows[place]
        columns[place], columns[other] = columns[other], columns[place]
        counts[place], counts[other] = counts[other], counts[place]


@kernel(
    f"void({_CODES}, {_CODES}, {_FLOATS}, {_CODES}, {_MATRIX}, {_MATRIX}, {_MATRIX}, {_MATRIX}, {_MATRIX}, {_MATRIX}, "
    "float64, float64, float64, float64[::1])",
    reorder=True,
)
def learn(
    rows: CodeArray,
    columns: CodeArray,
    counts: FloatArray,
    order: CodeArray,
    words: FloatArray,
    contexts: FloatArray,
    biases: FloatArray,
    word_squares: FloatArray,
    context_squares: FloatArray,
    bias_squares: FloatArray,
    x_max: float,
    power: float,
    rate: float,
    sums: DoubleArray,
) -> None:
    """Learn entries in `order`: word `rows[e]` stood near word `columns[e]` `counts[e]` > 0 times.

    `words` and `contexts` float32 (n_words, width) and `biases` (2, n_words) are changed in place by AdaGrad (Duchi
    et al. 2011), whose sums of squared slopes are in the arrays of the same shapes. The error of an entry is its
    product and biases less the logarithm of its count, the weight of its square min(1, count / `x_max`) ** `power`.
    Adds weighted squares and the number of entries to `sums` float64 (3,); once another thread sets the last of them,
    the rest is left.
    """
    width = words.shape[1]
    step_size, log_most = float32(rate), log(x_max)
    loss, n_learned = 0.0, 0
    for place in range(order.shape[0]):
        if place % _LOOK_EVERY == 0 and sums[2] != 0:
            break
        entry = order[place]
        row, column = int64(rows[entry]), int64(columns[entry])
        word, context = words[row], contexts[column]
        word_square, context_square = word_squares[row], context_squares[column]
        product = float32(0)
        for d in range(width):
            product += word[d] * context[d]
        log_count = log(float(counts[entry]))
        error = float(product + biases[0, row] + biases[1, column]) - log_count
        weight = exp(power * min(0.0, log_count - log_most))
        loss += weight * error * error
        slope = float32(weight * error)
        for d in range(width):
            of_word, of_context = word[d], context[d]
            word_slope, context_slope = slope * of_context, slope * of_word
            word_sum = word_square[d] + word_slope * word_slope
            context_sum = context_square[d] + context_slope * context_slope
            word[d] = of_word - step_size * word_slope / sqrt(word_sum)
            context[d] = of_context - step_size * context_slope / sqrt(context_sum)
            word_square[d], context_square[d] = word_sum, context_sum
        word_sum = bias_squares[0, row] + slope * slope
        context_sum = bias_squares[1, column] + slope * slope
        biases[0, row] -= step_size * slope / sqrt(word_sum)
        biases[1, column] -= step_size * slope / sqrt(context_sum)
        bias_squares[0, row], bias_squares[1, column] = word_sum, context_sum
        n_learned += 1
    sums[0] += loss
    sums[1] += n_learned


READY = True
