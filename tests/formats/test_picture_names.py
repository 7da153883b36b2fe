"""Names of pictures in columns of text: thumbnails from beside the file, and from nowhere else."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from opener import Opener

from embedviz import formats, paths
from embedviz.formats import space_cache
from embedviz.formats.adding import add_metadata_steps
from embedviz.progress import finish
from embedviz.space.images import Picture, PicturePaths, is_relative
from embedviz.space.table import Column

ROWS = ["img/1.png", "img/2.PNG", "", "img/gone.jpg"]
VECTORS = np.arange(8, dtype=np.float32).reshape(4, 2)


def csv(path: Path) -> None:
    lines = [f"w{at},{name},{at},{at}.5" for at, name in enumerate(ROWS)]
    path.write_text("\n".join(["label,file,x1,x2", *lines, ""]))


def tsv(path: Path) -> None:
    lines = [f"w{at}\t{name}\t[{at}, 1.5]" for at, name in enumerate(ROWS)]
    path.write_text("\n".join(["label\tfile\tvector", *lines, ""]))


def jsonl(path: Path) -> None:
    records = [{"label": f"w{at}", "file": name, "vector": [at, 1.5]} for at, name in enumerate(ROWS)]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


def parquet(path: Path) -> None:
    columns = {"label": list("abcd"), "file": ROWS, "vector": pa.array(VECTORS.tolist(), pa.list_(pa.float32()))}
    pq.write_table(pa.table(columns), path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "img").mkdir()
    (tmp_path / "img" / "1.png").write_bytes(b"one")
    (tmp_path / "img" / "2.PNG").write_bytes(b"two")
    return tmp_path


def pictures(column: Column) -> list[Picture | None]:
    assert column.kind == "image"
    assert isinstance(column.values, PicturePaths)
    return [column.values.image(row) for row in range(len(column))]


@pytest.mark.parametrize("made", [csv, tsv, jsonl, parquet])
def test_a_column_of_names_gives_pictures_and_stays(opened: Opener, folder: Path, made: Callable[[Path], None]) -> None:
    made(folder / f"t.{made.__name__}")
    space = opened(f"t.{made.__name__}")
    assert [space.metadata["file"].text(row) for row in range(4)] == ROWS
    column = space.metadata["file (picture)"]
    assert pictures(column) == [Picture(b"one"), Picture(b"two"), None, None]
    assert column.missing.tolist() == [False, False, True, False]


def test_labels_that_name_pictures(opened: Opener, folder: Path) -> None:
    (folder / "v.txt").write_text("img/1.png 1 2\nimg/2.PNG 3 4\n")
    assert pictures(opened("v.txt").metadata["picture"]) == [Picture(b"one"), Picture(b"two")]


def test_names_without_files_are_only_texts(opened: Opener, tmp_path: Path) -> None:
    csv(tmp_path / "t.csv")
    assert list(opened("t.csv").metadata) == ["file"]
    (tmp_path / "1.png").write_bytes(b"one")
    (tmp_path / "u.csv").write_text("label,file,x1,x2\na,1.png,1,2.5\nb,notes,3,4\n")
    assert list(opened("u.csv").metadata) == ["file"]


def test_metadata_in_another_folder_name_pictures_of_theirs(opened: Opener, folder: Path) -> None:
    (folder / "sub").mkdir()
    np.save(folder / "sub" / "v.npy", VECTORS)
    (folder / "m.csv").write_text("label,file\n" + "".join(f"w{at},{name}\n" for at, name in enumerate(ROWS)))
    space = opened("sub/v.npy", metadata=folder / "m.csv")
    assert pictures(space.metadata["file (picture)"])[:2] == [Picture(b"one"), Picture(b"two")]
    added = finish(add_metadata_steps(opened("sub/v.npy"), folder / "m.csv"))
    assert pictures(added.space.metadata["file (picture)"])[0] == Picture(b"one")


def test_our_copy_keeps_them(opened: Opener, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copies = folder / "copies"
    copies.mkdir()
    monkeypatch.setattr(paths, "spaces", lambda: copies)
    monkeypatch.setattr(space_cache, "WORTH_BYTES", 0)
    csv(folder / "t.csv")
    finish(formats.keep_steps(opened("t.csv")))
    again = opened("t.csv")
    assert again.source.from_cache
    assert pictures(again.metadata["file (picture)"]) == [Picture(b"one"), Picture(b"two"), None, None]


@pytest.mark.parametrize(
    "name",
    [
        *("../secret.png", "img/../../secret.png", "img\\..\\..\\secret.png", "/etc/passwd.png", "\\secret.png"),
        *("//host/share/a.png", "\\\\host\\share\\a.png", "\\\\?\\C:\\a.png", "\\\\host", "C:a.png", "C:\\a.png"),
        *("http://host/a.png", "file:///a.png", "a.png:stream", "img/1\0.png", ""),
    ],
)
def test_names_that_lead_elsewhere_are_never_looked_at(
    opened: Opener, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    assert not is_relative(name)
    inside = folder / "data"
    inside.mkdir()
    (folder / "secret.png").write_bytes(b"secret")
    (inside / "1.png").write_bytes(b"one")
    records = [{"label": at, "file": each, "vector": [1, 2]} for at, each in enumerate(["1.png", name, name])]
    (inside / "t.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    resolve = Path.resolve

    def watched(path: Path, strict: bool = False) -> Path:
        assert path.name in ("1.png", "data"), "nothing else is asked of the system"
        return resolve(path, strict)

    column = opened("data/t.jsonl").metadata.get("file (picture)")
    if column is not None:
        monkeypatch.setattr(Path, "resolve", watched)
        assert pictures(column) == [Picture(b"one"), None, None]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows asks for a right to make links, and has no named pipes")
def test_links_out_pipes_and_folders_are_no_pictures(opened: Opener, folder: Path) -> None:
    inside = folder / "data"
    inside.mkdir()
    (inside / "1.png").write_bytes(b"one")
    (inside / "out.png").symlink_to(folder / "img" / "1.png")
    (inside / "up").symlink_to(folder / "img")
    (inside / "loop.png").symlink_to(inside / "loop.png")
    (inside / "folder.png").mkdir()
    os.mkfifo(inside / "pipe.png")
    names = ["1.png", "out.png", "up/1.png", "loop.png", "folder.png", "pipe.png"]
    (inside / "t.csv").write_text("file,x1,x2\n" + "".join(f"{name},1,2.5\n" for name in names))
    assert pictures(opened("data/t.csv").metadata["picture"]) == [Picture(b"one"), *[None] * 5]
