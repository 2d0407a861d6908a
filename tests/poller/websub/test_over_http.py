"""Finding a feed's hub in HTTP headers, and posting to hubs, over real sockets."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from dateline.poller import Fetched, PollerOptions, Retry, open_fetcher
from dateline.poller.fetching import Accepted

LINKS = {
    "both": ['<https://hub.example/>; rel="hub"', '</feed>; rel="self"'],
    "one-header": ['<https://hub.example/>; rel=hub, </feed>; rel="canonical self"; type="a,b", <https://two.example/>; rel="HUB"'],
    "none": ['<https://x.example/>; rel="next"'],
    "broken": ["<http://[::1>; rel=hub", "rel=hub", "<", '<https://hub.example/>; rel="hub'],
}


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    async def linked(request: web.Request) -> web.Response:
        response = web.Response(text="news")
        for link in LINKS[request.match_info["how"]]:
            response.headers.add("Link", link)
        return response

    async def hub(request: web.Request) -> web.Response:
        form = await request.post()
        return web.Response(status=int(str(form["answer"])), headers={"Location": "/hub2", "Retry-After": "9"})

    async def moved_hub(request: web.Request) -> web.Response:
        form = await request.post() if request.method == "POST" else {"answer": "none"}
        return web.Response(status=202 if str(form["answer"]) in ("307", "308") else 500)

    application = web.Application()
    application.router.add_get("/linked/{how}", linked)
    application.router.add_post("/hub", hub)
    application.router.add_route("*", "/hub2", moved_hub)
    async with TestServer(application) as running:
        yield running


@pytest.mark.parametrize(
    ("how", "hubs", "itself"),
    [
        ("both", ("https://hub.example/",), "/feed"), ("one-header", ("https://hub.example/", "https://two.example/"), "/feed"),
        ("none", (), None), ("broken", (), None),
    ],
)  # fmt: skip
async def test_a_hub_may_be_named_in_the_header(
    server: TestServer, options: PollerOptions, how: str, hubs: tuple[str, ...], itself: str | None
) -> None:
    async with open_fetcher(options) as fetcher:
        got = await fetcher.fetch(str(server.make_url(f"/linked/{how}")), max_bytes=1_000)
    assert isinstance(got, Fetched)
    assert got.hubs == hubs
    assert got.self_url == (str(server.make_url(itself)) if itself else None)


@pytest.mark.parametrize("status", [200, 202, 204, 307, 308])
async def test_a_form_is_handed_over_also_where_a_hub_moved(server: TestServer, options: PollerOptions, status: int) -> None:
    async with open_fetcher(options) as fetcher:
        assert await fetcher.post(str(server.make_url("/hub")), {"answer": str(status)}) == Accepted()


@pytest.mark.parametrize(
    ("status", "reason"), [(302, "redirects: HTTP 301, 302 or 303"), (303, "redirects: HTTP 301, 302 or 303"), (404, "status: HTTP 404")]
)
async def test_a_hub_that_did_not_take_it_has_a_reason(server: TestServer, options: PollerOptions, status: int, reason: str) -> None:
    async with open_fetcher(options) as fetcher:
        answer = await fetcher.post(str(server.make_url("/hub")), {"answer": str(status)})
    assert isinstance(answer, Retry)
    assert answer.reason.startswith(reason)


async def test_hubs_inside_our_network_are_not_asked(server: TestServer, options: PollerOptions) -> None:
    async with open_fetcher(dataclasses.replace(options, allow_private_addresses=False)) as fetcher:
        answer = await fetcher.post(str(server.make_url("/hub")), {"answer": "202"})
    assert isinstance(answer, Retry)
    assert answer.reason.startswith("forbidden")
