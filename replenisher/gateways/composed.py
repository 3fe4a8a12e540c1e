"""A channel whose orders go to a desk of their own: reports, notices and levels stay with the channel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import pandas as pd

from replenisher.gateways.channel import Channel, OrderDesk
from replenisher.purchasing.platform import (
    Company,
    CompanyRelationship,
    LevelChange,
    LevelOutcome,
    Location,
    NoticeAccepted,
    NoticeRequest,
    NoticeSummary,
    OrderAccepted,
    OrderRequest,
    OrderSummary,
    PlatformOrder,
    PlatformStatus,
    ReportStamp,
    ReportWindow,
    RequestLine,
)


class ClosableDesk(OrderDesk, Protocol):
    """An order desk with connections of its own."""

    def close(self) -> None:
        """Give back connections."""
        ...


class WithOrderDesk:
    """`channel` for everything that is read or told, `desk` for purchase orders; fills `Channel`."""

    def __init__(self, channel: Channel, desk: ClosableDesk) -> None:
        self._channel = channel
        self._desk = desk
        self.takes_notices = channel.takes_notices
        self.lists_notices = channel.lists_notices
        self.sets_levels = channel.sets_levels

    @property
    def parts(self) -> tuple[Channel, OrderDesk]:
        """Give channel and desk, each of which may offer more than every channel does."""
        return self._channel, self._desk

    def platform_now(self) -> datetime:
        """Tell the platform's time by the channel's last answer."""
        return self._channel.platform_now()

    def companies(self) -> list[Company]:
        """Ask the channel."""
        return self._channel.companies()

    def relationships(self) -> list[CompanyRelationship]:
        """Ask the channel."""
        return self._channel.relationships()

    def locations(self, company: str) -> list[Location]:
        """Ask the channel."""
        return self._channel.locations(company)

    def inventory(
        self, company: str, locations: Sequence[str], window: ReportWindow, *, within_seconds: float | None = None
    ) -> dict[str, tuple[pd.DataFrame, ReportStamp] | Exception]:
        """Ask the channel."""
        return self._channel.inventory(company, locations, window, within_seconds=within_seconds)

    def sales(self, company: str, location: str, window: ReportWindow) -> pd.DataFrame:
        """Ask the channel."""
        return self._channel.sales(company, location, window)

    def receiving(self, company: str, location: str, window: ReportWindow) -> pd.DataFrame:
        """Ask the channel."""
        return self._channel.receiving(company, location, window)

    def transfers(self, company: str, location: str, window: ReportWindow) -> pd.DataFrame:
        """Ask the channel."""
        return self._channel.transfers(company, location, window)

    def adjustments(self, company: str, location: str, window: ReportWindow) -> pd.DataFrame:
        """Ask the channel."""
        return self._channel.adjustments(company, location, window)

    def create(self, order: OrderRequest, *, send_before: float | None = None) -> OrderAccepted:
        """Create at the desk."""
        return self._desk.create(order, send_before=send_before)

    def creation_status(self, company: str, location: str, platform_order_id: str) -> PlatformStatus:
        """Ask the desk."""
        return self._desk.creation_status(company, location, platform_order_id)

    def find(self, company: str, window: ReportWindow) -> list[OrderSummary]:
        """Ask the desk."""
        return self._desk.find(company, window)

    def read(self, company: str, platform_order_id: str, vendor_invoice_number: str) -> PlatformOrder:
        """Ask the desk."""
        return self._desk.read(company, platform_order_id, vendor_invoice_number)

    def update_lines(self, company: str, platform_order_id: str, lines: Sequence[RequestLine]) -> None:
        """Change lines at the desk."""
        self._desk.update_lines(company, platform_order_id, lines)

    def add_lines(self, company: str, platform_order_id: str, lines: Sequence[RequestLine]) -> None:
        """Add lines at the desk."""
        self._desk.add_lines(company, platform_order_id, lines)

    def remove_lines(self, company: str, platform_order_id: str, skus: Sequence[str]) -> None:
        """Remove lines at the desk."""
        self._desk.remove_lines(company, platform_order_id, skus)

    def cancel(self, company: str, platform_order_id: str) -> None:
        """Cancel at the desk."""
        self._desk.cancel(company, platform_order_id)

    def release(self, company: str, platform_order_id: str) -> None:
        """Release at the desk."""
        self._desk.release(company, platform_order_id)

    def announce(self, notice: NoticeRequest, *, send_before: float | None = None) -> NoticeAccepted:
        """Announce through the channel."""
        return self._channel.announce(notice, send_before=send_before)

    def notices(self, company: str, platform_order_id: str) -> list[NoticeSummary]:
        """Ask the channel."""
        return self._channel.notices(company, platform_order_id)

    def set_levels(self, company: str, location: str, changes: Sequence[LevelChange]) -> list[LevelOutcome]:
        """Set levels through the channel."""
        return self._channel.set_levels(company, location, changes)

    def close(self) -> None:
        """Give back the connections of both."""
        self._desk.close()
        self._channel.close()


def report_part(channel: Channel) -> object:
    """Give the part of a channel that tells what the platform holds, to be asked what more it offers."""
    return channel.parts[0] if isinstance(channel, WithOrderDesk) else channel


def order_part(channel: Channel) -> object:
    """Give the part of a channel to which orders go, to be asked what more it offers."""
    return channel.parts[1] if isinstance(channel, WithOrderDesk) else channel
