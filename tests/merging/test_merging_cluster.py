"""Which reports are one event, and which are not."""

from __future__ import annotations

import pytest
from merging.reports import ALDER, ALDER_MILLS, BIRCH, CEDAR, NORTH, OPTIONS, XANIA, edited, on, report

from dateline.merging import block_key, cluster, merge_all
from dateline.records import Event, Mention, Withdrawal

MARKET = "Gunmen stormed the fish market in Alder and killed traders"
MARKET_TOO = "Traders were killed when gunmen stormed a fish market"
SCHOOL = "A bomb exploded beside the primary school, wounding pupils"


def articles(events: list[Event]) -> list[set[str]]:
    """The articles of each event."""
    return sorted(({source.article_id for source in event.sources} for event in events), key=min)


def merged(*mentions: Mention) -> list[set[str]]:
    return articles(merge_all(mentions, OPTIONS))


def test_two_outlets_on_one_attack_make_one_event() -> None:
    assert merged(report("gazette", MARKET, killed=4), report("herald", MARKET_TOO, killed=4)) == [{"gazette", "herald"}]


def test_two_attacks_in_one_city_on_one_day_are_two_events() -> None:
    assert merged(report("gazette", MARKET, killed=4), report("herald", SCHOOL, killed=9)) == [{"gazette"}, {"herald"}]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"where": BIRCH}, id="a city far away"),
        pytest.param({"where": CEDAR}, id="another province"),
        pytest.param({"when": on(25)}, id="days far apart"),
        pytest.param({"status": "hypothetical"}, id="another status"),
        pytest.param({"event_type": "PROTEST"}, id="another type"),
        pytest.param({"mode": "explosives"}, id="another mode"),
        pytest.param({"published": 31}, id="told a month apart"),
    ],
)
def test_what_is_incompatible_keeps_even_the_same_words_apart(other: dict[str, object]) -> None:
    assert merged(report("gazette", MARKET, mode="firearms", published=2), report("herald", MARKET, **{"mode": "firearms", **other})) == [
        {"gazette"},
        {"herald"},
    ]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"where": ALDER_MILLS}, id="a suburb"),
        pytest.param({"where": NORTH}, id="the province the city lies in"),
        pytest.param({"where": XANIA}, id="only the country"),
        pytest.param({"when": on(3)}, id="the next day"),
        pytest.param({"when": None}, id="no date, told the day after"),
        pytest.param({"mode": None}, id="no mode"),
    ],
)
def test_each_thing_is_compared_at_its_own_scale(other: dict[str, object]) -> None:
    first, second = report("gazette", MARKET, mode="firearms"), report("herald", MARKET, **{"mode": "firearms", **other})  # type: ignore[arg-type]
    assert first.block == second.block
    assert merged(first, second) == [{"gazette", "herald"}]


def test_one_article_tells_of_two_events_where_it_mentions_two() -> None:
    assert len(merge_all([report("gazette", MARKET), report("gazette", MARKET_TOO)], OPTIONS)) == 2


def test_no_chain_of_vague_reports_leads_from_one_event_to_the_next() -> None:
    vague = report("herald", MARKET, where=NORTH)
    found = merged(report("gazette", MARKET, where=ALDER), vague, report("tribune", MARKET, where=BIRCH))
    assert all(not {"gazette", "tribune"} <= event for event in found)


def test_what_has_no_time_is_joined_to_nothing() -> None:
    timeless = report("herald", MARKET, when=None, published=None)
    assert merged(report("gazette", MARKET), timeless) == [{"gazette"}, {"herald"}]


def test_a_new_version_of_an_article_replaces_what_the_old_one_said() -> None:
    old, gone = report("gazette", MARKET, killed=4), report("gazette", SCHOOL, where=BIRCH)
    (event,) = merge_all([old, gone, edited(old, casualties=report("x", "", killed=5).casualties)], OPTIONS)
    assert event.casualties.killed is not None
    assert (event.casualties.killed.low, event.casualties.killed.high) == (5, 5)


def test_a_withdrawn_article_says_nothing_any_more() -> None:
    first, second = report("gazette", MARKET), report("herald", MARKET)
    withdrawal = Withdrawal(article_id="gazette", article_version=2)
    assert articles(cluster([first, second], OPTIONS, [withdrawal])) == [{"herald"}]
    assert articles(cluster([edited(first), second], OPTIONS, [withdrawal])) == [{"gazette", "herald"}]


def test_a_block_is_no_finer_than_what_may_be_one_event() -> None:
    assert block_key("ASSAULT") == block_key("ACCIDENT")
    assert len({block_key("ASSAULT"), block_key("PROTEST"), block_key("CONSULT")}) == 3
