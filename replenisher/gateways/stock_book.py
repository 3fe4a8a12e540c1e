"""What a channel without a stock report needs: a book of counts and movements, kept elsewhere; `services` fills it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from replenisher.purchasing.platform import ReportWindow
from replenisher.purchasing.stock import Movement, Standing


class StockBook(Protocol):
    """Counts and movements by company and location, from which on hand is derived."""

    def window(self, company: str, location: str, asked: ReportWindow) -> ReportWindow:
        """Widen a window back to before the book was last brought up to date, so that no movement is missed."""
        ...

    def post(self, company: str, location: str, window: ReportWindow, movements: Sequence[Movement]) -> None:
        """Write every movement that the platform tells of a window, once however often it is read.

        A paper of the window that is told with other lines than before replaces its former lines.
        """
        ...

    def standings(self, company: str, location: str) -> list[Standing]:
        """Give what the book says of every SKU that it knows at the location."""
        ...
