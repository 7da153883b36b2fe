"""`run.json`, the record of a kept run: what was trained and which of its files are whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

from embedviz.errors import FormatError
from embedviz.formats.blocks import new_hash
from embedviz.formats.probe import access_error
from embedviz.formats.run_arrays import ArrayFacts, read_bytes, sync_folder, whole, write_text
from embedviz.formats.run_file import run_as_json, run_from_json
from embedviz.space.run import Run
from embedviz.space.source import Note

RECORD = "run.json"
WORDS, OFFSETS, COUNTS, PART_ROWS = "words.npy", "word-offsets.npy", "counts.npy", "part-rows.npy"
_KIND, _VERSION = "embedviz kept run", 1
_SEAL = '"seal": '
_MOST_BYTES = 1 << 26
_DAMAGE = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)

Written = Literal["running", "complete", "stopped"]


@dataclass(frozen=True)
class RunRecord:
    """What `run.json` says: `corpus` is the path that was trained on, `corpus_name` what a person calls it.

    Every `every`-th epoch is kept, and the last. `words` holds the facts of the words' bytes, their offsets and counts,
    `kept` those of the vectors of each kept epoch (0 is before training), `state` those of the trainer's matrices after
    `state_epoch`. Of a training that learned sub-words, `parts` holds the facts of their vectors after each kept epoch,
    and `part_rows` those of the buckets that have one, int64 (2, n), as `Subwords.kept` holds them.
    """

    run: Run
    corpus: str
    corpus_name: str
    column: str | None
    content_hash: str | None
    n_dims: int
    n_epochs: int
    every: int
    status: Written
    began: datetime
    ended: datetime | None
    notes: tuple[Note, ...]
    words: tuple[ArrayFacts, ArrayFacts, ArrayFacts]
    kept: Mapping[int, ArrayFacts] = field(default_factory=dict)
    state_epoch: int = 0
    state: tuple[ArrayFacts, ...] = ()
    part_rows: ArrayFacts | None = None
    parts: Mapping[int, ArrayFacts] = field(default_factory=dict)

    def files(self) -> dict[str, ArrayFacts]:
        """The files that the record names, and what they hold."""
        named = dict(zip((WORDS, OFFSETS, COUNTS), self.words, strict=True))
        named |= {epoch_file(epoch): facts for epoch, facts in self.kept.items()}
        named |= {parts_file(epoch): facts for epoch, facts in self.parts.items()}
        named |= {PART_ROWS: self.part_rows} if self.part_rows is not None else {}
        return named | {state_file(self.state_epoch, part): facts for part, facts in enumerate(self.state)}


def epoch_file(epoch: int) -> str:
    """The file of the vectors after an epoch."""
    return f"epoch-{epoch:04d}.npy"


def parts_file(epoch: int) -> str:
    """The file of the vectors of sub-words after an epoch."""
    return f"epoch-{epoch:04d}-parts.npy"


def state_file(epoch: int, part: int) -> str:
    """The file of one of the trainer's matrices after an epoch."""
    return f"state-{epoch:04d}-{part}.npy"


def write_record(folder: Path, record: RunRecord) -> None:
    """Put the record in place of the one before; all that it names must stand in the folder."""
    facts = _as_json(record).items()
    body = "{\n" + "".join(f"{json.dumps(key)}: {json.dumps(value, allow_nan=False)},\n" for key, value in facts)
    sync_folder(folder)
    write_text(folder / RECORD, f'{body}{_SEAL}"{seal_of(body.encode())}"\n}}\n')
    sync_folder(folder)


def read_record(folder: Path) -> RunRecord:
    """Read the record of a run; FormatError if it is not what was written, FileAccessError if it is gone."""
    try:
        text = read_bytes(folder / RECORD, _MOST_BYTES)
    except OSError as error:
        raise access_error(folder / RECORD, error) from error
    except FormatError as error:
        raise damaged(folder) from error
    try:
        facts = json.loads(text)
        body, _, _ = text.rpartition(_SEAL.encode())
        if facts["seal"] != seal_of(body) or (facts["kind"], facts["version"]) != (_KIND, _VERSION):
            raise damaged(folder)
        return _of_json(facts)
    except _DAMAGE as error:
        raise damaged(folder) from error


def seal_of(body: bytes) -> str:
    """A checksum of what stands before the seal."""
    digest = new_hash()
    digest.update(body)
    return digest.hexdigest()


def damaged(folder: Path) -> FormatError:
    """The words for a run that is not what was written."""
    return FormatError(f"The run “{folder.name}” is damaged: its {RECORD} is not what was written. Remove the run.")


def _as_json(record: RunRecord) -> dict[str, Any]:
    return {
        "kind": _KIND,
        "version": _VERSION,
        "corpus": record.corpus,
        "corpus_name": record.corpus_name,
        "column": record.column,
        "content_hash": record.content_hash,
        "status": record.status,
        "began": record.began.isoformat(),
        "ended": None if record.ended is None else record.ended.isoformat(),
        "n_dims": record.n_dims,
        "n_epochs": record.n_epochs,
        "every": record.every,
        "notes": [[note.kind, note.count, note.text] for note in record.notes],
        **run_as_json(record.run),
        "words": [facts.as_json() for facts in record.words],
        "kept": [[epoch, facts.as_json()] for epoch, facts in sorted(record.kept.items())],
        "state_epoch": record.state_epoch,
        "state": [facts.as_json() for facts in record.state],
        "part_rows": None if record.part_rows is None else record.part_rows.as_json(),
        "parts": [[epoch, facts.as_json()] for epoch, facts in sorted(record.parts.items())],
    }


def _of_json(facts: Mapping[str, Any]) -> RunRecord:
    run, status = run_from_json(facts), facts["status"]
    n_dims, ended = whole(facts["n_dims"]), facts["ended"]
    buffer, offsets, counts = map(ArrayFacts.of_json, facts["words"])
    kept = {whole(epoch): ArrayFacts.of_json(array) for epoch, array in facts["kept"]}
    part_rows = facts.get("part_rows")  # which earlier records do not name
    record = RunRecord(
        run=run,
        corpus=_text(facts["corpus"]),
        corpus_name=_text(facts["corpus_name"]),
        column=None if facts["column"] is None else _text(facts["column"]),
        content_hash=None if facts["content_hash"] is None else _text(facts["content_hash"]),
        n_dims=n_dims,
        n_epochs=whole(facts["n_epochs"]),
        every=max(1, whole(facts["every"])),
        status=status,
        began=_time(facts["began"]),
        ended=None if ended is None else _time(ended),
        notes=tuple(Note(_text(kind), whole(count), _text(text)) for kind, count, text in facts["notes"]),
        words=(buffer, offsets, counts),
        kept=kept,
        state_epoch=whole(facts["state_epoch"]),
        state=tuple(map(ArrayFacts.of_json, facts["state"])),
        part_rows=None if part_rows is None else ArrayFacts.of_json(part_rows),
        parts={whole(epoch): ArrayFacts.of_json(array) for epoch, array in facts.get("parts", ())},
    )
    shapes = {(array.dtype, array.shape) for array in kept.values()}
    of_words = [(array.dtype, array.shape) for array in record.words]
    n_words = run.n_words
    is_sound = (
        status in get_args(Written)
        and shapes == {("<f4", (n_words, n_dims))}
        and of_words == [("|u1", buffer.shape[:1]), ("<i8", (n_words + 1,)), ("<i8", (n_words,))]
        and all(array.dtype[1] in "fiu" for array in record.state)
        and (not record.parts or _has_rows(record))
    )
    if not is_sound:
        raise ValueError("the record contradicts itself")
    return record


def _has_rows(record: RunRecord) -> bool:
    """Whether all sub-words have a place among the buckets."""
    rows, shapes = record.part_rows, {(array.dtype, array.shape) for array in record.parts.values()}
    return (
        rows is not None
        and (rows.dtype, rows.shape[:1]) == ("<i8", (2,))
        and shapes == {("<f4", (*rows.shape[1:], record.n_dims))}
    )


def _time(text: object) -> datetime:
    time = datetime.fromisoformat(_text(text))
    if time.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return time


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value
