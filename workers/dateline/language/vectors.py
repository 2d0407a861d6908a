"""Token vectors: what spaCy's `tok2vec` computes, for chosen parts of a text and without computing any word twice.

The first half of that network (hash embedding, mixing layer) sees one word at a time, so its result is kept for each word. The second
half, four convolutions that see one neighbour on each side, is computed for the chosen tokens and the four neighbours that reach them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.tokens import Doc
from spacy.vocab import Vocab

from dateline.language.tokens import Slice

Floats = npt.NDArray[np.float32]

_BLOCK = 64  # words embedded at once, always: the last bits of a matrix product depend on the number of its rows
_MAX_WORDS = 40_000  # kept, 15 MB; when a process has met so many it begins anew, after 1,000 articles or more
_PIECES = 3  # of the Maxout layers


class UnknownModelError(ValueError):
    """The model is not built as spaCy's small English one is: spaCy itself has to run it."""


class TokenVectors:
    """The `tok2vec` layer of a model, for chosen parts of a Doc."""

    def __init__(self, tok2vec: Any, vocab: Vocab) -> None:
        """Raise UnknownModelError where the layer is not a MultiHashEmbed under a MaxoutWindowEncoder with a window of 1."""
        try:
            embed, encode = tok2vec.get_ref("embed"), tok2vec.get_ref("encode")
            columns = _layers(embed, "extract_features")[0].attrs["columns"]
            mixed = [_Maxout(maxout, norm) for maxout, norm in zip(_layers(encode, "maxout"), _layers(encode, "layernorm"), strict=True)]
            windows = [layer.attrs["window_size"] for layer in _layers(encode, "expand_window")]
        except (KeyError, IndexError, ValueError, AttributeError) as error:
            raise UnknownModelError(f"unknown tok2vec: {error}") from error
        if windows != [1] * len(mixed) or not mixed:
            raise UnknownModelError("unknown tok2vec: not a window encoder")
        self._embed, self._vocab, self._convolutions = embed, vocab, mixed
        self._spaced = "SPACY" in columns  # the vector also depends on whether white space follows
        self.width = int(encode.get_dim("nO"))
        self._rows: dict[int, int] = {}
        # Row 0 is what lies before and behind the text
        self._table: Floats = np.zeros((_MAX_WORDS + 1, self.width), dtype=np.float32)

    @property
    def reach(self) -> int:
        """How many tokens to each side a vector depends on."""
        return len(self._convolutions)

    def of(self, doc: Doc, parts: Sequence[Slice]) -> Floats:
        """The vectors of the tokens in `parts`, which are in text order and don't overlap, one row each."""
        if not parts:
            return np.empty((0, self.width), dtype=np.float32)
        wide = _joined(parts, self.reach)
        padded = np.concatenate([np.zeros(self.reach, np.intp), self._indices(doc), np.zeros(self.reach, np.intp)])
        # A part's neighbours are computed with it, only to be right for it: where two parts meet they are wrong themselves.
        found = self._table[np.concatenate([padded[start : end + 2 * self.reach] for start, end in wide])]
        for convolution in self._convolutions:
            found += convolution(_windows(found))
        kept = np.zeros(len(doc), dtype=bool)
        for start, end in parts:
            kept[start:end] = True
        edge = np.zeros(self.reach, dtype=bool)
        inside = np.concatenate([np.concatenate([edge, kept[start:end], edge]) for start, end in wide])
        rows: Floats = found[inside]
        return rows

    def _indices(self, doc: Doc) -> npt.NDArray[np.intp]:
        """For each token the row of its word in the table."""
        features = doc.to_array(["ORTH", "NORM", "SPACY"])
        keys = features[:, 0] + 3 * features[:, 1]  # both are hashes; the tokenizer may give one word another norm ("'s": "is")
        if self._spaced:
            keys += features[:, 2]
        listed: list[int] = keys.tolist()
        missing = {key: at for at, key in enumerate(listed) if key not in self._rows}
        if missing:
            if len(self._rows) + len(missing) > _MAX_WORDS:
                self._rows.clear()
                missing = {key: at for at, key in enumerate(listed)}
            self._add(doc, dict(list(missing.items())[:_MAX_WORDS]))
        return np.fromiter((self._rows.get(key, 0) for key in listed), np.intp, len(listed))

    def _add(self, doc: Doc, missing: dict[int, int]) -> None:
        """Embed words, given as key and position of one token that has it."""
        keys, tokens = list(missing), [doc[at] for at in missing.values()]
        for begin in range(0, len(keys), _BLOCK):
            block = tokens[begin : begin + _BLOCK]
            block += [block[-1]] * (_BLOCK - len(block))
            words = Doc(self._vocab, [token.text for token in block], [bool(token.whitespace_) for token in block])
            for word, token in zip(words, block, strict=True):
                word.norm_ = token.norm_
            vectors = self._embed.predict([words])[0]
            new = keys[begin : begin + _BLOCK]
            rows = range(len(self._rows) + 1, len(self._rows) + 1 + len(new))
            self._rows.update(zip(new, rows, strict=True))
            self._table[rows.start : rows.stop] = vectors[: len(new)]


class _Maxout:
    """A Maxout layer with its layer normalisation; the pieces lie behind one another, which numpy compares fastest."""

    def __init__(self, maxout: Any, norm: Any) -> None:
        weights = maxout.get_param("W")  # (out, pieces, in)
        if weights.shape[1] != _PIECES:
            raise UnknownModelError("unknown tok2vec: other than three pieces")
        self._width = weights.shape[0]
        self._weights: Floats = np.ascontiguousarray(weights.transpose(2, 1, 0).reshape(weights.shape[2], -1))
        self._bias: Floats = np.ascontiguousarray(maxout.get_param("b").T.reshape(-1))
        self._scale: Floats = norm.get_param("G")
        self._shift: Floats = norm.get_param("b")

    def __call__(self, rows: Floats) -> Floats:
        width, product = self._width, np.dot(rows, self._weights)
        product += self._bias
        best: Floats = np.maximum(product[:, :width], product[:, width : 2 * width])
        np.maximum(best, product[:, 2 * width :], out=best)
        best -= best.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", best, best)[:, None] / np.float32(width)
        best *= 1.0 / np.sqrt(variance + np.float32(1e-8))
        best *= self._scale
        best += self._shift
        return best


def _layers(model: Any, name: str) -> list[Any]:
    return [layer for layer in model.walk(order="dfs_pre") if layer.name == name]


def _windows(rows: Floats) -> Floats:
    """Each row with the one before and the one behind it."""
    count, width = rows.shape
    wide = np.zeros((count, 3 * width), dtype=np.float32)
    wide[1:, :width] = rows[:-1]
    wide[:, width : 2 * width] = rows
    wide[:-1, 2 * width :] = rows[1:]
    return wide


def _joined(parts: Iterable[Slice], gap: int) -> list[Slice]:
    """Parts nearer to each other than the neighbours that both need, as one."""
    found: list[Slice] = []
    for start, end in parts:
        if found and start - found[-1][1] <= 2 * gap:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found
