"""Evidence: counts, chance, shared contexts and lines, as a plain reading in Python and a person with a pencil find."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

import embedviz
from embedviz.errors import FileAccessError, InputError, OptionError, UnknownItemError
from embedviz.progress import finish
from embedviz.space import EmbeddingSpace
from embedviz.space.table import Column, Table
from embedviz.training import Evidence, TrainingOptions, evidence_steps, train_steps
from embedviz.training.corpus_index import index_steps

Text = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("fake_trainer")

WARD = "The doctor saw the patient.\n\nA nurse saw the patient, too!\nThe Doctor and nurse left.\n"


def trained(path: Path | str, window: int = 2, min_count: int = 1) -> EmbeddingSpace:
    options = TrainingOptions(n_dims=2, min_count=min_count, window=window, epochs=1)
    return finish(train_steps(path, options, keep=False))


def shown(found: Evidence) -> list[tuple[int, str, str, str]]:
    return [(line.number, line.left, line.keyword, line.right) for line in found.lines]


def test_by_hand(text: Text) -> None:
    found = embedviz.evidence(trained(text(WARD)), "doctor", "nurse")
    assert (found.words, found.window, found.n_tokens) == (("doctor", "nurse"), 2, 16)
    assert (found.counts, found.shares) == ((2, 2), (2 / 16, 2 / 16))
    # 7 + 9 + 7 pairs of places, so 46 ends; 6 of them at each of the two words.
    assert (found.n_together, found.n_sentences) == (1, 1)
    assert found.n_expected == pytest.approx(6 * 6 / 46)
    assert found.pmi == pytest.approx(math.log(46 / 36))
    # "the" (3 and 1 times of 11) and "saw" (1 and 1 of 8) stand near both, but near one of them no more than chance.
    (shared,) = found.contexts
    assert (found.n_shared, shared.word, shared.n_near, shared.count) == (1, "and", (1, 1), 1)
    assert shared.pmi == pytest.approx((math.log(46 / 24), math.log(46 / 24)))
    table = [[1, 5], [3, 37]]
    assert shared.strength == pytest.approx(chi2_contingency(table, correction=False, lambda_="log-likelihood")[0])


def test_lines_by_hand(text: Text) -> None:
    space = trained(text(WARD))
    found = embedviz.evidence(space, "nurse", "doctor")
    assert shown(found) == [
        (4, "The Doctor and ", "nurse", " left."),
        (4, "The Doctor and ", "nurse", " left."),
        (4, "The ", "Doctor", " and nurse left."),
    ]
    together, nurse, doctor = found.lines
    assert [space.labels[line.beside] for line in found.lines] == ["doctor", "and", "and"]
    assert [line.text[slice(*line.beside_at)] for line in found.lines if line.beside_at] == ["Doctor", "and", "and"]
    assert (together.row, nurse.row, doctor.row) == (*[space.row("nurse")] * 2, space.row("doctor"))
    assert (together.part, together.is_paragraph) == ("corpus.txt", False)


def test_words_in_words(text: Text) -> None:
    space = trained(text(WARD))
    found = embedviz.evidence(space, "doctor", "nurse")
    assert found.summary == (
        "doctor stands twice, nurse twice; they stand together once, 1.3 times as often as by chance (PMI 0.25 nats)."
    )
    assert found.basis.startswith("Together is at most 2 words apart in one sentence of corpus.txt, of which 16 words")
    apart = embedviz.evidence(space, "patient", "left")
    assert apart.pmi == -math.inf
    assert "they never stand together, which by chance would be 0.2 times." in apart.summary


def test_the_numbers_asked_for(text: Text) -> None:
    space = trained(text("\n".join(f"a {mid} b" for mid in "cdefgh" * 30)))
    found = embedviz.evidence(space, "a", "b", n_lines=9, n_contexts=3)
    assert (len(found.lines), len(found.contexts), found.n_shared) == (9, 3, 6)
    together = [line.number for line in found.lines if line.beside == space.row("b")]
    assert together == [1, 46, 91, 135, 180]
    assert [line.row for line in found.lines[5:]] == [space.row("a"), space.row("b")] * 2
    none = embedviz.evidence(space, "a", "b", n_lines=0, n_contexts=0)
    assert (none.lines, none.contexts, none.n_together) == ((), (), 180)


SENTENCES = st.lists(st.lists(st.sampled_from("abcdefg"), max_size=9), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sentences=SENTENCES, window=st.integers(1, 4), min_count=st.integers(1, 3))
def test_as_a_plain_count(text: Text, sentences: list[list[str]], window: int, min_count: int) -> None:
    counts = Counter(word for sentence in sentences for word in sentence)
    kept = [word for word, n in counts.items() if n >= min_count]
    if len(kept) < 2:
        return
    path = text("\n".join("; ".join(sentence) for sentence in sentences))
    space = trained(path, window, min_count=min_count)
    found = embedviz.evidence(space, *kept[:2], n_lines=1_000)
    check(space, found, [[word for word in sentence if word in kept] for sentence in sentences], window)
    for line in found.lines:
        assert line.text == "; ".join(sentences[line.number - 1])


def near(sentences: list[list[str]], window: int) -> Iterator[tuple[str, str]]:
    for sentence in sentences:
        for at, word in enumerate(sentence):
            for other in range(max(0, at - window), min(len(sentence), at + window + 1)):
                if other != at:
                    yield word, sentence[other]


def check(space: EmbeddingSpace, found: Evidence, sentences: list[list[str]], window: int) -> None:
    """Compare with a count of ordered pairs, each of which an unordered one makes two."""
    one, other = found.words
    pairs = Counter(near(sentences, window))
    ends = Counter(word for word, _ in pairs.elements())
    total = sum(ends.values())
    tokens = Counter(word for sentence in sentences for word in sentence)
    assert found.n_tokens == tokens.total()
    assert found.counts == (tokens[one], tokens[other])
    assert found.n_together == pairs[one, other] == pairs[other, one]
    assert found.n_expected == pytest.approx(ends[one] * ends[other] / max(1, total))
    together = [at for at, sentence in enumerate(sentences, 1) if (one, other) in set(near([sentence], window))]
    assert found.n_sentences == len(together)
    expected = {}
    for word in set(tokens) - {one, other}:
        chances = [ends[each] * ends[word] / max(1, total) for each in (one, other)]
        numbers = [pairs[each, word] for each in (one, other)]
        if all(n > by_chance for n, by_chance in zip(numbers, chances, strict=True)):
            pmi = [math.log(n / by_chance) for n, by_chance in zip(numbers, chances, strict=True)]
            expected[word] = (tuple(numbers), pytest.approx(tuple(pmi)), tokens[word])
    assert found.n_shared == len(expected)
    assert {each.word: (each.n_near, each.pmi, each.count) for each in found.contexts} == expected
    for each in found.contexts:
        ratios = []
        for n, word in zip(each.n_near, (one, other), strict=True):
            table = [[n, ends[word] - n], [ends[each.word] - n, total - ends[word] - ends[each.word] + n]]
            ratios.append(chi2_contingency(table, correction=False, lambda_="log-likelihood")[0])
        assert each.strength == pytest.approx(min(ratios), abs=1e-9)
    strengths = [each.strength for each in found.contexts]
    assert strengths == sorted(strengths, reverse=True)
    asked = [(line.row, line.beside) for line in found.lines]
    first, second = space.row(one), space.row(other)
    n_together = sum(pair == (first, second) for pair in asked)
    assert asked[n_together:] == [(row, each.row) for each in found.contexts for row in (first, second)]
    assert [line.number for line in found.lines[:n_together]] == together


def test_words_that_training_did_not_find_in_the_text_are_left_out(text: Text) -> None:
    """As of a space that went on with another text, in which they were too rare."""
    space = trained(text(WARD), window=1)
    count = space.metadata["count"]
    values = np.where([word == "and" for word in space.labels], 0, count.values)
    metadata = Table(space.n_items, {"count": Column("number", values, count.missing)})
    other = EmbeddingSpace(space.vectors, space.labels, space.source, metadata)
    assert [embedviz.evidence(each, "doctor", "nurse").n_together for each in (space, other)] == [0, 1]
    assert embedviz.evidence(other, "doctor", "nurse").lines[0].text == "The Doctor and nurse left."


def test_a_long_line_is_cut_as_in_training(text: Text) -> None:
    words = ["x"] * 3000
    words[999], words[1000] = "a", "b"  # the last of a sentence, and the first of the next
    words[1998], words[1999] = "a", "b"
    found = embedviz.evidence(trained(text(" ".join(words)), window=1), "a", "b")
    assert found.n_together == 1
    assert [line.left.count("x") for line in found.lines if line.beside == found.rows[1]] == [60]


def test_many_places_in_long_texts(text: Text) -> None:
    """More tokens than one stretch holds, and a window wider than most sentences."""
    rng = random.Random(3)
    sentences = [rng.choices("abcdefghij", k=rng.randrange(1, 900)) for _ in range(700)]
    space = trained(text("\n".join(map(" ".join, sentences))), window=30)
    found = embedviz.evidence(space, "a", "b", n_lines=4)
    assert found.n_tokens > 1 << 18
    ordered = sum(word == "a" and other == "b" for word, other in near(sentences, 30))
    assert found.n_together == ordered
    holding = [number for number, each in enumerate(sentences, 1) if ("a", "b") in set(near([each], 30))]
    assert found.n_sentences == len(holding)


def test_an_index_is_asked_again_without_reading(text: Text, monkeypatch: pytest.MonkeyPatch) -> None:
    space = trained(text(WARD))
    index = finish(index_steps(space))
    expected = embedviz.evidence(space, "doctor", "patient")
    monkeypatch.setattr("embedviz.training.evidence.index_steps", None)
    assert finish(evidence_steps(space, "doctor", "patient", index=index)) == expected


def test_it_tells_how_far_it_is_and_can_be_closed(text: Text) -> None:
    space = trained(text(WARD * 50))
    steps = evidence_steps(space, "doctor", "nurse")
    fractions = []
    try:
        while True:
            fractions.append(next(steps).fraction or 0.0)
    except StopIteration:
        pass
    assert fractions == sorted(fractions)
    for n in range(len(fractions)):
        steps = evidence_steps(space, "doctor", "nurse")
        for _ in range(n):
            next(steps)
        steps.close()


def test_wrong_wishes(text: Text) -> None:
    space = trained(text(WARD))
    with pytest.raises(OptionError, match="are one word"):
        embedviz.evidence(space, "doctor", "doctor")
    with pytest.raises(UnknownItemError):
        embedviz.evidence(space, "doctor", "doctr")
    with pytest.raises(OptionError, match="from 0 to 1,000"):
        embedviz.evidence(space, "doctor", "nurse", n_lines=-1)


def test_a_space_that_was_not_trained() -> None:
    with pytest.raises(InputError, match="was not trained here, so there is no text"):
        embedviz.evidence(embedviz.sample("digits"), "0", "1")


def test_a_text_that_was_changed(text: Text) -> None:
    path = text(WARD)
    space = trained(path)
    index = finish(index_steps(space))
    text(WARD.replace("left", "lost"))
    for known in (None, index):
        with pytest.raises(InputError, match=r"changed since, .* train on this one"):
            finish(evidence_steps(space, "doctor", "nurse", index=known))
    text("")
    with pytest.raises(InputError):
        finish(evidence_steps(space, "doctor", "nurse", index=index))
    text(WARD)
    assert embedviz.evidence(space, "doctor", "nurse").n_together == 1


def test_a_text_that_is_gone(text: Text) -> None:
    path = text(WARD)
    space = trained(path)
    path.unlink()
    with pytest.raises(FileAccessError, match="not there any more; put it back there, or train"):
        embedviz.evidence(space, "doctor", "nurse")


@pytest.mark.parametrize("name", ["saved.npz", "saved.txt"])
def test_a_saved_space_knows_its_text(text: Text, tmp_path: Path, name: str) -> None:
    space = trained(text(WARD))
    embedviz.save(space, tmp_path / name)
    opened = embedviz.open(tmp_path / name)
    assert opened.source.format != "trained"
    assert embedviz.evidence(opened, "doctor", "nurse") == embedviz.evidence(space, "doctor", "nurse")


def test_a_record_of_an_earlier_version_says_so(text: Text, tmp_path: Path) -> None:
    embedviz.save(trained(text(WARD)), tmp_path / "saved.npz")
    record = tmp_path / "saved.run.json"
    record.write_text(record.read_text(encoding="utf-8").replace('"content_hash"', '"else"'), encoding="utf-8")
    with pytest.raises(InputError, match="does not say which text it read"):
        embedviz.evidence(embedviz.open(tmp_path / "saved.npz"), "doctor", "nurse")


def test_the_small_world() -> None:
    found = embedviz.evidence(trained("sample:small-world", window=5, min_count=5), "king", "queen")
    assert found.corpus == "the small world"
    assert found.n_together == found.n_sentences == 10
    assert {"crown", "kingdom"} <= {each.word for each in found.contexts}
    assert all({"king", "queen"} <= set(line.text.lower().strip(".").split()) for line in found.lines[:10])
