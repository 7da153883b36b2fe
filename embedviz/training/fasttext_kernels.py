"""The compiled kernels of sub-word skip-gram: a slice of the text is learned, and the vectors of words are composed.

As skip-gram's (which see), but what foretells the words around is the mean of a word's own row and the rows of its
parts, and each of them takes the whole step, as in fastText. The vectors of the hottest words are composed once for
thousands of positions and learned like rows; what they learned is then given to their parts at once.
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
    return_rows,
    step_pairs,
)

_STRETCH = 16
_MERGE_AFTER = 4_000  # positions between two exchanges; four times as many cost quality

_CODES = "Array(int32, 1, 'C', True)"
_ROWS = "Array(int64, 1, 'C', True)"
_CHANCES = "Array(uint32, 1, 'C', True)"
_FLAGS = "Array(bool, 1, 'C', True)"
_MATRIX = "float32[:, ::1]"


@kernel(f"void({_MATRIX}, {_MATRIX}, {_ROWS}, {_CODES}, int64, float32[::1])", reorder=True)
def compose_word(
    inputs: FloatArray,
    part_inputs: FloatArray,
    part_starts: RowArray,
    part_rows: CodeArray,
    word: int,
    vector: FloatArray,
) -> None:
    """Write the mean of a word's own row and the rows of its parts to `vector`."""
    first, last = part_starts[word], part_starts[word + 1]
    share = float32(1) / float32(1 + last - first)
    for d in range(inputs.shape[1]):
        vector[d] = inputs[word, d]
    for i in range(first, last - 3, 4):
        part_0, part_1 = int64(part_rows[i]), int64(part_rows[i + 1])
        part_2, part_3 = int64(part_rows[i + 2]), int64(part_rows[i + 3])
        for d in range(inputs.shape[1]):
            pair_0 = part_inputs[part_0, d] + part_inputs[part_1, d]
            pair_1 = part_inputs[part_2, d] + part_inputs[part_3, d]
            vector[d] += pair_0 + pair_1
    for i in range(last - (last - first) % 4, last):
        part = int64(part_rows[i])
        for d in range(inputs.shape[1]):
            vector[d] += part_inputs[part, d]
    for d in range(inputs.shape[1]):
        vector[d] *= share


@kernel(f"void({_MATRIX}, {_MATRIX}, {_ROWS}, {_CODES}, int64, float32[::1])", reorder=True)
def change_word(
    inputs: FloatArray,
    part_inputs: FloatArray,
    part_starts: RowArray,
    part_rows: CodeArray,
    word: int,
    change: FloatArray,
) -> None:
    """Add `change` to a word's own row and to the row of each of its parts."""
    for d in range(inputs.shape[1]):
        inputs[word, d] += change[d]
    for i in range(part_starts[word], part_starts[word + 1]):
        part = int64(part_rows[i])
        for d in range(inputs.shape[1]):
            part_inputs[part, d] += change[d]


@kernel(f"void({_MATRIX}, {_MATRIX}, {_ROWS}, {_CODES}, int64, int64, {_MATRIX})", reorder=True)
def compose(
    inputs: FloatArray,
    part_inputs: FloatArray,
    part_starts: RowArray,
    part_rows: CodeArray,
    first: int,
    last: int,
    composed: FloatArray,
) -> None:
    """Write the vectors of words `first` to `last` (not included) to their rows of `composed`, float32 as `inputs`."""
    for word in range(first, last):
        compose_word(inputs, part_inputs, part_starts, part_rows, word, composed[word])


@kernel(f"void({_MATRIX}, {_MATRIX}, {_ROWS}, {_CODES}, {_MATRIX}, {_MATRIX}, {_MATRIX}, float32[::1])", reorder=True)
def settle(
    inputs: FloatArray,
    part_inputs: FloatArray,
    part_starts: RowArray,
    part_rows: CodeArray,
    composed: FloatArray,
    hot: FloatArray,
    old_hot: FloatArray,
    change: FloatArray,
) -> None:
    """Give what a thread learned about the hottest words to their rows and parts, and compose them anew."""
    for word in range(hot.shape[0]):
        most = float32(0)
        for d in range(inputs.shape[1]):
            value = hot[word, d] - old_hot[word, d]
            change[d] = value
            most += value * value
        if most != 0:
            change_word(inputs, part_inputs, part_starts, part_rows, word, change)
    for word in range(hot.shape[0]):
        compose_word(inputs, part_inputs, part_starts, part_rows, word, hot[word])
        for d in range(inputs.shape[1]):
            value = hot[word, d]
            old_hot[word, d] = value
            composed[word, d] = value


@kernel(
    f"void({_CODES}, {_ROWS}, {_FLAGS}, {_CHANCES}, {_CHANCES}, {_CODES}, int64, int64, float64, float64, "
    f"uint64[::1], float64[::1], {_MATRIX}, {_MATRIX}, {_MATRIX}, {_MATRIX}, {_ROWS}, {_CODES}, "
    "int32[:, ::1], int32[::1], int64[::1], float32[:, :, ::1], float32[:, :, ::1], float32[:, :, ::1], "
    "float32[:, ::1])",
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
    part_inputs: FloatArray,
    outputs: FloatArray,
    composed: FloatArray,
    part_starts: RowArray,
    part_rows: CodeArray,
    kept: CodeArray,
    n_drawn: CodeArray,
    drawn: RowArray,
    hot_words: FloatArray,
    hot_rows: FloatArray,
    rows_drawn: FloatArray,
    numbers: FloatArray,
) -> None:
    """Learn from the sentences that are not held out; `sentence_starts` int64 (n + 1,) are places in `tokens`.

    `inputs` and `outputs` float32 (n_words, width) and `part_inputs` (n_parts, width) are changed in place, `width` a
    multiple of 16; the parts of word *i* are `part_rows[part_starts[i] : part_starts[i + 1]]`. Rows of `composed`
    (n_words, width) become the vectors of the words that are read. The vectors of the first words, as many as
    `hot_words` has, and the first rows of `outputs`, as many as `hot_rows` has, are worked on as copies. Rates, `sums`,
    `state` and the end are those of skip-gram's kernel; the arrays from `kept` on are those of `FasttextModel.room`.
    """
    width = inputs.shape[1]
    n_hot_words, n_hot = hot_words.shape[1], hot_rows.shape[1]
    words, sentences = kept[0], kept[1]
    hot, old_hot, hot_outputs, old_outputs = hot_words[0], hot_words[1], hot_rows[0], hot_rows[1]
    rows = rows_drawn[0]
    change, made = numbers[0], numbers[4]
    for place in range(n_hot_words):
        compose_word(inputs, part_inputs, part_starts, part_rows, place, hot[place])
        for d in range(width):
            old_hot[place, d] = hot[place, d]
    for place in range(n_hot):
        for d in range(width):
            hot_outputs[place, d] = old_outputs[place, d] = outputs[place, d]
    n = keep_tokens(tokens, sentence_starts, is_heldout, keep_chances, state, kept)
    loss, n_pairs, since_merge = 0.0, 0, 0

    for start in range(0, n, _STRETCH):
        if sums[2] != 0:
            break
        stop = min(n, start + _STRETCH)
        rate = float32(first_rate + (last_rate - first_rate) * start / n)
        draw_rows(noise_chances, noise_others, state, outputs, hot_outputs, drawn, n_drawn, rows_drawn)
        for at in range(start, stop):
            low, high = draw_window(sentences, n, at, window, state)
            n_near = high - low
            if n_near == 0:
                continue
            n_pairs += n_near
            word = int(words[at])
            vector = hot[word] if word < n_hot_words else made
            if word >= n_hot_words:
                compose_word(inputs, part_inputs, part_starts, part_rows, word, vector)
            loss += step_pairs(
                vector, words, low, at, high, outputs, hot_outputs, rows, drawn, n_drawn, negatives, rate, numbers
            )
            for d in range(width):
                vector[d] += change[d]
            if word >= n_hot_words:
                change_word(inputs, part_inputs, part_starts, part_rows, word, change)
                for d in range(width):
                    composed[word, d] = vector[d]

        return_rows(outputs, hot_outputs, drawn, n_drawn, rows_drawn)
        since_merge += stop - start
        if since_merge >= _MERGE_AFTER:
            since_merge = 0
            settle(inputs, part_inputs, part_starts, part_rows, composed, hot, old_hot, change)
            exchange(outputs, hot_outputs, old_outputs)
    if since_merge > 0:
        settle(inputs, part_inputs, part_starts, part_rows, composed, hot, old_hot, change)
        exchange(outputs, hot_outputs, old_outputs)
    sums[0] += loss
    sums[1] += n_pairs


READY = True
