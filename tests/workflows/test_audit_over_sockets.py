"""The audit of receipts against the sandbox's Purchase Order service, over sockets and through the real gateway."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import text

from replenisher.config import load
from replenisher.database.models import Order, OrderLine
from replenisher.errors import CredentialsError, UnavailableError
from replenisher.services import build
from replenisher.workflows.audit_findings import AuditResult
from replenisher.workflows.audit_receipts import audit_receipts
from replenisher.workflows.jobs import ensure_jobs, run_job
from tests.workflows.conftest import OpenShop
from tests.workflows.dock import Dock, carry_serials, row
from tests.workflows.shop import Shop


@contextlib.contextmanager
def confirmed_shop(open_shop: OpenShop, folder: Path, *sandbox: str) -> Iterator[Shop]:
    made = open_shop("--locations", "2", *sandbox)
    serve(made, {"receipt_audit": {"schedule": "30 2 * * *"}})
    try:
        carry_serials(folder / "products.csv", {})
        made.plan()
        made.work_until_states("confirmed")
        with made.services.database.transaction() as session:
            session.execute(text("UPDATE purchase_orders SET confirmed_at = now() - interval '1 h'"))
        yield made
    finally:
        made.services.close()


@pytest.fixture
def shop(open_shop: OpenShop, tmp_path: Path) -> Iterator[Shop]:
    """Two locations with confirmed orders, on a platform whose configuration names the service."""
    with confirmed_shop(open_shop, tmp_path) as made:
        yield made


@pytest.fixture
def phone_shop(open_shop: OpenShop, tmp_path: Path) -> Iterator[Shop]:
    """The same with a catalog that has a phone, everything below its minimum."""
    with confirmed_shop(open_shop, tmp_path, "--skus", "30", "--below-minimum", "1.0") as made:
        yield made


def serve(shop: Shop, company: dict[str, Any]) -> None:
    """Name the service, whose address is known when the sandbox is up, and change the company's settings."""
    service = {"purchase_orders": {"base_url": shop.world.sandbox["purchase_orders_url"]}}
    companies = [{**one, **company} for one in shop.world.document()["companies"]]
    shop.world.changes = {"platforms": {"retail": service}, "companies": companies}
    shop.services.close()
    shop.services = build(shop.world.settings())


def an_order(shop: Shop) -> Order:
    return max(shop.orders(), key=lambda one: (one.units, one.id))


def a_line(shop: Shop, order: Order) -> OrderLine:
    return max(shop.lines(order), key=lambda one: (one.quantity, one.sku))


def admin(shop: Shop, order: Order, action: str, **values: float) -> None:
    """Change an order behind everybody's back, or what the service tells of it."""
    if values:
        shop.world.admin.change_detail(str(order.platform_order_id), action, values)
    else:
        shop.world.admin.change_order(str(order.platform_order_id), action)


def audited(shop: Shop) -> AuditResult:
    return audit_receipts(shop.services, shop.company)


def told(shop: Shop) -> dict[str, str]:
    return {one.kind: one.message for one in shop.matters() if one.kind.startswith("audit_")}


def test_orders_that_went_as_they_should_and_the_retailers_own_differ_in_nothing(shop: Shop) -> None:
    result = audited(shop)
    assert (len(result.comparisons), result.differences) == (2, ())
    order = an_order(shop)
    admin(shop, order, "receive")
    result = audited(shop)
    assert (result.differences, result.unread) == ((), {})
    (whole,) = [one for one in result.comparisons if one.received]
    assert (whole.ordered, whole.told, whole.received, whole.notes) == (*[order.units] * 3, ())


def test_a_recount_is_found_with_its_amount_named_once_and_settled_when_it_is_taken_back(shop: Shop) -> None:
    order = an_order(shop)
    line = a_line(shop, order)
    admin(shop, order, "receive")
    shop.world.admin.change_detail(str(order.platform_order_id), "recount", {line.sku: -2})
    assert line.unit_cost is not None
    for times in (1, 2, 3):
        result = audited(shop)
        assert (result.by_kind, result.amount) == ({"audit_received": 1}, line.unit_cost * 2)
        (matter,) = shop.matters("audit_received")
        assert (matter.subject, matter.times_seen) == (order.vendor_invoice_number, times)
        assert f"Amount: {line.unit_cost * 2:,.2f}" in matter.message
    shop.world.admin.change_detail(str(order.platform_order_id), "recount", {line.sku: 0})
    assert (audited(shop).differences, told(shop)) == ((), {})


def test_another_cost_there_is_told_for_the_units_received(shop: Shop) -> None:
    order = an_order(shop)
    line = a_line(shop, order)
    admin(shop, order, "receive")
    assert line.unit_cost is not None
    dearer = float(line.unit_cost) + 0.25
    shop.world.admin.change_detail(str(order.platform_order_id), "recost", {line.sku: dearer})
    result = audited(shop)
    assert (result.by_kind, result.amount) == ({"audit_cost": 1}, Decimal("0.25") * line.quantity)


def test_an_order_closed_short_and_one_that_vanished_are_told(shop: Shop) -> None:
    short, gone = sorted(shop.orders(), key=lambda one: one.id)
    admin(shop, short, "close_short")
    admin(shop, gone, "vanish")
    result = audited(shop)
    assert result.by_kind == {"audit_short": len(shop.lines(short)), "audit_not_listed": 1}
    assert result.amount == (short.value or 0) + (gone.value or 0)


def test_a_duplicate_there_is_told_with_its_value(shop: Shop) -> None:
    order = an_order(shop)
    admin(shop, order, "duplicate")
    result = audited(shop)
    assert (result.by_kind, result.amount) == ({"audit_unknown_order": 1}, order.value)
    assert f"our order {order.id} too: a duplicate" in told(shop)["audit_unknown_order"]


def test_serial_numbers_of_a_shipment_are_compared_with_those_received(phone_shop: Shop, tmp_path: Path) -> None:
    shop = phone_shop
    order, line = next(
        (order, line)
        for order in shop.orders()
        for line in shop.lines(order)
        if line.sku.startswith("PH") and line.unit_cost is not None
    )
    dock = Dock(shop, None, tmp_path)  # type: ignore[arg-type]
    serials = [f"OURS{number}" for number in range(line.quantity)]
    (entry,) = dock.import_rows(row(order, line.sku, line.quantity, serials)).entries
    assert entry.outcome == "imported"
    admin(shop, order, "receive")
    result = audited(shop)
    # The sandbox gives each unit a number of its own: none of ours arrived, and none of theirs was announced.
    (difference,) = [one for one in result.differences if one.kind == "audit_serials"]
    assert line.unit_cost is not None
    assert (difference.sku, difference.amount) == (line.sku, line.unit_cost * line.quantity)
    assert "announced and never received: OURS0" in difference.sentence
    # The other products came without a notice, and nothing is amiss with them.
    assert result.by_kind == {"audit_serials": 1}


@pytest.mark.parametrize(
    ("switches", "notes"),
    [
        ({"purchase_detail_products": "no"}, 2),
        ({"purchase_detail_shape": "object"}, 0),
    ],
)
def test_other_shapes_of_the_answer_make_no_difference_that_is_not_there(
    shop: Shop, switches: dict[str, str], notes: int
) -> None:
    shop.world.admin.switch(**switches)
    result = audited(shop)
    kinds = set(result.by_kind)
    assert kinds <= {"audit_not_listed"}
    assert max(len(one.notes) for one in result.comparisons) == notes
    # One object alone is a list of one: what it leaves out is told as such.
    assert bool(kinds) is ("purchase_detail_shape" in switches)


def test_goods_as_days_pass_leave_nothing_to_tell(shop: Shop) -> None:
    shop.world.admin.advance(days=9)
    result = audited(shop)
    assert all(one.received == one.ordered for one in result.comparisons)
    assert (result.differences, result.unread) == ((), {})


def test_the_nightly_job_reads_and_records_and_a_platform_that_is_down_is_tried_again(shop: Shop) -> None:
    order = an_order(shop)
    admin(shop, order, "receive")
    shop.world.admin.change_detail(str(order.platform_order_id), "recount", {a_line(shop, order).sku: -1})
    shop.fault("purchase_orders.list", "error_503", count=None)
    with pytest.raises(UnavailableError, match="503"):
        audited(shop)
    for _ in range(3):
        night_comes(shop)
    assert "503" in next(one.message for one in shop.matters("job_failed"))
    shop.world.admin.clear_faults()
    night_comes(shop)
    assert shop.matters("job_failed") == []
    assert set(told(shop)) == {"audit_received"}


def night_comes(shop: Shop) -> None:
    ensure_jobs(shop.services)
    with shop.services.database.transaction() as session:
        session.execute(text("UPDATE company_jobs SET next_at = clock_timestamp()"))
    run_job(shop.services, shop.company, "receipt_audit")


def test_refused_credentials_pause_the_company(shop: Shop) -> None:
    path = shop.world.write()
    document = yaml.safe_load(path.read_text())
    (shop.world.folder / "wrong").write_text("wrong")
    (shop.world.folder / "wrong").chmod(0o600)
    document["platforms"]["retail"]["password"] = "${file:wrong}"
    path.write_text(yaml.safe_dump(document))
    shop.services.close()
    shop.services = build(load(path))
    with pytest.raises(CredentialsError):
        audited(shop)
    night_comes(shop)
    assert len(shop.matters("company_paused")) == 1
    assert shop.matters("job_failed") == []
