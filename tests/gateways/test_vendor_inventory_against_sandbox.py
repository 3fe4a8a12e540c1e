"""All thirteen operations over real HTTP against the sandbox, in both personalities of the documents."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

import pytest

from replenisher.errors import (
    AbsentError,
    CredentialsError,
    ExistsError,
    ForbiddenError,
    RefusedError,
    UnavailableError,
)
from replenisher.gateways.reports import ADJUSTMENTS, RECEIVING, SALES, TRANSFERS
from replenisher.gateways.vendor_inventory import VendorInventory
from replenisher.planning.frames import INVENTORY, check
from replenisher.purchasing.platform import (
    Location,
    PlatformStatus,
    RequestLine,
)
from tests.gateways.sandbox_process import SAMPLE, TEMPLATE, Platform, an_order, skus_of, window

Answered = TypeVar("Answered")


def once_there(ask: Callable[[], Answered]) -> Answered:
    """Ask again while the answer is that nothing is there yet."""
    ends = time.monotonic() + 5
    while True:
        try:
            return ask()
        except AbsentError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.05)


@pytest.mark.parametrize("personality", [TEMPLATE, SAMPLE], ids=["template", "sample"])
def test_all_thirteen_operations_work_in_both_personalities(
    platform: Platform, gateway: VendorInventory, personality: dict[str, Any]
) -> None:
    platform.admin.switch(**personality)
    assert platform.company in [company.id for company in gateway.companies()]
    locations = gateway.locations(platform.company)
    assert len(locations) == 4
    found = gateway.inventory(platform.company, [location.id for location in locations], window(gateway))
    for location, read in found.items():
        assert not isinstance(read, Exception), read
        assert set(check(read[0], INVENTORY)["location"]) == {location}
    at = locations[0]
    skus = skus_of(gateway, at)
    order = an_order(gateway, at, skus[:2])

    accepted = gateway.create(order)
    status = once_there(lambda: gateway.creation_status(at.company, at.id, accepted.platform_order_id))
    assert status is not PlatformStatus.UNKNOWN
    read_back = once_there(lambda: gateway.read(at.company, accepted.platform_order_id, ""))
    assert read_back.vendor_invoice_number == order.vendor_invoice_number
    assert [(line.sku, line.quantity_ordered, line.unit_cost) for line in read_back.lines] == [
        (line.sku, line.quantity, line.unit_cost) for line in order.lines
    ]
    listed = {one.platform_order_id: one for one in gateway.find(at.company, window(gateway))}
    assert listed[accepted.platform_order_id].vendor_invoice_number == order.vendor_invoice_number

    change_lines_and_look(gateway, at, accepted.platform_order_id, skus)
    platform.admin.advance(6)
    received = gateway.read(at.company, accepted.platform_order_id, "")
    assert received.status in {PlatformStatus.PARTLY_RECEIVED, PlatformStatus.COMPLETE}
    look_at_movements(gateway, locations)


def change_lines_and_look(gateway: VendorInventory, at: Location, order: str, skus: list[str]) -> None:
    gateway.update_lines(at.company, order, [RequestLine(skus[0], 5, Decimal("8.5"))])
    gateway.add_lines(at.company, order, [RequestLine(skus[2], 4, Decimal("1.25"))])
    gateway.remove_lines(at.company, order, [skus[1]])
    lines = {line.sku: line for line in gateway.read(at.company, order, "").lines}
    assert {sku: (line.quantity_ordered, line.unit_cost) for sku, line in lines.items()} == {
        skus[0]: (5, Decimal("8.5")),
        skus[2]: (4, Decimal("1.25")),
    }


def look_at_movements(gateway: VendorInventory, locations: list[Location]) -> None:
    reads = [
        (SALES, gateway.sales),
        (RECEIVING, gateway.receiving),
        (TRANSFERS, gateway.transfers),
        (ADJUSTMENTS, gateway.adjustments),
    ]
    for contract, read in reads:
        frames = [read(at.company, at.id, window(gateway)) for at in locations]
        for frame in frames:
            check(frame, contract.columns)
        assert sum(len(frame) for frame in frames) > 0, contract.columns.name


def test_a_wrong_password_is_told_as_such(platform: Platform) -> None:
    with VendorInventory(platform.connection(password="wrong")) as gateway, pytest.raises(CredentialsError):
        gateway.companies()


def test_a_company_that_has_not_enabled_the_vendor_is_forbidden(platform: Platform, gateway: VendorInventory) -> None:
    platform.admin.call("POST", "access", {"company": int(platform.company), "enabled": False})
    try:
        with pytest.raises(ForbiddenError):
            gateway.find(platform.company, window(gateway))
    finally:
        platform.admin.call("POST", "access", {"company": int(platform.company), "enabled": True})


def test_a_company_that_nobody_knows_is_absent(gateway: VendorInventory) -> None:
    with pytest.raises(AbsentError) as caught:
        gateway.locations("99999")
    assert caught.value.explained


def test_an_unknown_sku_is_refused_in_the_platforms_words(platform: Platform, gateway: VendorInventory) -> None:
    at = gateway.locations(platform.company)[0]
    with pytest.raises(RefusedError, match="nobody-knows-it"):
        gateway.create(an_order(gateway, at, ["nobody-knows-it"]))


def test_a_repeated_invoice_number_exists_already(platform: Platform, gateway: VendorInventory) -> None:
    platform.admin.switch(duplicate_invoice="refuse")
    at = gateway.locations(platform.company)[0]
    order = an_order(gateway, at, skus_of(gateway, at)[:1])
    gateway.create(order)
    with pytest.raises(ExistsError):
        gateway.create(order)
    platform.admin.switch(duplicate_invoice="accept")


def test_an_order_that_is_never_created_stays_absent(platform: Platform, gateway: VendorInventory) -> None:
    at = gateway.locations(platform.company)[0]
    order = an_order(gateway, at, skus_of(gateway, at)[:1])
    platform.admin.add_faults({"operation": "create_purchase_order", "fault": "accepted_never_created"})
    accepted = gateway.create(order)
    time.sleep(0.5)
    for ask in (
        lambda: gateway.read(at.company, accepted.platform_order_id, ""),
        lambda: gateway.creation_status(at.company, at.id, accepted.platform_order_id),
    ):
        with pytest.raises(AbsentError):
            ask()
    numbers = [one.vendor_invoice_number for one in gateway.find(at.company, window(gateway))]
    assert order.vendor_invoice_number not in numbers


def test_a_list_cut_into_pages_is_read_to_its_end(platform: Platform, gateway: VendorInventory) -> None:
    whole = gateway.find(platform.company, window(gateway))
    platform.admin.switch(page_size=2)
    assert {one.platform_order_id for one in gateway.find(platform.company, window(gateway))} == {
        one.platform_order_id for one in whole
    }
    platform.admin.switch(page_size=0)
    assert len(whole) > 4


def test_a_page_in_place_of_the_list_of_orders_is_not_an_empty_list(platform: Platform) -> None:
    platform.admin.add_faults({"operation": "list_purchase_orders", "fault": "html_200", "count": None})
    with VendorInventory(platform.connection(read_attempts=2)) as gateway, pytest.raises(UnavailableError):
        gateway.find(platform.company, window(gateway))
