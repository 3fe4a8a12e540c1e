"""The law that the other tests rest on can fail: a careless sender breaks it, and the database stops one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from replenisher.errors import AmbiguousError, ReplenisherError
from replenisher.workflows.submit import request_of
from tests.workflows.shop import Shop


@pytest.fixture(scope="module")
def shop(open_shop: Callable[..., Shop]) -> Shop:
    return open_shop("--locations", "2", times={"look_ups": [60], "settle_window": 90})


def test_a_sender_that_tries_again_after_an_error_is_caught_by_the_audit(shop: Shop) -> None:
    here = shop.locations[0]
    (order,) = shop.orders(shop.plan([here]))
    shop.check_nothing_doubled()
    with shop.services.database.transaction() as session:
        request = request_of(session, order)
    channel = shop.services.channel(shop.services.settings.companies[0])
    shop.fault("create_purchase_order", "accepted_then_reset", here)
    with pytest.raises(AmbiguousError):
        channel.create(request)
    channel.create(request)
    assert shop.world.admin.audit()["repeated"] == [order.vendor_invoice_number]
    with pytest.raises(AssertionError):
        shop.check_nothing_doubled()


def test_the_database_refuses_to_take_an_order_that_may_have_arrived_back_to_be_sent(shop: Shop) -> None:
    here = shop.locations[1]
    shop.fault("create_purchase_order", "accepted_then_reset", here)
    run = shop.plan([here])
    shop.work_until_states("unknown", run=run)
    back = text("UPDATE purchase_orders SET state = 'approved' WHERE run_id = :run")
    with pytest.raises((DBAPIError, ReplenisherError)), shop.services.database.transaction() as session:
        session.execute(back, {"run": run})
    assert [order.state for order in shop.orders(run)] == ["unknown"]
