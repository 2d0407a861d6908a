"""The ontology: event types, the words that trigger them, and the code books they map to, read from config/ontology.toml.

Every word that extraction knows stands in that file; the loader refuses a file with a mistake and says where it is.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

from dateline.extraction.actors import words_of
from dateline.records import Codes, EventType

Harm = Literal["killed", "injured"]
EVENT_TYPES: tuple[str, ...] = get_args(EventType)
CLASSES = frozenset({"@party", "@person", "@none"})
"""Classes of arguments that a condition may name beside words: any actor, a human being, no argument at all."""


class OntologyError(ValueError):
    """The ontology file is wrong; the message names the file, the line and the mistake, one mistake a line."""

    @property
    def mistakes(self) -> tuple[str, ...]:
        return tuple(str(self).splitlines())


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What must (or, `not_…`, must not) stand around a trigger for it to have this sense. Empty: no condition."""

    subject: frozenset[str] = frozenset()
    not_subject: frozenset[str] = frozenset()
    object: frozenset[str] = frozenset()
    not_object: frozenset[str] = frozenset()
    modifier: frozenset[str] = frozenset()
    not_modifier: frozenset[str] = frozenset()
    prep: frozenset[str] = frozenset()
    not_prep: frozenset[str] = frozenset()
    near: frozenset[str] = frozenset()
    not_near: frozenset[str] = frozenset()
    topic: frozenset[str] = frozenset()
    not_topic: frozenset[str] = frozenset()


CONDITIONS = tuple(field.name for field in fields(Conditions))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sense:
    """One meaning of a trigger. `words` are lemmas: a verb with its particles or objects, or a noun phrase with its head last."""

    words: tuple[str, ...]
    event_type: EventType | None  # None: tells only of harm, the event is named elsewhere
    mode: str | None
    act: str | None  # a step that is an event of its own beside others of its mode: arrest, charge …
    harm: Harm | None  # what the trigger says befell its recipients
    mutual: bool  # what is done together: the parties act on each other
    weak: bool  # too common a word to tell an event by itself
    recipient_preps: frozenset[str]
    conditions: Conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """Words that are no triggers but say how to read them. All are lemmas in lower case."""

    light_verbs: frozenset[str]  # "carried out an attack": the verb's subject is the actor
    undergo_verbs: frozenset[str]  # "suffered an attack": the verb's subject is the recipient
    occur_verbs: frozenset[str]  # "an attack happened"
    effect_verbs: frozenset[str]  # "the attack destroyed"
    about_preps: frozenset[str]  # "after the attack"
    collectives: frozenset[str]  # "a series of attacks"
    report_verbs: frozenset[str]  # "police said"
    control_verbs: frozenset[str]  # "tried to attack": leaves the status as it is
    future: frozenset[str]
    hypothetical: frozenset[str]
    denied: frozenset[str]
    wanted: frozenset[str]  # "called for an attack": not a report that it happens
    history: frozenset[str]
    earlier: frozenset[str]  # "previously": before the day the story is at
    opinion: frozenset[str]
    sport: frozenset[str]
    dead: frozenset[str]
    hurt: frozenset[str]
    kill_verbs: frozenset[str]
    die_verbs: frozenset[str]
    death_phrases: frozenset[str]  # a verb and its object: "lost his life"
    blame_verbs: frozenset[str]  # "charged with killing": no victim
    cling_verbs: frozenset[str]  # "is fighting for life"
    bodies: frozenset[str]  # "recovered 17 bodies"
    find_verbs: frozenset[str]
    reach_verbs: frozenset[str]  # "the death toll hits nine"
    pass_words: frozenset[str]  # "the death toll tops 200"
    hurt_verbs: frozenset[str]
    hit_verbs: frozenset[str]  # "shot": dead or alive
    hit_words: frozenset[str]  # their participles, which a headline's tagger takes for nouns
    unreal: frozenset[str]  # "tried to kill", "could have killed": nobody was
    hit_nouns: frozenset[str]  # "the shooting of a teenager"
    deadly: frozenset[str]  # "the fatal shooting"
    wounds: frozenset[str]
    wound_verbs: frozenset[str]  # "suffered a gunshot wound"
    body_parts: frozenset[str]
    break_verbs: frozenset[str]  # "broke his leg"
    bullets: frozenset[str]
    strike_verbs: frozenset[str]  # "was struck by a bullet"
    conditions: frozenset[str]  # "in critical condition"
    care_verbs: frozenset[str]  # "taken to hospital"
    care_places: frozenset[str]
    victims: frozenset[str]
    things: frozenset[str]  # may be counted beside a word of harm, but are no people


@dataclass(frozen=True, slots=True)
class Ontology:
    """The loaded file. `verbs` and `nouns` index senses by the word that is looked for first."""

    verbs: Mapping[str, tuple[Sense, ...]]
    nouns: Mapping[str, tuple[Sense, ...]]
    codes: Mapping[tuple[str, str | None], Codes]
    contexts: Mapping[str, frozenset[str]]
    numbers: Mapping[str, tuple[int, int | None]]
    cues: Cues

    def codes_of(self, event_type: str, mode: str | None) -> Codes:
        return self.codes.get((event_type, mode)) or self.codes[(event_type, None)]


@dataclass(frozen=True, slots=True)
class _File:
    """The file being read: knows where each table begins, to say where a mistake is."""

    path: Path
    lines: list[str]
    triggers: list[int]  # line numbers of the [[trigger]] headers
    mistakes: list[str] = field(default_factory=list)

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Go on after a mistake, to find the others too."""
        try:
            yield
        except OntologyError as error:
            self.mistakes.append(str(error))

    def error(self, mistake: str, line: int | None = None) -> OntologyError:
        return OntologyError(f"{self.path}{f', line {line}' if line else ''}: {mistake}")

    def header(self, name: str) -> int | None:
        return next((number for number, line in enumerate(self.lines, 1) if line.strip().startswith(f"[{name}")), None)

    def word(self, word: str, trigger: int) -> int:
        """The line of a word inside the trigger table that begins at line `trigger`."""
        end = next((line for line in self.triggers if line > trigger), len(self.lines) + 1)
        quoted = (f'"{word}"', f"'{word}'")
        return next((n for n in range(trigger, end) if any(form in self.lines[n - 1] for form in quoted)), trigger)


def load_ontology(path: Path) -> Ontology:
    """Read an ontology file, or raise `OntologyError` naming file, line and mistake: every one, or the first that hides the rest."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    file = _File(path, lines, [n for n, line in enumerate(lines, 1) if re.match(r"\s*\[\[\s*trigger\s*\]\]", line)])
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise file.error(f"not TOML: {error}") from error
    for key in raw:
        if key not in {"types", "trigger", "contexts", "numbers", "cues"}:
            file.mistakes.append(str(file.error(f"unknown table {key!r}", file.header(key))))
    codes = _codes(raw.get("types", {}), file)
    verbs, nouns = _triggers(raw.get("trigger", []), codes, file)
    contexts: dict[str, frozenset[str]] = {}
    for name, words in raw.get("contexts", {}).items():
        with file.collected():
            contexts[name] = _words(words, f"context {name!r}", file, file.header("contexts"))
    numbers = _numbers(raw.get("numbers", {}), file)
    cues = _cues(raw.get("cues", {}), file)
    if file.mistakes or cues is None:
        raise OntologyError("\n".join(file.mistakes))
    return Ontology(verbs=verbs, nouns=nouns, codes=codes, contexts=contexts, numbers=numbers, cues=cues)


def _codes(types: Mapping[str, Any], file: _File) -> dict[tuple[str, str | None], Codes]:
    found: dict[tuple[str, str | None], Codes] = {}
    for name, table in types.items():
        line = file.header(f"types.{name}")
        with file.collected():
            if name not in EVENT_TYPES:
                raise file.error(f"unknown type {name!r}; the types are {', '.join(EVENT_TYPES)}", line)
            own = {key: table[key] for key in table if key != "modes"}
            base = _code(own, Codes(acled_event=None, acled_sub_event=None, cameo_root=None), f"type {name}", file, line)
            found[(name, None)] = base
            for mode, codes in table.get("modes", {}).items():
                found[(name, mode)] = _code(codes, base, f"mode {mode!r} of {name}", file, line)
    return found


def _code(table: Mapping[str, str], base: Codes, of: str, file: _File, line: int | None) -> Codes:
    """The codes of a mode are its type's, where it names none of its own."""
    known = [field.name for field in fields(Codes)]
    for key in table:
        if key not in known:
            raise file.error(f"{of}: unknown code {key!r}; the codes are {', '.join(known)}", line)
    return Codes(**{key: table.get(key, getattr(base, key)) or None for key in known})


def _words(value: Any, of: str, file: _File, line: int | None = None) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(word, str) and word for word in value):
        raise file.error(f"{of} must be a list of words", line)
    return frozenset(value)


def _cues(table: Mapping[str, Any], file: _File) -> Cues | None:
    """The cue lists; None where one is missing or wrong."""
    known, line = [field.name for field in fields(Cues)], file.header("cues")
    wrong = [f"unknown cue list {name!r}" for name in table if name not in known]
    wrong += [f"missing cue list {name!r}" for name in known if name not in table]
    file.mistakes.extend(str(file.error(mistake, line)) for mistake in wrong)
    found: dict[str, frozenset[str]] = {}
    for name in known:
        if name in table:
            with file.collected():
                found[name] = _words(table[name], f"cue list {name!r}", file, line)
    return Cues(**found) if len(found) == len(known) else None


def _numbers(table: Mapping[str, Any], file: _File) -> dict[str, tuple[int, int | None]]:
    numbers: dict[str, tuple[int, int | None]] = {}
    for word, value in table.items():
        bounds = value if isinstance(value, list) else [value, value]
        with file.collected():
            if len(bounds) not in (1, 2) or not all(isinstance(bound, int) for bound in bounds):
                raise file.error(f"number {word!r} must be a number, or a list of the least and the most", file.header("numbers"))
            numbers[word] = (bounds[0], bounds[1] if len(bounds) == 2 else None)
    return numbers


_TRIGGER_KEYS = {"type", "mode", "act", "harm", "mutual", "weak", "recipient_preps", "verbs", "nouns", *CONDITIONS}


def _triggers(
    tables: Iterable[Mapping[str, Any]], codes: Mapping[tuple[str, str | None], Codes], file: _File
) -> tuple[dict[str, tuple[Sense, ...]], dict[str, tuple[Sense, ...]]]:
    verbs: dict[str, list[Sense]] = {}
    nouns: dict[str, list[Sense]] = {}
    seen: dict[object, int] = {}
    for table, line in zip(tables, file.triggers, strict=True):
        with file.collected():
            _check_trigger(table, codes, file, line)
            for index, part, key in ((verbs, "verbs", 0), (nouns, "nouns", -1)):
                for sense in _senses(table, part, file, line):
                    same = (part, sense.words, sense.event_type, sense.mode, sense.conditions)
                    here = file.word(" ".join(sense.words), line)
                    if same in seen:
                        raise file.error(f"{' '.join(sense.words)!r} is listed twice, first in line {seen[same]}", here)
                    seen[same] = here
                    index.setdefault(sense.words[key], []).append(sense)
    return _longest_first(verbs), _longest_first(nouns)


def _longest_first(index: Mapping[str, list[Sense]]) -> dict[str, tuple[Sense, ...]]:
    """Longer triggers are tried before shorter ones, else the order of the file holds."""
    return {word: tuple(sorted(senses, key=lambda sense: -len(sense.words))) for word, senses in index.items()}


def _check_trigger(table: Mapping[str, Any], codes: Mapping[tuple[str, str | None], Codes], file: _File, line: int) -> None:
    for key in table:
        if key not in _TRIGGER_KEYS:
            raise file.error(f"trigger: unknown key {key!r}", line)
    kind, mode = table.get("type"), table.get("mode")
    if kind is None and not table.get("harm"):
        raise file.error("trigger without a type, and without harm", line)
    if kind is not None and (kind, None) not in codes:
        raise file.error(f"unknown type {kind!r}: no [types.{kind}] in this file", line)
    if mode is not None and (kind, mode) not in codes:
        known = ", ".join(str(m) for t, m in codes if t == kind and m)
        raise file.error(f"unknown mode {mode!r} of {kind}; its modes are {known or 'none'}", line)
    if table.get("harm") not in (None, *get_args(Harm)):
        raise file.error(f"unknown harm {table['harm']!r}", line)
    if not table.get("verbs") and not table.get("nouns"):
        raise file.error("trigger without verbs or nouns", line)


def _senses(table: Mapping[str, Any], part: str, file: _File, line: int) -> Iterator[Sense]:
    lists = {key: _words(table.get(key, []), f"trigger: {key!r}", file, line) for key in ("recipient_preps", *CONDITIONS)}
    for key in CONDITIONS:
        for word in lists[key]:
            if word.startswith("@") and word not in CLASSES:
                raise file.error(f"trigger: unknown class {word!r}; the classes are {', '.join(sorted(CLASSES))}", line)
    if not isinstance(table.get(part, []), list):
        raise file.error(f"trigger: {part!r} must be a list of words", line)
    conditions = Conditions(**{key: lists[key] for key in CONDITIONS})
    for phrase in table.get(part, []):
        if not isinstance(phrase, str) or not phrase.strip() or phrase != phrase.lower():
            raise file.error(f"trigger: {phrase!r} is no phrase in lower case", line)
        yield Sense(
            words=words_of(phrase),
            event_type=table.get("type"),
            mode=table.get("mode"),
            act=table.get("act"),
            harm=table.get("harm"),
            mutual=bool(table.get("mutual", False)),
            weak=bool(table.get("weak", False)),
            recipient_preps=lists["recipient_preps"],
            conditions=conditions,
        )
