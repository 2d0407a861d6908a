"""The worker on the embedded broker: no idempotent producers there, and the same promises."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

from plain_reading import plain_articles, read_plain
from world import World

from dateline.codec import encode
from dateline.merging import merge_all
from dateline.settings import load


async def test_articles_become_events(embedded: str, tmp_path: Path) -> None:
    """One of them is longer than a fetch."""
    world, articles = World(embedded, tmp_path, session_timeout_s=6, idempotence=False), plain_articles(40)
    articles.append(replace(articles[4], article_id="long", text=f"{articles[4].text}\n{Random(8).randbytes(50_000).hex()}"))
    await world.prepare()
    await world.publish(articles)
    async with world.working():
        await world.until_idle()
    newest = {article.article_id: article for article in articles}.values()
    expected = merge_all([mention for article in newest for mention in read_plain(article)], load().merging)
    assert await world.final_events() == {event.event_id.encode(): encode(event) for event in expected}
    assert await world.letters() == []


async def test_an_article_in_another_language_is_no_letter_and_takes_back_what_it_said(embedded: str, tmp_path: Path) -> None:
    world, article = World(embedded, tmp_path, session_timeout_s=6, idempotence=False), plain_articles(2)[-1]
    assert read_plain(article)
    await world.prepare()
    await world.publish([article, replace(article, version=2, text="foreign")])
    async with world.working():
        await world.until_idle()
    assert await world.final_events() == {}
    assert await world.letters() == []
