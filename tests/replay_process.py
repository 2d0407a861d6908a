"""A replay with the plain reading pool as a process, so that a test can kill it: FOLDER INTO RATE. Settings come from the environment."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from plain_reading import PlainPool

from dateline.app.replay import Plan, Replaying
from dateline.app.stopping import stop_on_signals
from dateline.settings import load


async def main(folder: str, into: str, rate: str) -> None:
    settings = load()
    plan = Plan(articles=settings.topics.articles, into=into)
    stop = stop_on_signals()
    await Replaying(settings, plan, Path(folder), lambda *_: None, stop, rate=float(rate)).run(PlainPool())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
