"""`dateline feeds`, as somebody uses it who has a broker: one after the other, in one world."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from click.testing import CliRunner, Result
from feed_site import FeedSite, feed_site
from poller.traps import open_traps, says
from world import World

from dateline.app.polling.poller import open_poller
from dateline.cli import cli


async def dateline(world: World, *arguments: str) -> Result:
    return await asyncio.to_thread(CliRunner(env=world.environment()).invoke, cli, arguments)


async def test_the_list_of_feeds_from_import_to_export(embedded: str, tmp_path: Path) -> None:
    world = World(embedded, tmp_path, partitions=2, idempotence=False)
    await world.prepare()
    async with feed_site() as site:
        one, two, three = site.feeds(3, items=2)
        site.broken.add(1)
        listed = tmp_path / "mine.opml"
        listed.write_text(f"""<opml><body><outline text="One" xmlUrl="{one.url}"/>
            <outline xmlUrl="ftp://bad.example/"/>
            <outline text="Two" xmlUrl="{two.url}"/></body></opml>""")
        told = await dateline(world, "feeds", "import", str(listed))
        assert (told.exit_code, told.stdout) == (3, "2 added, 0 changed, 0 already there\n")
        assert "mine.opml, line 2: refused: not an http(s) address" in told.stderr
        assert (await dateline(world, "feeds", "add", three.url, "--no-page-text", "--country", "PE")).exit_code == 0
        renamed = await dateline(world, "feeds", "add", three.url, "--no-page-text", "--name", "Three")
        assert renamed.stdout.startswith("0 added, 1 changed")
        assert (await dateline(world, "feeds", "add", three.url, "--country", "Peru")).exit_code == 2

        settings = world.settings
        async with open_poller(settings.kafka, settings.topics, settings.poller, settings.polling, once=True) as poller:
            await poller.run(asyncio.Event())
        rows = [json.loads(line) for line in (await dateline(world, "feeds", "list", "--json")).stdout.splitlines()]
        assert [(row["url"], row["name"], row["health"]) for row in rows] == [
            (one.url, "One", "well"), (two.url, "Two", "failing"), (three.url, "Three", "well")
        ]  # fmt: skip
        assert [row["seen"] for row in rows] == [2, 0, 2]
        failing = (await dateline(world, "feeds", "list", "--failing", "--json")).stdout.splitlines()
        assert [json.loads(line)["last_reason"] for line in failing] == ["status: HTTP 500"]
        assert (await dateline(world, "feeds", "list", "--silent", "--json")).stdout == ""
        table = (await dateline(world, "feeds", "list", "--sort", "failures")).stdout
        assert "failing" in table

        await check_tells_what_a_poll_would_do(world, site)

        assert (await dateline(world, "feeds", "remove", two.url)).stdout == f"removed {two.url}\n"
        assert (await dateline(world, "feeds", "remove", two.url)).exit_code == 1
        exported = (await dateline(world, "feeds", "export")).stdout_bytes
        listed.write_bytes(exported)
        assert (await dateline(world, "feeds", "import", str(listed))).stdout == "0 added, 0 changed, 2 already there\n"


async def check_tells_what_a_poll_would_do(world: World, site: FeedSite) -> None:
    spared = (await dateline(world, "feeds", "check", site.feed(0).url)).stdout
    assert "a poll is answered by “not modified”" in spared
    assert "2 items: 0 new, 0 edited, 2 known" in spared
    site.items[0] |= {"0-0": "Edited text", "0-9": "New text"}
    told = (await dateline(world, "feeds", "check", site.feed(0).url)).stdout
    assert "On the list, polled last" in told
    assert "3 items: 1 new, 1 edited, 1 known" in told
    assert "edited, version 2" in told
    unknown = await dateline(world, "feeds", "check", site.feed(9).url)
    assert "Not on the list, never polled" in unknown.stdout
    as_json = await dateline(world, "feeds", "check", "--json", site.feed(1).url)
    assert (as_json.exit_code, as_json.stdout, "status: HTTP 500" in as_json.stderr) == (1, "", True)
    broken = await dateline(world, "feeds", "check", site.feed(1).url)
    assert (broken.exit_code, "failed: status: HTTP 500" in broken.stdout) == (1, True)
    assert site.asked[0] == 3


async def test_a_check_needs_no_broker() -> None:
    async with feed_site() as site:
        site.feeds(1)
        environment = {"DATELINE_KAFKA__BOOTSTRAP": "127.0.0.1:1", "DATELINE_POLLER__ALLOW_PRIVATE_ADDRESSES": "true"}
        told = await asyncio.to_thread(CliRunner(env=environment).invoke, cli, ["feeds", "check", site.feed(0).url])
    assert told.exit_code == 0
    assert "Not compared with the list" in told.stdout
    assert "1 item: 1 new" in told.stdout


async def test_a_check_tells_what_became_of_pages() -> None:
    """Among them those that robots.txt forbids, with an example."""
    document = rss("read", "private/one", "private/two", "missing").encode()
    async with open_traps() as traps:
        traps.on("/feed", says(document.replace(b"SITE", traps.url("", "127.0.0.1").encode())), host="127.0.0.1")
        traps.on("/robots.txt", says(b"User-agent: *\nDisallow: /private"), host="127.0.0.1")
        page = "<p>Cars crossed the bridge again on Saturday, after engineers had tested it for a week, said the ministry.</p>" * 4
        traps.on("/read", says(f"<html><body><article>{page}</article></body></html>".encode()), host="127.0.0.1")
        environment = {"DATELINE_KAFKA__BOOTSTRAP": "127.0.0.1:1", "DATELINE_POLLER__ALLOW_PRIVATE_ADDRESSES": "true"}
        url = traps.url("/feed", "127.0.0.1")
        told = await asyncio.to_thread(CliRunner(env=environment).invoke, cli, ["feeds", "check", url])
    assert "1 read; 2 not wanted read by programs (robots.txt); 1 not to be had\n" in told.stdout
    assert "2 pages, and the feed's own text serves: robots: this site does not want it read by programs, as at http" in told.stdout


def rss(*names: str) -> str:
    items = "".join(f"<item><title>{name}</title><link>SITE/{name}</link></item>" for name in names)
    return f"<rss version='2.0'><channel><title>Andes</title>{items}</channel></rss>"


async def test_a_list_on_a_broker_without_topics_is_one_line_of_what_to_do(embedded: str) -> None:
    environment = os.environ | {"DATELINE_KAFKA__BOOTSTRAP": embedded}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "dateline", "feeds", "list", env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    assert (process.returncode, out) == (1, b"")
    [line] = err.decode().splitlines()
    assert line.startswith(f"dateline: no topic 'dateline.feeds' at {embedded}")
