"""Dates: which of the dates that a text tells is that of an event.

An event's own date stands in its sentence. Where it has none, the story is at the day told last, or at the day of publication.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from dateline.extraction.date_words import Expression, Reference, expressions
from dateline.extraction.grammar import children, clause_verb, climb, tree_distance
from dateline.extraction.ontology import Cues
from dateline.language import Doc, Span, Token
from dateline.records import DateSpan, Status

_PRECISIONS = ("day", "week", "month", "year")
MAX_EXPRESSIONS = 20  # of a sentence: bounds the work on tables and lists
MAX_STEPS = 9  # in the tree between a trigger and its date: further apart they belong to different statements
STORY_DAYS = 10  # before publication: an older day is background, and not the day the story is at
REACH = 2  # sentences that the day told last holds for: 1 and 3 were no better, 8 lost 4 of 100 dates
LEAD_SENTENCES = 3  # whose day the story is at elsewhere: without them 5 of 100 dates were lost
_LIMITS = frozenset({"until", "till", "through", "to", "by", "before", "since", "from"})
_SAME_TIME = frozenset({"when", "as", "while", "where"})  # "was killed when a tree fell on Saturday"


_Told = list[tuple[Expression, Expression]]
"""Date expressions as they mean the past, and as they mean what is to come."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A date expression and the first of its content words."""

    expression: Expression
    token: Token
    said: bool  # when something was said, not when it happened

    @property
    def span(self) -> DateSpan:
        return self.expression.span


class StoryDates:
    """The dates of one article, and the day that its text is at from sentence to sentence. `_days`: by sentence, in order."""

    __slots__ = ("_cues", "_days", "_published", "_told")

    def __init__(self, published: date | None, text: Doc, cues: Cues) -> None:
        self._published, self._cues = published, cues
        self._days: list[tuple[int, DateSpan]] = []
        self._told: dict[int, _Told] = {}  # by sentence
        for number, sentence in enumerate(text.sents):
            day = self._told_in(sentence, number)
            if day is not None:
                self._days.append((number, day))

    def reader(self, sentence: Span, number: int, anchors: Sequence[Token]) -> DateReader:
        """For the triggers of one sentence; `number` is its position in the text, -1 in the title."""
        reference, told = self._reference(number), self._told.get(number)
        if told is None:
            told = _told(sentence, reference)
        return DateReader(sentence, reference, told, anchors, self._cues, self.day_at(number))

    def _reference(self, number: int) -> Reference:
        before = self._last(number - 1)
        return Reference(self._published, before[1].start if before else None)

    def _told_in(self, sentence: Span, number: int) -> DateSpan | None:
        """The day a sentence tells of: of those near publication the one nearest to the root of the tree."""
        if self._published is None:
            return None
        reference = self._reference(number)
        told = self._told[number] = _told(sentence, reference)
        reader = DateReader(sentence, reference, told, (), self._cues, None)
        near = [
            (len(list(climb(found.token))), found.token.i, found.span)
            for found in reader.found(False)
            if found.span.precision == "day" and 0 <= (self._published - found.span.start).days <= STORY_DAYS and not _is_limit(found)
        ]
        return min(near, key=lambda item: item[:2])[2] if near else None

    def _last(self, number: int) -> tuple[int, DateSpan] | None:
        """The last sentence up to this one that tells a day, and the day."""
        place = bisect_right(self._days, number, key=lambda item: item[0])
        return self._days[place - 1] if place else None

    def day_at(self, number: int) -> DateSpan | None:
        """The day the text is at in a sentence without one: the day told last, at the beginning the first told."""
        last = self._last(number)
        if last is not None and number - last[0] <= REACH:
            return last[1]
        return self._days[0][1] if self._days and self._days[0][0] < LEAD_SENTENCES else None


class DateReader:
    """Reads the date expressions of a sentence once, and gives each trigger the one nearest to it in the tree."""

    __slots__ = ("_anchors", "_cues", "_found", "_reference", "_sentence", "_story_day", "_told")

    def __init__(
        self, sentence: Span, reference: Reference, told: _Told, anchors: Sequence[Token], cues: Cues, story_day: DateSpan | None
    ) -> None:
        self._sentence, self._reference, self._told, self._cues, self._story_day = sentence, reference, told, cues, story_day
        self._anchors = frozenset(anchor.i for anchor in anchors)
        self._found: dict[bool, list[_Found]] = {}

    def near(self, anchor: Token, future: bool) -> DateSpan | None:
        """The date of what an anchor tells: the nearest expression, a day before a month or a year at the same distance."""
        ranked = [
            (
                found.said and found.token.head.i != anchor.i,
                tree_distance(found.token, anchor),
                _PRECISIONS.index(found.span.precision),
                found.token.i,
                place,
            )
            for place, found in enumerate(self.found(future))
            if not self._belongs_below(found.token, anchor)
        ]
        best = min(ranked, default=None)
        if best is None or best[1] > MAX_STEPS:
            return None
        found = self.found(future)[best[4]]
        return _side(found, anchor)

    def backdrop(self, anchor: Token, status: Status) -> DateSpan | None:
        """The day the story is at, for an event without a date of its own; where none is told, publication or the day before.

        None for what is to come, and for what had happened before.
        """
        if status not in ("actual", "denied") or self._is_earlier(anchor):
            return None
        if self._story_day is not None:
            return self._story_day
        published = self._reference.published
        if published is None or published == date.min:
            return None
        return DateSpan(start=published - timedelta(days=1), end=published, precision="day", text=None, basis="publication")

    def _is_earlier(self, anchor: Token) -> bool:
        """Whether the clause looks back from the day the story is at: "had begun conducting strikes", "was formerly held"."""
        verb = clause_verb(anchor)
        steps = 0
        while verb is not None and steps < MAX_STEPS:
            if any(child.dep_ == "aux" and child.lower_ in ("had", "'d", "’d") and verb.tag_ == "VBN" for child in verb.children):
                return True
            if any(child.dep_ == "advmod" and child.lower_ in self._cues.earlier for child in verb.children):
                return True
            if verb.dep_ != "xcomp":
                return False
            verb, steps = clause_verb(verb.head), steps + 1
        return False

    def found(self, future: bool) -> list[_Found]:
        """The expressions of the sentence; `future`: of what is to come, else only those are that hang on such a verb."""
        if future not in self._found:
            found = (self._place(expression, ahead, future) for expression, ahead in self._told)
            self._found[future] = [one for one in found if one is not None]
        return self._found[future]

    def _place(self, expression: Expression, ahead: Expression, future: bool) -> _Found | None:
        token = _token_at(self._sentence, expression.start, expression.end)
        if token is None or (expression.bare and token.ent_type_ != "DATE"):
            return None
        verb = next((above for above in climb(token) if above.pos_ in ("VERB", "AUX")), None)
        if future or (verb is not None and self._is_to_come(verb)):
            expression = ahead
        said = verb is not None and token.head.i == verb.i and verb.lemma_.lower() in self._cues.report_verbs
        return _Found(expression, token, said)

    def _is_to_come(self, verb: Token) -> bool:
        """Whether a verb tells of what is to come: "will meet", "were to meet", "is expected to meet"."""
        auxiliaries = {child.lower_ for child in children(verb, "aux")}
        if auxiliaries & {"will", "shall", "'ll", "’ll", "wo"}:
            return True
        if "to" not in auxiliaries:
            return False
        above = verb.head
        return above.lemma_ == "be" or above.lemma_.lower() in self._cues.future

    def _belongs_below(self, token: Token, anchor: Token) -> bool:
        """Whether the date hangs on another trigger, apart from this one: "struck in response to an attack last week"."""
        around = {above.i for above in climb(anchor)}
        for above in climb(token):
            if above.i in around:
                return False
            if above.i in self._anchors and not any(child.lower_ in _SAME_TIME for child in above.children):
                return True
        return False


def _told(sentence: Span, reference: Reference) -> _Told:
    """The expressions of a sentence."""
    text = sentence.text
    past = list(islice(expressions(text, reference), MAX_EXPRESSIONS))
    if not past:
        return []
    past = [one for one in past if not any(other.end <= one.start < other.whole for other in past)]  # what another is counted from
    future = Reference(reference.published, reference.story, future=True)
    ahead = {one.start: one for one in islice(expressions(text, future), MAX_EXPRESSIONS)}
    return [(one, ahead.get(one.start, one)) for one in past]


def _is_limit(found: _Found) -> bool:
    """Whether a date is only counted from, or tells how long something goes on: "two days after", "until Monday"."""
    return found.expression.counted or found.token.head.lower_ in _LIMITS


def _side(found: _Found, anchor: Token) -> DateSpan:
    """Of "a day after" the day that is meant: what stands behind it in its clause came before."""
    expression = found.expression
    at = anchor.idx - found.token.sent.start_char
    if expression.converse is not None and expression.end <= at < expression.clause:
        return expression.converse
    return expression.span


def _token_at(sentence: Span, start: int, end: int) -> Token | None:
    """The token that an expression hangs on the tree by: the one whose head lies outside it, past a preposition."""
    span = sentence.doc.char_span(sentence.start_char + start, sentence.start_char + end)
    if span is None or not len(span):
        return None
    return next((token for token in (span[0], *span[0].rights) if token.pos_ != "ADP"), span[0])
