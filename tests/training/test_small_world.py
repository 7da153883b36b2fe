"""The small world: the same for a seed everywhere, good English, and its planted structure is found by training."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from embedviz import paths
from embedviz.errors import OptionError, OutputError
from embedviz.progress import finish
from embedviz.training import TrainingOptions, small_world, train_steps
from embedviz.training.small_world import (
    SMALL_WORLD,
    cached_small_world_steps,
    planted,
    small_world_path,
    small_world_sentences,
    small_world_steps,
    write_small_world,
)
from embedviz.training.small_world_grammar import Chance, Part, read_grammar, sentence_of

SHA256 = "136e00f1dbdf046adec6b6f50c0dca44ee3dff1921bb6ff3e3084e86506a99a0"
VOWEL_LETTERS_SAID_AS_CONSONANTS = {"one", "university", "useful"}
SILENT_H = {"hour", "honest"}
NAMES = "\n== name: word | sex\nAnna | f\nLeo | m"


@pytest.fixture(scope="module")
def sentences() -> list[str]:
    return list(small_world_sentences())


@pytest.fixture(scope="module")
def counts(sentences: list[str]) -> Counter[str]:
    return Counter(word for sentence in sentences for word in re.findall(r"[^\W\d_]+", sentence.lower()))


def one_sentence(topic: str, seed: int = 1) -> str:
    """A sentence of the only frame in a topic text."""
    grammar = read_grammar([topic])
    return sentence_of(grammar, grammar.sections[0].frames[0], Chance(seed))


def test_the_text_is_the_same_on_every_machine(sentences: list[str]) -> None:
    assert hashlib.sha256("".join(sentence + "\n" for sentence in sentences).encode()).hexdigest() == SHA256


def test_another_seed_is_another_text_and_a_shorter_text_is_its_beginning(sentences: list[str]) -> None:
    assert list(small_world_sentences(50, seed=2)) != sentences[:50]
    assert list(small_world_sentences(50)) == sentences[:50]
    assert list(small_world_sentences(0)) == []
    with pytest.raises(OptionError, match="-1 sentences"):
        small_world_sentences(-1)


def test_it_is_as_large_as_promised(sentences: list[str], counts: Counter[str]) -> None:
    assert len(sentences) == len(set(sentences)) == 60_000
    assert sum(count >= 5 for count in counts.values()) >= 600
    assert 450_000 < counts.total() < 700_000


def test_several_hundred_frames_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    used: set[tuple[Part, ...]] = set()

    def noted(*arguments: object) -> str:
        used.add(arguments[1])  # type: ignore[arg-type]
        return sentence_of(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(small_world, "sentence_of", noted)
    list(small_world_sentences(12_000))
    assert len(used) >= 700


def test_the_sentences_are_well_formed(sentences: list[str]) -> None:
    for sentence in sentences:
        assert re.fullmatch(r"\"?[A-Z][\w ,.:;?!\"]+[.?!]\"?", sentence), sentence
        assert not re.search(r"\b(\w+) \1\b", sentence, re.IGNORECASE), sentence
        assert not re.search(r" [ ,.:;?!]|_|\d", sentence), sentence
        assert sentence.count('"') % 2 == 0, sentence
    assert max(len(sentence.split()) for sentence in sentences) <= 22


def test_articles_go_with_the_words_that_follow(sentences: list[str]) -> None:
    following: dict[str, set[str]] = {"a": set(), "an": set()}
    for sentence in sentences:
        for article, word in re.findall(r"\b(an?) (\w+)", sentence.lower()):
            following[article].add(word)
    assert {word for word in following["a"] if word[0] in "aeiou"} <= VOWEL_LETTERS_SAID_AS_CONSONANTS
    assert {word for word in following["an"] if word[0] not in "aeiou"} <= SILENT_H
    assert not following["a"] & following["an"]
    assert min(len(words) for words in following.values()) > 40


def test_what_is_planted_stands_in_the_text(counts: Counter[str]) -> None:
    world = planted()
    grouped = [word for words in world.groups.values() for word in words]
    related = [word for pairs in world.relations.values() for pair in pairs for word in pair]
    opposed = [word for pair in world.opposites for word in pair]
    assert len(grouped) == len(set(grouped)) > 400
    assert set(related) <= set(grouped)
    assert len(opposed) == len(set(opposed)) >= 40
    assert [word for word in {*grouped, *opposed} if counts[word] < 20] == []
    assert min(len(words) for words in world.groups.values()) >= 7


def test_the_relations_are_what_the_sentences_say(sentences: list[str]) -> None:
    relations = planted().relations
    text = "\n".join(sentences).lower()
    assert len(relations) >= 3
    assert ("king", "queen") in relations["male-female"]
    for country, capital in relations["country-capital"]:
        assert f"{capital} is the capital of {country}." in text
    for parent, young in relations["animal-young"]:
        assert re.search(f"a young {parent} is called an? {young}\\.", text)
    for profession, tool in relations["profession-tool"]:
        assert re.search(f"the {profession} works with an? {tool}\\.", text)
    for one, other in planted().opposites:
        assert f"{one} is the opposite of {other}." in text or f"the opposite of {other} is {one}." in text


def test_sums_are_true(sentences: list[str]) -> None:
    number = {word: value for value, word in enumerate(planted().groups["numbers"], 2)}
    assert (number["two"], number["twenty"]) == (2, 20)
    sums = re.findall(r"^(\w+) (?:and|plus) (\w+) (?:make|is) (\w+)\.$", "\n".join(sentences), re.MULTILINE)
    assert len(sums) >= 30
    assert all(number[a.lower()] + number[b] == number[c] for a, b, c in sums)


def test_rows_tags_pronouns_and_articles() -> None:
    world = "== pair: m, f | thing\nking, queen | orb\n== beast: word | tags\nowl | bird\ndog | pet\n"
    assert (
        one_sentence(world + "== frames x 1\n{pair:f} has {his} {pair.thing}; {pair.partner}")
        == "Queen has her orb; king"
    )
    assert one_sentence(world + "== frames x 1\na {beast:bird} and a {beast2}") == "An owl and a dog"
    assert one_sentence(world + "== frames x 1\n{pair:m}, {name:=pair}" + NAMES) == "King, Leo"


@pytest.mark.parametrize("topic", ["a line before any heading", "== frames without weight", "== t: a | b\nonly a cell"])
def test_a_damaged_topic_file_is_named(topic: str) -> None:
    with pytest.raises(ValueError, match=r"small world|columns are announced"):
        read_grammar([topic])


def test_a_pronoun_needs_somebody() -> None:
    with pytest.raises(ValueError, match="before anybody"):
        one_sentence("== t: word\nowl\n== frames x 1\n{he} is an {t}.")


def test_it_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = write_small_world(tmp_path / "world.txt", 5_000)
    assert path.read_bytes() == "".join(sentence + "\n" for sentence in small_world_sentences(5_000)).encode()
    steps = small_world_steps(tmp_path / "half.txt", 5_000)
    fractions = [step.fraction for step in itertools.islice(steps, 2)]
    assert fractions == [0.0, 0.4]
    steps.close()
    assert [file.name for file in tmp_path.iterdir()] == ["world.txt"]
    with pytest.raises(OutputError, match="no folder"):
        write_small_world(tmp_path / "missing" / "world.txt", 10)


def test_the_cached_text_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sentences: list[str]) -> None:
    monkeypatch.setenv("EMBEDVIZ_CACHE", str(tmp_path))
    path = small_world_path()
    assert path.parent == paths.cache()
    assert path.read_text(encoding="utf-8").splitlines() == sentences
    assert next(cached_small_world_steps(), None) is None
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    monkeypatch.setattr(small_world, "SEED", 2)
    assert small_world.content_version() not in path.name


def nearest(unit_vectors: np.ndarray, target: np.ndarray, left_out: list[int], k: int) -> list[int]:
    """The rows nearest to `target` by cosine, by a plain sort."""
    scores = unit_vectors @ target
    scores[left_out] = -np.inf
    return [int(row) for row in np.argsort(-scores)[:k]]


def test_training_with_defaults_finds_what_is_planted() -> None:
    space = finish(train_steps(SMALL_WORLD, TrainingOptions()))
    words = list(space.labels)
    row = {word: index for index, word in enumerate(words)}
    unit = space.vectors / np.linalg.norm(space.vectors, axis=1, keepdims=True)
    world = planted()
    same = [
        words[neighbor] in group
        for group in world.groups.values()
        for word in group
        for neighbor in nearest(unit, unit[row[word]], [row[word]], 5)
    ]
    assert np.mean(same) >= 0.9
    for pairs in world.relations.values():
        right = []
        for (a, b), (c, d) in itertools.permutations(pairs, 2):
            given = [row[a], row[b], row[c]]
            right.append(nearest(unit, unit[row[b]] - unit[row[a]] + unit[row[c]], given, 1) == [row[d]])
        assert np.mean(right) >= 0.8
    near = [row[b] in nearest(unit, unit[row[a]], [row[a]], 10) for a, b in world.opposites]
    assert np.mean(near) >= 0.8
    assert space.neighbors("king - man + woman", k=1).labels[0] == "queen"
