"""The compiled heart of label placement; `placement.py` says the same in plain Python."""

from __future__ import annotations

from embedviz.kernels import kernel
from embedviz.space.arrays import ByteArray, DoubleArray

CELL_WIDTH, CELL_HEIGHT = 128.0, 32.0

_TABLE = "float64[:, ::1]"


@kernel(f"void({_TABLE}, {_TABLE}, {_TABLE}, float64[::1], uint8[::1], {_TABLE}, float64, float64, int64, uint8[::1])")
def choose(
    anchors: DoubleArray,
    sizes: DoubleArray,
    gaps: DoubleArray,
    offsets: DoubleArray,
    kept: ByteArray,
    occupied: DoubleArray,
    width: float,
    height: float,
    limit: int,
    slots: ByteArray,
) -> None:
    """Fill `slots` (n,) with 0..3 (right, left, above, below) or 4 for none, the first labels first.

    `occupied` (m, 4) holds x, y, width, height inside the picture. Boxes stand in linked lists by coarse cells.
    """
    n_columns, n_rows = int(width / CELL_WIDTH) + 1, int(height / CELL_HEIGHT) + 1
    n_occupied, n = occupied.shape[0], anchors.shape[0]
    boxes = [(0.0, 0.0, 0.0, 0.0)]
    heads = [-1] * (n_columns * n_rows)
    nexts, owners = [-1], [0]
    n_placed = 0
    for index in range(-n_occupied, n):
        chosen = 4
        x, y, w, h = 0.0, 0.0, 0.0, 0.0
        if index < 0:
            box = occupied[-1 - index]
            x, y, w, h = box[0], box[1], box[2], box[3]
            chosen = 0
        else:
            slots[index] = 4
            if n_placed >= limit:
                continue
            ax, ay, off = anchors[index, 0], anchors[index, 1], offsets[index]
            w, h = sizes[index, 0], sizes[index, 1]
            if not ((ax >= 0) & (ax <= width) & (ay >= 0) & (ay <= height)):
                continue
            for attempt in range(-1, 4):
                slot = kept[index] if attempt < 0 else attempt
                if slot > 3 or (attempt >= 0 and attempt == kept[index]):
                    continue
                if slot == 0:
                    x, y = ax + off, ay - h / 2
                elif slot == 1:
                    x, y = ax - off - w, ay - h / 2
                elif slot == 2:
                    x, y = ax - w / 2, ay - off - h
                else:
                    x, y = ax - w / 2, ay + off
                if not ((x >= 0) & (y >= 0) & (x + w <= width) & (y + h <= height)):
                    continue
                left, upper = max(x - gaps[index, 0], 0.0), max(y - gaps[index, 1], 0.0)
                right, lower = min(x + w + gaps[index, 0], width), min(y + h + gaps[index, 1], height)
                is_free = True
                for row in range(int(upper / CELL_HEIGHT), int(lower / CELL_HEIGHT) + 1):
                    for column in range(int(left / CELL_WIDTH), int(right / CELL_WIDTH) + 1):
                        entry = heads[row * n_columns + column]
                        while entry >= 0:
                            ox, oy, ow, oh = boxes[owners[entry]]
                            if left < ox + ow and ox < right and upper < oy + oh and oy < lower:
                                is_free = False
                                break
                            entry = nexts[entry]
                        if not is_free:
                            break
                    if not is_free:
                        break
                if is_free:
                    chosen = slot
                    break
            if chosen == 4:
                continue
            slots[index] = chosen
            n_placed += 1
        boxes.append((x, y, w, h))
        for row in range(int(y / CELL_HEIGHT), int((y + h) / CELL_HEIGHT) + 1):
            for column in range(int(x / CELL_WIDTH), int((x + w) / CELL_WIDTH) + 1):
                cell = row * n_columns + column
                nexts.append(heads[cell])
                owners.append(len(boxes) - 1)
                heads[cell] = len(nexts) - 1


READY = True
