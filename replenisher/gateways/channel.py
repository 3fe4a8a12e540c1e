"""What workflows need of any channel; each gateway fills these protocols for its own system.

All calls are synchronous, have a wall-clock deadline, and raise only `replenisher.errors.GatewayError` kinds.
Reads are retried inside the gateway; writes are sent exactly once and never retried.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

import pandas as pd

from replenisher.gateways.observations import Findings, ProbeRequest
from replenisher.purchasing.customer_orders import CustomerOrder, ItemChange, ItemsChanged, OrderItem
from replenisher.purchasing.order_details import DetailedOrder
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
from replenisher.purchasing.sale_orders import (
    PlatformSaleState,
    SaleAccepted,
    SaleOrderRequest,
    SaleSummary,
    StatusEntry,
)


class PlatformClock(Protocol):
    """The platform's own clock, as told by the Date header of its last answer."""

    def platform_now(self) -> datetime:
        """Tell the platform's time in UTC; this machine's time until an answer has been read."""
        ...


class ReportSource(PlatformClock, Protocol):
    """Where the reports of a company's locations come from."""

    def companies(self) -> list[Company]:
        """List the companies that have enabled the vendor."""
        ...

    def relationships(self) -> list[CompanyRelationship]:
        """List the companies with their standing; an interface that knows only enabled ones lists those."""
        ...

    def locations(self, company: str) -> list[Location]:
        """List the company's locations that are enabled for the vendor."""
        ...

    def inventory(
        self, company: str, locations: Sequence[str], window: ReportWindow, *, within_seconds: float | None = None
    ) -> dict[str, tuple[pd.DataFrame, ReportStamp] | Exception]:
        """Read the inventory reports of many locations, network waits overlapping.

        Returns for each location a frame of the `planning.frames.INVENTORY` contract with its stamp, or the
        GatewayError that refused it: one bad location never stops its neighbours. A report that could not be asked
        for `within_seconds` is an UnavailableError.
        """
        ...

    def sales(self, company: str, location: str, window: ReportWindow) -> pd.DataFrame:
        """Read sold, refunded and exchanged lines."""
        ...

    def receiving(self, company: str, location: str, window: ReportWindow) -> pd.DataFrame:
        """Read received lines, with the platform's order id and the serial numbers."""
        ...

    def transfers(self, company: str, location: str, window: ReportWindow) -> pd.DataFrame:
        """Read lines moved between locations."""
        ...

    def adjustments(self, company: str, location: str, window: ReportWindow) -> pd.DataFrame:
        """Read counted differences with their reasons."""
        ...


class OrderDesk(PlatformClock, Protocol):
    """Where purchase orders are created and followed."""

    def create(self, order: OrderRequest, *, send_before: float | None = None) -> OrderAccepted:
        """Send the order exactly once over a fresh connection.

        With `send_before`, a moment of `time.monotonic`, nothing leaves after it: that is a NotSentError.

        Raises NotSentError, ThrottledError, UnauthorisedError, CredentialsError (nothing happened), RefusedError
        or ForbiddenError (a definite no), ExistsError (it is there already), AmbiguousError for everything else.
        """
        ...

    def creation_status(self, company: str, location: str, platform_order_id: str) -> PlatformStatus:
        """Ask how far the creation of an accepted order is; AbsentError while nothing is known."""
        ...

    def find(self, company: str, window: ReportWindow) -> list[OrderSummary]:
        """List every order of the company in the window: all pages, committed or not."""
        ...

    def read(self, company: str, platform_order_id: str, vendor_invoice_number: str) -> PlatformOrder:
        """Read one order with its lines; AbsentError while it is not there.

        Both names of the order are given: an interface asks by the one that it knows, and never returns another order.
        """
        ...

    def update_lines(self, company: str, platform_order_id: str, lines: Sequence[RequestLine]) -> None:
        """Set quantity and cost of lines of which nothing has been received."""
        ...

    def add_lines(self, company: str, platform_order_id: str, lines: Sequence[RequestLine]) -> None:
        """Add lines to an order."""
        ...

    def remove_lines(self, company: str, platform_order_id: str, skus: Sequence[str]) -> None:
        """Take lines of which nothing has been received off an order."""
        ...

    def cancel(self, company: str, platform_order_id: str) -> None:
        """Cancel an order that is not committed yet; RefusedError where interface or order do not allow it."""
        ...

    def release(self, company: str, platform_order_id: str) -> None:
        """Make an order effective that the desk creates in two steps; errors as `create`, RefusedError elsewhere.

        `PlatformOrder.awaits_release` says that an order needs it. Twice is as good as once.
        """
        ...


class NoticeDesk(Protocol):
    """Where shipment notices go. `takes_notices` and `lists_notices` say what the interface can do at all."""

    takes_notices: bool
    lists_notices: bool

    def announce(self, notice: NoticeRequest, *, send_before: float | None = None) -> NoticeAccepted:
        """Send the notice exactly once over a fresh connection; outcomes and errors as those of `OrderDesk.create`."""
        ...

    def notices(self, company: str, platform_order_id: str) -> list[NoticeSummary]:
        """List the notices that the platform holds of one order; RefusedError where the interface has no such list."""
        ...


class LevelDesk(Protocol):
    """Where minima and maxima can be set."""

    sets_levels: bool

    def set_levels(self, company: str, location: str, changes: Sequence[LevelChange]) -> list[LevelOutcome]:
        """Set levels of a location one by one; a locked or unknown product is an outcome with its refusal.

        RefusedError where the interface cannot set levels at all.
        """
        ...


class Channel(ReportSource, OrderDesk, NoticeDesk, LevelDesk, Protocol):
    """Everything the daemon needs of the interface that serves a company."""

    def close(self) -> None:
        """Give back connections and threads."""
        ...


class CustomerOrders(PlatformClock, Protocol):
    """Where the orders of a retailer's customers are: drop-ship items are ours to ship, in-stock ones are promised."""

    def pending(self, company: str, location: str) -> list[CustomerOrder]:
        """List the location's pending orders, without their items; whatever else the platform lists is left out."""
        ...

    def items(self, company: str, order_id: str) -> tuple[OrderItem, ...]:
        """Read the items of an order."""
        ...

    def order(self, company: str, order_id: str) -> CustomerOrder:
        """Read an order without its items; AbsentError when there is none."""
        ...

    def whole(self, company: str, order_id: str) -> CustomerOrder:
        """Read an order with its items; AbsentError when there is none."""
        ...

    def by_printable_id(self, company: str, printable_id: str) -> list[CustomerOrder]:
        """List the orders that bear a printed number, without their items."""
        ...

    def change_items(
        self, company: str, order_id: str, changes: Sequence[ItemChange], *, send_before: float | None = None
    ) -> ItemsChanged:
        """Change items of a pending order: read it whole, then replace it exactly once, all else as it was read.

        Errors as those of `OrderDesk.create`; an order that cannot be changed any more (expired, not pending, gone), an
        item that is gone and a tracking number that the platform does not take are RefusedErrors.
        """
        ...

    def close(self) -> None:
        """Give back connections."""
        ...


class OrderDetails(PlatformClock, Protocol):
    """Where purchase orders are told in full, for the audit of receipts."""

    def detailed_orders(self, company: str) -> list[DetailedOrder]:
        """List every purchase order of the company with what was ordered and received on it."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...


class SaleDesk(PlatformClock, Protocol):
    """Where sale orders go, and where their fate is told."""

    def submit(self, order: SaleOrderRequest, *, send_before: float | None = None) -> SaleAccepted:
        """Send the sale order exactly once over a fresh connection; errors as those of `OrderDesk.create`."""
        ...

    def find(self, company: str, printable_id: str) -> list[SaleSummary]:
        """Search the company's sale orders by our key: all pages, exact matches only."""
        ...

    def sale_order(self, company: str, platform_sale_id: str) -> SaleSummary:
        """Read one sale order; AbsentError when there is none."""
        ...

    def state(self, company: str, platform_sale_id: str) -> PlatformSaleState:
        """Read the state that people give a sale order."""
        ...

    def set_state(
        self,
        company: str,
        platform_sale_id: str,
        state: PlatformSaleState,
        *,
        user_id: int | None = None,
        send_before: float | None = None,
    ) -> PlatformSaleState:
        """Complete or cancel a pending sale order, once, and give the state that is read afterwards.

        RefusedError when it is completed or cancelled already; other errors as those of `OrderDesk.create`.
        """
        ...

    def log(self, company: str, platform_sale_id: str) -> list[StatusEntry]:
        """Read the whole status log of a sale order, oldest entry first; empty while nothing is known."""
        ...

    def log_entry(self, company: str, platform_sale_id: str, entry_id: str) -> StatusEntry:
        """Read one entry of a status log; AbsentError when there is none."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...


@runtime_checkable
class Probed(Protocol):
    """A channel whose interface can be asked what it does where the documents are no help."""

    def probe(self, request: ProbeRequest, tell: Callable[[str], None]) -> Findings:
        """Ask the interface read-only, telling what is asked next; nothing is written at the platform.

        Raises CredentialsError when signing in is refused; any other failure is a check with its problem.
        """
        ...
