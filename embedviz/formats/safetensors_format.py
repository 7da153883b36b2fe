"""safetensors as a format: a matrix of one file, its labels in a vocabulary or labels file beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from embedviz.errors import FileAccessError, FormatError, MemoryPlanError
from embedviz.formats.metadata_writing import fits_a_table, writable_columns, write_table
from embedviz.formats.probe import Probe
from embedviz.formats.registry import Format, Reading, Wish
from embedviz.formats.safetensors_file import Tensor, TensorFile, looks_like_safetensors, read_tensor_file
from embedviz.formats.text_writing import check_labels, check_not_empty, write_lines
from embedviz.formats.token_vectors import token_vectors
from embedviz.formats.token_vocabulary import vocabulary_beside
from embedviz.formats.vector_choice import chosen_matrix, matrix_choice
from embedviz.progress import Progress, Steps, within
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Note

USUAL = ("embeddings", "embedding", "embedding.weight", "embeddings.weight", "weight", "vectors", "vector")
_ROWS_AT_ONCE = 1 << 13
_ALIGNMENT = 8


def _detect(probe: Probe) -> bool:
    return looks_like_safetensors(probe.head)


def read_tensors(probe: Probe, wish: Wish) -> Steps[Reading]:
    """Read the matrix that holds the vectors, as float32, and the vocabulary beside it."""
    file = read_tensor_file(probe)
    tables = {name: tensor for name, tensor in file.tensors.items() if len(tensor.shape) == 2 and all(tensor.shape)}
    choices = [matrix_choice(name, tensor.shape) for name, tensor in tables.items()]
    chosen = chosen_matrix(choices, wish.vector_column, probe.shown, FORMAT.title, USUAL)
    if not tables[chosen].is_numeric:
        raise FormatError(
            f"“{chosen[:60]}” in “{file.name}” holds {tables[chosen].kind[:20]} values, which are not known here; "
            "convert it to F32 where it was made."
        )
    matrix = yield from within(file.matrix(chosen), 0.0, 0.6)
    tokens = yield from within(token_vectors(file, chosen, matrix), 0.6, 0.7)
    notes = [*_notes(file, tables, chosen, wish, len(matrix)), *tokens.notes]
    labels: Labels | None = None
    companions: tuple[Path, ...] = ()
    folder = probe.shown.parent
    if wish.labels is None and not (folder / f"{probe.shown.stem}.labels.txt").is_file():
        labels, companions, more = _tokens_beside(folder, len(tokens.vectors))
        notes += more
    return Reading(tokens.vectors, FORMAT.title, labels, tokens.metadata, tuple(notes), companions=companions)


def _notes(file: TensorFile, tables: Mapping[str, Tensor], chosen: str, wish: Wish, n_items: int) -> list[Note]:
    notes = []
    if len(tables) > 1 and wish.vector_column is None:
        others = ", ".join(f"“{name[:60]}”" for name in list(tables)[:12] if name != chosen)
        text = f"The vectors are the tensor “{chosen}”; others in the file: {others}; any of them can be named instead."
        notes.append(Note("array_chosen", len(tables), text))
    if not tables[chosen].is_exact:
        text = f"The numbers were {tables[chosen].kind}; they are held as float32, which keeps about seven digits."
        notes.append(Note("converted", n_items, text))
    if file.n_trailing:
        text = f"{file.n_trailing:,} bytes follow the tensors; they were not read."
        notes.append(Note("trailing_bytes", file.n_trailing, text))
    return notes


def _tokens_beside(folder: Path, n_items: int) -> tuple[Labels | None, tuple[Path, ...], list[Note]]:
    """The vocabulary beside a file, if it fits; if it does not, a note says why it was ignored."""
    try:
        found = vocabulary_beside(folder, n_items)
    except (FormatError, FileAccessError, MemoryPlanError, OSError) as error:
        return None, (), [Note("companion", 1, f"The vocabulary beside the file was ignored: {error}.")]
    if found is None:
        return None, (), []
    labels, path = found
    return labels, (path,), [Note("companion", len(labels), f"The labels were read from “{path.name}”.")]


def _write(space: EmbeddingSpace, paths: Sequence[Path]) -> Steps[None]:
    check_not_empty(space, FORMAT.title)
    yield from check_labels(space, "a labels file", "\n", lines=True)
    facts = {"dtype": "F32", "shape": list(space.vectors.shape), "data_offsets": [0, space.vectors.nbytes]}
    header = json.dumps({"embeddings": facts}, separators=(",", ":")).encode()
    header += b" " * (-len(header) % _ALIGNMENT)
    with paths[0].open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        for start in range(0, space.n_items, _ROWS_AT_ONCE):
            yield Progress(start / space.n_items, f"Saving: {start:,} items")
            file.write(space.vectors[start : start + _ROWS_AT_ONCE].astype("<f4", copy=False).tobytes())
    write_lines(space.labels[:], paths[1])
    if len(paths) > 2:
        yield from write_table(space, paths[2])


def _companions(space: EmbeddingSpace) -> tuple[str, ...]:
    return (".labels.txt", ".tsv") if writable_columns(space) else (".labels.txt",)


FORMAT = Format(
    "safetensors",
    "safetensors",
    (".safetensors",),
    _detect,
    read_tensors,
    _write,
    (".safetensors",),
    _companions,
    fits_a_table,
)
