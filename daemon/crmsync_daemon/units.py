"""What a service manager is given to run the daemon by: a systemd unit for a user or a server, or a launchd plist.

Sources: systemd.service(5), systemd.exec(5), systemd.syntax(7), launchd.plist(5). Each file carries a mark with its own
digest, so that what somebody edited by hand is told from what we wrote.
"""

from __future__ import annotations

import hashlib
import json
import plistlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crmsync.errors import Usage

LABEL = "net.crmsync.daemon"
STATE = "/var/lib/crmsync"
"""Where the system unit keeps its home: StateDirectory=crmsync."""

_MARK = re.compile(
    rb"^(?:# |<!-- )written by `crmsync service install`, digest ([0-9a-f]{64})(?: -->)?\n", re.MULTILINE
)

_USER = """\
[Unit]
Description=crmsync - contacts, calendars and CRM in step
Documentation=man:crmsync(1)
StartLimitIntervalSec=0

[Service]
# program: {program}
Type=notify
NotifyAccess=main
ExecStart={command}
ExecReload=/bin/kill -HUP $MAINPID
{environment}WatchdogSec=120
Restart=on-failure
RestartSec=30
# 2: not set up, 78: bad configuration. Trying again would change nothing.
RestartPreventExitStatus=2 78
TimeoutStopSec=30
UMask=0077
NoNewPrivileges=yes
SystemCallArchitectures=native
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
Nice=5
MemoryHigh=400M

[Install]
WantedBy=default.target
"""

_SYSTEM = """\
[Unit]
Description=crmsync - contacts, calendars and CRM in step
Documentation=man:crmsync(1)
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
# program: {program}
Type=notify
NotifyAccess=main
# A user `crmsync` that exists is taken; otherwise one is made while the service runs.
DynamicUser=yes
User=crmsync
StateDirectory=crmsync
StateDirectoryMode=0700
# Passwords of accounts can be given here, one line each:
# LoadCredential=crmsync.ACCOUNT:/etc/crmsync/ACCOUNT
ExecStartPre={prepare}
ExecStart={command}
ExecReload=/bin/kill -HUP $MAINPID
WatchdogSec=120
Restart=on-failure
RestartSec=30
RestartPreventExitStatus=2 78
TimeoutStopSec=30
UMask=0077
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProcSubset=pid
RemoveIPC=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
MemoryHigh=400M

[Install]
WantedBy=multi-user.target
"""


@dataclass(frozen=True, slots=True)
class Started:
    """What is to be started: the program with its first words, the options that find the home, and XDG variables."""

    program: Sequence[str]
    options: Sequence[str] = ()
    environ: Mapping[str, str] = field(default_factory=dict)

    def command(self, *more: str) -> list[str]:
        """All words. Raises `Usage` for one that no unit file can hold."""
        words = [*self.program, *self.options, *more]
        for word in words:
            if any(ord(char) < 32 for char in word):
                raise Usage("a path with a line break or a control character cannot be run as a service", thing=word)
        return words


def user_unit(started: Started) -> bytes:
    """A unit for `systemctl --user`. Options that need a mount namespace are left out: they hide the user's files."""
    environment = "".join(f"Environment={_quoted(f'{name}={value}')}\n" for name, value in started.environ.items())
    command = _line(started.command("daemon", "run", "--journal"))
    text = _USER.format(command=command, environment=environment, program=json.dumps(list(started.program)))
    return marked(text.encode(), b"# %s\n")


def system_unit(program: Sequence[str]) -> bytes:
    """A unit for a server, with a user and a state folder of its own, that can reach little else."""
    started = Started(program, ("--home", STATE))
    command, prepare = (_line(started.command(*words)) for words in (("daemon", "run", "--journal"), ("init", "--yes")))
    text = _SYSTEM.format(command=command, prepare=prepare, program=json.dumps(list(program)))
    return marked(text.encode(), b"# %s\n")


def launchd_plist(started: Started, logs: Path, label: str = LABEL) -> bytes:
    """A launch agent of macOS: started at log-in, and again unless it left by itself."""
    content = {
        "Label": label,
        "ProgramArguments": started.command("daemon", "run"),
        "EnvironmentVariables": dict(started.environ),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 30,
        "ExitTimeOut": 30,
        "ProcessType": "Background",
        "LowPriorityIO": True,
        "Umask": 0o077,
        "StandardOutPath": str(logs / f"{label}.log"),
        "StandardErrorPath": str(logs / f"{label}.log"),
    }
    head, rest = plistlib.dumps(content, sort_keys=False).split(b"\n", 1)
    return marked(rest, b"<!-- %s -->\n", head + b"\n")


def marked(text: bytes, comment: bytes, head: bytes = b"") -> bytes:
    """The file with its mark, which stands first, or after a `head` that has to."""
    digest = hashlib.sha256(head + text).hexdigest()
    return head + comment % f"written by `crmsync service install`, digest {digest}".encode() + text


def is_ours(content: bytes) -> bool:
    """Whether a file is as we wrote it, whatever version of us."""
    found = _MARK.search(content)
    if found is None:
        return False
    return hashlib.sha256(content[: found.start()] + content[found.end() :]).hexdigest() == found[1].decode()


def program_of(content: bytes) -> list[str] | None:
    """The program that a file of ours starts; `None` for a file that is not ours."""
    if not is_ours(content):
        return None
    if content.startswith(b"<?xml"):
        words = [str(word) for word in plistlib.loads(content)["ProgramArguments"]]
        return words[: 3 if words[1:3] == ["-m", "crmsync"] else 1]
    found = re.search(rb"^# program: (.*)$", content, re.MULTILINE)
    return [str(word) for word in json.loads(found[1])] if found else None


def _line(words: Sequence[str]) -> str:
    """A command line. Of its first word systemd expands no variables, so a dollar stands there for itself.

    Raises `Usage` for a program with a quote or a backslash in its path, which systemd runs in no spelling (252).
    """
    if set(words[0]) & set("'\"\\"):
        raise Usage("systemd runs no program with a quote or a backslash in its path", thing=words[0])
    return " ".join([_quoted(words[0]), *(_quoted(word).replace("$", "$$") for word in words[1:])])


def _quoted(word: str) -> str:
    """A word in which systemd reads nothing but itself: no specifiers, escapes or ends of words."""
    word = word.replace("%", "%%")
    if re.fullmatch(r"[\w@%+=:,./$-]+", word, re.ASCII):
        return word
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
