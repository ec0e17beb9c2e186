"""Every error the engine raises on purpose. The class says how the engine reacts.

    CrmsyncError
    ├── Retry            try the same thing again, later and by itself
    │   ├── Unreachable      no answer, or an answer cut short
    │   └── Busy             the remote asks us to wait (`after` seconds)
    ├── Skip             this one item cannot go on; the rest of the batch does
    │   ├── Unreadable       bytes that are no item; parked with their raw text
    │   ├── Moved            the item changed or vanished since we looked (412, 404)
    │   ├── Locked           another program works on the item (423)
    │   └── Refused          the remote will not take this item as it is (403, 409, 415, 507 ...)
    ├── Halt             this account cannot go on; other accounts do
    │   ├── SignInNeeded     wrong or expired credentials
    │   ├── BadConfig        a setting is missing or contradicts another
    │   ├── Untrusted        the remote answered something that cannot be its own (log-in page, foreign redirect)
    │   └── StoreBroken      the store is corrupt, foreign, or newer than this program
    ├── Usage            a person asked for something that is not there or not allowed; nothing was changed
    ├── Interrupted      whoever asked does not want to know any more; nothing was changed
    └── Bug              we broke a promise of our own; never caught by the engine

A message says what happened, to which thing, and what to do next. It never holds a secret.
"""

from __future__ import annotations


class CrmsyncError(Exception):
    """What happened, to which thing, and what to do next."""

    def __init__(self, what: str, *, thing: str = "", next_step: str = "") -> None:
        self.what = what
        self.thing = thing
        self.next_step = next_step
        super().__init__(what)

    def __str__(self) -> str:
        text = f"{self.thing}: {self.what}" if self.thing else self.what
        return f"{text}. {self.next_step}" if self.next_step else text


class Retry(CrmsyncError):
    """Nothing is wrong with the item; the engine tries again later."""


class Unreachable(Retry):
    """No answer, a time-out, or an answer that ended early. What was asked may or may not have happened."""


class Busy(Retry):
    """The remote asks us to wait. `after` is in seconds, already capped by the caller that read it."""

    def __init__(self, what: str, *, thing: str = "", next_step: str = "", after: float = 0.0) -> None:
        super().__init__(what, thing=thing, next_step=next_step)
        self.after = after


class Skip(CrmsyncError):
    """One item cannot go on; the rest of its batch does."""


class Unreadable(Skip):
    """Bytes that cannot be read as an item. The raw text is parked by whoever holds it."""


class Moved(Skip):
    """The item is no longer what we last saw: a precondition failed or it is gone. The next pull tells."""


class Locked(Skip):
    """Another program holds the item for a while. The next cycle tries again; nothing is parked."""


class Refused(Skip):
    """The remote understood and will not take this item as it is."""


class Halt(CrmsyncError):
    """This account cannot go on until somebody does something."""


class SignInNeeded(Halt):
    """The remote did not accept our credentials."""


class BadConfig(Halt):
    """A setting is missing, unreadable, or contradicts another one."""


class Untrusted(Halt):
    """An answer that cannot be the remote's own: a log-in page, a captive portal, a redirect to a stranger."""


class StoreBroken(Halt):
    """The store is damaged, not ours, or written by a newer version. It is left as it was found."""


class Usage(CrmsyncError):
    """A person asked for something that does not exist or is not allowed. Nothing was changed."""


class Interrupted(CrmsyncError):
    """A question was taken back while it was being answered, as each key typed into a search does."""


class Bug(CrmsyncError):
    """One of our own promises does not hold. Never swallowed."""
