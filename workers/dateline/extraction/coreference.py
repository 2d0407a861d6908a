"""Coreference: whom a pronoun or a bare description ("he", "the group", "the suspect") stands for.

    links = read_mentions(doc, lexicon)
    head = links.antecedent(token)          # the head of the noun phrase it stands for, or None

Light on purpose: one pass over the document, then a look back over a bounded number of mentions. A name is preferred to a description, a
subject to what is no subject, the nearer to the farther; nothing is guessed where number or kind disagree.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from dateline.extraction.actors import ActorLexicon
from dateline.extraction.grammar import SUBJECTS, children, climb, forms, is_aged
from dateline.language import Doc, Token

_LOOK_BACK = 14  # mentions: about three sentences of news
_HE, _SHE = frozenset({"he", "him", "his", "himself"}), frozenset({"she", "her", "hers", "herself"})
_THEY = frozenset({"they", "them", "their", "theirs", "themselves"})
_IT = frozenset({"it", "its", "itself"})
_SPEAKER = frozenset({"i", "me", "my", "we", "us", "our", "ourselves"})
PRONOUNS = _HE | _SHE | _THEY | _IT | _SPEAKER
_DEFINITE = frozenset({"the", "this", "that", "these", "those"})
_OFFICES = frozenset({"police", "state", "justice", "military"})
_PLACED = frozenset({"in", "on", "at", "near"})
_AGE = range(5, 110)
_BODIES = frozenset({"ORG", "GPE", "NORP"})


@dataclass(frozen=True, slots=True)
class Mentions:
    """Who is named or described in a document, by the heads of the noun phrases, in text order."""

    lexicon: ActorLexicon
    heads: list[Token] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    holders: dict[str, list[Token]] = field(default_factory=dict)  # persons by the nouns of their titles

    def antecedent(self, token: Token) -> Token | None:
        """What this pronoun or bare description stands for; None where it stands for itself or nothing fits."""
        if token.lower_ in _SPEAKER:
            return self._speaker(token)
        if token.lower_ in PRONOUNS:
            return self._nearest(token, self._agreeing(token, self._before(token)))
        held = self._office_holder(token)
        if held is not None:
            return held
        if not self._is_bare(token):
            return None
        return self._nearest(token, self._like(token, self._before(token)))

    def introduced(self, token: Token) -> list[Token]:
        """The names of whom news describes first and names then: "A Lakeview man was arrested. Ian Holt, 34, …", "two men …"."""
        if token.pos_ != "NOUN" or not self._is_human(token) or any(child.lower_ in _DEFINITE for child in children(token, "det", "poss")):
            return []
        said = self._identified(token)
        if said is not None:
            return [said]
        if token.lemma_.lower() not in self.lexicon.strangers:
            return []
        plural = _is_plural(token)
        sex = None if plural else self._sex(token)
        place = bisect_left(self.positions, token.i + 1)
        named = []
        for one in self.heads[place : place + _LOOK_BACK]:
            if one.sent.start > token.sent.start and _sentences_between(token, one) > 2:
                break
            if one.ent_type_ == "PERSON" and has_age(one) and (sex is None or self._sex(one) in (None, sex)):
                named += [one, *(other for other in children(one, "conj") if plural and other.ent_type_ == "PERSON")]
                break
        return named if plural else named[:1]

    def _identified(self, token: Token) -> Token | None:
        """ "a man identified as Ian Holt", "a man who was named as Ian Holt"."""
        for verb in (*children(token, "acl", "relcl"), token.head):
            if verb.lemma_.lower() not in ("identify", "name") or (verb.i == token.head.i and token.dep_ != "nsubjpass"):
                continue
            named = [one for prep in children(verb, "prep") if prep.lower_ == "as" for one in children(prep, "pobj")]
            found = next((one for one in (*named, *children(verb, "oprd")) if one.ent_type_ == "PERSON"), None)
            if found is not None:
                return found
        return None

    def _before(self, token: Token) -> list[Token]:
        """The mentions before a token, the nearest first."""
        place = bisect_left(self.positions, token.i)
        return self.heads[max(0, place - _LOOK_BACK) : place][::-1]

    def _nearest(self, token: Token, found: Iterable[Token]) -> Token | None:
        """A subject of a clause above; else of the nearest sentence with any its subject, or the nearest in it."""
        candidates = list(found)
        told = self._teller(token) if token.lower_ in PRONOUNS else None
        if told is not None:
            return told
        above = {child.i for clause in climb(token) for child in children(clause, *SUBJECTS)}
        in_clause = next((one for one in candidates if one.i in above), None)
        if in_clause is not None or not candidates:
            return in_clause
        start = candidates[0].sent.start
        same = [one for one in candidates if one.i >= start]
        return next((one for one in same if one.dep_ in SUBJECTS), same[0])

    def _agreeing(self, pronoun: Token, mentions: Iterable[Token]) -> Iterator[Token]:
        word = pronoun.lower_
        own = _subjects_of(pronoun.head) if pronoun.dep_ in ("dobj", "dative") else set()
        for one in mentions:
            if one.i in own:
                continue  # "the man shot him"
            if word in _IT:
                fits = not self._is_human(one) and not _is_plural(one)
            elif word in _THEY:
                fits = _is_plural(one) or one.ent_type_ in ("ORG", "NORP") or one.lower_ == "police"
            else:
                fits = self._is_human(one) and not _is_plural(one) and self._sex(one) != ("f" if word in _HE else "m")
            if fits:
                yield one

    def _teller(self, pronoun: Token) -> Token | None:
        """ "The firm said it would pay": who speaks of himself, however he is named."""
        verb = pronoun.head
        if pronoun.dep_ not in SUBJECTS or verb.dep_ != "ccomp" or verb.head.lemma_.lower() not in self.lexicon.sayings:
            return None
        teller = next((child for child in children(verb.head, *SUBJECTS) if child.i < pronoun.i and child.lower_ not in PRONOUNS), None)
        if teller is not None and pronoun.lower_ in _IT and self._is_human(teller):
            teller = next((child for child in children(teller, "compound", "poss") if child.ent_type_ in _BODIES), None)
        if teller is None or teller.tag_ in ("WDT", "WP", "EX") or (pronoun.lower_ in _HE | _SHE) != self._is_human(teller):
            return None
        return teller if _is_plural(teller) <= (pronoun.lower_ in _THEY) else None

    def _sex(self, one: Token) -> str | None:
        words = {one.lower_, *(child.lower_.rstrip(".") for child in children(one, "compound", "appos"))}
        if words & self.lexicon.female:
            return "f"
        return "m" if words & self.lexicon.male else None

    def _office_holder(self, token: Token) -> Token | None:
        """ "the Turkish president": the last one named with that title."""
        known = self.holders.get(token.lemma_.lower())
        if not known or token.pos_ != "NOUN" or children(token, "prep", "relcl", "acl", "appos", "poss", "compound"):
            return None
        if _is_plural(token) or not any(child.lower_ == "the" for child in children(token, "det")):
            return None
        place = bisect_left(known, token.i, key=lambda one: one.i)
        return known[place - 1] if place else None

    def _is_bare(self, token: Token) -> bool:
        """ "the suspect", "the 49-year-old man": says nothing of who it is, so somebody told before."""
        if (
            (token.pos_ != "NOUN" and not is_aged(token))
            or token.ent_type_ in _BODIES
            or children(token, "relcl", "acl", "appos", "poss", "nummod", "compound")
            or (children(token, "prep") and not is_aged(token))
        ):
            return False
        if any(child.lower_ != "old" for child in children(token, "amod")):
            return False
        return any(child.lower_ in _DEFINITE for child in children(token, "det")) and self._kind(token) is not None

    def _like(self, token: Token, mentions: Iterable[Token]) -> Iterator[Token]:
        """Named mentions that a description fits: a person by "the suspect", a body by "the group"."""
        kind, plural = self._kind(token), _is_plural(token)
        group = token.lemma_.lower() in self.lexicon.groups
        human = kind in self.lexicon.single_kinds and token.lemma_.lower() not in self.lexicon.bodies | self.lexicon.groups
        for one in mentions:
            if not one.ent_type_ or (one.sent.start < token.sent.start and _sentences_between(one, token) > 2):
                continue
            if human and not plural:
                fits = one.ent_type_ == "PERSON" and not children(one, "conj") and not self._is_bystander(one)
            elif group or plural:
                fits = self._known_kind(one) == kind or (group and one.ent_type_ in ("ORG", "NORP"))
            else:
                fits = False
            if fits:
                yield one

    def _is_bystander(self, person: Token) -> bool:
        """Named as a source or by an office: not whom "the man" or "the suspect" stands for."""
        if person.dep_ in SUBJECTS and person.head.lemma_.lower() in self.lexicon.sayings:
            return True
        if (person.dep_ == "pobj" and person.head.lower_ in _PLACED) or person.lower_ in self.lexicon.ways:
            return True  # a street, taken for a person
        beside = children(person, "compound", "appos", "nmod")
        return any(self._kind(token) in _OFFICES for token in beside)

    def _speaker(self, token: Token) -> Token | None:
        """Whose words a quotation is: the subject of the verb of saying above it or beside it."""
        for above in climb(token):
            for verb in (above, *children(above, "parataxis", "ccomp")):
                said = verb.lemma_.lower() in self.lexicon.sayings
                speaker = next((child for child in children(verb, *SUBJECTS) if child.i != token.i), None) if said else None
                if speaker is not None and speaker.lower_ not in PRONOUNS:
                    return speaker
        return None

    def _is_human(self, token: Token) -> bool:
        if (token.ent_type_ and not is_aged(token)) or token.lemma_.lower() in self.lexicon.bodies:
            return token.ent_type_ == "PERSON"
        return self._kind(token) in self.lexicon.single_kinds

    def _kind(self, token: Token) -> str | None:
        if is_aged(token):
            return "civilians"
        return next((self.lexicon.kinds[form] for form in forms(token) if form in self.lexicon.kinds), None)

    def _known_kind(self, token: Token) -> str | None:
        found = self.lexicon.find([token.text])
        return found[0][2].kind if found else None


def read_mentions(doc: Doc, lexicon: ActorLexicon) -> Mentions:
    """Collect who is named or described in a document."""
    mentions = Mentions(lexicon)
    for token in doc:
        inside = token.dep_ in ("compound", "nmod", "amod") and token.head.i > token.i
        named = token.ent_type_ in _BODIES or token.ent_type_ == "PERSON"
        described = (
            (token.pos_ == "NOUN" or is_aged(token)) and mentions._kind(token) is not None and token.lemma_.lower() not in lexicon.things
        )
        if not inside and (named or described):
            if token.ent_type_ == "PERSON":
                for title in (*children(token, "compound", "appos", "nmod"), *_before_name(token)):
                    if not title.ent_type_ and mentions._kind(title) is not None:
                        mentions.holders.setdefault(title.lemma_.lower(), []).append(token)
            mentions.heads.append(token)
            mentions.positions.append(token.i)
    return mentions


def _subjects_of(verb: Token) -> set[int]:
    """Where the subjects of a verb stand, also those it shares with the verb it is joined to."""
    found = {child.i for child in children(verb, *SUBJECTS)}
    joined = verb.dep_ == "conj" and not found and verb.head.pos_ in ("VERB", "AUX")
    return {child.i for child in children(verb.head, *SUBJECTS)} if joined else found


def _is_plural(token: Token) -> bool:
    return token.tag_ in ("NNS", "NNPS") or bool(children(token, "conj"))


def _sentences_between(one: Token, other: Token) -> int:
    """Sentence ends between two tokens."""
    return sum(1 for token in one.doc[one.i + 1 : other.i + 1] if token.is_sent_start)


def has_age(person: Token) -> bool:
    """ "Ian Holt, 34,": the way news introduces somebody."""
    doc = person.doc
    after = doc[person.i + 1 : person.i + 3]
    return len(after) == 2 and after[0].text == "," and after[1].text.isdecimal() and len(after[1]) < 4 and int(after[1].text) in _AGE


def _before_name(person: Token) -> list[Token]:
    """The word before a name: its title, wherever the parser hung it."""
    start = person.i
    while start > person.sent.start and person.doc[start].ent_iob_ == "I":
        start -= 1
    return [person.doc[start - 1]] if start > person.sent.start else []
