"""Zip archives as untrusted input: their list of members, and every way they can be damaged as one error."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from embedviz.errors import FormatError
from embedviz.formats.probe import Probe

MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
_MOST_MEMBERS = 10_000
_ENCRYPTED = 1


def members(probe: Probe) -> list[zipfile.ZipInfo]:
    """The members of a zip archive that are files; empty if the file is no archive at all."""
    if not probe.head.startswith(MAGICS):
        return []
    with member_errors(probe.name), zipfile.ZipFile(probe.path) as archive:
        found = [member for member in archive.infolist() if member.filename and not member.is_dir()]
    if len(found) > _MOST_MEMBERS:
        raise FormatError(f"“{probe.name}” holds {len(found):,} files; at most {_MOST_MEMBERS:,} are looked at.")
    if any(member.flag_bits & _ENCRYPTED for member in found):
        raise FormatError(f"“{probe.name}” is protected by a password; unpack it and open the file inside.")
    return found


@contextmanager
def member_errors(name: str) -> Iterator[None]:
    """Turn what a damaged or unusual archive raises into FormatError."""
    damaged = (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        EOFError,
        struct.error,
        UnicodeDecodeError,
        OverflowError,
    )
    try:
        yield
    except damaged as error:
        raise FormatError(f"The archive “{name}” is damaged ({error}); get it again.") from error
    except (NotImplementedError, RuntimeError) as error:
        raise FormatError(f"The archive “{name}” is packed in a way that cannot be read ({error}).") from error
