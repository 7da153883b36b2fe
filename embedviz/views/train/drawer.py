"""The drawer at the bottom of the window: pages that hold curves and tables, one at a time."""

from __future__ import annotations

from functools import cached_property

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from embedviz.operations import Operations
from embedviz.session import Session
from embedviz.views import theme as measures
from embedviz.views.appearance import Appearance
from embedviz.views.icons import icon
from embedviz.views.train.quality_page import QualityPage
from embedviz.views.train.training_page import TrainingPage

LOWEST_PX, HIGHEST_PX = 150, 244
LARGEST_SHARE = 0.42


class Drawer(QFrame):
    """Opens with Train on its page; Quality opens in any mode. A page is built when it is first wanted."""

    def __init__(
        self, session: Session, operations: Operations, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setObjectName("drawer")
        self._session = session
        self._operations = operations
        self._appearance = appearance
        self._pages = QStackedWidget()
        self._tools = QStackedWidget()
        self._tabs = QButtonGroup(self)
        self.training_tab = self._tab("Training", "training_tab")
        self.quality_tab = self._tab("Quality", "quality_tab")
        self.close_button = QToolButton()
        self.close_button.setObjectName("drawer_close_button")
        self.close_button.setToolTip("Close the drawer (F9)")
        self.close_button.setAccessibleName("Close the drawer")
        tabs = QHBoxLayout()
        tabs.setSpacing(4)
        tabs.addWidget(self.training_tab)
        tabs.addWidget(self.quality_tab)
        tabs.addWidget(self._tools, 1)
        tabs.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(measures.GAP, 6, measures.GAP, 8)
        column.setSpacing(4)
        column.addLayout(tabs)
        column.addWidget(self._pages, 1)
        self.training_tab.clicked.connect(self.show_training)
        self.quality_tab.clicked.connect(self.show_quality)
        self.close_button.clicked.connect(self.hide)
        session.view_changed.connect(self._on_view_changed)
        appearance.changed.connect(self._on_appearance_changed)
        self._mode = ""
        self.hide()
        self._on_appearance_changed()
        self._on_view_changed()

    @cached_property
    def training_page(self) -> TrainingPage:
        """The curves and epochs of the training."""
        page = TrainingPage(self._session, self._operations, self._appearance)
        self._add(page, page.tools)
        return page

    @cached_property
    def quality_page(self) -> QualityPage:
        """What was evaluated."""
        page = QualityPage(self._session, self._operations, self._appearance)
        self._add(page, page.tools)
        return page

    @Slot()
    def show_training(self) -> None:
        """Open the page of the training."""
        self._open(self.training_page, self.training_tab)

    @Slot()
    def show_quality(self) -> None:
        """Open the page of evaluations."""
        self._open(self.quality_page, self.quality_tab)

    def toggle(self) -> None:
        """Close the drawer, or open it on the page that was last seen."""
        if self.isVisible():
            self.hide()
        elif self._pages.count() == 0:
            self.show_training()
        else:
            self.show()

    def fit(self, height: int) -> None:
        """Take no more than a share of a window of this height; the plot is what one came to see."""
        most = min(self._appearance.px(HIGHEST_PX), round(LARGEST_SHARE * height))
        self.setFixedHeight(max(self._appearance.px(LOWEST_PX), most))

    def _add(self, page: QWidget, tools: QWidget) -> None:
        self._pages.addWidget(page)
        self._tools.addWidget(tools)

    def _open(self, page: QWidget, tab: QToolButton) -> None:
        tab.setChecked(True)
        self._pages.setCurrentWidget(page)
        self._tools.setCurrentIndex(self._pages.currentIndex())
        self.show()

    def _tab(self, word: str, name: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setText(word)
        button.setCheckable(True)
        self._tabs.addButton(button)
        return button

    @Slot()
    def _on_view_changed(self) -> None:
        """Train opens its page; leaving it closes the drawer, unless Quality is open."""
        mode = self._session.state.view.mode
        if mode == self._mode:
            return
        self._mode = mode
        if mode == "train":
            self.show_training()
        elif not self.quality_tab.isChecked():
            self.hide()

    @Slot()
    def _on_appearance_changed(self) -> None:
        theme, side = self._appearance.theme, self._appearance.px(14)
        self.close_button.setIcon(icon("close", theme.muted))
        self.close_button.setIconSize(QSize(side, side))
