"""Conflicts: which value stands, one by one, for a whole record, or for hundreds that ask the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from crmsync.admission.sorting import Done
from crmsync.desk import Desk
from crmsync.errors import Usage
from crmsync.review import conflicts
from crmsync.review.conflict_policies import Reach, covered, from_now_on
from crmsync.review.conflicts import DELETED, Choice
from crmsync.review.side_by_side import SideBySide, compare
from crmsync.store.conflict_log import LoggedConflict
from crmsync.store.conflict_page import ConflictOrder, ConflictPlace, ConflictSelection
from crmsync.store.store import Tables
from crmsync.typed.field_values import parse
from crmsync.values import Value
from crmsync_tui import conflict_rows
from crmsync_tui.pages import Pages, Slice
from crmsync_tui.screens.alike import Alike
from crmsync_tui.screens.list_screen import FilteredScreen
from crmsync_tui.screens.plans_screen import PlansScreen
from crmsync_tui.screens.policy import PolicyQuestion, Said
from crmsync_tui.screens.preview import Preview
from crmsync_tui.screens.reading import Reading
from crmsync_tui.screens.typing_in import TypingIn
from crmsync_tui.widgets.record_table import Column
from crmsync_tui.widgets.side_pane import SidePane
from crmsync_tui.words import _, count


class ConflictsScreen(FilteredScreen):
    """Fields that both sides changed, and deletions that wait for a person."""

    NAME: ClassVar[str] = "conflicts"
    HELP_TEXT: ClassVar[str] = _(
        "Each line is a field that was changed on both sides, each in its own way, or a deletion that waits for your "
        "word. Everything else of these records is in sync. c takes the value of the CRM, r that of the remote, t both "
        "(lists), e lets you type another one. Keys act on the marked rows, or on the one below the cursor; C and R on "
        "all open fields of its record. The value that is not taken stays in the log. Remotes follow with the "
        "next sync."
    )
    COLUMNS = (
        Column(_("name"), 14, 3),
        Column(_("field"), 10, 1),
        Column(_("CRM"), 13, 3),
        Column(_("remote"), 13, 3),
        Column(_("account"), 8, 1),
    )
    EMPTY = _("No conflict is open.")
    NO_ROW = _("there is no conflict to decide")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "take('crm')", _("CRM"), id="conflicts.take_crm"),
        Binding("r", "take('remote')", _("Remote"), id="conflicts.take_remote"),
        Binding("t", "take('both')", _("Both"), show=False, id="conflicts.take_both"),
        Binding("b", "take('base')", _("Base"), show=False, id="conflicts.take_base"),
        Binding("e", "edit", _("Edit"), id="conflicts.edit"),
        Binding("B", "alike", _("All alike"), id="conflicts.alike"),
        Binding("P", "policy", _("Policy"), id="conflicts.policy"),
        Binding("h", "plans", _("Held"), id="conflicts.plans"),
        Binding("H", "history", _("History"), show=False, id="conflicts.history"),
        Binding("C", "take_record('crm')", _("CRM, whole record"), show=False, id="conflicts.record_crm"),
        Binding("R", "take_record('remote')", _("Remote, whole record"), show=False, id="conflicts.record_remote"),
        Binding("o", "turn_order", _("Order"), show=False, id="conflicts.order"),
        Binding("slash", "filter", _("Filter"), show=False, id="conflicts.filter"),
        Binding("plus", "unchanged(True)", _("Show unchanged"), show=False, id="conflicts.more"),
        Binding("minus", "unchanged(False)", _("Hide unchanged"), show=False, id="conflicts.less"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._order = ConflictOrder.RECORD
        self._held = 0

    def new_pane(self) -> SidePane:
        """The record under the cursor beside its item."""
        return SidePane()

    @property
    def pane(self) -> SidePane:
        """The same."""
        return self.query_one(SidePane)

    @property
    def selection(self) -> ConflictSelection:
        """What the list shows."""
        return ConflictSelection(text=self.typed)

    def pages(self) -> Pages[Any]:
        """Open conflicts."""
        selection, order = self.selection, self._order

        def fetch(view: Tables, after: ConflictPlace | None, skip: int, limit: int) -> Slice[ConflictPlace]:
            return conflict_rows.fetch(view, selection, order, after, skip, limit)

        return Pages(self.crm.lists, fetch, lambda view: view.conflicts.count_of(selection))

    def status(self) -> str:
        """Marks, held plans, order."""
        held = count("h: {n} plan held", "h: {n} plans held", self._held) if self._held else ""
        order = _("by record") if self._order is ConflictOrder.RECORD else _("by field")
        return "  ".join(filter(None, (self.marked_said(), held, order)))

    def reload(self) -> None:
        """The same, and how many plans are held."""
        super().reload()
        self._count_held()

    @work(exclusive=True, group="held")
    async def _count_held(self) -> None:
        self._held = await self.crm.asking.look(lambda view: view.plans.count())
        self.tell()

    @work(exclusive=True, group="explain")
    async def explain(self) -> None:
        """Compares record and item."""
        row = self.table.current
        self.pane.found = None if row is None else await self.crm.asking.at_desk(_beside(int(row.key)))
        self.pane.draw()

    def action_turn_order(self) -> None:
        """The other order."""
        by_record = self._order is ConflictOrder.RECORD
        self._order = ConflictOrder.FIELD if by_record else ConflictOrder.RECORD
        self.show(top=True)

    def action_unchanged(self, show: bool) -> None:
        """Shows fields that are the same on both sides too, or hides them."""
        self.pane.unchanged = show
        self.pane.draw()

    # Deciding

    async def _meant(self) -> Sequence[int]:
        """The ids of the marked rows, else of the row under the cursor; a reason is shown when there are none."""
        if self.table.all_marked:
            selection = self.selection
            return await self.crm.asking.look(lambda view: view.conflicts.ids(selection))
        return sorted(map(int, self.picked()))

    @work(group="decide")
    async def action_take(self, side: str) -> None:
        """Takes one side, or both."""
        await self._take(await self._meant(), Choice(side))

    @work(group="decide")
    async def action_take_record(self, side: str) -> None:
        """Takes one side for every open field of the record and item under the cursor."""
        if (id := self._here()) is None:
            return

        def of_record(view: Tables) -> Sequence[int]:
            return view.conflicts.ids(ConflictSelection(link=view.conflicts.get(id).conflict.link))

        ids = await self.crm.asking.look(of_record)
        if not ids:
            self.crm.say(_("it has been decided meanwhile"))
        await self._take(ids, Choice(side), ask=False)

    def _here(self) -> int | None:
        key = self.here()
        return None if key is None else int(key)

    @work(group="decide")
    async def action_edit(self) -> None:
        """Takes a value that the user types."""
        if (id := self._here()) is None:
            return
        found, names = await self.crm.asking.look(lambda view: _named(view, [id]))
        for one in found:
            if not one.open:
                self.crm.say(_("it has been decided meanwhile"))
                return
            field = one.conflict.field
            start = "" if field == DELETED else conflict_rows.to_type(field, one.conflict.crm)
            title = f"{names.get(one.conflict.record, '')}: {conflict_rows.field_word(field)}"
            several = conflict_rows.takes_lines(field, start)
            told = conflict_rows.choices(one)
            question = TypingIn(title, told, partial(_typed, field), start, several=several)
            text = await self.app.push_screen_wait(question)
            if text is not None:
                await self._decide([id], Choice.VALUE, _typed(field, text))

    @work(group="decide")
    async def action_alike(self) -> None:
        """Decides all that ask the same as the one under the cursor, after a look at them."""
        if (id := self._here()) is None:
            return
        ids = await self.crm.asking.look(lambda view: view.conflicts.ids(conflicts.alike(view, id)))
        found, names = await self.crm.asking.look(lambda view: _named(view, ids))
        if not found:
            self.crm.say(_("it has been decided meanwhile"))
            return
        title = count("{n} conflict like this", "{n} conflicts like this", len(ids))
        field = conflict_rows.field_word(found[0].conflict.field)
        question = Alike(f"{title}: {field}", list(conflict_rows.both_sides(found, names)))
        choice = await self.app.push_screen_wait(question)
        if choice is not None:
            await self._decide(ids, choice)

    @work(group="decide")
    async def action_policy(self) -> None:
        """Makes an answer the policy, and gives it to all open conflicts that the policy covers."""
        if (id := self._here()) is None:
            return
        about = await self.crm.asking.look(lambda view: conflict_rows.about(view, id))

        async def how_many(reach: Reach) -> int:
            return await self.crm.asking.look(lambda view: view.conflicts.count_of(covered(view, id, reach)))

        said = await self.app.push_screen_wait(PolicyQuestion(about, how_many))
        if said is not None:
            await self.crm.decide("conflicts resolve --policy", lambda tx: _from_now_on(tx, id, said), _outcome)

    @work(group="decide")
    async def action_plans(self) -> None:
        """Opens the plans that are held."""
        if await self.crm.asking.look(lambda view: view.plans.count()):
            self.app.push_screen(PlansScreen())
        else:
            self.crm.say(_("no plan is held"))

    @work(group="decide")
    async def action_history(self) -> None:
        """Shows everything that happened to the record."""
        if (id := self._here()) is not None:
            title, lines = await self.crm.asking.look(lambda view: conflict_rows.history(view, id))
            await self.app.push_screen_wait(Reading(title, lines))

    async def _take(self, ids: Sequence[int], choice: Choice, *, ask: bool = True) -> None:
        if len(ids) > 1 and ask:
            found, names = await self.crm.asking.look(lambda view: _named(view, ids))
            title = count("decide {n} conflict", "decide {n} conflicts", len(ids))
            lines = list(conflict_rows.preview(found, names, choice))
            if not await self.app.push_screen_wait(Preview(f"{title}: {_(choice.value)}", lines)):
                return
        await self._decide(ids, choice)

    async def _decide(self, ids: Sequence[int], choice: Choice, value: Value | None = None) -> None:
        if not ids:
            return
        doing = f"conflicts resolve --{choice}"
        done = await self.crm.decide(doing, lambda tx: conflicts.resolve_many(tx, ids, choice, value), _outcome)
        if done is not None:
            self.done()


def _beside(id: int) -> Callable[[Desk], SideBySide | None]:
    def work(desk: Desk) -> SideBySide | None:
        config = desk.config
        with desk.seeing() as view:
            if not view.conflicts.many([id]):
                return None
            return compare(view, id, lambda one: config.policies(one.name, one.mode), config.masters)

    return work


def _typed(field: str, text: str) -> Value | None:
    """What a user has typed for a field. Raises `Usage` for what it cannot hold."""
    if field != DELETED:
        return parse(field, text)
    if text not in ("unflag", "archive", "delete"):
        raise Usage(_("a deletion is answered with unflag, archive or delete"))
    return text


def _from_now_on(tx: Tables, id: int, said: Said) -> Done:
    from_now_on(tx, id, said.choice, said.word, said.reach)
    if said.choice is None:
        return Done()  # which value is newer is for the next cycle to find out
    return conflicts.resolve_many(tx, tx.conflicts.ids(covered(tx, id, said.reach)), said.choice, said.word)


def _named(view: Tables, ids: Sequence[int]) -> tuple[Sequence[LoggedConflict], Mapping[str, str]]:
    found = view.conflicts.many(ids)
    return found, conflict_rows.names_of(view, found)


def _outcome(done: Done) -> str:
    said = count("{n} conflict decided", "{n} conflicts decided", len(done.ids))
    if done.skipped:
        said += f", {count('{n} left open', '{n} left open', len(done.skipped))}: {done.skipped[0][1]}"
    return said
