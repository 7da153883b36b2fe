"""Small files and folders of models, made byte by byte as their formats describe them."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

FASTTEXT_MAGIC = 793712314
SPACY_HASHES = {"coffee": 3197928453018144401, "apple": 8566208034543834098}  # from spaCy's own guide


def fasttext_bytes(
    words: Sequence[str | bytes],
    matrix: np.ndarray,
    *,
    n_buckets: int,
    shortest: int = 2,
    longest: int = 3,
    labels: Sequence[str] = (),
    marked: bool = True,
    model: int = 2,
    trailing: bytes = b"",
) -> bytes:
    """A fastText model of `matrix`: one row for each word, then one for each bucket."""
    n_dims = matrix.shape[1]
    head = struct.pack("<2i", FASTTEXT_MAGIC, 12) if marked else b""
    head += struct.pack("<12id", n_dims, 5, 5, 1, 5, 1, 2, model, n_buckets, shortest, longest, 100, 1e-4)
    head += struct.pack("<3iq", len(words) + len(labels), len(words), len(labels), 99)
    if marked:
        head += struct.pack("<q", -1)
    for at, entry in enumerate([*words, *labels]):
        encoded = entry if isinstance(entry, bytes) else entry.encode()
        head += encoded + b"\0" + struct.pack("<qb", 10 + at, int(at >= len(words)))
    kind = b"\0" if marked else b""
    out = np.zeros((2, n_dims), "<f4")
    return b"".join(
        [
            *(head, kind, struct.pack("<2q", *matrix.shape), matrix.astype("<f4").tobytes()),
            *(kind, struct.pack("<2q", *out.shape), out.tobytes(), trailing),
        ]
    )


def safetensors_bytes(tensors: dict[str, tuple[str, Sequence[int], bytes]], **extra: object) -> bytes:
    """A safetensors file of tensors given as (type, shape, bytes)."""
    facts: dict[str, object] = dict(extra)
    at = 0
    for name, (kind, shape, content) in tensors.items():
        facts[name] = {"dtype": kind, "shape": list(shape), "data_offsets": [at, at + len(content)]}
        at += len(content)
    header = json.dumps(facts).encode()
    return len(header).to_bytes(8, "little") + header + b"".join(content for _, _, content in tensors.values())


def tokenizer(folder: Path, tokens: Sequence[str]) -> None:
    """A `tokenizer.json` of the WordPiece kind."""
    vocabulary = {token: row for row, token in enumerate(tokens)}
    (folder / "tokenizer.json").write_text(json.dumps({"model": {"type": "WordPiece", "vocab": vocabulary}}))


def spacy_folder(folder: Path, table: np.ndarray, rows: dict[int, int], strings: Sequence[str]) -> None:
    """The `vocab` folder of a pipeline, its map of keys packed with 64-bit keys."""
    vocab = folder / "vocab"
    vocab.mkdir(parents=True)
    with (vocab / "vectors").open("wb") as file:
        np.save(file, table)
    packed = b"\xde" + struct.pack(">H", len(rows))
    for key, row in rows.items():
        packed += b"\xcf" + struct.pack(">Q", key) + (bytes([row]) if row < 128 else b"\xcd" + struct.pack(">H", row))
    (vocab / "key2row").write_bytes(packed)
    (vocab / "strings.json").write_text(json.dumps(list(strings)))


def png_header(width: int, height: int) -> bytes:
    """The signature and header of a PNG of that size, with no pixels."""
    facts = b"IHDR" + struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + facts + struct.pack(">I", zlib.crc32(facts))


def projector_folder(folder: Path, config: str, **files: str | bytes) -> Path:
    """A folder with a `projector_config.pbtxt` and files whose names have `__` for a dot."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "projector_config.pbtxt").write_text(config)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder
