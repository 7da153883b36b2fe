"""What a file will need in memory, compared with what is free before anything is allocated."""

from __future__ import annotations

import shutil
from pathlib import Path

from embedviz.errors import MemoryPlanError

MOST_SAMPLED = 1_000_000
_LEAST_SAMPLED = 1000
_GIGABYTE = 1e9
_DISK_MARGIN = 1 << 26


def check_memory(name: str, n_items: int, n_dims: int, *, extra_bytes: int = 0, can_sample: bool = False) -> None:
    """Raise MemoryPlanError where `n_items` x `n_dims` float32 and `extra_bytes` exceed the memory that is free.

    With `can_sample` the error offers a sample, which is read without holding the rest.
    """
    needed = 4 * n_items * n_dims + extra_bytes
    free = free_memory()
    if needed > free:
        raise short_of_memory(name, n_items, n_dims, needed, free, can_sample=can_sample)


def short_of_memory(
    name: str, n_items: int, n_dims: int, needed: int, free: int, *, can_sample: bool = False
) -> MemoryPlanError:
    """The words for what does not fit: `needed` and `free` bytes."""
    sample = _sample_that_fits(n_items, n_dims, free) if can_sample else 0
    use = f" for {n_items:,} items of {n_dims:,} dimensions" if n_items else ""
    return MemoryPlanError(
        f"“{name}” needs {needed / _GIGABYTE:,.1f} GB{use}, and "
        f"{free / _GIGABYTE:,.1f} GB of memory are free; close other programs or open "
        f"{f'a sample of it, such as {sample:,} items' if sample else 'a smaller file'}.",
        sample,
    )


def _sample_that_fits(n_items: int, n_dims: int, free: int) -> int:
    """A round number of rows that leaves half of the memory free; 0 where that would be hardly any."""
    most = min(MOST_SAMPLED, n_items // 2, free // (8 * max(1, n_dims)))
    return 0 if most < _LEAST_SAMPLED else int(10 ** (len(str(most)) - 1))


def free_memory() -> int:
    """Bytes of memory that can be had without swapping."""
    import psutil

    return int(psutil.virtual_memory().available)


def disk_room(folder: Path) -> int:
    """Bytes that may still be written to the disk of a folder, less a margin for others."""
    return max(0, shutil.disk_usage(folder).free - _DISK_MARGIN)
