"""Compressed files: unpacked with a cap, and nothing left behind."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from model_files import fasttext_bytes
from opener import Opener

from embedviz import formats, paths
from embedviz.errors import FormatError, UnsafeFileError
from embedviz.formats import unpacking

GLOVE = b"the 1 2 3\nof 4 5 6.5\n"


def zipped(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return file.getvalue()


@pytest.fixture(autouse=True)
def _nothing_left_in_the_cache():
    yield
    assert list(paths.cache().glob("unpacked-*")) == []


PACKERS = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zip": lambda data: zipped(glove__txt=data),
}


@pytest.mark.parametrize("suffix", PACKERS)
def test_every_kind_of_packing(opened: Opener, suffix: str) -> None:
    space = opened(f"glove.txt{suffix}", PACKERS[suffix](GLOVE))
    assert space.labels[:] == ["the", "of"]
    assert space.vectors.tolist() == [[1, 2, 3], [4, 5, 6.5]]
    assert space.source.name == f"glove.txt{suffix}"
    assert space.notes == ()


@pytest.mark.parametrize("suffix", PACKERS)
def test_damage_is_a_format_error(opened: Opener, suffix: str) -> None:
    packed = PACKERS[suffix](GLOVE * 50)
    with pytest.raises(FormatError):
        opened(f"cut.txt{suffix}", packed[: len(packed) * 2 // 3])


@pytest.mark.parametrize("suffix", PACKERS)
def test_bombs_stop_at_the_cap(opened: Opener, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "SMALL_BYTES", 1 << 20)
    monkeypatch.setattr(unpacking, "BLOCK_BYTES", 1 << 18)
    with pytest.raises(FormatError, match="unpacks to"):
        opened(f"bomb.txt{suffix}", PACKERS[suffix](b"\0" * (1 << 24)))


def test_zips_of_several_files_need_a_name(opened: Opener) -> None:
    content = zipped(a__txt=GLOVE, b__txt=b"x 1 2\ny 3 4\n")
    with pytest.raises(FormatError, match=r"2 files: “a\.txt”, “b\.txt”"):
        opened("two.zip", content)
    assert opened("two.zip", vector_column="b.txt").labels[:] == ["x", "y"]


def test_encrypted_zips_and_torch_files_are_refused(opened: Opener) -> None:
    content = bytearray(zipped(a__txt=GLOVE))
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(FormatError, match="password"):
        opened("secret.zip", bytes(content))
    with pytest.raises(UnsafeFileError, match="PyTorch"):
        opened("model.pt", zipped(**{"archive/data__pkl": b"\x80\x02."}))
    with pytest.raises(UnsafeFileError):
        opened("model.pkl.gz", gzip.compress(b"\x80\x04\x95"))


def test_packed_in_packed_and_labels_beside(opened: Opener, tmp_path: Path) -> None:
    assert opened("deep.txt.gz.bz2", bz2.compress(gzip.compress(GLOVE))).n_items == 2
    (tmp_path / "v.metadata.tsv").write_text("a\nb\n")
    assert opened("v.tsv.gz", gzip.compress(b"1\t2\n3\t4\n")).labels[:] == ["a", "b"]
    packed = GLOVE
    for _ in range(4):
        packed = gzip.compress(packed)
    with pytest.raises(FormatError, match="compressed more than"):
        opened("onion.gz", packed)


def test_closing_while_unpacking_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "g.txt.gz").write_bytes(gzip.compress(GLOVE))
    for n_steps in range(1, 6):
        steps = formats.open_steps(tmp_path / "g.txt.gz")
        for _ in range(n_steps):
            next(steps)
        steps.close()
        assert list(paths.cache().glob("unpacked-*")) == []


def test_what_a_killed_process_left_is_swept_a_day_later(opened: Opener) -> None:
    old, fresh, other = (paths.cache() / name for name in ("unpacked-old", "unpacked-fresh.npz", "kept-old"))
    yesterday = time.time() - 25 * 3600
    for path in (old, fresh, other):
        path.write_bytes(b"left")
    for path in (old, other):
        os.utime(path, (yesterday, yesterday))
    assert opened("g.txt", GLOVE).n_items == 2
    assert [path.exists() for path in (old, fresh, other)] == [False, True, True]
    for path in (fresh, other):
        path.unlink()


def test_a_model_inside_a_compressed_file(opened: Opener, tmp_path: Path) -> None:
    content = fasttext_bytes(["the", "of"], np.eye(5, 3, dtype=np.float32), n_buckets=3)
    whole, packed = opened("m.bin", content), opened("m.bin.gz", gzip.compress(content))
    assert np.array_equal(packed.vectors, whole.vectors)
    assert packed.subwords is not None
    assert packed.source.name == "m.bin.gz"
