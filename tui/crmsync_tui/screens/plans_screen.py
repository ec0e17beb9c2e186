"""Held plans: read every line, then let the plan pass or refuse it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widget import Widget

from crmsync.store.store import Tables
from crmsync_tui import plan_rows
from crmsync_tui.pages import Pages, Slice
from crmsync_tui.screens.list_screen import ListScreen
from crmsync_tui.screens.preview import Preview
from crmsync_tui.widgets.detail import Detail
from crmsync_tui.widgets.record_table import Column, RecordTable
from crmsync_tui.words import _, count


class PlansScreen(ListScreen):
    """Plans that do too much to go on by themselves. Stands above the conflicts."""

    NAME: ClassVar[str] = "conflicts"
    HELP_TEXT: ClassVar[str] = _(
        "A plan is held when it would do much at once: delete, empty or change many records. Above are the plans, "
        "below the lines of the one under the cursor; tab goes from one to the other. a lets the whole plan pass, d "
        "refuses it: what vanished is put back, and what was to be deleted stays. A line that has moved since is asked "
        "again."
    )
    DEFAULT_CSS = """
    PlansScreen #plans { height: 6; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "answer('apply')", _("Apply"), id="plans.apply"),
        Binding("d", "answer('discard')", _("Discard"), id="plans.discard"),
        Binding("tab", "app.focus_next", _("Lines"), id="plans.lines"),
        Binding("escape", "leave", _("Conflicts"), id="plans.leave"),
    ]

    def body(self) -> Iterable[Widget]:
        """Plans, lines, and a line in full."""
        yield RecordTable(
            [
                Column(_("plan"), 5, right=True),
                Column(_("account"), 10, 1),
                Column(_("since"), 12),
                Column(_("lines"), 6, right=True),
                Column(_("why it is held"), 20, 4),
            ],
            empty=_("No plan is held."),
            id="plans",
        )
        with Container(classes="split"):
            yield RecordTable(
                [Column(_("action"), 12), Column(_("name"), 14, 2), Column(_("change"), 20, 5)],
                empty=_("It has no lines."),
                id="lines",
            )
            yield Detail()

    @property
    def plans(self) -> RecordTable:
        """The plans."""
        return self.query_one("#plans", RecordTable)

    @property
    def table(self) -> RecordTable:
        """The lines of the plan under the cursor."""
        return self.query_one("#lines", RecordTable)

    @property
    def first(self) -> RecordTable:
        """The plans."""
        return self.plans

    def reload(self) -> None:
        """Asks for the plans again."""
        self.plans.show(Pages(self.crm.lists, plan_rows.plans, lambda view: view.plans.count()))

    @on(RecordTable.Moved, "#plans")
    def on_plan_moved(self, event: RecordTable.Moved) -> None:
        """The lines follow the plan."""
        self._show_lines(int(event.key or 0))

    def _show_lines(self, id: int) -> None:
        def fetch(view: Tables, after: int | None, skip: int, limit: int) -> Slice[int]:
            return plan_rows.lines_of(view, id, after, skip, limit)

        self.table.show(Pages(self.crm.lists, fetch, lambda view: plan_rows.count_of(view, id)), top=True)

    async def told(self, key: str) -> Iterable[Content]:
        """The line in full."""
        plan = self.plans.current
        if plan is None:
            return []
        return await self.crm.asking.look(lambda view: plan_rows.told(view, int(plan.key), int(key)))

    @work(group="decide")
    async def action_answer(self, word: str) -> None:
        """Lets the plan pass or refuses it, after a look at what that means."""
        row = self.plans.current
        if row is None:
            self.crm.say(_("no plan is held"))
            return
        id = int(row.key)
        told = await self.crm.asking.look(
            lambda view: plan_rows.weighed(plan := view.plans.get(id), view.accounts.names().get(plan.account, ""))
        )
        title = {"apply": _("apply"), "discard": _("discard")}[word]
        if await self.app.push_screen_wait(Preview(f"{title} {told[0]}", told[1])):
            self._carry_out(word, id)

    @work(group="carry out")
    async def _carry_out(self, word: str, id: int) -> None:
        """The word is followed by a cycle of the account, so it is a command of its own."""
        self.crm.say(_("plan {id}: the account is synced").format(id=id))
        answer = await self.crm.errand.run("plans", word, str(id))
        if not answer.well:
            self.crm.fail(answer.text)
        elif refused := answer.data.get("refused"):
            moved = count("{n} line has moved, and is held", "{n} lines have moved, and are held", len(refused))
            self.crm.say(_("plan {id} is done").format(id=id) + f": {moved}")
        else:
            self.crm.say(_("plan {id} is done").format(id=id))
        self.crm.look_whether_changed()
