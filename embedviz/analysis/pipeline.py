"""The road of a sentence to a vector, in five stages: text, preprocessed text, tokens, their vectors, the pooled."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from embedviz.errors import QueryError
from embedviz.progress import Progress, Steps
from embedviz.space.answer import Answer, ask_steps
from embedviz.space.arrays import FloatArray, read_only
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.training.sentence_pooling import pooled, weights_of, word_space
from embedviz.training.word_finding import FoundWord, found_words
from embedviz.training.word_weights import Weighting, word_weights

TokenKind = Literal["known", "composed", "unknown"]

_BLANKS = re.compile(r"\s+")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


@dataclass(frozen=True, eq=False)
class PipelineToken:
    """A word of the sentence: lower-cased (`text`), as `written`, and what became of it.

    `row` is that of its item; None for a composed and an unknown word. `weight` is what its vector is multiplied by,
    0 where it has none. `remark` says by which fall-back it was found, or why it has no vector.
    """

    text: str
    written: str
    kind: TokenKind
    row: int | None
    weight: float
    remark: str


@dataclass(frozen=True, eq=False)
class Pipeline:
    """A sentence in five stages.

    `text` as it was given; `preprocessed`, and in words what was changed; `tokens` in order, and the characters that
    were `dropped` between them; `vectors` float32 (n_known, n_dims) of the tokens that have one, as they stand in the
    space, in order; `pooled` float32 (n_dims,), the sum of weight x vector by n_known, or None where no token is known.
    `are_items` is False where the tokens are not items of the open space but the words its lines were pooled from.
    """

    text: str
    preprocessed: str
    changes: tuple[str, ...]
    tokens: tuple[PipelineToken, ...]
    dropped: str
    vectors: FloatArray
    pooled: FloatArray | None
    weighting: Weighting
    are_items: bool = True

    def __post_init__(self) -> None:
        read_only(self.vectors)
        if self.pooled is not None:
            read_only(self.pooled)

    @property
    def n_known(self) -> int:
        """How many tokens have a vector."""
        return len(self.vectors)

    @property
    def said(self) -> str:
        """What was pooled, in words."""
        what = "mean" if self.weighting == "mean" else "mean by inverse frequency"
        n = len(self.tokens)
        of = f"{n:,} words" if self.n_known == n else f"{self.n_known:,} of {n:,} words"
        return f"{what} of {'1 word' if n == 1 == self.n_known else of}"

    @property
    def norm(self) -> float:
        """The length of the pooled vector; 0 without one."""
        return 0.0 if self.pooled is None else float(np.linalg.norm(self.pooled.astype(np.float64)))

    @property
    def question(self) -> str | None:
        """The pooled vector as a question that anybody can type and get the same answer to; None without one."""
        if self.pooled is None:
            return None
        return f"[{', '.join(map(str, self.pooled))}]"


@dataclass(frozen=True, eq=False)
class FollowedSentence:
    """A pipeline, and the items nearest to its pooled vector; None where there is none, or cosine cannot rank by it."""

    pipeline: Pipeline
    answer: Answer | None


def pipeline(space: EmbeddingSpace, sentence: str, *, weighting: Weighting = "mean") -> Pipeline:
    """Follow a sentence through the five stages; over a space of lines, by the words they were pooled from.

    Words are found lower-cased, else by the fall-backs of a typed question (`training.word_finding`), else composed
    where the space can do that. `weighting` is that of `training.word_weights`: `mean`, or `frequency`, which needs a
    column `count`. OptionError for a weighting that is not possible.
    """
    asked, space = space, word_space(space)
    weights = word_weights(space, weighting)
    words = found_words(space, sentence)
    factors = weights_of(words, weights)
    tokens = tuple(_token(word, weight) for word, weight in zip(words, factors.tolist(), strict=True))
    vectors = [word.vector for word in words if word.vector is not None]
    mean = pooled(words, factors)
    changed, changes = _preprocessed(sentence)
    return Pipeline(
        text=sentence,
        preprocessed=changed,
        changes=changes,
        tokens=tokens,
        dropped=_dropped(changed, words),
        vectors=np.array(vectors, np.float32).reshape(len(vectors), space.n_dims),
        pooled=None if mean is None else mean.astype(np.float32),
        weighting=weighting,
        are_items=space is asked,
    )


def followed_steps(
    space: EmbeddingSpace, sentence: str, k: int = 10, *, weighting: Weighting = "mean", metric: str = "cosine"
) -> Steps[FollowedSentence]:
    """Follow a sentence, and ask for the `k` items nearest to its pooled vector; the words themselves take part.

    The Pipeline comes first, as `partial` of a Progress. Raises as `pipeline` does, and OptionError.
    """
    yield Progress(0.0, "Following the sentence")
    found = pipeline(space, sentence, weighting=weighting)
    yield Progress(0.2, "Searching", found)
    question = found.question
    if question is None:
        return FollowedSentence(found, None)
    try:
        answer = yield from ask_steps(space, question, k, metric=metric)
    except QueryError:  # the zero vector
        return FollowedSentence(found, None)
    return FollowedSentence(found, _named(answer, found))


def _named(answer: Answer, found: Pipeline) -> Answer:
    """The answer to a vector, called by what the vector is."""
    own = "Its own words take part." if found.are_items else "It is compared with whole items."
    return replace(answer, reading=found.said, remarks=(own, f"Pooled from “{found.text.strip()}”."))


def _token(word: FoundWord, weight: float) -> PipelineToken:
    kind: TokenKind = "unknown" if word.vector is None else "composed" if word.is_composed else "known"
    return PipelineToken(word.text, word.written, kind, word.row, weight, word.remark)


def _preprocessed(text: str) -> tuple[str, tuple[str, ...]]:
    """The text as the tokenizer reads it, its blanks made one, and what was changed in it, in words."""
    lowered = text.lower()
    n_lowered = sum(one != other for one, other in zip(text, lowered, strict=False))
    plain = _CONTROLS.sub(" ", lowered)
    spaced = _BLANKS.sub(" ", plain).strip()
    changes = []
    if n_lowered:
        changes.append(f"{n_lowered:,} letter{'s'[: n_lowered != 1]} lower-cased")
    if plain != lowered:
        changes.append("control characters taken as blanks")
    if spaced != plain:
        changes.append("blanks made one")
    is_composed = unicodedata.is_normalized("NFC", text)
    changes.append("Unicode is NFC" if is_composed else "Unicode is not NFC; words are looked up composed too")
    return spaced, tuple(changes)


def _dropped(preprocessed: str, words: tuple[FoundWord, ...]) -> str:
    """The characters that are in no token, each once, in order; blanks are not among them."""
    place, left = 0, []
    for word in words:
        at = preprocessed.find(word.text, place)
        if at < 0:
            continue
        left.append(preprocessed[place:at])
        place = at + len(word.text)
    left.append(preprocessed[place:])
    return "".join(dict.fromkeys("".join(left).replace(" ", "")))
