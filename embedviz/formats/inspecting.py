"""Looking into a table before it is opened: which columns it has, what they could be, and its first rows."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from embedviz.errors import FormatError, MemoryPlanError
from embedviz.formats.catalog import FORMATS
from embedviz.formats.contents import Contents
from embedviz.formats.opening import StrPath, unknown
from embedviz.formats.pickles import refuse_pickles
from embedviz.formats.probe import Probe, access_error
from embedviz.formats.unpacking import unpacked
from embedviz.progress import Progress, Steps, within


def inspect_steps(path: StrPath) -> Steps[Contents]:
    """What a file of vectors holds, as far as its beginning tells; .gz .zip .bz2 .xz around it are unpacked.

    Files that are no tables have no columns to choose from: their Contents name the format alone. Raises
    FileAccessError, UnknownFormatError, FormatError, UnsafeFileError and MemoryPlanError as `open_steps` does.
    """
    path = Path(path)
    try:
        return (yield from _inspect(path))
    except OSError as error:
        raise access_error(path, error) from error
    except MemoryError as error:
        raise MemoryPlanError(f"“{path.name}” does not fit into the memory that is free.") from error


def _inspect(path: Path) -> Steps[Contents]:
    yield Progress(0.0, f"Looking into {path.name}")
    with ExitStack() as stack:
        original = Probe.of(path, path)
        if not original.size:
            raise FormatError(f"“{path.name}” is empty; choose a file that holds vectors.")
        refuse_pickles(original)
        probe = yield from within(unpacked(original, None, stack), 0.0, 0.8)
        if probe is not original:
            refuse_pickles(probe)
        found = next((entry for entry in FORMATS if entry.detect(probe)), None)
        if found is None:
            raise unknown(probe)
        if found.inspect is None:
            return Contents(found.title, None, ())
        return (yield from within(found.inspect(probe), 0.8, 1.0))
