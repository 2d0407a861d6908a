"""The actor lexicon: names with one canonical form, role nouns, countries; read from config/actors.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_WORD_LISTS = (
    "quantities",
    "groups",
    "objects",
    "bodies",
    "undergoing",
    "receiving",
    "ways",
    "courts",
    "prosecution",
    "strangers",
    "single_kinds",
    "male",
    "female",
    "sayings",
    "reactions",
)
MAX_ACRONYM = 5  # letters: longer names in capitals are headline style, not acronyms


class ActorsError(ValueError):
    """The actors file is wrong; the message names the file and the mistake."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A known actor. `is_country`: a country's name or capital; `is_people`: a demonym, which names a people or modifies a role."""

    name: str
    kind: str | None
    country: str | None
    sector: str | None
    is_country: bool = False
    is_people: bool = False


@dataclass(frozen=True, slots=True)
class ActorLexicon:
    """What is known of actors. Names are indexed by their words; `longest` bounds how many words are looked at."""

    names: Mapping[tuple[str, ...], Actor]
    longest: int
    common: frozenset[tuple[str, ...]]  # names that are written without any capital
    kinds: Mapping[str, str]
    persons: frozenset[str]
    leaders: Mapping[str, str]  # countries, by the name of who led them
    things: frozenset[str]
    quantities: frozenset[str]  # nouns that count or gather others: "thousands of workers" are the workers
    groups: frozenset[str]  # nouns for a body that has a name elsewhere: "the group"
    objects: frozenset[str]  # things that are attacked, crashed or seized
    bodies: frozenset[str]  # role nouns that stand for a body of people, not for one of them
    courts: frozenset[str]  # nouns for who sentences
    prosecution: frozenset[str]  # nouns for who charges
    ways: frozenset[str]  # last words of street names, which look like persons' names
    strangers: frozenset[str]  # nouns that news describes an unnamed person with
    receiving: frozenset[str]  # verbs whose subject is given what their object names
    undergoing: frozenset[str]  # verb phrases whose subject is the recipient: "face charge"
    single_kinds: frozenset[str]  # kinds of role nouns that stand for human beings
    male: frozenset[str]
    female: frozenset[str]
    sayings: frozenset[str]  # verbs whose subject's words a quotation is
    reactions: frozenset[str]  # verbs whose subject only speaks of the event that their object names
    preps: Mapping[str, frozenset[str]]  # prepositions that lead to the recipient, by event type

    def find(self, words: Sequence[str]) -> list[tuple[int, int, Actor]]:
        """Known names among these words, longest first at each position, not overlapping, left to right."""
        found, start = [], 0
        while start < len(words):
            for end in range(min(len(words), start + self.longest), start, -1):
                actor = self._named(tuple(words[start:end]))
                if actor:
                    found.append((start, end, actor))
                    start = end - 1
                    break
            start += 1
        return found

    def _named(self, words: tuple[str, ...]) -> Actor | None:
        """A name as written, or in another case; one with a capital is no common word: "Amnesty" is not an amnesty."""
        lower = tuple(word.lower() for word in words)
        if words == lower and lower not in self.common:
            return None
        return self.names.get(words) or self.names.get(lower)


def load_actors(path: Path) -> ActorLexicon:
    """Read an actors file, or raise `ActorsError` naming file and mistake."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ActorsError(f"{path}: not TOML: {error}") from error
    names: dict[tuple[str, ...], Actor] = {}
    for number, table in enumerate(raw.get("actor", []), 1):
        actor = _actor(table, f"{path}: actor number {number}")
        for alias in (table["name"], *table.get("aliases", ())):
            _add(names, alias, actor, path)
    for country, forms in raw.get("countries", {}).items():
        _add_country(names, country, forms, path)
    kinds: dict[str, str] = {}
    for kind, nouns in raw.get("kinds", {}).items():
        for noun in nouns:
            kinds.setdefault(noun, kind)
    words = raw.get("words", {})
    return ActorLexicon(
        names=names,
        common=_common(raw),
        longest=max(map(len, names), default=0),
        kinds=kinds,
        persons=frozenset(raw.get("kinds", {}).get("person", ())),
        leaders={name: country for country, people in raw.get("leaders", {}).items() for name in people},
        things=frozenset(raw.get("things", {}).get("nouns", ())),
        preps={event_type: frozenset(preps) for event_type, preps in raw.get("recipient_preps", {}).items()},
        **{name: frozenset(words.get(name, ())) for name in _WORD_LISTS},
    )


def _common(raw: Mapping[str, Any]) -> frozenset[tuple[str, ...]]:
    aliases = (alias for table in raw.get("actor", []) for alias in (table["name"], *table.get("aliases", ())))
    return frozenset(words_of(alias) for alias in aliases if alias == alias.lower())


def _actor(table: Mapping[str, Any], where: str) -> Actor:
    for key in ("name", "kind"):
        if key not in table:
            raise ActorsError(f"{where}: {key!r} is missing")
    if unknown := set(table) - {"name", "aliases", "kind", "country", "sector"}:
        raise ActorsError(f"{where} ({table['name']}): unknown key {min(unknown)!r}")
    return Actor(table["name"], table["kind"], table.get("country"), table.get("sector"))


def _add_country(names: dict[tuple[str, ...], Actor], country: str, table: Mapping[str, Any], path: Path) -> None:
    if len(country) != 2 or not isinstance(table, dict) or not table.get("names"):
        raise ActorsError(f"{path}: countries: {country!r} must be an ISO 3166-1 alpha-2 code with names")
    state = Actor(table["names"][0], "state", country, None, is_country=True)
    people = Actor(table["names"][0], None, country, None, is_people=True)
    for form in table["names"]:
        _add(names, form, state, path)
    for form in table.get("people", ()):
        _add(names, form, people, path)


def _add(names: dict[tuple[str, ...], Actor], alias: str, actor: Actor, path: Path) -> None:
    key = words_of(alias)
    if not (alias.isupper() and len(alias.replace(".", "")) <= MAX_ACRONYM):
        key = tuple(word.lower() for word in key)
    if key in names and names[key] != actor:
        raise ActorsError(f"{path}: {alias!r} is an alias of both {names[key].name!r} and {actor.name!r}")
    names.setdefault(key, actor)


def words_of(name: str) -> tuple[str, ...]:
    """A name's words as the tokenizer would give them: hyphens and possessives stand alone."""
    spaced = name.replace("’", "'").replace("-", " - ").replace("'s ", " 's ")
    return tuple(spaced.split())


def normal(words: Iterable[str]) -> list[str]:
    """Token texts as names are keyed: one form of apostrophe."""
    return [word.replace("’", "'") for word in words]
