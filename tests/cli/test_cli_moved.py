"""`embedviz moved`, `train --continue` and `train --sweep`: the same as the API says."""

from __future__ import annotations

import json

import numpy as np
import pytest

import embedviz
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.labels import Labels
from embedviz.space.source import Source

USUAL = ("--min-count", "1", "--epochs", "2", "--window", "2")


@pytest.fixture
def corpus(tmp_path):
    rng = np.random.default_rng(3)
    path = tmp_path / "text.txt"
    path.write_text("\n".join(" ".join(rng.choice(["cat", "dog", "hen", "new"], 8)) for _ in range(200)))
    return str(path)


@pytest.fixture
def before(tmp_path):
    labels = ["cat", "owl", "dog", "hen", "eel"]
    vectors = np.random.default_rng(1).normal(size=(5, 6)).astype(np.float32)
    path = str(tmp_path / "before.npz")
    embedviz.save(EmbeddingSpace(vectors, Labels.from_strings(labels), Source("before", "npz")), path)
    return path


def test_a_training_goes_on_with_a_file_in_its_dimensions(run_main, tmp_path, corpus, before):
    out = str(tmp_path / "after.npz")
    code, said, _ = run_main("train", corpus, "-o", out, "--continue", before, *USUAL)
    assert code == 0
    assert "6 items, 6 dimensions" in said
    after, space = embedviz.open(out), embedviz.open(before)
    np.testing.assert_array_equal(after.vector("owl"), space.vector("owl"))
    alone = embedviz.train(corpus, start=space, min_count=1, epochs=2, window=2)
    np.testing.assert_array_equal(after.vectors, alone.vectors)


def test_other_dimensions_than_those_of_the_file_are_refused(run_main, tmp_path, corpus, before):
    code, _, complaint = run_main("train", corpus, "-o", str(tmp_path / "a.npz"), "--continue", before, "--dims", "5")
    assert code == 2
    assert "The space has 6 dimensions" in complaint
    same = run_main("train", corpus, "-o", str(tmp_path / "a.npz"), "--continue", before, "--dims", "6", *USUAL)
    assert same[0] == 0


def test_moved_words_are_told_as_the_api_does(run_main, tmp_path, corpus, before):
    paths = [str(tmp_path / f"after{seed}.npz") for seed in (1, 2)]
    for seed, path in enumerate(paths, 1):
        assert run_main("train", corpus, "-o", path, "--continue", before, "--seed", str(seed), *USUAL)[0] == 0
    spaces = [embedviz.open(path) for path in (before, *paths)]
    found = embedviz.moved(*spaces, k=2)
    code, said, _ = run_main("moved", before, paths[0], "--noise", paths[1], "-k", "2", "-n", "3", "--json")
    facts = json.loads(said)
    assert code == 0
    assert (facts["k"], facts["n_words"], facts["n_beyond_noise"]) == (2, 5, found.n_beyond_noise)
    assert [word["word"] for word in facts["words"]] == [word.word for word in found.words(3)]
    assert facts["words"][0] == {
        "word": found.words(1)[0].word,
        "row": spaces[1].row(found.words(1)[0].word),
        "kept": found.words(1)[0].kept,
        "noise": found.words(1)[0].noise,
        "cosine": found.words(1)[0].cosine,
        "lost": list(found.words(1)[0].lost),
        "gained": list(found.words(1)[0].gained),
        "stayed": False,
    }
    code, said, _ = run_main("moved", before, paths[0], "-k", "2")
    lines = said.splitlines()
    assert code == 0
    assert lines[0].split() == ["word", "kept", "of", "2", "two", "seeds", "cosine", "lost", "->", "gained"]
    assert len(lines) == 7
    assert lines[-1].startswith("3 words have other vectors now")
    assert facts["n_stayed"] == 2
    facts = json.loads(run_main("moved", before, paths[0], "--json")[1])
    assert (facts["mean_noise"], facts["n_beyond_noise"], facts["words"][0]["noise"]) == (None, None, None)


def test_a_sweep_prints_a_line_a_training(run_main, tmp_path, corpus):
    judged = tmp_path / "pairs.tsv"
    judged.write_text("cat\tdog\t9\ncat\then\t3\ndog\tnew\t1\nhen\tnew\t5\n", encoding="utf-8")
    options = ("--sweep", "dims=2, 3", "--seeds", "2", "--evaluate", str(judged), *USUAL)
    code, said, _ = run_main("train", corpus, "--json", *options)
    points = [json.loads(line) for line in said.splitlines()]
    assert code == 0
    assert [(point["option"], point["value"], point["seed"]) for point in points] == [
        ("dims", 2, 1),
        ("dims", 2, 2),
        ("dims", 3, 1),
        ("dims", 3, 2),
    ]
    made = embedviz.sweep(corpus, "n_dims", [2, 3], seeds=2, judge_by=[judged], min_count=1, epochs=2, window=2)
    assert [point["accuracy"] for point in points] == [point.accuracy for point in made.points]
    assert [point["figures"]["pairs.tsv"] for point in points] == [point.figures[0].value for point in made.points]
    code, said, _ = run_main("train", corpus, *options)
    assert code == 0
    assert said.splitlines()[0].startswith("dims 2, seed 1: pairs.tsv ")
    assert len(said.splitlines()) == 5
    assert said.splitlines()[-1] == made.remark


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--sweep", "dims"), "names no values"),
        (("--sweep", "colour=1,2"), "cannot be swept"),
        (("--sweep", "dims=2,x"), "is no value"),
        (("--sweep", "dims=2", "-o", "out.npz"), "leave out -o"),
        (("--sweep", "dims=2", "--seeds", "0"), "1 to 200 trainings"),
        ((), "-o OUT"),
    ],
)
def test_wrong_use_is_told_in_one_line(run_main, corpus, options, why):
    code, said, complaint = run_main("train", corpus, *options)
    assert code == 2
    assert said == ""
    assert why in complaint
    assert complaint.count("\n") == 1
