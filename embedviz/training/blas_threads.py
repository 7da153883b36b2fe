"""How many threads the matrix products of this process use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from embedviz.errors import MissingLibraryError


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Let each product be computed by the thread that asks for it, until the block ends.

    Small products gain little from the library's own threads, which wait for each other by spinning: where another
    program holds a core, each product then takes the milliseconds of a turn of the scheduler. MissingLibraryError
    without threadpoolctl.
    """
    try:
        threadpoolctl: Any = import_module("threadpoolctl")
    except ImportError as error:
        raise MissingLibraryError(
            f"Training this network needs the library threadpoolctl, which did not import ({error}); install it."
        ) from error
    with threadpoolctl.threadpool_limits(1, "blas"):
        yield
