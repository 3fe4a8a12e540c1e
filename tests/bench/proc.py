"""What Linux tells of a process: processor time and peak memory."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def children_of(process: int) -> list[int]:
    """Give the ids of a process's children."""
    return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()]


def processor_seconds(process: int) -> float:
    """Add up user and system time of a process and all its threads."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def peak_megabytes(process: int | str = "self") -> float:
    """Tell the most memory that was resident at once (VmHWM), pages shared with the parent included."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"process {process} has ended")
