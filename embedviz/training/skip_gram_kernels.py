"""The compiled kernels of skip-gram: a slice of the text is learned, and words are drawn as negatives.

A stretch of 16 positions shares its draws. Each position is compared with all of them, each weighted so that together
they count as `negatives` per pair; so their rows stay in the fastest cache and are copied once for a stretch (Ji et
al. 2016, Parallelizing Word2Vec in Shared and Distributed Memory). A pair's own context word, where it was drawn, does
not count against the pair, as in word2vec. Loss and steps are exact functions of the same products.
"""

from __future__ import annotations

from numpy import abs as magnitude
from numpy import float32, int32, int64, uint32, uint64
from numpy.typing import NDArray

from embedviz.kernels import kernel
from embedviz.space.arrays import CodeArray, DoubleArray, FlagArray, FloatArray, RowArray

_STRETCH = 16
_MERGE_AFTER = 2_000  # positions between two exchanges of the hottest rows with the other threads
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


@kernel(
    f"void({_CODES}, {_ROWS}, {_FLAGS}, int64, int64, {_CHANCES}, {_CHANCES}, {_CODES}, {_MATRIX}, {_MATRIX}, "
    "int64, int64, float64, float64, uint64[::1], float64[::1], "
    "int32[:, ::1], int32[::1], int64[::1], float32[:, :, ::1], float32[:, :, ::1], float32[:, ::1])",
    reorder=True,
)
def learn(
    tokens: CodeArray,
    sentence_starts: RowArray,
    is_heldout: FlagArray,
    first_sentence: int,
    last_sentence: int,
    keep_chances: RowArray,
    noise_chances: RowArray,
    noise_others: CodeArray,
    inputs: FloatArray,
    outputs: FloatArray,
    window: int,
    negatives: int,
    first_rate: float,
    last_rate: float,
    state: NDArray[uint64],
    sums: DoubleArray,
    kept: CodeArray,
    n_drawn: CodeArray,
    drawn: RowArray,
    hot: FloatArray,
    rows_drawn: FloatArray,
    numbers: FloatArray,
) -> None:
    """Learn from sentences `first_sentence` to `last_sentence` (not included), but for those held out.

    `inputs` and `outputs` float32 (n_words, width) are changed in place, `width` a multiple of 16. The first rows, as
    many as `hot` has, are worked on as copies that are exchanged now and then, so that threads do not contend for them.
    The rate goes from `first_rate` to `last_rate`. Adds the loss and the number of pairs to `sums` float64 (3,); once
    another thread sets the last of them, the rest is left, after 16 positions at most. Draws go on from `state` uint64
    (1,), which is not 0. A word whose pairs and negatives are more than 300 takes smaller steps, or they would
    add up to more than they mend. The arrays from `kept` on are worked in, and are those of `SkipGramModel.room`.
    """
    n_words, width = inputs.shape
    n_hot, n_draws = hot.shape[1], rows_drawn.shape[1]
    words, sentences = kept[0], kept[1]
    hot_inputs, hot_outputs, old_inputs, old_outputs = hot[0], hot[1], hot[2], hot[3]
    rows, old_rows = rows_drawn[0], rows_drawn[1]
    scores, weights, steps, change = numbers[0], numbers[1], numbers[2], numbers[3]
    for place in range(n_hot):
        for d in range(width):
            hot_inputs[place, d] = old_inputs[place, d] = inputs[place, d]
            hot_outputs[place, d] = old_outputs[place, d] = outputs[place, d]
    n = 0
    for sentence in range(first_sentence, last_sentence):
        if is_heldout[sentence]:
            continue
        for at in range(sentence_starts[sentence], sentence_starts[sentence + 1]):
            if uint32(random_bits(state) >> uint64(32)) <= keep_chances[tokens[at]]:
                words[n] = tokens[at]
                sentences[n] = sentence - first_sentence
                n += 1

    share = float32(negatives / n_draws)
    loss, n_pairs, since_merge = 0.0, 0, 0

    for start in range(0, n, _STRETCH):
        if sums[2] != 0:
            break
        stop = min(n, start + _STRETCH)
        rate = float32(first_rate + (last_rate - first_rate) * start / n)
        for draw in range(n_draws):
            bits = random_bits(state)
            word = int64(((bits >> uint64(32)) * uint64(n_words)) >> uint64(32))
            if uint32(bits & uint64(0xFFFFFFFF)) > noise_chances[word]:
                word = int64(noise_others[word])
            drawn[draw] = word
            n_drawn[word] += 1
            row = hot_outputs[word] if word < n_hot else outputs[word]
            for d in range(width):
                value = row[d]
                rows[draw, d] = value
                old_rows[draw, d] = value

        for at in range(start, stop):
            word = int64(words[at])
            vector = hot_inputs[word] if word < n_hot else inputs[word]
            reach = 1 + int64(((random_bits(state) >> uint64(32)) * uint64(window)) >> uint64(32))
            low, high = at, at
            while low > 0 and low > at - reach and sentences[low - 1] == sentences[at]:
                low -= 1
            while high < n - 1 and high < at + reach and sentences[high + 1] == sentences[at]:
                high += 1
            n_near = high - low
            if n_near == 0:
                continue
            n_pairs += n_near
            for i in range(n_near, n_near + n_draws):
                weights[i] = -n_near * share

            i = 0
            for near in range(low, high + 1):
                if near == at:
                    continue
                context = int64(words[near])
                row = hot_outputs[context] if context < n_hot else outputs[context]
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
            for draw in range(0, n_draws, 4):
                product_0, product_1, product_2, product_3 = float32(0), float32(0), float32(0), float32(0)
                for d in range(width):
                    value = vector[d]
                    product_0 += value * rows[draw, d]
                    product_1 += value * rows[draw + 1, d]
                    product_2 += value * rows[draw + 2, d]
                    product_3 += value * rows[draw + 3, d]
                scores[i + draw], scores[i + draw + 1] = product_0, product_1
                scores[i + draw + 2], scores[i + draw + 3] = product_2, product_3
            held = rate * min(float32(1), _MOST_AT_ONCE / float32(n_near * (1 + negatives)))
            loss += loss_and_steps(scores, weights, n_near + n_draws, held, steps)

            for d in range(width):
                change[d] = float32(0)
            i = 0
            for near in range(low, high + 1):
                if near == at:
                    continue
                context = int64(words[near])
                row = hot_outputs[context] if context < n_hot else outputs[context]
                step = steps[i]
                for d in range(width):
                    value = row[d]
                    change[d] += step * value
                    row[d] = value + step * vector[d]
                i += 1
            for draw in range(0, n_draws, 4):
                step_0, step_1, step_2, step_3 = steps[i], steps[i + 1], steps[i + 2], steps[i + 3]
                for d in range(width):
                    value = vector[d]
                    row_0, row_1, row_2, row_3 = rows[draw, d], rows[draw + 1, d], rows[draw + 2, d], rows[draw + 3, d]
                    change[d] += (step_0 * row_0 + step_1 * row_1) + (step_2 * row_2 + step_3 * row_3)
                    rows[draw, d] = row_0 + step_0 * value
                    rows[draw + 1, d] = row_1 + step_1 * value
                    rows[draw + 2, d] = row_2 + step_2 * value
                    rows[draw + 3, d] = row_3 + step_3 * value
                i += 4
            for d in range(width):
                vector[d] += change[d]

        for draw in range(n_draws):
            word = drawn[draw]
            n_drawn[word] = 0
            row = hot_outputs[word] if word < n_hot else outputs[word]
            for d in range(width):
                row[d] += rows[draw, d] - old_rows[draw, d]
        since_merge += stop - start
        if n_hot > 0 and since_merge >= _MERGE_AFTER:
            since_merge = 0
            exchange(inputs, hot_inputs, old_inputs)
            exchange(outputs, hot_outputs, old_outputs)
    if n_hot > 0 and since_merge > 0:
        exchange(inputs, hot_inputs, old_inputs)
        exchange(outputs, hot_outputs, old_outputs)
    sums[0] += loss
    sums[1] += n_pairs


READY = True
