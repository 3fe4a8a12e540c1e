"""What an interface does not offer, said the same way by every channel: each method refuses before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from replenisher.errors import RefusedError
from replenisher.purchasing.platform import (
    LevelChange,
    LevelOutcome,
    NoticeAccepted,
    NoticeRequest,
    NoticeSummary,
    RequestLine,
)


def _refuse(channel: object, what: str) -> NoReturn:
    interface = type(channel).__name__
    raise RefusedError(f"the {interface} interface has no way to {what}; nothing was sent", operation=what)


class NoNotices:
    """A channel that takes no shipment notices."""

    takes_notices = False
    lists_notices = False

    def announce(self, notice: NoticeRequest, *, send_before: float | None = None) -> NoticeAccepted:  # noqa: ARG002
        """Raise RefusedError: this interface takes no shipment notices."""
        _refuse(self, "take shipment notices")

    def notices(self, company: str, platform_order_id: str) -> list[NoticeSummary]:  # noqa: ARG002
        """Raise RefusedError: this interface knows no shipment notices."""
        _refuse(self, "list shipment notices")


class NoLevels:
    """A channel that sets no minima and maxima."""

    sets_levels = False

    def set_levels(
        self,
        company: str,  # noqa: ARG002
        location: str,  # noqa: ARG002
        changes: Sequence[LevelChange],  # noqa: ARG002
    ) -> list[LevelOutcome]:
        """Raise RefusedError: this interface sets no levels."""
        _refuse(self, "set minima and maxima")


class NoCancelling:
    """A channel that cancels no orders."""

    def cancel(self, company: str, platform_order_id: str) -> None:  # noqa: ARG002
        """Raise RefusedError: this interface cancels no orders."""
        _refuse(self, "cancel an order")


class NoRelease:
    """A desk whose orders are effective as they are created."""

    def release(self, company: str, platform_order_id: str) -> None:  # noqa: ARG002
        """Raise RefusedError: this interface has nothing to release."""
        _refuse(self, "release an order")


class NoLineChanges:
    """A channel that leaves the lines of an order as they were created."""

    def update_lines(self, company: str, platform_order_id: str, lines: Sequence[RequestLine]) -> None:  # noqa: ARG002
        """Raise RefusedError: this interface changes no lines."""
        _refuse(self, "change lines of an order")

    def add_lines(self, company: str, platform_order_id: str, lines: Sequence[RequestLine]) -> None:  # noqa: ARG002
        """Raise RefusedError: this interface adds no lines."""
        _refuse(self, "add lines to an order")

    def remove_lines(self, company: str, platform_order_id: str, skus: Sequence[str]) -> None:  # noqa: ARG002
        """Raise RefusedError: this interface removes no lines."""
        _refuse(self, "remove lines from an order")
