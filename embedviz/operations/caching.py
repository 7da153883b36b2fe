"""The cache of opened files: what it holds, clearing it, and keeping what was slow to read."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot

from embedviz import formats
from embedviz.jobs import Job
from embedviz.operations.base import OperationsBase
from embedviz.progress import Progress, Steps

MEGABYTE = 1e6


class CachingOperations(OperationsBase):
    """Look at the cache and clear it; `cache_measured` carries a CacheUsage."""

    cache_measured = Signal(object)

    def measure_cache(self) -> None:
        """Find out what the cache holds."""
        self._start(_measured(), "Looking at the cache")

    def clear_cache(self) -> None:
        """Delete what the cache holds; open spaces stay usable."""
        self._start(_cleared(), "Clearing the cache")

    def _start(self, steps: Steps[tuple[formats.CacheUsage, int | None]], title: str) -> None:
        self.jobs.start(
            "cache",
            steps,
            title=title,
            is_quiet=True,
            on_success=self._on_cache_known,
            on_failure=self._on_job_failed,
        )

    @Slot(object)
    def _on_cache_known(self, job: Job) -> None:
        usage, freed = job.result
        if freed is not None:
            self.say(f"The cache is cleared: {size_text(freed)} freed." if freed else "The cache was empty already.")
        self.cache_measured.emit(usage)


def size_text(n_bytes: int) -> str:
    """A size in the unit that fits it."""
    if n_bytes >= 1000 * MEGABYTE:
        return f"{n_bytes / (1000 * MEGABYTE):,.1f} GB"
    return f"{n_bytes / MEGABYTE:,.1f} MB" if n_bytes >= MEGABYTE / 10 else f"{n_bytes / 1000:,.0f} kB"


def _measured() -> Steps[tuple[formats.CacheUsage, int | None]]:
    yield Progress(None, "Looking at the cache")
    return formats.cache_usage(), None


def _cleared() -> Steps[tuple[formats.CacheUsage, int | None]]:
    yield Progress(None, "Clearing the cache")
    freed = formats.clear_cache()
    return formats.cache_usage(), freed
