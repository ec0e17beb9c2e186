"""Other processes of this machine: whether the one that wrote a file is still the one that has its number."""

from __future__ import annotations

import os
from pathlib import Path


def start_of(pid: int) -> str:
    """What tells a process from a later one with the same number; `""` when there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
        return stat.rpartition(")")[2].split()[19]  # field 22 of proc(5): clock ticks since the machine started
    except OSError:
        pass
    if Path("/proc/self/stat").exists():
        return ""
    try:
        os.kill(pid, 0)
    except OSError:
        return ""
    return "runs"  # a system without /proc: the number alone has to do
