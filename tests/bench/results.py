"""Where figures go: a table on the screen, JSON in bench-results/ with the machine they were measured on."""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

FOLDER = Path("bench-results")
LIBRARIES = ("celery", "httpx", "msgspec", "numpy", "pandas", "psycopg", "pyarrow", "sqlalchemy")

Line = dict[str, Any]


def machine() -> Line:
    """Tell what the figures were measured on, and how busy it is now: another program's load is in them too."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": len(os.sched_getaffinity(0)),
        "processor": _processor(),
        "memory_gigabytes": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "load_average": [round(load, 2) for load in os.getloadavg()],
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def repeated(what: str, seconds: list[float], **more: Any) -> Line:
    """Give one line: the median and the best of several repeats, and each of them."""
    rounded = [round(one, 4) for one in seconds]
    return {
        "what": what,
        "seconds_median": round(median(seconds), 4),
        "seconds_best": round(min(seconds), 4),
        "seconds": rounded,
        **more,
    }


def keep(name: str, before: Line, lines: list[Line]) -> Path:
    """Write the lines beside the machine's facts taken before; the load average is told for both ends."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.json"
    facts = {**before, "load_average_after": machine()["load_average"]}
    path.write_text(json.dumps({"machine": facts, "lines": lines}, indent=2) + "\n", encoding="utf-8")
    return path
