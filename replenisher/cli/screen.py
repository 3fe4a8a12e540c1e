"""What a person sees: tables as wide as the terminal, ids and SKUs printed as they are, JSON for scripts.

Away from a terminal nothing is coloured and lines are wide, so that grep finds whole rows.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDE = 240
"""Characters of a line when the output is no terminal and COLUMNS is not set."""


def out() -> Console:
    """Make the console of results."""
    return _console(sys.stdout)


def messages() -> Console:
    """Make the console of progress and errors: standard error, so that results can be piped."""
    return _console(sys.stderr)


def _console(stream: TextIO) -> Console:
    width = None if stream.isatty() or "COLUMNS" in os.environ else WIDE
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


def literal(value: object, style: str = "") -> Text:
    """Show a value as it is: no markup is read in it, and a control character cannot reach the terminal."""
    shown = "" if value is None else str(value)
    safe = "".join(one if one.isprintable() or one == "\n" else ascii(one)[1:-1] for one in shown)
    return Text(safe, style=style)


def table(*columns: str, right: Sequence[str] = (), keep: Sequence[str] = (), title: str | None = None) -> Table:
    """Make an empty table; `right` columns hold numbers, `keep` columns stay on one line, others are folded to fit."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    made.title, made.title_justify, made.title_style = title and literal(title), "left", "bold"
    for name in columns:
        numbers = name in right
        whole = numbers or name in keep
        made.add_column(literal(name), justify="right" if numbers else "left", overflow="fold", no_wrap=whole)
    return made


def add_row(to: Table, *cells: object, style: str = "") -> None:
    """Add a row of values, each shown as it is."""
    to.add_row(*(cell if isinstance(cell, Text) else literal(cell) for cell in cells), style=style)


def facts(pairs: Iterable[tuple[str, object]]) -> Table:
    """Lay out names and values in two columns; a pair without a value is left out."""
    made = Table(box=None, show_header=False, pad_edge=False)
    made.add_column(style="bold", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in pairs:
        if value not in (None, ""):
            made.add_row(literal(name), value if isinstance(value, Text) else literal(value))
    return made


def print_json(value: object) -> None:
    """Write a value as JSON to standard output; dates in ISO form, amounts as text."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=plain) + "\n")


def plain(value: object) -> Any:
    """Turn a value that JSON does not know into one that it does; dates in ISO form, amounts as text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value)
    return str(value)


_WRITERS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (date, lambda moment: moment.isoformat()),
    (Enum, lambda word: word.value),
    (Mapping, dict),
    (set, sorted),
    (Decimal, lambda amount: f"{amount:f}"),
)


def instant(moment: datetime | None) -> str:
    """Write an instant in this machine's zone, to the second."""
    return "" if moment is None else f"{_here(moment):%Y-%m-%d %H:%M:%S %Z}"


def minute(moment: datetime | None) -> str:
    """Write an instant in this machine's zone, to the minute."""
    return "" if moment is None else f"{_here(moment):%Y-%m-%d %H:%M}"


def _here(moment: datetime) -> datetime:
    """Give the moment in this machine's zone; the last of the year 9999 stays in its own."""
    try:
        return moment.astimezone()
    except OverflowError:
        return moment


def slot(moment: datetime | None) -> str:
    """Write a slot: local wall-clock time, no zone."""
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def money(amount: Decimal | None) -> str:
    """Write an amount with two decimals; an amount that is not known says so."""
    return "not known" if amount is None else f"{amount:,.2f}"


def ago(seconds: float | None) -> str:
    """Write an age in the largest unit that fits."""
    if seconds is None:
        return "never"
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit} ago"
    return f"{max(seconds, 0):.0f} s ago"


def counted(counts: Mapping[str, int]) -> str:
    """Write counts on one line: `3 planned, 1 refused`; `none` when there is nothing."""
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count) or "none"
