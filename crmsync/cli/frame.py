"""What every command shares: the general options, the verb's own module, and errors turned into exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

from crmsync.cli import VERBS
from crmsync.desk import Desk
from crmsync.errors import BadConfig, Busy, CrmsyncError, SignInNeeded, Skip, StoreBroken, Unreachable, Usage
from crmsync.home import find
from crmsync.safe import safe

OK, ERROR, USAGE, REVIEW, SIGN_IN, SOME_FAILED = 0, 1, 2, 3, 4, 5
NO_DAEMON = 6
UNREACHABLE, LATER, CONFIG = 69, 75, 78
INTERRUPTED = 130

_MORE = """

`crmsync COMMAND --help` says more. Every command that reads takes --json.
A failure prints nothing on standard output and says why on standard error.

Exit codes: 0 fine, 1 error, 2 usage, 3 something waits for a person (only with
--exit-code), 4 sign in again, 5 some items failed or were parked, 6 no daemon
runs, 69 remote unreachable, 75 try again later, 78 bad configuration."""

_GROUPS = ("queue", "records", "conflicts", "plans", "parked", "account", "filter", "user", "config", "service")
"""Commands that have commands of their own."""

_TAKE_PATHS = ("import", "export")
"""Names of files need be no text."""


def run(argv: list[str]) -> int:
    """Runs one command and returns its exit code; a traceback is shown only where `--debug` asks for it."""
    debug = False
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115  started without one
    sys.stderr = sys.stderr or sys.stdout
    try:
        rest, options = _general(argv)
        debug = options.debug
        code = _run(rest, options)
        sys.stdout.flush()
        return code
    except SystemExit as done:  # what `--help` ends with
        return int(done.code or OK)
    except KeyboardInterrupt:
        sys.stderr.write("\nstopped; what was done is kept, the rest goes on next time\n")
        return INTERRUPTED
    except BrokenPipeError:
        _let_go()
        return OK
    except Exception as error:  # nothing that goes wrong may show a person a traceback that did not ask for one
        if debug:
            raise
        _complain(_in_our_words(error))
        _let_go()
        return exit_code(error)


def _run(rest: list[str], options: General) -> int:
    if not rest or rest[0] in ("-h", "--help", "help"):
        sys.stdout.write(_overview() + "\n")
        return OK if rest else USAGE
    if rest[0] in ("-V", "--version"):
        from crmsync import __version__

        sys.stdout.write(f"crmsync {__version__}\n")
        return OK
    _refuse_broken_text([options.user] if rest[0] in _TAKE_PATHS else [options.user, *rest])
    if rest[0] not in VERBS:
        raise Usage(f'there is no command "{rest[0]}"', next_step="See `crmsync --help`")
    module = import_module(f"crmsync.cli.verb_{rest[0]}")
    desk = Desk(find(options.home, os.environ), options.user, " ".join(_words(rest)))
    try:
        code: int = module.run(desk, rest[1:])
        return code
    finally:
        desk.close()


def _words(rest: list[str]) -> list[str]:
    """The command in the words of its help, without what it was given."""
    deep = 3 if rest[:2] == ["queue", "rules"] else 2 if rest[0] in _GROUPS else 1
    return [rest[0], *(word for word in rest[1:deep] if word.isalpha())]


def _refuse_broken_text(words: Sequence[str]) -> None:
    """Bytes that are no text in the terminal's encoding reach us as half characters that nothing can store."""
    for word in words:
        if not word.isascii() and word.encode("utf-8", "replace").decode() != word:
            raise Usage("this is no text in UTF-8", thing=word, next_step="Check the encoding of the terminal")


def _let_go() -> None:
    """Gives up what cannot be written any more (no reader, no room): Python would complain about it at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def exit_code(error: Exception) -> int:
    """The number that scripts know a failure by."""
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
        case Skip():
            return SOME_FAILED
        case StoreBroken() | _:
            return ERROR


def _in_our_words(error: Exception) -> CrmsyncError:
    match error:
        case CrmsyncError():
            return error
        case OSError(strerror=str(reason), filename=str(name)):
            return CrmsyncError(reason, thing=name)
        case OSError():
            return CrmsyncError(error.strerror or str(error))
        case _:
            return CrmsyncError(
                f"a fault of crmsync itself ({type(error).__name__}); nothing was half done",
                next_step="Run the command again with --debug and report what it prints",
            )


@dataclass(slots=True)
class General:
    """The options that every command takes."""

    home: str | None = None
    user: str = ""
    debug: bool = False


def _general(argv: list[str]) -> tuple[list[str], General]:
    """Takes the general options out, wherever they stand before a bare `--`."""
    rest: list[str] = []
    options = General()
    words = iter(argv)
    for word in words:
        name, given, value = word.partition("=")
        if word == "--":
            return [*rest, word, *words], options
        if name in ("--home", "--user"):
            chosen = value if given else next(words, "")
            if not chosen:
                raise Usage("it takes a value", thing=name)
            setattr(options, name[2:], chosen)
        elif word == "--debug":
            options.debug = True
        else:
            rest.append(word)
    return rest, options


def _overview() -> str:
    lines = ["usage: crmsync [--home DIR] [--user NAME] COMMAND ...", ""]
    lines += [f"  {verb:<10} {text}" for verb, text in VERBS.items()]
    return "\n".join(lines) + _MORE


def _complain(error: CrmsyncError) -> None:
    sys.stderr.write(f"crmsync: {safe(str(error))}\n")
