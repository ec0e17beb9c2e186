"""What can be done with a run, from wherever it is shown: take it back, report it, copy what is told of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from textual.content import Content

from crmsync.errors import CrmsyncError, Usage
from crmsync_tui import taking_back
from crmsync_tui.screens.main_screen import MainScreen
from crmsync_tui.screens.preview import Preview
from crmsync_tui.screens.typing_in import TypingIn
from crmsync_tui.words import _, count

_FORMATS = {".html": "html", ".md": "md", ".csv": "csv", ".json": "json"}


async def take_back(screen: MainScreen, run: int) -> bool:
    """Takes exactly this run back, after a look at what that means. Whether it was."""
    crm = screen.crm
    try:
        undone = await crm.deciding.at_desk(taking_back.preview_of(run))
    except CrmsyncError as error:
        crm.complain(error)
        return False
    if not undone.total:
        kept = count("{n} was edited since, and kept", "{n} were edited since, and kept", len(undone.survived))
        nothing = _("run {id}: there is nothing to put back").format(id=run)
        crm.say(f"{nothing}; {kept}" if undone.survived else nothing)
        return False
    title = _("take back run {id}; the next sync brings it to the remotes").format(id=run)
    if not await screen.app.push_screen_wait(Preview(title, list(taking_back.told(undone)))):
        return False
    try:
        crm.say(await crm.deciding.at_desk(taking_back.undo_run(run)))
    except CrmsyncError as error:
        crm.complain(error)
        return False
    crm.look_whether_changed()
    return True


async def export(screen: MainScreen, run: int) -> None:
    """Writes the difference report of a run into a file."""
    crm = screen.crm
    lines = [Content(_("html to read and print, md, csv for a spreadsheet, or json: as the name ends"))]
    title = _("Where to write the report of run {id}").format(id=run)
    path = await screen.app.push_screen_wait(TypingIn(title, lines, form_of, f"~/crmsync-run-{run}.html"))
    if path is None:
        return
    file = Path(path.strip()).expanduser()
    answer = await crm.errand.run("report", str(run), "--format", form_of(path), f"--output={file}")
    if answer.well:
        crm.say(_("written to {file}").format(file=file))
    else:
        crm.fail(answer.text)


def form_of(path: str) -> str:
    """The format that the name of a file asks for. Raises `Usage` for any other."""
    found = _FORMATS.get(Path(path.strip()).suffix.casefold())
    if found is None:
        raise Usage(_("the name must end in .html, .md, .csv or .json"), thing=path)
    return found


def copy(screen: MainScreen, lines: Iterable[Content]) -> None:
    """What is shown, into the clipboard of the terminal."""
    text = "\n".join(one.plain for one in lines)
    if not text:
        screen.crm.say(_("there is nothing to copy"))
        return
    screen.app.copy_to_clipboard(text)
    screen.crm.say(_("copied, if the terminal lets programs do that"))
