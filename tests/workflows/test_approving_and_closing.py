"""A person decides while a run plans, or while another person decides: whatever comes first holds, and is told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text

from replenisher.database import orders, submissions
from replenisher.database.models import Order
from replenisher.errors import IllegalMoveError, NotSentError
from replenisher.purchasing.states import OrderState
from replenisher.workflows.approve import approve_order, decline_order
from replenisher.workflows.plan.batch import plan_batch
from replenisher.workflows.plan.close import close_run
from replenisher.workflows.plan.start import start_run
from replenisher.workflows.submit import submit_order
from tests.workflows.altered import Raised, alter
from tests.workflows.conftest import OpenShop
from tests.workflows.shop import HELD, Shop


@contextmanager
def after_the_first_look_at_orders(shop: Shop, do: Callable[[], object]) -> Iterator[None]:
    """Let this happen once, between the first statement that reads orders and whatever comes after it."""
    engine, waiting = shop.services.database.engine, [do]

    def executed(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if waiting and "FROM purchase_orders" in statement:
            waiting.pop()()

    event.listen(engine, "after_cursor_execute", executed)
    yield
    event.remove(engine, "after_cursor_execute", executed)
    assert waiting == []


@contextmanager
def somebody_in_the_way(shop: Shop, order: Order, do: Callable[..., object], *ids: object) -> Iterator[Future[object]]:
    """Start this while the block holds the order's lock, and enter the block once it waits for the lock."""
    with ThreadPoolExecutor(1) as pool, shop.services.database.transaction() as session:
        (locked,) = orders.locked(session, [order.id])
        later = pool.submit(do, *ids)
        while not somebody_waits(shop):
            assert not later.done()
            time.sleep(0.01)
        to_state = OrderState.SUPERSEDED if order.state == "held" else OrderState.CANCELLED
        assert submissions.move(session, locked, to_state, name=to_state.value, actor="somebody")
        yield later


def somebody_waits(shop: Shop) -> bool:
    """Whether a connection of this database waits for a lock now."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with shop.services.database.transaction() as session:
        return session.execute(text(waiting)).scalar_one() > 0


def held_order(open_shop: OpenShop) -> tuple[Shop, Order]:
    shop = open_shop("--locations", "1", company=HELD)
    (order,) = shop.orders(shop.plan())
    return shop, order


def test_a_proposal_approved_while_a_batch_reads_our_orders_is_not_ordered_twice(open_shop: OpenShop) -> None:
    shop, held = held_order(open_shop)
    second = shop.open()
    start_run(shop.services, second)
    with after_the_first_look_at_orders(shop, lambda: approve_order(shop.services, str(held.id), actor="person:ann")):
        plan_batch(shop.services, second, 0)
    close_run(shop.services, second)
    assert shop.run(second).state == "closed"
    assert shop.orders(second) == []
    shop.work_until_states("confirmed")
    third = shop.plan()
    assert shop.orders(third) == []
    assert shop.matters() == []
    shop.check_nothing_doubled()


def test_who_approves_an_order_that_a_run_supersedes_meanwhile_is_told(open_shop: OpenShop) -> None:
    shop, held = held_order(open_shop)
    with somebody_in_the_way(
        shop, held, lambda: approve_order(shop.services, str(held.id), actor="person:ann")
    ) as late:
        pass
    with pytest.raises(IllegalMoveError, match="is superseded, only a held one is approved"):
        late.result()
    assert shop.moves(held) == ["held", "superseded"]
    assert [one for one in shop.events(held) if one.actor == "person:ann"] == []
    assert shop.orders()[0].next_at is None


def test_who_declines_an_order_that_is_gone_meanwhile_is_told(open_shop: OpenShop) -> None:
    shop, held = held_order(open_shop)

    def declined() -> Order:
        return decline_order(shop.services, str(held.id), actor="person:bob", reason="no")

    with somebody_in_the_way(shop, held, declined) as late:
        pass
    with pytest.raises(IllegalMoveError, match="is superseded; only one of these can be declined"):
        late.result()
    assert [one for one in shop.events(held) if one.actor == "person:bob"] == []


def test_of_two_people_who_approve_at_once_one_is_told_that_it_is_done(open_shop: OpenShop) -> None:
    shop, held = held_order(open_shop)

    def approved(person: str) -> str:
        try:
            return approve_order(shop.services, str(held.id), actor=person).state
        except IllegalMoveError as error:
            return str(error)

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(approved, ["person:ann", "person:bob"]))
    assert told == ["approved", f"order {held.vendor_invoice_number} is approved, only a held one is approved"]
    assert shop.moves(held) == ["held", "approved"]
    shop.work_until_states("confirmed")
    shop.check_nothing_doubled()


def test_an_approved_order_can_be_stopped_before_it_is_sent(open_shop: OpenShop) -> None:
    shop, held = held_order(open_shop)
    alter(shop, create=Raised(NotSentError("the name of the platform is not known")))
    approve_order(shop.services, str(held.id), actor="person:ann")
    for _ in range(5):
        shop.time_passes()
        submit_order(shop.services, held.id)
    assert [one.kind for one in shop.matters()] == ["order_not_sent"]
    stopped = decline_order(shop.services, str(held.id), actor="person:bob", reason="too late")
    assert (stopped.state, stopped.next_at) == ("cancelled", None)
    assert shop.events(held)[-1].evidence == {"reason": "too late"}
    submit_order(shop.services, held.id)
    assert (shop.in_flight(held.location), shop.accepted(held), shop.matters()) == (0, [], [])
