"""Compressed files: unpacked as a capped stream into a temporary file of our cache that never outlives its use."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, cast

from embedviz import paths
from embedviz.errors import FormatError, OutputError
from embedviz.formats.blocks import BLOCK_BYTES
from embedviz.formats.probe import Probe
from embedviz.formats.zip_members import MAGICS, member_errors, members
from embedviz.progress import Progress, Steps

SMALL_BYTES = 1 << 28
MOST_TIMES = 200
PREFIX = "unpacked-"
_MOST_LAYERS = 3
_LEFT_OVER_SECONDS = 24 * 3600
_DISK_MARGIN = 1 << 24
_GZIP, _BZIP2, _XZ = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00"
_SUFFIXES = (".gz", ".zip", ".bz2", ".xz")


def unpacked(probe: Probe, wanted: str | None, stack: ExitStack) -> Steps[Probe]:
    """The probe of what is inside a compressed file, or `probe` itself; `stack` removes the temporary file.

    `wanted` chooses a member of a .zip that holds several files. Raises FormatError for damage and for more than
    200 times the packed size (beyond 256 MB).
    """
    for _ in range(_MOST_LAYERS):
        if not is_packed(probe):
            return probe
        probe = yield from _unpack(probe, wanted, stack)
    if is_packed(probe):
        raise FormatError(f"“{probe.name}” is compressed more than {_MOST_LAYERS} times over; unpack it and open that.")
    return probe


class PackedText:
    """What is inside a compressed file, as a stream with the same caps as `unpacked` keeps; `close` ends it.

    `shown` is what the file inside is called.
    """

    def __init__(self, probe: Probe, wanted: str | None) -> None:
        self._probe = probe
        self._allowed = max(SMALL_BYTES, MOST_TIMES * probe.size)
        self._opened = ExitStack()
        self._n_bytes = 0
        self._packed = self._opened.enter_context(probe.path.open("rb"))
        self._held = memoryview(b"")
        try:
            with member_errors(probe.name):
                self._stream, inside = _stream(probe, self._packed, wanted, self._allowed, self._opened)
        except BaseException:
            self.close()
            raise
        self.shown = _inside(probe) if inside is None else probe.shown.parent / Path(inside).name

    def read_into(self, buffer: memoryview) -> int:
        """Fill a buffer with the next bytes; how many those are, 0 at the end."""
        if self._held:
            n_held = min(len(buffer), len(self._held))
            buffer[:n_held] = self._held[:n_held]
            self._held = self._held[n_held:]
            return n_held
        with member_errors(self._probe.name), _stream_errors(self._probe.name):
            n_more = self._stream.readinto(buffer)  # type: ignore[attr-defined]  # every one of them has it
        self._n_bytes += n_more
        if self._n_bytes > self._allowed:
            raise _too_large(self._probe, f"more than {self._allowed:,}")
        return int(n_more)

    def beginning(self, n_bytes: int) -> tuple[bytes, bool]:
        """The first bytes, which stay to be read, and whether they are all there are."""
        buffer = memoryview(bytearray(n_bytes))
        end = 0
        while end < n_bytes and (n_more := self.read_into(buffer[end:])):
            end += n_more
        self._held = buffer[:end].toreadonly()
        return bytes(self._held), end < n_bytes

    def skip(self, n_bytes: int) -> None:
        """Leave out bytes of the beginning."""
        self._held = self._held[n_bytes:]

    def done(self) -> float:
        """How much of the compressed file was read (0..1)."""
        return min(1.0, self._packed.tell() / max(1, self._probe.size))

    def close(self) -> None:
        """Close the file."""
        self._opened.close()


def sweep_leftovers() -> None:
    """Remove temporary files that a killed process left in our cache more than a day ago."""
    with suppress(OutputError, OSError):
        for left in paths.cache().glob(f"{PREFIX}*"):
            with suppress(OSError):  # another process may be as quick
                facts = left.lstat()
                if time.time() - facts.st_mtime > _LEFT_OVER_SECONDS and not left.is_dir():
                    left.unlink()


def is_packed(probe: Probe) -> bool:
    if probe.head.startswith(MAGICS):
        return not any(member.filename.endswith(".npy") for member in members(probe))
    return probe.head.startswith((_GZIP, _XZ)) or (probe.head.startswith(_BZIP2) and probe.head[4:10] == b"1AY&SY")


def _unpack(probe: Probe, wanted: str | None, stack: ExitStack) -> Steps[Probe]:
    room = max(0, shutil.disk_usage(paths.cache()).free - _DISK_MARGIN)
    allowed = max(SMALL_BYTES, MOST_TIMES * probe.size)
    handle, name = tempfile.mkstemp(prefix=PREFIX, dir=paths.cache())
    target = Path(name)
    stack.callback(target.unlink, missing_ok=True)
    shown = _inside(probe)
    with os.fdopen(handle, "wb") as out, probe.path.open("rb") as packed, ExitStack() as opened:
        with member_errors(probe.name):
            stream, inside = _stream(probe, packed, wanted, allowed, opened)
        if inside is not None:
            shown = probe.shown.parent / Path(inside).name
        done = 0
        while True:
            with member_errors(probe.name), _stream_errors(probe.name):
                block = stream.read(BLOCK_BYTES)
            if not block:
                break
            done += len(block)
            if done > allowed:
                raise _too_large(probe, f"more than {allowed:,}")
            if done > room:
                raise _no_room(probe, room)
            out.write(block)
            yield Progress(
                min(1.0, packed.tell() / max(1, probe.size)), f"Unpacking {probe.name}: {done / 1e6:,.0f} MB"
            )
    return Probe.of(target, shown)


def _inside(probe: Probe) -> Path:
    return probe.shown.with_suffix("") if probe.shown.suffix.lower() in _SUFFIXES else probe.shown


def _stream(
    probe: Probe, packed: IO[bytes], wanted: str | None, allowed: int, opened: ExitStack
) -> tuple[IO[bytes], str | None]:
    """The stream of unpacked bytes, and the member's name where the archive gives one."""
    if probe.head.startswith(_GZIP):
        return cast(IO[bytes], opened.enter_context(gzip.GzipFile(fileobj=packed))), None
    if probe.head.startswith(_BZIP2):
        return cast(IO[bytes], opened.enter_context(bz2.BZ2File(packed))), None
    if probe.head.startswith(_XZ):
        return cast(IO[bytes], opened.enter_context(lzma.LZMAFile(packed))), None
    archive = opened.enter_context(zipfile.ZipFile(packed))
    found = [member for member in members(probe) if not member.filename.startswith("__MACOSX/")]
    named = [member for member in found if member.filename == wanted]
    chosen = named if named or (len(found) > 1 and wanted is not None) else found  # a lone table may have such a column
    if len(chosen) != 1:
        names = ", ".join(f"“{member.filename}”" for member in found[:12]) or "nothing"
        raise FormatError(
            f"“{probe.name}” holds {len(found):,} files: {names}; unpack it, or name one of them.",
            remedy="vector_column",
        )
    if chosen[0].file_size > allowed:
        raise _too_large(probe, f"{chosen[0].file_size:,}")
    return opened.enter_context(archive.open(chosen[0])), chosen[0].filename


def _too_large(probe: Probe, n_bytes: str) -> FormatError:
    return FormatError(
        f"“{probe.name}” unpacks to {n_bytes} bytes from {probe.size:,}, which is more than vectors do; unpack it "
        "yourself if you trust it, and open that."
    )


def _no_room(probe: Probe, room: int) -> FormatError:
    return FormatError(
        f"“{probe.name}” unpacks to more than the {room / 1e6:,.0f} MB that {paths.cache()} has room for; free some of "
        "that disk, or name a folder on another one by EMBEDVIZ_CACHE."
    )


@contextmanager
def _stream_errors(name: str) -> Iterator[None]:
    """Damage that gzip and bzip2 report as OSError without a number, or ValueError, as FormatError."""
    try:
        yield
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise FormatError(f"The compressed file “{name}” is damaged ({error}); get it again.") from error
