"""What systemd wants to be told: sd_notify(3), lines of text to a socket that the environment names."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping


class Notifier:
    """Tells nobody when nobody asked. A socket that does not answer is no reason to stop."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        self.watchdog = _watchdog(environ)
        """Seconds within which systemd wants a sign of life; `None`: it wants none."""

    def tell(self, *lines: str) -> None:
        """Sends lines such as `READY=1`."""
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        text = "\n".join(line.replace("\n", " ") for line in lines)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
                channel.connect(address)
                channel.sendall(text.encode("utf-8", "replace"))
        except OSError:
            return


def _watchdog(environ: Mapping[str, str]) -> float | None:
    """WATCHDOG_USEC, where it is meant for this process (WATCHDOG_PID)."""
    if environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    text = environ.get("WATCHDOG_USEC", "")
    return int(text) / 1e6 if text.isdigit() and int(text) > 0 else None
