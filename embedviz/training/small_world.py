"""The small world: a corpus of simple English sentences with planted structure, made anew for a seed."""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from embedviz import paths
from embedviz.errors import OptionError
from embedviz.formats.atomic import atomic_output
from embedviz.progress import Progress, Steps, finish
from embedviz.training.small_world_grammar import Chance, Grammar, Section, read_grammar, sentence_of

SMALL_WORLD = "sample:small-world"
N_SENTENCES = 60_000
SEED = 1

_TRIES = 40
_SENTENCES_PER_STEP = 2_000
_MAKING = "Making the small world"


@dataclass(frozen=True)
class Planted:
    """The structure that training should find again; all words are lower case.

    `groups`: words that belong together, by name; `opposites`: pairs; `relations`: pairs (a, b) by name, where
    b - a is meant to be the same for all pairs of a relation.
    """

    groups: Mapping[str, tuple[str, ...]]
    opposites: tuple[tuple[str, str], ...]
    relations: Mapping[str, tuple[tuple[str, str], ...]]


def small_world_sentences(n_sentences: int = N_SENTENCES, seed: int = SEED) -> Iterator[str]:
    """Yield sentences, the same for a seed on every platform; none comes twice while new ones can be made.

    Raises OptionError for a negative number of sentences.
    """
    if n_sentences < 0:
        raise OptionError(f"A corpus cannot have {n_sentences} sentences; choose 0 or more.")
    return islice(_endless_sentences(_grammar(), Chance(seed)), n_sentences)


def small_world_steps(path: str | os.PathLike[str], n_sentences: int = N_SENTENCES, seed: int = SEED) -> Steps[Path]:
    """Write the sentences to `path`, one a line in UTF-8, whole or not at all; a file there is replaced."""
    sentences = small_world_sentences(n_sentences, seed)
    n_done = 0
    with atomic_output(path, overwrite=True) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        while n_done < n_sentences:
            yield Progress(n_done / n_sentences, _MAKING)
            lines = [sentence + "\n" for sentence in islice(sentences, _SENTENCES_PER_STEP)]
            file.writelines(lines)
            n_done += len(lines)
    return Path(path)


def write_small_world(path: str | os.PathLike[str], n_sentences: int = N_SENTENCES, seed: int = SEED) -> Path:
    """Write the sentences to `path` as `small_world_steps` does, and return it."""
    return finish(small_world_steps(path, n_sentences, seed))


def cached_small_world_steps() -> Steps[Path]:
    """Give the text of `sample:small-world` in our cache, written once per version of what it is made from."""
    path = paths.cache() / f"small-world-{content_version()}.txt"
    if not path.is_file():
        yield from small_world_steps(path)
    return path


def small_world_path() -> Path:
    """Give the text of `sample:small-world` as `cached_small_world_steps` does."""
    return finish(cached_small_world_steps())


@functools.cache
def planted() -> Planted:
    """Read what is planted, from `planted.json`."""
    data = json.loads((_folder() / "planted.json").read_text(encoding="utf-8"))
    return Planted(
        {name: tuple(words) for name, words in data["groups"].items()},
        tuple((one, other) for one, other in data["opposites"]),
        {name: tuple((one, other) for one, other in pairs) for name, pairs in data["relations"].items()},
    )


def content_version() -> str:
    """Name the topic files, the generator, the number of sentences and the seed by one short hash."""
    digest = hashlib.sha256(f"{N_SENTENCES} {SEED}".encode())
    here = Path(__file__).parent
    for file in (here / "small_world.py", here / "small_world_grammar.py", *_topics()):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _endless_sentences(grammar: Grammar, chance: Chance) -> Iterator[str]:
    urn = [section for section in grammar.sections for _ in range(section.weight)]
    seen: set[str] = set()
    while True:
        sentence = _new_sentence(grammar, urn, chance, seen)
        seen.add(sentence)
        yield sentence


def _new_sentence(grammar: Grammar, urn: list[Section], chance: Chance, seen: set[str]) -> str:
    """A sentence that was not seen, or after many tries one that was: a small world is not without end."""
    for _ in range(_TRIES):
        sentence = sentence_of(grammar, chance.pick(chance.pick(urn).frames), chance)
        if sentence not in seen:
            break
    return sentence


@functools.cache
def _grammar() -> Grammar:
    return read_grammar(file.read_text(encoding="utf-8") for file in _topics())


def _topics() -> list[Path]:
    return sorted((_folder() / "topics").glob("*.txt"))


def _folder() -> Path:
    return paths.resources() / "corpora" / "small_world"
