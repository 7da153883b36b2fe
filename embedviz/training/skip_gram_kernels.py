"""The compiled kernel of skip-gram: a slice of the text is learned.

A stretch of 16 positions shares its draws. Each position is compared with all of them, each weighted so that together
they count as `negatives` per pair; so their rows stay in the fastest cache and are copied once for a stretch (Ji et
al. 2016, Parallelizing Word2Vec in Shared and Distributed Memory). A pair's own context word, where it was drawn, does
not count against the pair, as in word2vec. Loss and steps are exact functions of the same products.
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
_MERGE_AFTER = 2_000  # positions between two exchanges of the hottest rows with the other threads

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
    The rate goes from `first_rate` to `last_rate`. Adds the loss and the number of pairs to `sums` float64 (3,); once
    another thread sets the last of them, the rest is left, after 16 positions at most. Draws go on from `state` uint64
    (1,), which is not 0. The arrays from `kept` on are worked in, and are those of `SkipGramModel.room`.
    """
    width = inputs.shape[1]
    n_hot = hot.shape[1]
    words, sentences = kept[0], kept[1]
    hot_inputs, hot_outputs, old_inputs, old_outputs = hot[0], hot[1], hot[2], hot[3]
    rows = rows_drawn[0]
    change = numbers[0]
    for place in range(n_hot):
        for d in range(width):
            hot_inputs[place, d] = old_inputs[place, d] = inputs[place, d]
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
            word = int64(words[at])
            vector = hot_inputs[word] if word < n_hot else inputs[word]
            low, high = draw_window(sentences, n, at, window, state)
            n_near = high - low
            if n_near == 0:
                continue
            n_pairs += n_near
            loss += step_pairs(
                vector, words, low, at, high, outputs, hot_outputs, rows, drawn, n_drawn, negatives, rate, numbers
            )
            for d in range(width):
                vector[d] += change[d]

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
    sums[1] += n_pairs


READY = True
