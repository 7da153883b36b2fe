"""Trainings that do not begin anew: a kept run that was cut short, and an open space that learns from another text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from embedviz.errors import EmbedvizError, InputError, OptionError
from embedviz.formats.memory_plan import check_memory
from embedviz.formats.run_epochs import epochs_of
from embedviz.formats.run_holding import being_trained
from embedviz.formats.run_names import PREFIX
from embedviz.formats.run_store import KeptRun, run_state_steps
from embedviz.progress import Progress, Steps, within
from embedviz.space.arrays import FloatArray, RowArray
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Note
from embedviz.training.aligned_rows import aligned, draw_steps, padded
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.moment import Start
from embedviz.training.options import TrainingOptions
from embedviz.training.staying_words import Rest

CONTINUABLE = ("skip-gram", "cbow")
"""Algorithms that can begin with the vectors of any space: they learn one matrix of words and one of contexts."""

_WORDS_PER_STEP = 1 << 12
_FLOATS_PER_STEP = 1 << 20


@dataclass(frozen=True, eq=False)
class Beginning:
    """Where a training on a `corpus` begins: `start` is None for a new one.

    `whole` is the corpus with all words of the space that comes of it: first those of the text, then the `rest` that
    the text does not hold and whose vectors stay as they are. `origin` is what to open again for the space that was
    gone on with (empty for none), and `notes` tell what was taken over from it.
    """

    corpus: EncodedCorpus
    whole: EncodedCorpus
    start: Start | None
    rest: Rest
    origin: str = ""
    notes: tuple[Note, ...] = ()

    @property
    def n_finite(self) -> int:
        """How many words, the first of all, have vectors of finite numbers, and can be seen in a frame."""
        return self.whole.n_words - self.rest.n_odd


def anew(corpus: EncodedCorpus, options: TrainingOptions) -> Beginning:
    """The beginning of a new training."""
    none = Rest(np.zeros((0, options.n_dims), np.float32), np.zeros(0, np.int64))
    return Beginning(corpus, corpus, None, none)


def resumed_options(kept: KeptRun) -> TrainingOptions:
    """The options of a kept run; OptionError where it is complete or too little of it is kept."""
    if kept.status == "running":
        raise OptionError(being_trained(kept.name))
    if kept.resumes_after is None:
        raise OptionError(f"The run “{kept.name}” is {kept.status}; only one that was cut short can go on.")
    return options_of(kept.run.options)


def options_of(told: Mapping[str, Any]) -> TrainingOptions:
    """The options that the record of a run tells."""
    known = {field.name for field in fields(TrainingOptions)}
    asked = {name: value for name, value in told.items() if name in known}
    if asked.get("lines") == "mixed":
        asked["lines"] = "auto"
    return TrainingOptions(**asked).checked()


def resumed_steps(kept: KeptRun, corpus: EncodedCorpus, options: TrainingOptions) -> Steps[Beginning]:
    """Go on where a kept run ended, which nobody else changes; InputError where the text is another one now."""
    if corpus.content_hash != kept.content_hash or kept.run.n_words < corpus.n_words:
        raise InputError(
            f"“{kept.corpus_name}” has changed since the run “{kept.name}” began, so it cannot go on; train on it anew."
        )
    epoch, state = yield from within(run_state_steps(kept.name), 0.0, 0.8)
    records = tuple(record for record in kept.run.epochs if record.epoch <= epoch)
    begun = replace(anew(corpus, options), start=Start(state, records))
    begun = replace(begun, origin=str(kept.run.options.get("continued", "")))
    n_rest = kept.run.n_words - corpus.n_words
    if not n_rest:
        return begun
    epochs = epochs_of(kept.name)  # it went on from a space that held other words, too
    labels = Labels(epochs.labels.buffer, epochs.labels.offsets)
    vectors = epochs.vectors(epoch)[corpus.n_words :]
    rest, n_odd = np.empty(vectors.shape, np.float32), 0
    for some in _parts(np.arange(n_rest), options.n_dims):
        rest[some] = vectors[some]
        n_odd += int(np.count_nonzero(~np.isfinite(rest[some]).all(axis=1)))
        yield Progress(0.8 + 0.2 * int(some[-1]) / n_rest, f"Taking up {kept.name}")
    counts = np.concatenate([corpus.counts, np.zeros(n_rest, np.int64)])
    whole = replace(corpus, words=labels, counts=counts)
    return replace(begun, whole=whole, rest=Rest(rest, np.arange(n_rest), n_odd))


def onto_steps(corpus: EncodedCorpus, options: TrainingOptions, space: EmbeddingSpace) -> Steps[Beginning]:
    """Begin with the vectors of a space; words that it does not hold are drawn as in a new training.

    A word of the text is the first item with exactly that label; one whose vector is not finite is drawn, too. What the
    space had learned about contexts is taken from its kept run, where there is one by the same algorithm, else it
    begins at zero. Raises OptionError for another number of dimensions, or an algorithm that cannot begin so;
    InputError where the space holds no word of the text; MemoryPlanError.
    """
    check_onto(options, space)
    width = padded(options.n_dims)
    check_memory(space.source.name, space.n_items, space.n_dims, extra_bytes=2 * 4 * corpus.n_words * width)
    rows = yield from within(_rows_steps(corpus.words, space.labels), 0.0, 0.3)
    known = np.flatnonzero(rows >= 0)
    if not len(known):
        raise InputError(
            f"None of the {corpus.n_words:,} words of the text is in “{space.source.name}”, so there is nothing to go "
            "on with; open the vectors of words, or train anew."
        )
    left = np.ones(space.n_items, np.bool_)
    left[rows[known]] = False
    others = np.flatnonzero(left)
    known = known[space.finite[rows[known]]]
    inputs, outputs = aligned(corpus.n_words, width), aligned(corpus.n_words, width)
    yield from within(draw_steps(inputs, options.n_dims, np.random.default_rng([options.seed, 0])), 0.3, 0.4)
    contexts = yield from within(_contexts_steps(space, options.algorithm), 0.4, 0.4)
    for some in _parts(known, width):
        inputs[some, : options.n_dims] = space.vectors[rows[some]]
        if contexts is not None:
            learned = some[rows[some] < len(contexts)]
            outputs[learned] = contexts[rows[learned]]
        yield Progress(0.4, "Taking vectors over")
    is_odd = ~space.finite[others]
    others = np.concatenate([others[~is_odd], others[is_odd]])
    words = yield from within(_joined_steps(corpus.words, space.labels, others), 0.4, 1.0)
    whole = replace(corpus, words=words, counts=np.concatenate([corpus.counts, np.zeros(len(others), np.int64)]))
    rest = Rest(space.vectors, others, int(np.count_nonzero(is_odd)))
    note = Note("continued", len(known), _told(space, len(known), corpus.n_words, has_contexts=contexts is not None))
    return Beginning(corpus, whole, Start((inputs, outputs)), rest, _origin(space), (note,))


def check_onto(options: TrainingOptions, space: EmbeddingSpace) -> None:
    """Raise OptionError where a training with these options cannot begin with the vectors of a space."""
    if options.algorithm not in CONTINUABLE:
        raise OptionError(
            f"A training by {options.algorithm} cannot begin with the vectors of a space; choose "
            f"{' or '.join(CONTINUABLE)}."
        )
    if options.n_dims != space.n_dims:
        raise OptionError(
            f"The space has {space.n_dims:,} dimensions, so the training that goes on with it cannot have "
            f"{options.n_dims:,}."
        )


def _contexts_steps(space: EmbeddingSpace, algorithm: str) -> Steps[FloatArray | None]:
    """What the training of a space learned about the contexts of its first words, float32 (n, padded n_dims).

    None where it is not kept, or where it does not belong to these very vectors.
    """
    name, run = space.source.options.get("run"), space.source.run
    if name is None or run is None or space.source.options.get("algorithm") != algorithm:
        return None
    try:
        epoch, (inputs, outputs) = yield from run_state_steps(str(name))
    except (EmbedvizError, ValueError):
        return None  # it is not kept any more
    if len(run.epochs) != epoch or inputs.shape != outputs.shape or inputs.shape[1] != padded(space.n_dims):
        return None
    for some in _parts(np.arange(len(inputs)), inputs.shape[1]):
        if not np.array_equal(inputs[some, : space.n_dims], space.vectors[some[some < space.n_items]]):
            return None
        yield Progress(1.0, f"Taking up {name}")
    contexts: FloatArray = outputs
    return contexts


def _origin(space: EmbeddingSpace) -> str:
    """What to open again for a space; its name where it stands in no file."""
    source = space.source
    name = source.options.get("run")
    if name and source.run is not None:
        return f"{PREFIX}{name}@{len(source.run.epochs)}"
    return source.name if source.path is None else str(source.path)


def _told(space: EmbeddingSpace, n_known: int, n_words: int, *, has_contexts: bool) -> str:
    n_new = n_words - n_known
    drawn = f"; the other {n_new:,} are new to it and began at random" if n_new else ""
    contexts = "was taken over, too" if has_contexts else "is not kept, and begins at zero"
    return (
        f"Went on from “{space.source.name}”: {n_known:,} of {n_words:,} words of the text began with its "
        f"vectors{drawn}. What it had learned about contexts {contexts}."
    )


def _parts(rows: RowArray, width: int) -> list[RowArray]:
    step = max(1, _FLOATS_PER_STEP // width)
    return [rows[start : start + step] for start in range(0, len(rows), step)]


def _rows_steps(words: Labels, labels: Labels) -> Steps[RowArray]:
    """The row of each word among other labels, -1 where there is none."""
    yield Progress(0.0, f"Looking up {len(words):,} words")
    labels.prepare_order()
    rows = np.full(len(words), -1, np.int64)
    for word in range(len(words)):
        found = labels.find(words[word])
        if found is not None:
            rows[word] = found
        if word % _WORDS_PER_STEP == 0:
            yield Progress(word / len(words), f"Looking up {len(words):,} words")
    return rows


def _joined_steps(words: Labels, labels: Labels, others: RowArray) -> Steps[Labels]:
    """The labels of some words, and after them those of other rows, byte for byte."""
    pieces: list[bytes] = []
    for held, rows in ((words, range(len(words))), (labels, others.tolist())):
        for start in range(0, len(rows), _WORDS_PER_STEP):
            pieces += map(held.encoded, rows[start : start + _WORDS_PER_STEP])
            yield Progress(start / len(rows), f"Keeping {len(pieces):,} words")
    return Labels.from_encoded(pieces)
