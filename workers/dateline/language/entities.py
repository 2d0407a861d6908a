"""Named entities: the decisions of spaCy's `ner`, most of them taken in one matrix product.

spaCy's transitions look at the token, and inside an entity at its first token and the one before. So what a token outside an entity
begins is settled for all tokens at once, and only the few inside one are gone through in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.tokens import Doc

from dateline.language.tokens import Entity, Slice
from dateline.language.vectors import Floats, TokenVectors, UnknownModelError

_FEATURES = 3  # token, first token of the entity, token before
_PIECES = 2
_NEVER = np.float32(-np.inf)


class EntityFinder:
    """Finds entities as spaCy's greedy `ner` does."""

    def __init__(self, ner: Any) -> None:
        """Raise UnknownModelError for another kind of `ner`."""
        model = ner.model
        try:
            tok2vec, linear = model.get_ref("tok2vec").layers[0], model.get_ref("tok2vec").layers[-1]
            lower, upper = model.get_ref("lower"), model.get_ref("upper")
            weights, pad = lower.get_param("W"), lower.get_param("pad")[0]  # (features, hidden, pieces, in), (features, hidden, pieces)
            self._linear = linear.get_param("W").T.copy(), linear.get_param("b")
            self._upper = upper.get_param("W").T.copy(), upper.get_param("b")
        except (KeyError, IndexError, AttributeError, ValueError) as error:
            raise UnknownModelError(f"unknown ner: {error}") from error
        if pad.shape[0] != _FEATURES or pad.shape[2] != _PIECES or model.attrs["unseen_classes"] or ner.cfg["beam_width"] != 1:
            raise UnknownModelError("unknown ner: other features")
        self._vectors = TokenVectors(tok2vec, ner.vocab)
        # Pieces behind one another, as in TokenVectors
        self._features = [np.ascontiguousarray(one.transpose(2, 1, 0).reshape(one.shape[2], -1)) for one in weights]
        self._pad = [np.ascontiguousarray(one.T.reshape(-1)) for one in pad]
        self._bias = np.ascontiguousarray(lower.get_param("b").T.reshape(-1))
        moves = [ner.moves.get_class_name(number).partition("-") for number in range(ner.moves.n_moves)]
        self._moves = [(move, label) for move, _, label in moves]
        self._out = self._moves.index(("O", ""))
        self._inside = {label: [self._moves.index(("I", label)), self._moves.index(("L", label))] for m, label in self._moves if m == "B"}
        self._opens = np.array([move == "B" and bool(label) for move, label in self._moves])
        self._single = np.array([move == "U" and bool(label) for move, label in self._moves])
        self._closed = np.array([move not in ("B", "U", "O") or (move != "O" and not label) for move, label in self._moves])

    def find(self, doc: Doc, sentences: Sequence[Slice]) -> list[Entity]:
        """The entities in these sentences, in text order."""
        if not sentences:
            return []
        hidden = self._vectors.of(doc, sentences) @ self._linear[0] + self._linear[1]
        token = hidden @ self._features[0]
        begun = self._begun(doc, sentences, token)
        ends = np.repeat(np.cumsum([end - start for start, end in sentences]), [end - start for start, end in sentences])
        tokens = np.concatenate([np.arange(start, end) for start, end in sentences])
        found: list[Entity] = []
        behind = 0  # row behind the last entity
        for row in np.flatnonzero(begun != self._out).tolist():
            if row < behind:
                continue
            move, label = self._moves[begun[row]]
            behind = row + 1 if move == "U" else self._last(label, row, int(ends[row]), hidden, token) + 1
            start = int(tokens[row])
            found.append((start, start + behind - row, label))
        return found

    def _begun(self, doc: Doc, sentences: Sequence[Slice], token: Floats) -> npt.NDArray[np.intp]:
        """What each token does when no entity is open."""
        scores = _maxout(token + (self._pad[1] + self._pad[2] + self._bias)) @ self._upper[0] + self._upper[1]
        scores[:, self._closed] = _NEVER
        lasts = np.cumsum([end - start for start, end in sentences]) - 1
        scores[np.ix_(lasts, self._opens)] = _NEVER
        space = doc.to_array(["IS_SPACE"]).reshape(-1)
        spaces = np.flatnonzero(np.concatenate([space[start:end] for start, end in sentences]))
        scores[np.ix_(spaces, self._opens | self._single)] = _NEVER
        best: npt.NDArray[np.intp] = scores.argmax(axis=1)
        return best

    def _last(self, label: str, start: int, end: int, hidden: Floats, token: Floats) -> int:
        """The last row of an entity that begins at `start` in a sentence that ends before `end`."""
        moves = self._inside[label]
        weights, bias = self._upper[0][:, moves], self._upper[1][moves]
        begin = hidden[start] @ self._features[1] + self._bias
        for at in range(start + 1, end - 1):
            state = _maxout((token[at] + begin + hidden[at - 1] @ self._features[2])[None])
            goes_on, stops = (state @ weights + bias)[0]
            if stops > goes_on:
                return at
        return end - 1


def _maxout(rows: Floats) -> Floats:
    half = rows.shape[1] // _PIECES
    return np.maximum(rows[:, :half], rows[:, half:])
