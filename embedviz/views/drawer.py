"""The drawer at the bottom of the window: pages that hold curves, tables and comparisons, one at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from embedviz.operations import Operations
from embedviz.session import Session
from embedviz.views import theme as measures
from embedviz.views.appearance import Appearance
from embedviz.views.ask.compare_page import ComparePage
from embedviz.views.ask.metrics_page import MetricsPage
from embedviz.views.ask.pinned_page import PinnedPage
from embedviz.views.drawer_page import DrawerPage
from embedviz.views.icons import icon
from embedviz.views.lab.analogy_page import AnalogyPage
from embedviz.views.lab.findings_page import FindingsPage
from embedviz.views.learn.evidence_page import EvidencePage
from embedviz.views.learn.next_word_page import NextWordPage
from embedviz.views.learn.pipeline_page import PipelinePage
from embedviz.views.train.moved_page import MovedPage
from embedviz.views.train.quality_page import QualityPage
from embedviz.views.train.runs_page import RunsPage
from embedviz.views.train.sweep_page import SweepPage
from embedviz.views.train.trace_page import TracePage
from embedviz.views.train.training_page import TrainingPage

LOWEST_PX, HIGHEST_PX = 150, 244
LARGEST_SHARE = 0.42
TOOLS_PX = 350
"""Tabs that would leave less room for the tools of a page give way to a list to choose from."""

TIGHT_PX = 640
"""A drawer that is narrower has less air in its buttons."""

AnyPage = TypeVar("AnyPage", bound=DrawerPage)


@dataclass(frozen=True)
class PageSpec:
    """One page: its tab is called `{name}_tab` and shows `title`; `kind` is built when it is first wanted.

    In each of its `modes` its tab stands beside the others; in another mode only while it is open.
    """

    name: str
    title: str
    kind: type[DrawerPage]
    modes: tuple[str, ...] = ("train",)


PAGES: tuple[PageSpec, ...] = (
    PageSpec("training", "Training", TrainingPage),
    PageSpec("quality", "Quality", QualityPage, ("train", "explore")),
    PageSpec("runs", "Runs", RunsPage),
    PageSpec("trace", "Trace", TracePage),
    PageSpec("moved", "Moved", MovedPage),
    PageSpec("sweep", "Sweep", SweepPage),
    PageSpec("metrics", "Metrics", MetricsPage, ("explore",)),
    PageSpec("compare", "Compare", ComparePage, ("explore",)),
    PageSpec("pinned", "Pinned", PinnedPage, ("explore",)),
    PageSpec("analogies", "Analogies", AnalogyPage, ("explore",)),
    PageSpec("findings", "Findings", FindingsPage, ("explore",)),
    PageSpec("pipeline", "Pipeline", PipelinePage, ("learn",)),
    PageSpec("evidence", "Evidence", EvidencePage, ("learn",)),
    PageSpec("next_words", "Next words", NextWordPage, ("learn",)),
)


class Drawer(QFrame):
    """Opens with Train and Learn on their pages; every page opens in any mode, its tab beside those of the mode."""

    def __init__(
        self, session: Session, operations: Operations, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setObjectName("drawer")
        self._session = session
        self._operations = operations
        self._appearance = appearance
        self._built: dict[type[DrawerPage], DrawerPage] = {}
        self._pages = QStackedWidget()
        self._tools = QStackedWidget()
        self._gap = QWidget()
        self._group = QButtonGroup(self)
        self.tabs = {spec.name: self._tab(spec) for spec in PAGES}
        self.page_combo = QComboBox()
        self.close_button = QToolButton()
        self._mode = ""
        self._open: PageSpec | None = None
        self._last = {spec.modes[0]: spec.kind for spec in reversed(PAGES)}
        self._lay_out()
        self.page_combo.activated.connect(self._on_page_chosen)
        self.close_button.clicked.connect(self.hide)
        session.view_changed.connect(self._on_view_changed)
        operations.pins_changed.connect(self._on_pins_changed)
        appearance.changed.connect(self._on_appearance_changed)
        self.hide()
        self._on_appearance_changed()
        self._on_view_changed()

    def page(self, kind: type[AnyPage]) -> AnyPage:
        """The page of a kind, built if it was not yet."""
        if kind not in self._built:
            made = kind(self._session, self._operations, self._appearance)
            self._built[kind] = made
            self._pages.addWidget(made)
            self._tools.addWidget(made.tools)
        page = self._built[kind]
        assert isinstance(page, kind), "a kind has one page"
        return page

    def open(self, kind: type[AnyPage]) -> AnyPage:
        """Show the page of a kind."""
        page = self.page(kind)
        at = [spec.kind for spec in PAGES].index(kind)
        self._open = PAGES[at]
        own = self._open.modes
        self._last |= dict.fromkeys((self._mode,) if self._mode in own else own, kind)
        self.tabs[PAGES[at].name].setChecked(True)
        self.page_combo.setCurrentIndex(at)
        self._pages.setCurrentWidget(page)
        self._tools.setCurrentWidget(page.tools)
        self._fit_tabs()
        self.show()
        return page

    def build_next(self) -> bool:
        """Build one more page that was not seen yet; False if nothing is left."""
        waiting = next((spec for spec in PAGES if spec.kind not in self._built), None)
        if waiting is not None:
            self.page(waiting.kind)
        return waiting is not None

    @property
    def training_page(self) -> TrainingPage:
        """The curves and epochs of the training."""
        return self.page(TrainingPage)

    @property
    def quality_page(self) -> QualityPage:
        """What was evaluated."""
        return self.page(QualityPage)

    @property
    def training_tab(self) -> QToolButton:
        """The tab of the training."""
        return self.tabs["training"]

    @property
    def quality_tab(self) -> QToolButton:
        """The tab of evaluations."""
        return self.tabs["quality"]

    @Slot()
    def show_training(self) -> None:
        """Open the page of the training."""
        self.open(TrainingPage)

    @Slot()
    def show_quality(self) -> None:
        """Open the page of evaluations."""
        self.open(QualityPage)

    def toggle(self) -> None:
        """Close the drawer, or open it on the page that was last seen."""
        if self.isVisible():
            self.hide()
        elif self._open is None:
            self.open(self._last[self._mode])
        else:
            self.show()

    def fit(self, height: int) -> None:
        """Take no more than a share of a window of this height; the plot is what one came to see."""
        most = min(self._appearance.px(HIGHEST_PX), round(LARGEST_SHARE * height))
        self.setFixedHeight(max(self._appearance.px(LOWEST_PX), most))

    def _lay_out(self) -> None:
        self.page_combo.setObjectName("drawer_page_combo")
        self.page_combo.setAccessibleName("Page of the drawer")
        self.page_combo.setToolTip("Page of the drawer")
        self.page_combo.addItems([spec.title for spec in PAGES])
        self.close_button.setObjectName("drawer_close_button")
        self.close_button.setToolTip("Close the drawer (F9)")
        self.close_button.setAccessibleName("Close the drawer")
        self._tools.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._row = row = QHBoxLayout()
        row.setSpacing(4)
        for tab in self.tabs.values():
            row.addWidget(tab)
        row.addWidget(self.page_combo)
        row.addWidget(self._tools, 1)
        row.addWidget(self._gap, 1)
        row.addWidget(self.close_button)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(measures.GAP, 6, measures.GAP, 8)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self._pages, 1)

    def _tab(self, spec: PageSpec) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"{spec.name}_tab")
        button.setText(spec.title)
        button.setAccessibleName(f"{spec.title}, page of the drawer")
        button.setCheckable(True)
        button.clicked.connect(self._on_tab_clicked)
        self._group.addButton(button)
        return button

    @Slot()
    def _on_tab_clicked(self) -> None:
        name = next(name for name, tab in self.tabs.items() if tab.isChecked())
        self.open(next(spec.kind for spec in PAGES if spec.name == name))

    @Slot(int)
    def _on_page_chosen(self, at: int) -> None:
        self.open(PAGES[at].kind)

    @Slot()
    def _on_view_changed(self) -> None:
        """Train and Learn open the page last seen there; leaving them closes the drawer, unless another is open."""
        mode, before = self._session.state.view.mode, self._mode
        if mode == before:
            return
        self._mode = mode
        if mode != "explore":
            page = self.open(self._last[mode])
            if mode == "learn":  # its pages are written into; Train begins in its panel
                page.take_focus()
        elif self._open is not None and before in self._open.modes and mode not in self._open.modes:
            self._open = None
            self.hide()
        self._fit_tabs()

    @Slot()
    def _on_pins_changed(self) -> None:
        """A pinned list is seen at once, unless another page is."""
        if self.isHidden() and self._operations.pins:
            self.open(PinnedPage)

    @Slot()
    def _on_appearance_changed(self) -> None:
        theme, side = self._appearance.theme, self._appearance.px(14)
        self.close_button.setIcon(icon("close", theme.muted))
        self.close_button.setIconSize(QSize(side, side))
        self._fit_tabs()

    def _fit_tabs(self) -> None:
        """A narrow drawer gives the room of its tabs to the tools of the page, or a row of their own."""
        beside = {spec.name for spec in PAGES if self._mode in spec.modes or spec is self._open}
        needed = sum(self.tabs[name].sizeHint().width() + 4 for name in beside)
        self._fit_buttons()
        tools, px = self._tools.currentWidget(), self._appearance.px
        least = 0 if tools is None else tools.minimumSizeHint().width()
        around = self.close_button.sizeHint().width() + 2 * measures.GAP + 3 * self._row.spacing()
        is_wide = needed + max(px(TOOLS_PX), least + around) <= self.width()
        for name, tab in self.tabs.items():
            tab.setVisible(is_wide and name in beside)
        self.page_combo.setVisible(not is_wide)
        is_below = not is_wide and self.page_combo.sizeHint().width() + least + around > self.width()
        self._gap.setVisible(is_below)
        if is_below and self._row.indexOf(self._tools) >= 0:
            self._row.removeWidget(self._tools)
            self._column.insertWidget(1, self._tools)
        elif not is_below and self._row.indexOf(self._tools) < 0:
            self._column.removeWidget(self._tools)
            self._row.insertWidget(self._row.indexOf(self._gap), self._tools, 1)

    def _fit_buttons(self) -> None:
        is_tight = self.width() < self._appearance.px(TIGHT_PX)
        if bool(self._tools.property("tight")) != is_tight:
            self._tools.setProperty("tight", is_tight)
            for button in self._tools.findChildren(QPushButton):
                self.style().polish(button)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_tabs()
