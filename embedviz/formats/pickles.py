"""Pickles and archives of pickles: known by their first bytes, never opened, refused with the way out."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

from embedviz.errors import UnsafeFileError
from embedviz.formats.probe import Probe
from embedviz.formats.zip_members import members

_MAGICS = tuple(bytes([0x80, protocol]) for protocol in range(2, 8))
_OLDER = re.compile(
    rb"c[\w.]+\n[\w.]+\n[\x28\x29}\]pq0-9]|\([dli](?:p[0-9]+\n|c[\w.]+\n)|[}\]]q\x00|\([dl]q\x00|i[\w.]+\n[\w.]+\n\("
)
_ZLIB = (b"x\x01", b"x^", b"x\x9c", b"x\xda")
_TORCH_MARK = b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
_GENSIM = (".kv", ".model", ".wordvectors", ".w2v", ".d2v")
_TORCH = (".pt", ".pth", ".ckpt")
_LOOKED_AT = 4096
_MODEL = re.compile(rb"gensim\.models\.[\w.]+(?:\n|\x94?\x8c.)(Word2Vec|FastText|Doc2Vec)\b")


@dataclass(frozen=True)
class _Export:
    """What a kind of pickle is called, and the two lines that export its vectors."""

    kind: str
    first: str
    second: str


_STATE = _Export(
    "a PyTorch file",
    "state = torch.load(PATH, weights_only=True)",
    "numpy.save('out.npy', state[NAME].float().numpy())",
)
_KEYED = _Export(
    "a gensim file",
    "kv = gensim.models.KeyedVectors.load(PATH)",
    "kv.save_word2vec_format('out.bin', binary=True)",
)
_FRAME = _Export("a pickled pandas table", "frame = pandas.read_pickle(PATH)", "frame.to_parquet('out.parquet')")
_JOBLIB = _Export("a joblib file", "data = joblib.load(PATH)", "numpy.savez('out.npz', vectors=VECTORS, labels=LABELS)")
_PLAIN = _Export(
    "a Python pickle",
    "data = pickle.load(open(PATH, 'rb'))",
    "numpy.savez('out.npz', vectors=VECTORS, labels=LABELS)",
)


def looks_pickled(beginning: bytes) -> bool:
    """Whether bytes begin as a pickle does."""
    return beginning.startswith(_MAGICS) or _OLDER.match(beginning) is not None


def refuse_pickles(probe: Probe) -> None:
    """Raise UnsafeFileError for a pickle, with the two lines that export its vectors safely."""
    in_archive = any(member.filename.endswith(("data.pkl", "constants.pkl")) for member in members(probe))
    start = _beginning(probe)
    if not in_archive and not looks_pickled(start):
        return
    export = _STATE if in_archive else _export(start, probe.shown.suffix.lower())
    raise UnsafeFileError(
        f"“{probe.name}” is {export.kind}, which can run code when opened; export it where you trust it: "
        f"`{export.first}` then `{export.second}`, and open that.",
        (export.first, export.second),
    )


def _beginning(probe: Probe) -> bytes:
    """The first bytes of a file; those inside where it is compressed as joblib does, without being an archive."""
    start = probe.head[:_LOOKED_AT]
    if not start.startswith(_ZLIB):
        return start
    try:
        return zlib.decompressobj().decompress(probe.head, _LOOKED_AT) or start
    except zlib.error:
        return start


def _export(start: bytes, suffix: str) -> _Export:
    """The kind of a pickle: by what it names itself, else by its suffix."""
    if suffix in _TORCH or _TORCH_MARK in start[:32]:
        return _STATE
    model = _MODEL.search(start)
    if model is not None:
        name = model[1].decode()
        return _Export(
            "a gensim file",
            f"model = gensim.models.{name}.load(PATH)",
            "model.wv.save_word2vec_format('out.bin', binary=True)",
        )
    if suffix in _GENSIM or b"gensim.models" in start:
        return _KEYED
    if suffix == ".joblib" or b"joblib" in start:
        return _JOBLIB
    return _FRAME if b"pandas." in start else _PLAIN
