"""A trained next-word network: what it foretells for a prompt, stage by stage, and the text it continues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile

import numpy as np

from embedviz.errors import OptionError
from embedviz.space.arrays import CodeArray, DoubleArray, FlagArray, FloatArray, RowArray, read_only
from embedviz.training.next_word_network import Network, chances_of, forward
from embedviz.training.next_word_options import NextWordOptions
from embedviz.training.next_word_text import Symbols
from embedviz.training.tokenizing import LINE_END, words_of
from embedviz.training.trigram import TrigramLosses

MOST_WORDS = 1_000
HOTTEST = 10.0


@dataclass(frozen=True)
class NextWordEpoch:
    """One epoch: losses are the mean of -log of the true word's probability, in nats per word.

    `epoch` counts from 1; `loss` is that of the epoch's updates, each measured before it is learned from;
    `heldout_loss` and `accuracy`, how often the most probable word is the true one (0..1), are on held-out sentences;
    the end of a sentence counts as a word. `words_per_second` counts words learned from, without measuring.
    """

    epoch: int
    loss: float
    heldout_loss: float
    accuracy: float
    words_per_second: float


@dataclass(frozen=True)
class NextWordText:
    """What was read: the words learned from and held out (ends of sentences too), and what counting makes of them.

    `n_tokens` of the `n_raw_tokens` words of the text were looked at, `n_unknown` of them as the unknown word.
    """

    name: str
    n_tokens: int
    n_raw_tokens: int
    n_unknown: int
    n_known: int
    n_learned: int
    n_heldout: int
    trigram: TrigramLosses


@dataclass(frozen=True, eq=False)
class Prediction:
    """What the network makes of a prompt, each stage with its real numbers; n are the tokens, c what it reads of them.

    `tokens` are the words of the prompt, `ids` int32 (n,) their numbers, `is_unknown` bool (n,) marks those it does
    not know. `read` are the last c of them, before a short prompt the start of a sentence, `read_ids` int32 (c,) their
    numbers; `vectors` float32 (c, n_dims), `hidden` float32 (n_hidden,), `scores` float32 (n_symbols,);
    `probabilities` float64 (n_symbols,) are the softmax of all scores, none left out.
    """

    symbols: Symbols
    tokens: tuple[str, ...]
    ids: CodeArray
    is_unknown: FlagArray
    read: tuple[str, ...]
    read_ids: CodeArray
    vectors: FloatArray
    hidden: FloatArray
    scores: FloatArray
    probabilities: DoubleArray

    def __post_init__(self) -> None:
        for array in (self.ids, self.is_unknown, self.read_ids, self.vectors, self.hidden, self.scores):
            read_only(array)
        read_only(self.probabilities)

    def chances(self, temperature: float = 1.0) -> DoubleArray:
        """With what chance each symbol is chosen at a temperature, float64 (n_symbols,), of sum 1.

        They are in proportion to probability ** (1 / temperature): below 1 likely words become likelier, above 1 all
        become more alike, and 0 leaves the most probable word alone. The unknown word is never chosen, since it is no
        word that could be written. OptionError for a temperature outside 0..10.
        """
        if not 0 <= temperature <= HOTTEST:
            raise OptionError(f"The temperature is {temperature!r}; choose a number from 0 to {HOTTEST:g}.")
        scores = self.scores.astype(np.float64)
        scores[self.symbols.unknown] = -np.inf
        if temperature < 1e-3:
            chances: DoubleArray = np.zeros(len(scores))
            chances[int(scores.argmax())] = 1
            return chances
        warmed: DoubleArray = chances_of(scores[None] / temperature)[0]
        return warmed

    def top(self, n: int) -> RowArray:
        """The numbers of the `n` most probable symbols, the most probable first, ties by number."""
        return np.argsort(-self.probabilities, kind="stable")[:n]

    def choose(self, chance: float, temperature: float = 1.0) -> int:
        """The symbol at a place `chance` (0..1) of the line on which each takes as much room as it has chances."""
        edges = np.cumsum(self.chances(temperature))
        return min(int(np.searchsorted(edges, chance * edges[-1], "right")), self._last_possible(edges))

    def _last_possible(self, edges: DoubleArray) -> int:
        return int(np.searchsorted(edges, edges[-1]))


@dataclass(frozen=True)
class ChosenWord:
    """A word that was written: its `number`, the network's `probability`, and the `chance` it was drawn with.

    `is_end` says that it is the end of the sentence, where the text stops.
    """

    word: str
    number: int
    probability: float
    chance: float
    is_end: bool


@dataclass(frozen=True, eq=False)
class NextWordModel:
    """A network that knows one text; it can be asked by several threads at once.

    `epochs` are its records, `text` what was read, `options` as asked; `stopped` says that it was ended early.
    """

    network: Network[np.float32]
    symbols: Symbols
    options: NextWordOptions
    epochs: tuple[NextWordEpoch, ...]
    text: NextWordText
    stopped: bool = False

    def __post_init__(self) -> None:
        self.network.frozen()

    @property
    def trigram_loss(self) -> float:
        """The loss of the better of two trigram count models on the same held-out words, in nats per word."""
        return self.text.trigram.best

    @property
    def heldout_loss(self) -> float:
        """The network's own loss on these words."""
        return self.epochs[-1].heldout_loss

    @cached_property
    def description(self) -> str:
        """What it is, and what it is not: how much of the text it read, and what it cannot tell apart."""
        text = self.text
        is_cut = text.n_tokens < text.n_raw_tokens
        part = f"only of the first {text.n_tokens:,} of {text.n_raw_tokens:,} words; " if is_cut else ""
        rare = f"{text.n_unknown:,} rare words are one to it; " if text.n_unknown else ""
        return (
            f"A network of {self.network.n_numbers:,} numbers that has read {text.n_learned:,} words "
            f"{_times(len(self.epochs))}; {part}{rare}it knows only this text."
        )

    def predict(self, prompt: str) -> Prediction:
        """What it foretells after `prompt`, whose words are found as those of a text are; a line end starts anew."""
        words = words_of(prompt)
        tokens = tuple(takewhile(lambda word: word != LINE_END, reversed(words)))[::-1]
        return self._predict(tokens, self.symbols.numbers_of(tokens))

    def continue_text(
        self, prompt: str, n_words: int = 12, *, temperature: float = 1.0, seed: int = 1
    ) -> tuple[ChosenWord, ...]:
        """Write at most `n_words` after `prompt`, up to the end of the sentence, each drawn by its chance.

        Temperature 0 takes the most probable word each time; the same seed draws the same words. OptionError for a
        temperature outside 0..10, a number of words outside 1..1,000, or a negative seed.
        """
        if not 1 <= n_words <= MOST_WORDS:
            raise OptionError(f"The number of words is {n_words!r}; choose a whole number from 1 to {MOST_WORDS:,}.")
        if seed < 0:
            raise OptionError(f"The seed is {seed!r}; choose a whole number from 0 upwards.")
        rng = np.random.default_rng(seed)
        prediction = self.predict(prompt)
        tokens, ids, chosen = prediction.tokens, prediction.ids, list[ChosenWord]()
        while True:
            chosen.append(self._chosen(prediction, prediction.choose(float(rng.random()), temperature), temperature))
            if chosen[-1].is_end or len(chosen) == n_words:
                return tuple(chosen)
            tokens, ids = (*tokens, chosen[-1].word), np.append(ids, np.int32(chosen[-1].number))
            prediction = self._predict(tokens, ids)

    def _chosen(self, prediction: Prediction, number: int, temperature: float) -> ChosenWord:
        return ChosenWord(
            self.symbols.name(number),
            number,
            float(prediction.probabilities[number]),
            float(prediction.chances(temperature)[number]),
            number == self.symbols.edge,
        )

    def _predict(self, tokens: Sequence[str], ids: CodeArray) -> Prediction:
        c, symbols = self.network.context, self.symbols
        n_short = max(0, c - len(ids))
        read_ids = np.concatenate([np.full(n_short, symbols.edge, np.int32), ids[len(ids) - (c - n_short) :]])
        seen = forward(self.network, read_ids[None])
        return Prediction(
            symbols,
            tuple(tokens),
            ids,
            ids == symbols.unknown,
            (*(symbols.name(symbols.edge, is_read=True) for _ in range(n_short)), *tokens[len(ids) - (c - n_short) :]),
            read_ids,
            self.network.vectors[read_ids],
            seen.hidden[0, :-1].copy(),
            seen.scores[0],
            chances_of(seen.scores.astype(np.float64))[0],
        )


def _times(n: int) -> str:
    return "once" if n == 1 else "twice" if n == 2 else f"{n:,} times"
