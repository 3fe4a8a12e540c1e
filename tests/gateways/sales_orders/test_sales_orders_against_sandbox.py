"""The Sales Order service over real HTTP against the sandbox, plain and as HAL."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

import pytest

from replenisher.errors import AbsentError, AmbiguousError, ExistsError, RefusedError
from replenisher.gateways.sales_orders import SalesOrders
from replenisher.purchasing.sale_orders import (
    PlatformSaleState,
    SaleCharge,
    SaleItem,
    SaleOrderRequest,
    SalePayment,
    SaleTax,
)
from replenisher.sandbox.rest.names import catalog_id
from tests.gateways.sandbox_process import Platform

FOREIGN = "0f2c7d1e-93ab-4c55-8e21-5b7a64d0c9f3"
Told = TypeVar("Told")


@pytest.fixture
def desk(platform: Platform) -> Iterator[SalesOrders]:
    platform.admin.switch(sale_log_delay=0.05, sale_outcome="success", sale_default_accept="hal", sale_page_size=50)
    with SalesOrders(platform.connection(base_url=platform.ready["sales_orders_url"])) as made:
        yield made


@pytest.fixture
def location(platform: Platform) -> str:
    return str(platform.ready["companies"][0]["locations"][0])


def skus(platform: Platform, location: str) -> list[str]:
    (place,) = platform.admin.state(int(location))["locations"]
    return sorted(place["rows"])


def a_sale(platform: Platform, location: str, **changes: Any) -> SaleOrderRequest:
    first, second = skus(platform, location)[:2]
    tax = SaleTax("Sales Tax", Decimal("19.98"), Decimal("0.05"), Decimal("1.00"))
    values: dict[str, Any] = {
        "company": platform.company,
        "location": location,
        "printable_id": f"WEB-{uuid.uuid4().hex[:10]}",
        "customer_id": platform.ready["companies"][0]["customers"][0],
        "created_at": datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
        "items": (
            SaleItem(1, catalog_id(first), 2, Decimal("9.99"), first, taxes=(tax,)),
            SaleItem(2, catalog_id(second), 1, Decimal("24.50"), second, correlation_id="L2"),
        ),
        "payments": (SalePayment(Decimal("45.48"), auth_code="A1", transaction_number="T1"),),
        "shipping": (SaleCharge(1, Decimal("3.50"), "Courier", of_lines=(1, 2)),),
        "discounts": (SaleCharge(1, Decimal("1.00"), "Welcome", "HELLO", of_lines=(1,)),),
    }
    return SaleOrderRequest(**{**values, **changes})


def once(ask: Callable[[], Told]) -> Told:
    ends = time.monotonic() + 5
    while not (told := ask()):
        assert time.monotonic() < ends
        time.sleep(0.02)
    return told


def audited(platform: Platform, printable_id: str) -> list[dict[str, Any]]:
    return [sale for sale in platform.admin.audit()["sale_orders"] if sale["printable_id"] == printable_id]


@pytest.mark.parametrize("invoice", [True, False])
def test_a_sale_order_is_taken_and_its_log_tells_that_it_arrived(
    platform: Platform, desk: SalesOrders, location: str, invoice: bool
) -> None:
    sale = a_sale(platform, location, invoice=invoice)
    accepted = desk.submit(sale)
    entry = once(lambda: desk.log(platform.company, accepted.platform_sale_id))[-1]
    assert (entry.succeeded, entry.details) == (True, "Sent to POS")
    assert desk.log_entry(platform.company, accepted.platform_sale_id, entry.entry_id) == entry
    (theirs,) = audited(platform, sale.printable_id)
    assert (theirs["invoice"], theirs["in_pos"]) == (invoice, True)


def test_it_is_found_by_its_printable_id_with_what_was_sold(
    platform: Platform, desk: SalesOrders, location: str
) -> None:
    sale = a_sale(platform, location)
    accepted = desk.submit(sale)
    (found,) = desk.find(platform.company, sale.printable_id)
    assert found.platform_sale_id == accepted.platform_sale_id
    assert found == desk.sale_order(platform.company, accepted.platform_sale_id)
    assert (found.location, found.customer_id) == (location, sale.customer_id)
    assert dict(found.items) == {item.catalog_id: item.quantity for item in sale.items}
    assert found.inserted_at is not None
    assert desk.find(platform.company, sale.printable_id[:-1]) == []


def test_a_quote_in_a_printable_id_is_searched_for_and_nothing_else_is_found(
    platform: Platform, desk: SalesOrders, location: str
) -> None:
    odd = a_sale(platform, location, printable_id=f"O'Hara' or 'a' eq 'a-{uuid.uuid4().hex[:6]}")
    desk.submit(a_sale(platform, location))
    desk.submit(odd)
    assert [one.printable_id for one in desk.find(platform.company, odd.printable_id)] == [odd.printable_id]
    with pytest.raises(RefusedError, match="control character"):
        desk.find(platform.company, "WEB\n1")


def test_every_page_of_a_log_is_read_whatever_the_cap(platform: Platform, desk: SalesOrders, location: str) -> None:
    accepted = desk.submit(a_sale(platform, location))
    once(lambda: desk.log(platform.company, accepted.platform_sale_id))
    for number in range(5):
        platform.admin.tell_sale(accepted.platform_sale_id, "fail" if number % 2 else "succeed", f"try {number}")
    platform.admin.switch(sale_page_size=2)
    details = [entry.details for entry in desk.log(platform.company, accepted.platform_sale_id)]
    assert details == ["Sent to POS", "try 0", "try 1", "try 2", "try 3", "try 4"]


def test_a_failure_is_told_with_the_logs_own_text(platform: Platform, desk: SalesOrders, location: str) -> None:
    platform.admin.switch(sale_outcome="failure", sale_failure_text="Product is not sellable at this location")
    accepted = desk.submit(a_sale(platform, location))
    (entry,) = once(lambda: desk.log(platform.company, accepted.platform_sale_id))
    assert (entry.succeeded, entry.details) == (False, "Product is not sellable at this location")


@pytest.mark.parametrize("state", [PlatformSaleState.COMPLETED, PlatformSaleState.CANCELLED])
def test_a_state_is_set_once_and_read_again_though_the_echo_shows_the_old_one(
    platform: Platform, desk: SalesOrders, location: str, state: PlatformSaleState
) -> None:
    accepted = desk.submit(a_sale(platform, location))
    sale_id = accepted.platform_sale_id
    assert desk.state(platform.company, sale_id) is PlatformSaleState.PENDING
    assert desk.set_state(platform.company, sale_id, state, user_id=4349) is state
    with pytest.raises(RefusedError, match=f"from {state.value} to Completed is invalid"):
        desk.set_state(platform.company, sale_id, PlatformSaleState.COMPLETED)


BAD: list[tuple[str, Callable[[SaleOrderRequest], SaleOrderRequest], str]] = [
    ("long", lambda sale: replace(sale, printable_id="x" * 51), "PrintableId should have at most 50 characters"),
    ("foreign location", lambda sale: replace(sale, location="999999"), "Entity is not related to company"),
    ("foreign customer", lambda sale: replace(sale, customer_id=FOREIGN), "Missing valid CustomerId"),
    ("nothing sold", lambda sale: replace(sale, items=()), "Items should not be empty"),
    (
        "unknown product",
        lambda sale: replace(sale, items=(replace(sale.items[0], catalog_id=FOREIGN),)),
        "Missing valid ProductCatalogId",
    ),
    (
        "no supplier",
        lambda sale: replace(sale, items=(replace(sale.items[0], drop_ship=True),)),
        "A SupplierEntityId is required when DropshipOrderId is not provided",
    ),
    (
        "same tax twice",
        lambda sale: replace(sale, items=(replace(sale.items[0], taxes=sale.items[0].taxes * 2),)),
        "Products cannot have multiple of same tax defined",
    ),
    (
        "half a tax",
        lambda sale: replace(
            sale, items=(replace(sale.items[0], taxes=(SaleTax("Sales Tax", rate=Decimal("0.05")),)),)
        ),
        "A TaxableAmount is required when IqTaxServiceId is not provided",
    ),
    ("same line twice", lambda sale: replace(sale, items=(sale.items[0],) * 2), "LineNumber can not be left invalid"),
]


@pytest.mark.parametrize(("change", "words"), [pytest.param(*rest, id=name) for name, *rest in BAD])
@pytest.mark.parametrize("wording", ["message", "plain"])
def test_what_the_service_does_not_take_is_a_no_in_its_words(  # noqa: PLR0917 - fixtures and cases
    platform: Platform,
    desk: SalesOrders,
    location: str,
    change: Callable[[SaleOrderRequest], SaleOrderRequest],
    words: str,
    wording: str,
) -> None:
    platform.admin.switch(rest_error_body=wording)
    sale = change(a_sale(platform, location))
    with pytest.raises(RefusedError, match=words):
        desk.submit(sale)
    assert audited(platform, sale.printable_id) == []
    platform.admin.switch(rest_error_body="message")


def test_a_no_without_a_word_is_not_taken_for_one(platform: Platform, desk: SalesOrders, location: str) -> None:
    platform.admin.switch(rest_error_body="empty")
    with pytest.raises(AmbiguousError):
        desk.submit(a_sale(platform, location, printable_id="x" * 51))
    platform.admin.switch(rest_error_body="message")


def test_a_number_that_was_used_before_means_that_it_is_there(
    platform: Platform, desk: SalesOrders, location: str
) -> None:
    platform.admin.switch(sale_duplicate_printable="refuse")
    sale = a_sale(platform, location)
    desk.submit(sale)
    with pytest.raises(ExistsError, match="already exists"):
        desk.submit(sale)
    assert len(audited(platform, sale.printable_id)) == 1
    platform.admin.switch(sale_duplicate_printable="accept")


@pytest.mark.parametrize("fault", ["accepted_then_reset", "error_500_after", "truncated_json", "html_202"])
def test_a_sale_order_whose_answer_is_lost_is_ambiguous_and_there_once(
    platform: Platform, desk: SalesOrders, location: str, fault: str
) -> None:
    sale = a_sale(platform, location)
    platform.admin.add_faults({"operation": "sales_orders.create", "fault": fault})
    with pytest.raises(AmbiguousError):
        desk.submit(sale)
    assert len(desk.find(platform.company, sale.printable_id)) == 1


def test_a_change_of_state_that_cannot_be_read_again_is_ambiguous(
    platform: Platform, desk: SalesOrders, location: str
) -> None:
    accepted = desk.submit(a_sale(platform, location))
    platform.admin.add_faults({"operation": "sales_orders.status", "fault": "error_503", "count": 10})
    with pytest.raises(AmbiguousError, match="the platform took it"):
        desk.set_state(platform.company, accepted.platform_sale_id, PlatformSaleState.CANCELLED)


def test_what_is_not_there_is_absent(platform: Platform, desk: SalesOrders) -> None:
    for ask in (desk.sale_order, desk.state, desk.log):
        with pytest.raises(AbsentError):
            ask(platform.company, FOREIGN)
