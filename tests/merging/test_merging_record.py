"""What the merged record says when its reports differ."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from merging.reports import ALDER, NORTH, OPTIONS, XANIA, on, report

from dateline.merging import cluster, event_id, fingerprint
from dateline.records import DateSpan, Event, Mention, Party

WORDS = "Gunmen stormed the fish market and killed traders"


def one_event(*mentions: Mention) -> Event:
    (event,) = cluster(mentions, OPTIONS)
    return event


def test_it_is_named_after_its_first_report() -> None:
    first, second = report("herald", WORDS, published=3), report("gazette", WORDS, published=4)
    event = one_event(second, first)
    assert event.event_id == event_id(first)
    assert (event.first_reported, event.last_reported) == (datetime(2026, 5, 3, 12, tzinfo=UTC), datetime(2026, 5, 4, 12, tzinfo=UTC))
    assert [source.article_id for source in event.sources] == ["herald", "gazette"]


def test_its_place_is_the_most_specific() -> None:
    event = one_event(*(report(name, WORDS, where=where, central=True) for name, where in (("a", XANIA), ("b", NORTH), ("c", ALDER))))
    assert event.place == ALDER


def test_its_date_is_the_most_precise_that_a_text_tells() -> None:
    may = DateSpan(start=date(2026, 5, 1), end=date(2026, 5, 31), precision="month", text="May", basis="stated")
    event = one_event(report("a", WORDS, when=may), report("b", WORDS, when=on(2)), report("c", WORDS, when=on(3, basis="publication")))
    assert event.date == on(2)


def test_the_date_that_most_origins_tell_wins() -> None:
    event = one_event(report("a", WORDS + " a", when=on(3)), report("b", WORDS + " b", when=on(2)), report("c", WORDS + " c", when=on(2)))
    assert event.date == on(2)


def test_parties_are_united_with_the_best_supported_first() -> None:
    event = one_event(
        report("a", WORDS + " a", actors=["gunmen", "Red Band"]), report("b", WORDS + " b", actors=["Red Band"], recipients=["traders"])
    )
    assert [actor.name for actor in event.actors] == ["Red Band", "gunmen"]
    assert [recipient.name for recipient in event.recipients] == ["traders"]


def test_of_one_name_the_fullest_record_is_kept() -> None:
    known = Party(name="Red Band", text="the Red Band", kind="rebels", country="XA")
    event = one_event(report("a", WORDS, actors=["Red Band"]), replace(report("b", WORDS), actors=(known,)))
    assert event.actors == (known,)


@pytest.mark.parametrize(
    ("told", "merged"),
    [
        pytest.param([4, 4], (4, 4), id="agreed"),
        pytest.param([(5, None), 7], (7, 7), id="at least five, and seven"),
        pytest.param([4, 7], (4, 7), id="disagreement is kept"),
        pytest.param([(4, 6), (5, 9)], (5, 6), id="ranges narrow each other"),
        pytest.param([4, 4, 7], (4, 4), id="what most say"),
        pytest.param([3, None], (3, 3), id="one does not say"),
        pytest.param([9, (12, None)], (9, 12), id="nine, and at least twelve"),
        pytest.param([3, "an officer"], (3, 3), id="a number, and one of the dead"),
        pytest.param([3, "one person"], (1, 3), id="two numbers"),
        pytest.param(["an officer", "a guard"], (1, 1), id="one each"),
    ],
)
def test_tolls(told: list[int | str | tuple[int, int | None] | None], merged: tuple[int, int | None]) -> None:
    event = one_event(*(report(f"paper{day}", f"{WORDS} {day}", published=3 + day, killed=killed) for day, killed in enumerate(told)))
    assert event.casualties.killed is not None
    assert (event.casualties.killed.low, event.casualties.killed.high) == merged


def test_an_outlet_that_corrects_its_toll_does_not_contradict_itself() -> None:
    event = one_event(
        report("a", WORDS, published=3, killed=4, publisher="Gazette"),
        report("b", WORDS + " now", published=4, killed=6, publisher="Gazette"),
    )
    assert event.casualties.killed is not None
    assert (event.casualties.killed.low, event.casualties.killed.high) == (6, 6)


@pytest.mark.parametrize(
    ("told", "injured"),
    [
        pytest.param([(None, 1), (1, None)], None, id="the wounded man of the first report died"),
        pytest.param([(1, 1), (1, None)], None, id="one tells both, one only the dead"),
        pytest.param([(1, 1), (1, 1), (1, None)], (1, 1), id="more tell both"),
        pytest.param([(1, 3), (1, None)], (3, 3), id="more wounded than dead"),
        pytest.param([(None, 1)], (1, 1), id="nobody died"),
        pytest.param([(1, 1), (0, None)], (1, 1), id="one tells both, one that nobody died"),
    ],
)
def test_the_wounded_of_some_reports_are_the_dead_of_others(
    told: list[tuple[int | None, int | None]], injured: tuple[int, int] | None
) -> None:
    event = one_event(
        *(report(f"paper{day}", f"{WORDS} {day}", published=3 + day, killed=dead, injured=hurt) for day, (dead, hurt) in enumerate(told))
    )
    found = event.casualties.injured
    assert (found and (found.low, found.high)) == injured


def test_each_source_keeps_its_own_figure() -> None:
    event = one_event(report("a", WORDS + " a", killed=4), report("b", WORDS + " b", killed=7), report("c", WORDS + " c"))
    figures = [source.casualties.killed for source in event.sources]
    assert [figure and (figure.low, figure.high) for figure in figures] == [(4, 4), (7, 7), None]


def test_copies_are_sources_but_not_origins() -> None:
    wire = [report(f"paper{n}", WORDS, agency="AP", confidence=0.6) for n in range(4)]
    own = report("herald", WORDS + ", a witness said", confidence=0.5)
    copied, checked = one_event(*wire), one_event(*wire, own)
    assert (copied.source_count, copied.origin_count, copied.confidence) == (4, 1, 0.6)
    assert (checked.source_count, checked.origin_count, checked.confidence) == (5, 2, 0.8)


def test_the_same_wording_is_one_origin_even_without_a_credit() -> None:
    assert one_event(report("a", WORDS), report("b", WORDS)).origin_count == 1


STORY = (
    "Gunmen stormed the fish market on Saturday morning and killed traders who had come from three villages along the lake. Witnesses said "
    "that the men arrived by boat before dawn, cut the telephone line and fired from the pier until the night watchman rang the bell of "
    "the chapel. The harbour master counted forty shots."
)


def test_a_copy_with_a_word_changed_is_no_origin_of_its_own() -> None:
    def told(article: str, text: str, words: str) -> Mention:
        return replace(report(article, words), fingerprint=fingerprint(text))

    copy = STORY.replace("forty shots", "fifty shots")
    other = " ".join(reversed(STORY.split()))
    assert one_event(told("a", STORY, WORDS + " a"), told("b", copy, WORDS + " b")).origin_count == 1
    assert one_event(told("a", STORY, WORDS + " a"), told("b", other, WORDS + " b")).origin_count == 2
    assert fingerprint("Police are investigating.") == ()


def test_no_number_of_reports_makes_it_certain() -> None:
    assert one_event(*(report(f"paper{n}", f"{WORDS} {n}", confidence=0.9) for n in range(9))).confidence == 0.99


def test_it_is_central_when_it_is_for_one_article_and_rests_on_the_words_of_all() -> None:
    event = one_event(report("a", WORDS), report("b", WORDS, central=True))
    assert event.central
    assert [evidence.article_id for evidence in event.evidence] == ["a", "b"]
