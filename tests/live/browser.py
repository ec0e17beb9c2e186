"""Headless Chromium, driven by its own protocol (chromedevtools.github.io/devtools-protocol) and nothing between."""

from __future__ import annotations

import asyncio
import base64
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

PATIENCE = 20.0


class Browser:
    """One page. `received` is all that its WebSockets got, `requested` every address it asked for."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._asked = 0
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.received = b""
        self.requested: list[str] = []

    async def listen(self) -> None:
        """Takes in what the browser says, until it is gone."""
        async for message in self._socket:
            said = message.json()
            match said.get("method"):
                case None:
                    self._answers.pop(said["id"]).set_result(said)
                case "Network.webSocketFrameReceived":
                    frame = said["params"]["response"]
                    data = frame["payloadData"]
                    self.received += base64.b64decode(data) if frame["opcode"] == 2 else data.encode()
                case "Network.requestWillBeSent":
                    self.requested.append(said["params"]["request"]["url"])

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Sends one command and waits for its answer."""
        self._asked += 1
        answer = self._answers[self._asked] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": self._asked, "method": method, "params": params})
        said = await asyncio.wait_for(answer, PATIENCE)
        assert "error" not in said, said
        result: dict[str, Any] = said["result"]
        return result

    async def open(self, address: str) -> None:
        """Loads a page."""
        await self.ask("Page.navigate", url=address)

    async def press(self, key: str) -> None:
        """One key of a letter or digit, typed where the page has its focus."""
        code = {"windowsVirtualKeyCode": ord(key.upper()), "key": key}
        await self.ask("Input.dispatchKeyEvent", type="rawKeyDown", **code)
        await self.ask("Input.dispatchKeyEvent", type="char", text=key, **code)
        await self.ask("Input.dispatchKeyEvent", type="keyUp", **code)

    async def run(self, script: str) -> Any:
        """What a script in the page comes to."""
        answer = await self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        return answer["result"].get("value")

    async def picture(self, file: Path) -> None:
        """The page as a PNG."""
        file.write_bytes(base64.b64decode((await self.ask("Page.captureScreenshot"))["data"]))


@asynccontextmanager
async def browsing(profile: Path, size: tuple[int, int] = (1000, 640)) -> AsyncIterator[Browser]:
    """A browser of its own with an empty profile; gone afterwards."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        raise FileNotFoundError("chromium")
    child = await asyncio.create_subprocess_exec(
        program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--disable-background-networking", "--remote-debugging-port=0", f"--user-data-dir={profile}",
        f"--window-size={size[0]},{size[1]}", "about:blank",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        port = await _port(profile / "DevToolsActivePort")
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json") as response:
                page = next(one for one in await response.json() if one["type"] == "page")
            async with session.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                browser = Browser(socket)
                listening = asyncio.create_task(browser.listen())
                for part in ("Page", "Network", "Runtime"):
                    await browser.ask(f"{part}.enable")
                yield browser
                listening.cancel()
    finally:
        child.kill()
        await child.wait()


async def _port(file: Path) -> int:
    for _ in range(int(PATIENCE * 10)):
        if file.exists() and (lines := file.read_text().split()):
            return int(lines[0])
        await asyncio.sleep(0.1)
    raise TimeoutError("the browser did not start")
