"""The tokens of a model by row: from a `tokenizer.json` or a `vocab.txt`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from embedviz.errors import FormatError
from embedviz.formats.folder_files import has, read_json
from embedviz.formats.label_bytes import line_labels
from embedviz.formats.memory_plan import check_memory
from embedviz.space.labels import Labels

NAMES = ("tokenizer.json", "vocab.txt")
_BYTES_PER_BYTE = 6


def vocabulary_beside(folder: Path, n_items: int) -> tuple[Labels, Path] | None:
    """The tokens that files in `folder` name for `n_items` rows, and the file, or None if there is none.

    Raises FormatError for a file that is damaged or names other than one token for each row.
    """
    for name in NAMES:
        if not has(folder, name):
            continue
        path = folder / name
        labels = _from_tokenizer(path, n_items) if name.endswith(".json") else _from_lines(path)
        if len(labels) != n_items:
            raise FormatError(f"“{name}” names {len(labels):,} tokens for {n_items:,} rows")
        return labels, path
    return None


def _from_tokenizer(path: Path, n_items: int) -> Labels:
    tokens: dict[int, str] = {}
    for row, token in _numbered(read_json(path), path.name):
        if row >= max(n_items, 1) * 2 + 1000:
            raise FormatError(f"“{path.name}” numbers a token {row:,}, far beyond the {n_items:,} rows")
        tokens[row] = token
    last = max(tokens, default=-1)
    return Labels.from_strings(tokens.get(row, "") for row in range(last + 1))


def _numbered(facts: Any, name: str) -> Iterator[tuple[int, str]]:
    """Rows and tokens of a tokenizer: a mapping or, in Unigram models, a list of pairs; then those added later."""
    model = facts.get("model") if isinstance(facts, dict) else None
    vocabulary = model.get("vocab") if isinstance(model, dict) else None
    if isinstance(vocabulary, dict):
        pairs = [(row, token) for token, row in vocabulary.items()]
    elif isinstance(vocabulary, list):
        pairs = [(row, pair[0]) for row, pair in enumerate(vocabulary) if isinstance(pair, list) and pair]
    else:
        raise FormatError(f"“{name}” holds no vocabulary")
    added = facts.get("added_tokens")
    for entry in added if isinstance(added, list) else []:
        if isinstance(entry, dict):
            pairs.append((entry.get("id"), entry.get("content")))
    for row, token in pairs:
        if type(row) is not int or row < 0 or not isinstance(token, str):
            raise FormatError(f"“{name}” holds a token without a text or a number")
        yield row, token


def _from_lines(path: Path) -> Labels:
    size = path.stat().st_size
    check_memory(path.name, 0, 0, extra_bytes=_BYTES_PER_BYTE * size)
    with path.open("rb") as file:
        return line_labels(file.read(size))[0]
