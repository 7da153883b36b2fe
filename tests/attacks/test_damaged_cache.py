"""Entries of our cache damaged in every way: the space is right all the same, made of its file where need be.

Nothing outside of the cache is touched, even where an entry leads there.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from damaged import EVERY_PLACE, flips, open_damaged, places
from kept_spaces import kept, opened, same
from model_files import fasttext_bytes, png_header, projector_folder

from embedviz import formats, paths
from embedviz.formats import cache_entries, lazy_hash, space_cache
from embedviz.formats.index_cache import keep_index_steps, known_index_steps
from embedviz.formats.space_cache import cached_space
from embedviz.progress import finish
from embedviz.space.search_index import build_steps

SEED = 11
MOST_OF_AN_ARRAY, MOST_OF_FACTS = 4, 40
OPENED_FULLY = 10  # of so many cases one is followed to the space that is shown
TABLE = np.random.default_rng(SEED).normal(size=(4, 3)).astype("<f4")


@pytest.fixture(autouse=True)
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own, in which files of any size are kept."""
    folder = tmp_path / "cache of spaces"
    folder.mkdir()
    monkeypatch.setattr(paths, "spaces", lambda: folder)
    monkeypatch.setattr(space_cache, "WORTH_BYTES", 0)
    monkeypatch.setattr(lazy_hash, "AT_ONCE_BYTES", 0)
    return folder


def table(path: Path, first: float = 0.0) -> None:
    """A table with a column of each plain kind, and labels of all spellings."""
    rows = ["label,vector,n,kind,said,when,ok"]
    for at, label in enumerate(("É", "Word", "word", "ﬁ", "É")):
        rows.append(f'{label},"[{first + at}, 1]",{at}.5,{"ab"[at % 2]},text {at} {at * at},2026-01-0{1 + at},true')
    path.write_text("\n".join(rows), encoding="utf-8")


def model(path: Path) -> None:
    matrix = np.random.default_rng(SEED).normal(size=(11, 4)).astype("<f4")
    path.write_bytes(fasttext_bytes(["the", "ü", "x"], matrix, n_buckets=8))


def logdir(path: Path) -> None:
    config = (
        'embeddings { tensor_path: "t.bytes" metadata_path: "m.tsv" tensor_shape: 4 tensor_shape: 3 '
        'sprite { image_path: "s.png" single_image_dim: 2 single_image_dim: 2 } }'
    )
    projector_folder(path, config, t__bytes=TABLE.tobytes(), m__tsv="a\nB\nc\nd\n", s__png=png_header(8, 8))


SOURCES: dict[str, Callable[[Path], None]] = {"items.csv": table, "model.bin": model, "log": logdir}


@pytest.fixture(params=SOURCES)
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "files" / str(request.param)
    path.parent.mkdir()
    SOURCES[request.param](path)
    return path


Content = dict[str, bytes]


def content_of(folder: Path) -> Content:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def put(folder: Path, content: Content) -> None:
    """An entry as it was, in the place of whatever is there."""
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if path.name not in content or path.is_symlink() or not path.is_file():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    for name, each in content.items():
        (folder / name).write_bytes(each)


def everything(folder: Path, but: Path) -> dict[Path, tuple[int, bytes]]:
    """Times and bytes of all files below a folder, but those of another."""
    files = (path for path in folder.rglob("*") if path.is_file() and but not in path.parents)
    return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def damages(content: Content) -> Iterator[tuple[str, bytes]]:
    """Every file of an entry cut and with bytes flipped."""
    for name, whole in content.items():
        most = MOST_OF_FACTS if name == cache_entries.ENTRY else MOST_OF_AN_ARRAY
        for length in places(len(whole), most):
            yield name, whole[:length]
        for flipped in flips(whole, most):
            yield name, flipped
        yield name, whole + b"\0"


def test_an_entry_cut_anywhere_or_with_any_byte_flipped(source: Path, cache_folder: Path, tmp_path: Path) -> None:
    original = kept(source)
    outside = everything(tmp_path, cache_folder)
    [entry] = cache_folder.iterdir()
    whole = content_of(entry)
    n_cases = n_ignored = 0
    for name, content in damages(whole):
        if not (entry / cache_entries.ENTRY).exists():
            put(entry, whole)
        (entry / name).write_bytes(content)
        space = cached_space(source, {})
        if n_cases % OPENED_FULLY == 0:
            opened_again = open_damaged(source)
            assert opened_again is not None
            same(opened_again, original)
        n_cases, n_ignored = n_cases + 1, n_ignored + (space is None)
        if space is not None:  # a blank of a header for another
            same(space, original)
            assert (original.subwords is None) or space.vector("?").tobytes() == original.vector("?").tobytes()
            (entry / name).write_bytes(whole[name])
    assert n_cases > 250
    assert n_ignored > 0.98 * n_cases
    assert everything(tmp_path, cache_folder) == outside


def as_folder(path: Path, aside: Path) -> None:
    path.mkdir()
    shutil.copy(aside, path / "more")


WRONG_KINDS: dict[str, Callable[[Path, Path], object]] = {
    "missing": lambda path, aside: None,
    "empty": lambda path, aside: path.touch(),
    "folder": as_folder,
    "link to what it was": lambda path, aside: path.symlink_to(aside),
    "pipe that nobody writes to": lambda path, aside: os.mkfifo(path),
    "endless device": lambda path, aside: path.symlink_to("/dev/zero"),
}


@pytest.mark.parametrize("what", WRONG_KINDS)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_files_of_an_entry_that_are_gone_or_no_files(
    source: Path, cache_folder: Path, tmp_path: Path, what: str
) -> None:
    original = kept(source)
    [entry] = cache_folder.iterdir()
    whole = content_of(entry)
    aside = tmp_path / "files" / "aside"
    for name in whole if EVERY_PLACE else [cache_entries.ENTRY, "vectors.npy", *list(whole)[3:4]]:
        put(entry, whole)
        aside.write_bytes(whole[name])
        outside = everything(tmp_path, cache_folder)
        (entry / name).unlink()
        WRONG_KINDS[what](entry / name, aside)
        space = open_damaged(source)
        assert space is not None
        assert not space.source.from_cache, name
        same(space, original)
        assert finish(formats.keep_steps(space)) == ()
        assert opened(source).source.from_cache, name
        same(opened(source), original)
        assert everything(tmp_path, cache_folder) == outside


def test_damage_that_comes_while_a_copy_is_open_is_no_end_of_the_quiet_work(source: Path, cache_folder: Path) -> None:
    """An array that is another kind of thing by then: the copy is dropped, with a note."""
    kept(source)
    space = opened(source)
    [entry] = cache_folder.iterdir()
    (entry / "label-offsets.npy").unlink()
    (entry / "label-offsets.npy").mkdir()
    [note] = finish(formats.keep_steps(space))
    assert note.kind == "cache_dropped"
    assert not list(cache_folder.iterdir())


def test_files_of_another_entry(tmp_path: Path, cache_folder: Path) -> None:
    """Of a file of the same sizes, of the same file asked for otherwise; and whole entries in each other's place."""
    mine, theirs, names = (tmp_path / name for name in ("mine.csv", "theirs.csv", "names.txt"))
    table(mine)
    table(theirs, first=7)
    names.write_text("a\nb\nc\nd\ne\n")
    original, other, renamed = kept(mine), kept(theirs), kept(mine, labels=names)
    entries = [
        cache_entries.entry_folder(path, each.source.options)
        for path, each in ((mine, original), (theirs, other), (mine, renamed))
    ]
    assert len(list(cache_folder.iterdir())) == len(set(entries)) == 3
    whole = [content_of(entry) for entry in entries]
    outside = everything(tmp_path, cache_folder)
    for foreign in whole[1:]:
        n_changed = 0
        for name in whole[0].keys() & foreign.keys():
            put(entries[0], {**whole[0], name: foreign[name]})
            space = open_damaged(mine)
            assert space is not None
            assert space.source.from_cache == (whole[0][name] == foreign[name])
            same(space, original)
            n_changed += not space.source.from_cache
        assert n_changed >= 3  # the facts, and what differs
        put(entries[0], foreign)
        space = open_damaged(mine)
        assert space is not None
        assert not space.source.from_cache
        same(space, original)
    put(entries[2], whole[0])
    same(opened(mine, labels=names), renamed)
    assert everything(tmp_path, cache_folder) == outside


@pytest.mark.skipif(sys.platform == "win32", reason="Windows makes links only for administrators")
@pytest.mark.parametrize("kind", ["file", "empty folder", "link to a folder", "link to nothing", "pipe"])
def test_what_is_no_entry_at_all(source: Path, cache_folder: Path, tmp_path: Path, kind: str) -> None:
    original = kept(source)
    [entry] = cache_folder.iterdir()
    elsewhere = tmp_path / "elsewhere"
    shutil.move(entry, elsewhere)
    match kind:
        case "file":
            entry.write_text("{}")
        case "empty folder":
            entry.mkdir()
        case "pipe":
            os.mkfifo(entry)
        case _:
            entry.symlink_to(elsewhere if kind == "link to a folder" else tmp_path / "nowhere")
    outside = everything(tmp_path, cache_folder)
    for _ in range(2):
        space = open_damaged(source)
        assert space is not None
        same(space, original)
        assert not space.source.from_cache or (entry.is_dir() and not entry.is_symlink())
        assert finish(formats.keep_steps(space)) == ()
    assert opened(source).source.from_cache
    assert everything(tmp_path, cache_folder) == outside
    assert formats.cache_usage().n_files == 1
    assert formats.clear_cache() > 0
    assert not list(cache_folder.iterdir())
    assert everything(tmp_path, cache_folder) == outside


def test_an_index_with_any_byte_flipped_or_of_another_metric(tmp_path: Path, cache_folder: Path) -> None:
    path = tmp_path / "many.txt"
    vectors = np.random.default_rng(SEED).normal(size=(1_000, 8)) * np.geomspace(1, 9, 1_000)[:, None]
    path.write_text("".join(f"w{at} {' '.join(map(str, row))}\n" for at, row in enumerate(vectors.round(4).tolist())))
    space = opened(path)
    folders = {}
    for metric in ("cosine", "dot"):
        finish(keep_index_steps(space, finish(build_steps(space, metric))))
        folders[metric] = cache_entries.entry_folder(path, space.source.options, f"index-{metric}")
    whole = content_of(folders["cosine"])
    assert finish(known_index_steps(space, "cosine")) is not None
    n_refused = 0
    for name, content in damages(whole):
        put(folders["cosine"], {**whole, name: content})
        found = finish(known_index_steps(space, "cosine"))
        n_refused += found is None
        assert found is None or found.rotation.tobytes() in whole["rotation.npy"]
    assert n_refused > 80
    put(folders["cosine"], content_of(folders["dot"]))
    assert finish(known_index_steps(space, "cosine")) is None
    put(folders["cosine"], whole)
    assert finish(known_index_steps(space, "cosine")) is not None
