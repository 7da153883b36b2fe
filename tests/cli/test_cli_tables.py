"""Tables on the command line: columns named, choices asked for, and any format into any other."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

Run = Callable[..., tuple[int, str, str]]
CSV = b'word,a,b\nking,"[1, 2]","[5, 6, 7]"\nqueen,"[3, 4]","[8, 9, 1]"\n'


def test_a_choice_is_asked_for_in_one_line_and_given_by_name(run_main: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(CSV)
    code, out, err = run_main("info", str(path))
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "“a” (2 numbers), “b” (3 numbers)" in err
    assert "--vector" in err
    code, out, err = run_main("info", str(path), "--vector", "b", "--json")
    assert code == 0
    assert json.loads(out)["n_dims"] == 3


@pytest.mark.parametrize(
    "suffix", [".txt", ".bin", ".npy", ".npz", ".tsv", ".parquet", ".arrow", ".feather", ".safetensors"]
)
def test_any_to_any(run_main: Run, tmp_path: Path, suffix: str) -> None:
    (tmp_path / "a.csv").write_bytes(b"word,x1,x2\nking,0.1,-2\nqueen,3,4e-9\n")
    (tmp_path / "m.csv").write_bytes(b"word,year\nqueen,2\nking,1\n")
    out = tmp_path / f"out{suffix}"
    arguments = ("convert", str(tmp_path / "a.csv"), str(out), "--metadata", str(tmp_path / "m.csv"))
    code, _, err = run_main(*arguments)
    assert code == 0, err
    code, said, _ = run_main("neighbors", str(out), "king", "--metric", "dot", "-k", "1", "--json")
    assert code == 0
    assert json.loads(said)["neighbors"][0]["label"] == "queen"
    code, _, err = run_main(*arguments)
    assert code == 2
    assert "--force" in err
    assert run_main(*arguments, "--force")[0] == 0


def test_coordinates_go_along(run_main: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"word,x1,x2\nking,0.1,-2\nqueen,3,4e-9\nman,1,1\n")
    out = tmp_path / "out.parquet"
    assert run_main("convert", str(tmp_path / "a.csv"), str(out), "--coordinates", "pca")[0] == 0
    assert pq.read_schema(out).names == ["label", "vector", "x", "y"]
