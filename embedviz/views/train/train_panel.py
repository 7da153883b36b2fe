"""The left panel of Train: the corpus, what is in it, the options, and the buttons."""

from __future__ import annotations

import time

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QFileDialog, QFrame, QGridLayout, QProgressBar, QVBoxLayout, QWidget

from embedviz.jobs import Job
from embedviz.operations import Operations
from embedviz.progress import time_left
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.training import SMALL_WORLD, Preview
from embedviz.training.continuing import CONTINUABLE
from embedviz.views.panel import head, plain, push_button, scrolled, take_turns
from embedviz.views.text import one_line
from embedviz.views.train.epoch_slider import EpochSlider
from embedviz.views.train.options_form import OptionsForm
from embedviz.views.train.words import preview_sentences

TOLD_EVERY_S = 0.2


class TrainPanel(QFrame):
    """Chooses a text and trains on it; one training at a time."""

    def __init__(self, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setObjectName("train_panel")
        self._operations = operations
        self._began = self._told = 0.0
        self.corpus = SMALL_WORLD
        self.corpus_label = plain("title", "corpus_label")
        self.preview_label = plain("muted", "preview_label")
        self.small_world_button = push_button(
            "Small world", "small_world_button", "The bundled text of simple sentences"
        )
        self.file_button = push_button("File…", "corpus_file_button", "Train on a text file")
        self.folder_button = push_button("Folder…", "corpus_folder_button", "Train on the text files of a folder")
        self.continue_check = QCheckBox("Continue this space")
        self.continue_check.setObjectName("train_continue_check")
        self.options_form = OptionsForm()
        self.train_button = push_button("Train", "train_button", "Begin the training")
        self.pause_button = push_button("Pause", "pause_button", "Stand still, and go on later")
        self.stop_button = push_button("Stop", "stop_button", "End now and keep what is learned so far")
        self.cancel_button = push_button("Cancel", "train_cancel_button", "End now and keep nothing")
        self.progress = QProgressBar()
        self.progress.setObjectName("train_progress")
        self.progress.setAccessibleName("Progress of the training")
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 1000)
        self.progress_label = plain("muted", "train_progress_label")
        self.epoch_slider = EpochSlider(operations)
        self.quality_button = push_button(
            "How good is it?", "show_quality_button", "Compare the space with what people say about words"
        )
        self.quality_button.hide()
        self._lay_out()
        self.small_world_button.clicked.connect(self._on_small_world_clicked)
        self.file_button.clicked.connect(self._on_file_clicked)
        self.folder_button.clicked.connect(self._on_folder_clicked)
        self.train_button.clicked.connect(self._on_train_clicked)
        self.pause_button.clicked.connect(operations.pause_training)
        self.stop_button.clicked.connect(operations.stop_training)
        self.cancel_button.clicked.connect(operations.cancel_training)
        self.continue_check.toggled.connect(self._on_continue_toggled)
        self.options_form.changed.connect(self._on_options_changed)
        self.options_form.vocabulary_changed.connect(self._on_vocabulary_changed)
        self.options_form.learning_rate_changed.connect(operations.set_learning_rate)
        operations.pause_changed.connect(self._on_pause_changed)
        operations.corpus_previewed.connect(self._on_corpus_previewed)
        operations.corpus_refused.connect(self.preview_label.setText)
        operations.training_began.connect(self._on_training_changed)
        operations.training_ended.connect(self._on_training_changed)
        operations.training_progressed.connect(self._on_training_progressed)
        self._show_corpus()
        operations.session.space_changed.connect(self._on_space_changed)
        self._on_training_changed()

    @Slot(str)
    def choose(self, path: str) -> None:
        """Take another text as the corpus and look what is in it."""
        self.corpus = path
        self._show_corpus()
        self.preview_label.setText("Reading…")
        self._on_options_changed()
        self._operations.preview_corpus(path, self.options_form.options(), goes_on=self.onto is not None)

    @property
    def onto(self) -> EmbeddingSpace | None:
        """The space that the training would go on with; None for a new one."""
        space = self._operations.session.state.space
        return space if self.continue_check.isChecked() and self.continue_check.isEnabled() else None

    def _lay_out(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(15, 12, 15, 12)
        column.setSpacing(6)
        choices = QGridLayout()
        choices.setSpacing(6)
        choices.addWidget(self.small_world_button, 0, 0, 1, 2)
        choices.addWidget(self.file_button, 1, 0)
        choices.addWidget(self.folder_button, 1, 1)
        for widget in (head("Corpus"), self.corpus_label):
            column.addWidget(widget)
        column.addLayout(choices)
        column.addWidget(self.preview_label)
        column.addSpacing(8)
        column.addWidget(head("Options"))
        column.addWidget(self.continue_check)
        column.addWidget(self.options_form)
        column.addStretch(1)
        foot = QVBoxLayout()
        foot.setContentsMargins(15, 4, 15, 12)
        foot.setSpacing(6)
        buttons = QGridLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self.train_button, 0, 0)
        buttons.addWidget(self.pause_button, 0, 1)
        buttons.addWidget(self.stop_button, 1, 0)
        buttons.addWidget(self.cancel_button, 1, 1)
        foot.addLayout(buttons)
        foot.addWidget(self.epoch_slider)
        foot.addWidget(self.progress)
        foot.addWidget(self.progress_label)
        foot.addWidget(self.quality_button)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 1, 1, 1)
        outer.setSpacing(0)
        outer.addWidget(scrolled(content), 1)
        outer.addLayout(foot)  # what begins and ends a training is always in sight

    def _fit_to_space(self) -> None:
        """Whether the training may go on with what is open, and with how many dimensions."""
        space, algorithm = self._operations.session.state.space, self.options_form.options().algorithm
        can = space is not None and algorithm in CONTINUABLE
        tip = "Begin with the vectors of the open space; words that it does not hold begin at random"
        if not can:
            tip = "Open a space to go on with" if space is None else f"{algorithm} cannot go on with another space"
        self.continue_check.setEnabled(can)
        self.continue_check.setToolTip(tip)
        self.options_form.fix_dims(None if self.onto is None else self.onto.n_dims)

    def _show_corpus(self) -> None:
        name = (
            "Small world" if self.corpus == SMALL_WORLD else self.corpus.rstrip("/\\").replace("\\", "/").split("/")[-1]
        )
        self.corpus_label.setText(one_line(name, most=80))
        self.preview_label.setText("")

    @Slot()
    def _on_vocabulary_changed(self) -> None:
        """What was said of the text may no longer be so."""
        if self.preview_label.text() and not self._operations.is_training:
            self.choose(self.corpus)

    @Slot()
    def _on_small_world_clicked(self) -> None:
        self.choose(SMALL_WORLD)

    @Slot()
    def _on_file_clicked(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, "Train on a text", "", "Texts (*.txt *.gz *.csv *.tsv);;All files (*)"
        )
        if path:
            self.choose(path)

    @Slot()
    def _on_folder_clicked(self) -> None:
        path = QFileDialog.getExistingDirectory(self, "Train on a folder of texts")
        if path:
            self.choose(path)

    @Slot()
    def _on_train_clicked(self) -> None:
        self._operations.train(self.corpus, self.options_form.options(), onto=self.onto)

    @Slot()
    def _on_options_changed(self) -> None:
        self._operations.plan_training(self.corpus, self.options_form.options())
        self._fit_to_space()

    @Slot(bool)
    def _on_continue_toggled(self) -> None:
        self._fit_to_space()
        self._on_vocabulary_changed()

    @Slot(object)
    def _on_corpus_previewed(self, preview: Preview) -> None:
        self.preview_label.setText("\n".join(preview_sentences(preview)))

    @Slot()
    def _on_training_changed(self) -> None:
        running = self._operations.is_training
        self._began = time.monotonic()
        enders = (self.pause_button, self.stop_button, self.cancel_button)
        take_turns(self.train_button, enders, is_running=running)
        self.progress.setVisible(running)
        self.progress_label.setVisible(running)
        self.progress.setValue(0)
        self._on_pause_changed()
        self._on_space_changed()

    @Slot()
    def _on_pause_changed(self) -> None:
        self.pause_button.setText("Go on" if self._operations.is_paused else "Pause")

    @Slot()
    def _on_space_changed(self) -> None:
        """A space that was trained can be asked how good it is."""
        self._fit_to_space()
        is_trained = self._operations.session.state.run is not None
        self.quality_button.setVisible(is_trained and not self._operations.is_training)

    @Slot(object)
    def _on_training_progressed(self, job: Job) -> None:
        """Tell how far it is, a few times a second: laying out words costs more than drawing a frame."""
        now, fraction = time.monotonic(), job.latest.fraction
        if now - self._told < TOLD_EVERY_S:
            return
        self._told = now
        self.progress.setValue(round(1000 * (fraction or 0.0)))
        self.progress_label.setText(f"{job.latest.text}\n{time_left(now - self._began, fraction)}")
