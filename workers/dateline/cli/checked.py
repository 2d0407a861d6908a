"""What a check of a feed found, in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dateline.cli.times import span, when

if TYPE_CHECKING:
    from dateline.app.checking import Check

_BASES = {
    "start": "until its habit is known",
    "habit": "by how often it brings something new",
    "silence": "nothing new for long",
    "hint": "as its publisher asks",
    "floor": "the shortest that the settings allow",
    "cap": "the longest that the settings allow",
}
_PAGES = {
    "read": "read",
    "empty": "without text",
    "paywall": "behind a paywall",
    "consent": "behind a consent page",
    "missing": "missing, with another page in their place",
    "challenge": "kept from programs by a challenge",
    "robots": "not wanted read by programs (robots.txt)",
    "later": "not to be had just now, and tried again at the next polls",
    "failed": "not to be had",
}


def explain(found: Check) -> Iterator[str]:
    """The way to the document, what it says of itself, when it is asked again, its items."""
    yield from _answer(found)
    yield from _standing(found)
    if found.document is not None:
        yield from _says_of_itself(found)
        yield from _items(found)
    yield from _next(found)


def _answer(found: Check) -> Iterator[str]:
    from dateline.poller import Fetched

    got, state = found.result.answer, found.result.state
    hops = [f" HTTP {hop.status} → {hop.url}" for hop in getattr(got, "hops", ())]
    yield (found.before.url if found.before else found.feed.url) + "".join(hops)
    if isinstance(got, Fetched):
        yield f"  answered with {len(got.body):,} bytes of {got.content_type or 'no type'}"
        validators = [f"{name} {value}" for name, value in (("ETag", got.etag), ("Last-Modified", got.last_modified)) if value]
        yield f"  validators: {', '.join(validators) or 'none: each poll reads the whole document'}"
        if found.would_be_spared:
            yield "  they are those of the last poll: a poll is answered by “not modified”"
        if got.fresh_s is not None:
            yield f"  its server lets it be kept for {span(got.fresh_s)}"
    if state.last_reason:
        yield f"  {found.result.outcome}: {state.last_reason.removeprefix('gone: ')}"
    if state.move:
        yield f"  moves to {state.move.to} once that has held for some days"


def _standing(found: Check) -> Iterator[str]:
    before = found.before
    if found.no_broker:
        yield f"Not compared with the list and what is known: {found.no_broker}"
    elif before is None:
        yield f"{'On the list' if found.listed else 'Not on the list'}, never polled"
    else:
        yield (
            f"{'On the list' if found.listed else 'Not on the list any more'}, polled last {when(before.last_polled)}, last new item "
            f"{when(before.last_new_item)}, {_count(len(before.seen), 'item')} known, "
            f"{_count(before.failures, 'failure')} since the last success"
        )


def _says_of_itself(found: Check) -> Iterator[str]:
    told, state = found.document, found.result.state
    if told is None:
        return
    yield f"Title: {told.feed.title or 'none'}; language: {found.feed.language or told.feed.language or 'not told'}"
    if state.push:
        yield f"  pushed by the hub {state.push.hub} as {state.push.topic}"
    if told.feed.hint_s:
        yield f"  says that it stays as it is for {span(told.feed.hint_s)}"


def _next(found: Check) -> Iterator[str]:
    state = found.result.state
    if state.retired:
        yield "It would not be polled again: its server says that it is gone"
        return
    why = f", every {span(state.interval_s)}: {_BASES[state.interval_basis]}" if state.interval_basis and not state.failures else ""
    usual = f"; it brings something new every {span(state.gap_s)}" if state.gap_s else ""
    yield f"Next poll {when(state.next_poll)}{why}{usual}"


def _items(found: Check) -> Iterator[str]:
    articles, items = found.result.articles, found.document.count if found.document else 0
    edited = sum(article.version > 1 for article in articles)
    yield f"{_count(items, 'item')}: {len(articles) - edited} new, {edited} edited, {max(0, items - len(articles))} known"
    for article in articles:
        kind = "new" if article.version == 1 else f"edited, version {article.version}"
        date = f"{when(article.published)}{'' if article.published_basis == 'stated' else ' (first seen)'}"
        text = f"{len(article.text):6} characters ({article.text_basis})"
        yield f"  {kind}  {article.article_id}  {date}  {text}  {article.title or article.url}"
    pages = sorted(found.result.pages.items(), key=lambda one: list(_PAGES).index(one[0]))
    if pages:
        yield f"Pages of new and edited items: {'; '.join(f'{number} {_PAGES[outcome]}' for outcome, number in pages)}"
    examples = {reason: url for url, reason in reversed(found.unread)}
    for reason, count in Counter(reason for _, reason in found.unread).most_common():
        yield f"  {_count(count, 'page')}, and the feed's own text serves: {reason}, as at {examples[reason]}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
