"""A space as Arrow batches: `label`, `vector` as a fixed-size list, and a column for each of its metadata."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from embedviz.errors import OutputError
from embedviz.formats.arrow_columns import arrow_array, texts_array
from embedviz.formats.metadata_writing import writable_columns
from embedviz.formats.text_writing import check_not_empty
from embedviz.progress import Progress, Steps
from embedviz.space.embedding_space import EmbeddingSpace

VECTOR, LABEL = "vector", "label"
ROWS_AT_ONCE = 1 << 14
_MOST_NUMBERS = 1 << 24


def write_batches(
    space: EmbeddingSpace, title: str, opened: Callable[[Any], Any], write: Callable[[Any, Any], None]
) -> Steps[None]:
    """Write all items: `opened(schema)` gives a writer that closes itself, `write(writer, batch)` puts a batch.

    Raises OutputError for an empty space and for metadata named as our own columns are.
    """
    import pyarrow as pa

    check_not_empty(space, title)
    columns = writable_columns(space)
    if {VECTOR, LABEL} & columns.keys():
        raise OutputError(f"A metadata column is called “vector” or “label”, as {title}'s own are; save as .npz.")
    labels = texts_array(space.labels)
    arrays = []
    for name, column in columns.items():
        yield Progress(None, f"Saving “{name}”")
        arrays.append(arrow_array(column))
    names = [LABEL, VECTOR, *(name.encode("utf-8", "replace").decode() for name in columns)]
    if len(set(names)) < len(names):
        raise OutputError("Two metadata columns would have one name in the file; save as .npz.")
    kinds = [labels.type, pa.list_(pa.float32(), space.n_dims), *(array.type for array in arrays)]
    schema = pa.schema(list(zip(names, kinds, strict=True)))
    step = max(1, min(ROWS_AT_ONCE, _MOST_NUMBERS // space.n_dims))
    with opened(schema) as writer:
        for start in range(0, space.n_items, step):
            yield Progress(start / space.n_items, f"Saving: {start:,} items")
            numbers = pa.array(np.ascontiguousarray(space.vectors[start : start + step]).reshape(-1))
            vectors = pa.FixedSizeListArray.from_arrays(numbers, space.n_dims)
            named, *rest = (array.slice(start, step) for array in (labels, *arrays))
            write(writer, pa.record_batch([named, vectors, *rest], schema=schema))
