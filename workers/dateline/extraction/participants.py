"""Participants: who did what a trigger tells, and to whom, as parties.

The arguments on the tree come first. Where they name nobody, the search widens step by step: the subject of a clause above ("is willing
to", "issued a statement criticising"), parties inside the phrase of a thing ("Haiti's efforts"), the clause that says what was demanded,
threatened or refused, and at last the nearest party behind the trigger. The first step that names anybody ends the search.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dateline.extraction.actors import normal
from dateline.extraction.grammar import SUBJECTS, children, clause_verb, climb, is_passive, noun_phrase, objects_of, with_conjuncts
from dateline.extraction.parties import PartyReader, unique
from dateline.extraction.triggers import Trigger
from dateline.language import Token
from dateline.records import Party

_OPEN = frozenset(
    {"xcomp", "advcl", "acl", "ccomp", "conj", "pcomp", "prep", "acomp", "attr", "dobj", "pobj", "dep", "relcl", "oprd", "agent", "prt"}
)
_MAX_STEPS = 6  # upward, to a clause with a subject
_COMPLEMENTS = ("xcomp", "ccomp", "advcl", "acl", "pcomp")
_BY = frozenset({"by"})
_INVOLVING = frozenset({"in", "after", "following", "during", "from", "by"})  # "died in a crash", "dead following an accident"
_WITH = frozenset({"with"})
_FROM = frozenset({"from"})
_GRANTED = frozenset({"AID", "SUPPORT"})
_BEFALLING = frozenset({"arrest", "convict"})  # modes that befall persons: nobody else is told behind a preposition
_PRIVATE = frozenset({"person", "civilians", "criminal", "protesters"})  # kinds that are arrested
_ARMS = frozenset({"police", "justice"})  # kinds that arrest
_IN = frozenset({"in", "during", "at", "by", "after"})
_STEERING = frozenset({"drive", "steer", "operate", "pilot", "ride"})
_PLACED = frozenset({"in", "at", "near", "outside", "inside", "across", "throughout", "around", "within"})
_NOBODY = frozenset({"DISASTER", "ACCIDENT"})  # types that are nobody's deed
_BODILY = frozenset({"ASSAULT", "COERCE", "DISASTER", "ACCIDENT", "RETREAT"})  # types that a thing may suffer
_DIRECT = frozenset({"ASSAULT", "DISASTER", "ACCIDENT"})  # types told with the one they hit beside them: no search further off
_TOGETHER = frozenset({"AGREE", "CONSULT", "COOPERATE"})
_GIVING = frozenset({"MOBILIZE", "AID", "RETREAT", "AGREE", "COOPERATE", "CONCEDE"})  # types whose object is what is given or moved
_SPOKEN = frozenset({"REJECT", "SUPPORT", "ACCUSE", "PROTEST", "REQUEST"})  # types that a decision or a vote may suffer
_OWN = frozenset({"its", "their", "his", "her", "our", "my"})
_TOWNS = frozenset({"city", "town", "county", "village", "neighborhood", "neighbourhood"})
_FORCES = frozenset({"military", "police"})


def participants(trigger: Trigger, parties: PartyReader, victims: Iterable[Token]) -> tuple[tuple[Party, ...], tuple[Party, ...]]:
    """Actors and recipients. `victims` are those harmed, for the recipients of what harms."""
    event_type, victims = trigger.sense.event_type, list(victims)
    if event_type in _NOBODY:
        stricken = _stricken(trigger, parties, victims)
        return _drivers(trigger, parties) if event_type == "ACCIDENT" else (), stricken
    if _is_undergone(trigger, parties):
        return (), unique(party for head in (*trigger.arguments.actors, *trigger.arguments.recipients) for party in parties.who(head))
    if (received := _received(trigger, parties)) is not None:
        return received
    actors = unique(_actors(trigger, parties))
    if trigger.sense.event_type in _TOGETHER or trigger.sense.mutual:
        partners = unique(_partners(trigger, parties, actors))
        return actors or (partners if len(partners) > 1 else ()), partners
    recipients = unique(_first_other(_recipients(trigger, parties, victims), actors))
    if event_type == "ASSAULT" and recipients:  # beside what was hit, who was harmed: "stormed the base, killing two guards"
        harmed = [party for head in victims if parties.can_act(head) and (party := parties.party(head)) is not None]
        recipients = unique((*recipients, *(party for party in harmed if party.name not in {actor.name for actor in actors})))
    if trigger.sense.mode in _BEFALLING and not objects_of(trigger.anchor, _BY) and _is_reversed(actors, recipients):
        return recipients, actors
    if trigger.sense.mode == "resign" and not actors:
        return recipients, ()  # "the resignation of the minister" is the minister's deed
    return actors, recipients


def _is_reversed(actors: tuple[Party, ...], recipients: tuple[Party, ...]) -> bool:
    """Whether an arrest reads as that by one who is arrested: "appeared in court charged with fraud" has no object on the tree."""
    private = bool(actors) and all(party.kind in _PRIVATE for party in actors)
    return private and all(party.kind in _ARMS for party in recipients)


def _partners(trigger: Trigger, parties: PartyReader, actors: tuple[Party, ...]) -> list[Party]:
    """Whom it is done with: who is told so; of several actors each other; else who stands near."""
    readings = _recipients(trigger, parties, ())
    told = _first_other((next(readings), next(readings)), actors)
    return told or (list(actors) if len(actors) > 1 else _first_other(readings, actors))


def _first_other(readings: Iterable[list[Party]], actors: tuple[Party, ...]) -> list[Party]:
    taken = {actor.name for actor in actors}
    others = ([party for party in found if party.name not in taken] for found in readings)
    return next((found for found in others if found), [])


def _is_undergone(trigger: Trigger, parties: PartyReader) -> bool:
    """ "face charges", "go on trial": the subject is whom it befalls."""
    words = trigger.sense.words
    return trigger.kind == "verb" and any(" ".join(words[:size]) in parties.lexicon.undergoing for size in range(1, len(words) + 1))


def _received(trigger: Trigger, parties: PartyReader) -> tuple[tuple[Party, ...], tuple[Party, ...]] | None:
    """ "the city received a grant from the state": who gives is told behind "from"."""
    verb = trigger.anchor if trigger.kind == "verb" else trigger.anchor.head
    if trigger.sense.event_type not in _GRANTED or verb.lemma_.lower() not in parties.lexicon.receiving or is_passive(verb):
        return None
    holders = (verb, *children(verb, "dobj"))
    givers = [
        party for holder in holders for one in objects_of(holder, _FROM) for each in with_conjuncts(one) for party in parties.who(each)
    ]
    takers = [party for one in children(verb, "nsubj") for each in with_conjuncts(one) for party in parties.who(each)]
    return (unique(givers), unique(takers)) if takers else None


def _actors(trigger: Trigger, parties: PartyReader) -> list[Party]:
    heads = _tellers_aside(trigger, parties)
    if trigger.sense.event_type == "ASSAULT":
        heads = [head for head in heads if not _is_town(head, parties)]
    own = [token for token in trigger.tokens[:-1] if trigger.kind == "noun" and parties.is_person(token)]  # "a police raid"
    direct = [party for head in heads for party in _doers(head, parties)] or [party for token in own for party in parties.who(token)]
    if direct:
        return direct
    if trigger.kind == "verb" and is_passive(trigger.anchor):
        return _nominal_doer(trigger, parties)
    return _subject_above(trigger.anchor, trigger, parties) or [
        party for head in heads if not parties.is_thing(head) and (party := parties.party(head)) is not None
    ]


def _is_town(head: Token, parties: PartyReader) -> bool:
    """A place that is no country attacks nobody: "Lakeview saw two shootings"."""
    if head.lemma_.lower() in _TOWNS:
        return True
    return head.ent_type_ in ("GPE", "LOC", "FAC") and not parties.lexicon.find(normal(token.text for token in noun_phrase(head)))


def _tellers_aside(trigger: Trigger, parties: PartyReader) -> list[Token]:
    """The actors on the tree; where a clause hangs on the verb that tells it ("…, police said, killing nine"), whom that verb tells of."""
    heads = list(trigger.arguments.actors)
    above = trigger.anchor.head
    if trigger.anchor.dep_ != "advcl" or above.lemma_.lower() not in parties.lexicon.sayings:
        return heads
    told = next((child for child in children(above, "ccomp", "parataxis") if child.i < trigger.anchor.i), None)
    subjects = children(told, *SUBJECTS) if told is not None else []
    return [one for subject in subjects for one in with_conjuncts(subject)] or heads


def _doers(head: Token, parties: PartyReader) -> list[Party]:
    """Who acts where a noun phrase is the subject: itself, or whose deed or thing it is: "the rebels' rockets", "a strike by rebels"."""
    if parties.can_act(head) or head.pos_ == "PRON" or head.lemma_.lower() in parties.lexicon.quantities:
        return parties.who(head)
    return parties.within(head, doers=True) or _subject_above(head, None, parties)


def _nominal_doer(trigger: Trigger, parties: PartyReader) -> list[Party]:
    """ "killed in a rebel attack": who is named before the noun; "jailed at the district court": the court."""
    for noun in objects_of(trigger.anchor, _IN):
        if parties.is_thing(noun) and (found := parties.doers(noun)):
            return found
        if trigger.sense.event_type == "SANCTION" and noun.pos_ == "PROPN" and parties.kind(noun) == "justice":
            return parties.who(noun)
    return []


def _subject_above(start: Token, trigger: Trigger | None, parties: PartyReader) -> list[Party]:
    """The subject of the nearest clause above that has one, where nothing between says that it is another's deed."""
    here, words = start, {token.i for token in trigger.tokens} if trigger is not None else set()
    for _ in range(_MAX_STEPS):
        head = here.head
        if head.i == here.i or here.dep_ not in _OPEN or _is_apart(here, start, trigger, parties):
            return []
        if head.pos_ in ("VERB", "AUX") and head.i not in words:
            subjects = [token for token in children(head, *SUBJECTS) if token.i != start.i]
            if subjects:
                return [party for subject in subjects for one in with_conjuncts(_antecedent(subject, head)) for party in parties.who(one)]
        if head.pos_ in ("NOUN", "PROPN") and here.dep_ in ("acl", "relcl", "prep"):
            owner = [party for token in children(head, "poss") for party in parties.who(token)]
            if owner:
                return owner
        here = head
    return []


def _is_apart(here: Token, start: Token, trigger: Trigger | None, parties: PartyReader) -> bool:
    """Whether the clause above is not about who did it: who says it, speaks of it or was there is not who did it."""
    head = here.head
    if trigger is not None and trigger.kind == "verb" and here.dep_ == "relcl" and here.i == start.i:
        return any(child.tag_ in ("WDT", "WP") for child in children(here, *SUBJECTS))  # "a shooting that wounded": the noun is its subject
    if trigger is not None and trigger.kind == "verb":
        return here.dep_ == "ccomp" and here.i == start.i and head.pos_ in ("VERB", "AUX")
    if trigger is not None and trigger.sense.mutual:
        return False
    if here.dep_ == "prep" and head.pos_ in ("VERB", "AUX") and not _joins(trigger, head):
        return True
    return head.pos_ in ("VERB", "AUX") and (head.lemma_.lower() in parties.lexicon.reactions or is_passive(head))


def _joins(trigger: Trigger | None, verb: Token) -> bool:
    """ "thousands marched in a protest": who is told beside a protest takes part in it."""
    return trigger is not None and trigger.sense.event_type == "PROTEST" and not is_passive(verb)


def _antecedent(subject: Token, verb: Token) -> Token:
    return verb.head if subject.tag_ in ("WDT", "WP") and verb.dep_ == "relcl" else subject


def _recipients(trigger: Trigger, parties: PartyReader, victims: Iterable[Token]) -> Iterator[list[Party]]:
    """Who may be the recipients, the surest reading first."""
    event_type = trigger.sense.event_type or ""
    heads = _recipient_heads(trigger, parties)
    read = parties.target if event_type in _BODILY else parties.who
    yield [party for head in heads for party in read(head)]
    yield _own_parties(trigger, parties)
    if event_type == "REQUEST":
        yield _commanded(trigger, parties)
    yield [party for head in victims if (party := parties.party(head)) is not None]
    if event_type not in _DIRECT and trigger.sense.mode not in _BEFALLING:
        yield _behind(trigger, parties, placed=False)
        yield _in_complement(trigger, parties)
        if event_type != "CONSULT" or trigger.sense.mode == "visit":
            yield _behind(trigger, parties, placed=True)
        yield _shared(trigger, parties)
        things = [head for head in heads if (event_type in _SPOKEN and head.dep_ == "dobj") or not parties.is_thing(head)]
        yield [party for head in things if (party := parties.party(head)) is not None]
    yield _own_object(trigger, parties)
    if event_type == "ASSAULT":
        yield _behind(trigger, parties, placed=True)


def _own_parties(trigger: Trigger, parties: PartyReader) -> list[Party]:
    """Whom the words of the trigger name besides its verb: "clashed with police", "welcomed the king's decision"."""
    words = [token for token in trigger.tokens if token.i != trigger.anchor.i and token.dep_ in ("dobj", "pobj", "nsubjpass")]
    within = parties.target if trigger.sense.event_type in _BODILY else parties.within
    return [party for token in words for party in (parties.who(token) if parties.can_act(token) else within(token))]


def _own_object(trigger: Trigger, parties: PartyReader) -> list[Party]:
    """The thing that the trigger itself names: "raided offices"."""
    held = [token for token in trigger.tokens if token.dep_ in ("dobj", "nsubjpass")]
    return [party for token in held if token.lemma_.lower() in parties.lexicon.objects for party in parties.target(token)]


def _shared(trigger: Trigger, parties: PartyReader) -> list[Party]:
    """To whom was done what stands joined before it: "cut ties with Cuba and imposed an embargo"."""
    verb = trigger.anchor if trigger.kind == "verb" else trigger.anchor.head
    if verb.dep_ != "conj" or verb.head.pos_ not in ("VERB", "AUX"):
        return []
    preps = parties.lexicon.preps.get(trigger.sense.event_type or "", frozenset())
    objects = children(verb.head, "dobj", "dative")
    heads = [*objects, *(one for token in (verb.head, *objects) for one in objects_of(token, preps))]
    return [party for head in heads for one in with_conjuncts(head) for party in parties.who(one)]


def _recipient_heads(trigger: Trigger, parties: PartyReader) -> list[Token]:
    """Noun phrases that may name the recipient: the object and what follows the prepositions of the type."""
    event_type = trigger.sense.event_type or ""
    words = {token.i for token in trigger.tokens} | {token.i for token in trigger.arguments.actors}
    preps = parties.lexicon.preps.get(event_type, frozenset()) if trigger.sense.mode not in _BEFALLING else frozenset()
    holders = list(trigger.tokens)
    if trigger.kind == "noun" and trigger.anchor.dep_ == "dobj":
        holders.append(trigger.anchor.head)  # "carried out strikes on Friday against the base"
    if trigger.kind == "noun" and event_type == "CONSULT" and trigger.anchor.dep_ == "pobj":
        above = trigger.anchor.head.head
        objects = children(above, "dobj")
        met = [one for holder in (above, *objects) for one in objects_of(holder, _WITH)]
        heads_above = met or objects  # "hosted the king for talks"
    else:
        heads_above = []
    behind = [head for holder in holders for head in objects_of(holder, preps)]
    direct = [head for head in (*trigger.arguments.recipients, *heads_above) if not _is_means(head, event_type, parties)]
    direct += [child for token in trigger.tokens if token.i != trigger.anchor.i for child in children(token, "nsubj")]  # "found her guilty"
    heads = [*behind, *direct] if event_type in _GIVING else [*direct, *behind]
    if not direct and trigger.kind == "verb":
        heads += [head for verb in children(trigger.anchor, "conj") if not children(verb, *SUBJECTS) for head in children(verb, "dobj")]
    return list({one.i: one for head in heads for one in with_conjuncts(head) if one.i not in words}.values())


def _is_means(head: Token, event_type: str, parties: PartyReader) -> bool:
    """What the actor sends, gives or takes back of his own is not to whom: "withdrew its troops", "sent soldiers"."""
    if event_type not in _GIVING:
        return False
    return any(child.lower_ in _OWN for child in children(head, "poss")) or parties.kind(head) in _FORCES


def _commanded(trigger: Trigger, parties: PartyReader) -> list[Party]:
    """Who shall do what is demanded: the subject of the clause that says it."""
    for holder in trigger.tokens:
        for clause in children(holder, "ccomp", "xcomp"):
            found = [party for token in children(clause, *SUBJECTS) for one in with_conjuncts(token) for party in parties.who(one)]
            if found:
                return found
    return []


def _in_complement(trigger: Trigger, parties: PartyReader) -> list[Party]:
    """Whom a clause below is about: "refused to meet the minister", "protested to demand that the president resign"."""
    for clause in _clauses(trigger):
        heads = [*children(clause, "dobj", "dative", "nsubjpass"), *(() if clause.dep_ == "xcomp" else children(clause, "nsubj"))]
        heads += [
            child for prep in children(clause, "prep", "agent", "dative") if prep.lower_ not in _PLACED for child in children(prep, "pobj")
        ]
        found = [party for head in heads for one in with_conjuncts(head) for party in parties.who(one)]
        if found:
            return found
    return []


def _clauses(trigger: Trigger) -> Iterator[Token]:
    """The clauses below a trigger, the nearest first."""
    waiting, seen = list(trigger.tokens), 0
    while waiting and seen < _MAX_STEPS * 4:
        here, seen = waiting.pop(0), seen + 1
        for child in here.children:
            if child.i < trigger.anchor.i or child.dep_ in ("parataxis", "conj"):
                continue
            if child.dep_ in _COMPLEMENTS and child.pos_ in ("VERB", "AUX"):
                yield child
                waiting.append(child)
            elif child.dep_ in ("prep", "dobj", "pobj", "acomp", "agent"):
                waiting.append(child)


def _behind(trigger: Trigger, parties: PartyReader, placed: bool) -> list[Party]:
    """The nearest party behind the trigger in its clause; `placed`: also where it happened, for what is done to a place."""
    top = next((above for above in climb(trigger.anchor) if above.pos_ in ("VERB", "AUX")), trigger.anchor)
    end = min(top.right_edge.i + 1, top.sent.end)
    for token in top.doc[trigger.span.end : end]:
        inside = token.dep_ in ("compound", "amod", "nmod", "poss") and token.head.i > token.i
        if (
            inside
            or token in trigger.arguments.actors
            or token.dep_ in ("appos", *SUBJECTS)
            or token.pos_ not in ("NOUN", "PROPN")
            or not _hangs_on(token, top)
        ):
            continue
        inside_of = token.dep_ == "pobj" and token.head.lower_ in _PLACED
        if inside_of and not placed:
            continue
        read = parties.place if inside_of and token.ent_type_ in ("GPE", "LOC", "FAC") else parties.who
        found = [party for one in with_conjuncts(token) for party in read(one)]
        if found:
            return found
    return []


def _hangs_on(token: Token, top: Token) -> bool:
    """Whether a token stands in this clause, not in one beside it."""
    for above in climb(token):
        if above.i == top.i:
            return True
        if above.dep_ in ("parataxis", "conj") and above.pos_ in ("VERB", "AUX"):
            return False
    return False


def _drivers(trigger: Trigger, parties: PartyReader) -> tuple[Party, ...]:
    """Who was at the wheel: "she crashed the van", "a car driven by Ann Lee"."""
    anchor = trigger.anchor
    heads = [head for head in trigger.arguments.actors if trigger.kind == "verb" and children(anchor, "dobj") and parties.is_person(head)]
    for token in anchor.sent:
        if token.lemma_.lower() in _STEERING and token.pos_ == "VERB":
            heads += objects_of(token, _BY) if token.tag_ == "VBN" else children(token, "nsubj")
    return unique(party for head in heads if parties.is_person(head) for party in parties.who(head))


def _stricken(trigger: Trigger, parties: PartyReader, victims: Iterable[Token]) -> tuple[Party, ...]:
    """Those whom a disaster or accident befell: who is named as hit, killed or in it; else the place it struck."""
    heads = [head for head in (*trigger.arguments.recipients, *victims) if parties.is_person(head)]
    found = [party for head in heads if (party := parties.party(head)) is not None]
    if not found:
        within = trigger.anchor.dep_ == "pobj" and trigger.anchor.head.lower_ in _INVOLVING
        above = (clause_verb(trigger.anchor) or trigger.anchor) if within else trigger.anchor
        involved = [one for token in children(above, *SUBJECTS, "dobj") for one in with_conjuncts(token)]
        found = [party for one in involved if parties.can_act(one) and one.i != trigger.anchor.i for party in parties.who(one)]
    if not found and trigger.sense.event_type == "DISASTER":
        found = _behind(trigger, parties, placed=True)
    return unique(found)
