"""A training that is kept epoch by epoch while it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict

from embedviz.formats.fasttext_subwords import Subwords
from embedviz.formats.run_holding import HeldRun
from embedviz.formats.run_keeper import RunKeeper
from embedviz.progress import Steps
from embedviz.space.arrays import FloatArray
from embedviz.space.run import EpochRecord, Run
from embedviz.space.source import Note
from embedviz.training.encoded import EncodedCorpus
from embedviz.training.epochs import n_threads_for
from embedviz.training.options import TrainingOptions
from embedviz.training.text_source import corpus_name


class Keeping:
    """Keeps the start and each epoch of one training; to be closed in any case, or given up."""

    def __init__(
        self, corpus: EncodedCorpus, options: TrainingOptions, read: Mapping[str, str], resume: HeldRun | None
    ) -> None:
        self._corpus, self._options, self._read = corpus, options, read
        self._keeper = RunKeeper(resume=resume)
        self._is_begun = False
        self._n_epochs = 0

    @classmethod
    @contextmanager
    def of(
        cls, corpus: EncodedCorpus, options: TrainingOptions, read: Mapping[str, str], resume: HeldRun | None
    ) -> Iterator[Keeping]:
        """Keep a training on a corpus that was `read` as the source tells it; `resume` is the run that goes on.

        One that is closed or fails can go on later from its last epoch; before the first one ended it is not kept.
        """
        keeping = cls(corpus, options, read, resume)
        try:
            yield keeping
        finally:
            if not keeping._n_epochs:
                keeping._keeper.abandon()
            keeping._keeper.close()

    @property
    def name(self) -> str:
        """The name of the kept run; empty where none is kept."""
        return self._keeper.name

    @property
    def epochs(self) -> tuple[int, ...]:
        """The epochs that are kept by now, ascending."""
        return self._keeper.epochs

    def epoch_steps(
        self,
        epoch: int,
        record: EpochRecord | None,
        rows: Callable[[int, int], FloatArray],
        state: Sequence[FloatArray],
        parts: Subwords | None,
    ) -> Steps[None]:
        """Keep the start (epoch 0, without a record), or the end of an epoch."""
        keeper = self._keeper
        if not self._is_begun:
            n_parts = 0 if parts is None else len(parts.table)
            self._begin(sum(matrix.nbytes for matrix in state), n_parts)
        self._n_epochs = epoch
        if keeper.last_epoch is None or epoch > keeper.last_epoch:
            yield from keeper.epoch_steps(epoch, record, rows, state, parts)

    def finish(self, run: Run, notes: Sequence[Note]) -> list[Note]:
        """Note how the training ended; returns what to tell where not all of it is kept."""
        self._keeper.finish(run, notes)
        trouble = self._keeper.trouble
        return [Note("not_kept", 1, trouble)] if trouble else []

    def _begin(self, state_bytes: int, n_parts: int) -> None:
        corpus, options = self._corpus, self._options
        n_threads = n_threads_for(corpus.n_raw_tokens, options)
        self._keeper.begin(
            words=corpus.words,
            counts=corpus.counts,
            n_dims=options.n_dims,
            n_epochs=options.epochs,
            options=asdict(options) | dict(self._read) | {"lines": corpus.lines},
            corpus=self._read["corpus"],
            corpus_name=corpus_name(self._read["corpus"]),
            n_tokens=corpus.n_raw_tokens,
            seed=options.seed,
            column=self._read.get("column"),
            content_hash=corpus.content_hash,
            n_threads=n_threads,
            is_reproducible=n_threads == 1,
            state_bytes=state_bytes,
            n_parts=n_parts,
        )
        self._is_begun = True
