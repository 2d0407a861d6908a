"""`dateline replay --diff`: its words, its numbers and its exit code."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result
from merging.reports import OPTIONS, report
from world import World

from dateline.cli import cli, main
from dateline.codec import encode
from dateline.merging import cluster


async def call(*arguments: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, cli, ["replay", *arguments], catch_exceptions=False)


async def test_two_topics_are_told_apart(embedded: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(embedded, tmp_path, idempotence=False)
    for name, value in world.environment().items():
        monkeypatch.setenv(name, value)
    await world.prepare()
    first, second = world.settings.topics.events, world.settings.topics.feeds
    market, school = report("a", "Gunmen stormed the fish market"), report("b", "A bomb exploded beside the school", killed=3)
    for topic, told in ((first, [market]), (second, [market, school])):
        await world.put(topic, [(event.event_id.encode(), encode(event)) for event in cluster(told, OPTIONS)])

    same = await call("--diff", first, first)
    assert (same.exit_code, same.output) == (0, "1 the same, 0 new, 0 gone (0 of them merged into others), 0 changed\n")
    other = await call("--diff", first, second)
    assert other.exit_code == 3
    assert "1 the same, 1 new" in other.output
    assert "“A bomb exploded beside the school”" in other.output
    figures = orjson.loads((await call("--diff", second, first, "--json")).output)
    assert (figures["gone"], figures["examples"]["gone"][0]["before"]["casualties"]["killed"]["low"]) == (1, 3)


@pytest.mark.parametrize("command", ["tail", "replay --diff no.such no.such", "deadletters list"])
async def test_a_topic_that_is_not_there_is_told_in_one_line(
    embedded: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    monkeypatch.setenv("DATELINE_KAFKA__BOOTSTRAP", embedded)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["dateline", *command.split()])
    with pytest.raises(SystemExit) as ended:
        await asyncio.to_thread(main)
    assert ended.value.code == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("dateline: no topic ")
