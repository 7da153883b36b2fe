"""What pyarrow raises over a damaged file, as one error with its name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from embedviz.errors import FormatError, MissingLibraryError
from embedviz.formats.arrow_library import load_libraries


@contextmanager
def arrow_errors(name: str) -> Iterator[None]:
    """Turn what pyarrow raises into FormatError, and its absence into MissingLibraryError."""
    load_libraries()
    try:
        import pyarrow as pa
    except ImportError as error:
        raise MissingLibraryError(f"Tables need pyarrow, which did not import ({error}); reinstall pyarrow.") from error
    try:
        yield
    except (pa.ArrowException, UnicodeDecodeError, OverflowError) as error:
        raise damaged(name, error) from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise damaged(name, error) from error


def damaged(name: str, error: Exception) -> FormatError:
    """The words for a file that pyarrow could not read."""
    reason = " ".join(str(error).split())[:200].rstrip(".")
    return FormatError(f"“{name}” is damaged: {reason}.")
