"""The compiled kernel of CBOW: a slice of the text is learned.

The mean of the vectors around a place is compared with the word that stands there and with drawn ones, and each of
them takes the whole step, as in word2vec. A stretch of 8 positions shares its draws, each weighted so that together
they count as `negatives` per word (see skip-gram's kernel); a word that was drawn does not count against itself.
"""

from __future__ import annotations

from numpy import float32, int64, uint64
from numpy.typing import NDArray

from embedviz.kernels import kernel
from embedviz.space.arrays import CodeArray, DoubleArray, FlagArray, FloatArray, RowArray
from embedviz.training.sampling_kernels import (
    draw_rows,
    draw_window,
    exchange,
    keep_tokens,
    loss_and_steps,
    multiply_rows,
    return_rows,
    step_rows,
)

_STRETCH = 8
_MERGE_AFTER = 2_000  # positions between two exchanges of the hottest rows with the other threads
_MOST_AT_ONCE = float32(300)

_CODES = "Array(int32, 1, 'C', True)"
_ROWS = "Array(int64, 1, 'C', True)"
_CHANCES = "Array(uint32, 1, 'C', True)"
_FLAGS = "Array(bool, 1, 'C', True)"
_MATRIX = "float32[:, ::1]"


@kernel(
    f"void({_CODES}, {_ROWS}, {_FLAGS}, {_CHANCES}, {_CHANCES}, {_CODES}, int64, int64, float64, float64, "
    f"uint64[::1], float64[::1], {_MATRIX}, {_MATRIX}, "
    "int32[:, ::1], int32[::1], int64[::1], float32[:, :, ::1], float32[:, :, ::1], float32[:, ::1])",
    reorder=True,
)
def learn(
    tokens: CodeArray,
    sentence_starts: RowArray,
    is_heldout: FlagArray,
    keep_chances: RowArray,
    noise_chances: RowArray,
    noise_others: CodeArray,
    window: int,
    negatives: int,
    first_rate: float,
    last_rate: float,
    state: NDArray[uint64],
    sums: DoubleArray,
    inputs: FloatArray,
    outputs: FloatArray,
    kept: CodeArray,
    n_drawn: CodeArray,
    drawn: RowArray,
    hot: FloatArray,
    rows_drawn: FloatArray,
    numbers: FloatArray,
) -> None:
    """Learn from the sentences that are not held out; `sentence_starts` int64 (n + 1,) are places in `tokens`.

    `inputs` and `outputs` float32 (n_words, width) are changed in place, `width` a multiple of 16. The first rows, as
    many as `hot` has, are worked on as copies that are exchanged now and then, so that threads do not contend for them.
    The rate goes from `first_rate` to `last_rate`; with more than 300 negatives steps are smaller, or they would add up
    to more than they mend. Adds the loss and the number of words to `sums` float64 (3,); once another thread sets the
    last of them, the rest is left, after 8 positions at most. Draws go on from `state` uint64 (1,), which is not 0. The
    arrays from `kept` on are worked in, and are those of `CbowModel.room`.
    """
    width = inputs.shape[1]
    n_hot, n_draws = hot.shape[1], rows_drawn.shape[1]
    words, sentences = kept[0], kept[1]
    hot_inputs, hot_outputs, old_inputs, old_outputs = hot[0], hot[1], hot[2], hot[3]
    rows = rows_drawn[0]
    change, scores, weights, steps, vector = numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]
    for place in range(n_hot):
        for d in range(width):
            hot_inputs[place, d] = old_inputs[place, d] = inputs[place, d]
            hot_outputs[place, d] = old_outputs[place, d] = outputs[place, d]
    n = keep_tokens(tokens, sentence_starts, is_heldout, keep_chances, state, kept)
    share = float32(negatives / n_draws)
    held_share = min(float32(1), _MOST_AT_ONCE / float32(1 + negatives))
    loss, n_learned, since_merge = 0.0, 0, 0

    for start in range(0, n, _STRETCH):
        if sums[2] != 0:
            break
        stop = min(n, start + _STRETCH)
        held = float32(first_rate + (last_rate - first_rate) * start / n) * held_share
        draw_rows(noise_chances, noise_others, state, outputs, hot_outputs, drawn, n_drawn, rows_drawn)
        for at in range(start, stop):
            low, high = draw_window(sentences, n, at, window, state)
            n_near = high - low
            if n_near == 0:
                continue
            n_learned += 1
            for d in range(width):
                vector[d] = float32(0)
                change[d] = float32(0)
            for near in range(low, high + 1):
                if near == at:
                    continue
                context = int64(words[near])
                row = hot_inputs[context] if context < n_hot else inputs[context]
                for d in range(width):
                    vector[d] += row[d]
            part = float32(1) / float32(n_near)
            word = int64(words[at])
            row = hot_outputs[word] if word < n_hot else outputs[word]
            product = float32(0)
            for d in range(width):
                value = vector[d] * part
                vector[d] = value
                product += value * row[d]
            multiply_rows(vector, rows, scores, 0)
            scores[n_draws] = -product
            for draw in range(n_draws):
                weights[draw] = -share
            weights[n_draws] = float32(1)
            if n_drawn[word] > 0:
                for draw in range(n_draws):
                    if drawn[draw] == word:
                        weights[draw] = float32(0)
            loss += loss_and_steps(scores, weights, n_draws + 1, held, steps)
            step_rows(vector, rows, steps, 0, change)
            step = steps[n_draws]
            for d in range(width):
                value = row[d]
                change[d] += step * value
                row[d] = value + step * vector[d]
            for near in range(low, high + 1):
                if near == at:
                    continue
                context = int64(words[near])
                row = hot_inputs[context] if context < n_hot else inputs[context]
                for d in range(width):
                    row[d] += change[d]
        return_rows(outputs, hot_outputs, drawn, n_drawn, rows_drawn)
        since_merge += stop - start
        if n_hot > 0 and since_merge >= _MERGE_AFTER:
            since_merge = 0
            exchange(inputs, hot_inputs, old_inputs)
            exchange(outputs, hot_outputs, old_outputs)
    if n_hot > 0 and since_merge > 0:
        exchange(inputs, hot_inputs, old_inputs)
        exchange(outputs, hot_outputs, old_outputs)
    sums[0] += loss
    sums[1] += n_learned


READY = True
