"""Every format there is, in the order in which files are asked whether they are it."""

from __future__ import annotations

from embedviz.formats import glove_text, npy, npz, parquet, projector_tsv, word2vec_binary, word2vec_text
from embedviz.formats.registry import Format

FORMATS: tuple[Format, ...] = (
    npy.FORMAT,
    npz.FORMAT,
    parquet.FORMAT,
    word2vec_text.FORMAT,
    glove_text.FORMAT,
    projector_tsv.FORMAT,
    word2vec_binary.FORMAT,
)
READABLE_SUFFIXES: tuple[tuple[str, tuple[str, ...]], ...] = (
    *((entry.title, entry.suffixes) for entry in FORMATS),
    ("Compressed", (".gz", ".zip", ".bz2", ".xz")),
)
WRITABLE_SUFFIXES: tuple[tuple[str, tuple[str, ...]], ...] = tuple(
    (entry.title, entry.writes) for entry in FORMATS if entry.writes
)
