"""The words after a verb. What is wrong with them is a `Usage` error like any other, told once and in one line."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

from crmsync.errors import Usage


class Arguments(argparse.ArgumentParser):
    """`argparse` without shortened options, which a script would come to rely on, and without an exit of its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"allow_abbrev": False, **kwargs})

    def error(self, message: str) -> NoReturn:
        """Raises `Usage`."""
        raise Usage(message, thing=self.prog.removeprefix("crmsync "), next_step=f"See `{self.prog} --help`")


def positive(text: str) -> int:
    """A whole number from 1 on, no larger than the store can hold: an id, or how many."""
    if not text.isdecimal() or not 1 <= (number := int(text[:20])) < 1 << 63:
        raise argparse.ArgumentTypeError(f'"{text}" is no whole number from 1 on')
    return number
