"""A command of ours as a child process: whatever talks to a remote, so that a slow server never holds the screen.

The TUI can do no more than the command line, and a remote that hangs or a crash in a codec ends the child alone.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from crmsync.home import Home


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said. `data` is its JSON object, empty when it failed; `text` what it told a person."""

    code: int
    data: dict[str, Any]
    text: str

    @property
    def well(self) -> bool:
        """Whether it did all it was asked. 5 says that some items could not be done, which are parked and shown."""
        return self.code in (0, 5)


class Errand:
    """Runs commands for one home and user, in their name."""

    def __init__(self, home: Home, user: str) -> None:
        self._home = home.as_options()
        self._user = ["--user", user] if user else []

    async def run(self, *argv: str, secret: str | None = None, hear: Callable[[str], None] | None = None) -> Answer:
        """Runs `crmsync ARGV --json` and waits for it. `secret` goes in by standard input, never by an argument.

        `hear` is told each line that the command tells a person, as it comes. Cancelled, it ends the child too.
        """
        command = [sys.executable, "-m", "crmsync", *self._home, *self._user]
        try:
            child = await asyncio.create_subprocess_exec(
                *command, *argv, "--json",
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
                env=os.environ | {"PYTHONIOENCODING": "utf-8"}, start_new_session=True,
            )  # fmt: skip
        except OSError as error:  # raised further it would end the app, which then prints what its functions hold
            return Answer(error.errno or 1, {}, f"a command cannot be started: {error.strerror}")
        try:
            out, err = await _talk(
                child, None if secret is None else f"{secret}\n".encode("utf-8", "surrogatepass"), hear
            )
        except asyncio.CancelledError:
            child.terminate()
            await child.wait()
            raise
        assert child.returncode is not None
        told = err.decode("utf-8", "replace").strip()
        if child.returncode < 0 and not told:  # it could not say anything itself
            told = f"crmsync {argv[0]} was killed by signal {-child.returncode}. What it had done is kept: run it again"
        return Answer(child.returncode, _object(out), told)


async def _talk(
    child: asyncio.subprocess.Process, said: bytes | None, hear: Callable[[str], None] | None
) -> tuple[bytes, bytes]:
    if hear is None:
        return await child.communicate(said)
    assert child.stdin is not None and child.stdout is not None and child.stderr is not None
    with suppress(BrokenPipeError, ConnectionResetError):  # a command that is wrong ends before it reads anything
        child.stdin.write(said or b"")
        await child.stdin.drain()
    child.stdin.close()
    out, err = await asyncio.gather(child.stdout.read(), _listen(child.stderr, hear))
    await child.wait()
    return out, err


async def _listen(stream: asyncio.StreamReader, hear: Callable[[str], None]) -> bytes:
    told = rest = b""
    while chunk := await stream.read(4096):
        told += chunk
        *whole, rest = (rest + chunk).split(b"\n")
        for one in whole:
            hear(one.decode("utf-8", "replace"))
    return told


def _object(out: bytes) -> dict[str, Any]:
    try:
        found = json.loads(out)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
