"""Every format there is, in the order in which files are asked whether they are it."""

from __future__ import annotations

from embedviz.formats import (
    arrow_ipc,
    csv_table,
    fasttext_binary,
    glove_text,
    hdf5,
    json_records,
    npy,
    npz,
    parquet,
    projector_folder,
    projector_tsv,
    safetensors_format,
    spacy_vectors,
    token_folders,
    word2vec_binary,
    word2vec_text,
)
from embedviz.formats.registry import Format

FORMATS: tuple[Format, ...] = (
    npy.FORMAT,
    npz.FORMAT,
    parquet.FORMAT,
    arrow_ipc.FORMAT,
    json_records.FORMAT,
    fasttext_binary.FORMAT,
    hdf5.FORMAT,
    safetensors_format.FORMAT,
    word2vec_binary.FORMAT,
    csv_table.FORMAT,
    word2vec_text.FORMAT,
    glove_text.FORMAT,
    projector_tsv.FORMAT,
)
FOLDER_FORMATS: tuple[Format, ...] = (projector_folder.FORMAT, spacy_vectors.FORMAT, token_folders.FORMAT)
READABLE_SUFFIXES: tuple[tuple[str, tuple[str, ...]], ...] = (
    *((entry.title, entry.suffixes) for entry in FORMATS),
    ("Compressed", (".gz", ".zip", ".bz2", ".xz")),
)
WRITABLE_SUFFIXES: tuple[tuple[str, tuple[str, ...]], ...] = tuple(
    (entry.title, entry.writes) for entry in FORMATS if entry.writes
)
