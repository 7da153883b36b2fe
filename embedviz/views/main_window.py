"""The main window: assembles the panels; it shows itself before the heavy libraries are loaded."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from embedviz.views import theme as measures
from embedviz.views.appearance import Appearance
from embedviz.views.first_place import place_first

if TYPE_CHECKING:
    from embedviz.operations import Operations
    from embedviz.session import Session
    from embedviz.views.train import TrainPanel

LEFT_WIDTH, RIGHT_WIDTH = 200, 252
RAIL_WIDTH = 68
FOLD_BELOW = 1000
FIRST_SIZE = (1280, 800)


class MainWindow(QMainWindow):
    """The window of one session. `furnish` puts the panels in; `furnished` states that they stand."""

    furnished = Signal()
    closed = Signal()

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.setWindowTitle("embedviz")
        self.appearance = appearance
        appearance.setParent(self)
        self.setAcceptDrops(True)
        self.setMinimumSize(320, 240)
        self._is_wide = True
        place_first(self, QSize(*FIRST_SIZE))
        self._central = QWidget()
        self._central.setObjectName("central")
        self.setCentralWidget(self._central)
        self.menuBar()

    def furnish(self, session: Session, operations: Operations) -> None:
        """Build the panels; loads numpy if nobody has yet."""
        from embedviz.views.actions import make_actions
        from embedviz.views.answer_panel import AnswerPanel
        from embedviz.views.color_key import ColorKey
        from embedviz.views.commands import Commands
        from embedviz.views.drawer import Drawer
        from embedviz.views.import_sheet import ImportAsker
        from embedviz.views.message_bar import MessageBar
        from embedviz.views.mode_rail import ModeRail
        from embedviz.views.plot import Plot
        from embedviz.views.plot.tools import PlotTools
        from embedviz.views.plot_stage import PlotStage
        from embedviz.views.query_bar import QueryBar
        from embedviz.views.space_panel import SpacePanel
        from embedviz.views.thumbnails import Thumbnails

        self.session, self.operations = session, operations
        self.query_bar = QueryBar(session, operations, self.appearance)
        self.query_edit = self.query_bar.query_edit
        self.color_key = ColorKey(session, operations, self.appearance, self)
        self.space_panel = SpacePanel(session, operations, self.color_key)
        self.mode_panels = QStackedWidget()
        self.mode_panels.addWidget(self.space_panel)
        self.thumbnails = Thumbnails(session, operations.jobs, self)
        self.plot = Plot(session, operations, self.appearance, self.color_key)
        self.plot_stage = PlotStage(session, operations, self.appearance, self.plot)
        self.plot.hover_card.take_pictures_from(self.thumbnails)
        operations.said.connect(self.plot.empty_hint.tell)
        self.answer_panel = AnswerPanel(session, operations, self.appearance, self.thumbnails)
        self.neighbor_table = self.answer_panel.neighbor_table
        self.message_bar = MessageBar(operations, self.appearance)
        ImportAsker(operations, self.appearance, self)
        self._commands = Commands(self)
        self.named_actions: dict[str, QAction] = make_actions(self, self._commands)
        of_neighbors = ("explain_neighbor", "compare_items", "pin_neighbors", "copy_neighbors")
        self.neighbor_table.addActions([self.named_actions[f"action_{name}"] for name in of_neighbors])
        tools = [
            (name, self.named_actions[f"action_{action}"])
            for name, action in (
                ("pan", "pan_view"),
                ("rectangle", "select_rectangle"),
                ("lasso", "select_lasso"),
                ("brush", "select_brush"),
                ("fit", "fit_all"),
            )
        ]
        self.plot_tools = PlotTools(self.appearance, tools, self.plot)
        self.rail = ModeRail(
            session,
            operations,
            self.appearance,
            [
                ("open", "Open", self.named_actions["action_open_file"]),
                ("commands", "Commands", self.named_actions["action_show_palette"]),
            ],
        )
        self.drawer = Drawer(session, operations, self.appearance)
        self._lay_out()
        session.view_changed.connect(self._on_view_changed)
        operations.corpus_offered.connect(self._on_corpus_offered)
        session.history_changed.connect(self._on_history_changed)
        session.answer_changed.connect(self._on_answer_changed)
        session.space_changed.connect(self._on_space_changed)
        self.appearance.changed.connect(self._on_appearance_changed)
        self.appearance.preferred.connect(self._on_preferred)
        self._on_history_changed()
        self._on_space_changed()
        self._on_appearance_changed()
        self._on_preferred()
        self._on_view_changed()
        self.query_edit.setFocus()
        self.furnished.emit()

    @cached_property
    def train_panel(self) -> TrainPanel:
        """The panel of Train, built when it is first wanted."""
        from embedviz.views.train import TrainPanel

        made = TrainPanel(self.operations)
        made.quality_button.clicked.connect(self.drawer.show_quality)
        self.mode_panels.addWidget(made)
        return made

    def prepare_next(self) -> bool:
        """Build one more piece of what is not seen yet; False if nothing is left."""
        if "train_panel" not in vars(self):
            _ = self.train_panel
            return True
        return self.drawer.build_next()

    def toggle_panel(self) -> None:
        """Show or hide the left panel."""
        self.mode_panels.setVisible(self.mode_panels.isHidden())

    def toggle_answers(self) -> None:
        """Show or hide the right column."""
        self.answer_panel.setVisible(self.answer_panel.isHidden())

    def show_answers(self) -> None:
        """Show the right column."""
        self.answer_panel.show()

    def _lay_out(self) -> None:
        shown = QHBoxLayout()
        shown.setSpacing(measures.GAP)
        shown.addWidget(self._framed_plot(), 1)
        shown.addWidget(self.answer_panel)
        middle = QVBoxLayout()
        middle.setSpacing(measures.GAP)
        middle.addLayout(shown, 1)
        middle.addWidget(self.drawer)
        body = QHBoxLayout()
        body.setSpacing(measures.GAP)
        body.addWidget(self.mode_panels)
        body.addLayout(middle, 1)
        right = QVBoxLayout()
        right.setSpacing(measures.GAP)
        right.addWidget(self.query_bar)
        right.addLayout(body, 1)
        row = QHBoxLayout()
        row.setSpacing(measures.GAP)
        row.addWidget(self.rail)
        row.addLayout(right, 1)
        column = QVBoxLayout(self._central)
        column.setContentsMargins(4, 4, measures.GAP, 4)
        column.setSpacing(4)
        column.addLayout(row, 1)
        column.addWidget(self.message_bar)

    def _framed_plot(self) -> QWidget:
        from embedviz.views.panel import panel

        frame, column = panel()
        column.setContentsMargins(1, 1, 1, 1)
        column.addWidget(self.plot_stage)
        self.plot.setMinimumSize(40, 40)
        return frame

    def _fold(self, width: int) -> None:
        """Give a narrow window to the plot; the columns come back with F7 and F8, or with more room."""
        is_wide = width >= self.appearance.px(FOLD_BELOW)
        if is_wide != self._is_wide:
            self._is_wide = is_wide
            self.mode_panels.setVisible(is_wide)
            self.answer_panel.setVisible(is_wide)

    @Slot()
    def _on_view_changed(self) -> None:
        is_training = self.session.state.view.mode == "train"
        shown = self.train_panel if is_training else self.space_panel
        if self.mode_panels.currentWidget() is not shown:
            self.mode_panels.setCurrentWidget(shown)
            self.mode_panels.setVisible(self._is_wide or is_training)  # a text is chosen there, however narrow it is

    @Slot(str)
    def _on_corpus_offered(self, path: str) -> None:
        self.train_panel.choose(path)

    @Slot()
    def _on_history_changed(self) -> None:
        session = self.session
        for name, possible in (
            ("undo", session.can_undo),
            ("redo", session.can_redo),
            ("go_back", session.can_go_back),
            ("go_forward", session.can_go_forward),
        ):
            self.named_actions[f"action_{name}"].setEnabled(possible)

    @Slot()
    def _on_answer_changed(self) -> None:
        """A list that has nothing to walk any more gives the keyboard back."""
        if self.session.state.answer is None and self.neighbor_table.hasFocus():
            self.query_edit.setFocus()

    @Slot()
    def _on_space_changed(self) -> None:
        space = self.session.state.space
        self.setWindowTitle(f"{space.source.name} – embedviz" if space is not None else "embedviz")
        self.plot.setUpdatesEnabled(False)  # its first picture takes a turn of its own, so that keys come between
        QTimer.singleShot(1, self, self._on_turn_over)

    @Slot()
    def _on_turn_over(self) -> None:
        self.plot.setUpdatesEnabled(True)

    @Slot()
    def _on_appearance_changed(self) -> None:
        self.rail.setFixedWidth(self.appearance.px(RAIL_WIDTH))
        self.mode_panels.setFixedWidth(self.appearance.px(LEFT_WIDTH))
        self.answer_panel.setFixedWidth(self.appearance.px(RIGHT_WIDTH))
        self._place_tools()
        self._fold(self.width())
        self.drawer.fit(self.height())

    @Slot()
    def _on_preferred(self) -> None:
        from embedviz.views.actions import show_settings

        show_settings(self.named_actions, self.appearance.settings)

    def _place_tools(self) -> None:
        self.plot_tools.adjustSize()
        self.plot_tools.move(self.appearance.px(80), 8)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "plot_tools"):
            self._fold(event.size().width())
            self.drawer.fit(event.size().height())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths and hasattr(self, "operations"):
            event.acceptProposedAction()
            self.operations.open_dropped(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        """End all work before the window goes."""
        if hasattr(self, "operations"):
            self.query_bar.forget_typing()
            self.operations.close()
            self.plot.close_raster()
        self.closed.emit()
        super().closeEvent(event)
