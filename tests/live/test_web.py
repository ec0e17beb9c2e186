"""`crmsync web` in a real browser, and who is not let in."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from crmsync.store.store import Store
from tests.bench.servers import free_port
from tests.live.browser import PATIENCE, browsing
from tests.tui.stage import Crm

pytestmark = [pytest.mark.live, pytest.mark.timeout(120)]


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[tuple[str, int, asyncio.StreamReader]]:
    """The command on a home with one queued person: the address it prints, the port, and what it says next."""
    crm = Crm(folder)
    crm("init", "--yes")
    crm.meet([("Anna Rossi", "anna@acme.it")])
    port = free_port()
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "crmsync", "--home", str(folder / "home"), "web", "--listen", f"127.0.0.1:{port}",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        env=os.environ | {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"},
    )  # fmt: skip
    assert child.stdout is not None
    try:
        line = await asyncio.wait_for(child.stdout.readline(), PATIENCE)
        await until(lambda: listens(port))
        yield line.decode().removeprefix("open ").strip(), port, child.stdout
    finally:
        child.terminate()
        await child.wait()


def listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


async def until(true: Callable[[], bool]) -> None:
    """Waits for something to become true."""
    for _ in range(int(PATIENCE * 10)):
        if true():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it did not happen")


def types(folder: Path) -> list[str | None]:
    with Store.open(folder / "home/crmsync.db") as store, store.view() as view:
        return [row.item.type for row in view.queue.list()]


async def test_with_the_token_a_browser_shows_the_queue_and_its_keys_change_the_store(tmp_path: Path) -> None:
    if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        pytest.skip("chromium is not installed")
    async with served(tmp_path) as (address, port, _), browsing(tmp_path / "profile") as browser:
        await browser.open(address)
        await until(lambda: b"Queue" in browser.received)
        await browser.press("2")
        await until(lambda: b"Anna Rossi" in browser.received)
        await browser.press("l")
        await until(lambda: types(tmp_path) == ["lead"])
        assert {url.split("/")[2] for url in browser.requested} == {f"127.0.0.1:{port}"}
        assert await browser.run("document.cookie") == ""
        assert "token" not in await browser.run("location.href")


async def test_the_token_opens_once(tmp_path: Path) -> None:
    async with served(tmp_path) as (address, _port, _):
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as guest, guest.get(address) as response:
            assert response.status == 200
            cookie = response.history[0].headers["Set-Cookie"]
        assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
        async with aiohttp.ClientSession() as stranger, stranger.get(address) as response:
            assert response.status == 401


WAYS_IN = {
    "no cookie": {},
    "a wrong cookie": {"Cookie": "crmsync=guess"},
    "a foreign origin": {"Origin": "http://evil.example"},
    "the origin of another port": {"Origin": "http://127.0.0.1:1"},
    "a foreign host": {"Host": "evil.example"},
    "a sandboxed page": {"Origin": "null"},
}


async def test_nobody_else_comes_in(tmp_path: Path) -> None:
    async with (
        served(tmp_path) as (address, port, _),
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as guest,
        aiohttp.ClientSession() as stranger,
    ):
        async with guest.get(address):
            pass
        base, ours = f"http://127.0.0.1:{port}", {"Origin": f"http://127.0.0.1:{port}"}
        for name, headers in WAYS_IN.items():
            session = stranger if "cookie" in name else guest
            for path in ("/", "/ws", "/static/js/textual.js", "/static/", "/download/x"):
                async with session.get(base + path, headers=headers) as response:
                    assert response.status in (401, 403), (name, path)
            with pytest.raises(aiohttp.WSServerHandshakeError):
                async with session.ws_connect(base + "/ws", headers={**ours, **headers}):
                    pass
        with pytest.raises(aiohttp.WSServerHandshakeError):
            async with guest.ws_connect(base + "/ws"):  # without any Origin
                pass
        async with guest.ws_connect(base + "/ws?width=80&height=24", headers=ours) as socket:
            assert b"crmsync" in await _until_seen(socket, b"crmsync")


async def _until_seen(socket: aiohttp.ClientWebSocketResponse, text: bytes) -> bytes:
    found = b""
    while text not in found:
        message = await socket.receive(PATIENCE)
        assert message.type is aiohttp.WSMsgType.BINARY, message
        found += message.data
    return found


@pytest.mark.parametrize("address", ["0.0.0.0:8000", "192.168.1.4:80", "[::]:8000", "example.com:80"])
def test_it_listens_on_this_machine_alone(tmp_path: Path, address: str, capsys: pytest.CaptureFixture[str]) -> None:
    from crmsync.cli import main

    Crm(tmp_path)("init", "--yes")
    assert main(["--home", str(tmp_path / "home"), "web", "--listen", address]) == 2
    assert "127.0.0.1:8321" in capsys.readouterr().err
