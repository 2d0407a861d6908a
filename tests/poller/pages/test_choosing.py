"""Of a page's text and the feed's own the better one is taken: more of the article, less of what stands around it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.poller.pages import better_text

SENTENCE = "A ferry sank on Lake Kivu on Saturday with forty people on board, the port authority in Goma said."
TEASERS = "\n".join(f"Another story of today, number {number}" for number in range(40))


def story(sentences: int) -> str:
    return "\n".join([SENTENCE] * sentences)


@pytest.mark.parametrize(
    ("page", "feed", "basis"),
    [
        (story(9), story(2), "page"),
        (story(2), story(9), "feed"),
        (story(5), story(5), "page"),
        ("", story(1), "feed"),
        (story(1), "", "page"),
        (TEASERS, story(3), "feed"),  # longer, and no prose
        (story(10) + "\n" + TEASERS, story(10), "feed"),  # the same and a list of teasers
        (story(6), story(9) + "\nContinue reading on lake.example", "page"),  # the feed's says that it goes on
        (story(6), story(9) + " …", "page"),
        (story(6), story(9) + " [...]", "page"),
        (story(2), story(9) + "\nRead more", "feed"),  # cut, but the page has hardly anything
    ],
)
def test_the_better_text_is_taken(page: str, feed: str, basis: str) -> None:
    assert better_text(page, feed) == ({"page": page, "feed": feed}[basis], basis)


def test_what_a_paywall_leaves_serves_only_where_the_feed_has_nothing() -> None:
    assert better_text(story(4), story(1), paywall=True) == (story(1), "feed")
    assert better_text(story(4), "", paywall=True) == (story(4), "page")


@given(st.text(), st.text(), st.booleans())
def test_one_of_the_two_is_taken(page: str, feed: str, paywall: bool) -> None:
    text, basis = better_text(page, feed, paywall=paywall)
    assert text == {"page": page, "feed": feed}[basis]
    assert text or not (page or feed)
