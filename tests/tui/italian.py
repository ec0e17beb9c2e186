"""The words of the terminal UI: extracts them, keeps what is translated, compiles: `make words`.

What the code says no more is dropped; what is new stands in the file with an empty translation, for a person to fill.
"""

from __future__ import annotations

import ast
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "tui" / "crmsync_tui"
FOLDER = SOURCE / "locale" / "it" / "LC_MESSAGES"
PO, MO = FOLDER / "crmsync.po", FOLDER / "crmsync.mo"
ARGUMENTS = {"_": 1, "count": 2}
"""How many texts each function of `words` takes."""


def template() -> Catalog:
    """Every text that the code shows; read from its syntax tree, as babel does not look into f-strings everywhere."""
    catalog = Catalog(charset="utf-8")
    for file in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ARGUMENTS:
                texts = [one.value for one in node.args[: ARGUMENTS[node.func.id]] if isinstance(one, ast.Constant)]
                if len(texts) == ARGUMENTS[node.func.id]:
                    catalog.add(tuple(texts) if len(texts) > 1 else texts[0])
    return catalog


def translated() -> Catalog:
    """The file as it is."""
    with PO.open("rb") as file:
        return read_po(file, locale="it")


def merged() -> Catalog:
    """The file with the words of the code as it is now."""
    catalog = Catalog(
        locale="it", charset="utf-8", fuzzy=False, header_comment="# Words of the terminal UI of crmsync."
    )
    known = translated() if PO.exists() else catalog
    for message in template():
        if message.id:
            old = known.get(message.id)
            catalog.add(message.id, old.string if old is not None else None)
    return catalog


def compiled(catalog: Catalog) -> bytes:
    """What gettext reads: the same of the same words at any time, so without the present minute in its header."""
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    file = BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def write() -> int:
    """Brings both files up to date. Returns how many texts have no translation."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with BytesIO() as file:
        write_po(file, merged(), width=120, omit_header=False, sort_output=True, no_location=True)
        text = b"".join(one for one in file.getvalue().splitlines(True) if not one.startswith(_STAMPS))
    PO.write_bytes(text)
    MO.write_bytes(compiled(translated()))
    return sum(not all(_strings(one.string)) for one in translated() if one.id)


_STAMPS = (
    b'"POT-Creation',
    b'"PO-Revision',
    b'"Generated-By',
    b'"Report-Msgid',
    b'"Project-Id',
    b'"Last-Trans',
    b'"Language-Team',
)
"""Lines of the header that would change with each run."""


def _strings(found: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (found,) if isinstance(found, str) else tuple(found)


if __name__ == "__main__":
    missing = write()
    print(f"{PO.relative_to(ROOT)}: {missing} without a translation")
    sys.exit(1 if missing else 0)
