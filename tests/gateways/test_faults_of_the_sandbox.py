"""Faults that the sandbox plays over real HTTP: each has one meaning, and no order is ever sent twice."""

from __future__ import annotations

import time

import pytest

from replenisher.errors import (
    AmbiguousError,
    GatewayError,
    ReportRefusedError,
    ThrottledError,
    UnauthorisedError,
)
from replenisher.gateways.vendor_inventory import VendorInventory
from tests.gateways.sandbox_process import Platform, an_order, skus_of, window

DONE_ALL_THE_SAME = {
    "accepted_then_reset",
    "accepted_then_timeout",
    "error_500_after",
    "html_202",
    "truncated_json",
    "late_acceptance",
    "drip_headers",
    "drip_body",
    "huge_body",
}


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("accepted_then_reset", AmbiguousError),
        ("accepted_then_timeout", AmbiguousError),
        ("reset_before", AmbiguousError),
        ("error_500_before", AmbiguousError),
        ("error_500_after", AmbiguousError),
        ("error_503", AmbiguousError),
        ("html_202", AmbiguousError),
        ("html_200", AmbiguousError),
        ("not_found_html", AmbiguousError),
        ("truncated_json", AmbiguousError),
        ("late_acceptance", AmbiguousError),
        ("drip_headers", AmbiguousError),
        ("drip_body", AmbiguousError),
        ("gzip_bomb", AmbiguousError),
        ("huge_body", AmbiguousError),
        ("throttled_429", ThrottledError),
        ("expired_token", UnauthorisedError),
    ],
)
def test_a_fault_of_a_creation_has_one_meaning_and_at_most_one_order(
    platform: Platform, fault: str, expected: type[GatewayError]
) -> None:
    connection = platform.connection(deadline_seconds=0.5, max_response_bytes=1_000_000)
    with VendorInventory(connection) as gateway:
        at = gateway.locations(platform.company)[0]
        order = an_order(gateway, at, skus_of(gateway, at)[:1])
        seconds = 0.2 if fault == "late_acceptance" else 0.7
        platform.admin.add_faults({"operation": "create_purchase_order", "fault": fault, "seconds": seconds})
        with pytest.raises(GatewayError) as caught:
            gateway.create(order)
    assert type(caught.value) is expected
    (scripted,) = platform.admin.faults()
    assert scripted["happened"] == 1
    time.sleep(0.5 if fault == "late_acceptance" else 0)
    made = platform.admin.audit()["by_vendor_invoice_number"].get(order.vendor_invoice_number, [])
    assert len(made) == (1 if fault in DONE_ALL_THE_SAME else 0)


@pytest.mark.parametrize(
    "fault", ["reset_before", "error_503", "html_200", "truncated_json", "expired_token", "error_500_before"]
)
def test_a_report_that_fails_once_is_read_the_second_time(
    platform: Platform, gateway: VendorInventory, fault: str
) -> None:
    at = gateway.locations(platform.company)[0]
    platform.admin.add_faults({"operation": "inventory_report", "fault": fault})
    assert len(skus_of(gateway, at)) > 10


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("nan", ReportRefusedError),
        ("null", ReportRefusedError),
        ("huge", ReportRefusedError),
        ("missing_field", ReportRefusedError),
        ("mistyped_field", ReportRefusedError),
        ("wrong_location", ReportRefusedError),
        ("conflicting_rows", ReportRefusedError),
        ("gzip_bomb", ReportRefusedError),
        ("huge_body", ReportRefusedError),
        ("duplicated_rows", tuple),
        ("extra_fields", tuple),
        ("negative", tuple),
        ("empty", tuple),
    ],
)
def test_a_damaged_report_is_refused_for_its_location_alone(
    platform: Platform, fault: str, expected: type[object]
) -> None:
    with VendorInventory(platform.connection(max_response_bytes=1_000_000)) as gateway:
        locations = [at.id for at in gateway.locations(platform.company)]
        platform.admin.add_faults(
            {"operation": "inventory_report", "fault": fault, "location": int(locations[1]), "count": None}
        )
        found = gateway.inventory(platform.company, locations, window(gateway))
    assert [type(read) for read in found.values()] == [tuple, expected, tuple, tuple]
