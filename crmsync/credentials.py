"""Where an account's secret lies. Never in the config, the store, a log, a repr or an argument list.

A secret is kept in the system's keyring where there is one, else in a file that only its owner can read. It can also
be given from outside, and is then not kept at all: by the service manager (systemd credentials), by the environment
variable `CRMSYNC_SECRET_<ACCOUNT>`, or by a command named in the config. The account remembers the place as a word
(`keyring`, `file`, `outside`), so that the keyring, which costs 150 ms to import, is imported only where it is used.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from crmsync.errors import BadConfig, SignInNeeded
from crmsync.home import Home, write_private

SERVICE = "crmsync"
KEYRING, FILE, OUTSIDE = "keyring", "file", "outside"


def keep(home: Home, account: str, secret: str) -> str:
    """Keeps a secret, and returns the place for the account to remember."""
    if _to_keyring(home, account, secret):
        return KEYRING
    secrets = _read(home)
    secrets[account] = secret
    write_private(home.secrets, json.dumps(secrets, indent=1))
    return FILE


def fetch(home: Home, account: str, place: str, environ: Mapping[str, str], command: Sequence[str] = ()) -> str:
    """The secret of an account. Raises `SignInNeeded` when it is not where it should be."""
    given = outside(account, environ, command)
    if given is not None:
        return given
    found = _from_keyring(home, account) if place == KEYRING else _read(home).get(account)
    if found is None:
        raise SignInNeeded(
            "its password is nowhere to be found",
            thing=account,
            next_step=f"Run `crmsync account sign-in {account}`, or set {variable(account)}",
        )
    return found


def outside(account: str, environ: Mapping[str, str], command: Sequence[str] = ()) -> str | None:
    """The secret as it is given from outside, if it is. Raises `BadConfig` for a command that fails."""
    if folder := environ.get("CREDENTIALS_DIRECTORY"):
        try:
            return (Path(folder) / f"crmsync.{account}").read_text("utf-8").rstrip("\n")
        except OSError:
            pass  # this unit was given no credential for the account
    if (given := environ.get(variable(account))) is not None:
        return given
    if not command:
        return None
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        raise BadConfig(
            f"its secret_command failed ({type(error).__name__})", thing=account, next_step="Try the command by hand"
        ) from None  # what the command printed may hold the secret
    return answer.stdout.rstrip("\n")


def forget(home: Home, account: str, place: str) -> None:
    """Deletes the secret of an account, wherever we keep it."""
    if place == KEYRING:
        _out_of_keyring(home, account)
    secrets = _read(home)
    if secrets.pop(account, None) is not None:
        write_private(home.secrets, json.dumps(secrets, indent=1))


def variable(account: str) -> str:
    """The environment variable that can hold the secret of an account."""
    return "CRMSYNC_SECRET_" + re.sub(r"[^A-Z0-9]", "_", account.upper())


def _entry(home: Home, account: str) -> str:
    """Two homes of one person may each have an account of this name."""
    return f"{home.store.parent}:{account}"


def _to_keyring(home: Home, account: str, secret: str) -> bool:
    if os.environ.get("PYTHON_KEYRING_BACKEND", "").startswith("keyring.backends.fail"):
        return False
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(SERVICE, _entry(home, account), secret)
        return keyring.get_password(SERVICE, _entry(home, account)) == secret
    except (KeyringError, RuntimeError):
        return False


def _from_keyring(home: Home, account: str) -> str | None:
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(SERVICE, _entry(home, account))
    except (KeyringError, RuntimeError):
        return None


def _out_of_keyring(home: Home, account: str) -> None:
    import keyring
    from keyring.errors import KeyringError

    with suppress(KeyringError, RuntimeError):  # it is not there any more, or the keyring is not
        keyring.delete_password(SERVICE, _entry(home, account))


def _read(home: Home) -> dict[str, str]:
    try:
        text = home.secrets.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise BadConfig(f"it cannot be read: {error.strerror}", thing=str(home.secrets)) from error
    except ValueError:
        raise _damaged(home) from None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise _damaged(home) from None  # the error quotes the text, and the text is secret
    if not isinstance(found, dict):
        raise _damaged(home)
    return {str(name): str(secret) for name, secret in found.items()}


def _damaged(home: Home) -> BadConfig:
    return BadConfig("it is damaged", thing=str(home.secrets), next_step="Move it away, and give the passwords again")
