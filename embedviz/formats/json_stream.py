"""The objects of a JSON or JSON Lines file one by one, whatever they are wrapped in; never the whole file at once."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import IO, Any

from embedviz.errors import FormatError
from embedviz.formats.blocks import LONGEST_LINE
from embedviz.formats.text_layout import BOM

LABEL, VECTOR = "label", "vector"
_BLOCK_BYTES = 1 << 20
_SPACE = " \t\r\n"
_DECODER = json.JSONDecoder()

Record = dict[str, Any]


class JsonStream:
    """The records of one open file: `records()` gives each with the words for where it stands.

    A record is an object; a bare list becomes `{"vector": list}`, an entry of one large object
    `{"label": key, "vector": value}`. Answers of an embeddings service are taken apart, in order of their `index`;
    `n_failed` counts those that hold an error instead, `n_bad` the blocks or lines with bad UTF-8.
    """

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file = file
        self._name = name
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._text = ""
        self._at = 0
        self._is_end = False
        self.n_failed = 0
        self.n_bad = 0

    @property
    def n_bytes(self) -> int:
        """How much of the file has been taken in."""
        return self._file.tell()

    def records(self) -> Iterator[tuple[Record, str]]:
        """Every record from the beginning of the file; FormatError where it is no JSON, or no list of objects."""
        self._file.seek(0)
        self._decoder.reset()
        self._text, self._at, self._is_end, self.n_failed, self.n_bad = "", 0, False, 0, 0
        if self._is_lines():
            yield from self._lines()
            return
        if self._peek() == "[":
            self._at += 1
            for number, value in enumerate(self._elements()):
                yield from self._unwrapped(value, f"Item {number:,}")
        else:
            yield from self._entries()
        if self._has_more():
            raise self._error(f"Near “{self._text[self._at : self._at + 20]}”", "it stands behind the end")

    def _has_more(self) -> bool:
        """Whether anything but white space follows."""
        while True:
            if self._text[self._at :].strip(_SPACE):
                self._at = len(self._text) - len(self._text[self._at :].lstrip(_SPACE))
                return True
            if not self._more():
                return False

    def _is_lines(self) -> bool:
        """Whether the first line is an object by itself, and no answer of a service that would be one long line."""
        line = self._file.readline(LONGEST_LINE)
        while line and not line.strip():
            line = self._file.readline(LONGEST_LINE)
        rest = self._file.read(64).strip()
        self._file.seek(0)
        text = line.removeprefix(BOM).strip()
        if not (text.startswith(b"{") and text.endswith(b"}")):
            return False
        if rest.startswith(b"{"):
            return True
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return bool(rest)
        is_list = isinstance(value.get("data"), list) or _is_mapping(value)
        return bool(rest) or not is_list

    def _lines(self) -> Iterator[tuple[Record, str]]:
        number = 0
        while line := self._file.readline(LONGEST_LINE + 1):
            number += 1
            where = f"Line {number:,}"
            if len(line) > LONGEST_LINE:
                raise FormatError(f"{where} of “{self._name}” is longer than {LONGEST_LINE:,} bytes.")
            line = line.removeprefix(BOM).strip() if number == 1 else line.strip()
            if not line:
                continue
            try:
                text = line.decode()
            except UnicodeDecodeError:
                text = line.decode("utf-8", "replace")
                self.n_bad += 1
            try:
                value = json.loads(text)
            except (ValueError, RecursionError) as error:
                raise self._error(where, error) from error
            yield from self._unwrapped(value, where)

    def _elements(self) -> Iterator[Any]:
        """The elements of the array whose opening bracket was just passed."""
        first = True
        while (mark := self._peek()) != "]":
            if not first:
                if mark != ",":
                    raise self._error(f"Character {self._at:,} of its last part", "a comma or ] is missing")
                self._at += 1
            yield self._value()
            first = False
        self._at += 1

    def _entries(self) -> Iterator[tuple[Record, str]]:
        """The entries of one object: lists of objects inside it, or its own keys as labels of its values."""
        self._expect("{")
        first = True
        while (mark := self._peek()) != "}":
            if not first:
                self._expect(",")
            key = self._value()
            self._expect(":")
            first = False
            mark = self._peek()
            if mark == "[" and self._second() == "{":
                self._at += 1
                for number, value in enumerate(self._elements()):
                    yield from self._unwrapped(value, f"Item {number:,} of “{str(key)[:40]}”")
                continue
            value = self._value()
            if isinstance(value, list):
                yield {LABEL: str(key), VECTOR: value}, f"“{str(key)[:40]}”"
        self._at += 1

    def _unwrapped(self, value: Any, where: str) -> Iterator[tuple[Record, str]]:
        if isinstance(value, list):
            yield {VECTOR: value}, where
            return
        if not isinstance(value, dict):
            raise FormatError(f"{where} of “{self._name}” is {str(value)[:40]!r}, not an object with a vector.")
        if "custom_id" in value and "response" in value:
            yield from self._answer(value, where)
        elif isinstance(value.get("data"), list) and all(isinstance(part, dict) for part in value["data"]):
            for part in _in_order(value["data"]):
                yield from self._unwrapped(part, where)
        else:
            if value.get("object") == "embedding":
                value = {name: part for name, part in value.items() if name != "object"}
            yield value, where

    def _answer(self, value: Record, where: str) -> Iterator[tuple[Record, str]]:
        """One line of a batch output: an answer with embeddings in it, or an error."""
        body = (value["response"] or {}).get("body") if isinstance(value["response"] or {}, dict) else None
        data = body.get("data") if isinstance(body, dict) else None
        if not isinstance(data, list) or not data or not all(isinstance(part, dict) for part in data):
            self.n_failed += 1
            return
        for part in _in_order(data):
            record = {"custom_id": value["custom_id"], **part}
            record.pop("object", None)
            if len(data) == 1:
                record.pop("index", None)
            yield record, where

    def _peek(self) -> str:
        """The next character that is no white space; empty at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                raise self._error("The end", "the list or object is not closed; the file was probably cut off")

    def _second(self) -> str:
        """The first character inside the array that begins here."""
        while True:
            inside = self._text[self._at + 1 : self._at + 4096].lstrip(_SPACE)
            if inside or not self._more():
                return inside[:1]

    def _expect(self, mark: str) -> None:
        if self._peek() != mark:
            raise self._error(f"Near “{self._text[self._at : self._at + 20]}”", f"{mark} is missing")
        self._at += 1

    def _value(self) -> Any:
        self._peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except RecursionError as error:
                raise self._error(f"Near “{self._text[self._at : self._at + 20]}”", error) from error
            except ValueError as error:
                if len(self._text) - self._at <= LONGEST_LINE and self._more():
                    continue
                raise self._error(f"Near “{self._text[self._at : self._at + 20]}”", error) from error
            if end == len(self._text) and not isinstance(value, list | dict | str) and self._more():
                continue  # a number may go on
            self._at = end
            return value

    def _more(self) -> bool:
        """Read on: as much again as is pending, so that a long value is not tried again and again."""
        if self._is_end:
            return False
        pending = self._text[self._at :]
        content = self._file.read(max(_BLOCK_BYTES, len(pending)))
        self._is_end = not content
        text = self._decoder.decode(content, final=self._is_end)
        self.n_bad += "\ufffd" in text
        if not self._text:
            text = text.removeprefix("\ufeff")
        self._text, self._at = pending + text, 0
        return not self._is_end or bool(text)

    def _error(self, where: str, error: Exception | str) -> FormatError:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else " ".join(str(error).split())[:120]
        return FormatError(f"{where} of “{self._name}” is no JSON that can be read: {why}.")


def _is_mapping(value: Record) -> bool:
    """Whether an object's values are all lists of numbers: labels and vectors."""
    parts = list(value.values())
    return len(parts) > 1 and all(
        isinstance(part, list) and isinstance((part or [""])[0], int | float) for part in parts
    )


def _in_order(data: list[Record]) -> list[Record]:
    numbers = [part.get("index") for part in data]
    return sorted(data, key=lambda part: part["index"]) if all(type(number) is int for number in numbers) else data
