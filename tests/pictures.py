"""The pictures of the README, made from the demo: python -m tests.pictures [FOLDER]

Each is what the app drew (SVG), and the same as a PNG through Chromium, which is what draws such an SVG right.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

from crmsync.cli.verb_demo import FirstCompany
from crmsync.demo.samples import shelves
from crmsync.demo.server import running
from crmsync.desk import Desk
from crmsync.home import at
from crmsync_tui.start import make_app
from tests.tui.stage import Stage

SIZE = (110, 32)
SHOTS = {
    "home": ("1",),
    "queue": ("2",),
    "conflicts": ("3",),
    "records": ("4", "down"),
    "journal": ("6",),
}
"""By picture, the keys that lead there from a new start."""

FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


async def shots(home: Path, folder: Path) -> None:
    """Every picture as SVG."""
    for name, keys in SHOTS.items():
        desk = Desk(at(home), "")
        app = make_app(desk, desk.another)
        desk.close()
        async with app.run_test(size=SIZE) as pilot:
            stage = Stage(at(home), app, pilot)
            await stage.settle()
            await stage.press(*keys)
            (folder / f"{name}.svg").write_text(FONT.sub("", app.export_screenshot()), "utf-8")  # no foreign font


def draw(svg: Path) -> None:
    """The same as PNG."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("chromium is not installed")
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg.read_text("utf-8"))
    assert box is not None
    size = f"{round(float(box[1]))},{round(float(box[2]))}"
    subprocess.run(
        [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={size}",
         f"--screenshot={svg.with_suffix('.png')}", svg.as_uri()],
        check=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def main() -> None:
    """All of them."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        with running(place / "server", shelves()) as address:
            with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
                FirstCompany(place / "home").walk(address)
            asyncio.run(shots(place / "home", folder))
    for name in SHOTS:
        draw(folder / f"{name}.svg")
        (folder / f"{name}.svg").unlink()
    print(f"{len(SHOTS)} pictures in {folder}")


if __name__ == "__main__":
    main()
