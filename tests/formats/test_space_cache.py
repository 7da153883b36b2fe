"""Copies of files that are slow to read: the same space again, and never one of another file or a damaged copy."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from kept_spaces import kept, opened, same

from embedviz import formats, paths, settings
from embedviz.formats import cache_arrays, cache_entries, lazy_hash, space_cache
from embedviz.formats.cache_arrays import DamagedEntryError, read_array, write_array
from embedviz.progress import finish

CONTENT = "É 1 2 3\nword 4 5 6\nWord 7 8 9\n\nword 0 0 0\n"


@pytest.fixture(autouse=True)
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own, in which files of any size are kept."""
    folder = tmp_path / "cache of spaces"
    folder.mkdir()
    monkeypatch.setattr(paths, "spaces", lambda: folder)
    monkeypatch.setattr(space_cache, "WORTH_BYTES", 0)
    monkeypatch.setattr(lazy_hash, "AT_ONCE_BYTES", 0)
    return folder


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "words.txt"
    path.write_text(CONTENT, encoding="utf-8")
    return path


def test_the_second_opening_is_the_same_space_from_our_copy(file: Path) -> None:
    first = kept(file)
    assert not first.source.from_cache
    second = opened(file)
    assert second.source.from_cache
    same(first, second)
    assert second.source.known_hash == first.source.content_hash
    assert second.labels.is_ordered
    assert second.neighbors("word", 2).labels == first.neighbors("word", 2).labels
    assert not second.vectors.flags.writeable


def test_metadata_of_every_kind_come_back(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    rows = ["label,vector,n,kind,said,when,ok"]
    for at in range(30):
        rows.append(f'i{at},"[{at}, 1]",{at}.5,{"ab"[at % 2]},text {at} {at * at},2026-01-0{1 + at % 9},true')
    path.write_text("\n".join(rows))
    first = kept(path)
    second = opened(path)
    assert second.source.from_cache
    assert len(first.metadata) >= 4
    same(first, second)


def test_other_wishes_have_a_copy_of_their_own(file: Path, tmp_path: Path) -> None:
    kept(file)
    named = tmp_path / "names"
    named.write_text("a\nb\nc\nd\n")
    assert opened(file, labels=named).labels[0] == "a"
    kept(file, labels=named)
    assert opened(file, labels=named).source.from_cache
    assert opened(file).labels[0] == "É"
    named.write_text("e\nb\nc\nd\n")
    os.utime(named, ns=(1, 1))
    assert opened(file, labels=named).labels[0] == "e"


def test_a_file_that_changed_is_read_again(file: Path) -> None:
    kept(file)
    file.write_text("other 1 2\nmore 3 4\n")
    space = opened(file)
    assert not space.source.from_cache
    assert list(space.labels) == ["other", "more"]
    kept(file)
    assert formats.cache_usage().n_files == 1


def test_labels_that_appear_beside_the_file_are_not_missed(tmp_path: Path) -> None:
    path = tmp_path / "plain.tsv"
    path.write_text("1\t2\n3\t4\n")
    kept(path)
    assert opened(path).source.from_cache
    (tmp_path / "plain.labels.txt").write_text("one\ntwo\n")
    assert list(opened(path).labels) == ["one", "two"]


def test_a_copy_of_another_content_with_the_same_times_is_dropped_with_a_note(file: Path) -> None:
    kept(file)
    facts = file.stat()
    with file.open("r+b") as stream:
        stream.write("Ü".encode())
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    stale = opened(file)
    assert stale.source.from_cache  # nothing but the content tells
    [note] = finish(formats.keep_steps(stale))
    assert note.kind == "cache_dropped"
    assert "open the file again" in note.text
    fresh = opened(file)
    assert not fresh.source.from_cache
    assert fresh.labels[0] == "Ü"


def damages(entry: Path) -> Iterator[tuple[str, Path, bytes]]:
    """Every file of an entry cut, emptied, and with a byte changed in the head, the middle and at the end."""
    for file in sorted(entry.iterdir()):
        content = file.read_bytes()
        yield "emptied", file, b""
        yield "cut", file, content[:-1]
        yield "longer", file, content + b"\0"
        for at in (0, 8, len(content) // 2, len(content) - 2):
            yield f"byte {at}", file, content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def test_damaged_copies_are_ignored_and_made_again(file: Path, cache_folder: Path) -> None:
    first = kept(file)
    [entry] = cache_folder.iterdir()
    whole = {each.name: each.read_bytes() for each in entry.iterdir()}
    n_tried = 0
    for what, damaged, content in list(damages(entry)):
        entry.mkdir(exist_ok=True)
        for name, good in whole.items():
            (entry / name).write_bytes(good)
        damaged.write_bytes(content)
        space = opened(file)
        assert not space.source.from_cache, f"{damaged.name} {what}"
        n_tried += 1
    assert n_tried > 50
    for missing in whole:
        for name, good in whole.items():
            entry.mkdir(exist_ok=True)
            (entry / name).write_bytes(good)
        (entry / missing).unlink()
        assert not opened(file).source.from_cache
    kept(file)
    same(opened(file), first)


def test_a_forged_entry_with_a_right_seal_cannot_point_outside_its_arrays(file: Path, cache_folder: Path) -> None:
    kept(file)
    [entry] = cache_folder.iterdir()
    sealed = json.loads((entry / "entry.json").read_bytes())
    facts = sealed["facts"]
    order = np.array([0, 1, 2, 99], np.int64)
    facts["arrays"]["label-order"] = finish(write_array(entry / "label-order.npy", order, ""))
    cache_entries.write_facts(entry, facts)
    assert not opened(file).source.from_cache


def test_the_cache_is_bounded_and_the_least_recently_used_goes(
    tmp_path: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [tmp_path / f"{name}.vec" for name in "abc"]
    for each in files:
        each.write_text(CONTENT)
        kept(each)
    one = formats.cache_usage().n_bytes // 3
    for age, each in enumerate(files):
        stamp = 1_000_000_000 + age
        entry = cache_entries.entry_folder(each, {}) / "entry.json"
        os.utime(entry, (stamp, stamp))
    opened(files[0])  # used again
    monkeypatch.setattr(cache_entries, "limit", lambda: 3 * one + 100)
    fourth = tmp_path / "d.vec"
    fourth.write_text(CONTENT)
    kept(fourth)
    assert [opened(each).source.from_cache for each in (*files, fourth)] == [True, False, True, True]


def test_usage_clearing_and_a_size_of_nothing(file: Path) -> None:
    kept(file)
    usage = formats.cache_usage()
    assert usage.n_files == 1
    assert 0 < usage.n_bytes < usage.limit_bytes <= settings.DEFAULTS.cache_gigabytes * 1e9
    space = opened(file)
    assert formats.clear_cache() == usage.n_bytes
    assert formats.cache_usage().n_files == 0
    assert space.neighbors("word", 1).labels  # what is open stays usable
    settings.save(settings.Settings(cache_gigabytes=0))
    try:
        kept(file)
        assert formats.cache_usage().n_files == 0
    finally:
        settings.save(settings.DEFAULTS)


def test_what_is_fast_or_no_file_is_not_kept(tmp_path: Path, cache_folder: Path) -> None:
    np.save(tmp_path / "fast.npy", np.ones((3, 2), np.float32))
    kept(tmp_path / "fast.npy")
    sample = finish(formats.sample_steps("digits"))
    assert finish(formats.keep_steps(sample)) == ()
    assert not list(cache_folder.iterdir())


def test_keeping_that_is_cancelled_leaves_nothing(file: Path, cache_folder: Path) -> None:
    steps = formats.keep_steps(opened(file))
    next(steps)
    assert list(cache_folder.iterdir())
    steps.close()
    assert not list(cache_folder.iterdir())


def test_a_cache_that_cannot_be_written_keeps_nothing_and_says_nothing(file: Path, cache_folder: Path) -> None:
    cache_folder.rmdir()
    cache_folder.write_text("no folder")
    assert finish(formats.keep_steps(opened(file))) == ()


def test_large_arrays_are_checked_by_size_and_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_arrays, "_CHECKED_BYTES", 100)
    monkeypatch.setattr(cache_arrays, "_ROWS_BYTES", 64)
    array = np.arange(100, dtype=np.float32)
    facts = finish(write_array(tmp_path / "a.npy", array, ""))
    assert read_array(tmp_path / "a.npy", facts).tolist() == array.tolist()
    content = (tmp_path / "a.npy").read_bytes()
    (tmp_path / "a.npy").write_bytes(content[:-1] + b"\x7f")
    with pytest.raises(DamagedEntryError):
        read_array(tmp_path / "a.npy", facts)


def test_damage_in_the_middle_of_a_large_array_is_found_after_the_space_stands(
    tmp_path: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_arrays, "_CHECKED_BYTES", 100)
    monkeypatch.setattr(cache_arrays, "_ROWS_BYTES", 64)
    path = tmp_path / "many.txt"
    path.write_text("".join(f"w{row} {row} {row + 1} {row + 2}\n" for row in range(60)))
    kept(path)
    assert finish(formats.keep_steps(opened(path))) == ()
    [array] = cache_folder.glob("*/vectors.npy")
    content = bytearray(array.read_bytes())
    content[-360] ^= 1
    array.write_bytes(content)
    damaged = opened(path)
    assert damaged.source.from_cache  # its ends are as they were
    [note] = finish(formats.keep_steps(damaged))
    assert note.kind == "cache_dropped"
    assert "open the file again" in note.text
    assert not opened(path).source.from_cache


def test_opening_by_the_library_keeps_a_copy(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    import embedviz

    started: list[threading.Thread] = []
    monkeypatch.setattr(
        formats, "copy_in_background", lambda space: started.append(space_cache.copy_in_background(space))
    )
    embedviz.open(file)
    for thread in started:
        thread.join(30)
    assert len(started) == 1
    assert opened(file).source.from_cache


def test_of_many_threads_with_one_file_the_first_copy_stays(cache_folder: Path, file: Path) -> None:
    spaces = [opened(file) for _ in range(8)]
    threads = [space_cache.copy_in_background(space) for space in spaces]
    seen = False
    while any(thread is not None and thread.is_alive() for thread in threads):
        is_there = opened(file).source.from_cache
        assert is_there or not seen  # once there, it is never gone
        seen = is_there
    assert opened(file).source.from_cache
    assert len(list(cache_folder.iterdir())) == 1
