"""Figures: draw what the plot shows, for a file, for the clipboard, and as a preview."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal, Slot

from embedviz.jobs import Job
from embedviz.operations.coloring import ColoringOperations
from embedviz.raster import FigureContent, FigureSpec, draw_figure_steps, save_figure_steps

LONGEST_PREVIEW = 1600
SMALLEST_SIDE = 200


class FigureOperations(ColoringOperations):
    """Draw figures in the background; `figure_copied` and `figure_previewed` carry a PNG file as bytes.

    It extends the colouring operations because Qt finds signals in the first line of ancestors only.
    """

    figure_saved = Signal(object)
    figure_copied = Signal(object)
    figure_previewed = Signal(object)

    def save_figure(
        self, content: FigureContent, path: str | Path, spec: FigureSpec, *, overwrite: bool = False
    ) -> None:
        """Write a figure to a file in the format of its suffix, whole or not at all."""
        self.jobs.start(
            "figure",
            save_figure_steps(content, path, spec, overwrite=overwrite),
            title=f"Saving the figure {Path(path).name}",
            context=Path(path),
            on_success=self._on_figure_saved,
            on_failure=self._on_job_failed,
        )

    def copy_figure(self, content: FigureContent, spec: FigureSpec) -> None:
        """Draw a figure as a picture for the clipboard."""
        self.jobs.start(
            "figure",
            draw_figure_steps(content, spec, "png"),
            title="Copying the figure",
            on_success=self._on_figure_drawn,
            on_failure=self._on_job_failed,
        )

    def preview_figure(self, content: FigureContent, spec: FigureSpec) -> None:
        """Draw a figure small and as a picture, whatever it will be saved as."""
        self.jobs.start(
            "preview",
            draw_figure_steps(content, small(spec), "png"),
            title="Drawing a preview",
            is_quiet=True,
            on_success=self._on_figure_previewed,
            on_failure=self._on_job_failed,
        )

    @Slot(object)
    def _on_figure_saved(self, job: Job) -> None:
        self.say(f"Saved the figure {job.context.name}.")
        self.figure_saved.emit(job.context)

    @Slot(object)
    def _on_figure_drawn(self, job: Job) -> None:
        self.figure_copied.emit(job.result)

    @Slot(object)
    def _on_figure_previewed(self, job: Job) -> None:
        self.figure_previewed.emit(job.result)


def small(spec: FigureSpec) -> FigureSpec:
    """A figure in the same proportions that is quick to draw."""
    share = min(1.0, LONGEST_PREVIEW / max(spec.size))
    width, height = (max(round(side * share), SMALLEST_SIDE) for side in spec.size)
    return replace(spec, size=(width, height), scale=1)
