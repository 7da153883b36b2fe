"""What a file will need in memory, compared with what is free before anything is allocated."""

from __future__ import annotations

from embedviz.errors import MemoryPlanError

_GIGABYTE = 1e9


def check_memory(name: str, n_items: int, n_dims: int, *, extra_bytes: int = 0) -> None:
    """Raise MemoryPlanError where `n_items` x `n_dims` float32 and `extra_bytes` exceed the memory that is free."""
    needed = 4 * n_items * n_dims + extra_bytes
    free = free_memory()
    if needed > free:
        use = f" for {n_items:,} items of {n_dims:,} dimensions" if n_items else ""
        raise MemoryPlanError(
            f"“{name}” needs {needed / _GIGABYTE:,.1f} GB{use}, and "
            f"{free / _GIGABYTE:,.1f} GB of memory are free; close other programs or open a smaller file."
        )


def free_memory() -> int:
    """Bytes of memory that can be had without swapping."""
    import psutil

    return int(psutil.virtual_memory().available)
