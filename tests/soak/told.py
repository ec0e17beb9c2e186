"""Our command line in this process: what scripts do, without the start of an interpreter each time."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

from crmsync.cli import main


class Told:
    """A home and the commands on it. No error that is not expected stays unseen, least of all a locked database."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *words: str, typed: str = "", codes: tuple[int, ...] = (0,)) -> Any:
        """The JSON of a command that asked for it, else an empty object; `None` when it was refused as expected."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), patch.object(sys, "stdin", io.StringIO(typed)):
            code = main(["--home", str(self.home), *words])
        said = err.getvalue()
        assert "Traceback" not in said and "database is locked" not in said, (words, said)
        assert code in codes, (words, code, out.getvalue()[-500:], said[-800:])
        if code in (1, 2):
            return None
        return json.loads(out.getvalue()) if "--json" in words and out.getvalue() else {}
