"""What is published when events change."""

from __future__ import annotations

from dataclasses import replace

from merging.reports import OPTIONS, edited, report

from dateline.merging import changes, cluster, event_id
from dateline.records import Event, Mention

MARKET = "Gunmen stormed the fish market and killed traders"


def events(*mentions: Mention) -> dict[str, Event]:
    return {event.event_id: event for event in cluster(mentions, OPTIONS)}


def test_nothing_is_published_twice() -> None:
    now = events(report("a", MARKET), report("b", MARKET))
    assert changes({}, now.values()) == list(now.values())
    assert changes(now, now.values()) == []


def test_an_earlier_report_that_comes_late_takes_the_event_over() -> None:
    late, early = report("a", MARKET, published=4), report("b", MARKET, published=3)
    told, ended = changes(events(late), events(late, early).values())
    assert (told.event_id, told.state) == (event_id(early), "active")
    assert (ended.event_id, ended.state, ended.merged_into) == (event_id(late), "merged", event_id(early))


def test_an_event_whose_only_article_no_longer_tells_of_it_is_retracted() -> None:
    gone, rest = report("a", MARKET), report("b", "A bomb exploded beside the school")
    (ended,) = changes(events(gone, rest), events(rest).values())
    assert (ended.event_id, ended.state, ended.merged_into) == (event_id(gone), "retracted", None)


def test_a_corrected_date_leads_from_the_old_id_to_the_new() -> None:
    old = report("a", MARKET)
    corrected = edited(old, mention_id="corrected", date=None)
    told, ended = changes(events(old), events(corrected).values())
    assert told.event_id == event_id(corrected)
    assert (ended.state, ended.merged_into) == ("merged", told.event_id)


def test_an_event_that_has_ended_is_not_ended_again_but_may_come_back() -> None:
    event = events(report("a", MARKET))
    ended = {key: replace(value, state="retracted") for key, value in event.items()}
    assert changes(ended, []) == []
    assert changes(ended, event.values()) == list(event.values())


def test_an_attack_that_most_take_for_an_accident_is_merged_not_retracted() -> None:
    attack = report("a", MARKET, published=4)
    accident, another = (report(name, MARKET, published=day, event_type="ACCIDENT") for name, day in (("b", 3), ("c", 5)))
    told, ended = changes(events(attack), events(attack, accident, another).values())
    assert (told.event_type, told.event_id) == ("ACCIDENT", event_id(accident))
    assert (ended.event_id, ended.state, ended.merged_into) == (event_id(attack), "merged", told.event_id)
