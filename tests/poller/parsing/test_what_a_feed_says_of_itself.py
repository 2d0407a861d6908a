"""Hubs, its own address and how often it changes: what a feed says of itself."""

from __future__ import annotations

import orjson
import pytest

from dateline.poller import ParsedFeed, parse_feed

URL = "https://andes.example/news/feed"
SPACES = "xmlns:atom='http://www.w3.org/2005/Atom' xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'"


def parsed(body: bytes) -> ParsedFeed:
    result = parse_feed(body, URL, None, 50, 1_000)
    assert isinstance(result, ParsedFeed), result
    return result


def rss(head: str) -> ParsedFeed:
    return parsed(
        f"<rss version='2.0' {SPACES}><channel><title>Andes</title>{head}<item><title>One</title></item></channel></rss>".encode()
    )


def test_its_hubs_and_its_own_address() -> None:
    links = (
        "<atom:link rel='hub' href='https://hub.example/'/><atom:link rel='hub' href='/hub'/><atom:link rel='self' href='/news/feed.xml'/>"
    )
    in_rss = rss(links)
    assert in_rss.hubs == ("https://hub.example/", "https://andes.example/hub")
    assert in_rss.self_url == "https://andes.example/news/feed.xml"
    in_atom = parsed(f"<feed xmlns='http://www.w3.org/2005/Atom'><title>A</title>{links.replace('atom:', '')}</feed>".encode())
    assert (in_atom.hubs, in_atom.self_url) == (in_rss.hubs, in_rss.self_url)
    json = {"version": "https://jsonfeed.org/version/1.1", "feed_url": "/news/feed.xml",
            "hubs": [{"type": "WebSub", "url": "https://hub.example/"}, 7, {"url": "/hub"}]}  # fmt: skip
    in_json = parsed(orjson.dumps(json))
    assert (in_json.hubs, in_json.self_url) == (in_rss.hubs, in_rss.self_url)


@pytest.mark.parametrize(
    ("head", "seconds"),
    [
        ("<ttl>60</ttl>", 3_600), ("<ttl> 5 </ttl>", 300), ("<ttl>soon</ttl>", None), ("<ttl>0</ttl>", None), ("<ttl>-5</ttl>", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", 1_800),
        ("<sy:updatePeriod> Daily </sy:updatePeriod>", 86_400), ("<sy:updatePeriod>often</sy:updatePeriod>", None),
        ("<sy:updateFrequency>4</sy:updateFrequency>", None), ("", None), ("<ttl>9999999999999</ttl>", None),
    ],
)  # fmt: skip
def test_how_long_it_stays_as_it_is(head: str, seconds: float | None) -> None:
    assert rss(head).hint_s == seconds
