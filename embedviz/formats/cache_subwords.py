"""Sub-words in cache entries: where their vectors stand in the model's file, or as an array where they do not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from embedviz.formats.cache_arrays import DamagedEntryError
from embedviz.formats.cache_columns import Arrays, Named
from embedviz.formats.fasttext_ngrams import NgramShape
from embedviz.formats.fasttext_subwords import Subwords
from embedviz.formats.stored_rows import StoredRows
from embedviz.space.arrays import FloatArray
from embedviz.space.composing import Composer
from embedviz.space.source import FileState


def kept_bytes(composer: Composer | None) -> int | None:
    """How many bytes of an entry a composer takes; None for one that cannot be kept."""
    if composer is None:
        return 0
    if not isinstance(composer, Subwords):
        return None
    return composer.n_bytes if composer.at is None else 0


def subwords_arrays(composer: Composer | None) -> tuple[Arrays, dict[str, Any] | None]:
    """The arrays and facts of sub-words; a matrix that stands in the model's file as it is stays there."""
    if not isinstance(composer, Subwords):
        return {}, None
    arrays: Arrays = {}
    if composer.kept is not None:
        arrays["subword-kept"] = composer.kept
    if composer.at is None:
        assert isinstance(composer.table, np.ndarray), "only what has a place in a file stays there"
        arrays["subwords"] = composer.table
    shape = composer.shape
    facts = {
        "ngrams": [shape.shortest, shape.longest, shape.n_buckets],
        "shape": list(composer.table.shape),
        "at": composer.at,
        "is_pruned": composer.kept is not None,
    }
    return arrays, facts


def subwords_from(
    array: Named, facts: Mapping[str, Any] | None, n_dims: int, path: Path, state: FileState
) -> Subwords | None:
    """The sub-words as they were, for vectors of `n_dims`; DamagedEntryError where the arrays cannot be theirs."""
    if facts is None:
        return None
    shape = NgramShape(*map(int, facts["ngrams"]))
    n_rows, width = map(int, facts["shape"])
    table: FloatArray | StoredRows
    if facts["at"] is None:
        table = array("subwords")
        if table.dtype != np.float32 or table.shape != (n_rows, width):
            raise DamagedEntryError("subwords")
    else:
        table = StoredRows(path, state, int(facts["at"]), (n_rows, width))
        if not 0 < table.at <= state.size - 4 * n_rows * width:
            raise DamagedEntryError("subwords")
    kept = array("subword-kept") if facts["is_pruned"] else None
    n_buckets = shape.n_buckets
    if kept is not None:
        sound = kept.dtype == np.int64 and kept.ndim == 2 and len(kept) == 2
        if not sound or (kept.size and not 0 <= int(kept[1].min()) <= int(kept[1].max()) < n_rows):
            raise DamagedEntryError("subword-kept")
    if width != n_dims or n_rows < 1 or (kept is None and n_buckets > n_rows):
        raise DamagedEntryError("subwords")
    return Subwords(table, shape, kept, facts["at"])
