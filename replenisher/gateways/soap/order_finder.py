"""Finding orders over SOAP: in the four lists by status, by our reference, by the printed number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Generic, NamedTuple, Protocol, TypeVar, cast

from replenisher.errors import AbsentError
from replenisher.gateways.http.answers import Subject
from replenisher.gateways.http.paths import guid
from replenisher.gateways.soap.orders import (
    NOT_TOLD,
    STANDINGS,
    OrderHead,
    Standing,
    heads_of,
    order_of,
    single_head,
    summary_of,
)
from replenisher.gateways.soap.replies import Reply
from replenisher.gateways.soap.service import SoapService
from replenisher.purchasing.platform import OrderSummary, PlatformOrder, PlatformStatus, ReportWindow

LOOK_BACK = timedelta(days=90)
"""How far back an order is looked for by its id alone: longer than any delivery takes."""
DAY = timedelta(days=1)
Made = TypeVar("Made")


class Asking(Protocol):
    """Who asks: the identity that stands first in every request about a company, or one of its stores."""

    def at(self, company: str, location: str | None = None) -> dict[str, object]:
        """Give the identity argument; RefusedError, nothing sent, for ids that are none of this interface."""
        ...


Who = TypeVar("Who", bound=Asking)


class OrderFinder(Generic[Who]):
    """Looks for orders; no operation of these services takes an order's id, so every answer is compared with it.

    `list_operation` is what the service calls its list of orders by status.
    """

    list_operation: str

    def __init__(self, service: SoapService, identity: Who) -> None:
        self._service = service
        self._identity = identity

    def find(self, company: str, window: ReportWindow) -> list[OrderSummary]:
        """List every order of the company in the window, committed or not, complete or not, each once.

        A day more is asked for, because the documents do not agree on whether the last one is included; what was
        created after the window is left out, and so is what the retailer has deleted.
        """

        def within(head: OrderHead) -> bool:
            return not head.deleted and not (head.created_at and head.created_at.date() > window.end)

        found: dict[str, OrderSummary] = {}
        for standing in STANDINGS:
            for one in self._listed(company, standing, window.start, window.end + DAY, made=summary_of, wanted=within):
                found.setdefault(one.platform_order_id, one)
        return list(found.values())

    def read(self, company: str, platform_order_id: str, vendor_invoice_number: str) -> PlatformOrder:
        """Read one order, by our reference first and then from the lists by status.

        AbsentError while it is in neither, `explained` when the platform says that it was deleted.
        """
        order_id = guid(platform_order_id, "purchase order")
        found = self._by_reference(company, vendor_invoice_number) if vendor_invoice_number else None
        if found is not None and found.head.id != order_id:
            found = None
        if found is None or found.order.status is not PlatformStatus.COMPLETE:
            created = found.head.created_at if found else None
            found = self._by_id(company, order_id, created.date() - DAY if created else None) or found
        return _there(found, Subject("read", f"order {order_id}"))

    def creation_status(self, company: str, location: str, platform_order_id: str) -> PlatformStatus:  # noqa: ARG002
        """Tell the state of an order that was created lately; AbsentError when no list shows it.

        Creation is answered when it is done here, so there is no progress to ask for.
        """
        order_id = guid(platform_order_id, "purchase order")
        found = self._by_id(company, order_id, self._service.platform_now().date() - 3 * DAY)
        return _there(found, Subject("creation status", f"order {order_id}")).status

    def find_by_number(self, company: str, printed_number: str) -> PlatformOrder:
        """Read an order by the number that the platform prints on it (`ANLOCPO6`); AbsentError when there is none."""
        subject = Subject("read by number", f"order {printed_number}")
        arguments = {**self._identity.at(company), "purchaseOrderIdByStore": printed_number}
        return _there(self._service.read("GetPurchaseOrderByBusinessID", arguments, _single, subject), subject)

    def found_by_id(self, company: str, platform_order_id: str, subject: Subject) -> Found:
        """Look for an order of the last LOOK_BACK by its id; AbsentError when no list shows it."""
        found = self._by_id(company, guid(platform_order_id, "purchase order"), None)
        _there(found, subject)
        return cast(Found, found)

    def _listed(
        self,
        company: str,
        standing: Standing,
        start: date,
        end: date,
        *,
        made: Callable[[OrderHead, Standing], Made],
        wanted: Callable[[OrderHead], bool],
    ) -> list[Made]:
        """Read one of the four lists; only the wanted orders are read beyond their names."""

        def parse(reply: Reply) -> list[Made]:
            return [made(head, standing) for head in heads_of(reply) if wanted(head)]

        arguments = {
            **self._identity.at(company),
            "isCommitted": standing.committed,
            "isCompleted": standing.completed,
            "startDate": start.isoformat(),
            "endDate": end.isoformat(),
        }
        subject = Subject("list of orders", f"company {company}")
        return self._service.read(self.list_operation, arguments, parse, subject)

    def _by_id(self, company: str, order_id: str, since: date | None) -> Found | None:
        """Look for an order in the four lists, from `since` or LOOK_BACK to the day after tomorrow."""
        today = self._service.platform_now().date()
        for standing in STANDINGS:
            start, end = since or today - LOOK_BACK, today + 2 * DAY
            found = self._listed(company, standing, start, end, made=Found.of, wanted=lambda head: head.id == order_id)
            if found:
                return found[0]
        return None

    def _by_reference(self, company: str, reference: str) -> Found | None:
        arguments = {**self._identity.at(company), "purchaseOrderReferenceNumber": reference}
        subject = Subject("read", f"order {reference}")
        try:
            return self._service.read("GetPurchaseOrderByReferenceNumber", arguments, _single, subject)
        except AbsentError:
            return None


class Found(NamedTuple):
    """An order with its names and dates as the platform holds them."""

    head: OrderHead
    order: PlatformOrder

    @classmethod
    def of(cls, head: OrderHead, standing: Standing) -> Found:
        """Read the order whole."""
        return cls(head, order_of(head, standing))


def _single(reply: Reply) -> Found | None:
    head = single_head(reply)
    return None if head is None else Found.of(head, NOT_TOLD)


def _there(found: Found | None, subject: Subject) -> PlatformOrder:
    if found is None:
        raise AbsentError(f"{subject}: it is in no list", explained=False, operation=subject.operation)
    if found.head.deleted:
        raise AbsentError(f"{subject}: it was deleted there", explained=True, operation=subject.operation)
    return found.order
