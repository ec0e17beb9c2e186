"""Rules of the queue: what each does and would hit, in which order, on and off; new ones and learned ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widget import Widget

from crmsync.review import queue_rules, rule_learning
from crmsync.store.store import Tables
from crmsync_tui import rule_rows
from crmsync_tui.pages import Pages, listed
from crmsync_tui.screens.main_screen import MainScreen
from crmsync_tui.screens.new_rule import FateQuestion, WhichItems
from crmsync_tui.screens.preview import Preview
from crmsync_tui.shown import shown
from crmsync_tui.widgets.detail import Detail
from crmsync_tui.widgets.record_table import Column, RecordTable
from crmsync_tui.words import _

if TYPE_CHECKING:
    from crmsync_tui.app import CrmsyncApp


class RulesScreen(MainScreen):
    """Stands above the queue."""

    NAME: ClassVar[str] = "queue"
    HELP_TEXT: ClassVar[str] = _(
        "A rule decides about found items by itself, when they arrive; the first one that fits decides, so their order "
        "matters: + asks the one below the cursor earlier, - later. The pane says what it would hit of the queue as it "
        "is, and which of your own decisions it contradicts. a makes a rule, x turns one on or off, d forgets one, "
        "L proposes rules that follow from what you decided so far. What a rule decided says so, and u takes it back."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", _("New"), id="rules.add"),
        Binding("x", "switch", _("On/off"), id="rules.switch"),
        Binding("plus", "move(-1)", _("Earlier"), id="rules.earlier"),
        Binding("minus", "move(1)", _("Later"), id="rules.later"),
        Binding("d", "forget", _("Forget"), show=False, id="rules.forget"),
        Binding("L", "learn", _("Learn"), id="rules.learn"),
        Binding("escape", "leave", _("Queue"), id="rules.leave"),
    ]

    def __init__(self, expression: str = "") -> None:
        super().__init__()
        self._expression = expression

    def body(self) -> Iterable[Widget]:
        """The rules, and what the one below the cursor would do."""
        with Container(classes="split"):
            yield RecordTable(
                [
                    Column("", 2, right=True),
                    Column(_("rule"), 12, 2),
                    Column("", 4),
                    Column(_("does"), 12, 1),
                    Column(_("account"), 8),
                    Column(_("where"), 12, 3),
                ],
                empty=_("No rule yet: a makes one."),
            )
            yield Detail()

    @property
    def table(self) -> RecordTable:
        """The list."""
        return self.query_one(RecordTable)

    def on_mount(self) -> None:
        """Keys act at once."""
        self.table.focus()

    def reload(self) -> None:
        """Asks for the rules again."""
        self._reload()

    @work(exclusive=True, group="reload")
    async def _reload(self) -> None:
        rows = await self.crm.asking.look(rule_rows.rows)
        self.table.show(Pages(self.crm.lists, listed(rows), lambda _view: len(rows)))
        self._explain()

    def on_record_table_moved(self) -> None:
        """The pane follows the cursor."""
        self._explain()

    @work(exclusive=True, group="explain")
    async def _explain(self) -> None:
        row = self.table.current

        def seen(view: Tables, name: str) -> list[Content]:
            rule = view.queue_rules.find(name)
            if rule is None:
                return []
            return [shown(rule.where), *rule_rows.told(queue_rules.preview(view, rule))]

        lines = [] if row is None else await self.crm.asking.look(lambda view: seen(view, row.key))
        self.query_one(Detail).show(lines)

    def action_leave(self) -> None:
        """Back to the queue."""
        self.dismiss(None)

    # Deciding

    def _here(self) -> str | None:
        row = self.table.current
        if row is None:
            self.crm.say(_("there is no rule: a makes one"))
        return None if row is None else row.key

    @work(group="decide")
    async def action_switch(self) -> None:
        """On when it is off, else off."""
        if (name := self._here()) is not None:
            await self._decide("on or off", lambda tx: tx.queue_rules.switch(name, not tx.queue_rules.get(name).active))

    @work(group="decide")
    async def action_move(self, by: int) -> None:
        """Has it asked earlier or later."""
        if (name := self._here()) is not None:
            await self._decide("move", lambda tx: tx.queue_rules.move(name, tx.queue_rules.get(name).place + by))

    @work(group="decide")
    async def action_forget(self) -> None:
        """Forgets it; undo brings it back."""
        if (name := self._here()) is not None:
            await self._decide("remove", lambda tx: tx.queue_rules.remove(name))

    @work(group="decide")
    async def action_add(self) -> None:
        """A new rule, from what the queue was filtered by or its row."""
        await make_rule(self.crm, self._expression)
        self.reload()

    @work(group="decide")
    async def action_learn(self) -> None:
        """Proposes rules that follow from past decisions, and makes them after a look."""
        found = await self.crm.asking.look(rule_learning.proposals)
        if not found:
            self.crm.say(_("nothing follows from your decisions yet"))
            return
        lines: list[Content] = []
        for one in found:
            lines.append(shown(f"{one.rule.name}: {rule_rows.does(one.rule.action, one.rule.type)}", "bold"))
            lines += [shown(f"  {one.rule.where}"), next(rule_rows.told(one.preview)), Content("")]
        if await self.app.push_screen_wait(Preview(_("Make these rules"), lines)):
            await self._decide("learn", lambda tx: [queue_rules.add(tx, one.rule) for one in found])

    async def _decide(self, doing: str, act: Callable[[Tables], Any]) -> None:
        await self.crm.decide(f"queue rules {doing}", act)
        self.reload()


async def make_rule(crm: CrmsyncApp, expression: str) -> None:
    """Asks what becomes of items and which they are, and makes the rule. Runs in a worker."""
    fate = await crm.push_screen_wait(FateQuestion())
    if fate is None:
        return

    def look(view: Tables, where: str) -> Sequence[Content]:
        return list(rule_rows.told(queue_rules.preview(view, rule_rows.rule_of(where, fate.action, fate.type))))

    async def seen(where: str) -> Sequence[Content]:
        return await crm.asking.look(lambda view: look(view, where))

    title = f"{_('Which items?')} -> {rule_rows.does(fate.action, fate.type)}"
    where = await crm.push_screen_wait(WhichItems(title, expression, seen))
    if not where:
        return

    def make(tx: Tables) -> str:
        taken = {rule.name for rule in tx.queue_rules.all()}
        name = rule_learning.name_of(where, (fate.action, fate.type), taken)
        return queue_rules.add(tx, rule_rows.rule_of(where, fate.action, fate.type, name)).name

    await crm.decide("queue rules add", make, lambda name: _("rule {name} holds from now on").format(name=name))
