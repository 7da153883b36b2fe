"""The settings as a schema: their defaults, what is possible, and a JSON file that outlives versions."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from embedviz import paths
from embedviz.errors import OutputError

VERSION = 1

# From the version a file was written with to the next; each takes and returns the whole object.
MIGRATIONS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = MappingProxyType({})

THEMES = ("system", "light", "dark")
LabelAmount = Literal["off", "few", "many"]
LABEL_AMOUNTS: tuple[LabelAmount, ...] = ("off", "few", "many")
METRIC_NAMES = ("cosine", "dot", "euclidean", "manhattan")


@dataclass(frozen=True)
class Settings:
    """What a person set: `theme` of THEMES, `interface_scale` 0.75..2.5, `metric` of METRIC_NAMES, `k` 1..1000.

    On the plot: `label_amount` of LABEL_AMOUNTS, the factors `point_size` and `point_opacity` 0.1..10, and whether it
    may show an `overview`. Our copies of opened files may take `cache_gigabytes` 0..1000.
    """

    theme: str = "system"
    interface_scale: float = 1.0
    reduced_motion: bool = False
    metric: str = "cosine"
    k: int = 10
    label_amount: LabelAmount = "many"
    point_size: float = 1.0
    point_opacity: float = 1.0
    overview: bool = True
    cache_gigabytes: float = 4.0


DEFAULTS = Settings()


def load() -> tuple[Settings, str | None]:
    """Read the settings file; also a sentence about what was wrong with it, or None.

    A value that is not possible is replaced by its default; unknown keys are ignored; a file that is not a JSON object
    is moved to `settings.json.broken`, and the defaults are used.
    """
    file = paths.settings_file()
    try:
        stored = json.loads(file.read_bytes())
        if not isinstance(stored, dict):
            raise ValueError(f"it holds a JSON {type(stored).__name__}, not an object")
    except FileNotFoundError:
        return DEFAULTS, None
    except OSError as error:
        return DEFAULTS, f"The settings in {file} cannot be read ({error.strerror}); the defaults are used."
    except (ValueError, RecursionError) as error:
        return DEFAULTS, _set_aside(file, str(error).split("\n")[0])
    return _checked(_migrated(stored), file)


def save(settings: Settings) -> None:
    """Write the settings file whole or not at all; OutputError if it cannot be written."""
    file = paths.settings_file()
    text = json.dumps({"version": VERSION, **asdict(settings)}, indent=2) + "\n"
    try:
        handle, name = tempfile.mkstemp(prefix=".settings-", dir=file.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"The settings could not be saved in {file}: {error.strerror}.") from error


def _set_aside(file: Path, why: str) -> str:
    kept = file.with_name(file.name + ".broken")
    try:
        file.replace(kept)
    except OSError:
        return f"The settings in {file} cannot be used ({why}); the defaults are used."
    return f"The settings could not be read ({why}); the defaults are used, and the old file is kept as {kept}."


def _migrated(stored: dict[str, Any]) -> dict[str, Any]:
    version = stored.get("version")
    while isinstance(version, int) and version in MIGRATIONS:
        stored = MIGRATIONS[version](stored)
        version += 1
    return stored


def _checked(stored: dict[str, Any], file: Path) -> tuple[Settings, str | None]:
    good = {name: value for name, value in stored.items() if name in _POSSIBLE and _POSSIBLE[name](value)}
    wrong = [field.name for field in fields(Settings) if field.name in stored and field.name not in good]
    settings = Settings(**good)
    if not wrong:
        return settings, None
    replaced = ", ".join(f"{name} (now {getattr(settings, name)})" for name in wrong)
    return settings, f"Settings with values that are not possible were replaced: {replaced}. They stand in {file}."


def _is_number(value: object, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


_POSSIBLE: Mapping[str, Callable[[Any], bool]] = MappingProxyType(
    {
        "theme": lambda value: isinstance(value, str) and value in THEMES,
        "interface_scale": lambda value: _is_number(value, 0.75, 2.5),
        "reduced_motion": lambda value: isinstance(value, bool),
        "metric": lambda value: isinstance(value, str) and value in METRIC_NAMES,
        "k": lambda value: isinstance(value, int) and _is_number(value, 1, 1000),
        "label_amount": lambda value: isinstance(value, str) and value in LABEL_AMOUNTS,
        "point_size": lambda value: _is_number(value, 0.1, 10),
        "point_opacity": lambda value: _is_number(value, 0.1, 10),
        "overview": lambda value: isinstance(value, bool),
        "cache_gigabytes": lambda value: _is_number(value, 0, 1000),
    }
)
