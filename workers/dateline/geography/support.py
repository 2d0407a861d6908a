"""What speaks for and against reading a hit as a place: features with names, which config/geography/recognition.json weighs.

Asked of each hit: what spaCy takes it for, and how much of that entity it is; the words on both sides; how well known its places are;
what the same name is taken for elsewhere in the text; and whether it lies where other names of the text lie.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dateline.geography import cues
from dateline.geography.gazetteer import Gazetteer
from dateline.geography.hits import Hit, Words
from dateline.records import Level

if TYPE_CHECKING:  # spaCy takes two seconds to load, and whoever only opens the gazetteer does not need it
    from dateline.language import Doc, Span

_DATELINE_WITHIN = 12  # tokens from the start of the text
_SIZES = (1, 1_000, 10_000, 100_000, 1_000_000)  # people: the steps in which a town's size counts
_GROUPS = {
    **{label: label for label in ("GPE", "LOC", "FAC", "ORG", "PERSON", "NORP")},
    **dict.fromkeys(["EVENT", "WORK_OF_ART", "LAW", "PRODUCT", "LANGUAGE"], "TITLE"),
}
_LEVELS: tuple[Level | None, ...] = (None, "country", "admin1", "admin2", "city", "site")
_LISTED = frozenset([",", "and", "or", "&", "/", "-"])
_MAX_LIST = 20  # names: how far ahead the word that closes a list is looked for
_MAX_BETWEEN = 5  # words between a name and the preposition before it, or what it is called behind it
_POSSESSIVE = frozenset(["'s", "’s", "'", "’"])


class Support:
    """One text being read: its hits, who its persons are, and the questions asked of each hit."""

    def __init__(self, doc: Doc, words: Words, gazetteer: Gazetteer, hits: Sequence[Hit]) -> None:
        self._words = words
        self._gazetteer = gazetteer
        self._starting = {hit.start: hit for hit in hits}
        self._ending = {hit.end: hit for hit in hits}
        self._entity_at: dict[int, Span] = {token: entity for entity in doc.ents for token in range(entity.start, entity.end)}
        self._group_at = {hit.start: _GROUPS.get(self._label(hit), "NONE") for hit in hits}
        self._begins = {sentence.start for sentence in doc.sents}
        self._persons, self._surnames, self._first_names = _persons(doc)
        self._standing = {hit.name: self._standing_of(hit) for hit in hits}
        self._seen = self._read_names(hits)
        self._spoken = self._read_regions(hits)

    def features(self, hit: Hit) -> list[str]:
        """The names of what is true of this hit: each alone, with what spaCy takes the name for, and in pairs that mean more together."""
        group, part = self._group_at[hit.start], self._part(hit)
        before, after, cue = f"before {self._before(hit)}", f"after {self._after(hit)}", f"cue {self._cue(hit)}"
        standing, discourse = self._standing[hit.name], self._discourse(hit)
        size, lies = standing[1], discourse[-1]
        plain = [*standing, *discourse, before, after, cue]
        more = [group, f"{group}: {part}", f"{size}, {lies}", f"{before}, {after}"]
        more += [f"{group}: {part}, {feature}" for feature in (before, after, cue, size, lies)]
        if self._gazetteer.is_common_word(hit.name):
            plain.append("common word")
            more += [f"common word, {cue}", f"common word, {part}"]
        if hit.loose:
            more.append("loose")
        if self._is_dateline(hit):
            more.append("dateline")
        return [*plain, *(f"{group}: {feature}" for feature in plain), *more]

    def is_somebody(self, hit: Hit) -> bool:
        """ "President Washington": whoever bears a title is no place, however well known the place is."""
        return self._before(hit) == "title"

    def is_nested(self, hit: Hit) -> bool:
        """Whether the name is part of the name of something else: "Aleppo" in "Aleppo University"."""
        return self._group_at[hit.start] in ("ORG", "FAC", "TITLE") and self._part(hit) not in ("whole", "across") and not self.head(hit)[1]

    def container(self, hit: Hit) -> str | None:
        """The name after a comma, when that may contain what this hit may mean: "Paris, Texas"."""
        at = hit.end
        if at + 1 >= len(self._words.words) or self._words.words[at] not in (",", "("):
            return None
        after = self._starting.get(at + 1)
        return after.name if after is not None and self._may_contain(after, hit) and not self._are_listed(hit, after) else None

    def _are_listed(self, hit: Hit, after: Hit) -> bool:
        """Whether both are of one kind with what stands before or behind them: in "Washington, Utah and Idaho" none contains another."""
        words = self._words.lower
        at = after.end
        for _ in range(2):  # a comma and an "and"
            at += at < len(words) and words[at] in _LISTED
        around = [self._starting.get(at) if at > after.end else None]
        if hit.start and words[hit.start - 1] in _LISTED:
            around.append(self._ending.get(hit.start - 1))
        kinds = self._kinds(hit) & self._kinds(after)
        return bool(kinds) and any(one is not None and kinds & self._kinds(one) for one in around)

    def _kinds(self, hit: Hit) -> set[tuple[Level, int]]:
        """The levels of the countries and states that a name may mean; of a state also its country."""
        found: set[tuple[Level, int]] = set()
        for match in hit.matches:
            level = self._gazetteer.level(match.entry)
            if level in ("country", "admin1") and not match.adjective:
                found.add((level, -1 if level == "country" else self._gazetteer.country[match.entry]))
        return found

    def head(self, hit: Hit) -> tuple[int, Level | None]:
        """What the text calls the place ("X province", "the city of X"), and where the name with such a word behind it ends."""
        words = self._words.lower
        at = hit.end
        while at < min(len(words), hit.end + _MAX_BETWEEN) and words[at] in cues.HEAD_MODIFIERS:
            at += 1
        if at < len(words) and (level := cues.HEADS.get(words[at])) is not None:
            return at + 1, level
        if hit.start > 1 and words[hit.start - 1] == "of" and words[hit.start - 2] in cues.HEADS_BEFORE:
            return hit.end, cues.HEADS_BEFORE[words[hit.start - 2]]
        return hit.end, self._shared_head(hit)

    def _shared_head(self, hit: Hit) -> Level | None:
        """What closes the list that the name stands in: "X, Y and Z counties"."""
        words = self._words.lower
        at = hit.end
        for _ in range(_MAX_LIST):
            if at < len(words) and words[at] in cues.HEADS_OF_LISTS:
                return cues.HEADS_OF_LISTS[words[at]]
            for _ in range(2):  # a comma and an "and"
                at += at < len(words) and words[at] in _LISTED
            following = self._starting.get(at)
            if following is None:
                return None
            at = following.end
        return None

    def label(self, hit: Hit) -> str:
        return self._group_at[hit.start]

    def _label(self, hit: Hit) -> str:
        entity = self._entity_at.get(hit.start)
        return entity.label_ if entity is not None else ""

    def _part(self, hit: Hit) -> str:
        """How much of spaCy's entity the name is."""
        entity = self._entity_at.get(hit.start)
        if entity is None:
            return "whole"
        start = entity.start + (entity[0].lower_ == "the")
        end = entity.end - (entity[-1].lower_ in _POSSESSIVE)
        if hit.end > entity.end:
            return "across"
        if hit.start <= start:
            return "whole" if hit.end >= end else "first"
        return "last" if hit.end >= end else "inside"

    def _standing_of(self, hit: Hit) -> list[str]:
        """What holds for a name wherever it stands."""
        places = [match for match in hit.matches if not match.adjective]
        main = [match for match in places if match.primary]
        levels = {self._gazetteer.level(match.entry) for match in main or places}
        level = next((level for level in _LEVELS if level in levels), None)
        people = max((self._gazetteer.population[match.entry] for match in main), default=0)
        size = sum(people >= step for step in _SIZES)
        told = [f"level {level}", f"size {size}", f"words {min(hit.end - hit.start, 3)}"]
        if not main:
            told.append("other name")
        if _is_short(hit):
            told.append("initials" if self._is_initials(hit) else "short")
        if hit.name.isupper() and len(hit.name) > 3:
            told.append("capitals")
        spelled = [word.lower() for word in hit.name.split()]
        if all(word in cues.DIRECTIONS for word in spelled):
            told.append("direction")
        elif spelled[0] in cues.DIRECTIONS:
            told.append("begins with direction")
        if len(spelled) > 1 and all(self._gazetteer.is_common_word(word) for word in spelled):
            told.append("common words")
        return told

    def _before(self, hit: Hit) -> str:
        at = hit.start - 1
        words = self._words
        if hit.start in self._begins or at < 0:
            return "start"
        word = words.lower[at]
        if words.capital[at]:
            known = "title" if word in cues.PERSON_TITLES else "place" if hit.start in self._ending else None
            return known or ("direction" if word in cues.FILLERS else "common" if self._gazetteer.is_common_word(word) else "capital")
        if word == "-" and at and words.words[at - 1] in cues.PARTIES:
            return "party"
        if word in _LISTED:
            before = self._ending.get(at)
            if before is None:
                return "comma" if word == "," else "joined"
            contained = word == "," and self._may_contain(hit, before)
            return "contained" if contained else f"list {'place' if self._group_at[before.start] == 'GPE' else 'other'}"
        if word == "the" or word.isdigit():
            return "the" if word == "the" else "digit"
        return "other" if word.isalpha() else "money" if word == "$" else "mark"

    def _after(self, hit: Hit) -> str:
        words = self._words
        if self.container(hit) is not None:
            return "container"
        if self.head(hit)[1] is not None:
            return "head"
        at = hit.end
        if at >= len(words.words):
            return "end"
        word = words.lower[at]
        if word in cues.NOT_A_PLACE_BEFORE and words.capital[at]:
            return "stranger"
        if word in cues.INSTITUTIONS:
            return "institution" if words.capital[at] else "small institution"
        if word in _POSSESSIVE:
            return "possessive"
        if word in _LISTED:
            following = self._starting.get(at + 1)
            return "listed" if following is None else f"list {'place' if self._group_at[following.start] == 'GPE' else 'other'}"
        if words.capital[at]:
            return "capital"
        if word in cues.EPONYMS:
            return "eponym"
        return "inhabitant" if word in cues.INHABITANTS else "speech" if word in cues.SPEECH else "other" if word.isalpha() else "mark"

    def _cue(self, hit: Hit) -> str:
        words = self._words.lower
        at = hit.start - 1
        while at >= max(0, hit.start - _MAX_BETWEEN) and words[at] in cues.FILLERS:
            at -= 1
        word = words[at] if at >= 0 else ""
        if word in cues.STRONG_CUES:
            return "strong"
        if word in cues.WEAK_CUES:
            return word if word in ("of", "from", "at", "to") else "weak"
        return "none"

    def _discourse(self, hit: Hit) -> list[str]:
        """What the rest of the text says of this name, and of where it lies."""
        told = []
        if hit.name in self._persons:
            told.append("of a person")
        if hit.name in self._surnames:
            told.append("a surname")
        if hit.name in self._first_names:
            told.append("a first name")
        own = self._taken_for(hit)
        told += sorted(f"elsewhere {taken}" for taken, count in self._seen[hit.name].items() if count > own.count(taken))
        speaking = [self._spoken[region] for region in self._regions_of(hit) if region in self._spoken]
        names = max((len(spoken) - (hit.name in spoken) for spoken in speaking), default=0)
        told.append(f"lies in spoken {'nothing' if names == 0 else 'one' if names == 1 else 'many'}")
        return told

    def _taken_for(self, hit: Hit) -> list[str]:
        """What this one hit would tell of others of its name."""
        group = self._group_at[hit.start]
        taken = [group if self._part(hit) == "whole" else f"in {group}"]
        if self._cue(hit) == "strong":
            taken.append("cued")
        if self.container(hit) is not None:
            taken.append("contained")
        return taken

    def _read_names(self, hits: Sequence[Hit]) -> dict[str, Counter[str]]:
        """How often each name is taken for what in the text."""
        seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for hit in hits:
            seen[hit.name].update(self._taken_for(hit))
        return seen

    def _read_regions(self, hits: Sequence[Hit]) -> dict[int, set[str]]:
        """Which names speak of each country and subdivision: by naming it, or a place that its neighbour says it contains."""
        spoken: dict[int, set[str]] = defaultdict(set)
        for hit in hits:
            if self._group_at[hit.start] not in ("GPE", "LOC", "NORP") and not hit.is_adjective and self.container(hit) is None:
                continue
            for match in hit.matches:
                if self._gazetteer.level(match.entry) in ("country", "admin1", "admin2"):
                    spoken[match.entry].add(hit.name)
        return spoken

    def _regions_of(self, hit: Hit) -> set[int]:
        gazetteer = self._gazetteer
        around = set()
        for match in hit.matches:
            if not match.adjective:
                around |= {gazetteer.admin1[match.entry], gazetteer.admin2[match.entry]} - {-1, match.entry}
        return around

    def _may_contain(self, outer: Hit, inner: Hit) -> bool:
        above = {match.entry for match in outer.matches if self._gazetteer.level(match.entry) in ("country", "admin1", "admin2")}
        gazetteer = self._gazetteer
        return any(
            not above.isdisjoint((gazetteer.country[match.entry], gazetteer.admin1[match.entry], gazetteer.admin2[match.entry]))
            and match.entry not in above
            for match in inner.matches
            if not match.adjective
        )

    def _is_initials(self, hit: Hit) -> bool:
        """ "U.S.", "UAE", "N.C." or a short name written out; "500 B.C." is a year."""
        usual = [match for match in hit.matches if match.primary and not match.abbreviation]
        if hit.name.isupper():
            # "IG" is not the town of Ig: capitals stand for a longer name
            usual = [match for match in usual if self._gazetteer.entry(match.entry).name.upper() != hit.name]
        if not usual or (hit.start and self._words.words[hit.start - 1].isdigit()):
            return False
        return hit.name.isupper() or len(hit.name) > 2

    def _is_dateline(self, hit: Hit) -> bool:
        """ "BEIRUT (AP) —", "LONDON, Ont. -": a name in capitals at the start of the text, with a dash soon after."""
        if hit.start >= _DATELINE_WITHIN or not hit.name.isupper() or len(hit.name) < 4:
            return False
        return any(word in ("-", "--", "—", "–", "(") for word in self._words.words[hit.end : hit.end + 4])


def _is_short(hit: Hit) -> bool:
    """Abbreviations, and what is so short that it may be one."""
    return all(match.abbreviation for match in hit.matches) or len(hit.name.replace(".", "")) < 4


def _is_institution(entity: Span) -> bool:
    """Whether spaCy took "Alexandria Police" for a person."""
    return any(token.lower_ in cues.INSTITUTIONS for token in entity)


def _persons(doc: Doc) -> tuple[set[str], set[str], set[str]]:
    """All words of the full names of the text's persons; the surnames (possessive or not) among them; the first names."""
    full = [entity for entity in doc.ents if entity.label_ == "PERSON" and len(entity) > 1 and not _is_institution(entity)]
    words = {token.text for entity in full for token in entity}
    surnames = {token.text for entity in full for token in entity[-2:] if token.i > entity.start and token.text[0].isupper()}
    return words, surnames, {entity[0].text for entity in full}
