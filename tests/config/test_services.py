"""The further REST services of a platform: what needs one says so before any run."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from replenisher.config import Settings

Loaded = Callable[..., Settings]
Refused = Callable[..., list[str]]

SECRET = "    client_secret: ${env:CLIENT_SECRET}\n"
SERVICES = (
    SECRET,
    SECRET
    + """\
    orders: {base_url: https://order.example.com/v1, supplier_id: 14107}
    purchase_orders: {base_url: https://purchaseorder.example.com/v1}
    sales_orders: {base_url: https://salesorder.example.com/v1}
""",
)
CUSTOMER = "659C2A38-d083-4421-9330-46d779702f85"


def with_company(text: str) -> tuple[str, str]:
    """A change that gives the only company more settings."""
    return ("    time_zone: America/Regina\n", f"    time_zone: America/Regina\n{text}")


EVERYTHING = with_company(
    "    order_desk: orders\n"
    f"    orders: {{billing_customer_id: {CUSTOMER}}}\n"
    "    fulfilments: {enabled: true}\n"
    '    receipt_audit: {schedule: "30 2 * * *", cost_tolerance: "1.50"}\n'
    "    sale_orders: {enabled: true, user_id: 4349}\n"
)


def test_a_company_may_use_every_service(loaded: Loaded) -> None:
    settings = loaded(SERVICES, EVERYTHING)
    (company,) = settings.companies
    assert settings.platforms["retail"].orders is not None
    assert settings.platforms["retail"].orders.supplier_id == "14107"
    assert company.orders.billing_customer_id == CUSTOMER.lower()
    assert company.receipt_audit.cost_tolerance == Decimal("1.50")
    assert company.sale_orders.user_id == 4349


def test_nothing_needs_them_unless_asked_for(loaded: Loaded) -> None:
    (company,) = loaded().companies
    assert company.order_desk == "channel"
    assert not company.fulfilments.enabled
    assert company.receipt_audit.schedule is None
    assert not company.sale_orders.enabled


def test_a_service_that_the_platform_does_not_name_is_told_once_with_an_example(refused: Refused) -> None:
    faults = refused(EVERYTHING)
    assert len(faults) == 3
    assert faults[0].endswith(
        "platforms.retail.orders: is missing: order_desk orders of company 14146 needs it; for example"
        " `orders: {base_url: https://orders.example.com/v1/}`"
    )
    assert "platforms.retail.purchase_orders: is missing: receipt_audit of company 14146" in faults[1]
    assert "platforms.retail.sales_orders: is missing: sale_orders of company 14146" in faults[2]


@pytest.mark.parametrize("written", ["fulfilments: {enabled: false}", "sale_orders:", "receipt_audit: {days: 3}"])
def test_what_is_switched_off_needs_no_service(loaded: Loaded, written: str) -> None:
    assert loaded(with_company(f"    {written}\n")).companies[0].id == "14146"


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("fulfilments: {enabled: true}", "fulfilments.enabled"),
        ("sale_orders: {enabled: true}", "sale_orders.enabled"),
        ("order_desk: purchase_orders", "order_desk"),
    ],
)
def test_the_services_know_companies_of_the_rest_channel_only(refused: Refused, written: str, place: str) -> None:
    client = "0f2c7d1e-93ab-4c55-8e21-5b7a64d0c9f3"
    soap = (
        "    vmi: {url: https://s.example.com/x, vendor_id: " + client + ", username: a, password: '${env:PASSWORD}'}\n"
    )
    services = (SERVICES[0], SERVICES[1] + soap)
    (fault,) = refused(services, ("id: 14146", f"id: {client}"), with_company(f"    channel: vmi\n    {written}\n"))
    assert f"companies[0].{place}: is for companies whose channel is vendor_inventory" in fault


def test_orders_that_are_processed_need_somebody_who_is_billed(refused: Refused, loaded: Loaded) -> None:
    desk = "    order_desk: orders\n"
    (fault,) = refused(SERVICES, with_company(desk))
    assert "companies[0].orders.billing_customer_id: without it the platform processes no order" in fault
    assert not loaded(SERVICES, with_company(desk + "    committed: false\n")).companies[0].committed


def test_promises_are_taken_from_customers_orders_only_where_these_are_read(refused: Refused, loaded: Loaded) -> None:
    promises = ("    planning:\n", "    planning:\n      allocated: orders\n")
    (fault,) = refused(SERVICES, promises)
    assert "companies[0].planning.allocated: `orders` needs fulfilments.enabled: true" in fault
    read = with_company("    fulfilments: {enabled: true}\n")
    assert loaded(SERVICES, promises, read).companies[0].planning.allocated == "orders"


def test_a_service_off_this_machine_is_encrypted_and_checked(refused: Refused) -> None:
    (fault,) = refused((SERVICES[0], SERVICES[1].replace("https://order.", "http://order.")))
    assert "platforms.retail.orders.base_url: http:// is for this machine only" in fault
    (fault,) = refused(
        (SERVICES[0], SERVICES[1] + "    verify_tls: false\n"),
        ("https://inventory.example.com", "https://127.0.0.1:1"),
        ("https://accounts.example.com", "https://127.0.0.1:2"),
    )
    assert "platforms.retail.verify_tls: certificates may go unchecked only for addresses on this machine" in fault
