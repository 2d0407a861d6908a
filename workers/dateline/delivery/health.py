"""Is this process alive and ready? Answered over HTTP by a thread of its own, so that a stuck event loop can't say that all is well.

with serving(options.host, options.worker_port, health, metrics) as port:
    ...                       # /live and /ready say 200 or 503 with a reason, /metrics speaks Prometheus
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic

from dateline.delivery.metrics import Metrics

BEAT_S = 1.0
STOPS_WITHIN_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpOptions:
    """Where /live, /ready and /metrics are served. Port 0 takes a free one."""

    host: str
    worker_port: int
    poller_port: int
    stalled_after_s: float


class PortTakenError(RuntimeError):
    """Health and metrics can't be served where the settings say."""


class Health:
    """What the loop last said of itself; read from another thread."""

    def __init__(self, stalled_after_s: float) -> None:
        self._stalled_after_s = stalled_after_s
        self._last_beat = monotonic()
        self._not_ready: str | None = "starting"

    def beat(self) -> None:
        self._last_beat = monotonic()

    def ready(self) -> None:
        self._not_ready = None

    def not_ready(self, reason: str) -> None:
        self._not_ready = reason

    def why_dead(self) -> str | None:
        """Why this process should be ended, or None while it lives."""
        silent = monotonic() - self._last_beat
        return f"the event loop has been stuck for {silent:.0f} s" if silent > self._stalled_after_s else None

    def why_not_ready(self) -> str | None:
        return self.why_dead() or self._not_ready


async def beating(health: Health) -> None:
    """Run this in the loop that is watched."""
    while True:
        health.beat()
        await asyncio.sleep(BEAT_S)


@contextmanager
def serving(host: str, port: int, health: Health, metrics: Metrics) -> Iterator[int]:
    """Serve from a thread until the block ends; yields the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = answer(self.path, health, metrics)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the base class calls it so
            """Say nothing: a probe every few seconds is no news."""

    try:
        server = ThreadingHTTPServer((host, port), Handler)
    except OSError as error:
        raise PortTakenError(
            f"can't serve health and metrics on {host}:{port} ({error.strerror}): set [http] to another port, or 0"
        ) from error
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(STOPS_WITHIN_S,), name="health", daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def answer(path: str, health: Health, metrics: Metrics) -> tuple[int, str, bytes]:
    """Status, content type and body for a path."""
    plain = "text/plain; charset=utf-8"
    if path == "/metrics":
        return 200, "text/plain; version=0.0.4; charset=utf-8", metrics.text()
    if path not in ("/live", "/ready"):
        return 404, plain, b"try /live, /ready or /metrics\n"
    reason = health.why_dead() if path == "/live" else health.why_not_ready()
    return (503, plain, f"{reason}\n".encode()) if reason else (200, plain, b"ok\n")
