"""Copies of folders and of fastText models: every file that was read counts, and sub-words stay."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from kept_spaces import kept, opened, same
from model_files import (
    SPACY_HASHES,
    fasttext_bytes,
    png_header,
    projector_folder,
    safetensors_bytes,
    spacy_folder,
    tokenizer,
)

from embedviz import formats, paths
from embedviz.errors import FileAccessError, FormatError
from embedviz.formats import cache_state, lazy_hash, space_cache, token_folders
from embedviz.formats.fasttext_subwords import Subwords
from embedviz.formats.index_cache import keep_index_steps, known_index_steps
from embedviz.formats.stored_rows import StoredRows
from embedviz.progress import finish
from embedviz.space.search_index import build_steps

TABLE = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]], np.float32)
MATRIX = np.random.default_rng(3).normal(size=(12, 4)).astype(np.float32)


@pytest.fixture(autouse=True)
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own, in which files of any size are kept."""
    folder = tmp_path / "cache of spaces"
    folder.mkdir()
    monkeypatch.setattr(paths, "spaces", lambda: folder)
    monkeypatch.setattr(space_cache, "WORTH_BYTES", 0)
    monkeypatch.setattr(lazy_hash, "AT_ONCE_BYTES", 0)
    return folder


def tokens(folder: Path) -> None:
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(safetensors_bytes({"embeddings": ("F32", TABLE.shape, TABLE.tobytes())}))
    tokenizer(folder, ["king", "queen", "ünï"])


def static(folder: Path) -> None:
    folder.mkdir()
    tokens(folder / "0_StaticEmbedding")


def pipeline(folder: Path) -> None:
    spacy_folder(folder, TABLE, {hashed: row for row, hashed in enumerate(SPACY_HASHES.values())}, list(SPACY_HASHES))
    (folder / "vocab" / "vectors.cfg").write_text('{"mode": "default"}')


def logdir(folder: Path) -> None:
    config = (
        'embeddings { tensor_name: "x" tensor_path: "run/t.bytes" metadata_path: "m.tsv" tensor_shape: 3 '
        'tensor_shape: 3 sprite { image_path: "s.png" single_image_dim: 2 single_image_dim: 4 } }'
    )
    projector_folder(folder, config, m__tsv="label\tkind\nking\tman\n\tplace\nqueen\twoman\n", s__png=png_header(8, 8))
    (folder / "run").mkdir()
    (folder / "run" / "t.bytes").write_bytes(TABLE.tobytes())


FOLDERS: dict[str, Callable[[Path], None]] = {
    "tokens": tokens,
    "static": static,
    "spacy": pipeline,
    "projector": logdir,
}


@pytest.fixture(params=FOLDERS)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    made = tmp_path / str(request.param)
    FOLDERS[request.param](made)
    return made


def test_the_second_opening_of_a_folder_is_the_same_space_from_our_copy(folder: Path) -> None:
    first = kept(folder)
    assert not first.source.from_cache
    second = opened(folder)
    assert second.source.from_cache
    same(first, second)
    assert second.source.companions == first.source.companions
    assert second.source.known_hash == first.source.content_hash
    assert formats.cache_usage().n_files == 1


def test_pictures_of_a_sheet_come_back(tmp_path: Path) -> None:
    logdir(tmp_path / "log")
    pictures = kept(tmp_path / "log").metadata["picture"].values
    again = opened(tmp_path / "log")
    assert again.source.from_cache
    for row in range(3):
        found = again.metadata["picture"].values.image(row)  # type: ignore[union-attr]
        assert found is not None
        assert found == pictures.image(row)  # type: ignore[union-attr]


def test_a_change_of_any_file_that_was_read_is_seen(folder: Path, cache_folder: Path) -> None:
    files = kept(folder).source.companions
    assert len(files) >= 2
    [entry] = cache_folder.iterdir()
    whole = entry.with_name("aside")
    shutil.copytree(entry, whole)
    for file in files:
        times, content = file.stat(), file.read_bytes()
        for change in ("time", "size", "inode"):
            if change == "time":
                os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns + 1))
            elif change == "size":
                file.write_bytes(content + b"\n")
                os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
            else:
                other = file.with_name("another")
                other.write_bytes(content)
                os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))
                other.replace(file)
            try:
                assert not opened(folder).source.from_cache, (file, change)
            except FormatError:
                assert change == "size"
            file.write_bytes(content)
            os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
        shutil.rmtree(entry, ignore_errors=True)
        kept(folder)


def test_what_appears_in_a_folder_is_not_missed(tmp_path: Path) -> None:
    tokens(tmp_path / "m")
    (tmp_path / "m" / "tokenizer.json").rename(tmp_path / "aside")
    (tmp_path / "m" / "vocab.txt").write_text("a\nb\nc\n")
    kept(tmp_path / "m")
    assert list(opened(tmp_path / "m").labels) == ["a", "b", "c"]
    (tmp_path / "aside").rename(tmp_path / "m" / "tokenizer.json")
    again = opened(tmp_path / "m")
    assert not again.source.from_cache
    assert again.labels[0] == "king"


def test_a_vocabulary_that_is_mended_in_its_place_is_seen(tmp_path: Path) -> None:
    """Nothing but the file that was ignored says so: its folder stays as it was."""
    tokens(tmp_path / "m")
    file, model = tmp_path / "m" / "tokenizer.json", tmp_path / "m" / "model.safetensors"
    good = file.read_bytes()
    file.write_bytes(b"{")
    for path in (tmp_path / "m", model):
        assert not kept(path).labels[0]
        assert opened(path).source.from_cache
    file.write_bytes(good)
    for path in (tmp_path / "m", model):
        assert opened(path).labels[0] == "king"


def test_pictures_that_appear_where_the_configuration_names_them(tmp_path: Path) -> None:
    logdir(tmp_path / "log")
    sheet = (tmp_path / "log" / "s.png").rename(tmp_path / "aside.png")
    config = tmp_path / "log" / "projector_config.pbtxt"
    config.write_text(config.read_text().replace("s.png", "pictures/s.png"))
    (tmp_path / "log" / "pictures").mkdir()
    assert "picture" not in kept(tmp_path / "log").metadata
    assert opened(tmp_path / "log").source.from_cache
    sheet.rename(tmp_path / "log" / "pictures" / "s.png")
    assert "picture" in opened(tmp_path / "log").metadata


def test_another_content_with_the_same_times_is_dropped_with_a_note(folder: Path) -> None:
    file = kept(folder).source.companions[-1]
    facts, content = file.stat(), bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    stale = opened(folder)
    assert stale.source.from_cache  # nothing but the content tells
    [note] = finish(formats.keep_steps(stale))
    assert note.kind == "cache_dropped"


def test_a_folder_that_changes_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens(tmp_path / "m")
    file = tmp_path / "m" / "model.safetensors"
    real = token_folders.read_tensors

    def meanwhile(*args: object) -> object:
        reading = yield from real(*args)  # type: ignore[arg-type]
        os.utime(file, ns=(1, 1))
        return reading

    monkeypatch.setattr(token_folders, "read_tensors", meanwhile)
    with pytest.raises(FormatError, match="changed while"):
        opened(tmp_path / "m")


def test_a_folder_too_large_to_be_looked_over_is_not_kept(
    tmp_path: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens(tmp_path / "m")
    monkeypatch.setattr(cache_state, "_MOST_BELOW", 2)
    space = kept(tmp_path / "m")
    assert space.labels[0] == "king"
    assert space.source.content_hash is None
    assert not list(cache_folder.iterdir())


def test_the_index_of_a_folder_is_kept_until_the_folder_changes(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    log = projector_folder(
        tmp_path / "log",
        'embeddings { tensor_path: "t.bytes" tensor_shape: 1200 tensor_shape: 8 }',
        t__bytes=rng.normal(size=(1200, 8)).astype("<f4").tobytes(),
    )
    space = opened(log)
    finish(keep_index_steps(space, finish(build_steps(space, "cosine"))))
    assert finish(known_index_steps(opened(log), "cosine")) is not None
    (log / "t.bytes").write_bytes(rng.normal(size=(1200, 8)).astype("<f4").tobytes())
    assert finish(known_index_steps(opened(log), "cosine")) is None


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.bin"
    path.write_bytes(fasttext_bytes(["the", "ü", "</s>", "x"], MATRIX, n_buckets=8))
    return path


def test_a_model_keeps_its_sub_words(model: Path) -> None:
    first, second = kept(model), opened(model)
    assert second.source.from_cache
    same(first, second)
    assert isinstance(first.subwords, Subwords)
    assert isinstance(second.subwords, Subwords)
    assert isinstance(second.subwords.table, StoredRows)
    assert second.subwords.n_bytes == 0
    for word in ("unknown", "thé", "日本", "k" * 300):
        mine, theirs = second.subwords.compose(word), first.subwords.compose(word)
        assert mine is not None
        assert theirs is not None
        assert (mine.n_subwords, mine.vector.tobytes()) == (theirs.n_subwords, theirs.vector.tobytes())
    assert second.neighbors("unknown", 3).labels == first.neighbors("unknown", 3).labels
    assert second.subwords.compose("") is None


@pytest.mark.parametrize("change", ["gone", "time", "cut"])
def test_no_word_is_composed_from_a_model_that_changed_since(model: Path, change: str) -> None:
    kept(model)
    space = opened(model)
    times = model.stat()
    if change == "gone":
        model.unlink()
    elif change == "cut":
        model.write_bytes(model.read_bytes()[:200])
        os.utime(model, ns=(times.st_atime_ns, times.st_mtime_ns))
    else:
        os.utime(model, ns=(1, 1))
    with pytest.raises(FileAccessError, match=r"open it again|is not there"):
        space.neighbors("unknown", 1)
    assert space.neighbors("the", 1).labels


def test_the_sub_words_of_a_compressed_model_are_kept_with_it(model: Path, cache_folder: Path) -> None:
    import gzip

    packed = model.with_name("model.bin.gz")
    packed.write_bytes(gzip.compress(model.read_bytes()))
    first, second = kept(packed), opened(packed)
    assert second.source.from_cache
    assert list(cache_folder.glob("*/subwords.npy"))
    same(first, second)
    assert first.vector("unknown").tolist() == second.vector("unknown").tolist()


def test_stored_rows_are_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    path.write_bytes(b"abc" + MATRIX.astype("<f4").tobytes())
    rows = StoredRows(path, cache_state.present_state(path, ()), 3, (12, 4))
    for asked in ([3, 0, 3], [11], []):
        assert np.array_equal(rows[np.array(asked, np.int64)], MATRIX[np.array(asked, np.int64)])
    for outside in (-1, 12):
        with pytest.raises(IndexError):
            rows[np.array([outside])]


def test_a_folder_of_the_same_name_elsewhere_has_a_copy_of_its_own(tmp_path: Path) -> None:
    for place in "ab":
        (tmp_path / place).mkdir()
        tokens(tmp_path / place / "m")
    tokenizer(tmp_path / "b" / "m", ["x", "y", "z"])
    kept(tmp_path / "a" / "m")
    kept(tmp_path / "b" / "m")
    assert [opened(tmp_path / place / "m").labels[0] for place in "ab"] == ["king", "x"]
    assert json.loads((tmp_path / "a" / "m" / "tokenizer.json").read_text())["model"]["vocab"]["king"] == 0
