"""Labels in the order of their bytes: by kernels where they stand ready, else by numpy, which takes more memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from embedviz import kernels
from embedviz.space.arrays import ByteArray, CodeArray, FlagArray, RowArray

KERNEL_MODULE = "embedviz.space.label_kernels"
_KEY_BYTES = 8
_PYTHON_SORT_BELOW = 4096
_PYTHON_SORT_FROM = 256  # bytes that labels have in common; many texts that are alike further are few
_COUNTED_AT_ONCE = 1 << 20

_Keys = NDArray[np.uint64]


def sorted_rows(buffer: ByteArray, offsets: RowArray) -> CodeArray:
    """Rows sorted by the bytes of their labels, ties by row (n, int32).

    The labels stand end to end in `buffer`, from `offsets` (n + 1) on; n is less than 2**31, as what such an order
    leads to fills tens of gigabytes.
    """
    module = kernels.loaded(KERNEL_MODULE)
    if module is None or len(offsets) <= _PYTHON_SORT_BELOW:
        return _sorted_by_numpy(buffer, offsets)
    n = len(offsets) - 1
    order, keys, ties = np.arange(n, dtype=np.int32), np.empty(n, np.uint64), np.ones(n, np.bool_)
    ties[0] = False
    n_spare = 9 * n // 16 + 1
    spare_order, spare_keys = np.empty(n_spare, np.int32), np.empty(n_spare, np.uint64)
    n_ties, depth = n, 0
    while n_ties and depth < _PYTHON_SORT_FROM:
        n_ties = module.sort_deeper(buffer, offsets, depth, order, keys, ties, spare_order, spare_keys)
        depth += _KEY_BYTES
    if n_ties:
        places = np.flatnonzero(ties | np.append(ties[1:], False))
        groups: RowArray = np.cumsum(~ties, dtype=np.int64)
        _finish(buffer, offsets, order, places, groups[places])
    return order


def n_repeats(buffer: ByteArray, offsets: RowArray, order: CodeArray) -> int:
    """How many items share their label with an earlier item, of labels in `order`; empty labels are none."""
    module = kernels.loaded(KERNEL_MODULE)
    if module is not None:
        starts = range(0, len(order), _COUNTED_AT_ONCE)
        return sum(module.count_repeats(buffer, offsets, order, at, at + _COUNTED_AT_ONCE) for at in starts)
    before, after = order[:-1], order[1:]
    lengths = np.diff(offsets)
    may_be = (lengths[before] > 0) & (lengths[before] == lengths[after])
    before, after, depth, n_alike = before[may_be], after[may_be], 0, 0
    while len(before) and depth < _PYTHON_SORT_FROM:
        alike: FlagArray = _keys(buffer, offsets, before, depth) == _keys(buffer, offsets, after, depth)
        depth += _KEY_BYTES
        goes_on = alike & (lengths[before] > depth)
        n_alike += int(np.count_nonzero(alike) - np.count_nonzero(goes_on))
        before, after = before[goes_on], after[goes_on]
    pairs = zip(before.tolist(), after.tolist(), strict=True)
    return n_alike + sum(_label(buffer, offsets, one) == _label(buffer, offsets, other) for one, other in pairs)


def _sorted_by_numpy(buffer: ByteArray, offsets: RowArray) -> CodeArray:
    """Eight bytes of all labels at a time, then of those that tie."""
    order = np.arange(len(offsets) - 1, dtype=np.int32)
    places, groups, depth = np.arange(len(order)), np.zeros(len(order), np.int64), 0
    while len(places) > _PYTHON_SORT_BELOW and depth < _PYTHON_SORT_FROM:
        rows = order[places]
        keys = _keys(buffer, offsets, rows, depth)
        sorting = np.lexsort((keys, groups)) if depth else np.argsort(keys)
        rows, keys, groups = rows[sorting], keys[sorting], groups[sorting]
        runs = _runs(keys, groups)
        in_run = np.bincount(runs)[runs] > 1
        order[places] = rows
        places, groups, rows = places[in_run], runs[in_run], rows[in_run]
        rest = np.minimum(offsets[rows + 1] - offsets[rows] - depth, _KEY_BYTES)
        sorting = np.lexsort((rows, rest, groups))
        order[places] = rows = rows[sorting]
        rest = rest[sorting]
        groups = _runs(rest, groups)  # sorted within each run, so they stay where they are
        goes_on = (rest == _KEY_BYTES) & (np.bincount(groups)[groups] > 1)
        places, groups, depth = places[goes_on], groups[goes_on], depth + _KEY_BYTES
    _finish(buffer, offsets, order, places, groups)
    return order


def _finish(buffer: ByteArray, offsets: RowArray, order: CodeArray, places: RowArray, groups: RowArray) -> None:
    """Sort what stands at some `places` of the order within its groups, label by label."""
    labelled = [
        (group, _label(buffer, offsets, row), row)
        for group, row in zip(groups.tolist(), order[places].tolist(), strict=True)
    ]
    order[places] = [row for _, _, row in sorted(labelled)]


def _label(buffer: ByteArray, offsets: RowArray, row: int) -> bytes:
    return buffer[offsets[row] : offsets[row + 1]].tobytes()


def _keys(buffer: ByteArray, offsets: RowArray, rows: CodeArray, depth: int) -> _Keys:
    """Bytes `depth` to `depth + 8` of each label as one big-endian number, padded with zeros."""
    if len(buffer) < _KEY_BYTES:
        buffer = np.concatenate([buffer, np.zeros(_KEY_BYTES, np.uint8)])
    words = np.ndarray((len(buffer) - _KEY_BYTES + 1,), ">u8", buffer, strides=(1,))
    starts = offsets[rows] + depth
    past = np.maximum(starts - (len(words) - 1), 0)
    keys = words[starts - past].astype(np.uint64) << (8 * past).astype(np.uint64)
    unwanted = (8 * (_KEY_BYTES - np.clip(offsets[rows + 1] - starts, 0, _KEY_BYTES))).astype(np.uint64)
    found: _Keys = (keys >> unwanted) << unwanted
    return found


def _runs(*keys: RowArray | _Keys) -> RowArray:
    """Numbers of the runs in which all of some arrays stay as they are, ascending from 0 (int64)."""
    differs = np.zeros(len(keys[0]), np.int64)
    for each in keys:
        differs[1:] |= each[1:] != each[:-1]
    return np.cumsum(differs)
