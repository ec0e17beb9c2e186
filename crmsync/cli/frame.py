"""What every command shares: the general options, the verb's own module, and errors turned into exit codes."""

from __future__ import annotations

import os
import sys
from importlib import import_module

from crmsync.cli import VERBS
from crmsync.cli.desk import Desk
from crmsync.errors import BadConfig, Busy, CrmsyncError, SignInNeeded, StoreBroken, Unreachable, Usage
from crmsync.home import find
from crmsync.safe import safe

OK, ERROR, USAGE, REVIEW, SIGN_IN, SOME_FAILED = 0, 1, 2, 3, 4, 5
UNREACHABLE, LATER, CONFIG = 69, 75, 78
INTERRUPTED = 130


def run(argv: list[str]) -> int:
    """Runs one command and returns its exit code; a traceback is shown only where `--debug` asks for it."""
    rest, options = _general(argv)
    if not rest or rest[0] in ("-h", "--help", "help"):
        sys.stdout.write(_overview() + "\n")
        return OK if rest or not argv else USAGE
    if rest[0] in ("-V", "--version"):
        from crmsync import __version__

        sys.stdout.write(f"crmsync {__version__}\n")
        return OK
    verb = rest[0]
    if verb not in VERBS:
        _complain(Usage(f'there is no command "{verb}"', next_step="See `crmsync --help`"))
        return USAGE
    try:
        return _call(verb, rest[1:], options)
    except CrmsyncError as error:
        if options.get("debug"):
            raise
        _complain(error)
        return exit_code(error)
    except KeyboardInterrupt:
        sys.stderr.write("\nstopped; what was done is kept, the rest goes on next time\n")
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter complains at its end
        return OK


def exit_code(error: Exception) -> int:
    """The exit code that CLI.md gives a failure."""
    match error:
        case Usage():
            return USAGE
        case SignInNeeded():
            return SIGN_IN
        case BadConfig():
            return CONFIG
        case Busy():
            return LATER
        case Unreachable():
            return UNREACHABLE
        case StoreBroken() | _:
            return ERROR


def _call(verb: str, argv: list[str], options: dict[str, str]) -> int:
    module = import_module(f"crmsync.cli.verb_{verb}")
    desk = Desk(find(options.get("home"), os.environ), options.get("user", ""))
    try:
        code: int = module.run(desk, argv)
        sys.stdout.flush()
        return code
    finally:
        desk.close()


def _general(argv: list[str]) -> tuple[list[str], dict[str, str]]:
    """Takes the general options out, wherever they stand before a bare `--`."""
    rest: list[str] = []
    options: dict[str, str] = {}
    words = iter(argv)
    for word in words:
        name, given, value = word.partition("=")
        if word == "--":
            return [*rest, word, *words], options
        if name in ("--home", "--user"):
            options[name[2:]] = value if given else next(words, "")
        elif word == "--debug":
            options["debug"] = "yes"
        else:
            rest.append(word)
    return rest, options


def _overview() -> str:
    lines = ["usage: crmsync [--home DIR] [--user NAME] COMMAND ...", ""]
    lines += [f"  {verb:<10} {text}" for verb, text in VERBS.items()]
    lines += ["", "`crmsync COMMAND --help` says more. Every command that reads takes --json."]
    return "\n".join(lines)


def _complain(error: CrmsyncError) -> None:
    sys.stderr.write(f"crmsync: {safe(str(error))}\n")
