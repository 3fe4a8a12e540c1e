"""What a sale order must be before it is sent, each rule with the order that keeps it and the one that breaks it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from replenisher.purchasing.sale_matching import sale_differences, verdict_of
from replenisher.purchasing.sale_order_rules import check_sale_order
from replenisher.purchasing.sale_orders import (
    SaleCharge,
    SaleItem,
    SaleOrderRequest,
    SalePayment,
    SaleSummary,
    SaleTax,
    StatusEntry,
)

CUSTOMER = "a61ebc5a-b85f-66a3-dec3-260637dd796c"
PRODUCT = "55c8b270-63b9-a095-d975-9a730b3dacb4"
SERVICE = "437ccff6-09c6-4356-8190-7ca1e999fefb"
WHOLE = SaleTax("GST", Decimal("9.99"), Decimal("0.05"), Decimal("0.50"))
ITEM = SaleItem(1, PRODUCT, 2, Decimal("9.99"), "A1", taxes=(WHOLE,))
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
GOOD = SaleOrderRequest(
    company="14146",
    location="11412",
    printable_id="WEB-1",
    customer_id=CUSTOMER,
    created_at=NOON,
    items=(ITEM,),
    payments=(SalePayment(Decimal("20.00"), "x" * 1024, "y" * 1024),),
    shipping=(SaleCharge(1, Decimal(0), "Courier", of_lines=(1,)),),
)


def with_item(**changes: Any) -> SaleOrderRequest:
    return replace(GOOD, items=(replace(ITEM, **changes),))


@pytest.mark.parametrize(
    "order",
    [
        GOOD,
        replace(GOOD, printable_id="x" * 50),
        replace(GOOD, printable_id="O'Hara"),
        replace(GOOD, expires_at=NOON + timedelta(seconds=1)),
        replace(GOOD, payments=()),
        with_item(quantity=-1, serial_number="SN1"),
        with_item(quantity=1, serial_number="SN1"),
        with_item(price=Decimal(0)),
        with_item(drop_ship=True, supplier="14107"),
        replace(with_item(drop_ship=True), drop_ship_order_id=SERVICE),
        with_item(taxes=(SaleTax(tax_service_id=SERVICE), WHOLE)),
        with_item(correlation_id="longer than the thirty characters that RQ keeps of it"),
    ],
    ids=range(12),
)
def test_a_good_one_has_no_fault(order: SaleOrderRequest) -> None:
    assert check_sale_order(order) == ()


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (replace(GOOD, printable_id="x" * 51), "printable_id has 51 characters; the platform takes 1 to 50"),
        (replace(GOOD, printable_id=""), "printable_id has 0 characters"),
        (replace(GOOD, printable_id=" WEB"), "printable_id begins or ends with a blank"),
        (replace(GOOD, customer_id="42"), "customer_id '42' is not an id of a customer"),
        (replace(GOOD, expires_at=NOON), "expires_at is not after created_at"),
        (replace(GOOD, items=(), shipping=()), "it has no items"),
        (replace(GOOD, items=(ITEM, ITEM)), "line 1 is there 2 times"),
        (replace(GOOD, drop_ship_order_id=SERVICE), "drop_ship_order_id is for drop-ship items"),
        (replace(with_item(line_number=0), shipping=()), "line 0: line numbers begin at 1"),
        (with_item(catalog_id=""), "line 1: SKU A1 has no catalog id; fill the column catalog_id"),
        (with_item(quantity=0), "line 1: quantity is 0"),
        (with_item(quantity=-1), "line 1: quantity is below 0, which only a returned unit"),
        (with_item(quantity=2, serial_number="SN1"), "serial_number stands for one unit, and quantity is 2"),
        (with_item(price=Decimal("-0.01")), "line 1: price is below 0"),
        (with_item(drop_ship=True), "line 1: a drop-ship item needs a supplier"),
        (with_item(supplier="14107"), "line 1: supplier is for drop-ship items only"),
        (with_item(drop_ship=True, supplier="us"), "supplier 'us' is not a number"),
        (with_item(taxes=(replace(WHOLE, tax_service_id=SERVICE),)), "'GST' is given both whole and by tax_service_id"),
        (with_item(taxes=(WHOLE, WHOLE)), "tax 'GST' is there twice"),
        (with_item(taxes=(replace(WHOLE, rate=None),)), "tax 'GST' lacks tax_rate"),
        (with_item(taxes=(replace(WHOLE, name=""),)), "tax '(no name)' lacks tax_name"),
        (with_item(taxes=(SaleTax(tax_service_id="7"),)), "tax_service_id '7' is not an id of the tax service"),
        (replace(GOOD, payments=(SalePayment(Decimal(1), "x" * 1025),)), "payment 1: auth_code has 1025 characters"),
        (
            replace(GOOD, shipping=(SaleCharge(1, Decimal(1), of_lines=(1, 9)),)),
            "shipping 1 names lines that are not there: 9",
        ),
        (replace(GOOD, discounts=(SaleCharge(1, Decimal(-1)),)), "discount 1 is below 0"),
    ],
)
def test_a_bad_one_is_told_with_its_field(order: SaleOrderRequest, words: str) -> None:
    (fault,) = check_sale_order(order)
    assert words in fault


def test_every_fault_is_told_at_once() -> None:
    worst = replace(with_item(quantity=0, price=Decimal(-1)), printable_id="", customer_id="")
    assert len(check_sale_order(worst)) == 4


THEIRS = SaleSummary(SERVICE, "WEB-1", "11412", CUSTOMER, ((PRODUCT, 2),))


def test_the_same_sale_is_no_difference_and_any_other_is_told() -> None:
    assert sale_differences(GOOD, THEIRS) == ()
    split = replace(GOOD, items=(replace(ITEM, quantity=1), replace(ITEM, line_number=2, quantity=1)))
    assert sale_differences(split, THEIRS) == ()
    assert sale_differences(with_item(quantity=3), THEIRS) == ("A1: sent 3, the platform's says 2",)
    assert sale_differences(GOOD, replace(THEIRS, location="1")) == ("location: sent 11412, the platform's says 1",)
    assert sale_differences(GOOD, replace(THEIRS, items=())) == ("A1: sent 2, the platform's says 0",)


def entry(succeeded: bool | None) -> StatusEntry:
    return StatusEntry("", succeeded, "", "", None)


def test_the_latest_entry_that_says_so_decides() -> None:
    log = [entry(True), entry(False), entry(None)]
    assert verdict_of(log) is log[1]
    assert verdict_of([entry(None)]) is None
    assert verdict_of([]) is None
