"""The Projector's configuration, as JSON or protocol-buffer text: which tensor, metadata and sprite go together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from embedviz.errors import FormatError
from embedviz.formats.folder_files import parsed_json

_DEEPEST = 8
_MOST_EMBEDDINGS = 1000
_TOKEN = re.compile(
    r"""\s+|\#[^\n]*|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<number>[+-]?[0-9][0-9.eE+-]*)"""
    r"""|"(?P<double>(?:[^"\\\n]|\\.)*)"|'(?P<single>(?:[^'\\\n]|\\.)*)'|(?P<sign>[{}<>:,;\[\]])"""
)
_ESCAPE = re.compile(r"\\([\\\"'ntr])")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}


@dataclass(frozen=True)
class Embedding:
    """One embedding of a configuration; paths are as written, `shape` and `tile` (width, height) empty if not given."""

    name: str
    tensor: str
    metadata: str
    sprite: str
    shape: tuple[int, ...] = ()
    tile: tuple[int, ...] = ()


def read_config(content: bytes, name: str, *, is_json: bool) -> tuple[Embedding, ...]:
    """The embeddings of a configuration. Raises FormatError if it cannot be read or names none."""
    facts = parsed_json(content, name) if is_json else _parsed_text(content, name)
    listed = _get(facts, "embeddings", [])
    listed = [listed] if isinstance(listed, dict) else listed
    if not isinstance(listed, list) or not listed or not all(isinstance(entry, dict) for entry in listed):
        raise FormatError(f"“{name}” names no embeddings.")
    if len(listed) > _MOST_EMBEDDINGS:
        raise FormatError(f"“{name}” names {len(listed):,} embeddings; {_MOST_EMBEDDINGS:,} are allowed.")
    return tuple(_embedding(entry, at, name) for at, entry in enumerate(listed))


def _embedding(entry: dict[str, Any], at: int, name: str) -> Embedding:
    sprite = _get(entry, "sprite", {})
    texts = {key: _get(entry, key, "") for key in ("tensor_name", "tensor_path", "metadata_path")}
    texts["image_path"] = _get(sprite, "image_path", "")
    if not all(isinstance(text, str) for text in texts.values()):
        raise FormatError(f"Embedding {at + 1} of “{name}” has a path that is no text.")
    shape, tile = _sizes(_get(entry, "tensor_shape", [])), _sizes(_get(sprite, "single_image_dim", []))
    if shape is None or tile is None:
        raise FormatError(f"Embedding {at + 1} of “{name}” has sizes that are no whole numbers.")
    called = texts["tensor_name"] or texts["tensor_path"] or f"embedding {at + 1}"
    return Embedding(called, texts["tensor_path"], texts["metadata_path"], texts["image_path"], shape, tile)


def _sizes(values: Any) -> tuple[int, ...] | None:
    values = values if isinstance(values, list) else [values]
    sound = all(type(value) is int and 0 < value < 1 << 40 for value in values) and len(values) <= 8
    return tuple(values) if sound else None


def _get(facts: Any, key: str, default: Any) -> Any:
    """A field by its name in either form, `tensor_path` or `tensorPath`."""
    if not isinstance(facts, dict):
        return default
    first, *rest = key.split("_")
    return facts.get(key, facts.get(first + "".join(part.capitalize() for part in rest), default))


def _parsed_text(content: bytes, name: str) -> dict[str, Any]:
    """Protocol-buffer text as nested dictionaries; a field that comes again becomes a list."""
    tokens = list(_tokens(content.decode("utf-8", "replace"), name))
    facts, end = _message(tokens, 0, name, 0)
    if end != len(tokens):
        raise FormatError(f"“{name}” has a closing bracket too many.")
    return facts


def _tokens(text: str, name: str) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            line = text.count("\n", 0, place) + 1
            raise FormatError(f"Line {line:,} of “{name}” cannot be read as a projector configuration.")
        place = match.end()
        if match.lastgroup in ("double", "single"):
            yield "text", _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), match[match.lastgroup])
        elif match.lastgroup is not None and match[match.lastgroup] not in (",", ";"):
            yield match.lastgroup, match[match.lastgroup]


def _message(tokens: list[tuple[str, str]], at: int, name: str, depth: int) -> tuple[dict[str, Any], int]:
    facts: dict[str, Any] = {}
    broken = FormatError(f"“{name}” cannot be read as a projector configuration; save it again where it was made.")
    if depth > _DEEPEST:
        raise broken
    while at < len(tokens) and tokens[at][1] not in ("}", ">"):
        kind, key = tokens[at]
        at += 1
        if kind != "name":
            raise broken
        if at < len(tokens) and tokens[at] == ("sign", ":"):
            at += 1
        if at >= len(tokens):
            raise broken
        kind, text = tokens[at]
        at += 1
        value: Any = text
        if kind == "sign" and text in "{<":
            value, at = _message(tokens, at, name, depth + 1)
            if at >= len(tokens):
                raise broken
            at += 1
        elif kind == "sign" and text == "[":
            value = []
            while at < len(tokens) and tokens[at] != ("sign", "]"):
                value.append(_number(tokens[at], broken))
                at += 1
            at += 1
        elif kind == "number":
            value = _number((kind, text), broken)
        elif kind == "sign":
            raise broken
        if key in facts:
            earlier = facts[key] if isinstance(facts[key], list) else [facts[key]]
            value = [*earlier, *(value if isinstance(value, list) else [value])]
        facts[key] = value
    return facts, at


def _number(token: tuple[str, str], broken: FormatError) -> int | float:
    kind, text = token
    try:
        if kind != "number" or len(text) > 40:
            raise ValueError(text)
        return int(text) if text.lstrip("+-").isdigit() else float(text)
    except ValueError as error:
        raise broken from error
