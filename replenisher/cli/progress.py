"""Progress on standard error, for a person who waits; nothing away from a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from replenisher.cli.screen import messages


@contextmanager
def counting() -> Iterator[Progress]:
    """Show a bar for work of which the size is known."""
    shown = (TextColumn("{task.description}", markup=False), BarColumn(bar_width=30), MofNCompleteColumn())
    console = messages()
    with Progress(*shown, TimeElapsedColumn(), console=console, disable=not console.is_terminal) as progress:
        yield progress


@contextmanager
def naming() -> Iterator[Progress]:
    """Show what is being done now, for work of which the size is not known."""
    console = messages()
    shown = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*shown, console=console, disable=not console.is_terminal, transient=True) as progress:
        yield progress
