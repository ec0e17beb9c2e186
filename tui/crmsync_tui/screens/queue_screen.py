"""The import queue: one key for each contact that was found, or for hundreds of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content

from crmsync.admission.sorting import Done
from crmsync.model import RecordType
from crmsync.review import import_queue
from crmsync.review.linking import acceptable
from crmsync.review.with_company import bring_in_with_company
from crmsync.store.identity import new_id
from crmsync.store.import_queue import QueueSelection, QueueState
from crmsync.store.queue_page import Place, QueueOrder
from crmsync.store.store import Tables
from crmsync_tui import queue_rows, rule_rows
from crmsync_tui.pages import Pages, Slice
from crmsync_tui.screens.list_screen import FilteredScreen
from crmsync_tui.screens.preview import Preview
from crmsync_tui.screens.rules_screen import RulesScreen, make_rule
from crmsync_tui.shown import shown
from crmsync_tui.widgets.record_table import Column
from crmsync_tui.words import _, count

SURE = 90
"""What `A` takes without a second look: a score of this and more."""

MANY = 50
"""More than these become records after a preview only."""


class QueueScreen(FilteredScreen):
    """Items that were found, with the records they may be; types, links and setting aside by single keys."""

    NAME: ClassVar[str] = "queue"
    HELP_TEXT: ClassVar[str] = _(
        "Each line is somebody or something that an account holds and the CRM does not know yet. Enter says that it is "
        "the record suggested for it; a type key says what it is to become, and a makes records of those. Keys act on "
        "the marked rows, or on the one below the cursor. Nothing is written at the account by this."
    )
    COLUMNS = (
        Column(_("name"), 14, 4),
        Column(_("e-mail / phone"), 12, 3),
        Column(_("from"), 8, 1),
        Column(_("type"), 7),
        Column(_("may be"), 10, 3),
        Column(_("score"), 5, right=True),
    )
    EMPTY = _("Nothing waits. New items are found by a sync: press S.")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "assign('company')", _("Company"), id="queue.company"),
        Binding("p", "assign('contact')", _("Contact"), id="queue.contact"),
        Binding("l", "assign('lead')", _("Lead"), id="queue.lead"),
        Binding("s", "assign('supplier')", _("Supplier"), show=False, id="queue.supplier"),
        Binding("t", "assign('task')", _("Task"), show=False, id="queue.task"),
        Binding("m", "assign('appointment')", _("Meeting"), show=False, id="queue.appointment"),
        Binding("a", "add", _("Add"), id="queue.add"),
        Binding("b", "add_with_company", _("Contact + company"), show=False, id="queue.with_company"),
        Binding("A", "accept_sure", _("All sure"), id="queue.accept_sure"),
        Binding("i", "leave_out('ignore')", _("Ignore"), id="queue.ignore"),
        Binding("d", "leave_out('private')", _("Private"), show=False, id="queue.private"),
        Binding("r", "rule", _("Rule of this"), show=False, id="queue.rule"),
        Binding("R", "rules", _("Rules"), show=False, id="queue.rules"),
        Binding("o", "turn_order", _("Order"), show=False, id="queue.order"),
        Binding("slash", "filter", _("Filter"), show=False, id="queue.filter"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._order = QueueOrder.BEST

    @property
    def selection(self) -> QueueSelection:
        """What the list shows."""
        return QueueSelection(text=self.typed)

    def pages(self) -> Pages[Any]:
        """What waits."""
        selection, order = self.selection, self._order

        def fetch(view: Tables, after: Place | None, skip: int, limit: int) -> Slice[Place]:
            return queue_rows.fetch(view, selection, order, after, skip, limit)

        return Pages(self.crm.lists, fetch, lambda view: view.queue.count(selection))

    def status(self) -> str:
        """Order and marks."""
        order = _("best match first") if self._order is QueueOrder.BEST else _("oldest first")
        return "  ".join(filter(None, (order, self.marked_said())))

    async def told(self, key: str) -> Iterable[Content]:
        """The item, and the records it may be."""
        found = await self.crm.asking.look(lambda view: queue_rows.find(view, int(key)))
        return [] if found is None else queue_rows.told(found)

    def on_record_table_chosen(self) -> None:
        """Links what is marked, or this one, to what is suggested."""
        self._accept()

    def action_turn_order(self) -> None:
        """The other order."""
        self._order = QueueOrder.OLDEST if self._order is QueueOrder.BEST else QueueOrder.BEST
        self.show(top=True)

    # Deciding

    async def _meant(self) -> Sequence[int]:
        """The ids of the marked rows, else of the row under the cursor; a reason is shown when there are none."""
        if self.table.all_marked:
            selection = self.selection
            return await self.crm.asking.look(lambda view: view.queue.ids(selection))
        return sorted(map(int, self.picked()))

    @work(group="decide")
    async def action_assign(self, type: str) -> None:
        """Gives a type, and goes on to the next row."""
        kind, ids = RecordType(type), await self._meant()
        if not self.table.marked and not self.table.all_marked:
            self.table.action_cursor(1)
        await self._decide(f"queue assign --type {type}", ids, lambda tx, _user: import_queue.assign(tx, ids, kind))

    @work(group="decide")
    async def action_add(self) -> None:
        """Makes new records of the marked rows, else of everything in the list that has a type."""
        if self.table.marked or self.table.all_marked:
            ids = await self._meant()
        else:
            typed = QueueSelection(text=self.selection.text, typed=True)
            ids = await self.crm.asking.look(lambda view: view.queue.ids(typed))
            if not ids:
                self.crm.say(_("nothing here has a type yet: press c, p, l or s first"))
        if len(ids) > MANY:
            title, lines = await self.crm.asking.look(lambda view: queue_rows.to_add(view, ids))
            if not await self.app.push_screen_wait(Preview(title, lines)):
                return
        await self._decide("queue import", ids, lambda tx, user: import_queue.bring_in(tx, ids, user, new_id))

    @work(group="decide")
    async def action_add_with_company(self) -> None:
        """Makes contacts, each with the company its card names."""
        ids = await self._meant()
        await self._decide(
            "queue import --company", ids, lambda tx, user: bring_in_with_company(tx, ids, user, new_id)[0]
        )

    @work(group="decide")
    async def action_leave_out(self, word: str) -> None:
        """Sets aside until the item changes, or for good."""
        ids, state = await self._meant(), QueueState.IGNORED if word == "ignore" else QueueState.PRIVATE
        await self._decide(f"queue {word}", ids, lambda tx, _user: import_queue.leave_out(tx, ids, state))

    @work(group="decide")
    async def action_accept_sure(self) -> None:
        """Links everything in the list whose suggestion is sure, after a preview."""
        selection = QueueSelection(text=self.selection.text, min_score=SURE)
        ids = await self.crm.asking.look(lambda view: view.queue.ids(selection))
        if not ids:
            self.crm.say(_("nothing here has a suggestion with {score} points or more").format(score=SURE))
            return
        await self._accept_after_preview(ids, SURE)

    @work(group="decide")
    async def _accept(self) -> None:
        ids = await self._meant()
        if len(ids) == 1:
            await self._decide("queue accept", ids, lambda tx, user: import_queue.accept(tx, ids, user))
        elif ids:
            await self._accept_after_preview(ids, 0)

    async def _accept_after_preview(self, ids: Sequence[int], least: int) -> None:
        found, skipped = await self.crm.asking.look(lambda view: acceptable(view, ids, least))
        lines = [
            shown(f"{one.row.item.name}  ->  {queue_rows.called(one)}  {best.score}  {queue_rows.short(one)}")
            for one, best in found
        ]
        lines += [shown(f"{_('not')} {id}: {reason}", "dim") for id, reason in skipped.skipped[:20]]
        title = count("link {n} item", "link {n} items", len(found))
        if skipped.skipped:
            title += ", " + count("leave {n}", "leave {n}", len(skipped.skipped))
        if await self.app.push_screen_wait(Preview(title, lines or [Content(_("Nothing would be linked."))])):
            await self._decide("queue accept", ids, lambda tx, user: import_queue.accept(tx, ids, user, least))

    async def _expression(self) -> str:
        row, text = self.table.current, self.typed
        id = None if row is None else int(row.key)
        return await self.crm.asking.look(lambda view: rule_rows.start(view, id, text))

    @work(group="decide")
    async def action_rules(self) -> None:
        """Opens the rules."""
        self.app.push_screen(RulesScreen(await self._expression()))

    @work(group="decide")
    async def action_rule(self) -> None:
        """A rule for items like this one, or for what is filtered by."""
        await make_rule(self.crm, await self._expression())

    async def _decide(self, doing: str, ids: Sequence[int], act: Callable[[Tables, int], Done]) -> None:
        if not ids:
            return
        user = self.crm.user

        def do(tx: Tables) -> Done:
            return act(tx, tx.users.get(user).id)

        if await self.crm.decide(doing, do, _outcome) is not None:
            self.done()


def _outcome(done: Done) -> str:
    said = count("{n} item done", "{n} items done", len(done.ids))
    if done.skipped:
        said += f", {count('{n} skipped', '{n} skipped', len(done.skipped))}: {done.skipped[0][1]}"
    return said
