"""`crmsync web`: the terminal UI in a browser on this machine, behind a one-time token."""

from __future__ import annotations

import sys
from importlib import import_module
from ipaddress import ip_address

from crmsync.cli.answers import narrate, say
from crmsync.cli.arguments import Arguments
from crmsync.desk import Desk
from crmsync.errors import Usage

_IDLE_MINUTES = 30


def run(desk: Desk, argv: list[str]) -> int:
    """Until it is interrupted."""
    parser = Arguments("crmsync web", description="The terminal UI in a browser on this machine.")
    parser.add_argument("--listen", default="127.0.0.1:8321", metavar="HOST:PORT")
    parser.add_argument(
        "--idle", type=int, default=_IDLE_MINUTES, metavar="MINUTES", help="leave after so long a pause"
    )
    options = parser.parse_args(argv)
    host, port = _address(options.listen)
    user = desk.user.name  # before anything is served, there must be something to serve
    try:
        server = import_module("crmsync_tui.web.server")
    except ModuleNotFoundError as error:
        raise Usage("this needs what `crmsync[web]` installs", thing=str(error.name), next_step=_INSTALL) from error
    app = [sys.executable, "-m", "crmsync", *desk.home.as_options(), "--user", user, "tui"]
    idle = max(1, options.idle) * 60
    narrate("only this machine can come in; press ctrl+c to end")
    try:
        server.serve([*app, "--leave-after", str(idle)], host, port, idle, _tell)
    except OSError as error:
        raise Usage(
            f"cannot listen there: {error.strerror}", thing=options.listen, next_step="Choose another port"
        ) from error
    return 0


_INSTALL = "Run `pip install 'crmsync[web]'`"


def _tell(address: str) -> None:
    say(f"open {address}")
    sys.stdout.flush()


def _address(text: str) -> tuple[str, int]:
    """Raises `Usage` for all but addresses of this machine alone: there is no TLS here, and passwords are typed."""
    host, _, port = text.rpartition(":")
    host = host.strip("[]")
    try:
        if not (0 < int(port) < 65536):
            raise ValueError
        local = host == "localhost" or ip_address(host).is_loopback
    except ValueError as error:
        raise Usage("this takes HOST:PORT, such as 127.0.0.1:8321", thing=text) from error
    if not local:
        raise Usage(
            "it listens on this machine alone, since what is typed is not encrypted",
            thing=text,
            next_step="From elsewhere use `ssh -L 8321:127.0.0.1:8321 HOST` and open the address there",
        )
    return host, int(port)
