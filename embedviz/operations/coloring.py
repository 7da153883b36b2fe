"""Colouring: by what, within which limits, which classes are hidden; and the work that colours take."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal, Slot

from embedviz.errors import EmbedvizError
from embedviz.jobs import Job
from embedviz.operations.drawing import DrawingOperations
from embedviz.operations.looking import Combining
from embedviz.progress import finish
from embedviz.raster.color_steps import ColorWish, coloring_steps
from embedviz.raster.coloring import Coloring, with_alphas
from embedviz.raster.scales import Limits, check_limits
from embedviz.raster.seen import seen_steps
from embedviz.raster.tint_layers import TintWish, layer_steps
from embedviz.space.arrays import FloatArray, RowArray

AT_ONCE_UP_TO = 20_000
AT_ONCE_FLOATS = 1 << 20


class ColoringOperations(DrawingOperations):
    """Choose colours, hide classes, and work colours out in the background.

    `colors_made` carries a ColorWish and its Coloring, `colors_refused` a wish and the reason in words; `tints_made` a
    TintWish and its tints; `seen_made` a Coloring and the points it leaves to touch. The class extends the
    drawing operations because Qt finds signals in the first line of ancestors only.
    """

    colors_made = Signal(object, object)
    colors_refused = Signal(object, str)
    tints_made = Signal(object, object)
    seen_made = Signal(object, object)

    _colored: tuple[ColorWish, Coloring] | None = None

    def color_by(self, choice: str | None) -> None:
        """Colour the plot by a metadata column, by what is built in (`:density`, ...), or by nothing."""
        self.session.replace(coloring=choice)

    def set_color_limits(self, limits: Limits) -> None:
        """Spread the colours of numbers between other limits."""
        try:
            check_limits(limits)
        except EmbedvizError as error:
            self.complain(error)
            return
        if limits != self.session.state.color_limits:
            self.session.replace(color_limits=limits)

    def toggle_class(self, code: int) -> None:
        """Hide the items of one colour, or show them again."""
        self.session.settle()
        self._hide(self.session.state.hidden_classes ^ {code}, merge=f"class {code}")

    def isolate_class(self, code: int, codes: Iterable[int], *, is_toggled: bool = False) -> None:
        """Hide all colours among `codes` but one; where that is so already, show all.

        `is_toggled` where this one was toggled a moment ago by the first half of a double click: it is one step.
        """
        others, hidden = frozenset(codes) - {code}, self.session.state.hidden_classes
        before = hidden ^ {code} if is_toggled else hidden
        self._hide(frozenset() if before == others else others, merge=f"class {code}" if is_toggled else None)

    def show_all_classes(self) -> None:
        """Show the items of all colours."""
        self._hide(frozenset(), merge=None)

    def prepare_colors(self, wish: ColorWish) -> None:
        """Work out the colours that are wished, and tell them; few items need no background work."""
        self.jobs.cancel("colors")
        steps = coloring_steps(wish)
        if wish.space.n_items <= AT_ONCE_UP_TO and wish.space.vectors.size <= AT_ONCE_FLOATS:
            try:
                self._take_colors(wish, finish(steps))
            except EmbedvizError as error:
                self.colors_refused.emit(wish, str(error))
            return
        self.jobs.start(
            "colors",
            steps,
            title="Colouring the plot",
            context=wish,
            is_quiet=True,
            on_success=self._on_colors_made,
            on_failure=self._on_colors_failed,
        )

    def prepare_tints(self, wish: TintWish) -> None:
        """Work out the tints of the plot's layers in the background; the newest wish wins."""
        self.jobs.start(
            "tints",
            layer_steps(wish),
            title="Colouring the plot",
            context=wish,
            is_quiet=True,
            on_success=self._on_tints_made,
            on_failure=self._on_job_failed,
        )

    def prepare_seen(self, points: FloatArray, coloring: Coloring) -> None:
        """Sort what a colouring leaves of the plot (n, 2), and find out which items to name first."""
        if len(points) <= AT_ONCE_UP_TO:
            self.jobs.cancel("seen")
            self.seen_made.emit(coloring, finish(seen_steps(points, coloring)))
            return
        self.jobs.start(
            "seen",
            seen_steps(points, coloring),
            title="Sorting what is shown",
            context=coloring,
            is_quiet=True,
            on_success=self._on_seen_made,
            on_failure=self._on_job_failed,
        )

    def _hide(self, hidden: frozenset[int], *, merge: str | None) -> None:
        if hidden != self.session.state.hidden_classes:
            self.session.replace(merge=merge, hidden_classes=hidden)

    def _select(self, rows: RowArray, how: Combining) -> None:
        """What is hidden is not selected by drawing around it."""
        hidden = self.session.state.hidden_classes
        if hidden and self._colored is not None and how != "remove":
            wish, coloring = self._colored
            if wish.space is self.session.state.space and wish.choice == self.session.state.coloring:
                shown = with_alphas(coloring, hidden).shown()
                rows = rows if shown is None else rows[shown[rows]]
        super()._select(rows, how)

    def _take_colors(self, wish: ColorWish, coloring: Coloring) -> None:
        self._colored = wish, coloring
        self.colors_made.emit(wish, coloring)

    @Slot(object)
    def _on_colors_made(self, job: Job) -> None:
        self._take_colors(job.context, job.result)

    @Slot(object)
    def _on_colors_failed(self, job: Job) -> None:
        if isinstance(job.error, EmbedvizError):
            self.colors_refused.emit(job.context, str(job.error))
        else:
            self._on_job_failed(job)

    @Slot(object)
    def _on_tints_made(self, job: Job) -> None:
        self.tints_made.emit(job.context, job.result)

    @Slot(object)
    def _on_seen_made(self, job: Job) -> None:
        self.seen_made.emit(job.context, job.result)
