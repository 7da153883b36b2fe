"""Vectors of tokens that share rows or have weights, as model2vec keeps them in one file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.errors import FormatError
from embedviz.formats.memory_plan import check_memory
from embedviz.formats.safetensors_file import TensorFile
from embedviz.progress import Progress, Steps
from embedviz.space.arrays import DoubleArray, FloatArray, RowArray
from embedviz.space.source import Note
from embedviz.space.table import Column, Table

_ROWS_AT_ONCE = 1 << 13
_EMBEDDINGS = "embeddings"


@dataclass(frozen=True, eq=False)
class TokenVectors:
    """The vectors of all tokens, their weights as metadata where the model has them, and what must be said."""

    vectors: FloatArray
    metadata: Table | None = None
    notes: tuple[Note, ...] = ()


def token_vectors(file: TensorFile, chosen: str, vectors: FloatArray) -> Steps[TokenVectors]:
    """`weights[token] * embeddings[mapping[token]]`, what model2vec gives for a token; other matrices as they are.

    `vectors` is the matrix `chosen`. Raises FormatError where mapping or weights do not fit it.
    """
    if chosen != _EMBEDDINGS:
        return TokenVectors(vectors)
    rows, weights, notes = _rows(file, len(vectors)), None, []
    if rows is not None:
        check_memory(file.name, len(rows), vectors.shape[1])
        vectors = vectors[rows]
        n_shared = len(rows) - len(np.unique(rows))
        if n_shared:
            text = f"{n_shared:,} tokens share the vector of another, as the model's mapping says."
            notes.append(Note("shared_vectors", n_shared, text))
    weights = _weights(file, len(vectors))
    if weights is None:
        return TokenVectors(vectors, None, tuple(notes))
    with np.errstate(all="ignore"):
        for start in range(0, len(vectors), _ROWS_AT_ONCE):
            yield Progress(start / len(vectors), f"Opening {file.name}: {start:,} tokens")
            part = vectors[start : start + _ROWS_AT_ONCE]
            part[:] = part * weights[start : start + len(part), None]
    text = "Each vector was multiplied by the token's weight, as the model does; the column “weight” holds it."
    notes.append(Note("weighted", len(vectors), text))
    table = Table(len(vectors), {"weight": Column("number", weights, np.isnan(weights))})
    return TokenVectors(vectors, table, tuple(notes))


def _rows(file: TensorFile, n_rows: int) -> RowArray | None:
    """For each token the row of its vector."""
    if "mapping" not in file.tensors:
        return None
    mapping = file.array("mapping")
    if mapping.ndim != 1 or mapping.dtype.kind not in "iu" or not len(mapping):
        raise FormatError(f"The mapping in “{file.name}” is no list of rows; the file is damaged.")
    if mapping.min() < 0 or mapping.max() >= n_rows:
        raise FormatError(f"The mapping in “{file.name}” points outside the {n_rows:,} vectors; it is damaged.")
    return mapping.astype(np.int64)


def _weights(file: TensorFile, n_tokens: int) -> DoubleArray | None:
    if "weights" not in file.tensors:
        return None
    weights = file.array("weights").astype(np.float64).reshape(-1)
    if len(weights) != n_tokens:
        raise FormatError(f"“{file.name}” holds {len(weights):,} weights for {n_tokens:,} tokens; it is damaged.")
    return weights
