"""Lists of pairs: read as they are pasted, every pair asked about every other, compared with a plain loop."""

from __future__ import annotations

from itertools import combinations, permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedviz.analysis import pair_scores_steps, parse_pairs, read_pairs
from embedviz.errors import FormatError, OptionError
from embedviz.progress import finish
from embedviz.space import EmbeddingSpace

CAPITALS = "france paris\ngermany berlin\nitaly rome\njapan tokyo\nrussia moscow\nspain madrid\n"


def test_pairs_are_read_as_they_are_pasted() -> None:
    text = "# capitals\nfrance\tparis\n\nNew York, Albany\n“x”;y\none two three\nfrance\tparis\nalone\n"
    found = parse_pairs(text)
    assert found.pairs == (("france", "paris"), ("New York", "Albany"), ("“x”", "y"))
    assert found.n_skipped == 2
    with pytest.raises(FormatError, match="fewer than two pairs"):
        parse_pairs("a b\na b")


def test_a_file_of_pairs(tmp_path: Path) -> None:
    file = tmp_path / "capitals.txt"
    file.write_bytes(b"\xef\xbb\xbf" + CAPITALS.encode())
    assert read_pairs(file).pairs[0] == ("france", "paris")
    assert read_pairs(file).name == "capitals.txt"


def test_every_pair_against_every_other(words: EmbeddingSpace) -> None:
    given = parse_pairs(CAPITALS + "atlantis nowhere")
    found = finish(pair_scores_steps(words, given))
    units = words.vectors.astype(np.float64)
    units /= np.linalg.norm(units, axis=1)[:, None]
    rows = [(words.row(a), words.row(b)) for a, b in given.pairs[:-1]]
    assert found.rows.tolist() == [list(pair) for pair in rows]
    assert found.unknown == (("atlantis", "nowhere"),)
    correct = dict.fromkeys(("3CosAdd", "3CosMul", "b", "c"), 0)
    for (a, b), (c, d) in permutations(rows, 2):
        near = {row: units @ units[row] for row in (a, b, c)}
        by_rule = {
            "3CosAdd": near[b] - near[a] + near[c],
            "3CosMul": (near[b] + 1) * (near[c] + 1) / 4 / ((near[a] + 1) / 2 + 0.001),
            "b": near[b],
            "c": near[c],
        }
        for rule, scores in by_rule.items():
            scores = scores.copy()
            scores[[a, b, c]] = -np.inf
            correct[rule] += int(scores.argmax()) == d
    assert {rule: score.n_correct for rule, score in found.scores.items()} == correct
    assert all(score.n_known == 30 for score in found.scores.values())
    assert correct["3CosAdd"] > correct["b"]
    offsets = [units[b] - units[a] for a, b in rows]
    cosines = [x @ y / np.linalg.norm(x) / np.linalg.norm(y) for x, y in combinations(offsets, 2)]
    assert found.mean_parallel == pytest.approx(np.mean(cosines))
    assert found.parallel.mean() == pytest.approx(np.mean(cosines))
    assert found.shuffled_parallel is not None
    assert found.shuffled_parallel < np.mean(cosines)


def test_partners_that_are_shuffled_make_no_relation(make_space: Any) -> None:
    rng = np.random.default_rng(1)
    first = rng.normal(size=(30, 40))
    relation = rng.normal(size=40) * 2
    labels = [f"a{at}" for at in range(30)] + [f"b{at}" for at in range(30)]
    space = make_space(np.concatenate([first, first + relation]), labels)
    found = finish(pair_scores_steps(space, parse_pairs("\n".join(f"a{at} b{at}" for at in range(30)))))
    assert found.mean_parallel is not None
    assert found.shuffled_parallel is not None
    assert found.mean_parallel > found.shuffled_parallel + 0.1


def test_too_many_and_too_few(words: EmbeddingSpace) -> None:
    with pytest.raises(OptionError, match="201 pairs"):
        finish(pair_scores_steps(words, parse_pairs("\n".join(f"a{at} b{at}" for at in range(201)))))
    with pytest.raises(OptionError, match="1 of the 2 pairs"):
        finish(pair_scores_steps(words, parse_pairs("france paris\nxqzz yqzz")))
