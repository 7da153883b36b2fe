"""Damage beyond the everyday file: other layouts, compressed files, files beside vectors, copies in our cache."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import struct
import zipfile
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from damaged import SEED, attack, flips, open_damaged, places
from model_files import safetensors_bytes

from embedviz import formats, paths
from embedviz.formats import cache_entries, lazy_hash, space_cache
from embedviz.formats.run_file import run_path, write_run
from embedviz.progress import finish
from embedviz.space.run import EpochRecord, Run

MOST_CASES, FEW_CASES = 90, 12
VECTORS = np.random.default_rng(SEED).normal(size=(4, 3)).astype(np.float32)
LABELS = ["the", "señor", "of", "x"]
NAMED = "".join(f"{label} {' '.join(map(str, row))}\n" for label, row in zip(LABELS, VECTORS.tolist(), strict=True))
TEXT = NAMED.encode()
pytestmark = [
    pytest.mark.usefixtures("memory_bounded"),
    pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning", "ignore::RuntimeWarning"),
]


def npy(array: np.ndarray) -> bytes:
    sink = io.BytesIO()
    np.save(sink, array)
    return sink.getvalue()


def npz() -> bytes:
    sink = io.BytesIO()
    np.savez_compressed(sink, vectors=VECTORS.astype(">f8"), labels=np.array(LABELS), kind=np.arange(4))
    return sink.getvalue()


def zipped(compression: int = zipfile.ZIP_DEFLATED, **files: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", compression) as file:
        for name, content in files.items():
            file.writestr(name.replace("__", "."), content)
    return sink.getvalue()


def parquet(**options: object) -> bytes:
    sink = io.BytesIO()
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(VECTORS.reshape(-1)), 3)
    pictures = pa.array([{"bytes": b"\x89PNG", "path": None}] * 4)
    columns = {"word": LABELS, "vector": vectors, "n": [1, None, 3, 4], "image": pictures}
    pq.write_table(pa.table(columns), sink, **options)
    return sink.getvalue()


def word2vec() -> bytes:
    rows = (label.encode() + b" " + row.tobytes() for label, row in zip(LABELS, VECTORS, strict=True))
    return b"4 3\n" + b"".join(rows)  # no line breaks after the rows


def quantized() -> bytes:
    """A small fastText model whose matrix is product-quantized, with norms, as `fasttext quantize -qnorm` writes it."""
    head = struct.pack("<2i", 793712314, 12) + struct.pack("<12id", 4, 5, 5, 1, 5, 1, 3, 3, 10, 2, 2, 100, 1e-4)
    head += struct.pack("<3iqq", 2, 2, 0, 9, 1) + b"ab\0" + struct.pack("<qb", 3, 0) + b"c\0" + struct.pack("<qb", 2, 0)
    body = struct.pack("<2i", 7, 0) + b"\1" + struct.pack("<?qqi", True, 3, 4, 6) + bytes([1, 2, 3, 4, 5, 6])
    body += struct.pack("<4i", 4, 2, 2, 2) + np.ones(1024, "<f4").tobytes()
    body += bytes(3) + struct.pack("<4i", 1, 1, 1, 1) + np.ones(256, "<f4").tobytes()
    return head + body + b"\0" + struct.pack("<2q", 1, 4) + bytes(16)


FILES: dict[str, Callable[[], bytes]] = {
    "fortran.npy": lambda: npy(np.asfortranarray(VECTORS.astype(">f8"))),
    "halves.npy": lambda: npy(VECTORS.astype(np.float16)),
    "texts.npz": npz,
    "crlf.txt": lambda: b"\xef\xbb\xbf4 3\r\n" + TEXT.replace(b"\n", b" \r\n"),
    "glove.txt": lambda: TEXT.replace(b"of", b". . ."),
    "breakless.bin": word2vec,
    "quantized.ftz": quantized,
    "halves.safetensors": lambda: safetensors_bytes({"w": ("BF16", (4, 3), VECTORS.tobytes()[:24])}),
    "brotli.parquet": lambda: parquet(compression="brotli", use_dictionary=False),
    "pages.parquet": lambda: parquet(compression="zstd", data_page_version="2.0", write_page_index=True),
    "words.txt.gz": lambda: gzip.compress(TEXT, mtime=0),
    "words.txt.bz2": lambda: bz2.compress(TEXT),
    "words.txt.xz": lambda: lzma.compress(TEXT),
    "words.zip": lambda: zipped(words__txt=TEXT),
    "stored.zip": lambda: zipped(zipfile.ZIP_STORED, vectors__npy=npy(VECTORS)),
    "two.zip": lambda: zipped(vectors__npy=npy(VECTORS), labels__txt="\n".join(LABELS).encode()),
    "vectors.npy.gz": lambda: gzip.compress(npy(VECTORS), mtime=0),
    "model.bin.xz": lambda: lzma.compress(word2vec()),
}


@pytest.mark.parametrize("name", FILES)
def test_cut_anywhere_or_any_byte_flipped(tmp_path: Path, name: str) -> None:
    whole = FILES[name]()
    assert attack(tmp_path / name, whole) is not None or name == "two.zip", "the fixture itself is sound"
    cut = (whole[:length] for length in places(len(whole), MOST_CASES))
    for content in chain(cut, flips(whole, MOST_CASES)):
        attack(tmp_path / name, content)


BESIDE: dict[str, Callable[[], bytes]] = {
    "v.labels.txt": lambda: "\n".join(LABELS).encode(),
    "v.tsv": lambda: "label\tn\r\nthe\t1\r\nseñor\t\r\nof\t3\r\nx\t4e1\r\n".encode(),
    "metadata.csv": lambda: b'label,"kind, of"\nof,"a ""b"""\nx,\nthe,c\n',
    "metadata.jsonl": lambda: "".join(json.dumps({"label": each, "n": [1]}) + "\n" for each in LABELS).encode(),
    "metadata.parquet": parquet,
}


@pytest.mark.parametrize("name", BESIDE)
def test_a_damaged_file_beside_vectors_leaves_those_as_they_are(tmp_path: Path, name: str) -> None:
    vectors = tmp_path / "v.npy"
    vectors.write_bytes(npy(VECTORS))
    whole, beside = BESIDE[name](), tmp_path / name
    cut = (whole[:length] for length in places(len(whole), MOST_CASES))
    for content in chain(cut, flips(whole, MOST_CASES)):
        beside.write_bytes(content)
        wishes = {} if name.startswith("v.") else {"metadata": beside}
        space = open_damaged(vectors, **wishes)
        assert space is not None or wishes, "what was only found beside is ignored, with a note"
        assert space is None or np.array_equal(space.vectors, VECTORS)


def test_a_damaged_record_of_training_is_ignored(tmp_path: Path) -> None:
    vectors = tmp_path / "v.txt"
    vectors.write_bytes(TEXT)
    epoch = EpochRecord(1, 2.5, 3.5, 0.5, 0.025, 100.0, "It learns “the”.")
    run = Run({"window": 5}, (epoch,), n_tokens=9, n_words=4, seed=1, n_threads=1, is_reproducible=True, stopped=False)
    beside = run_path(vectors)
    write_run(run, VECTORS, beside)
    whole = beside.read_bytes()
    sound = open_damaged(vectors)
    assert sound is not None
    assert sound.source.run is not None
    for content in chain((whole[:at] for at in places(len(whole), MOST_CASES)), flips(whole, MOST_CASES)):
        beside.write_bytes(content)
        damaged = open_damaged(vectors)
        assert damaged is not None
        assert np.array_equal(damaged.vectors, VECTORS)


def test_a_damaged_copy_in_our_cache_never_changes_what_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    monkeypatch.setattr(paths, "spaces", lambda: folder)
    monkeypatch.setattr(space_cache, "WORTH_BYTES", 0)
    monkeypatch.setattr(lazy_hash, "AT_ONCE_BYTES", 0)
    file = tmp_path / "v.csv"
    rows = [f"{label},{','.join(map(str, row))},a" for label, row in zip(LABELS, VECTORS.tolist(), strict=True)]
    file.write_text("\n".join(["label,x1,x2,x3,kind", *rows, ""]), encoding="utf-8")

    sound = open_damaged(file)
    assert sound is not None
    finish(formats.keep_steps(sound))
    (entry,) = folder.iterdir()
    copy = {path: path.read_bytes() for path in entry.iterdir()}
    assert finish(formats.open_steps(file)).source.from_cache
    nearest = sound.neighbors("THE", 3).labels
    for path, whole in copy.items():
        for content in chain((whole[:at] for at in places(len(whole), FEW_CASES)), flips(whole, FEW_CASES)):
            entry.mkdir(exist_ok=True)
            for other, before in copy.items():
                if other == path or not other.exists():
                    other.write_bytes(content if other == path else before)
            space = open_damaged(file)
            assert space is not None
            assert np.array_equal(space.vectors, VECTORS)
            assert np.array_equal(space.norms, sound.norms)
            assert list(space.labels) == LABELS
            assert space.labels.order.tolist() == sound.labels.order.tolist()
            assert [space.metadata["kind"].text(row) for row in range(4)] == ["a"] * 4
            assert space.neighbors("THE", 3).labels == nearest
            assert space.notes == sound.notes
            if path.exists():
                path.write_bytes(whole)


@pytest.mark.parametrize("name", ["a.zip", "a.npz"])
def test_a_member_without_a_name_is_refused(tmp_path: Path, name: str) -> None:
    """zipfile itself looks at the last letter of a name."""
    content = zipped(x=b"") if name == "a.zip" else zipped(x=npy(VECTORS))
    place = content.rindex(b"PK\x01\x02") + 46
    assert content[place : place + 1] == b"x"
    cut = content[:place] + b"\0" + content[place + 1 :]  # zipfile ends names at the first zero byte
    assert attack(tmp_path / name, cut) is None


@pytest.mark.parametrize("damage", ["beside", "companions", "arrays", "dtype"])
def test_a_record_of_our_cache_that_lacks_something(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    """As if another version of the program had sealed it."""
    folder = tmp_path / "copies"
    folder.mkdir()
    monkeypatch.setattr(paths, "spaces", lambda: folder)
    monkeypatch.setattr(space_cache, "WORTH_BYTES", 0)
    file = tmp_path / "v.txt"
    file.write_bytes(TEXT)
    finish(formats.keep_steps(finish(formats.open_steps(file))))
    (entry,) = folder.iterdir()
    facts = json.loads((entry / "entry.json").read_bytes())["facts"]
    if damage == "dtype":
        facts["arrays"]["vectors"]["dtype"] = "f4)"
    else:
        del facts[damage]
    cache_entries.write_facts(entry, facts)
    space = finish(formats.open_steps(file))
    assert not space.source.from_cache
    assert np.array_equal(space.vectors, VECTORS)
    finish(formats.keep_steps(space))
    assert finish(formats.open_steps(file)).source.from_cache
