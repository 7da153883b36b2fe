"""Files inside a folder that was opened: none outside it is ever read, whatever a name or a link says."""

from __future__ import annotations

import json
import re
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from embedviz.errors import FormatError
from embedviz.formats.memory_plan import check_memory
from embedviz.formats.probe import Probe

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_BYTES_PER_BYTE = 12
_LONGEST_JSON = 1 << 28


def inside(folder: Path, name: str) -> Path:
    """The path of the file that a folder calls `name`; FormatError if that is a URL or leads out of the folder."""
    shown = name if len(name) <= 80 else name[:79] + "…"
    windows = PureWindowsPath(name)
    if _URL.match(name) and not windows.drive:
        raise FormatError(
            f"“{folder.name}” names “{shown}”, a place on the network; only files in the folder are read."
        )
    parts = {*PurePosixPath(name).parts, *windows.parts}
    is_outside = not name or "\0" in name or ".." in parts or name.startswith(("/", "\\", "~")) or windows.drive
    if is_outside or not _leads_inside(folder, folder / name):
        raise FormatError(
            f"“{folder.name}” names “{shown}”, which leads out of the folder; only files in it are read. Copy the "
            "file into the folder."
        )
    return folder / name


def has(folder: Path, name: str) -> bool:
    """Whether a regular file of that name lies in the folder, not behind a link that leads out of it."""
    path = folder / name
    return path.is_file() and _leads_inside(folder, path)


def probe_inside(folder: Path, name: str) -> Probe:
    """The probe of a file in the folder."""
    path = inside(folder, name)
    return Probe.of(path, path)


def read_json(path: Path) -> Any:
    """What a JSON file holds; FormatError if it is none, or so large that no such file needs it."""
    size = path.stat().st_size
    if size > _LONGEST_JSON:
        raise FormatError(f"“{path.name}” has {size:,} bytes, more than any such file needs.")
    check_memory(path.name, 0, 0, extra_bytes=_BYTES_PER_BYTE * size)
    with path.open("rb") as file:
        return parsed_json(file.read(size), path.name)


def parsed_json(content: bytes, name: str) -> Any:
    """What JSON text holds; FormatError if it is none."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FormatError(
            f"“{name}” is no readable JSON ({' '.join(str(error).split())[:80]}); get it again."
        ) from error


def _leads_inside(folder: Path, path: Path) -> bool:
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):  # a loop of links
        return False
