"""The colours in force: worked out once for the plot that wears them and the legend that explains them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from embedviz.operations import Operations
from embedviz.raster.color_steps import ColorWish
from embedviz.raster.coloring import Coloring, count_shown, with_alphas
from embedviz.session import Session
from embedviz.views.appearance import Appearance


class ColorKey(QObject):
    """Follows the session's colouring and the theme.

    `changed` states that items look different, `legend_changed` that other colours or words explain them. `coloring`
    is what the plot wears, with what is hidden and faded; `hint` says what to do where there is nothing to colour by.
    """

    changed = Signal()
    legend_changed = Signal()

    def __init__(
        self, session: Session, operations: Operations, appearance: Appearance, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._operations = operations
        self._appearance = appearance
        self._wish: ColorWish | None = None
        self._all: Coloring | None = None
        self._highlighted: int | None = None
        self.coloring: Coloring | None = None
        self.hint = ""
        session.space_changed.connect(self._on_state_changed)
        session.coloring_changed.connect(self._on_state_changed)
        session.color_limits_changed.connect(self._on_state_changed)
        session.answer_changed.connect(self._on_answer_changed)
        session.selection_changed.connect(self._on_selection_changed)
        session.projection_changed.connect(self._on_plane_changed)
        session.view_changed.connect(self._on_plane_changed)
        session.hidden_classes_changed.connect(self._on_hidden_classes_changed)
        appearance.changed.connect(self._on_appearance_changed)
        operations.colors_made.connect(self._on_colors_made)
        operations.colors_refused.connect(self._on_colors_refused)
        self._on_state_changed()

    @property
    def hidden(self) -> frozenset[int]:
        """The codes that are hidden, if any are."""
        return self._session.state.hidden_classes if self._all is not None else frozenset()

    @property
    def n_shown(self) -> int:
        """How many items are not hidden."""
        filtered = self.filtered()
        return count_shown(filtered) if filtered is not None else 0

    def filtered(self) -> Coloring | None:
        """The colours without those that are hidden, and nothing faded: what a figure wears."""
        return with_alphas(self._all, self.hidden) if self._all is not None else None

    def highlight(self, code: int | None) -> None:
        """Fade all colours but one for as long as the cursor is on it; None ends that."""
        if code != self._highlighted:
            self._highlighted = code
            self._dress()

    def _wished(self) -> ColorWish | None:
        state = self._session.state
        if state.coloring is None or state.space is None:
            return None
        return ColorWish(
            space=state.space,
            choice=state.coloring,
            dark=self._appearance.theme.is_dark,
            projection=state.projection,
            axes=state.view.axes,
            answer=state.answer,
            selection=state.selection,
            limits=state.color_limits,
        )

    def _dress(self) -> None:
        before, everything = self.coloring, self._all
        if everything is None:
            self.coloring = None
        else:
            code = self._highlighted
            if code not in self._listed() or code in self.hidden:  # what is hidden cannot stand out
                code = None
            self.coloring = with_alphas(everything, self.hidden, code)
        if self.coloring is not before:
            self.changed.emit()

    def _listed(self) -> range:
        return range(len(self._all.palette)) if self._all is not None else range(0)

    def _take(self, coloring: Coloring | None, hint: str) -> None:
        is_new = coloring is not self._all or hint != self.hint
        self._all, self.hint = coloring, hint
        self._dress()
        if is_new:
            self.legend_changed.emit()

    def _follow(self, *choices: str) -> None:
        """Work the colours out anew if one of `choices` is in force, which depend on what has changed."""
        if self._session.state.coloring in choices:
            self._on_state_changed()

    @Slot()
    def _on_state_changed(self) -> None:
        """The old colours stay until the new ones are there, unless they belong to another space."""
        before, self._wish = self._wish, self._wished()
        if self._wish is None:
            self._operations.jobs.cancel("colors")
            self._take(None, "")
            return
        if before is not None and before.choice != self._wish.choice:
            self._highlighted = None
        if self._all is not None and (before is None or before.space is not self._wish.space):
            self._take(None, "")
        self._operations.prepare_colors(self._wish)

    @Slot()
    def _on_answer_changed(self) -> None:
        self._follow(":similarity")

    @Slot()
    def _on_selection_changed(self) -> None:
        self._follow(":selection")

    @Slot()
    def _on_plane_changed(self) -> None:
        state, wish = self._session.state, self._wish
        if wish is None or (wish.projection, wish.axes[:2]) != (state.projection, state.view.axes[:2]):
            self._follow(":density")

    @Slot()
    def _on_appearance_changed(self) -> None:
        if self._wish is not None and self._wish.dark != self._appearance.theme.is_dark:
            self._on_state_changed()

    @Slot()
    def _on_hidden_classes_changed(self) -> None:
        self._dress()

    @Slot(object, object)
    def _on_colors_made(self, wish: ColorWish, coloring: Coloring) -> None:
        if wish is self._wish:
            self._take(coloring, "")

    @Slot(object, str)
    def _on_colors_refused(self, wish: ColorWish, reason: str) -> None:
        if wish is self._wish:
            self._take(None, reason)
