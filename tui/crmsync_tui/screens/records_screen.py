"""Records: found as one types, each with where its values come from and where it stands; flagged one by one or all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content

from crmsync.errors import CrmsyncError, Usage
from crmsync.review.deletion import delete
from crmsync.review.promotion import Promotion, promote
from crmsync.store.record_list import Selection
from crmsync.store.store import Tables
from crmsync_tui import record_form, record_rows, search_line
from crmsync_tui.pages import Pages, Slice
from crmsync_tui.screens.duplicates_screen import DuplicatesScreen
from crmsync_tui.screens.edit_screen import EditScreen
from crmsync_tui.screens.history_screen import HistoryScreen
from crmsync_tui.screens.list_screen import FilteredScreen
from crmsync_tui.screens.merging import merge_after_preview
from crmsync_tui.screens.preview import Preview
from crmsync_tui.screens.typing_in import TypingIn
from crmsync_tui.shown import shown
from crmsync_tui.widgets.record_table import Column
from crmsync_tui.words import _, count, number_text

_FORMATS = {".csv": "csv", ".json": "json", ".vcf": "vcard", ".ics": "ics"}


class RecordsScreen(FilteredScreen):
    """What the CRM holds."""

    NAME: ClassVar[str] = "records"
    HELP_TEXT: ClassVar[str] = _(
        "Everything the CRM holds. Press / and type words of a name, company, note, phone or mail address; short words "
        "filter: type:contact,lead owner:me sync:on city:roma. The sign before a name is its sync flag: on your phone, "
        "on nobody's, or on that of others only. The pane tells where each value comes from, who is master of it, and "
        "at which accounts the record is and why. Keys act on the marked rows, or on that below the cursor. L merges "
        "two marked records, of which the one below the cursor stays. P promotes, D deletes after a preview, E writes "
        "what the list shows into a file, y copies."
    )
    COLUMNS = (
        Column(_("sync"), 4),
        Column(_("name"), 18, 4),
        Column(_("type"), 8),
        Column(_("owner"), 6, 1),
        Column(_("phone"), 14, 1),
        Column(_("changed"), 11),
    )
    EMPTY = _("No record matches.")
    NO_ROW = _("there is no record to do this with")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", _("Search"), id="records.filter"),
        Binding("f", "flag", _("Sync flag"), id="records.flag"),
        Binding("e", "edit", _("Edit"), id="records.edit"),
        Binding("h", "history", _("History"), id="records.history"),
        Binding("L", "merge", _("Merge"), id="records.merge"),
        Binding("d", "duplicates", _("Duplicates"), id="records.duplicates"),
        Binding("P", "promote", _("Promote"), show=False, id="records.promote"),
        Binding("D", "delete", _("Delete"), show=False, id="records.delete"),
        Binding("E", "export", _("Export"), show=False, id="records.export"),
        Binding("y", "copy", _("Copy"), show=False, id="records.copy"),
    ]

    def pages(self) -> Pages[Any]:
        """Records."""
        line, user = self.typed, self.crm.user

        def fetch(view: Tables, after: str | None, skip: int, limit: int) -> Slice[str]:
            return record_rows.fetch(view, selected(view, line, user), after, skip, limit)

        return Pages(self.crm.lists, fetch, lambda view: view.records.count(selected(view, line, user)))

    def status(self) -> str:
        """How many match, and are marked."""
        said = "" if self.table.total is None else number_text(self.table.total)
        return " / ".join(filter(None, (self.marked_said(), said)))

    def tell(self) -> None:
        """While they are counted, the last number stands."""
        if self.table.total is not None:
            super().tell()

    async def told(self, key: str) -> Iterable[Content]:
        """Where each value comes from, and where the record stands."""
        found = await self.crm.asking.at_desk(lambda desk: record_rows.find(desk, key))
        return [] if found is None else record_rows.told(found)

    # Deciding

    async def _meant(self) -> Sequence[str]:
        """The ids of the marked rows, else of the row under the cursor; a reason is shown when there are none."""
        if self.table.all_marked:
            line, user = self.typed, self.crm.user
            try:
                return await self.crm.asking.look(lambda view: view.records.ids(selected(view, line, user)))
            except CrmsyncError as error:
                self.crm.complain(error)
                return []
        return self.picked()

    @work(group="decide")
    async def action_flag(self) -> None:
        """On where any of them is off, else off: on this user's phone, or no longer."""
        ids, user = await self._meant(), self.crm.user
        if not ids:
            return

        def turn(tx: Tables) -> tuple[int, bool]:
            me = tx.users.get(user).id
            on = len(tx.flags.on(me, ids)) < len(ids)
            return len(tx.flags.set(me, ids, on)), on

        if await self.crm.decide("records flag", turn, _turned) is not None:
            self.done()

    def on_record_table_chosen(self) -> None:
        """Enter opens the form."""
        self.action_edit()

    @work(exclusive=True, group="open")
    async def action_edit(self) -> None:
        """The form of the record below the cursor."""
        id = self.here()
        form = None if id is None else await self.crm.asking.at_desk(lambda desk: record_form.find(desk, id))
        if form is not None:
            self.app.push_screen(EditScreen(form))

    def action_history(self) -> None:
        """Everything that ever happened to it."""
        if (id := self.here()) is not None and self.table.current is not None:
            self.app.push_screen(HistoryScreen(id, self.table.current.cells[1]))

    def action_duplicates(self) -> None:
        """Pairs that may be one."""
        self.app.push_screen(DuplicatesScreen())

    @work(group="decide")
    async def action_merge(self) -> None:
        """Makes one of two marked records."""
        marked = sorted(self.table.marked)
        if len(marked) != 2:
            self.crm.say(_("mark two records with space, and put the cursor on the one that stays"))
            return
        current = self.table.current
        keep = current.key if current is not None and current.key in marked else marked[0]
        if await merge_after_preview(self.crm, keep, next(id for id in marked if id != keep)):
            self.done()

    @work(group="decide")
    async def action_promote(self) -> None:
        """A lead becomes a contact or a company, a company a customer."""
        ids = await self._meant()

        def act(tx: Tables) -> Sequence[Promotion]:
            return [promote(tx, id) for id in ids]

        if ids and await self.crm.decide("records promote", act, _promoted) is not None:
            self.done()

    @work(group="decide")
    async def action_delete(self) -> None:
        """Deletes, after saying what becomes of the items at the accounts."""
        ids = await self._meant()
        if not ids:
            return
        lines = await self.crm.asking.look(lambda view: list(record_rows.fates(view, ids)))
        title = count("delete {n} record", "delete {n} records", len(ids))
        if not await self.app.push_screen_wait(Preview(title, lines)):
            return
        if await self.crm.decide("records delete", lambda tx: delete(tx, ids), _deleted) is not None:
            self.done()

    @work(group="decide")
    async def action_export(self) -> None:
        """Writes what the list shows into a file, whose ending says how."""
        hint = shown(_("what the list shows goes into it: .csv, .json, .vcf (people) or .ics (meetings and tasks)"))
        path = await self.app.push_screen_wait(TypingIn(_("Write to which file?"), [hint], form_of, "~/records.csv"))
        if path is not None:
            self._write(Path(path.strip()).expanduser(), form_of(path))

    @work(group="export")
    async def _write(self, name: Path, format: str) -> None:
        line, user = self.typed, self.crm.user
        wanted = await self.crm.asking.look(lambda view: search_line.arguments(selected(view, line, user)))
        answer = await self.crm.errand.run("export", "--format", format, *wanted, "-o", str(name))
        if answer.well:
            self.crm.say(_("{n} records are in {file}").format(n=answer.data.get("records"), file=name))
        else:
            self.crm.fail(answer.text)

    @work(exclusive=True, group="open")
    async def action_copy(self) -> None:
        """Puts the record into the clipboard, field by field."""
        id = self.here()
        text = None if id is None else await self.crm.asking.look(lambda view: record_rows.copied(view, id))
        if text is not None:
            self.app.copy_to_clipboard(text)
            self.crm.say(_("copied, where the terminal allows it"))


def selected(view: Tables, line: str, user: str) -> Selection:
    """The records that a search line means to this user."""
    return search_line.read(line, view.users.get(user).id, user)


def form_of(path: str) -> str:
    """The format that the name of a file asks for. Raises `Usage` for any other."""
    found = _FORMATS.get(Path(path.strip()).suffix.casefold())
    if found is None:
        raise Usage(_("its ending says in which form: .csv, .json, .vcf or .ics"), thing=path)
    return found


def _promoted(done: Sequence[Promotion]) -> str:
    if len(done) == 1:
        return " ".join(filter(None, (_("it is now:"), done[0].stage, done[0].type)))
    return count("{n} record promoted", "{n} records promoted", len(done))


def _deleted(n: int) -> str:
    return count("{n} record deleted", "{n} records deleted", n)


def _turned(done: tuple[int, bool]) -> str:
    n, on = done
    if on:
        return count("{n} record goes on your phone", "{n} records go on your phone", n)
    return count("{n} record leaves your phone", "{n} records leave your phone", n)
