"""The audit of receipts: a difference is found with its amount, named once, and settled when it is gone."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text

from replenisher.database import companies
from replenisher.database.models import Order, OrderLine
from replenisher.errors import (
    CompanyPausedError,
    ConfigurationError,
    PlannerFileError,
    UnavailableError,
)
from replenisher.purchasing.order_details import ReceivedProduct
from replenisher.purchasing.reference import vendor_invoice_number
from replenisher.workflows.audit_findings import AuditResult
from replenisher.workflows.audit_receipts import audit_receipts
from replenisher.workflows.jobs import JOBS, ensure_jobs, run_job
from replenisher.workflows.sweep import sweep
from tests.workflows.altered import alter, real_channel
from tests.workflows.conftest import OpenShop
from tests.workflows.details import Details, opened_details, recost, recount
from tests.workflows.dock import Dock, carry_serials, row
from tests.workflows.shop import Shop

AUDITED = {"receipt_audit": {"schedule": "30 2 * * *"}}
SERVICE = {"purchase_orders": {"base_url": "http://127.0.0.1:1/purchaseorder/v1/"}}


@pytest.fixture
def shop(open_shop: OpenShop, tmp_path: Path) -> Shop:
    """Three locations with confirmed orders, on a platform that names the service."""
    made = open_shop(company=AUDITED, platforms={"retail": SERVICE})
    carry_serials(tmp_path / "products.csv", {})
    made.plan()
    made.work_until_states("confirmed")
    return made


@pytest.fixture
def details(shop: Shop) -> Details:
    return opened_details(shop)


def an_order(shop: Shop) -> Order:
    """The order with the most units; its first line is looked at."""
    return max(shop.orders(), key=lambda one: (one.units, one.id))


def first_line(shop: Shop, order: Order) -> OrderLine:
    return max(shop.lines(order), key=lambda one: (one.quantity, one.sku))


def receive(shop: Shop, order: Order) -> None:
    """Let everything of the order arrive, and see it."""
    shop.world.admin.change_order(str(order.platform_order_id), "receive")


def audited(shop: Shop, **how: int) -> AuditResult:
    return audit_receipts(shop.services, shop.company, **how)


def told(shop: Shop) -> dict[str, str]:
    """Open exceptions of audits by kind."""
    return {one.kind: one.message for one in shop.matters() if one.kind.startswith("audit_")}


def test_orders_that_went_as_they_should_differ_in_nothing(shop: Shop, details: Details) -> None:
    result = audited(shop)
    assert (len(result.comparisons), result.differences, result.amount) == (3, (), 0)
    receive(shop, an_order(shop))
    result = audited(shop)
    (whole,) = [one for one in result.comparisons if one.received]
    assert (whole.ordered, whole.told, whole.received) == (an_order(shop).units,) * 3
    assert (result.differences, result.unread, told(shop)) == ((), {}, {})
    assert details.calls == 2


def test_a_receipt_difference_is_found_with_its_amount_named_once_and_settled_when_it_is_gone(
    shop: Shop, details: Details
) -> None:
    order = an_order(shop)
    line = first_line(shop, order)
    receive(shop, order)
    details.change(order, recount(line.sku, -2))
    for times in (1, 2):
        result = audited(shop)
        assert result.by_kind == {"audit_received": 1}
        assert line.unit_cost is not None
        assert result.amount == line.unit_cost * 2
        (matter,) = shop.matters("audit_received")
        assert (matter.subject, matter.location, matter.order_id, matter.times_seen) == (
            order.vendor_invoice_number,
            order.location,
            order.id,
            times,
        )
        assert matter.message == (
            f"{line.sku}: {line.quantity - 2} received on the order, {line.quantity} by the receiving report."
            f" Amount: {line.unit_cost * 2:,.2f}"
        )
    details.changes.clear()
    assert audited(shop).differences == ()
    assert told(shop) == {}


def test_what_both_papers_lack_of_a_fully_received_order_is_short(shop: Shop, details: Details) -> None:
    order = an_order(shop)
    shop.world.admin.change_order(str(order.platform_order_id), "receive_partly")
    shop.world.admin.change_order(str(order.platform_order_id), "close_short")
    result = audited(shop)
    missing = {line.sku: line.quantity - line.quantity // 2 for line in shop.lines(order) if line.quantity >= 2}
    assert result.by_kind == {"audit_short": len(missing)}
    costs = {line.sku: line.unit_cost or Decimal(0) for line in shop.lines(order)}
    assert result.amount == sum(costs[sku] * units for sku, units in missing.items())
    assert details.calls == 1
    assert len(shop.matters("audit_short")) == 1


def test_another_cost_is_told_beyond_the_tolerance(open_shop: OpenShop) -> None:
    company = {"receipt_audit": {"cost_tolerance": "1000.00"}}
    shop = open_shop("--locations", "1", company=company, platforms={"retail": SERVICE})
    shop.plan()
    (order,) = shop.work_until_states("confirmed")
    line = first_line(shop, order)
    assert line.unit_cost is not None
    details = opened_details(shop)
    each = Decimal(1000 // line.quantity)
    details.change(order, recost(line.sku, f"{line.unit_cost + each:f}"))
    assert audited(shop).differences == ()
    details.change(order, recost(line.sku, f"{line.unit_cost + each + 1:f}"))
    result = audited(shop)
    assert result.by_kind == {"audit_cost": 1}
    assert result.amount == (each + 1) * line.quantity > 1000
    assert f"our cost is {line.unit_cost:.2f}, theirs" in told(shop)["audit_cost"]


def test_another_quantity_on_their_order_is_told(shop: Shop, details: Details) -> None:
    order = an_order(shop)
    details.change(order, lambda one: replace(one, ordered=(one.ordered or ())[1:]))
    assert audited(shop).by_kind == {"audit_ordered": 1}
    assert "their order says nothing of it" in told(shop)["audit_ordered"]


def test_swapped_serial_numbers_of_a_shipment_are_told(shop: Shop, details: Details, tmp_path: Path) -> None:
    order = an_order(shop)
    line = first_line(shop, order)
    dock = Dock(shop, None, tmp_path)  # type: ignore[arg-type]
    serials = [f"S{number}" for number in range(line.quantity)]
    (entry,) = dock.import_rows(row(order, line.sku, line.quantity, serials)).entries
    assert entry.outcome == "imported"

    def received(numbers: list[str]) -> None:
        rows = tuple(ReceivedProduct(line.sku, 1, line.unit_cost, serial_number=number) for number in numbers)
        details.change(order, lambda one: replace(one, received=rows, fully_received=True))

    shop.fault("receiving_report", "error_503", count=None)
    received([*serials[1:], "X"])
    result = audited(shop)
    assert result.by_kind == {"audit_serials": 1}
    assert result.amount == line.unit_cost
    assert "never announced: X; announced and never received: S0" in told(shop)["audit_serials"]
    received([serial.lower() for serial in serials])
    assert audited(shop).differences == ()
    assert told(shop) == {}


def test_goods_that_arrive_during_the_audit_are_no_difference(shop: Shop, details: Details) -> None:
    order = an_order(shop)

    def arrive() -> None:
        if details.calls == 1:
            receive(shop, order)

    details.between = arrive
    result = audited(shop)
    assert (details.calls, result.differences) == (2, ())
    (whole,) = [one for one in result.comparisons if one.received]
    assert whole.told == whole.received == order.units


def test_an_order_that_the_list_lacks_is_told_until_it_is_there(shop: Shop, details: Details) -> None:
    order = an_order(shop)
    details.left_out.add(order.vendor_invoice_number)
    lately(shop)
    assert audited(shop).differences == ()
    long_ago(shop)
    result = audited(shop)
    assert result.by_kind == {"audit_not_listed": 1}
    assert result.amount == order.value
    details.left_out.clear()
    audited(shop)
    assert told(shop) == {}


def lately(shop: Shop) -> None:
    with shop.services.database.transaction() as session:
        session.execute(text("UPDATE purchase_orders SET confirmed_at = now() + interval '1 h'"))


def long_ago(shop: Shop) -> None:
    """Let the orders have been confirmed an hour ago."""
    with shop.services.database.transaction() as session:
        session.execute(text("UPDATE purchase_orders SET confirmed_at = now() - interval '1 h'"))


def test_a_second_order_with_our_reference_and_a_stray_are_told(shop: Shop, details: Details) -> None:
    order = an_order(shop)
    shop.world.admin.change_order(str(order.platform_order_id), "duplicate")
    stray = vendor_invoice_number("x", "y", "manual", order.slot, 99)
    real = Details(shop).detailed_orders(shop.company)
    strange = {"platform_order_id": "stray", "vendor_invoice_number": stray.lower()}
    theirs_alone = {"platform_order_id": "own", "vendor_invoice_number": "PO-1"}
    details.further = [replace(real[0], **strange), replace(real[0], **theirs_alone)]
    result = audited(shop)
    assert result.by_kind == {"audit_unknown_order": 2}
    subjects = {one.subject: one.message for one in shop.matters("audit_unknown_order")}
    assert set(subjects) == {order.vendor_invoice_number, stray}
    assert f"the reference of our order {order.id} too: a duplicate" in subjects[order.vendor_invoice_number]
    details.further = []
    audited(shop)
    assert [one.subject for one in shop.matters("audit_unknown_order")] == [order.vendor_invoice_number]


def test_an_order_that_has_another_id_there_is_compared_by_its_reference(shop: Shop, details: Details) -> None:
    order = an_order(shop)
    receive(shop, order)
    details.change(order, lambda one: replace(one, platform_order_id="another"))
    result = audited(shop)
    assert result.differences == ()
    assert {one.told for one in result.comparisons} == {0, order.units}


def test_an_older_order_of_ours_is_neither_compared_nor_a_stray(shop: Shop, details: Details) -> None:
    order = an_order(shop)
    details.change(order, recount("none", 0))
    with shop.services.database.transaction() as session:
        statement = "UPDATE purchase_orders SET created_at = now() - interval '3 d' WHERE id = :id"
        session.execute(text(statement), {"id": order.id})
    result = audited(shop, days=2)
    assert (len(result.comparisons), result.differences, result.days) == (2, (), 2)
    assert len(audited(shop, days=4).comparisons) == 3


def test_a_report_that_fails_leaves_its_location_unsaid_and_is_told(shop: Shop, details: Details) -> None:
    order = an_order(shop)
    line = first_line(shop, order)
    receive(shop, order)
    details.change(order, recount(line.sku, -1))
    audited(shop)
    assert set(told(shop)) == {"audit_received"}
    shop.fault("receiving_report", "error_503", order.location, count=None)
    result = audited(shop)
    assert set(result.unread) == {order.location}
    assert "503" in shop.matter("report_not_read", order.location).message
    # What order and report say apart is unsaid, so it stays open; without a report the order alone is short.
    assert set(told(shop)) == {"audit_received", "audit_short"}
    shop.world.admin.clear_faults()
    details.changes.clear()
    assert audited(shop).unread == {}
    assert (told(shop), shop.matters("report_not_read")) == ({}, [])


def test_what_the_service_does_not_tell_settles_nothing(shop: Shop, details: Details) -> None:
    order = an_order(shop)
    receive(shop, order)
    details.change(order, recount(first_line(shop, order).sku, -1))
    audited(shop)
    details.change(order, lambda one: replace(one, ordered=None, received=None))
    result = audited(shop)
    assert result.differences == ()
    assert [one.notes for one in result.comparisons if one.notes] == [
        (
            "the platform does not tell what is ordered on it",
            "the platform does not tell what was received on it",
        )
    ]
    assert set(told(shop)) == {"audit_received"}


def test_an_audit_writes_nothing_at_the_platform(shop: Shop, details: Details) -> None:
    calls = shop.world.admin.audit()["operation_calls"]
    audited(shop)
    after = shop.world.admin.audit()["operation_calls"]
    assert {name for name in after if after[name] != calls.get(name, 0)} <= {"receiving_report", "token"}
    assert details.calls == 1


def test_no_session_is_open_while_the_platform_is_asked(shop: Shop, details: Details) -> None:
    pool = shop.services.database.engine.pool
    seen = []
    real = real_channel(shop)

    def receiving(*asked):  # type: ignore[no-untyped-def]
        seen.append(pool.checkedout())  # type: ignore[attr-defined]
        return real.receiving(*asked)

    services = shop.services._services
    alter(shop, receiving=receiving)
    assert shop.services._services is services
    details.between = lambda: seen.append(pool.checkedout())  # type: ignore[attr-defined]
    audited(shop)
    assert seen == [0] * 4


def test_an_audit_that_cannot_be_made_says_why(shop: Shop, details: Details, tmp_path: Path) -> None:
    details.error = UnavailableError("answered 503")
    with pytest.raises(UnavailableError, match="503"):
        audited(shop)
    products = (tmp_path / "products.csv").read_text()
    (tmp_path / "products.csv").write_text("sku,unit_cost\nA,free\n")
    with pytest.raises(PlannerFileError, match="unit_cost"):
        audited(shop)
    (tmp_path / "products.csv").write_text(products)
    with shop.services.database.transaction() as session:
        companies.pause(session, shop.company, "wrong password")
    with pytest.raises(CompanyPausedError, match="wrong password"):
        audited(shop)


def test_without_the_service_there_is_nothing_to_compare_with(open_shop: OpenShop) -> None:
    with pytest.raises(ConfigurationError, match="purchase_orders"):
        audited(open_shop("--locations", "1", platforms={"retail": {"purchase_orders": None}}))


def test_the_audit_is_a_job_of_the_companies_that_have_its_schedule(shop: Shop, details: Details) -> None:
    order = an_order(shop)
    receive(shop, order)
    details.change(order, recount(first_line(shop, order).sku, -1))
    assert "receipt_audit" in {job.name for job in JOBS}
    ensure_jobs(shop.services)
    assert sweep(shop.services).jobs == []
    with shop.services.database.transaction() as session:
        session.execute(text("UPDATE company_jobs SET next_at = now()"))
    assert sweep(shop.services).jobs == [(shop.company, "receipt_audit")]
    run_job(shop.services, shop.company, "receipt_audit")
    assert set(told(shop)) == {"audit_received"}
    assert sweep(shop.services).jobs == []
