"""The orders of a retailer's customers: found while they are pending, and their items changed one order at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from replenisher.errors import (
    AbsentError,
    AmbiguousError,
    CredentialsError,
    ForbiddenError,
    GatewayError,
    NotSentError,
    RefusedError,
    ThrottledError,
    UnauthorisedError,
)
from replenisher.gateways.http.answers import Answer, Subject, message_of, write_fault
from replenisher.gateways.http.client import HttpClient
from replenisher.gateways.orders import bodies, routes
from replenisher.gateways.orders.reading import items_of, orders_of, whole_order
from replenisher.gateways.rest.pages import read_pages
from replenisher.purchasing.customer_orders import (
    CustomerOrder,
    CustomerOrderState,
    ItemChange,
    ItemsChanged,
    ItemState,
    OrderItem,
    differences_of_item,
    not_undoing,
)

AS_THEY_ARE = (CredentialsError, ForbiddenError, ThrottledError, UnauthorisedError)
"""Errors of the read before a change that say already that nothing was sent, and what to do."""
_PERMANENT = "an error has occurred"
"""What the service says, as a 500, of a tracking number that it does not take."""


class CustomerReader:
    """The half of the service that fulfilments need; every write is sent exactly once."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    def platform_now(self) -> datetime:
        """Tell the platform's time by its last answer."""
        return self._http.platform_now()

    def pending(self, company: str, location: str) -> list[CustomerOrder]:
        """List the location's pending orders, without their items; whatever else the platform lists is left out."""
        listed = read_pages(self._http, lambda skip: routes.pending(company, location, skip), orders_of, _key)
        return [one for one in listed if one.state is CustomerOrderState.PENDING and one.location == location]

    def by_printable_id(self, company: str, printable_id: str) -> list[CustomerOrder]:
        """List the orders that bear a printed number, without their items."""
        listed = read_pages(
            self._http, lambda skip: routes.by_printable_id(company, printable_id, skip), orders_of, _key
        )
        return [one for one in listed if one.printable_id.casefold() == printable_id.casefold()]

    def order(self, company: str, order_id: str) -> CustomerOrder:
        """Read an order without its items; AbsentError when there is none."""
        return self._http.read(routes.order(company, order_id), whole_order)

    def whole(self, company: str, order_id: str) -> CustomerOrder:
        """Read an order with its items; AbsentError when there is none."""
        return self._http.read(routes.whole(company, order_id), whole_order)

    def items(self, company: str, order_id: str) -> tuple[OrderItem, ...]:
        """Read the items of an order."""
        return self._http.read(routes.items(company, order_id), items_of)

    def change_items(
        self, company: str, order_id: str, changes: Sequence[ItemChange], *, send_before: float | None = None
    ) -> ItemsChanged:
        """Change items of a pending order: read it whole, then replace it exactly once, all else as it was read.

        An order that shows every change already is left as it is. Errors as those of `OrderDesk.create`; an order that
        has expired, is not pending or is gone, an item that the retailer has cancelled, and a tracking number that the
        service does not take, are RefusedErrors. An item that is further on keeps its state.
        """
        answer, now = self._before(company, order_id)
        there = {item.item_id: item for item in now.items or ()}
        if changes and not any(differences_of_item(change, there.get(change.item_id)) for change in changes):
            return ItemsChanged(now, answer.text)
        self._check_changeable(now)
        for change in changes:
            _check_not_cancelled(now, there.get(change.item_id), change)
        changes = [not_undoing(change, there.get(change.item_id)) for change in changes]
        body = bodies.encoded(bodies.with_changes(bodies.as_read(answer), changes))
        call = routes.replace_whole(company, order_id, body, "change items")
        written = self._http.write(call, send_before)
        fault = _change_fault(call.subject, written, call.expected, changes)
        if fault is not None:
            raise fault
        try:
            return ItemsChanged(whole_order(written), written.text)
        except GatewayError as error:
            text = f"{call.subject}: answered {written.status}, and it cannot be read: {error}"
            raise AmbiguousError(text, operation="change items", status=written.status, answer=written.text) from error

    def _before(self, company: str, order_id: str) -> tuple[Answer, CustomerOrder]:
        """Read the order that is to be changed; that it cannot be read means that nothing was sent."""
        call = routes.whole(company, order_id)
        try:
            return self._http.read(call, lambda answer: (answer, whole_order(answer)))
        except AbsentError as error:
            if not error.explained:  # it may come from a proxy or a changed route
                raise NotSentError(f"change items: the order could not be read: {error}") from error
            raise RefusedError(f"the order is not there any more: {error}", operation="change items") from error
        except AS_THEY_ARE:
            raise
        except GatewayError as error:
            raise NotSentError(f"change items: the order could not be read: {error}") from error

    def _check_changeable(self, order: CustomerOrder) -> None:
        if order.state is not CustomerOrderState.PENDING:
            raise RefusedError(
                f"order {order.printable_id or order.order_id} is {order.state.value}, and only a pending one can be"
                " changed; nothing was sent",
                operation="change items",
            )
        if order.expires_at is not None and order.expires_at <= self.platform_now():
            raise RefusedError(
                f"order {order.printable_id or order.order_id} expired at {order.expires_at:%Y-%m-%d %H:%M} UTC and can"
                " no longer be changed; ask the retailer to place it again. Nothing was sent",
                operation="change items",
            )


def _check_not_cancelled(order: CustomerOrder, item: OrderItem | None, change: ItemChange) -> None:
    if item is not None and item.state is ItemState.CANCELLED and change.state is not ItemState.CANCELLED:
        raise RefusedError(
            f"order {order.printable_id or order.order_id}: its item {item.sku or item.item_id} is cancelled, and is"
            f" not made {change.state.value} again; nothing was sent",
            operation="change items",
        )


def _key(order: CustomerOrder) -> str:
    return order.order_id


def _change_fault(
    subject: Subject, answer: Answer, expected: tuple[int, ...], changes: Sequence[ItemChange]
) -> GatewayError | None:
    """Judge the answer to a change of items; the one 500 that is documented as permanent is a no."""
    numbers = [parcel.tracking_number for change in changes for parcel in change.parcels]
    if answer.status == 500 and numbers and message_of(answer).casefold().startswith(_PERMANENT):
        text = (
            f"{subject}: answered 500 `An error has occurred`, which stands for a tracking number that it does not"
            f" take: {', '.join(numbers)}"
        )
        return RefusedError(text, operation=subject.operation, status=500, answer=answer.text)
    return write_fault(subject, answer, expected, creating=False)
