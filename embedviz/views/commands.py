"""What the actions do: ask the person for what is missing, then call an operation or the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog

from embedviz import formats
from embedviz.formats.answer_lists import answer_list, lists_text
from embedviz.raster import FigureContent, FigureSpec
from embedviz.views import dialogs, export_dialog
from embedviz.views.ask.compare_page import ComparePage
from embedviz.views.ask.metrics_page import MetricsPage
from embedviz.views.ask.pinned_page import PinnedPage
from embedviz.views.cache_dialog import CacheDialog
from embedviz.views.lab.commands import LabCommands
from embedviz.views.learn.evidence_page import EvidencePage
from embedviz.views.learn.lines_dialog import LinesDialog
from embedviz.views.learn.next_word_page import NextWordPage
from embedviz.views.learn.pipeline_page import PipelinePage
from embedviz.views.train.runs_page import RunsPage
from embedviz.views.train.trace_page import TracePage

if TYPE_CHECKING:
    from embedviz.views.main_window import MainWindow

FIGURE_SIZE, FIGURE_SCALE = (1600, 1000), 2
POINT_STEP, SMALLEST_FACTOR, LARGEST_FACTOR = 1.25, 0.1, 10.0
METADATA_FILTER = "Tables (*.tsv *.csv *.tab *.txt *.parquet *.arrow *.feather *.json *.jsonl *.ndjson);;All files (*)"
_ONE_CELL = dict.fromkeys(map(ord, "\t\r\n"), " ")  # what would break a row of a pasted table


class Commands(LabCommands):
    """One method an action; the dialogs it needs, and no more."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._operations = window.operations
        self._runners: list[Runner] = []
        window.operations.figure_copied.connect(self._on_figure_copied)

    def runner(self, run: Callable[[Commands], object]) -> Callable[[], None]:
        """A bound slot that runs one command."""
        self._runners.append(Runner(self, run))
        return self._runners[-1].on_triggered

    def open_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self._window, "Open vectors", "", _filters(formats.READABLE_SUFFIXES))
        if path:
            self._operations.open_file(path)

    def open_with_choices(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self._window, "Open with choices", "", _filters(formats.READABLE_SUFFIXES)
        )
        if path:
            self._operations.open_with_choices(path)

    def add_metadata(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self._window, "Add metadata", "", METADATA_FILTER)
        if path:
            self._operations.add_metadata(path)

    def open_glove(self) -> None:
        self._operations.open_sample("glove-10k")

    def open_digits(self) -> None:
        self._operations.open_sample("digits")

    def save_space(self) -> None:
        if self._window.session.state.space is None:
            self._operations.say("There is no open space to save. Open a file first.")
            return
        path, _ = QFileDialog.getSaveFileName(self._window, "Save space", "", _filters(formats.WRITABLE_SUFFIXES))
        if path:
            self._operations.save_space(path, overwrite=True)  # the dialog has asked

    def export_selection(self) -> None:
        export_dialog.export("selection", self._operations, self._window)

    def export_neighbors(self) -> None:
        export_dialog.export("neighbors", self._operations, self._window)

    def export_coordinates(self) -> None:
        export_dialog.export("coordinates", self._operations, self._window)

    def export_metadata(self) -> None:
        export_dialog.export("metadata", self._operations, self._window)

    def show_cache(self) -> None:
        CacheDialog(self._operations, self._window.appearance, self._window).open()

    def save_figure(self) -> None:
        figure = self._figure()
        if figure is not None:
            from embedviz.views.figure_dialog import FigureDialog

            FigureDialog(*figure, self._operations, self._window).show()

    def copy_figure(self) -> None:
        figure = self._figure()
        if figure is not None:
            self._operations.copy_figure(*figure)

    def quit_program(self) -> None:
        self._window.close()

    def undo(self) -> None:
        self._operations.undo()

    def redo(self) -> None:
        self._operations.redo()

    def go_back(self) -> None:
        self._operations.go_back()

    def go_forward(self) -> None:
        self._operations.go_forward()

    def edit_query(self) -> None:
        self._window.query_edit.setFocus()
        self._window.query_edit.selectAll()

    def show_neighbors(self) -> None:
        if self._window.session.state.answer is None:
            self._operations.say("There are no neighbours to walk. Ask about an item first.")
            self.edit_query()
            return
        self._window.show_answers()
        table = self._window.neighbor_table
        table.setFocus()
        if not table.currentIndex().isValid():
            table.selectRow(0)

    def copy_neighbors(self) -> None:
        answer = self._window.session.state.answer
        if answer is None:
            self._operations.say("There are no neighbours to copy. Ask about an item first.")
            return
        lines = [f"rank\tlabel\trow\t{answer.metric}"]
        ranked = zip(answer.labels, answer.rows.tolist(), answer.scores.tolist(), strict=True)
        lines += [
            f"{rank}\t{label.translate(_ONE_CELL) or f'#{row}'}\t{row}\t{score!r}"
            for rank, (label, row, score) in enumerate(ranked, 1)
        ]
        QGuiApplication.clipboard().setText("\n".join(lines))
        self._operations.say(f"Copied {len(answer.rows):,} neighbours as a table.")

    def copy_neighbors_as_text(self) -> None:
        state = self._window.session.state
        if state.answer is None or state.space is None:
            self._operations.say("There are no neighbours to copy. Ask about an item first.")
            return
        QGuiApplication.clipboard().setText(lists_text([answer_list(state.answer, state.space.source.name)]))
        self._operations.say(f"Copied {len(state.answer.rows):,} neighbours as text.")

    def pin_neighbors(self) -> None:
        self._operations.pin_answer()

    def show_pinned(self) -> None:
        self._window.drawer.open(PinnedPage)

    def show_metrics(self) -> None:
        self._window.drawer.open(MetricsPage)

    def compare_items(self) -> None:
        self._window.drawer.open(ComparePage).first_edit.setFocus()

    def explain_neighbor(self) -> None:
        self._window.drawer.open(EvidencePage)
        self._operations.explain_neighbor()

    def select_neighbors(self) -> None:
        self._operations.select_neighbors()

    def select_pasted_labels(self) -> None:
        self._operations.select_labels(QGuiApplication.clipboard().text())

    def clear_selection(self) -> None:
        self._operations.clear_selection()

    def step_back(self) -> None:
        self._window.query_bar.forget_typing()
        self._operations.step_back_out()

    def pan_view(self) -> None:
        self._window.plot.set_tool("pan")

    def select_rectangle(self) -> None:
        self._window.plot.set_tool("rectangle")

    def select_lasso(self) -> None:
        self._window.plot.set_tool("lasso")

    def select_brush(self) -> None:
        self._window.plot.set_tool("brush")

    def enlarge_brush(self) -> None:
        self._window.plot.hand.widen_brush(1)

    def shrink_brush(self) -> None:
        self._window.plot.hand.widen_brush(-1)

    def fit_all(self) -> None:
        self._window.plot.fly_to_all()

    def fit_selection(self) -> None:
        self._window.plot.fly_to_selection()

    def fly_to_item(self) -> None:
        if not self._window.plot.fly_to_item():
            self._operations.say("There is no item to fly to. Ask about one, or point at one.")

    def hide_labels(self) -> None:
        self._window.appearance.prefer(label_amount="off")

    def show_few_labels(self) -> None:
        self._window.appearance.prefer(label_amount="few")

    def show_many_labels(self) -> None:
        self._window.appearance.prefer(label_amount="many")

    def enlarge_points(self) -> None:
        self._scale("point_size", POINT_STEP)

    def shrink_points(self) -> None:
        self._scale("point_size", 1 / POINT_STEP)

    def strengthen_points(self) -> None:
        self._scale("point_opacity", POINT_STEP)

    def weaken_points(self) -> None:
        self._scale("point_opacity", 1 / POINT_STEP)

    def reset_points(self) -> None:
        self._window.appearance.prefer(point_size=1.0, point_opacity=1.0)

    def toggle_overview(self) -> None:
        appearance = self._window.appearance
        appearance.prefer(overview=not appearance.settings.overview)

    def toggle_motion(self) -> None:
        appearance = self._window.appearance
        appearance.prefer(reduced_motion=not appearance.settings.reduced_motion)

    def toggle_panel(self) -> None:
        self._window.toggle_panel()

    def toggle_answers(self) -> None:
        self._window.toggle_answers()

    def enlarge_interface(self) -> None:
        self._window.appearance.zoom(1)

    def shrink_interface(self) -> None:
        self._window.appearance.zoom(-1)

    def reset_interface(self) -> None:
        self._window.appearance.zoom(0)

    def use_system_theme(self) -> None:
        self._window.appearance.set_theme("system")

    def use_light_theme(self) -> None:
        self._window.appearance.set_theme("light")

    def use_dark_theme(self) -> None:
        self._window.appearance.set_theme("dark")

    def show_train(self) -> None:
        self._operations.set_mode("train")

    def show_explore(self) -> None:
        self._operations.set_mode("explore")

    def show_learn(self) -> None:
        self._operations.set_mode("learn")

    def start_training(self) -> None:
        self._operations.set_mode("train")
        self._window.train_panel.train_button.click()

    def stop_training(self) -> None:
        self._operations.stop_training()

    def cancel_training(self) -> None:
        self._operations.cancel_training()

    def toggle_drawer(self) -> None:
        self._window.drawer.toggle()

    def show_quality(self) -> None:
        self._window.drawer.show_quality()

    def evaluate_space(self) -> None:
        self._window.drawer.show_quality()
        self._window.drawer.quality_page.choose()

    def copy_evaluations(self) -> None:
        self._window.drawer.quality_page.copy()

    def save_evaluations(self) -> None:
        self._window.drawer.quality_page.save()

    def open_lines(self) -> None:
        if self._window.session.state.space is None:
            self._operations.say("There is no open space whose words could be pooled. Open a file first.")
        else:
            LinesDialog(self._window.session, self._operations, self._window).open()

    def show_pipeline(self) -> None:
        self._window.drawer.open(PipelinePage).take_focus()

    def show_next_words(self) -> None:
        self._window.drawer.open(NextWordPage).take_focus()

    def show_runs(self) -> None:
        self._window.drawer.open(RunsPage).table.setFocus()

    def show_trace(self) -> None:
        self._window.drawer.open(TracePage).table.setFocus()

    def save_run(self) -> None:
        self._window.drawer.training_page.save()

    def show_palette(self) -> None:
        dialogs.Palette(list(self._window.named_actions.values()), self._window).open()

    def list_shortcuts(self) -> None:
        dialogs.shortcuts(list(self._window.named_actions.values()), self._window).open()

    def show_about(self) -> None:
        dialogs.about(self._window).open()

    def _scale(self, name: str, factor: float) -> None:
        """Multiply a factor of the points, within the settings' bounds."""
        appearance = self._window.appearance
        now = getattr(appearance.settings, name) * factor
        appearance.prefer(**{name: round(min(max(now, SMALLEST_FACTOR), LARGEST_FACTOR), 3)})

    def _figure(self) -> tuple[FigureContent, FigureSpec] | None:
        """What the plot shows, as a figure; or None and a word, where it shows nothing."""
        state, appearance = self._window.session.state, self._window.appearance
        if state.space is None or state.projection is None:
            self._operations.say("There is no plot to save. Open a file first.")
            return None
        plot, shown = self._window.plot, self._window.plot.camera.shown
        content = FigureContent(
            state.space,
            state.projection,
            answer=state.answer,
            coloring=self._window.color_key.filtered(),
            coloring_name=state.coloring or "",
            selection=state.selection,
            arrows=tuple((arrow.start, arrow.end) for arrow in self._operations.arrows),
        )
        spec = FigureSpec(
            size=FIGURE_SIZE,
            scale=FIGURE_SCALE,
            dark=appearance.theme.is_dark,
            axes=state.view.axes[:2] if plot.is_flat else state.view.axes,
            shown=(shown.left(), shown.right(), shown.top(), shown.bottom()) if plot.is_flat else None,
            camera=None if plot.is_flat else plot.solid.camera.lens_of_figure(),
            point_size=appearance.settings.point_size,
            opacity=appearance.settings.point_opacity,
        )
        return content, spec

    @Slot(object)
    def _on_figure_copied(self, written: bytes) -> None:
        QGuiApplication.clipboard().setImage(QImage.fromData(written))
        self._operations.say("Copied the figure as a picture.")


class Runner(QObject):
    """Runs one command when its action is triggered."""

    def __init__(self, commands: Commands, run: Callable[[Commands], object]) -> None:
        super().__init__(commands)
        self._commands = commands
        self._run = run

    @Slot()
    def on_triggered(self) -> None:
        self._run(self._commands)


def _filters(kinds: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    """The file kinds as a Qt file dialog wants them."""
    every = " ".join(f"*{suffix}" for _, suffixes in kinds for suffix in suffixes)
    single = [f"{title} ({' '.join(f'*{suffix}' for suffix in suffixes)})" for title, suffixes in kinds]
    return ";;".join([f"All vectors ({every})", *single, "All files (*)"])
