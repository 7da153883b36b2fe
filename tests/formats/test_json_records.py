"""JSON Lines and JSON: objects, arrays, answers of services, base64, and rows out of order."""

from __future__ import annotations

import base64
import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opener import Opener

from embedviz import formats
from embedviz.errors import ChoiceNeededError, FormatError
from embedviz.formats import json_stream
from embedviz.progress import finish


def lines(*objects: object) -> bytes:
    return "".join(json.dumps(each) + "\n" for each in objects).encode()


def encoded(*values: float) -> str:
    return base64.b64encode(np.array(values, "<f4").tobytes()).decode()


ROWS = st.lists(
    st.tuples(st.text(max_size=5), st.lists(st.floats(width=32), min_size=2, max_size=2), st.booleans()),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60)
@given(rows=ROWS, indent=st.sampled_from([None, 1]), as_lines=st.booleans())
def test_what_json_writes_is_read_by_value(rows: list, indent: int | None, as_lines: bool) -> None:
    objects = [{"text": text, "embedding": vector, "is new": flag} for text, vector, flag in rows]
    content = lines(*objects) if as_lines else json.dumps(objects, indent=indent).encode()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.json").write_bytes(content)
        space = finish(formats.open_steps(Path(folder) / "a.json"))
    assert np.array_equal(space.vectors, np.array([vector for _, vector, _ in rows], np.float32), equal_nan=True)
    assert space.labels[:] == [text.encode("utf-8", "replace").decode() for text, _, _ in rows]
    assert space.metadata["is new"].values.tolist() == [flag for _, _, flag in rows]


def test_blocks_do_not_cut_values(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "_BLOCK_BYTES", 7)
    objects = [{"text": f"señor {row}", "embedding": [row, row / 8, -1e-9]} for row in range(20)]
    space = opened("a.json", json.dumps(objects, ensure_ascii=False).encode())
    assert space.labels[19] == "señor 19"
    assert space.vectors[19].tolist() == [19, 2.375, np.float32(-1e-9)]
    assert not {note.kind for note in space.notes} & {"bad_utf8"}


def test_an_embeddings_answer_is_put_in_order(opened: Opener) -> None:
    data = [{"object": "embedding", "index": at, "embedding": encoded(at, 2 * at, 7)} for at in (2, 0, 1)]
    for indent in (None, 2):
        space = opened("a.json", json.dumps({"object": "list", "data": data, "model": "m"}, indent=indent).encode())
        assert space.vectors.tolist() == [[0, 0, 7], [1, 2, 7], [2, 4, 7]]


def test_a_batch_output_keeps_its_names_and_says_what_failed(opened: Opener) -> None:
    def line(name: str, *vectors: list[float]) -> dict[str, object]:
        data = [{"object": "embedding", "index": at, "embedding": each} for at, each in enumerate(vectors)]
        return {"custom_id": name, "response": {"status_code": 200, "body": {"data": data[::-1]}}, "error": None}

    failed = {"custom_id": "z", "response": {"status_code": 429, "body": {"error": {}}}, "error": None}
    space = opened("out.jsonl", lines(line("b", [1, 2], [3, 4]), failed, line("a", [5, 6])))
    assert space.vectors.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert space.labels[:] == ["b", "b", "a"]
    assert [note.count for note in space.notes if note.kind == "failed_answers"] == [1]


def test_rows_out_of_their_index_are_sorted_and_noted(opened: Opener) -> None:
    space = opened("a.jsonl", lines(*({"index": at, "t": f"t{at}", "v": [at, 1]} for at in (2, 0, 1))))
    assert space.labels[:] == ["t0", "t1", "t2"]
    assert space.vectors[:, 0].tolist() == [0, 1, 2]
    assert "reordered" in {note.kind for note in space.notes}
    untouched = opened("b.jsonl", lines(*({"index": at, "v": [at, 1]} for at in (5, 0, 1))))
    assert untouched.vectors[:, 0].tolist() == [5, 0, 1]


def test_labels_as_keys_and_bare_lists(opened: Opener) -> None:
    assert opened("a.json", b'{"king": [1, 2], "queen": [3, 4]}').labels[:] == ["king", "queen"]
    assert opened("b.json", b"[[1, 2], [3, 4]]").vectors.tolist() == [[1, 2], [3, 4]]
    assert opened("c.jsonl", lines({"t": "a", "v": [[1, 2]]}, {"t": "b", "v": [[3, 4]]})).n_dims == 2


def test_metadata_of_all_sorts(opened: Opener) -> None:
    first = {"t": "a", "v": [1, 2], "id": 2**53 + 1, "meta": {"year": 1999, "tags": ["x"]}, "ok": True}
    space = opened("a.jsonl", lines(first, {"t": "b", "v": [3, 4], "id": 5, "late": "q"}))
    columns = space.metadata
    assert columns["id"].text(0) == str(2**53 + 1)
    assert columns["meta.year"].missing.tolist() == [False, True]
    assert columns["ok"].kind == "flag"
    assert columns["late"].text(1) == "q"
    assert {"kept_as_text", "columns_skipped"} <= {note.kind for note in space.notes}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (lines({"v": [1, 2]}, {"v": [1]}), r"Line 2 .* has 1 numbers in “v”, and 2"),
        (lines({"v": [1, 2]}, {"w": "x"}), r"Line 2 .* has no “v”; it has “w”"),
        (lines({"v": [1, 2]}, {"v": [1, None]}), r"Line 2 .* no list of numbers"),
        (lines({"v": [1, 2]}, {"v": [1, "x"]}), r"Line 2 .* no list of numbers"),
        (lines({"v": [1, 2]}) + b'{"v": [1,', r"Line 2 .* no JSON"),
        (lines({"v": [1, 2]}) + b'{"v": ' + b"[" * 200_000, r"Line 2 .* nested too deeply"),
        (b'[{"v": [1, 2]}, {"v": ' + b"[" * 200_000, "nested too deeply"),
        (b'[{"v": [1, 2]}, {"v": [3, 4]}', "not closed"),
        (b'[{"v": [1, 2]} {"v": [3, 4]}]', "comma"),
        (lines({"v": [1, 2]}) + b"7\n", r"Line 2 .* not an object"),
        (lines({"a": 1}), "no column whose cells are lists"),
        (b'{"v": [1, ' + b"9" * 5000 + b"]}\n", "no JSON"),
    ],
)
def test_what_is_no_vector_is_named(opened: Opener, content: bytes, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        opened("a.json", content)


def test_two_vectors_in_an_object_are_a_question(opened: Opener) -> None:
    with pytest.raises(ChoiceNeededError, match=r"“title” .*“body”"):
        opened("a.jsonl", lines({"t": "a", "title": [1, 2], "body": [3, 4]}))
    assert opened("a.jsonl", vector_column="body").vectors.tolist() == [[3, 4]]
