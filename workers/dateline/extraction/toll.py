"""Toll: how many were killed and injured, as a range, with the words that say so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from spacy.tokens import Span, Token

from dateline.extraction.grammar import children, noun_phrase
from dateline.extraction.ontology import Harm, Ontology
from dateline.extraction.parties import PartyReader
from dateline.extraction.triggers import Trigger
from dateline.records import Count

MAX_TOLL = 10_000_000  # more is a population or a sum of money
ABOUT = 0.1  # "about 50": a tenth more or less
_AT_LEAST = re.compile(r"\b(?:at least|a minimum of|no fewer than|not less than)\s+$", re.IGNORECASE)
_MORE_THAN = re.compile(r"\b(?:more than|over|upwards of)\s+$", re.IGNORECASE)
_ABOUT = re.compile(r"\b(?:about|around|nearly|almost|some|roughly|approximately|close to|as many as|up to)\s+$", re.IGNORECASE)
_LOOK_BACK = 4  # words before a number that may qualify it
_NUMBER = re.compile(r"\d[\d,]*$")
_REACH = 6  # tokens between "death toll" or "dead" and its number


@dataclass(frozen=True, slots=True)
class Toll:
    """One statement of harm, and the word it hangs on."""

    harm: Harm
    count: Count
    token: Token
    victims: tuple[Token, ...] = ()


def tolls(sentence: Span, triggers: Iterable[Trigger], ontology: Ontology, parties: PartyReader) -> list[Toll]:
    """What a sentence tells of the killed and injured: from the verbs and nouns of harm, and from "25 dead"."""
    found = []
    for trigger in triggers:
        if trigger.sense.harm is None:
            continue
        victims = _victims(trigger)
        count = count_people(victims, ontology.numbers, parties)
        if count is not None:
            found.append(Toll(trigger.sense.harm, count, trigger.anchor, tuple(victims)))
    found += _adjectives(sentence, ontology)
    return found


def _victims(trigger: Trigger) -> list[Token]:
    """Who suffered: the object, of "die" the subject, of a noun what follows "of", or the noun itself when it is counted."""
    if trigger.kind == "noun":
        if children(trigger.anchor, "nummod") or trigger.anchor.lower_ in ("casualties", "deaths", "fatalities", "injuries"):
            return [trigger.anchor]
        return list(trigger.arguments.recipients)
    return list(trigger.arguments.recipients or trigger.arguments.actors)


def count_people(heads: Iterable[Token], numbers: Mapping[str, tuple[int, int | None]], parties: PartyReader) -> Count | None:
    """How many people these noun phrases are together; None when one of them does not say."""
    low, high, texts = 0, 0, []
    bounded: int | None = high
    for head in heads:
        one = _count(head, numbers, parties)
        if one is None:
            return None
        low += one[0]
        bounded = None if bounded is None or one[1] is None else bounded + one[1]
        texts.append(one[2])
    if not texts or low > MAX_TOLL:
        return None
    return Count(low=low, high=bounded, text=" and ".join(texts)[:200])


def _count(head: Token, numbers: Mapping[str, tuple[int, int | None]], parties: PartyReader) -> tuple[int, int | None, str] | None:
    """Least, most and words of one noun phrase."""
    phrase = noun_phrase(head)
    start = phrase.start
    quantity = next((token for token in children(head, "nummod") if token.i < head.i), head if head.tag_ == "CD" else None)
    if quantity is None and head.lower_ in numbers and head.pos_ == "NOUN":
        quantity = head  # "dozens of people"
    if quantity is not None:
        bounds = number_before(quantity, numbers)
        return None if bounds is None else (*bounds, head.doc[min(start, quantity.i) : head.i + 1].text)
    if not parties.is_person(head) and head.lower_ not in ("casualties", "deaths", "fatalities", "injuries"):
        return None
    determiner = next((child.lower_ for child in children(head, "det", "amod") if child.lower_ in numbers), None)
    if determiner is not None and determiner not in ("a", "an"):
        return (*numbers[determiner], phrase.text)
    if head.tag_ in ("NN", "NNP", "PRP") and head.lower_ not in ("they", "them", "we", "us", "people", "police", "crew", "family", "group"):
        return 1, 1, phrase.text
    return None


def number_before(token: Token, numbers: Mapping[str, tuple[int, int | None]]) -> tuple[int, int | None] | None:
    """The range a number word stands for, with what qualifies it: "at least 25", "about fifty", "two dozen"."""
    first = min([token.i, *(child.i for child in children(token, "compound", "nummod") if child.i == token.i - 1)])
    bounds = _value(token.doc[first : token.i + 1], numbers)
    if bounds is None:
        return None
    low, high = bounds
    if _plain(token.doc[first].lower_, numbers):
        before = "".join(left.text_with_ws for left in token.doc[max(0, first - _LOOK_BACK) : first])
        if _AT_LEAST.search(before):
            return low, None
        if _MORE_THAN.search(before):
            return low + 1, None
        if _ABOUT.search(before):
            return int(low * (1 - ABOUT)), int((high or low) * (1 + ABOUT))
    return low, high


def _plain(word: str, numbers: Mapping[str, tuple[int, int | None]]) -> bool:
    return bool(_NUMBER.match(word)) or word in numbers


def _value(words: Span, numbers: Mapping[str, tuple[int, int | None]]) -> tuple[int, int | None] | None:
    low, high = 1, 1
    bounded: int | None = high
    for token in words:
        word = token.lower_
        if _NUMBER.match(word):
            digits = word.replace(",", "")
            value: tuple[int, int | None] = (int(digits), int(digits)) if len(digits) <= 9 else (MAX_TOLL + 1, None)
        elif "-" in word and all(part in numbers for part in word.split("-", 1)):
            tens, ones = (numbers[part] for part in word.split("-", 1))
            value = (tens[0] + ones[0], tens[0] + ones[0])
        elif word in numbers:
            value = numbers[word]
        else:
            return None
        low *= value[0]
        bounded = None if bounded is None or value[1] is None else bounded * value[1]
    return (low, bounded) if low <= MAX_TOLL else None


def _adjectives(sentence: Span, ontology: Ontology) -> list[Toll]:
    """Counts that stand beside an adjective ("13 dead", "leaving 40 people injured") or a toll ("the death toll rose to 30")."""
    found = []
    cues = ontology.cues
    for token in sentence:
        harm: Harm | None = "killed" if token.lower_ in cues.dead else "injured" if token.lower_ in cues.hurt else None
        if harm is not None and token.tag_ in ("JJ", "VBN", "VBD", "NN", "RB"):
            if (number := _number_left(token, sentence, ontology)) is not None:
                found.append(Toll(harm, number, token))
        elif token.lower_ == "toll":
            for right in sentence.doc[token.i + 1 : min(token.i + 1 + _REACH, sentence.end)]:
                bounds = number_before(right, ontology.numbers) if right.tag_ == "CD" else None
                if bounds is not None:
                    found.append(Toll("killed", Count(low=bounds[0], high=bounds[1], text=sentence.doc[token.i : right.i + 1].text), token))
                    break
    return found


def _number_left(token: Token, sentence: Span, ontology: Ontology) -> Count | None:
    """The number that counts the people an adjective speaks of, a few words before it, with nothing but them between."""
    for i in range(token.i - 1, max(sentence.start, token.i - _REACH) - 1, -1):
        left = sentence.doc[i]
        if left.tag_ == "CD" or left.lower_ in ("dozens", "scores", "hundreds", "no"):
            bounds = number_before(left, ontology.numbers)
            return None if bounds is None else Count(low=bounds[0], high=bounds[1], text=sentence.doc[i : token.i + 1].text)
        if left.lower_ not in ("others", "more", "also", "were", "was", "seriously", "critically", "people", "and", "left", "badly") and (
            left.lemma_.lower() not in ontology.cues.victims
        ):
            return None
    return None
