"""Where the text of a corpus comes from: a file, a folder of files, a column of a table, packed or not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from embedviz.errors import FileAccessError, FormatError, OptionError
from embedviz.formats.probe import Probe, access_error, changed, check_readable
from embedviz.formats.text_layout import BOM, looks_utf16
from embedviz.formats.unpacking import MOST_TIMES, SMALL_BYTES, unpacked
from embedviz.formats.zip_members import MAGICS, members
from embedviz.progress import Progress, Steps, within
from embedviz.training.options import Lines
from embedviz.training.running_text import is_wrapped, unwrapped
from embedviz.training.small_world import SMALL_WORLD, cached_small_world_steps
from embedviz.training.table_text import PARQUET_MAGIC, TABLE_SUFFIXES, cells_of, text_column

BLOCK_BYTES = 1 << 17
_SAMPLE_PREFIX = "sample:"
_TEXT_SUFFIXES = (".txt", ".txt.gz", ".txt.bz2", ".txt.xz")
_LONGEST_PIECE = 1 << 20
_MOST_BAD_SHARE = 0.3
_MOST_CONTROL_SHARE = 0.01
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x19\x1c-\x1f\x7f]")


@dataclass(frozen=True)
class Part:
    """One file of a corpus, unpacked.

    `column` is the column that holds the text where the file is a table; `is_running` says that lines go on in the
    next one, up to a blank line.
    """

    probe: Probe
    column: str | None
    is_running: bool = False

    def pieces(self) -> Iterator[tuple[bytes, float]]:
        """Its text in pieces that end between words, a sentence or paragraph a line, with the share read so far."""
        if not self.is_running:
            return _file_blocks(self.probe) if self.column is None else cells_of(self.probe, self.column)
        return unwrapped(
            _file_blocks(self.probe) if self.column is None else cells_of(self.probe, self.column, b"\n\n")
        )


@dataclass(frozen=True)
class TextSource:
    """A corpus that can be read more than once: what it is called, and its parts in order."""

    name: str
    parts: Sequence[Part]

    @property
    def n_bytes(self) -> int:
        """How many bytes there are to read, unpacked."""
        return sum(part.probe.size for part in self.parts)

    @property
    def lines(self) -> str:
        """How lines are read: `sentences`, `running` text, or `mixed` where the files differ."""
        kinds = {part.is_running for part in self.parts}
        return "mixed" if len(kinds) > 1 else "running" if True in kinds else "sentences"

    def blocks(self) -> Iterator[tuple[bytes, float]]:
        """Blocks of UTF-8 that end between words, each with the share of the corpus read so far.

        Each part ends with a line end. Raises FormatError for a file that changed since it was opened, and
        FileAccessError for one that cannot be read any more.
        """
        before, total = 0, max(1, self.n_bytes)
        for part in self.parts:
            probe = part.probe
            try:
                for block, share in part.pieces():
                    yield block, min(1.0, (before + share * probe.size) / total)
                if probe.is_changed():
                    raise changed(probe.name)
            except OSError as error:
                raise access_error(probe.shown, error) from error
            yield b"\n", min(1.0, (before + probe.size) / total)
            before += probe.size


def source_steps(path: str, column: str | None, stack: ExitStack, lines: Lines = "auto") -> Steps[TextSource]:
    """Open a corpus: `path` is a text file, a table with a text `column`, a folder of .txt files, or `sample:NAME`.

    .gz .bz2 .xz .zip around a file are unpacked into our cache; `stack` removes that. A .zip of several .txt files is
    read like a folder; `texts.zip/one.txt` is one of them. `lines` says what a line end means. Raises
    FileAccessError, FormatError for UTF-16, binary data and text that is not UTF-8, OptionError for a column that is
    not there.
    """
    name = corpus_name(path)
    where = (yield from cached_small_world_steps()) if path == SMALL_WORLD else Path(path)
    try:
        files = [(file, member) for file in _files_of(where) for member in _members_of(file, where)]
        parts = []
        for at, (file, member) in enumerate(files):
            low, high = at / len(files), (at + 1) / len(files)
            parts.append((yield from within(_part(file, member, column, lines, stack), low, high)))
    except OSError as error:
        raise access_error(Path(error.filename) if isinstance(error.filename, str) else where, error) from error
    return TextSource(name, tuple(parts))


def corpus_name(path: str) -> str:
    """What a corpus is called; OptionError for a `sample:NAME` that does not come with the program."""
    if not path.startswith(_SAMPLE_PREFIX):
        return Path(path).name or Path(path).absolute().name
    if path != SMALL_WORLD:
        name = path.removeprefix(_SAMPLE_PREFIX)
        raise OptionError(f"There is no bundled text “{name}” to train on; choose {SMALL_WORLD}.")
    return "small world"


def _files_of(path: Path) -> list[Path]:
    try:
        is_folder = path.is_dir()
    except ValueError as error:  # a NUL in the name
        raise access_error(path, error) from error
    if not is_folder:
        file = path if path.exists() else _archive_around(path) or path
        check_readable(file)
        return [file]
    list(path.iterdir())  # a folder that may not be read says so here
    files = sorted(file for file in path.rglob("*") if _is_text_name(file.name) and file.is_file())
    if not files:
        raise FileAccessError(f"“{path}” is a folder without .txt files; choose a text file or another folder.")
    return files


def _is_text_name(name: str) -> bool:
    return name.lower().endswith(_TEXT_SUFFIXES)


def _archive_around(path: Path) -> Path | None:
    """The archive that `path` names a member of, as in `texts.zip/one.txt`, or None."""
    around = next((parent for parent in path.parents if parent.is_file()), None)
    return around if around is not None and members(Probe.of(around, around)) else None


def _members_of(file: Path, asked: Path) -> list[str | None]:
    """Which members of an archive are read: the one asked for, else all .txt files; None for the only file there is."""
    probe = Probe.of(file, file)
    found = members(probe)
    names = [member.filename for member in found if not member.filename.startswith("__MACOSX/")]
    shown = ", ".join(f"“{name}”" for name in names[:12])
    if file in asked.parents:
        inside = asked.relative_to(file).as_posix()
        if inside not in names:
            raise FileAccessError(f"There is no “{inside}” in “{file.name}”; it holds {shown or 'nothing'}.")
        return [inside]
    if probe.head.startswith(MAGICS) and not names:
        raise FormatError(f"“{file.name}” holds no files; choose one that holds texts.")
    if len(names) <= 1 or any(name.endswith(".npy") for name in names):
        return [None]
    texts = sorted(filter(_is_text_name, names))
    if not texts:
        raise FormatError(
            f"“{file.name}” holds {len(names):,} files, none of them .txt: {shown}; name one of them, as in "
            f"{file.name}/{names[0]}."
        )
    if len(set(texts)) < len(texts):
        raise FormatError(f"“{file.name}” holds two files of the same name; unpack it and train on the folder.")
    n_bytes = sum(member.file_size for member in found)
    if n_bytes > max(SMALL_BYTES, MOST_TIMES * file.stat().st_size):
        raise FormatError(
            f"“{file.name}” unpacks to {n_bytes:,} bytes from {file.stat().st_size:,}, which is more than texts do; "
            "unpack it yourself if you trust it, and train on the folder."
        )
    return list(texts)


def _part(path: Path, member: str | None, column: str | None, lines: Lines, stack: ExitStack) -> Steps[Part]:
    original = Probe.of(path, path)
    yield Progress(0.0, f"Opening {path.name}")
    probe = yield from unpacked(original, member, stack)
    is_parquet = probe.head.startswith(PARQUET_MAGIC)
    if not is_parquet:
        check_text(probe)
    if column is not None or is_parquet or probe.shown.suffix.lower() in TABLE_SUFFIXES:
        return Part(probe, text_column(probe, column), lines == "running")
    return Part(probe, None, lines == "running" or (lines == "auto" and is_wrapped(probe.head)))


def check_text(probe: Probe) -> None:
    """Raise FormatError where the beginning of a file is UTF-16, binary data, or in another encoding than UTF-8."""
    head = probe.head
    if looks_utf16(head):
        raise FormatError(f"“{probe.name}” looks like UTF-16 text; save it as UTF-8 and train on that.")
    if b"\0" in head or len(_CONTROLS.findall(head)) > _MOST_CONTROL_SHARE * len(head):
        raise FormatError(f"“{probe.name}” is binary data, not text; choose a text file (UTF-8).")
    n_bad = len(head) - len(head.decode("utf-8", "ignore").encode())
    if n_bad > _MOST_BAD_SHARE * len(head):
        raise FormatError(
            f"“{probe.name}” is not UTF-8 text: {100 * n_bad / len(head):.0f} % of its bytes cannot be read as such; "
            "save it as UTF-8 and train on that."
        )


def _file_blocks(probe: Probe) -> Iterator[tuple[bytes, float]]:
    carry, done = b"", 0
    with probe.path.open("rb") as file:
        while chunk := file.read(BLOCK_BYTES):
            if not done:
                chunk = chunk.removeprefix(BOM)
            done += len(chunk)
            piece = carry + chunk
            cut = max(piece.rfind(b"\n"), piece.rfind(b" ")) + 1
            if not cut and len(piece) >= _LONGEST_PIECE:
                cut = _between_characters(piece)
            carry = piece[cut:]
            if cut:
                yield piece[:cut], min(1.0, done / max(1, probe.size))
    if carry:
        yield carry, 1.0


def _between_characters(piece: bytes) -> int:
    """Where to cut a piece that holds no blank: before its last character, which may go on."""
    at = len(piece) - 1
    while at > len(piece) - 4 and piece[at] & 0xC0 == 0x80:
        at -= 1
    return at
