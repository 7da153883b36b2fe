"""The line at the foot: one message, and the progress of the work that takes long."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from embedviz.jobs import Job
from embedviz.operations import Message, Operations
from embedviz.operations.base import Offer
from embedviz.operations.questions import Refusal
from embedviz.progress import time_left
from embedviz.views.appearance import Appearance
from embedviz.views.panel import plain
from embedviz.views.text import one_line

SHOW_AFTER_MS = 80
LONGEST_MESSAGE = 400
SHORTEST_JOB_TEXT, LONGEST_JOB_TEXT = 20, 70  # characters; the message needs room beside it


class MessageBar(QWidget):
    """A message stays until the next; work that lasts longer than a blink shows how far it is, with Cancel."""

    def __init__(self, operations: Operations, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._operations = operations
        self._appearance = appearance
        self._message = self._of_refusal = Message("info", "")
        self._job: Job | None = None
        self.message_line = plain("muted", "message_line")
        self.message_line.setAccessibleName("Message")
        self.message_line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.copy_button = QPushButton("Copy details")
        self.copy_button.setObjectName("copy_details_button")
        self.copy_button.hide()
        self.offer_button = QPushButton()
        self.offer_button.setObjectName("offer_button")
        self.offer_button.hide()
        self.decline_button = QPushButton()
        self.decline_button.setObjectName("decline_button")
        self.decline_button.hide()
        self.job_text = plain("muted", "job_text")
        self.job_text.setWordWrap(False)
        self.job_progress = QProgressBar()
        self.job_progress.setObjectName("job_progress")
        self.job_progress.setAccessibleName("Progress")
        self.job_progress.setTextVisible(False)
        self.job_progress.setRange(0, 1000)
        self.job_cancel = QPushButton("Cancel")
        self.job_cancel.setObjectName("job_cancel")
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(12)
        row.addWidget(self.message_line, 1)
        row.addWidget(self.copy_button)
        row.addWidget(self.offer_button)
        row.addWidget(self.decline_button)
        for widget in (self.job_text, self.job_progress, self.job_cancel):
            keep = widget.sizePolicy()
            keep.setRetainSizeWhenHidden(widget is not self.job_text)
            widget.setSizePolicy(keep)
            widget.hide()
            row.addWidget(widget)
        self._showing = QTimer(self, singleShot=True, interval=SHOW_AFTER_MS)
        self._showing.timeout.connect(self._on_showing_due)
        self.copy_button.clicked.connect(self._on_copy_clicked)
        self.offer_button.clicked.connect(self._on_offer_clicked)
        self.decline_button.clicked.connect(self._on_decline_clicked)
        self.job_cancel.clicked.connect(self._on_cancel_clicked)
        operations.said.connect(self._on_operations_said)
        operations.refused.connect(self._on_operations_refused)
        operations.jobs.started.connect(self._on_job_started)
        operations.jobs.ended.connect(self._on_job_ended)
        appearance.changed.connect(self._on_appearance_changed)
        self._on_appearance_changed()
        for job in operations.jobs.alive():  # begun before this bar stood
            self._on_job_started(job)

    @Slot(object)
    def _on_operations_said(self, message: Message) -> None:
        self._message = message
        role = "error" if message.kind == "error" else "muted"
        self.message_line.say(one_line(message.text, most=LONGEST_MESSAGE), role)
        self.copy_button.setVisible(bool(message.details))
        wish, refusal = ("", "") if message.offer is None else (message.offer.title, message.offer.refusal)
        for button, text in ((self.offer_button, wish), (self.decline_button, refusal)):
            button.setText(text)
            button.setVisible(bool(text))

    @Slot(object)
    def _on_operations_refused(self, refusal: Refusal | None) -> None:
        """What was said of a question that could not be answered goes with it, unless something else was said since."""
        if refusal is not None:
            self._of_refusal = self._message
        elif self._message is self._of_refusal:
            self._on_operations_said(Message("info", ""))

    @Slot()
    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(f"{self._message.text}\n\n{self._message.details}")

    @Slot()
    def _on_offer_clicked(self) -> None:
        if (offer := self._answered()) is not None:
            self._operations.take_offer(offer)

    @Slot()
    def _on_decline_clicked(self) -> None:
        if (offer := self._answered()) is not None:
            self._operations.decline_offer(offer)

    def _answered(self) -> Offer | None:
        """The offer of the message, which is made no longer."""
        self.offer_button.hide()
        self.decline_button.hide()
        return self._message.offer

    @Slot(object)
    def _on_job_started(self, job: Job) -> None:
        if job.is_quiet:
            return
        job.progressed.connect(self._on_job_progressed)
        if self._job is None or self._job.is_cancelled:
            self._follow(job)

    @Slot(object)
    def _on_job_progressed(self, job: Job) -> None:
        if job is self._job:
            self._show_progress(job)

    @Slot(object)
    def _on_job_ended(self, job: Job) -> None:
        if job is self._job:
            self._follow(self._longest_running())

    @Slot()
    def _on_showing_due(self) -> None:
        self._set_job_visible(self._job is not None)

    @Slot()
    def _on_cancel_clicked(self) -> None:
        if self._job is not None:
            self._operations.cancel_job(self._job)
            self._follow(self._longest_running())

    @Slot()
    def _on_appearance_changed(self) -> None:
        self.job_progress.setFixedWidth(self._appearance.px(140))
        self.setMinimumHeight(self._appearance.px(34))

    def _longest_running(self) -> Job | None:
        jobs = self._operations.jobs.alive()
        return next((job for job in jobs if not job.is_quiet and not job.is_cancelled), None)

    def _follow(self, job: Job | None) -> None:
        """Show the progress of one piece of work until it ends, or of none."""
        self._job = job
        if job is None:
            self._showing.stop()
            self._set_job_visible(False)
            return
        self._show_progress(job)
        if not self.job_progress.isVisible() and not self._showing.isActive():
            self._showing.start()

    def _show_progress(self, job: Job) -> None:
        fraction = job.latest.fraction
        self.job_progress.setRange(0, 0 if fraction is None else 1000)
        self.job_progress.setValue(0 if fraction is None else round(1000 * fraction))
        share = "" if fraction is None else f"  {100 * fraction:.0f} %"
        left = time_left(job.seconds, fraction)
        most = min(LONGEST_JOB_TEXT, max(SHORTEST_JOB_TEXT, self.width() // self._appearance.px(24)))
        self.job_text.setText(one_line(job.latest.text, most=most) + share + (left and f", {left}"))
        self.job_text.setToolTip(job.latest.text)

    def _set_job_visible(self, visible: bool) -> None:
        for widget in (self.job_text, self.job_progress, self.job_cancel):
            widget.setVisible(visible)
