"""Threads that share a piece of work that is cut into slices, each of which writes to places of its own."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass

from embedviz.progress import Progress, Steps
from embedviz.training.options import TrainingOptions

_POLL_SECONDS = 0.04


@dataclass(frozen=True)
class Crew:
    """Some threads; what they compute must not depend on how many they are."""

    pool: ThreadPoolExecutor
    n_threads: int

    def work_steps(self, work: Callable[[int], None], n_slices: int, progress: Progress) -> Steps[None]:
        """Call `work` with each number below `n_slices`, each thread taking the next; yields `progress` meanwhile.

        Slices that are begun are finished when this is closed, and no others are taken.
        """
        numbers, halt = iter(range(n_slices)), threading.Event()

        def take() -> None:
            for number in numbers:
                if halt.is_set():
                    return
                work(number)

        futures = [self.pool.submit(take) for _ in range(min(self.n_threads, n_slices))]
        try:
            yield progress
            while wait(futures, timeout=_POLL_SECONDS).not_done:
                yield progress
            for future in futures:
                future.result()
        finally:
            halt.set()


@contextmanager
def crew_of(options: TrainingOptions) -> Iterator[Crew]:
    """As many threads as are wished, or one per core; they end with the context."""
    n_threads = options.n_threads or os.cpu_count() or 1
    pool = ThreadPoolExecutor(n_threads, thread_name_prefix="training")
    try:
        yield Crew(pool, n_threads)
    finally:
        pool.shutdown(cancel_futures=True)
