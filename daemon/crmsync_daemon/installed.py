"""The one file that makes the daemon a service: where it lies, whether it is ours, and the manager that reads it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from crmsync.errors import CrmsyncError, Usage
from crmsync.home import Home
from crmsync_daemon import program as programs
from crmsync_daemon import units

SYSTEM_UNITS = Path("/etc/systemd/system")
_LINGER = Path("/var/lib/systemd/linger")
_XDG = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
_PATIENCE = 60.0


class Manager(StrEnum):
    """Who starts the daemon."""

    USER = "systemd --user"
    SYSTEM = "systemd"
    LAUNCHD = "launchd"


class Found(StrEnum):
    """What stands where our file would."""

    NOTHING = "not installed"
    CURRENT = "installed"
    OUTDATED = "outdated"
    EDITED = "edited by hand"


@dataclass(frozen=True, slots=True)
class Service:
    """One installation of the daemon: the manager, the file, and what it has to hold."""

    manager: Manager
    path: Path
    content: bytes

    @property
    def name(self) -> str:
        """What the manager calls it."""
        return self.path.stem if self.manager is Manager.LAUNCHD else self.path.name

    def found(self) -> Found:
        """What stands there now. Raises `Usage` when it cannot be read."""
        try:
            there = self.path.read_bytes()
        except FileNotFoundError:
            return Found.NOTHING
        except OSError as error:
            raise Usage(f"it cannot be read: {error.strerror}", thing=str(self.path)) from error
        if there == self.content:
            return Found.CURRENT
        return Found.OUTDATED if units.is_ours(there) else Found.EDITED

    def write(self) -> Found:
        """Puts the file there; returns what stood there before. Raises `Usage` rather than touch what is not ours."""
        before = self.refuse_edited()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside = self.path.with_name(f".{self.path.name}.{os.getpid()}")
            beside.write_bytes(self.content)
            beside.replace(self.path)
        except OSError as error:
            raise self._denied(error) from error
        return before

    def remove(self) -> None:
        """Takes our file away, and nothing else. Raises `Usage` when it was edited."""
        self.refuse_edited()
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise self._denied(error) from error

    def refuse_edited(self) -> Found:
        """What stands there. Raises `Usage` when it is not as we wrote it."""
        found = self.found()
        if found is Found.EDITED:
            raise Usage(
                "somebody else wrote or edited this file",
                thing=str(self.path),
                next_step="Keep changes in a drop-in (`systemctl edit`), move the file away, and run this again",
            )
        return found

    def _denied(self, error: OSError) -> CrmsyncError:
        more = "Run it as root, or write what `crmsync service install --system --print` prints there"
        system = self.manager is Manager.SYSTEM
        return CrmsyncError(f"{error.strerror}", thing=str(self.path), next_step=more if system else "")


def service(home: Home, environ: Mapping[str, str], manager: Manager, words: list[str]) -> Service:
    """The service of a home, as it is to be when it starts the program `words`."""
    path = file_of(home, environ, manager)
    if manager is Manager.SYSTEM:
        return Service(manager, path, units.system_unit(words))
    options = home.as_options()
    # What finds an XDG home in this shell need not be set where the manager starts things.
    xdg = {} if options else {name: environ[name] for name in _XDG if environ.get(name, "").startswith("/")}
    started = units.Started(words, options, xdg)
    if manager is Manager.LAUNCHD:
        return Service(manager, path, units.launchd_plist(started, Path.home() / "Library/Logs", path.stem))
    return Service(manager, path, units.user_unit(started))


def present(home: Home, environ: Mapping[str, str], manager: Manager) -> Service:
    """The same with the program that the file there starts, or with this one where there is no file of ours."""
    path = file_of(home, environ, manager)
    try:
        words = units.program_of(path.read_bytes())
    except OSError:
        words = None
    return service(home, environ, manager, words or programs.program())


def chosen(environ: Mapping[str, str], manager: Manager, path: str) -> list[str]:
    """The program that is to be installed: the one at `path`, or this one.

    Raises `Usage` for one that will not stay where it is, or that the service could not see.
    """
    words = [str(Path(path).absolute())] if path else programs.program()
    if not path:
        programs.refuse_what_goes(words, environ, Path.home())
    if manager is Manager.SYSTEM:
        programs.refuse_homes(words)
    return words


def file_of(home: Home, environ: Mapping[str, str], manager: Manager) -> Path:
    """Where the file of a home lies. Every home has a name of its own, and the usual one has the plain name."""
    options = home.as_options()
    more = f"-{hashlib.sha256(os.fsencode(options[1])).hexdigest()[:8]}" if options else ""
    match manager:
        case Manager.LAUNCHD:
            return Path.home() / "Library/LaunchAgents" / f"{units.LABEL}{more}.plist"
        case Manager.SYSTEM:
            return SYSTEM_UNITS / "crmsync.service"
        case Manager.USER:
            base = environ.get("XDG_CONFIG_HOME", "")
            folder = Path(base) if base.startswith("/") else Path.home() / ".config"
            return folder / "systemd/user" / f"crmsync{more}.service"


def start(one: Service) -> str:
    """Has the manager read the file and start it. Returns what it did, or what to run where it cannot be asked."""
    match one.manager:
        case Manager.LAUNCHD:
            domain = f"gui/{os.getuid()}"
            asked(["launchctl", "bootout", f"{domain}/{one.name}"])
            steps = [["launchctl", "bootstrap", domain, str(one.path)]]
        case manager:
            steps = [
                [*_systemctl(manager), "daemon-reload"],
                [*_systemctl(manager), "enable", one.name],
                [*_systemctl(manager), "restart", one.name],
            ]
    return _steps(steps, "started, and from now on at every start")


def stop(one: Service) -> str:
    """Has the manager stop it and forget it; to be called while the file is still there."""
    if one.manager is Manager.LAUNCHD:
        return _steps([["launchctl", "bootout", f"gui/{os.getuid()}/{one.name}"]], "stopped")
    return _steps([[*_systemctl(one.manager), "disable", "--now", one.name]], "stopped")


def forgotten(one: Service) -> None:
    """Tells the manager that the file is gone."""
    if one.manager is not Manager.LAUNCHD:
        asked([*_systemctl(one.manager), "daemon-reload"])


def state(one: Service) -> str:
    """What the manager says of it: `active`, `inactive`, `failed` ...; empty where it cannot be asked."""
    if one.manager is Manager.LAUNCHD:
        code, _ = asked(["launchctl", "print", f"gui/{os.getuid()}/{one.name}"])
        return "active" if code == 0 else ""
    _, said = asked([*_systemctl(one.manager), "is-active", one.name])
    return said if said.isalpha() else ""


def lingers(user: str) -> bool:
    """Whether services of this user run while nobody is logged in (loginctl(1))."""
    try:
        return (_LINGER / user).exists()
    except OSError:
        return False


def let_linger() -> str:
    """Has the services of this user run without anybody logged in."""
    return _steps([["loginctl", "enable-linger"]], "it runs without anybody logged in")


def asked(words: list[str]) -> tuple[int, str]:
    """Exit code and first line of a command; 127 where there is none."""
    found = shutil.which(words[0])
    if found is None:
        return 127, f"there is no {words[0]} here"
    try:
        done = subprocess.run(  # noqa: S603  words of ours, no shell
            [found, *words[1:]], capture_output=True, text=True, timeout=_PATIENCE, check=False, errors="replace"
        )
    except (OSError, subprocess.SubprocessError) as error:
        return 127, type(error).__name__
    lines = (done.stdout.strip() or done.stderr.strip()).splitlines()
    return done.returncode, lines[0] if lines else ""


def _systemctl(manager: Manager) -> list[str]:
    return ["systemctl", "--user"] if manager is Manager.USER else ["systemctl"]


def _steps(steps: list[list[str]], well: str) -> str:
    for words in steps:
        code, said = asked(words)
        if code:
            return f"`{' '.join(words)}` did not work ({said}); run it yourself"
    return well
