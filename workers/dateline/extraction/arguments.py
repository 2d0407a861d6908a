"""Arguments: who does what a trigger says, and to whom, read off the tree."""

from __future__ import annotations

from dataclasses import dataclass

from dateline.extraction.grammar import children, is_passive, objects_of, with_conjuncts
from dateline.extraction.ontology import Cues, Sense
from dateline.extraction.parties import PartyReader
from dateline.language import Token

_MAX_CONTROL = 6  # verbs between a verb and the subject it borrows
_BY = frozenset({"by"})
_ON = frozenset({"on", "upon"})
_SUFFERED = frozenset({None, "ASSAULT", "COERCE", "SANCTION", "DISASTER", "ACCIDENT"})
_OF = frozenset({"of"})
_IN = frozenset({"in", "during", "at", "after", "before"})
_AGAINST = frozenset({"on", "against", "at"})


@dataclass(frozen=True, slots=True)
class Arguments:
    """Heads of the noun phrases in the two roles, in text order."""

    actors: tuple[Token, ...] = ()
    recipients: tuple[Token, ...] = ()


@dataclass(frozen=True, slots=True)
class _Roles:
    agents: list[Token]
    patients: list[Token]


def verb_arguments(verb: Token, tokens: tuple[Token, ...], sense: Sense, is_title: bool) -> Arguments:
    """The arguments of a verb: subject and object, passive, relative and reduced clauses, coordination, control."""
    roles = _own_roles(verb)
    borrowed = not roles.agents and not any(child.dep_ == "nsubjpass" for child in verb.children)
    if borrowed:
        found = _borrowed(verb, 0)
        roles = _Roles(roles.agents + found.agents, roles.patients + found.patients)
    elif verb.dep_ == "acl" and verb.tag_ == "VBN" and not roles.patients:
        roles.patients.append(verb.head)  # "the journalists arrested by police"
    words = {token.i for token in tokens}
    patients = [token for token in roles.patients if token.i not in words]
    for holder in tokens:
        patients += [token for token in objects_of(holder, sense.recipient_preps) if token.i not in words]
    agents = [token for token in roles.agents if token.i not in words]
    if agents and not patients and is_title and _dropped_auxiliary(verb, sense):
        agents, patients = [], agents
    return Arguments(_spread(agents), _spread(patients))


def _own_roles(verb: Token) -> _Roles:
    agents = _antecedents(children(verb, "nsubj"), verb)
    patients = _antecedents(children(verb, "nsubjpass"), verb)
    patients += _antecedents(children(verb, "dobj", "dative"), verb)
    if is_passive(verb):
        agents += [token for token in objects_of(verb, _BY) if token.ent_type_ not in ("DATE", "TIME")]
    open_relative = verb.dep_ == "relcl" and not any(
        child.tag_ in ("WDT", "WP", "WRB") or child.lower_ == "that" for child in verb.children
    )
    if open_relative and agents and not patients:
        patients = [verb.head]  # "the man police arrested"
    return _Roles(agents, patients)


def _antecedents(tokens: list[Token], verb: Token) -> list[Token]:
    """A relative pronoun stands for the noun its clause hangs on."""
    clause = next((token for token in (verb, verb.head) if token.dep_ == "relcl"), None)
    return [clause.head if clause is not None and token.tag_ in ("WDT", "WP") else token for token in tokens]


def _borrowed(verb: Token, depth: int) -> _Roles:
    """The subject of a verb that has none of its own: of the verb it is joined to, or the noun it modifies."""
    nothing = _Roles([], [])
    head = verb.head
    if depth > _MAX_CONTROL or head.i == verb.i:
        return nothing
    if verb.dep_ == "acl":
        return _Roles([], [head]) if verb.tag_ == "VBN" else _Roles([head], [])
    if verb.dep_ in ("pcomp", "prep", "agent") or (head.pos_ == "ADP" and head.head.i != head.i):
        head = head.head if head.pos_ in ("ADP", "SCONJ") else head
    if head.pos_ not in ("VERB", "AUX"):
        return nothing
    own = _own_roles(head)
    if verb.dep_ == "xcomp" and (objects := children(head, "dobj") or objects_of(head, _ON)):
        subjects = objects  # "forced him to resign", "called on him to resign"
    else:
        subjects = _antecedents(children(head, "nsubj", "nsubjpass"), head) or own.agents
    if not subjects:
        return _borrowed(head, depth + 1)
    passive = is_passive(verb) and not (verb.dep_ == "conj" and children(verb, "dobj"))
    return _Roles([], subjects) if passive else _Roles(subjects, [])


def _dropped_auxiliary(verb: Token, sense: Sense) -> bool:
    """Headlines drop the auxiliary: "Two men arrested" have not arrested anyone."""
    transitive = sense.event_type in ("ASSAULT", "COERCE", "SANCTION") or sense.mode == "release" or sense.event_type is None
    return transitive and verb.tag_ in ("VBD", "VBN") and not children(verb, "aux") and not children(verb, "dobj")


def noun_arguments(noun: Token, tokens: tuple[Token, ...], sense: Sense, cues: Cues, parties: PartyReader) -> Arguments:
    """The arguments of a noun: "the coalition's strikes on IS", "an attack by rebels", and those of the verb that carries it."""
    agents = objects_of(noun, _BY)
    patients = objects_of(noun, sense.recipient_preps)
    words = {token.i for token in tokens}
    modifiers = [
        child
        for token in tokens
        for child in children(token, "poss", "compound", "amod", "nmod")
        if child.i not in words and parties.is_doer(child)
    ]
    if _takes_victim(sense) and not objects_of(noun, _OF):
        patients += modifiers  # "his arrest", "the ambassador's murder"
    else:
        agents += modifiers
    if "of" not in sense.recipient_preps:
        agents += [token for token in objects_of(noun, _OF) if parties.is_party(token)]
    for clause in children(noun, "acl"):
        if clause.lemma_.lower() not in cues.light_verbs | cues.effect_verbs:
            continue
        found = verb_arguments(clause, (clause,), sense, False)
        agents += [token for token in found.actors if token.i != noun.i]
        patients += [token for token in found.recipients if token.i != noun.i]
    carried = _carried(whole(noun, cues), cues)
    agents, patients = agents + carried.agents, patients + carried.patients
    if sense.mutual and not agents:
        agents = _together(noun) or patients
    return Arguments(_spread(agents), _spread(patients))


def whole(noun: Token, cues: Cues) -> Token:
    """Of "a series of attacks" the series: what is said of it is said of the attacks."""
    if noun.dep_ == "pobj" and noun.head.lower_ == "of" and noun.head.head.lemma_.lower() in cues.collectives:
        return noun.head.head
    return noun


def _together(noun: Token) -> list[Token]:
    """Who did something in a meeting took part in it: "Trump asked in a meeting with Erdogan"."""
    verb = noun.head.head
    if noun.dep_ != "pobj" or noun.head.lower_ not in _IN or verb.pos_ not in ("VERB", "AUX"):
        return []
    return _own_roles(verb).agents or _borrowed(verb, 0).agents


def _takes_victim(sense: Sense) -> bool:
    """Nouns whose possessor suffers what they name: an arrest, a murder; not an attack, not an apology."""
    if sense.event_type not in _SUFFERED and sense.mode != "release":
        return False
    return "of" in sense.recipient_preps and not sense.recipient_preps & _AGAINST


def _carried(noun: Token, cues: Cues) -> _Roles:
    """The roles that the verb of the clause gives: "carried out an attack", "suffered an attack", "the attack killed"."""
    holder, verb = noun, noun.head
    if noun.dep_ == "pobj" and verb.head.i != verb.i:
        holder, verb = verb, verb.head
        if verb.lower_ == "responsibility":
            verb = verb.head
    if verb.pos_ not in ("VERB", "AUX"):
        return _Roles([], [])
    lemma, own = verb.lemma_.lower(), _own_roles(verb)
    if not own.agents and holder.dep_ in ("dobj", "prep"):
        own = _Roles(_borrowed(verb, 0).agents, own.patients)
    if noun.dep_ in ("dobj", "nsubjpass") or holder.dep_ == "prep":
        agents = [token for token in own.agents if token.i != noun.i]
        if lemma in cues.undergo_verbs and noun.dep_ == "dobj":
            return _Roles([], agents)
        if lemma in cues.light_verbs and (noun.dep_ != "pobj" or noun.head.head.lower_ == "responsibility"):
            return _Roles(agents, [])
    if noun.dep_ == "nsubj" and lemma in cues.effect_verbs:
        return _Roles([], [token for token in own.patients if token.i != noun.i])
    return _Roles([], [])


def _spread(heads: list[Token]) -> tuple[Token, ...]:
    """With what is coordinated, each once, in text order."""
    found = {token.i: token for head in heads for token in with_conjuncts(head)}
    return tuple(found[i] for i in sorted(found))
