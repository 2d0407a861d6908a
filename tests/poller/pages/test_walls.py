"""What stands in an article's place is not its text."""

from __future__ import annotations

import pytest

from dateline.poller.pages import read_page
from dateline.poller.pages.walls import Wall

URL = "https://lake.example/news/ferry-sinks"
LEAD = "<p>A ferry sank on Lake Kivu on Saturday with at least forty people on board, the port authority said in a statement.</p>"
WHOLE = "".join(f"<p>Report {number}: {LEAD[3:]}" for number in range(15))
NOT_FREE = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'


def wall(body: str, head: str = "<title>Ferry sinks</title>", url: str = URL) -> tuple[Wall | None, bool]:
    page = read_page(f"<html><head>{head}</head><body>{body}</body></html>".encode(), "text/html; charset=utf-8", url, 10_000)
    return page.wall, bool(page.text)


@pytest.mark.parametrize(
    ("body", "head", "found"),
    [
        (f"<article>{LEAD}</article>", NOT_FREE, "paywall"),
        (f"<article>{LEAD}<p>To read the full story, choose one of our offers.</p></article>", "", "paywall"),
        (f"<article>{LEAD}</article><div>Cet article est <b>réservé aux abonnés</b></div>", "", "paywall"),
        (f"<article>{WHOLE}</article>", NOT_FREE, None),  # all of it is there
        (f"<article>{LEAD}</article><nav>Already a subscriber? Log in</nav>", "", None),
        (f"<article>{LEAD}</article>", "", None),
        (
            "<p>We and our partners store cookies and personal data with your consent. You may change this in our privacy policy.</p>"
            "<p>Our partners process data on the basis of legitimate interest. Accept all or manage options to go on to the news.</p>",
            "<title>Lake Daily</title>",
            "consent",
        ),
        (
            "<h1>Page not found</h1><p>The address may have been mistyped, or the story was moved. Try our search, or the front page.</p>",
            "",
            "missing",
        ),
        (
            "<p>Oops! The page you are looking for does not exist. Maybe our search or the front page of today can help you.</p>",
            "",
            "missing",
        ),
        (f"<article><h1>Missing girl not found after a week</h1>{LEAD}</article>", "<title>Missing girl not found</title>", None),
        (
            "<noscript>You need to enable JavaScript to run this app.</noscript><div id=root></div>",
            "<title>Lake Daily</title>",
            "challenge",
        ),
        ("<p>Checking your browser before accessing lake.example.</p>", "<title>Just a moment...</title>", "challenge"),
    ],
)
def test_a_wall_is_recognised_and_an_article_is_none(body: str, head: str, found: Wall | None) -> None:
    assert wall(body, head or "<title>Ferry sinks</title>") == (found, found in (None, "paywall"))


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://consent.lake.example/collect?next=ferry", "consent"), ("https://lake.example/", "missing"),
        ("https://lake.example/404.html", "missing"), (URL, None),
    ],
)  # fmt: skip
def test_where_we_were_sent_tells_what_it_is(url: str, found: Wall | None) -> None:
    assert wall(f"<article>{WHOLE}</article>", url=url)[0] == found
