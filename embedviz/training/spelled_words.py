"""How the words of a text are written in it: tokenizing lower-cases, and some spaces tell `Paris` from `paris`."""

from __future__ import annotations

from collections.abc import Sequence

from embedviz.training.tokenizing import LINE_END, words_of


def spelled_words_of(text: str) -> list[tuple[str, str]]:
    """The words of `text` in order, each lower-cased as `words_of` gives it and as it is written; no line ends."""
    words = [word for word in words_of(text) if word != LINE_END]
    return list(zip(words, spellings_of(text, words), strict=True))


def spellings_of(text: str, words: Sequence[str]) -> list[str]:
    """How each of `words`, which are those of `words_of(text)`, is written; a LINE_END stays what it is."""
    lowered = text.lower()
    origin: Sequence[int] = range(len(text))
    if len(lowered) != len(text):  # İ becomes two characters
        origin = [at for at, character in enumerate(text) for _ in character.lower()]
    spelled, place = [], 0
    for word in words:
        if word == LINE_END:
            spelled.append(word)
            continue
        start = lowered.index(word, place)  # what stands between words holds no letter or digit
        place = start + len(word)
        spelled.append(text[origin[start] : origin[place - 1] + 1])
    return spelled
