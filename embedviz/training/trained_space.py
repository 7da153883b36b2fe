"""What was learned as a space, with its run and what is to be noted about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np

from embedviz.formats.opening import finished_space
from embedviz.formats.registry import Reading
from embedviz.progress import Steps
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.run import Run
from embedviz.space.source import Note, Source
from embedviz.space.table import Column, Table
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.keeping import Keeping
from embedviz.training.moment import Trained
from embedviz.training.options import TrainingOptions
from embedviz.training.running_text import LINES_SENTENCES
from embedviz.training.text_source import corpus_name


def space_steps(
    corpus: EncodedCorpus,
    options: TrainingOptions,
    read: Mapping[str, str],
    learned: Trained,
    keeping: Keeping | None,
    begun: Sequence[Note] = (),
) -> Steps[EmbeddingSpace]:
    """The space of the words of a corpus, which was `read` as the source tells it; ends the `keeping` of its run.

    The notes `begun` tell where the training began.
    """
    run = Run(
        asdict(options) | dict(read) | {"lines": corpus.lines, "content_hash": corpus.content_hash},
        tuple(learned.records),
        corpus.n_raw_tokens,
        corpus.n_words,
        options.seed,
        learned.n_threads,
        learned.is_reproducible,
        learned.stopped,
    )
    asked = asdict(options) | dict(read)
    notes = [*begun, *_notes(corpus, run, learned.remarks)]
    if keeping is not None:
        asked |= {"run": keeping.name} if keeping.name else {}
        notes += keeping.finish(run, notes)
    name = corpus_name(read["corpus"])
    source = Source(name, "trained", None, corpus.content_hash, _described(run), (), asked, run)
    counts = Column("number", corpus.counts.astype(np.float64), np.zeros(corpus.n_words, np.bool_))
    words = Table(corpus.n_words, {"count": counts})
    reading = Reading(learned.vectors, "trained", corpus.words, words, subwords=learned.composer)
    return (yield from finished_space(reading, source, tuple(notes)))


def _described(run: Run) -> str:
    epochs = "1 epoch" if len(run.epochs) == 1 else f"{len(run.epochs):,} epochs"
    return f"Trained by {run.options['algorithm']} on {run.n_tokens:,} tokens, {epochs}, seed {run.seed}."


def _notes(corpus: EncodedCorpus, run: Run, remarks: Sequence[str]) -> list[Note]:
    n_rare, n_stayed = corpus.n_raw_tokens - len(corpus.tokens), int(np.count_nonzero(corpus.counts == 0))
    rare = f"{n_rare:,} of {corpus.n_raw_tokens:,} tokens are words that were too rare to be kept."
    bad = f"{corpus.n_bad_bytes:,} bytes of the text are not UTF-8; they were taken as blanks."
    stopped = f"Training was stopped in epoch {max(1, len(run.epochs)):,} of {run.options['epochs']:,}."
    free = f"Trained by {run.n_threads:,} threads at once; the same seed does not give the same vectors again."
    stayed = f"{n_stayed:,} words are not in the text; they kept the vectors that they had."
    joined = LINES_SENTENCES[corpus.lines]
    told = (
        ("running_text", int(corpus.lines != "sentences"), joined),
        ("rare_words", n_rare, rare),
        ("bad_utf8", corpus.n_bad_bytes, bad),
        ("stopped", int(run.stopped), stopped),
        ("not_reproducible", int(not run.is_reproducible), free),
        ("not_in_text", n_stayed, stayed),
    )
    changed = [Note("changed_option", 1, remark) for remark in remarks]
    return [*(Note(kind, count, text) for kind, count, text in told if count), *changed]
