"""Who is let in, and for how long."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer, unused_port

from crmsync_tui.web.door import Door

IDLE = 60.0


class Clock:
    """Says what time it is, and moves when told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class House:
    """A page behind the door, and what the door has told."""

    def __init__(self, client: TestClient[web.Request, web.Application], clock: Clock, tokens: list[str]) -> None:
        self.client, self.clock, self.tokens = client, clock, tokens

    async def get(self, path: str = "/", **headers: str) -> int:
        async with self.client.get(path, headers=headers, allow_redirects=False) as response:
            return response.status


@asynccontextmanager
async def house() -> AsyncIterator[House]:
    clock, tokens, port = Clock(), list[str](), unused_port()
    door = Door(frozenset([f"127.0.0.1:{port}"]), IDLE, clock, tokens.append)

    async def page(request: web.Request) -> web.StreamResponse:
        if request.path != "/ws":
            return web.Response(text="inside")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for _ in socket:
            pass
        return socket

    app = web.Application(middlewares=[door.guard])
    app.router.add_get("/", page)
    app.router.add_get("/ws", page)
    jar = aiohttp.CookieJar(unsafe=True)
    async with TestClient(TestServer(app, host="127.0.0.1", port=port), cookie_jar=jar) as client:
        yield House(client, clock, tokens)


async def test_only_the_token_that_was_told_opens_and_it_opens_once() -> None:
    async with house() as one:
        assert await one.get() == 401
        assert await one.get("/?token=guess") == 401
        assert await one.get("/?token=") == 401
        assert await one.get(f"/?token={one.tokens[0]}") == 303
        assert await one.get() == 200
        assert await one.get(f"/?token={one.tokens[0]}") == 401
        assert len(one.tokens) == 1


async def test_after_a_pause_the_cookie_is_worth_nothing_and_a_new_token_is_told() -> None:
    async with house() as one:
        await one.get(f"/?token={one.tokens[0]}")
        one.clock.now = IDLE
        assert await one.get() == 200
        one.clock.now = 2 * IDLE + 1
        assert await one.get() == 401
        assert len(one.tokens) == 2
        assert await one.get(f"/?token={one.tokens[1]}") == 303
        assert await one.get() == 200


async def test_an_open_terminal_keeps_the_guest_in() -> None:
    async with house() as one:
        await one.get(f"/?token={one.tokens[0]}")
        origin = f"http://127.0.0.1:{one.client.port}"
        async with one.client.ws_connect("/ws", headers={"Origin": origin}):
            one.clock.now = 10 * IDLE
            assert await one.get() == 200
        one.clock.now = 12 * IDLE
        assert await one.get() == 401


async def test_pages_of_other_sites_and_other_names_of_this_machine_stay_outside() -> None:
    async with house() as one:
        await one.get(f"/?token={one.tokens[0]}")
        assert await one.get(Origin="http://evil.example") == 403
        assert await one.get(Origin="null") == 403
        assert await one.get(Host="evil.example") == 403
        assert await one.get(Host=f"127.0.0.1.evil.example:{one.client.port}") == 403
        assert await one.get(Origin=f"http://127.0.0.1:{one.client.port}") == 200


async def test_nothing_is_kept_by_the_browser_and_nothing_comes_from_elsewhere() -> None:
    async with house() as one:
        await one.get(f"/?token={one.tokens[0]}")
        async with one.client.get("/") as response:
            assert response.headers["Cache-Control"] == "no-store"
            assert "default-src 'none'" in response.headers["Content-Security-Policy"]
            assert response.headers["X-Frame-Options"] == "DENY"
