"""Pickles and archives of pickles: known by their first bytes, never opened."""

from __future__ import annotations

from embedviz.errors import UnsafeFileError
from embedviz.formats.probe import Probe
from embedviz.formats.zip_members import members

_MAGICS = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"(dp0\n", b"(lp0\n", b"ccopy_reg\n", b"cnumpy")
_GENSIM = (".kv", ".model", ".wordvectors", ".w2v", ".d2v")
_TORCH = (".pt", ".pth", ".ckpt")


def refuse_pickles(probe: Probe) -> None:
    """Raise UnsafeFileError for a pickle, with the two lines that export its vectors safely."""
    in_archive = any(member.filename.endswith("data.pkl") for member in members(probe))
    if not in_archive and not probe.head.startswith(_MAGICS):
        return
    suffix = probe.shown.suffix.lower()
    if in_archive or suffix in _TORCH:
        kind = "a PyTorch file"
        first = "`state = torch.load(PATH, weights_only=True)`"
        second = "`numpy.save('out.npy', state[NAME].float().numpy())`"
    elif suffix in _GENSIM:
        kind = "a gensim file"
        first = "`kv = gensim.models.KeyedVectors.load(PATH)`"
        second = "`kv.save_word2vec_format('out.bin', binary=True)`"
    else:
        kind = "a Python pickle"
        first = "`data = pickle.load(open(PATH, 'rb'))`"
        second = "`numpy.savez('out.npz', vectors=VECTORS, labels=LABELS)`"
    raise UnsafeFileError(
        f"“{probe.name}” is {kind}, which can run code when opened; export it where you trust it: {first} then "
        f"{second}, and open that."
    )
