"""Dead letters from their list to their end, on the embedded broker."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result
from plain_reading import PlainPool, plain_articles, read_plain
from world import World

from dateline.cli import cli
from dateline.codec import encode
from dateline.records import Article, Mention

NO_LETTER = b"what somebody else wrote to the topic of the letters"


class Mended(PlainPool):
    """Reads what the plain pool could not."""

    def submit(self, article: Article) -> Future[list[Mention]]:
        reading: Future[list[Mention]] = Future()
        reading.set_result(read_plain(article))
        return reading


@pytest.fixture
async def world(embedded: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Two articles that make reading die or hang, and one record that is none, after a worker has met them."""
    made = World(embedded, tmp_path, session_timeout_s=6, idempotence=False, partitions=1)
    for name, value in made.environment().items():
        monkeypatch.setenv(name, value)
    await made.prepare()
    await made.publish([*plain_articles(3), Article(article_id="died", text="crash"), Article(article_id="hung", text="hang")])
    await made.put(made.settings.topics.articles, [(None, b"\xff no article")])
    await made.put(made.settings.topics.deadletters, [(b"no:letter:1", NO_LETTER)])
    async with made.working():
        await made.until_idle()
    return made


async def call(*arguments: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, cli, ["deadletters", *arguments], catch_exceptions=False)


async def listed(*arguments: str) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in (await call("list", "--json", *arguments)).stdout.splitlines()]


async def test_letters_are_listed_shown_sent_again_and_dropped(world: World) -> None:
    letters = {str(letter["key"]): letter for letter in await listed()}
    assert letters.keys() == {"died", "hung", "None"}
    assert (letters["hung"]["class"], letters["hung"]["message"]) == ("TimeoutError", "took too long")
    assert letters["died"]["attempts"] == "2"
    assert [letter["key"] for letter in await listed("--class", "TimeoutError")] == ["hung"]
    assert await listed("--stage", "merge") == []
    hung, died, none = (str(letters[key]["id"]) for key in ("hung", "died", "None"))
    table = (await call("list")).output.splitlines()
    assert table[table.index("    TimeoutError: took too long") - 1].startswith(hung)

    shown = (await call("show", hung)).output
    assert "message: took too long" in shown
    assert '"text":"hang"' in shown
    assert (await call("show", none, "--raw")).stdout_bytes == b"\xff no article"

    assert (await call("retry", "--class", "ProcessExpired", "--all")).output == "1 sent again\n"
    async with world.working():  # no better than before
        await world.until_idle()
    (again,) = [letter for letter in await listed() if letter["key"] == "died"]
    assert (again["attempts"], again["id"] != died) == ("4", True)
    assert len(await listed()) == 3

    assert (await call("retry", hung, str(again["id"]))).output == "2 sent again\n"
    async with world.working(Mended()):
        await world.until_idle()
    assert [letter["key"] for letter in await listed()] == [None]
    assert (await call("drop", none)).output == "1 dropped\n"
    assert await listed() == []
    last = {record.key: record.value for record in await world.letters()}
    assert set(last.values()) == {None, NO_LETTER}  # nothing of ours but tombstones, which go with the next compaction

    articles = [record.value for record in await world.records(world.settings.topics.articles)]
    assert articles.count(encode(Article(article_id="hung", text="hang"))) == 2


async def test_a_wrong_call_does_nothing(world: World) -> None:
    for arguments, says in (
        (["retry"], "--all"),
        (["drop", "x", "--all"], "--all"),
        (["retry", "no:such:1"], "no such letter: no:such:1"),
        (["show", "x"], "no such letter"),
    ):
        result = await call(*arguments)
        assert (result.exit_code, says in result.output) == (2, True)
    assert len(await listed()) == 3
