"""`dateline up` as a new user runs it: no Kafka, no network, no feed list; events on the screen, and a clean end."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

FIRST_EVENTS_WITHIN_S = 120  # generous: the machine may be busy, and the gazetteer not compiled yet


A_CLUSTERS = {  # what the settings say of another Kafka, which is not asked here
    "DATELINE_KAFKA__SECURITY_PROTOCOL": "SASL_SSL",
    "DATELINE_KAFKA__SASL_USERNAME": "dateline",
    "DATELINE_KAFKA__SASL_PASSWORD": "unused",
    "DATELINE_KAFKA__SSL_CA_FILE": "/nowhere/ca.pem",
}


async def test_the_bundled_feed_comes_out_as_events_whatever_cluster_the_settings_describe(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "dateline", "up", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env=os.environ | A_CLUSTERS | {"XDG_STATE_HOME": str(tmp_path)},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    last: dict[str, dict[str, object]] = {}
    try:
        async with asyncio.timeout(FIRST_EVENTS_WITHIN_S):
            while not any(_is_the_coalitions_strike(event) for event in last.values()):
                event = json.loads(await process.stdout.readline())
                last[event["event_id"]] = event
        process.send_signal(signal.SIGINT)
        said = (await process.stderr.read()).decode()
        assert await asyncio.wait_for(process.wait(), 40) == 0, said
    finally:
        if process.returncode is None:
            process.kill()
    assert "bundled demo feed" in said
    log = tmp_path / "dateline" / "log" / "up.log"
    assert log.is_file()
    assert "Traceback" not in log.read_text()


def _is_the_coalitions_strike(event: dict[str, object]) -> bool:
    return event["event_type"] == "ASSAULT" and event["event_mode"] == "heavy-weapons"


async def test_a_feed_list_that_is_not_there_is_a_wrong_call() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "dateline", "up", "--feeds", "/nowhere/feeds.opml", stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    assert process.returncode == 2
    assert b"/nowhere/feeds.opml" in said
