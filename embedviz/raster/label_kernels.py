"""The compiled heart of label placement and laying; `placement.py` and `laying.py` say the same without it."""

from __future__ import annotations

from numpy import uint32, uint64

from embedviz.kernels import kernel
from embedviz.space.arrays import ByteArray, CodeArray, DoubleArray, PixelArray, RowArray

CELL_WIDTH, CELL_HEIGHT = 128.0, 32.0

_TABLE = "float64[:, ::1]"


@kernel(
    f"void({_TABLE}, {_TABLE}, {_TABLE}, float64[::1], uint8[::1], {_TABLE}, float64, float64, int64, {_TABLE}, "
    "int32[:, ::1], int32[:, ::1], uint8[::1])"
)
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
    boxes: DoubleArray,
    heads: CodeArray,
    links: CodeArray,
    slots: ByteArray,
) -> None:
    """Fill `slots` (n,) with 0..3 (right, left, above, below) or 4 for none, the first labels first.

    `occupied` (m, 4) holds x, y, width, height inside the picture. It works in `boxes` (m + n, 4), those that stand,
    and for each coarse cell of the picture, `heads` (rows, columns), a linked list of the boxes that touch it: `links`
    holds box and next link, and has room for every cell of every box.
    """
    n_rows, n_columns = heads.shape
    n_occupied, n = occupied.shape[0], anchors.shape[0]
    n_placed = n_boxes = n_links = 0
    for row in range(n_rows):
        for column in range(n_columns):
            heads[row, column] = -1
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
                        link = heads[row, column]
                        while link >= 0:
                            box = boxes[links[link, 0]]
                            if left < box[0] + box[2] and box[0] < right and upper < box[1] + box[3] and box[1] < lower:
                                is_free = False
                                break
                            link = links[link, 1]
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
        if n_boxes >= boxes.shape[0]:
            break
        boxes[n_boxes, 0], boxes[n_boxes, 1], boxes[n_boxes, 2], boxes[n_boxes, 3] = x, y, w, h
        for row in range(int(y / CELL_HEIGHT), int((y + h) / CELL_HEIGHT) + 1):
            for column in range(int(x / CELL_WIDTH), int((x + w) / CELL_WIDTH) + 1):
                if n_links < links.shape[0]:
                    links[n_links, 0], links[n_links, 1] = n_boxes, heads[row, column]
                    heads[row, column] = n_links
                    n_links += 1
        n_boxes += 1


@kernel("uint32(uint32, uint32)")
def share_of(pixel: uint32, share: uint32) -> uint32:
    """Each channel of a pixel times `share` / 255, rounded; two channels are reckoned in one number."""
    pair, half, eight = uint32(0xFF00FF), uint32(0x800080), uint32(8)
    low = uint32(uint32((pixel & pair) * share) + half)
    high = uint32(uint32(((pixel >> eight) & pair) * share) + half)
    low = uint32(low + ((low >> eight) & pair)) >> eight
    high = uint32(high + ((high >> eight) & pair))
    return uint32((low & pair) | (high & ~pair))


@kernel("void(uint32[:, ::1], uint32[::1], int64[:, ::1], int64[:, ::1], int64[::1])")
def lay(canvas: PixelArray, stamps: PixelArray, table: RowArray, places: RowArray, strengths: RowArray) -> None:
    """Lay stamps over `canvas` (height, width); see `laying.lay_over`."""
    for index in range(min(table.shape[0], places.shape[0], strengths.shape[0])):
        start, wide, high = table[index, 0], table[index, 1], table[index, 2]
        left, top, strength = places[index, 0], places[index, 1], uint32(strengths[index])
        if start < 0 or wide <= 0 or high <= 0 or start + wide * high > stamps.shape[0]:
            continue
        first, n = max(0, -left), min(wide, canvas.shape[1] - left)
        for row in range(max(0, -top), min(high, canvas.shape[0] - top)):
            source, target = uint64(start + row * wide), uint64(top + row)
            for column in range(first, n):
                at = uint64(left + column)
                stamp = share_of(stamps[source + uint64(column)], strength)
                canvas[target, at] = stamp + share_of(canvas[target, at], uint32(255) - (stamp >> uint32(24)))


READY = True
