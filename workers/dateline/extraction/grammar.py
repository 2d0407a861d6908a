"""Small questions about spaCy's trees that several modules ask."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from dateline.language import Doc, Span, Token

MAX_CLIMB = 40  # steps towards the root: sentences run deeper only where the parse is broken
HEADLINE_SHARE = 0.7  # of a Title Case headline's words begin with a capital; sentence case has under half
_ENDINGS = (("ies", "y"), ("s", ""), ("es", ""), ("ed", ""), ("d", ""), ("ing", ""), ("ing", "e"))
SUBJECTS = ("nsubj", "nsubjpass")
_MODIFIERS = frozenset({"compound", "amod", "nmod", "poss", "nummod", "det", "quantmod", "case", "advmod", "punct", "npadvmod"})


def forms(token: Token) -> tuple[str, ...]:
    """The lemmas this token may be: the tagger's, and for a capitalised word, which it often takes for a name, those by its ending."""
    return _forms(token.lemma_, token.lower_, token.pos_ == "PROPN")


@lru_cache(maxsize=50_000)  # asked of every word several times
def _forms(lemma: str, lower: str, capitalised: bool) -> tuple[str, ...]:
    found = [lemma.lower(), lower]
    if capitalised and len(lower) > 3:
        found += [lower[: -len(ending)] + other for ending, other in _ENDINGS if lower.endswith(ending)]
    return tuple(dict.fromkeys(found))


def is_title_case(doc: Doc) -> bool:
    """A headline Written Like This: its parse cannot be trusted."""
    words = [token for token in doc if token.is_alpha and len(token) > 3]
    return len(words) > 2 and sum(token.text[0].isupper() for token in words) >= HEADLINE_SHARE * len(words)


def climb(token: Token) -> Iterator[Token]:
    """The token, then its heads up to the root."""
    for _ in range(MAX_CLIMB):
        yield token
        if token.head.i == token.i:
            return
        token = token.head


def tree_distance(one: Token, other: Token) -> int:
    """Steps between two tokens of a sentence along the tree."""
    steps = {token.i: step for step, token in enumerate(climb(one))}
    return next((steps[token.i] + step for step, token in enumerate(climb(other)) if token.i in steps), 2 * MAX_CLIMB)


def clause_verb(token: Token) -> Token | None:
    """The verb whose clause this token stands in, itself if it is one."""
    return next((above for above in climb(token) if above.pos_ in ("VERB", "AUX")), None)


def children(token: Token, *deps: str) -> list[Token]:
    return [child for child in token.children if child.dep_ in deps]


def is_passive(verb: Token) -> bool:
    """Whether the subject of a verb undergoes what it says; of joined participles as the first of them."""
    if any(child.dep_ in ("auxpass", "nsubjpass", "agent") for child in verb.children):
        return True
    if verb.tag_ != "VBN" or any(child.dep_ == "aux" for child in verb.children):
        return False
    joined = verb.dep_ == "conj" and verb.head.pos_ in ("VERB", "AUX") and verb.head.i != verb.i
    return is_passive(verb.head) if joined else True


def is_aged(token: Token) -> bool:
    """ "the 49-year-old": an age that stands for a person."""
    return (
        token.lower_ == "old"
        and token.dep_ in (*SUBJECTS, "dobj", "pobj", "appos", "conj", "ROOT")
        and token.i > 0
        and token.nbor(-1).text == "-"
    )


def with_conjuncts(token: Token) -> list[Token]:
    """The token and what is coordinated with it: "a soldier, his wife and two children"."""
    found: list[Token] = []
    waiting = [token]
    while waiting and len(found) < MAX_CLIMB:
        here = waiting.pop(0)
        found.append(here)
        waiting += [child for child in here.children if child.dep_ == "conj" and child.pos_ != "VERB"]
    return found


def objects_of(token: Token, preps: frozenset[str]) -> list[Token]:
    """What follows these prepositions of a verb or noun: "attack on soldiers", also through "of": "positions of the army"."""
    return [
        pobj
        for prep in token.children
        if prep.dep_ in ("prep", "agent", "dative", "prt") and prep.lower_ in preps
        for pobj in prep.children
        if pobj.dep_ in ("pobj", "pcomp")
    ]


def noun_phrase(head: Token) -> Span:
    """The head with the modifiers before it, contiguous, without relative clauses and what follows."""
    start = head.i
    for child in sorted(head.lefts, key=lambda left: -left.i):
        if child.dep_ not in _MODIFIERS:
            break
        start = min(start, child.left_edge.i)
    end = head.i + 1
    if head.ent_type_ and head.ent_iob_ != "O":
        while end < len(head.doc) and head.doc[end].ent_iob_ == "I":
            end += 1
    return head.doc[start:end]


def long_phrase(head: Token, limit: int) -> Span:
    """The noun phrase with its "of …" and what stands beside it, up to `limit` characters: "leaders of the party", "Kim, the premier"."""
    short = noun_phrase(head)
    end = short.end
    for child in head.rights:
        if child.dep_ not in ("prep", "appos", "punct") or child.left_edge.i > end or (child.dep_ == "prep" and child.lower_ != "of"):
            break
        if child.dep_ != "punct":
            end = max(end, child.right_edge.i + 1)
    whole = head.doc[short.start : end]
    return whole if whole.end_char - whole.start_char <= limit else short
