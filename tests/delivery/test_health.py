"""Health and metrics over HTTP, answered beside the loop that they tell of."""

from __future__ import annotations

from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from dateline.delivery.health import Health, PortTakenError, serving
from dateline.delivery.metrics import Metrics


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def test_a_process_is_live_before_it_is_ready() -> None:
    health = Health(stalled_after_s=60)
    with serving("127.0.0.1", 0, health, Metrics()) as port:
        assert get(port, "/live") == (200, "ok\n")
        assert get(port, "/ready") == (503, "starting\n")
        health.ready()
        assert get(port, "/ready") == (200, "ok\n")
        health.not_ready("stopping")
        assert get(port, "/ready") == (503, "stopping\n")
        assert get(port, "/")[0] == 404


def test_a_stuck_loop_is_neither_live_nor_ready() -> None:
    health = Health(stalled_after_s=-1)  # any silence is too long
    health.ready()
    with serving("127.0.0.1", 0, health, Metrics()) as port:
        assert get(port, "/live")[0] == get(port, "/ready")[0] == 503
        assert "stuck" in get(port, "/live")[1]


def test_metrics_speak_prometheus_and_two_processes_in_one_do_not_mix() -> None:
    one, other = Metrics(), Metrics()
    one.deadletters.labels("extract").inc()
    with serving("127.0.0.1", 0, Health(60), one) as port:
        assert 'dateline_deadletters_total{stage="extract"} 1.0' in get(port, "/metrics")[1]
    assert b'stage="extract"' not in other.text()


def test_a_taken_port_is_told_with_its_remedy() -> None:
    with (
        serving("127.0.0.1", 0, Health(60), Metrics()) as port,
        pytest.raises(PortTakenError, match=r"\[http\]"),
        serving("127.0.0.1", port, Health(60), Metrics()),
    ):
        pass
