"""A small network that foretells the next word: learned from a text, asked with a prompt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from embedviz.errors import EmbedvizError
from embedviz.jobs import Job, Jobs
from embedviz.operations.background import in_background
from embedviz.operations.evidence import EvidenceOperations
from embedviz.progress import Command, Progress, Steps
from embedviz.session import Session, State
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.training import SMALL_WORLD, TrainingOptions
from embedviz.training.next_word_model import ChosenWord, NextWordEpoch, NextWordModel, NextWordText, Prediction
from embedviz.training.next_word_options import NextWordOptions
from embedviz.training.next_words import next_word_steps
from embedviz.training.options import Lines
from embedviz.training.text_source import corpus_name
from embedviz.training.trained_text import trained_text

MOST_SHOWN = 50


@dataclass(frozen=True)
class Corpus:
    """A text that can be learned from, and what it is to the person who sees it offered."""

    path: str
    what: str
    column: str | None = None
    lines: Lines = "auto"

    @property
    def name(self) -> str:
        """What the text is called."""
        return corpus_name(self.path)


@dataclass(frozen=True)
class Foretold:
    """What the network foretells for a prompt, and the word that it chooses at a temperature with a seed.

    `rows` are the most probable symbols, each with its number, name, score, probability, and chance to be chosen.
    """

    prompt: str
    temperature: float
    seed: int
    prediction: Prediction
    rows: tuple[tuple[int, str, float, float, float], ...]
    chosen: ChosenWord


@dataclass(frozen=True)
class Continued:
    """A prompt, and the words that the network wrote after it."""

    prompt: str
    words: tuple[ChosenWord, ...]


class NextWordOperations(EvidenceOperations):
    """Train the network in the background and let it continue a sentence.

    `next_words_began` carries the name of the text, `next_words_progressed` the job, whose findings stand in
    `next_word_text` and `next_word_epochs`; `next_words_learned` carries a NextWordModel, which is `next_word_model`
    until another is learned; `next_words_ended` states the end of each learning. `next_word_foretold` carries a
    Foretold, `text_continued` a Continued. Learning and training never run at once, since both want all cores.
    """

    next_words_began = Signal(str)
    next_words_progressed = Signal(object)
    next_words_learned = Signal(object)
    next_words_ended = Signal()
    next_word_foretold = Signal(object)
    text_continued = Signal(object)
    corpora_changed = Signal()

    def __init__(self, session: Session, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(session, jobs, parent)
        self.next_word_model: NextWordModel | None = None
        self.next_word_text: NextWordText | None = None
        self.next_word_epochs: tuple[NextWordEpoch, ...] = ()
        self._previewed: Corpus | None = None

    @property
    def is_learning_next_words(self) -> bool:
        """Whether a next-word network is being trained."""
        return self.jobs.newest("next_words") is not None

    def corpora(self) -> tuple[Corpus, ...]:
        """The texts at hand: what the open space was trained on, what was looked at to train on, the small world."""
        return corpora(self.session.state, self._previewed)

    def preview_corpus(self, path: str, options: TrainingOptions, *, goes_on: bool = False) -> None:
        """Read a text as it is trained on; it is then at hand for next words too."""
        self._previewed = Corpus(path, "chosen to train on", None, options.lines)
        self.corpora_changed.emit()
        super().preview_corpus(path, options, goes_on=goes_on)

    def _learn(self, steps: Steps[EmbeddingSpace], *, title: str) -> bool:
        """No training begins while a next-word network learns: both want the cores."""
        if self.is_learning_next_words:
            self.complain(EmbedvizError("A next-word network is still being trained. Stop it first, then start again."))
            return False
        return super()._learn(steps, title=title)

    def learn_next_words(self, path: str, options: NextWordOptions | None = None, *, column: str | None = None) -> None:
        """Train a network on a text; refused with a sentence while another training runs."""
        if self.is_training or self.is_learning_next_words:
            self.complain(EmbedvizError("A training is still running. Stop it first, then start again."))
            return
        try:
            options, name = (options or NextWordOptions()).checked(), corpus_name(path)
        except EmbedvizError as error:
            self.complain(error)
            return
        job = self.jobs.start(
            "next_words",
            in_background(next_word_steps(path, options, column=column)),
            title=f"Learning next words of {name}",
            on_success=self._on_next_words_learned,
            on_failure=self._on_job_failed,
            on_progress=self._on_next_words_progressed,
        )
        job.ended.connect(self._on_next_words_ended)
        self.next_word_text, self.next_word_epochs = None, ()
        self.next_words_began.emit(name)

    def stop_next_words(self) -> None:
        """End the learning at its next step and keep what was learned."""
        job = self.jobs.newest("next_words")
        if job is not None:
            job.send(Command("stop"))

    def cancel_next_words(self) -> None:
        """Give the learning up; an earlier network stays."""
        self.jobs.cancel("next_words")

    def foretell(self, prompt: str, *, temperature: float = 1.0, seed: int = 1) -> None:
        """Find what the network foretells after a prompt; nothing without a network."""
        if self.next_word_model is not None:
            self._ask_network(
                _foretold(self.next_word_model, prompt, temperature, seed), "foretell", "Foretelling a word"
            )

    def continue_text(self, prompt: str, n_words: int = 30, *, temperature: float = 1.0, seed: int = 1) -> None:
        """Let the network write after a prompt, up to the end of the sentence; says so without a network."""
        if self.next_word_model is None:
            self.say("There is no next-word network yet. Learn next words from a text first.")
            return
        steps = _continued(self.next_word_model, prompt, n_words, temperature, seed)
        self._ask_network(steps, "continue", "Continuing a text")

    def _ask_network(self, steps: Steps[Foretold | Continued], lane: str, title: str) -> None:
        if self.jobs.is_closed:  # what was typed right before the window closed
            return
        self.jobs.start(
            lane,
            steps,
            title=title,
            context=self.next_word_model,
            is_quiet=True,
            on_success=self._on_next_word_answered,
            on_failure=self._on_job_failed,
        )

    @Slot(object)
    def _on_next_word_answered(self, job: Job) -> None:
        """What an earlier network said is not shown as the word of the newer."""
        if job.context is self.next_word_model:
            told = self.next_word_foretold if isinstance(job.result, Foretold) else self.text_continued
            told.emit(job.result)

    @Slot(object)
    def _on_next_words_progressed(self, job: Job) -> None:
        partial = job.latest.partial
        if isinstance(partial, NextWordText):
            self.next_word_text = partial
        elif isinstance(partial, NextWordEpoch):
            self.next_word_epochs = (*self.next_word_epochs, partial)
        self.next_words_progressed.emit(job)

    @Slot(object)
    def _on_next_words_learned(self, job: Job) -> None:
        model: NextWordModel = job.result
        self.next_word_model, self.next_word_text, self.next_word_epochs = model, model.text, model.epochs
        self.next_words_learned.emit(model)
        self.say(learned_sentence(model))

    @Slot(object)
    def _on_next_words_ended(self, job: Job) -> None:  # noqa: ARG002  # a job reports itself
        """A learning that came to nothing leaves what was learned before."""
        model = self.next_word_model
        if not self.is_learning_next_words:
            self.next_word_text = model.text if model is not None else None
            self.next_word_epochs = model.epochs if model is not None else ()
        self.next_words_ended.emit()


def corpora(state: State, previewed: Corpus | None) -> tuple[Corpus, ...]:
    """The texts at hand, none twice."""
    found: list[Corpus] = []
    if state.space is not None and state.run is not None:
        try:
            text = trained_text(state.space)
            found.append(Corpus(text.path, "of the open space", text.column, text.lines))
        except EmbedvizError:
            pass  # its run does not say which text it read
    found += [previewed] if previewed is not None else []
    found.append(Corpus(SMALL_WORLD, "bundled"))
    return tuple({corpus.path: corpus for corpus in reversed(found)}.values())[::-1]


def learned_sentence(model: NextWordModel) -> str:
    """How good the network is, beside counting."""
    early = " It was stopped early; what was learned is kept." if model.stopped else ""
    better = "below" if model.heldout_loss < model.trigram_loss else "not below"
    return (
        f"Learned next words of {model.text.name}: held-out loss {model.heldout_loss:.3f}, {better} the "
        f"{model.trigram_loss:.3f} of counted triples.{early}"
    )


def summary_sentence(model: NextWordModel) -> str:
    """What the network is, and how good, in one line."""
    return (
        f"{model.description} Held-out loss {model.heldout_loss:.3f} (trigram {model.trigram_loss:.3f}), "
        f"right {100 * model.epochs[-1].accuracy:.1f} %."
    )


def figures_sentence(model: NextWordModel) -> str:
    """What the network is, how good it is on sentences it has not read, and what of the text it has not seen."""
    text, last = model.text, model.epochs[-1]
    part = f" Only the first {text.n_tokens:,} of {text.n_raw_tokens:,} words were read."
    return (
        f"{model.description} On {text.n_heldout:,} held-out words, ends of sentences too: loss "
        f"{last.heldout_loss:.3f} nats, and the most probable word is right {100 * last.accuracy:.1f} % of the time. "
        f"Counting triples of words gives a loss of {text.trigram.kneser_ney:.3f} (Kneser-Ney) or "
        f"{text.trigram.jelinek_mercer:.3f} (Jelinek-Mercer).{part if text.n_tokens < text.n_raw_tokens else ''}"
    )


def _foretold(model: NextWordModel, prompt: str, temperature: float, seed: int) -> Steps[Foretold | Continued]:
    yield Progress(None, "Foretelling a word")
    prediction = model.predict(prompt)
    chances = prediction.chances(temperature)
    rows = _rows(prediction, chances.tolist(), prediction.top(MOST_SHOWN).tolist())
    (chosen,) = model.continue_text(prompt, 1, temperature=temperature, seed=seed)
    return Foretold(prompt, temperature, seed, prediction, tuple(rows), chosen)


def _rows(
    prediction: Prediction, chances: list[float], numbers: list[int]
) -> Iterable[tuple[int, str, float, float, float]]:
    for number in numbers:
        score, probability = float(prediction.scores[number]), float(prediction.probabilities[number])
        yield number, prediction.symbols.name(number), score, probability, chances[number]


def _continued(
    model: NextWordModel, prompt: str, n_words: int, temperature: float, seed: int
) -> Steps[Foretold | Continued]:
    yield Progress(None, "Continuing a text")
    return Continued(prompt, model.continue_text(prompt, n_words, temperature=temperature, seed=seed))
