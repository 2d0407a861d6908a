"""Numbers of harm: those beside "dead", "injured", "kills", and beside "death toll", in sentences and headlines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dateline.extraction.grammar import children, forms
from dateline.extraction.harm import REFLEXIVES, Suffered, Toll, is_unreal, was_feared
from dateline.extraction.head_count import ABOUT, number_before
from dateline.extraction.ontology import Cues, Ontology
from dateline.extraction.parties import PartyReader
from dateline.language import Span, Token
from dateline.records import Count

_REACH = 6  # tokens between a number and "dead", "killed", "toll"
_TOLL_REACH = 15  # tokens between "death toll" and its number
_STANDS = frozenset({"to", "at", "of", "is", "was"})
_DEATHS = frozenset({"deaths", "fatalities", "casualties"})
_BETWEEN = frozenset({"other", "others", "more", "also"})
_QUALIFIERS = frozenset(
    {"at", "least", "as", "many", "up", "to", "more", "than", "over", "about", "around", "nearly", "almost", "some", "another"}
)
_NO_COUNT = frozenset({"a", "an", "another", "couple"})
_LARGE = 1000  # a number beside "killed" without a word for people: from here on more likely a year or an address


@dataclass(frozen=True, slots=True)
class NumberReader:
    """Reads the numbers of one sentence."""

    sentence: Span
    ontology: Ontology
    parties: PartyReader

    @property
    def cues(self) -> Cues:
        return self.ontology.cues

    def read(self) -> Iterator[Toll]:
        """Numbers beside a word of harm ("13 dead", "leaving 40 people injured", "kills 5"), or beside "death toll"."""
        for token in self.sentence:
            harm = None if self._is_toll(token) or was_feared(token) else self._word_of_harm(token)
            if harm is not None and not is_unreal(token, self.cues):
                number = self._number_left(token) or self._number_right(token)
                if number is not None:
                    yield Toll(harm, number, token)
            elif self._is_toll(token):
                yield from self._death_toll(token)

    def _word_of_harm(self, token: Token) -> Suffered | None:
        words, cues = set(forms(token)), self.cues
        if token.lower_ in cues.dead or words & cues.kill_verbs or (self.parties.is_title and words & cues.die_verbs):
            return "killed"
        if self.parties.is_title and token.lemma_.lower() == "claim" and any(child.tag_ == "CD" for child in children(token, "dobj")):
            return "killed"  # "flood claims 23"
        if token.lower_ in cues.hurt or words & cues.hurt_verbs:
            return "injured"
        if words & cues.hit_verbs or (self.parties.is_title and token.lower_ in cues.hit_words):
            beside = self.sentence.doc[max(0, token.i - 1) : token.i + 2]
            return "killed" if any(word.lower_ in cues.dead for word in beside) else "hit"
        return None

    def _death_toll(self, toll: Token) -> Iterator[Toll]:
        """ "Death toll rose on Monday to 23", "toll passes 200", "taking the number of fatalities to six"."""
        for right in self.sentence.doc[toll.i + 1 : min(toll.i + 1 + _TOLL_REACH, self.sentence.end)]:
            if right.tag_ != "CD" or not self._counts_people(right):
                continue
            between = [left for left in self.sentence.doc[toll.i + 1 : right.i] if left.lower_ == "to" or left.lower_ not in _QUALIFIERS]
            before = between[-1] if between else toll
            bounds = number_before(right, self.ontology.numbers) if self._stands_at(before) else None
            if bounds is not None:
                low, high = bounds
                if set(forms(before)) & self.cues.pass_words and high is not None:
                    high = int(high * (1 + ABOUT))
                yield Toll("killed", Count(low=low, high=high, text=self.sentence.doc[toll.i : right.i + 1].text), toll)
                return

    def _stands_at(self, word: Token) -> bool:
        return word.lower_ in _STANDS or bool(set(forms(word)) & (self.cues.pass_words | self.cues.reach_verbs))

    def _is_toll(self, token: Token) -> bool:
        """ "Toll", not "toll-free" or one that is paid; "the number of deaths"."""
        if token.lower_ == "toll":
            return token.text_with_ws != token.text
        before = self.sentence.doc[max(self.sentence.start, token.i - 3) : token.i]
        return token.lower_ in self.cues.dead | _DEATHS and any(left.lower_ in ("number", "total") for left in before)

    def _number_left(self, harm: Token) -> Count | None:
        """The number of people a few words before, with nothing between but what describes them."""
        dies = bool(set(forms(harm)) & self.cues.die_verbs)
        if harm.pos_ == "VERB" and (self._has_object(harm) or (harm.tag_ not in ("VBN", "VBD") and not dies)):
            return None  # "two men killed a guard"
        people = False
        for i in range(harm.i - 1, max(self.sentence.start, harm.i - _REACH) - 1, -1):
            left = self.sentence.doc[i]
            if self._is_number(left):
                beside = people or i == harm.i - 1 or self.sentence.doc[i + 1].pos_ in ("ADJ", "ADV", "AUX", "VERB")
                bounds = number_before(left, self.ontology.numbers) if beside else None
                if self.sentence.doc[max(self.sentence.start, i - 2) : i].text.lower().rstrip("-").endswith("no"):
                    bounds = 0, 0  # "no one", "no-one"
                if bounds is None or (not people and bounds[0] >= _LARGE):
                    return None
                return Count(low=bounds[0], high=bounds[1], text=self.sentence.doc[i : harm.i + 1].text)
            person = left.lemma_.lower() in self.cues.victims
            people = people or person
            if (
                not person
                and left.lemma_ != "fear"
                and left.pos_ not in ("ADJ", "ADV", "AUX")
                and left.text not in ("-", "and")
                and left.lower_ not in _BETWEEN
            ):
                return None
        return None

    def _has_object(self, verb: Token) -> bool:
        """Whether it is told whom somebody harmed; in a headline the parser takes a place for it ("Four shot outside bar")."""
        objects = children(verb, "dobj")
        return any(not self.parties.is_title or self.parties.is_person(one) or children(one, "nummod") for one in objects)

    def _number_right(self, harm: Token) -> Count | None:
        """The number of people right behind a verb: "kills at least 5", "wounding two others", "fatally shoots self"."""
        if harm.pos_ not in ("VERB", "PROPN", "NOUN"):
            return None
        after = self.sentence.doc[harm.i + 1 : min(harm.i + 1 + _REACH, self.sentence.end)]
        for token in after:
            if token.lower_ in REFLEXIVES - {"themselves"}:
                return Count(low=1, high=1, text=token.text)
            if self._is_number(token):
                bounds = number_before(token, self.ontology.numbers) if self._counts_people(token) else None
                return (
                    None
                    if bounds is None or bounds[0] >= _LARGE
                    else Count(low=bounds[0], high=bounds[1], text=self.sentence.doc[harm.i : token.i + 1].text)
                )
            if token.lower_ not in _QUALIFIERS:
                return None
        return None

    def _counts_people(self, number: Token) -> bool:
        """Whether what follows a number is a word for people, or no noun at all."""
        for token in self.sentence.doc[number.i + 1 : min(number.i + 1 + _REACH, self.sentence.end)]:
            if token.lemma_.lower() in self.cues.victims or self.parties.is_person(token):
                return True
            if token.pos_ not in ("ADJ", "ADV"):
                return token.pos_ in ("PUNCT", "ADP", "CCONJ", "SCONJ") and token.text not in ("-", "–", "%")
        return True

    def _is_number(self, token: Token) -> bool:
        return token.tag_ == "CD" or (token.lower_ in self.ontology.numbers and token.lower_ not in _NO_COUNT)
