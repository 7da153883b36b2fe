"""Compiled kernels that trainers by negative sampling share: what is read, what is drawn, losses and steps."""

from __future__ import annotations

from numpy import abs as magnitude
from numpy import float32, int32, int64, uint32, uint64
from numpy.typing import NDArray

from embedviz.kernels import kernel
from embedviz.space.arrays import CodeArray, DoubleArray, FlagArray, FloatArray, RowArray

_MOST_AT_ONCE = float32(300)
_MINUS_LOG2_E, _LN_2 = float32(-1.4426950408889634), float32(0.6931471805599453)

_CODES = "Array(int32, 1, 'C', True)"
_ROWS = "Array(int64, 1, 'C', True)"
_CHANCES = "Array(uint32, 1, 'C', True)"
_FLAGS = "Array(bool, 1, 'C', True)"
_MATRIX = "float32[:, ::1]"


@kernel("uint64(uint64[::1])")
def random_bits(state: NDArray[uint64]) -> int:
    """The next 64 random bits (Marsaglia 2003, Xorshift RNGs); `state` uint64 (1,) is never 0."""
    bits = state[0]
    bits ^= bits << uint64(13)
    bits ^= bits >> uint64(7)
    bits ^= bits << uint64(17)
    state[0] = bits
    return bits  # type: ignore[no-any-return]  # a uint64, an int to Python


@kernel("void(float64[::1], uint32[::1], int32[::1], int32[::1])")
def fill_alias_table(shares: DoubleArray, chances: RowArray, others: CodeArray, waiting: CodeArray) -> None:
    """Fill `chances` and `others` for draws in proportion to `shares`, whose mean is 1; `shares` is used up.

    All are as long as there are words; `waiting` is worked in: the poor wait from its front on, the rich from its end.

    A draw takes one word evenly, and keeps it with its chance of 2**32, else takes the other (Vose 1991, A linear
    algorithm for generating random numbers with a given distribution).
    """
    n = shares.shape[0]
    n_poor, n_rich = 0, 0
    for word in range(n):
        chances[word] = uint32(0xFFFFFFFF)
        others[word] = word
        if shares[word] < 1:
            waiting[n_poor] = word
            n_poor += 1
        else:
            n_rich += 1
            waiting[n - n_rich] = word
    while n_poor > 0 and n_rich > 0:
        n_poor -= 1
        poor, rich = waiting[n_poor], waiting[n - n_rich]
        chances[poor] = uint32(min(shares[poor] * 4294967296.0, 4294967295.0))
        others[poor] = rich
        shares[rich] -= 1 - shares[poor]
        if shares[rich] < 1:
            n_rich -= 1
            waiting[n_poor] = rich
            n_poor += 1


@kernel("float64(float32[::1], float32[::1], int64, float32, float32[::1])", reorder=True)
def loss_and_steps(scores: FloatArray, weights: FloatArray, n: int, rate: float32, steps: FloatArray) -> float:
    """Fill `steps` with rate * weight * sigmoid(score), and return the sum of |weight| * log(1 + exp(score)).

    The score of a true pair is its negated product, with a positive weight; of a drawn word its product, with a
    negative one. Exponential and logarithm are short series, as exact as float32 holds.
    """
    loss = 0.0
    for i in range(n):
        score, weight = scores[i], weights[i]
        size = magnitude(score)
        power = max(size * _MINUS_LOG2_E, float32(-126))
        whole = int32(power - float32(0.5))
        x = (power - float32(whole)) * _LN_2
        series = float32(1 / 24) + x * (float32(1 / 120) + x * float32(1 / 720))
        series = float32(1) + x * (float32(1) + x * (float32(1 / 2) + x * (float32(1 / 6) + x * series)))
        decay = series * int32((whole + int32(127)) << int32(23)).view(float32)
        steps[i] = rate * weight * (float32(1) if score >= 0 else decay) / (float32(1) + decay)
        y = decay / (float32(2) + decay)
        square = y * y
        tail = float32(1 / 7) + square * (float32(1 / 9) + square * float32(1 / 11))
        logarithm = (
            float32(2) * y * (float32(1) + square * (float32(1 / 3) + square * (float32(1 / 5) + square * tail)))
        )
        loss += magnitude(weight) * (float32(0.5) * (score + size) + logarithm)
    return loss


@kernel(f"void({_MATRIX}, {_MATRIX}, {_MATRIX})", reorder=True)
def exchange(shared: FloatArray, own: FloatArray, old: FloatArray) -> None:
    """Add what a thread learned about the hottest rows to the shared ones, and take over what others learned."""
    for row in range(own.shape[0]):
        for d in range(own.shape[1]):
            value = shared[row, d] + (own[row, d] - old[row, d])
            shared[row, d] = value
            own[row, d] = value
            old[row, d] = value


@kernel(f"int64({_CODES}, {_ROWS}, {_FLAGS}, {_CHANCES}, uint64[::1], int32[:, ::1])")
def keep_tokens(
    tokens: CodeArray,
    sentence_starts: RowArray,
    is_heldout: FlagArray,
    keep_chances: RowArray,
    state: NDArray[uint64],
    kept: CodeArray,
) -> int:
    """Write the words that are read, by their chances, and the sentence of each to `kept` int32 (2, n); returns n.

    `sentence_starts` int64 (n_sentences + 1,) are places in `tokens`; sentences of `is_heldout` are left out.
    """
    n = 0
    for sentence in range(is_heldout.shape[0]):
        if is_heldout[sentence]:
            continue
        for at in range(sentence_starts[sentence], sentence_starts[sentence + 1]):
            if uint32(random_bits(state) >> uint64(32)) <= keep_chances[tokens[at]]:
                kept[0, n] = tokens[at]
                kept[1, n] = sentence
                n += 1
    return n


@kernel(f"int64({_CHANCES}, {_CODES}, uint64[::1])")
def draw_word(chances: RowArray, others: CodeArray, state: NDArray[uint64]) -> int:
    """Draw a word by an alias table."""
    bits = random_bits(state)
    word = int64(((bits >> uint64(32)) * uint64(chances.shape[0])) >> uint64(32))
    if uint32(bits & uint64(0xFFFFFFFF)) > chances[word]:
        return int(others[word])
    return int(word)


@kernel("UniTuple(int64, 2)(int32[::1], int64, int64, int64, uint64[::1])")
def draw_window(sentences: CodeArray, n: int, at: int, window: int, state: NDArray[uint64]) -> tuple[int, int]:
    """The first and last place of the window around `at`: its reach is drawn from 1 to `window`, in one sentence."""
    reach = 1 + int64(((random_bits(state) >> uint64(32)) * uint64(window)) >> uint64(32))
    low, high = at, at
    while low > 0 and low > at - reach and sentences[low - 1] == sentences[at]:
        low -= 1
    while high < n - 1 and high < at + reach and sentences[high + 1] == sentences[at]:
        high += 1
    return low, high


@kernel(
    f"void({_CHANCES}, {_CODES}, uint64[::1], {_MATRIX}, {_MATRIX}, int64[::1], int32[::1], float32[:, :, ::1])",
    reorder=True,
)
def draw_rows(
    chances: RowArray,
    others: CodeArray,
    state: NDArray[uint64],
    outputs: FloatArray,
    hot: FloatArray,
    drawn: RowArray,
    n_drawn: CodeArray,
    rows_drawn: FloatArray,
) -> None:
    """Draw words for a stretch of text into `drawn`, count them in `n_drawn`, and copy their rows twice.

    The first rows of `outputs`, as many as `hot` has, are taken of `hot`.
    """
    rows, old_rows = rows_drawn[0], rows_drawn[1]
    for draw in range(rows.shape[0]):
        word = draw_word(chances, others, state)
        drawn[draw] = word
        n_drawn[word] += 1
        row = hot[word] if word < hot.shape[0] else outputs[word]
        for d in range(rows.shape[1]):
            value = row[d]
            rows[draw, d] = value
            old_rows[draw, d] = value


@kernel(f"void({_MATRIX}, {_MATRIX}, int64[::1], int32[::1], float32[:, :, ::1])", reorder=True)
def return_rows(
    outputs: FloatArray, hot: FloatArray, drawn: RowArray, n_drawn: CodeArray, rows_drawn: FloatArray
) -> None:
    """Add what a stretch of text learned about its drawn words to their rows."""
    rows, old_rows = rows_drawn[0], rows_drawn[1]
    for draw in range(rows.shape[0]):
        word = drawn[draw]
        n_drawn[word] = 0
        row = hot[word] if word < hot.shape[0] else outputs[word]
        for d in range(rows.shape[1]):
            row[d] += rows[draw, d] - old_rows[draw, d]


@kernel(f"void(float32[::1], {_MATRIX}, float32[::1], int64)", reorder=True)
def multiply_rows(vector: FloatArray, rows: FloatArray, scores: FloatArray, first: int) -> None:
    """Write the products of `vector` with `rows`, a multiple of four, to `scores` from `first` on."""
    for draw in range(0, rows.shape[0], 4):
        product_0, product_1, product_2, product_3 = float32(0), float32(0), float32(0), float32(0)
        for d in range(rows.shape[1]):
            value = vector[d]
            product_0 += value * rows[draw, d]
            product_1 += value * rows[draw + 1, d]
            product_2 += value * rows[draw + 2, d]
            product_3 += value * rows[draw + 3, d]
        scores[first + draw], scores[first + draw + 1] = product_0, product_1
        scores[first + draw + 2], scores[first + draw + 3] = product_2, product_3


@kernel(f"void(float32[::1], {_MATRIX}, float32[::1], int64, float32[::1])", reorder=True)
def step_rows(vector: FloatArray, rows: FloatArray, steps: FloatArray, first: int, change: FloatArray) -> None:
    """Add `rows`, a multiple of four, to `change` by `steps` from `first` on, and to each row `vector` by its step."""
    for draw in range(0, rows.shape[0], 4):
        i = first + draw
        step_0, step_1, step_2, step_3 = steps[i], steps[i + 1], steps[i + 2], steps[i + 3]
        for d in range(rows.shape[1]):
            value = vector[d]
            row_0, row_1, row_2, row_3 = rows[draw, d], rows[draw + 1, d], rows[draw + 2, d], rows[draw + 3, d]
            change[d] += (step_0 * row_0 + step_1 * row_1) + (step_2 * row_2 + step_3 * row_3)
            rows[draw, d] = row_0 + step_0 * value
            rows[draw + 1, d] = row_1 + step_1 * value
            rows[draw + 2, d] = row_2 + step_2 * value
            rows[draw + 3, d] = row_3 + step_3 * value


@kernel(
    f"float64(float32[::1], int32[::1], int64, int64, int64, {_MATRIX}, {_MATRIX}, {_MATRIX}, int64[::1], int32[::1], "
    f"int64, float32, {_MATRIX})",
    reorder=True,
)
def step_pairs(
    vector: FloatArray,
    words: CodeArray,
    low: int,
    at: int,
    high: int,
    outputs: FloatArray,
    hot: FloatArray,
    rows: FloatArray,
    drawn: RowArray,
    n_drawn: CodeArray,
    negatives: int,
    rate: float32,
    numbers: FloatArray,
) -> float:
    """Learn the pairs of a word, whose vector is given, with those from `low` to `high` around it; returns their loss.

    The rows of the others change, and those that were drawn (`draw_rows`), each weighted so that together they count as
    `negatives` per pair. What `vector` is to change by is left in the first of `numbers` float32 (4, room). The steps
    of many pairs and negatives, more than 300, are smaller, or they would add up to more than they mend.
    """
    width, n_hot, n_draws, n_near = outputs.shape[1], hot.shape[0], rows.shape[0], high - low
    change, scores, weights, steps = numbers[0], numbers[1], numbers[2], numbers[3]
    share = float32(negatives / n_draws)
    for i in range(n_near, n_near + n_draws):
        weights[i] = -n_near * share

    i = 0
    for near in range(low, high + 1):
        if near == at:
            continue
        context = int64(words[near])
        row = hot[context] if context < n_hot else outputs[context]
        product = float32(0)
        for d in range(width):
            product += vector[d] * row[d]
        scores[i] = -product
        weights[i] = float32(1)
        i += 1
        if n_drawn[context] > 0:
            for draw in range(n_draws):
                if drawn[draw] == context:
                    weights[n_near + draw] += share
    multiply_rows(vector, rows, scores, n_near)
    held = rate * min(float32(1), _MOST_AT_ONCE / float32(n_near * (1 + negatives)))
    loss = loss_and_steps(scores, weights, n_near + n_draws, held, steps)

    for d in range(width):
        change[d] = float32(0)
    i = 0
    for near in range(low, high + 1):
        if near == at:
            continue
        context = int64(words[near])
        row = hot[context] if context < n_hot else outputs[context]
        step = steps[i]
        for d in range(width):
            value = row[d]
            change[d] += step * value
            row[d] = value + step * vector[d]
        i += 1
    step_rows(vector, rows, steps, n_near, change)
    return loss


READY = True
