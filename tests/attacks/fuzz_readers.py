"""Coverage-guided fuzzing of one reader, by hand: fuzz_readers.py READER [libFuzzer options and corpus folders].

Needs atheris (pip install atheris). Kernels run as Python, on arrays that refuse an index out of range; readers that
work in the child process run in this one. What is found is written to a file `crash-...`: make it a test.
"""

from __future__ import annotations

import os

os.environ["NUMBA_DISABLE_JIT"] = "1"

import json
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import atheris
import numpy as np

sys.path.append(str(Path(__file__).parent.parent))  # what the tests share

with atheris.instrument_imports(include=["embedviz.formats", "embedviz.space"]):
    import test_damaged_files as files
    import test_damaged_models as models
    import test_damaged_tables as tables
    import test_damaged_variants as variants
    from damaged import attack, open_damaged

    from embedviz import formats
    from embedviz.errors import EmbedvizError
    from embedviz.formats import (
        binary_block,
        binary_kernels,
        cache_arrays,
        cache_entries,
        fasttext_binary,
        hdf5_tables,
        lazy_hash,
        npz,
        space_cache,
        text_block,
        text_kernels,
        text_vectors,
        word2vec_binary,
    )
    from embedviz.formats.probe import Probe
    from embedviz.formats.registry import Wish
    from embedviz.progress import finish
from embedviz import paths

FOLDER = Path(tempfile.mkdtemp(prefix="embedviz-fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
Target = Callable[[bytes], object]


class Strict(np.ndarray):
    """An array that has no last element at -1, as compiled code has none either."""

    def __getitem__(self, key: Any) -> Any:
        refuse_negative(key)
        return super().__getitem__(key)

    def __setitem__(self, key: Any, value: Any) -> None:
        refuse_negative(key)
        super().__setitem__(key, value)


def refuse_negative(key: Any) -> None:
    for part in key if isinstance(key, tuple) else (key,):
        if isinstance(part, int | np.integer) and part < 0:
            raise IndexError(f"index {part}")


def strictly(kernel: Callable[..., None]) -> Callable[..., None]:
    """The Python source of a kernel on strict arrays."""

    def called(*arguments: Any) -> None:
        with np.errstate(all="ignore"):
            kernel(*(each.view(Strict) if isinstance(each, np.ndarray) else each for each in arguments))

    return called


def file_target(name: str) -> Target:
    return lambda content: attack(FOLDER / name, content)


def text_kernel(content: bytes) -> None:
    """The kernel of text rows against the pure parser, in every layout."""
    given = atheris.FuzzedDataProvider(content)
    n_dims, has_label, n_rows = given.ConsumeIntInRange(1, 5), given.ConsumeBool(), given.ConsumeIntInRange(1, 9)
    separator, n_slow = (0x20, 0x09)[given.ConsumeBool()], given.ConsumeIntInRange(0, 20)
    block = np.frombuffer(bytearray(given.ConsumeBytes(given.remaining_bytes())), np.uint8)

    def parsed(parse: Callable[..., None]) -> tuple[object, ...]:
        vectors, labels = np.zeros((n_rows, n_dims), np.float32), np.zeros(len(block), np.uint8)
        offsets, state = np.zeros(n_rows + 1, np.int64), np.zeros(text_block.N_STATE, np.int64)
        slow = np.zeros((n_dims + n_slow, 4), np.int64)
        rows_before = -1
        while state[text_block.STATUS] in (text_block.DONE, text_block.SLOW_FULL):
            if state[text_block.POSITION] >= len(block) or state[text_block.ROW] == rows_before:
                break
            rows_before, first_row = int(state[text_block.ROW]), int(state[text_block.ROW])
            state[text_block.N_SLOW] = 0
            parse(block, separator, has_label, vectors, labels, offsets, slow, state, text_block.work_words(n_dims))
            for row, column, start, end in slow[: state[text_block.N_SLOW]].tolist():
                value = text_block.number(block[start:end].tobytes())
                if first_row <= row < state[text_block.ROW] and value is None:
                    state[text_block.ROW], state[text_block.STATUS] = row, text_block.BAD_LINE
                    break
                if row < state[text_block.ROW]:
                    vectors[row, column] = value
        n = int(state[text_block.ROW])
        return n, vectors[:n].tobytes(), labels[: offsets[n]].tobytes(), int(state[text_block.STATUS])

    with np.errstate(all="ignore"):
        fast, pure = parsed(strictly(text_kernels.parse_block)), parsed(text_block.parse_block)
    assert fast == pure, (fast, pure)


def binary_kernel(content: bytes) -> None:
    """The kernel of binary rows against the pure scanner."""
    given = atheris.FuzzedDataProvider(content)
    width, n_rows = 4 * given.ConsumeIntInRange(1, 4), given.ConsumeIntInRange(1, 6)
    block = np.frombuffer(bytearray(given.ConsumeBytes(given.remaining_bytes())), np.uint8)

    def scanned(scan: Callable[..., None]) -> tuple[bytes, ...]:
        rows, labels = np.zeros((n_rows, width), np.uint8), np.zeros(len(block), np.uint8)
        offsets, state = np.zeros(n_rows + 1, np.int64), np.zeros(text_block.N_STATE, np.int64)
        scan(block, rows, labels, offsets, state)
        return rows.tobytes(), labels.tobytes(), offsets.tobytes(), state.tobytes()

    assert scanned(strictly(binary_kernels.scan_rows)) == scanned(binary_block.scan_rows)


def fasttext(content: bytes) -> None:
    """Past detection, which otherwise is most of what the fuzzer learns."""
    path = FOLDER / "m.bin"
    path.write_bytes(content)
    with suppress(EmbedvizError):
        reading = finish(fasttext_binary.FORMAT.read(Probe.of(path, path), Wish()))
        assert reading.labels is not None
        assert len(reading.labels) == len(reading.vectors)
        if reading.subwords is not None:
            reading.subwords.compose("unknown")


def hdf5(content: bytes) -> None:
    """What the child does."""
    path, target = FOLDER / "x.h5", FOLDER / "handed.npz"
    path.write_bytes(content)
    with suppress(EmbedvizError, OSError, RuntimeError, KeyError, ValueError, TypeError, MemoryError):
        result = finish(hdf5_tables.read_steps(str(path), "x.h5", None, None, str(target)))
        if "choices" not in result:
            finish(npz.FORMAT.read(Probe.of(target, path), Wish()))


def folder_target(kind: str, name: str) -> Target:
    """One file of a folder that is sound beside."""
    folder = FOLDER / kind
    models.FOLDERS[kind](folder)
    path = next(folder.rglob(name))

    def attacked(content: bytes) -> None:
        path.write_bytes(content)
        open_damaged(folder)

    return attacked


def beside_target(name: str) -> Target:
    vectors, beside = FOLDER / "v.npy", FOLDER / name
    vectors.write_bytes(variants.npy(variants.VECTORS))

    def attacked(content: bytes) -> None:
        beside.write_bytes(content)
        open_damaged(vectors, metadata=beside)

    return attacked


def cache_target() -> Target:
    """The record of a copy, sealed anew so that it is believed, and checksums that always agree."""
    file = FOLDER / "v.csv"
    file.write_text("label,x1,x2,x3,kind\nA,1,2,3,u\nb,4,5,6,v\nc,7,8,9,\n")
    paths.spaces().mkdir(parents=True, exist_ok=True)
    finish(formats.keep_steps(finish(formats.open_steps(file))))
    (entry,) = paths.spaces().iterdir()
    copy = {path: path.read_bytes() for path in sorted(entry.iterdir())}
    names = list(copy)

    def attacked(content: bytes) -> None:
        if not content:
            return
        path = names[content[0] % len(names)]
        damaged = content[1:]
        if path.suffix == ".json":
            try:
                facts = json.loads(damaged)
                damaged = json.dumps({"facts": facts, "seal": cache_entries.seal(facts)}).encode()
            except (ValueError, RecursionError):
                return
        entry.mkdir(exist_ok=True)
        for other, before in copy.items():
            other.write_bytes(damaged if other == path else before)
        open_damaged(file)

    attacked.seeds = [  # type: ignore[attr-defined]
        bytes([at]) + (json.dumps(json.loads(whole)["facts"]).encode() if path.suffix == ".json" else whole)
        for at, (path, whole) in enumerate(copy.items())
    ]
    return attacked


def pickled() -> list[bytes]:
    import pickle

    return [pickle.dumps({"vectors": [1.0]}, protocol) for protocol in (0, 2, 5)]


def saved(suffix: str) -> bytes:
    path = FOLDER / f"seed{suffix}"
    finish(formats.save_steps(files.fixture_space(), path, overwrite=True))
    return path.read_bytes()


def h5_seeds() -> list[bytes]:
    found = []
    for made in (models.plain_hdf5, models.packed_hdf5, models.cells):
        made(FOLDER / "seed.h5")
        found.append((FOLDER / "seed.h5").read_bytes())
        (FOLDER / "seed.h5").unlink()
    return found


def made(module: Any, *names: str) -> Callable[[], list[bytes]]:
    def seeds() -> list[bytes]:
        known = module.MADE if module is tables else module.FILES
        return [known[name][1]() if module is tables else known[name]() for name in names]

    return seeds


KERNEL_SEEDS = [b"\2\1\5\0\1the 1.5 -2\nof 3e5 nan\n\nx 0.123456 7.\n", b"\1\0\3\1\0001.25\t2\n3\t-4e-3\n"]
READERS: dict[str, tuple[Callable[[], Target], Callable[[], list[bytes]]]] = {
    "text": (lambda: file_target("a.txt"), made(variants, "crlf.txt", "glove.txt")),
    "text-kernel": (lambda: text_kernel, lambda: KERNEL_SEEDS),
    "binary-kernel": (lambda: binary_kernel, lambda: [b"\1\2" + variants.word2vec()]),
    "word2vec": (lambda: file_target("a.bin"), lambda: [variants.word2vec(), saved(".bin")]),
    "fasttext": (lambda: fasttext, lambda: [models.model(True), models.model(False), variants.quantized()]),
    "npy": (lambda: file_target("a.npy"), made(variants, "fortran.npy", "halves.npy")),
    "npz": (lambda: file_target("a.npz"), lambda: [variants.npz(), saved(".npz")]),
    "safetensors": (
        lambda: file_target("a.safetensors"),
        lambda: [variants.FILES["halves.safetensors"](), models.FILES["x.safetensors"]()],
    ),
    "csv": (lambda: file_target("a.csv"), made(tables, "wide csv", "csv cells", "decimal commas")),
    "json": (lambda: file_target("a.json"), made(tables, "json lines", "json array", "batch output")),
    "parquet": (lambda: file_target("a.parquet"), lambda: [variants.parquet(), tables.parquet_lists()]),
    "arrow": (lambda: file_target("a.arrow"), made(tables, "arrow file", "arrow stream", "compressed arrow")),
    "hdf5": (lambda: hdf5, h5_seeds),
    "pickle": (lambda: file_target("a.pkl"), pickled),
    "packed": (
        lambda: file_target("a.gz"),
        made(variants, "words.txt.gz", "words.txt.bz2", "words.txt.xz", "words.zip"),
    ),
    "tokenizer": (
        lambda: folder_target("tokens", "tokenizer.json"),
        lambda: [b'{"model": {"type": "WordPiece", "vocab": {"a": 0, "b": 1}}}'],
    ),
    "spacy-keys": (lambda: folder_target("spacy", "key2row"), lambda: [b"\x81\xcf" + bytes(8) + b"\1"]),
    "projector": (
        lambda: folder_target("projector", "projector_config.pbtxt"),
        lambda: [b'embeddings { tensor_name: "x" tensor_path: "t.bytes" tensor_shape: 3 tensor_shape: 4 }'],
    ),
    "metadata": (lambda: beside_target("m.csv"), lambda: [variants.BESIDE["metadata.csv"](), b"a\tb\n1\t2\n"]),
    "cache": (cache_target, list),
}


def main() -> None:
    reader = sys.argv.pop(1)
    paths.spaces = lambda: FOLDER / "copies"
    paths.cache = lambda: FOLDER
    space_cache.WORTH_BYTES = lazy_hash.AT_ONCE_BYTES = 0
    if reader == "cache":
        cache_arrays._check = lambda flat: 0
    text_vectors.SMALL_FILE_BYTES = word2vec_binary.SMALL_FILE_BYTES = 0
    text_kernels.parse_block = strictly(text_kernels.parse_block)
    binary_kernels.scan_rows = strictly(binary_kernels.scan_rows)
    warnings.simplefilter("ignore")
    make, seeds = READERS[reader]
    target = make()
    corpus = next((Path(each) for each in sys.argv[1:] if not each.startswith("-")), FOLDER / "corpus")
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate([*seeds(), *getattr(target, "seeds", [])]):
        (corpus / f"seed-{number}").write_bytes(seed)
        target(seed)
    options = [each for each in sys.argv[1:] if each.startswith("-")]
    try:
        atheris.Setup(
            [sys.argv[0], str(corpus), "-timeout=10", "-rss_limit_mb=2048", "-max_len=4096", *options], target
        )
        atheris.Fuzz()
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)


if __name__ == "__main__":
    main()
