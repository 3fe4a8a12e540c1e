"""The last check beside other workers, people and runs: one hold, one exception, and never a need ordered twice."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, event, text

from replenisher.database import orders
from replenisher.database.models import Order
from replenisher.workflows.approve import approve_order
from replenisher.workflows.plan.batch import plan_batch
from replenisher.workflows.plan.close import close_run
from replenisher.workflows.plan.start import start_run
from replenisher.workflows.submit import submit_order
from tests.workflows.altered import alter, real_channel
from tests.workflows.conftest import OpenShop
from tests.workflows.products_file import change_product
from tests.workflows.shop import Shop
from tests.workflows.test_approving_and_closing import somebody_in_the_way


@pytest.fixture
def stopped(open_shop: OpenShop) -> tuple[Shop, Order]:
    """An approved order, not yet sent, with one product that has been discontinued since."""
    shop = open_shop("--locations", "1", "--creation-delay", "0")
    shop.plan()
    (order,) = shop.orders()
    assert order.state == "approved"
    change_product(shop, shop.lines(order)[0].sku, status="discontinued")
    return shop, order


def waiting(shop: Shop) -> int:
    """How many connections of this database wait for a lock now."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with shop.services.database.transaction() as session:
        return int(session.execute(text(query)).scalar_one())


@contextmanager
def patient(shop: Shop) -> Iterator[None]:
    """Let nobody give up waiting for a lock, however busy the machine is."""

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '50s'")

    event.listen(shop.services.database.engine, "begin", begun)
    yield
    event.remove(shop.services.database.engine, "begin", begun)


@contextmanager
def both_at_the_order(shop: Shop, order: Order) -> Iterator[None]:
    """Let two workers come to the point of holding the order together, and let them go on at the block's end."""
    with patient(shop), ThreadPoolExecutor(2) as pool:
        with shop.services.database.transaction() as session:
            orders.locked(session, [order.id])
            found = [pool.submit(submit_order, shop.services, order.id) for _ in range(2)]
            while waiting(shop) < 2:
                assert not any(one.done() for one in found)
            yield
        for one in found:
            one.result()


def test_two_workers_at_once_hold_an_order_once_and_tell_it_once(stopped: tuple[Shop, Order]) -> None:
    shop, order = stopped
    with both_at_the_order(shop, order):
        pass
    (matter,) = shop.matters()
    assert (matter.kind, matter.times_seen) == ("order_held", 1)
    assert [one.name for one in shop.events(order)] == ["approved", "held"]
    assert shop.attempts(order) == 0


def test_who_stops_an_order_while_a_worker_is_about_to_hold_it_comes_first(stopped: tuple[Shop, Order]) -> None:
    shop, order = stopped
    with patient(shop), somebody_in_the_way(shop, order, submit_order, shop.services, order.id) as late:
        pass
    late.result()
    assert (shop.moves(order), shop.matters()) == (["approved", "cancelled"], [])


def test_a_worker_that_comes_late_does_not_hold_what_a_person_has_approved_knowing_why(
    stopped: tuple[Shop, Order],
) -> None:
    shop, order = stopped
    submit_order(shop.services, order.id)
    approve_order(shop.services, str(order.id), actor="person:ann")
    shop.workers = 6
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: submit_order(shop.services, order.id), range(12)))
    shop.work_until_states("confirmed")
    assert shop.moves(order)[:4] == ["approved", "held", "approved", "submitting"]
    assert (shop.attempts(order), shop.matters()) == (1, [])
    shop.check_nothing_doubled()


def test_an_order_is_not_held_while_a_run_reads_for_its_need_would_be_ordered_twice(
    stopped: tuple[Shop, Order],
) -> None:
    shop, order = stopped
    second = shop.open()
    start_run(shop.services, second)
    submit_order(shop.services, order.id)
    (now,) = shop.orders()
    assert (now.state, now.fence, shop.in_flight(order.location) > 0, shop.matters()) == ("approved", 0, True, [])
    plan_batch(shop.services, second, 0)
    close_run(shop.services, second)
    assert (shop.run(second).state, shop.orders(second)) == ("closed", [])
    shop.time_passes()
    submit_order(shop.services, order.id)
    assert [one.state for one in shop.orders()] == ["held"]
    approve_order(shop.services, str(order.id), actor="person:ann")
    shop.work_until_states("confirmed")
    third = shop.plan()
    assert shop.orders(third) == []
    shop.check_nothing_doubled()


def test_an_order_that_was_held_before_a_run_began_to_read_is_superseded_by_it(stopped: tuple[Shop, Order]) -> None:
    shop, order = stopped
    second = shop.open()
    submit_order(shop.services, order.id)
    start_run(shop.services, second)
    plan_batch(shop.services, second, 0)
    close_run(shop.services, second)
    assert shop.moves(order) == ["approved", "held", "superseded"]
    (new,) = shop.orders(second)
    shop.work(lambda: shop.order(order.location).state == "confirmed")
    assert ([one.id for one in shop.orders() if one.state == "confirmed"], shop.matters()) == ([new.id], [])
    shop.check_nothing_doubled()


class Killed(BaseException):
    """Ends a worker where it stands; no code of the program catches it."""


def test_a_worker_killed_in_the_call_leaves_an_order_that_no_check_holds_or_sends_again(
    stopped: tuple[Shop, Order],
) -> None:
    shop, order = stopped
    submit_order(shop.services, order.id)
    approve_order(shop.services, str(order.id), actor="person:ann")

    def create(*request: object, **when: object) -> object:
        real.create(*request, **when)  # type: ignore[arg-type]
        raise Killed

    real = real_channel(shop)
    alter(shop, create=create)
    with pytest.raises(Killed):
        submit_order(shop.services, order.id)
    for line in shop.lines(order):
        change_product(shop, line.sku, status="discontinued")
    shop.time_passes()
    submit_order(shop.services, order.id)
    assert (shop.orders()[0].state, shop.attempts(order)) == ("submitting", 1)
    shop.work_until_states("confirmed")
    assert (len(shop.accepted(order)), shop.moves(order).count("held")) == (1, 1)
    shop.check_nothing_doubled()
