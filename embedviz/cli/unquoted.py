"""A question of several words that was typed without quotes: the command as it should be."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

_READ_BY_A_SHELL = frozenset('"$`\\!')


def with_quotes(arguments: Sequence[str], question: str | None, unknown: Sequence[str]) -> str | None:
    """The command line with its question in quotes, where what could not be read goes on the words of the question.

    `question` is what was taken as one, its first word, and `unknown` what was left over. None for anything else.
    """
    if question is None or not unknown:
        return None
    words = [question, *unknown]
    n = len(words)
    at = next((at for at in range(len(arguments)) if list(arguments[at : at + n]) == words), None)
    if at is None or any(word.startswith("--") for word in unknown):
        return None
    before, after = ([shlex.quote(each) for each in part] for part in (arguments[:at], arguments[at + n :]))
    return " ".join(["embedviz", *before, _quoted(" ".join(words)), *after])


def _quoted(text: str) -> str:
    """Text in double quotes, which all shells know; in others where it holds what they read inside of these."""
    return shlex.quote(text) if _READ_BY_A_SHELL & set(text) else f'"{text}"'
