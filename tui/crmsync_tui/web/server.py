"""textual-serve behind our own door, with a page of ours: no font, script or picture comes from elsewhere.

textual-serve 1.1.3 alone accepts any Origin and Host, has no log-in, and its page loads a font from a foreign server.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from aiohttp import web
from textual_serve.server import Server

from crmsync_tui.web.door import Door

_TEMPLATES = Path(__file__).parent / "templates"


class WebServer(Server):
    """Serves one app to one guest on a port of this machine. One process of the app for each tab."""

    def __init__(self, argv: Sequence[str], host: str, port: int, idle: float, tell: Callable[[str], None]) -> None:
        """`argv` starts the app; `idle` is in seconds; `tell` gets each address that lets the guest in."""
        shown = f"[{host}]" if ":" in host else host
        super().__init__(shlex.join(argv), host, port, "crmsync", f"http://{shown}:{port}", templates_path=_TEMPLATES)
        names = (shown, "localhost")
        hosts = frozenset(f"{name}:{port}" for name in names)
        self.door = Door(hosts, idle, time.monotonic, lambda token: tell(f"{self.public_url}/?token={token}"))

    async def _make_app(self) -> web.Application:
        app: web.Application = await super()._make_app()
        app.middlewares.append(self.door.guard)
        app.router.add_get("/page.js", _page_script)
        return app

    async def on_startup(self, app: web.Application) -> None:
        """Our own words are said by whoever started it."""

    def initialize_logging(self) -> None:
        """The log of a web server would hold the token."""


async def _page_script(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(_TEMPLATES / "page.js")


def serve(argv: Sequence[str], host: str, port: int, idle: float, tell: Callable[[str], None]) -> None:
    """Serves until it is interrupted. Raises `OSError` when the port is taken."""
    WebServer(argv, host, port, idle, tell).serve()
