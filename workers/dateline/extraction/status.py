"""Status: whether a trigger says that its event happened, is to come, might be, or did not happen."""

from __future__ import annotations

from typing import Literal

from dateline.extraction.grammar import children, climb, forms
from dateline.extraction.ontology import Cues
from dateline.extraction.triggers import Trigger
from dateline.language import Token
from dateline.records import Status

Verdict = Literal["actual", "future", "hypothetical", "denied", "wanted"]
_CLAUSE_STEPS = 4  # governing verbs further up speak of something else
_OPEN_PREPS = frozenset({"of", "for", "to", "about", "against", "from", "with"})
_NEGATIONS = frozenset({"no", "never", "without", "neither", "nor"})


def status_of(trigger: Trigger, cues: Cues) -> Status | None:
    """The status of what a trigger tells; None where it is only wished, asked for or described, and so reports nothing."""
    anchor = trigger.anchor
    if _is_negated(anchor):
        return "denied"
    status = _own_form(anchor, cues)
    if status != "actual":
        return status
    if trigger.kind == "noun" and _is_due(anchor):
        return "future"
    governed = anchor
    if anchor.dep_ == "pobj" and anchor.head.lower_ not in _OPEN_PREPS:
        return "actual"  # "after an attack": taken as known, whatever the sentence says
    for above in list(climb(anchor))[1 : _CLAUSE_STEPS + 1]:
        linked = governed.dep_ in ("xcomp", "ccomp", "pcomp", "acl", "dobj", "prep", "pobj", "conj", "nsubjpass", "advcl", "nsubj")
        if not linked:
            return "actual"
        if above.pos_ in ("VERB", "AUX", "NOUN", "ADJ"):
            verdict = _governs(above, governed, trigger, cues)
            if verdict == "wanted":
                return None
            if verdict is not None:
                return verdict
        governed = above
    return "actual"


def _is_negated(token: Token) -> bool:
    return any(child.dep_ == "neg" or (child.dep_ == "det" and child.lower_ in _NEGATIONS) for child in token.children)


def _is_due(noun: Token) -> bool:
    """ "A meeting to be held", "talks were to continue"."""
    verbs = [child for child in children(noun, "acl", "relcl") if children(child, "auxpass")]
    if noun.dep_ in ("nsubj", "nsubjpass"):
        verb = noun.head
        verbs += [child for child in children(verb, "xcomp") if verb.lemma_ == "be"]
        verbs += [verb] if verb.dep_ == "xcomp" and verb.head.lemma_ == "be" else []
    return any(child.lower_ == "to" for verb in verbs for child in children(verb, "aux"))


def _own_form(token: Token, cues: Cues) -> Status:
    """What the verb's auxiliaries and conjunctions say; "to" before it leaves it to the governor."""
    for child in children(token, "aux", "mark", "advmod"):
        word = child.lemma_.lower()
        if word in ("if", "unless"):
            return "hypothetical"
        if child.dep_ == "aux" and (word in cues.hypothetical or child.lower_ in cues.hypothetical):
            return "hypothetical"
        if child.dep_ == "aux" and (word in cues.future or child.lower_ in cues.future):
            return "future"
    if token.pos_ in ("NOUN", "PROPN"):
        words = {form for child in children(token, "amod", "compound") for form in forms(child)}
        if words & cues.hypothetical:
            return "hypothetical"
        if words & cues.future:
            return "future"
    return "actual"


def _governs(above: Token, governed: Token, trigger: Trigger, cues: Cues) -> Verdict | None:
    """What a governing word does to the status: a status, "wanted", or None where it leaves it open."""
    words = set(forms(above))
    infinitive = governed.pos_ in ("VERB", "AUX") and any(child.lower_ == "to" for child in children(governed, "aux"))
    as_object = trigger.kind == "noun" and governed.dep_ in ("dobj", "pobj", "prep", "nsubjpass")
    if infinitive or as_object or governed.dep_ in ("xcomp", "pcomp"):
        for verdict, cue in _verdicts(cues):
            if words & cue:
                return verdict
    if above.pos_ in ("VERB", "AUX"):
        if _is_negated(above) and (infinitive or as_object):
            return "denied"
        own = _own_form(above, cues)
        carries = infinitive or governed.dep_ in ("xcomp", "dobj", "nsubj", "nsubjpass", "conj")
        if own != "actual" and carries:
            return own
        if infinitive and above.lemma_ == "be":
            return "future"
    if infinitive and not words & (cues.control_verbs | cues.light_verbs | cues.report_verbs):
        return "wanted" if governed.dep_ in ("acl", "relcl", "ccomp") else None
    return None


def _verdicts(cues: Cues) -> tuple[tuple[Verdict, frozenset[str]], ...]:
    return ("denied", cues.denied), ("wanted", cues.wanted), ("hypothetical", cues.hypothetical), ("future", cues.future)
