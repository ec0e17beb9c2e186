"""Saved filters: what each selects, which accounts use it, and what it would change there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from crmsync.desk import Desk
from crmsync.errors import Usage
from crmsync.model import FILES, Mode
from crmsync.review import saved_filters
from crmsync.review.filter_preview import preview
from crmsync.store.store import Tables
from crmsync_tui import filter_rows
from crmsync_tui.filter_rows import Counted
from crmsync_tui.pages import Known
from crmsync_tui.screens.filter_builder import FilterBuilder
from crmsync_tui.screens.list_screen import ListScreen
from crmsync_tui.screens.preview import Preview
from crmsync_tui.screens.typing_in import TypingIn
from crmsync_tui.shown import shown
from crmsync_tui.widgets.detail import Detail
from crmsync_tui.widgets.record_table import Column, RecordTable
from crmsync_tui.words import _


class FiltersScreen(ListScreen):
    """Every saved filter."""

    NAME: ClassVar[str] = "records"
    HELP_TEXT: ClassVar[str] = _(
        "A filter is an expression with a name; an account that uses it gets what it selects, beside what is flagged. "
        "enter opens a filter line by line, a makes a new one, c gives it to an account after a look at what would "
        "change there, x takes it from an account, d forgets one that no account uses. Nothing is written at a remote "
        "before the next sync."
    )
    COLUMNS = (Column(_("filter"), 12, 1), Column(_("used by"), 12, 1), Column(_("expression"), 20, 4))
    EMPTY = _("No filter yet: a makes one.")
    NO_ROW = _("no filter yet: a makes one")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", _("New"), id="filters.add"),
        Binding("c", "use", _("Use for account"), id="filters.use"),
        Binding("x", "stop_using", _("Take from account"), show=False, id="filters.stop"),
        Binding("d", "forget", _("Forget"), id="filters.forget"),
        Binding("escape", "leave", _("Back"), id="filters.leave"),
    ]

    def body(self) -> Iterable[Widget]:
        """The filters, and what the one under the cursor selects."""
        yield RecordTable(self.COLUMNS, empty=self.EMPTY)
        yield Detail()

    def reload(self) -> None:
        """Asks for the filters again."""
        self._show()

    @work(exclusive=True, group="reload")
    async def _show(self) -> None:
        self.table.show(Known(await self.crm.asking.at_desk(filter_rows.saved)))
        self.explain()

    async def told(self, key: str) -> Iterable[Content]:
        """What it selects, and who enters and leaves."""

        def look(desk: Desk) -> list[Content]:
            with desk.seeing() as view:
                found = view.filters.find(key)
                if found is None:
                    return []
                return filter_rows.told(found.expression, Counted(change=preview(view, desk.user.id, key)))

        try:
            return await self.crm.asking.at_desk(look)
        except Usage as error:
            return [shown(str(error), "bold")]

    def action_add(self) -> None:
        """A new one, line by line."""
        self.app.push_screen(FilterBuilder())

    @work(group="open")
    async def on_record_table_chosen(self, event: RecordTable.Chosen) -> None:
        """Opens one."""
        found = await self.crm.asking.look(lambda view: view.filters.find(event.key))
        if found is not None:
            self.app.push_screen(FilterBuilder(found.name, found.expression))

    @work(group="decide")
    async def action_use(self) -> None:
        """Gives the filter to an account, after a look at what would change there."""
        if not (name := self.here()):
            return
        account = await self._account(_("Which account gets what {name} selects?").format(name=name), _takes_filters)
        if account is None:
            return

        def look(desk: Desk) -> list[Content]:
            with desk.seeing() as view:
                change = preview(view, desk.user.id, name, account=account)
            return filter_rows.told(change.expression, Counted(change=change))

        try:
            lines = await self.crm.asking.at_desk(look)
        except Usage as error:
            self.crm.complain(error)
            return
        if await self.app.push_screen_wait(Preview(f"{account}: {name}", lines)):
            await self._give(account, name)

    @work(group="decide")
    async def action_stop_using(self) -> None:
        """The account gets what is flagged, and nothing else."""
        if not (name := self.here()):
            return
        users = await self.crm.asking.look(lambda view: view.filters.accounts(name))
        if not users:
            self.crm.say(_("no account uses {name}").format(name=name))
            return
        title = _("Which account is to get only what is flagged?")
        account = await self._account(title, lambda view: view.filters.accounts(name))
        if account is not None:
            await self._give(account, None)

    async def _give(self, account: str, name: str | None) -> None:
        said = _("{account}: the next sync applies it").format(account=account)
        await self.crm.decide("account set", lambda tx: saved_filters.use(tx, account, name), lambda _done: said)
        self.reload()

    async def _account(self, title: str, find: Callable[[Tables], Sequence[str]]) -> str | None:
        names = await self.crm.asking.look(find)
        if not names:
            self.crm.say(_("no account can: an account that may be written is needed"))
            return None

        def check(text: str) -> None:
            if text not in names:
                raise Usage(_("there is no such account here"), thing=text, next_step=", ".join(names))

        lines = [shown(", ".join(names))]
        return await self.app.push_screen_wait(TypingIn(title, lines, check, names[0]))

    @work(group="decide")
    async def action_forget(self) -> None:
        """Forgets one that no account uses; undo brings it back."""
        if name := self.here():
            said = _("{name}: forgotten; no record was touched").format(name=name)
            await self.crm.decide("filter remove", lambda tx: tx.filters.remove(name), lambda _done: said)
            self.reload()


def _takes_filters(view: Tables) -> list[str]:
    return [one.name for one in view.accounts.all() if one.mode is not Mode.IMPORT and one.kind != FILES]
