"""Progress on a terminal: one line that is rewritten, and gone at the end."""

from __future__ import annotations

import shutil
import sys
import time
from types import TracebackType

from embedviz.cli.console import abandon_errors, percent, safe
from embedviz.progress import Progress, time_left

REDRAW_SECONDS = 0.1


class ProgressLine:
    """A callable for `on_progress`, used in a `with`; silent where standard error is not a terminal."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr is not None and sys.stderr.isatty()
        self._drawn_at = 0.0
        self._began = time.monotonic()
        self._width = 0

    def __call__(self, step: Progress) -> None:
        now = time.monotonic()
        if not self._is_shown or now - self._drawn_at < REDRAW_SECONDS:
            return
        self._drawn_at = now
        share = "" if step.fraction is None else f" {percent(step.fraction, 0)}"
        left = time_left(now - self._began, step.fraction)
        share += left and f", {left}"
        room = shutil.get_terminal_size().columns - 1
        self._draw(f"{safe(step.text)[: max(0, room - len(share))]}{share}")

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def clear(self) -> None:
        """Take the line away, for something else to be printed."""
        if self._width:
            self._draw("", then="\r")

    def _draw(self, text: str, then: str = "") -> None:
        try:
            sys.stderr.write("\r" + text.ljust(self._width) + then)
            sys.stderr.flush()
        except OSError:  # the terminal is gone; the work is not
            self._is_shown, self._width = False, 0
            abandon_errors()
            return
        self._width = len(text)
