"""Calls a person by the command of the config: `[daemon] notify`."""

from __future__ import annotations

import logging
import subprocess
import threading
from collections.abc import Sequence

from crmsync.safe import safe

log = logging.getLogger("crmsync")

SECONDS = 10.0
"""How long the command may take."""
_LONGEST = 500


def call(command: Sequence[str], lines: Sequence[str]) -> threading.Thread | None:
    """Runs the command with each line as its last word, without a shell, in a thread nobody waits for."""
    if not command or not lines:
        return None
    thread = threading.Thread(target=_call, args=(list(command), list(lines)), daemon=True, name="notify")
    thread.start()
    return thread


def _call(command: list[str], lines: list[str]) -> None:
    for line in lines:
        try:
            done = subprocess.run(  # noqa: S603  the user's own command, and no shell
                [*command, safe(line)[:_LONGEST]],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                check=False,
            )
        except (OSError, subprocess.SubprocessError) as error:
            log.warning("the notify command failed (%s)", type(error).__name__)
            return
        if done.returncode:
            log.warning("the notify command ended with %d", done.returncode)
