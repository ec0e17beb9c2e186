"""A new account: one address, what it leads to, who asks, what takes part, and what a first sync would do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from enum import Enum
from typing import ClassVar, TypeVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker, WorkerCancelled

from crmsync.errors import Usage
from crmsync_tui import account_rows
from crmsync_tui.account_rows import Draft, Hidden
from crmsync_tui.errand import Answer
from crmsync_tui.marks import marks
from crmsync_tui.screens.account_questions import CollectionsQuestion, FirstSync, KindQuestion
from crmsync_tui.screens.main_screen import MainScreen
from crmsync_tui.screens.password import Password
from crmsync_tui.screens.typing_in import TypingIn, something
from crmsync_tui.shown import shown
from crmsync_tui.widgets.detail import Detail
from crmsync_tui.words import _

T = TypeVar("T")
_SIGN_IN = 4
"""The exit code of a command that was refused for its password."""
_TRACED = 6
"""So many steps of the search stand in the next question too."""


class Go(Enum):
    """Where a step leads. `PASS`: it has nothing to ask, so on the way one was going."""

    ON = 1
    BACK = -1
    PASS = 0


class AccountWizard(MainScreen):
    """Asks step by step; escape goes back by one. Nothing is written at the remote before the last one."""

    NAME: ClassVar[str] = "home"
    HELP_TEXT: ClassVar[str] = _(
        "Type an e-mail address, the address of a server, or the path of a folder or CSV file. What it leads to is "
        "shown as it is found. Then your name there and the password, which is given to the command that signs in and "
        "to nothing else; what is to take part; and what a first sync would do, before it does. Escape goes back by a "
        "step, and ends what is going on."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", _("Back"), id="wizard.back"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._draft = Draft()
        self._trouble = ""
        self._child: Worker[Answer] | None = None
        self._over = False

    def body(self) -> Iterable[Widget]:
        """What is going on, and what was found on the way."""
        yield Static(id="doing")
        yield Detail()

    def reload(self) -> None:
        """What is shown does not come from the store. Who comes back after the last step goes on to Home."""
        if self._over:
            self.call_later(self._leave)

    def _leave(self) -> None:
        """Goes, or waits until it is on top: meanwhile the user may have gone to another screen."""
        self._over = True
        if self.is_current:
            self.app.pop_screen()

    def on_mount(self) -> None:
        """Begins with the address."""
        self._walk()

    def on_unmount(self) -> None:
        """Keeps no secret."""
        self._draft.secret = None

    @work(exclusive=True, group="decide", description="asks for an account")
    async def _walk(self) -> None:
        steps: Sequence[Callable[[Go], Awaitable[Go]]] = (
            self._address, self._sign_in, self._collections, self._called, self._add, self._first_sync,
        )  # fmt: skip
        at, way = 0, Go.ON
        while 0 <= at < len(steps):
            went = await steps[at](way)
            way = way if went is Go.PASS else went
            at += way.value
        self._draft.secret = None
        self.crm.look_whether_changed()
        self._leave()

    def action_back(self) -> None:
        """Ends what is going on, which leads back to the question before it."""
        if self._child is not None and self._child.is_running:
            self._child.cancel()

    # What is asked

    async def _ask(self, question: Screen[T]) -> T:
        return await self.app.push_screen_wait(question)

    def _lines(self, *texts: str) -> list[Content]:
        """What is wrong, what was found, and what a question says."""
        trouble = [shown(f"{marks().failed} {self._trouble}", "bold")] if self._trouble else []
        self._trouble = ""
        traced = [shown(one, "dim") for one in self._draft.trace[-_TRACED:]] if trouble else []
        return [*traced, *trouble, *(shown(text) for text in texts)]

    async def _address(self, _way: Go) -> Go:
        draft = self._draft
        while True:
            lines = self._lines(_("An e-mail address, the address of a server, or the path of a folder or CSV file."))
            title = _("Where is it?")
            found = await self._ask(TypingIn(title, lines, account_rows.check_address, draft.address))
            if found is None:
                return Go.BACK
            if found != draft.address:
                draft.username, draft.name, draft.chosen = "", "", ()
            draft.address, draft.secret = found, None
            kind = await self._kind(found)
            if not kind:
                continue
            draft.kind, draft.address = kind, account_rows.whole(found)
            draft.asks, draft.found = kind == "icloud", ()
            if draft.asks or await self._discover():
                return Go.ON

    async def _kind(self, address: str) -> str:
        try:
            kind = await self.crm.asking.at_desk(lambda _desk: account_rows.kind_of(address))
        except Usage as error:
            self._trouble = str(error)
            return ""
        if kind:
            return kind
        lines = [shown(_("There are cards or calendars and CSV files in it, or nothing yet."))]
        return await self._ask(KindQuestion(_("What is it?"), lines)) or ""

    async def _sign_in(self, way: Go) -> Go:
        draft = self._draft
        if not draft.asks or (way is Go.BACK and draft.secret is None):
            return Go.PASS
        while True:
            apple = _("iCloud wants an app-specific password: account.apple.com, Sign-In and Security.")
            lines = self._lines(apple) if draft.kind == "icloud" else self._lines()
            start = draft.username or (draft.address if "@" in draft.address and "://" not in draft.address else "")
            name = await self._ask(TypingIn(_("Who are you there?"), lines, something, start))
            if name is None:
                draft.secret = None
                return Go.BACK
            draft.username = name
            typed = await self._ask(Password(_("Password of {name}").format(name=name)))
            if typed is None:
                continue
            draft.secret = Hidden(typed)
            del typed
            if await self._discover():
                return Go.ON

    async def _collections(self, _way: Go) -> Go:
        draft = self._draft
        if not draft.found:
            self._trouble = _("nothing that crmsync can keep in step is there: check the address and the user")
            return Go.BACK
        answer = await self._ask(CollectionsQuestion(draft.found, draft.chosen, draft.mode))
        if answer is None:
            return Go.BACK
        places, draft.mode = answer
        draft.chosen = [str(draft.found[n]["href"]) for n in places]
        return Go.ON

    async def _called(self, _way: Go) -> Go:
        draft = self._draft
        taken = await self.crm.asking.look(lambda view: [one.name for one in view.accounts.all()])
        lines = self._lines(_("A short name of yours for it: letters, digits, '.', '_' or '-'."))
        start = draft.name or account_rows.name_for(draft.address, taken)
        name = await self._ask(TypingIn(_("What do you call it?"), lines, something, start))
        if name is None:
            return Go.BACK
        draft.name = name.strip()
        return Go.ON

    # What is done

    async def _discover(self) -> bool:
        """Goes where the address leads. False leads to another try, and says why."""
        draft = self._draft
        words = ("account", "discover", f"--kind={draft.kind}", *draft.signed(), draft.address)
        answer = await self._run(_("Looking where {address} leads").format(address=draft.address), *words)
        if answer is None:
            return False
        if not answer.well:
            self._trouble = account_rows.because(answer.text)
            draft.asks = draft.asks or answer.code == _SIGN_IN
            return draft.asks and draft.secret is None
        draft.found = answer.data.get("collections", [])
        draft.asks = draft.asks or bool(answer.data.get("sign_in"))
        return True

    async def _add(self, way: Go) -> Go:
        if way is Go.BACK:
            return Go.PASS
        draft = self._draft
        answer = await self._run(_("Adding {name}").format(name=draft.name), *draft.added())
        if answer is not None and answer.well:
            return Go.ON
        self._trouble = "" if answer is None else account_rows.because(answer.text)
        return Go.BACK

    async def _first_sync(self, _way: Go) -> Go:
        """Says what the first sync would do. Back forgets the account again, as it was not there before."""
        name = self._draft.name
        doing = _("Looking what a sync of {name} would do").format(name=name)
        answer = await self._run(doing, "sync", name, "--dry-run", secret=False)
        runs = answer.data.get("runs") if answer is not None else None
        lines = account_rows.previewed(runs[0]) if runs else []
        if answer is not None and not runs:
            self._trouble = account_rows.because(answer.text)
        title = _("{name} is added. Its first sync:").format(name=name)
        match await self._ask(FirstSync(title, [*self._lines(), *lines])):
            case "now":
                await self._sync(name)
                return Go.ON
            case "later":
                self.crm.say(_("{name}: nothing was synced yet; S on Home syncs it").format(name=name))
                return Go.ON
            case _:
                await self._run(_("Forgetting {name}").format(name=name), "account", "remove", name, secret=False)
                return Go.BACK

    async def _sync(self, name: str) -> None:
        answer = await self._run(_("Syncing {name}").format(name=name), "sync", name, secret=False)
        if answer is None or not answer.well:
            reason = _("stopped; what was done is kept") if answer is None else account_rows.because(answer.text)
            self.crm.fail(reason)
        else:
            self.crm.say(_("{name}: synced; what was found waits in the queue").format(name=name))

    async def _run(self, doing: str, *argv: str, secret: bool = True) -> Answer | None:
        """A command as a child; `None` when the user goes back meanwhile."""
        self.query_one("#doing", Static).update(shown(f"{marks().busy} {doing}"))
        self._draft.trace.clear()
        self._child = self._command(argv, self._draft.secret if secret else None)
        try:
            answer: Answer = await self._child.wait()
            return answer
        except WorkerCancelled:
            return None
        finally:
            self._child = None
            if self.is_attached:
                self.query_one("#doing", Static).update("")

    @work(group="errand", exit_on_error=False, description="a command")
    async def _command(self, argv: Sequence[str], secret: Hidden | None) -> Answer:
        return await self.crm.errand.run(*argv, secret=None if secret is None else secret.reveal(), hear=self._hear)

    def _hear(self, told: str) -> None:
        self._draft.trace.append(told)
        self.query_one(Detail).show([shown(one) for one in self._draft.trace])
