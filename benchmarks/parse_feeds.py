"""How fast feeds are parsed, and that all in a folder are: python benchmarks/parse_feeds.py FOLDER; --hostile adds what hostile ones cost.

Each file is parsed as the poller does, and by feedparser alone for comparison. Seconds are of processor time; memory is the peak above
what a reading process needs anyway.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import resource
import time
from collections.abc import Callable
from pathlib import Path

import feedparser

from dateline.poller import ParsedFeed, Unreadable, open_reader, parse_feed
from dateline.settings import load

HEAD, END = b"<?xml version='1.0'?><rss version='2.0'><channel><title>t</title>", b"</channel></rss>"
JSON_HEAD = b'{"version": "https://jsonfeed.org/version/1.1", "items": ['
HOSTILE: dict[str, Callable[[int], bytes]] = {
    "a million tiny items": lambda size: HEAD + b"<item/>" * (size // 7) + END,
    "20,000 items": lambda size: HEAD + (b"<item><title>t</title>" + b"<a>word</a>" * (size // 220_000 - 4) + b"</item>") * 20_000 + END,
    "one item": lambda size: HEAD + b"<item><title>t</title><description>" + b"word " * (size // 5) + b"</description></item>" + END,
    "nested elements": lambda size: HEAD + b"<item><title>t</title>" + b"<a>" * (size // 3),
    "nested bases": lambda size: HEAD + b"<item><title>t</title>" + b"<a xml:base='x/'>" * (size // 17),
    "one attribute, again and again": lambda size: HEAD + b"<item><title>t</title><x " + b"a='b' " * (size // 6) + b"/></item>" + END,
    "opening brackets": lambda size: HEAD + b"<item><title>t</title><description>" + b"<" * size + b"</description></item>" + END,
    "NULs": lambda size: b"\0" * size,
    "JSON, empty items": lambda size: JSON_HEAD + b"{}," * (size // 3) + b"{}]}",
    "JSON, nested": lambda size: b'{"a":' * (size // 5),
}  # fmt: skip


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("folder", type=Path)
    told.add_argument("--rounds", type=int, default=5)
    told.add_argument("--hostile", action="store_true")
    asked = told.parse_args()
    bodies = {path.name: path.read_bytes() for path in sorted(asked.folder.iterdir()) if path.is_file()}
    _compare(bodies)
    _time(bodies, asked.rounds)
    if asked.hostile:
        asyncio.run(_hostile())


def _ours(body: bytes) -> ParsedFeed | Unreadable:
    options = load().poller
    return parse_feed(body, "https://feed.example/", None, options.max_items, options.max_text_chars)


def _feedparser(body: bytes) -> int:
    return len(feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False).entries)


def _compare(bodies: dict[str, bytes]) -> None:
    items = fewer = 0
    for name, body in bodies.items():
        parsed, theirs = _ours(body), _feedparser(body)
        ours = len(parsed.items) if isinstance(parsed, ParsedFeed) else 0
        items, fewer = items + ours, fewer + (ours < theirs)
        if not ours:
            print(f"{name}: no items (feedparser: {theirs}): {parsed.reason if isinstance(parsed, Unreadable) else 'an empty feed'}")
    print(f"{len(bodies)} files, {items} items; {fewer} files of which feedparser gives more")


def _time(bodies: dict[str, bytes], rounds: int) -> None:
    options = load().poller
    seconds = {"dateline": 0.0, "feedparser alone": 0.0}
    for _ in range(rounds):
        for body in bodies.values():
            start = time.process_time()
            parse_feed(body, "https://feed.example/", None, options.max_items, options.max_text_chars)
            middle = time.process_time()
            _feedparser(body)
            seconds["dateline"] += middle - start
            seconds["feedparser alone"] += time.process_time() - middle
    for name, total in seconds.items():
        each = total / rounds / len(bodies)
        print(f"{name}: {1_000 * each:.1f} ms a feed, {1 / each:.0f} feeds a second and core")


async def _hostile() -> None:
    options = load().poller
    size = options.max_feed_bytes
    for name, make in HOSTILE.items():
        body = make(size)
        async with open_reader(options) as read:
            idle = await read(_peak_mb)
            start = time.monotonic()
            parsed = await read(parse_feed, body, "https://feed.example/", None, options.max_items, options.max_text_chars)
            seconds = time.monotonic() - start
            peak = await read(_peak_mb)
        told = f"{len(parsed.items)} items" if isinstance(parsed, ParsedFeed) else parsed.reason
        grown = f"{peak - idle:.0f} MB" if isinstance(peak, float) and isinstance(idle, float) else "?"
        print(f"{name}, {len(body) / 1e6:.0f} MB: {seconds:.1f} s, {grown} (0 of a process that was replaced): {told[:80]}")


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


if __name__ == "__main__":
    main()
