"""Rules of the queue: what each does and would hit, in which order, on and off; new ones and learned ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content

from crmsync.review import queue_rules, rule_learning
from crmsync.store.store import Tables
from crmsync_tui import rule_rows
from crmsync_tui.pages import Known
from crmsync_tui.screens.list_screen import ListScreen
from crmsync_tui.screens.live_typing import LiveTyping
from crmsync_tui.screens.new_rule import FateQuestion
from crmsync_tui.screens.preview import Preview
from crmsync_tui.shown import shown
from crmsync_tui.widgets.record_table import Column
from crmsync_tui.words import _

if TYPE_CHECKING:
    from crmsync_tui.app import CrmsyncApp


class RulesScreen(ListScreen):
    """Stands above the queue."""

    NAME: ClassVar[str] = "queue"
    HELP_TEXT: ClassVar[str] = _(
        "A rule decides about found items by itself, when they arrive; the first one that fits decides, so their order "
        "matters: + asks the one below the cursor earlier, - later. The pane says what it would hit of the queue as it "
        "is, and which of your own decisions it contradicts. a makes a rule, x turns one on or off, d forgets one, "
        "L proposes rules that follow from what you decided so far. What a rule decided says so, and u takes it back."
    )
    COLUMNS = (
        Column("", 2, right=True),
        Column(_("rule"), 12, 2),
        Column("", 4),
        Column(_("does"), 12, 1),
        Column(_("account"), 8),
        Column(_("where"), 12, 3),
    )
    EMPTY = _("No rule yet: a makes one.")
    NO_ROW = _("there is no rule: a makes one")
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

    def reload(self) -> None:
        """Asks for the rules again."""
        self._reload()

    @work(exclusive=True, group="reload")
    async def _reload(self) -> None:
        rows = await self.crm.asking.look(rule_rows.rows)
        self.table.show(Known(rows))
        self.explain()

    async def told(self, key: str) -> Iterable[Content]:
        """What it would do with the queue as it is."""

        def seen(view: Tables) -> list[Content]:
            rule = view.queue_rules.find(key)
            if rule is None:
                return []
            return [shown(rule.where), *rule_rows.told(queue_rules.preview(view, rule))]

        return await self.crm.asking.look(seen)

    # Deciding

    @work(group="decide")
    async def action_switch(self) -> None:
        """On when it is off, else off."""
        if (name := self.here()) is not None:
            on = not (await self.crm.asking.look(lambda view: view.queue_rules.get(name))).active
            await self._decide("on" if on else "off", lambda tx: tx.queue_rules.switch(name, on))

    @work(group="decide")
    async def action_move(self, by: int) -> None:
        """Has it asked earlier or later."""
        if (name := self.here()) is not None:
            await self._decide("move", lambda tx: tx.queue_rules.move(name, tx.queue_rules.get(name).place + by))

    @work(group="decide")
    async def action_forget(self) -> None:
        """Forgets it; undo brings it back."""
        if (name := self.here()) is not None:
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
    where = await crm.push_screen_wait(LiveTyping(title, seen, expression))
    if not where:
        return

    def make(tx: Tables) -> str:
        taken = {rule.name for rule in tx.queue_rules.all()}
        name = rule_learning.name_of(where, (fate.action, fate.type), taken)
        return queue_rules.add(tx, rule_rows.rule_of(where, fate.action, fate.type, name)).name

    await crm.decide("queue rules add", make, lambda name: _("rule {name} holds from now on").format(name=name))
