"""Orders that are at the platform although ours say otherwise: the audit tells, and settles it when they are gone."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from replenisher.purchasing.states import NEVER_PLACED, OrderState
from replenisher.workflows.audit_receipts import audit_receipts
from tests.workflows.conftest import OpenShop
from tests.workflows.details import Details, opened_details
from tests.workflows.dock import carry_serials
from tests.workflows.shop import Shop
from tests.workflows.test_audit_receipts import AUDITED, SERVICE, an_order


@pytest.fixture
def shop(open_shop: OpenShop, tmp_path: Path) -> Shop:
    made = open_shop(company=AUDITED, platforms={"retail": SERVICE})
    carry_serials(tmp_path / "products.csv", {})
    made.plan()
    made.work_until_states("confirmed")
    return made


@pytest.fixture
def details(shop: Shop) -> Details:
    return opened_details(shop)


def hold_as(shop: Shop, order_id: int, state: OrderState, *, seen: bool) -> None:
    """Let us hold the order as no legal move would lead it there."""
    with shop.services.database.transaction() as session:
        session.execute(text("ALTER TABLE purchase_orders DISABLE TRIGGER USER"))
        statement = "UPDATE purchase_orders SET state = :state, platform_order_id = :there WHERE id = :id"
        session.execute(text(statement), {"state": state.value, "there": "id" if seen else None, "id": order_id})
        session.execute(text("ALTER TABLE purchase_orders ENABLE TRIGGER USER"))


@pytest.mark.parametrize("state", sorted([*NEVER_PLACED, OrderState.CANCELLED], key=lambda state: state.value))
def test_an_order_that_should_not_be_there_and_is_is_told(shop: Shop, details: Details, state: OrderState) -> None:
    order = an_order(shop)
    hold_as(shop, order.id, state, seen=False)
    result = audit_receipts(shop.services, shop.company)
    assert result.by_kind == {"audit_unknown_order": 1}
    (matter,) = shop.matters("audit_unknown_order")
    assert matter.subject == order.vendor_invoice_number
    assert f"an order that we hold as {state.value}: it is there all the same" in matter.message
    details.left_out.add(order.vendor_invoice_number)
    assert audit_receipts(shop.services, shop.company).differences == ()
    assert shop.matters("audit_unknown_order") == []


@pytest.mark.parametrize("state", [OrderState.APPROVED, OrderState.UNKNOWN, OrderState.NEEDS_PERSON])
def test_one_whose_fate_is_being_found_out_is_no_stray(shop: Shop, details: Details, state: OrderState) -> None:
    hold_as(shop, an_order(shop).id, state, seen=False)
    assert audit_receipts(shop.services, shop.company).differences == ()
    assert details.calls > 0


def test_one_that_was_cancelled_at_the_platform_may_still_be_listed(shop: Shop, details: Details) -> None:
    hold_as(shop, an_order(shop).id, OrderState.CANCELLED, seen=True)
    assert audit_receipts(shop.services, shop.company).differences == ()
    assert details.calls > 0


def test_a_platform_whose_clock_is_a_day_ahead_tells_all_that_was_received(open_shop: OpenShop, tmp_path: Path) -> None:
    """In whose zone the dates of a report are is not told: goods of this evening may be of tomorrow there."""
    utc = AUDITED | {"time_zone": "Etc/UTC"}
    made = open_shop("--utc-offset-hours", "24", company=utc, platforms={"retail": SERVICE})
    carry_serials(tmp_path / "products.csv", {})
    made.plan()
    made.work_until_states("confirmed")
    opened_details(made)
    order = an_order(made)
    made.world.admin.change_order(str(order.platform_order_id), "receive")
    result = audit_receipts(made.services, made.company)
    assert result.differences == ()
    assert {one.told for one in result.comparisons} == {0, order.units}
