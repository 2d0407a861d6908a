"""Head counts: how many people a noun phrase or a number speaks of, as a range."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from dateline.extraction.grammar import children, forms, noun_phrase
from dateline.extraction.ontology import Ontology
from dateline.extraction.parties import PartyReader
from dateline.language import Span, Token
from dateline.records import Count

Numbers = Mapping[str, tuple[int, int | None]]
"""Number words, and the least and most they stand for; None for no upper bound."""

MAX_TOLL = 10_000_000  # more is a population or a sum of money
MAX_TEXT = 200  # characters of a statement that are kept
ABOUT = 0.1  # "about 50": a tenth more or less
TOLL_NOUNS = frozenset({"casualties", "deaths", "fatalities", "injuries"})
_AT_LEAST = re.compile(r"\b(?:at least|a minimum of|no fewer than|not less than)\s+(?:an?\s+)?$", re.IGNORECASE)
_MORE_THAN = re.compile(r"\b(?:more than|over|upwards of)\s+(?:an?\s+)?$", re.IGNORECASE)
_UP_TO = re.compile(r"\b(?:as many as|up to)\s+(?:an?\s+)?$", re.IGNORECASE)
_ABOUT = re.compile(r"\b(?:about|around|nearly|almost|some|roughly|approximately|close to)\s+(?:an?\s+)?$", re.IGNORECASE)
_LOOK_BACK = 4  # words before a number that may qualify it
_NUMBER = re.compile(r"\d[\d,]*$")
_THEY = frozenset({"they", "them"})
_NOBODY = frozenset({"nobody", "none", "no-one"})
_TIMES = frozenset({"DATE", "TIME"})
_NOT_ONE = frozenset(
    {
        "they",
        "them",
        "we",
        "us",
        "people",
        "police",
        "crew",
        "family",
        "group",
        "public",
        "youth",
        "staff",
        "military",
        "army",
        "force",
        "government",
        "crowd",
        "team",
        "number",
        "total",
    }
)


def count_people(heads: Iterable[Token], ontology: Ontology, parties: PartyReader, *, living: bool = False) -> Count | None:
    """How many people these noun phrases are together; None when one of them does not say. Things beside people are left out.

    `living`: what is said of them is said only of the living, so that a single one needs no word for people: "killed a rubber tapper".
    """
    low, texts = 0, []
    high: int | None = 0
    for head in heads:
        if is_thing(head, ontology, parties):
            continue
        one = _count(head, ontology, parties, living)
        if one is None:
            return None
        low += one[0]
        high = None if high is None or one[1] is None else high + one[1]
        texts.append(one[2].strip(" ,-"))
    if not texts or low > MAX_TOLL:
        return None
    return Count(low=low, high=high, text=" and ".join(texts)[:MAX_TEXT])


def is_thing(head: Token, ontology: Ontology, parties: PartyReader) -> bool:
    """Whether it is counted among no victims: a house, a drone, an hour."""
    word = head.lemma_.lower()
    return word in ontology.cues.things or ((word in parties.lexicon.objects or head.ent_type_ in _TIMES) and not parties.is_person(head))


def _count(head: Token, ontology: Ontology, parties: PartyReader, living: bool) -> tuple[int, int | None, str] | None:
    """Least, most and words of one noun phrase; of "they" of those it stands for."""
    if head.lower_ in _THEY:
        before = parties.mentions.antecedent(head)
        return _count(before, ontology, parties, living) if before is not None and before.lower_ not in _THEY else None
    phrase, numbers = noun_phrase(head), ontology.numbers
    if head.lower_ in _NOBODY or (head.lower_ == "one" and any(child.lower_ == "no" for child in head.children)):
        return 0, 0, phrase.text
    if head.lower_ == "self":
        return 1, 1, phrase.text  # "kills self", as headlines say it
    quantity = next((token for token in children(head, "nummod") if token.i < head.i), head if head.tag_ == "CD" else None)
    if quantity is None and head.lower_ in numbers and head.pos_ == "NOUN":
        quantity = head  # "dozens of people"
    if quantity is not None:
        bounds = number_before(quantity, numbers) if _may_be_people(head, ontology, parties) else None
        return None if bounds is None else (*bounds, head.doc[min(phrase.start, quantity.i) : head.i + 1].text)
    if head.lower_ == "old" and head.i and head.nbor(-1).text == "-":
        return 1, 1, phrase.text  # "a 13-year-old"
    alone = living and head.tag_ in ("NN", "NNP") and head.pos_ in ("NOUN", "PROPN")
    if not (alone or parties.is_person(head) or head.lower_ in TOLL_NOUNS or any(child.lower_ == "old" for child in head.children)):
        return None
    determiner = next((child.lower_ for child in children(head, "det", "amod") if child.lower_ in numbers), None)
    if determiner is not None and determiner not in ("a", "an"):
        return (*numbers[determiner], phrase.text)
    if head.tag_ in ("NN", "NNP", "PRP") and head.lower_ not in _NOT_ONE:
        return 1, 1, phrase.text
    return None


def _may_be_people(counted: Token, ontology: Ontology, parties: PartyReader) -> bool:
    """Whether what is counted may be people: no address ("6301 Main St.") and no name of a place or channel."""
    return counted.pos_ != "PROPN" or parties.is_person(counted) or bool(set(forms(counted)) & ontology.cues.victims)


def number_before(token: Token, numbers: Numbers) -> tuple[int, int | None] | None:
    """The range a number word stands for, with what qualifies it: "at least 25", "about fifty", "two dozen"."""
    first = _first_of(token, numbers)
    bounds = _value(token.doc[first : token.i + 1], numbers)
    if bounds is None:
        return None
    low, high = bounds
    before = "".join(left.text_with_ws for left in token.doc[max(0, first - _LOOK_BACK) : first])
    if _AT_LEAST.search(before) or _MORE_THAN.search(before):
        return low, None  # at least that: the number itself is what code books keep
    if _UP_TO.search(before):
        return int(low * (1 - ABOUT)), high
    if _ABOUT.search(before):
        return int(low * (1 - ABOUT)), int((high or low) * (1 + ABOUT))
    return low, high


def _first_of(token: Token, numbers: Numbers) -> int:
    """Where a number that several words tell begins: "fifty-two", "two dozen"."""
    if token.i > 1 and token.nbor(-1).text == "-" and token.nbor(-2).lower_ in numbers:
        return token.i - 2
    return min([token.i, *(child.i for child in children(token, "compound", "nummod") if child.i == token.i - 1)])


def _value(words: Span, numbers: Numbers) -> tuple[int, int | None] | None:
    if len(words) == 3:  # the parser takes "fifty-two" apart
        return _value_of(words.text.lower(), numbers)
    low = 1
    high: int | None = 1
    for token in words:
        value = _value_of(token.lower_, numbers)
        if value is None:
            return None
        low *= value[0]
        high = None if high is None or value[1] is None else high * value[1]
    return (low, high) if low <= MAX_TOLL else None


def _value_of(word: str, numbers: Numbers) -> tuple[int, int | None] | None:
    if _NUMBER.match(word):
        digits = word.replace(",", "")
        return (int(digits), int(digits)) if len(digits) <= 9 else (MAX_TOLL + 1, None)
    tens, _, ones = word.partition("-")
    if ones and tens in numbers and ones in numbers:
        both = numbers[tens][0] + numbers[ones][0]
        return both, both
    return numbers.get(word)
