"""The mean of several words, or each apart: a small row of tabs above the table of neighbours."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtWidgets import QTabBar, QWidget

from embedviz.operations import Operations
from embedviz.session import Session
from embedviz.views.text import one_line

MEAN, APART, ANY, FIRST_PART = 0, 1, 1, 2
LONGEST_NAME = 16


class ApartTabs(QTabBar):
    """Of a list: Mean | Each apart. Of a list that was asked apart: Mean | Any | and each of its parts."""

    def __init__(self, session: Session, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("apart_tabs")
        self.setAccessibleName("The mean of the words, or each apart")
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(True)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self._session = session
        self._operations = operations
        self.currentChanged.connect(self._on_current_changed)
        session.answer_changed.connect(self._on_answer_changed)
        self._on_answer_changed()

    @Slot()
    def _on_answer_changed(self) -> None:
        answer = self._session.state.answer
        titles: list[str] = []
        if answer is not None and answer.parts:
            titles = ["Mean", "Any", *(one_line(typed, most=LONGEST_NAME) for typed in answer.listed)]
        elif answer is not None and len(answer.listed) > 1:
            titles = ["Mean", "Each apart"]
        with QSignalBlocker(self):
            while self.count() > len(titles):
                self.removeTab(self.count() - 1)
            for at, title in enumerate(titles):
                if at == self.count():
                    self.addTab("")
                self.setTabText(at, title.replace("&", "&&"))
                self.setTabToolTip(at, title)
            if answer is not None and titles:
                part = ANY if answer.part is None else FIRST_PART + answer.part
                self.setCurrentIndex(part if answer.parts else MEAN)
        self.setVisible(bool(titles))

    @Slot(int)
    def _on_current_changed(self, index: int) -> None:
        answer = self._session.state.answer
        if answer is None:
            return
        if index == MEAN:
            self._operations.ask_mean()
        elif not answer.parts:
            self._operations.ask_apart()
        else:
            self._operations.show_part(None if index == ANY else index - FIRST_PART)
