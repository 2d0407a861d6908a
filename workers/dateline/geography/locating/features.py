"""What speaks for and against each place as that of one event, as named numbers. Their weights are learnt: see `weighing`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Literal

from dateline.geography.locating.grammar import clause, relation
from dateline.geography.locating.scene import TITLE, Key, Named, Scene
from dateline.geography.locating.weighing import Features
from dateline.geography.locating.wording import names_its_spot, wording
from dateline.records import Place

if TYPE_CHECKING:  # spaCy takes two seconds to load, and whoever only opens the gazetteer does not need it
    from dateline.language import Span, Token

Reach = Literal["trigger", "sentence", "near", "far"]
"""How close to the event's word the best name of a place stands: tied to it by syntax, or how many sentences away."""

_REACHES: tuple[Reach, ...] = ("trigger", "sentence", "near", "far")
_TYING = frozenset(["at", "within", "on", "of", "to", "obj"])  # manners in which a name says where something is done
_BEFORE, _AFTER = 4, 2  # sentences around the event whose places are near
_LATE = 12  # sentences: further down, the lead says little about where something else happened
_EARLY = 2  # sentences of the text that tell its main event
_SCATTERED = 4  # countries: what an article on world affairs names
_WORDING = 0.6  # value of a feature of the sentence's words: there are many, and so each is held down more
# What is asked of an event's best candidate; of the second group it depends on the kind of event what an answer means
_OF_THE_BEST = ("most", "inner", "outer", "sense", "echo", "title:at", "lead:at", "said")
_OF_THE_BEST_BY_KIND = (
    "share", "country share", "region share", "dateline", "title", "lead", "demonym", "nearest", "last placed",
)  # fmt: skip


@dataclass(slots=True)
class Candidate:
    """A place with what speaks for and against it, and the closest reach of its names."""

    place: Place
    features: Features
    reach: Reach = "far"


@dataclass(frozen=True, slots=True)
class Happening:
    """The event that is asked about: its word, the number of its sentence, and what kind of thing it is."""

    trigger: Span
    event: Token
    sentence: int
    kind: str
    event_type: str


def candidates(scene: Scene, happening: Happening) -> list[Candidate]:
    """The places where it may have happened, in the order in which they are met. At most a fixed number."""
    found: dict[Key, Candidate] = {}
    names = [named for named in _names(scene, happening) if not (named.launch or _is_spoken_of(named, happening))]
    for named in names:
        one = found.setdefault(named.key, Candidate(named.place, dict(scene.about[named.key])))
        reach = _add_tie(one.features, named, happening)
        one.reach = min(one.reach, reach, key=_REACHES.index)
    nearest, last = _nearest(names, happening), scene.last_placed(happening.sentence)
    for key, one in found.items():
        one.features["nearest"] = float(nearest is not None and nearest.key == key)
        one.features["last placed"] = float(last is not None and last.key == key)
        one.features["demonym"] = float(scene.has_demonym(happening.sentence, one.place.country))
        one.features[f"{happening.kind} {one.reach}"] = 1.0
    return list(found.values())


def event_features(scene: Scene, happening: Happening, best: Candidate, share: float) -> Features:
    """What says whether the text tells a place for the event at all; `share` is the probability of the best candidate."""
    kind, here = happening.kind, happening.sentence
    level = f"best level:{best.place.level}"
    by_kind = {
        "title": float(here == TITLE),
        "early": float(here <= _EARLY),
        "late": float(here > _LATE),
        "scattered": float(scene.countries >= _SCATTERED),
        f"best {best.reach}": 1.0,
        "best chance": share,
    } | {f"best {name}": best.features.get(name, 0.0) for name in _OF_THE_BEST_BY_KIND}
    known = frozenset(named.root.i for named in scene.around(happening.event) if named.sentence == here)
    return {
        **dict.fromkeys(wording(happening.event), _WORDING),
        "names its spot": float(names_its_spot(happening.event, known)),
        "always": 1.0,
        kind: 1.0,
        happening.event_type: 1.0,
        f"verb {happening.event.lemma_.lower()}": 1.0,
        level: 1.0,
        f"{happening.event_type} {level}": 1.0,
        f"{best.reach} {level}": 1.0,
        **{f"best {name}": best.features.get(name, 0.0) for name in _OF_THE_BEST},
        **by_kind,
        **{f"{kind} {name}": value for name, value in by_kind.items()},
    }


def _names(scene: Scene, happening: Happening) -> Iterator[Named]:
    """The names around the event, then those that count for any event of the article."""
    here = happening.sentence
    around = (named for named in scene.around(happening.event) if -_BEFORE <= named.sentence - here <= _AFTER)
    last = scene.last_placed(here)
    return chain(around, scene.general, () if last is None else (last,))


def _is_spoken_of(named: Named, happening: Happening) -> bool:
    """Who speaks, whom to and what of, not where: "Turkey accused Greece of killing a man in Cyprus"."""
    if happening.kind != "word" or named.sentence != happening.sentence or named.dateline:
        return False
    return named.manner in ("subj", "obj") or relation(named.hung, happening.event) == "below"


def _nearest(names: Sequence[Named], happening: Happening) -> Named | None:
    same = (named for named in names if named.sentence == happening.sentence)
    return min(same, key=lambda named: abs(named.root.i - happening.event.i), default=None)


def _add_tie(features: Features, named: Named, happening: Happening) -> Reach:
    """Add what one name says of the event; returns how close it stands."""
    event = happening.event
    if named.dateline:
        return "far"
    if named.sentence != happening.sentence:
        if named.words[0] == event.lemma_.lower() or named.words[1] == clause(event).lemma_.lower():
            features["echo"] = 1.0
        return _add_neighbour(features, named, named.sentence - happening.sentence)
    if happening.trigger.start <= named.root.i < happening.trigger.end:
        features["inside"] = 1.0
        return "trigger"
    tie = relation(named.hung, event)
    features[f"{tie}:{named.manner}"] = features[f"same:{named.manner}"] = features[tie] = 1.0
    reaching = tie == "direct" or (tie == "clause" and happening.kind != "word")  # further down is what they talk of
    tied = reaching and (named.manner in _TYING or (named.manner == "part" and named.hung.i == event.i))
    return "trigger" if tied else "sentence"


def _add_neighbour(features: Features, named: Named, distance: int) -> Reach:
    if not -_BEFORE <= distance <= _AFTER:
        return "far"
    where = {-1: "before", 1: "after"}.get(distance, "earlier" if distance < 0 else "later")
    manner = "said" if named.said else "at" if named.manner == "at" else "other"
    features[f"{where}:{manner}"] = features[where] = 1.0
    return "near"
