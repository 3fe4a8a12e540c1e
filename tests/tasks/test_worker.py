"""A real worker on a real broker: up in seconds, it does what a hint names, in a child that made its own services."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from celery import Celery
from sqlalchemy import update

from replenisher.cli.processes import WORKER, module
from replenisher.database import companies, due, exceptions, orders
from replenisher.database.job_models import CompanyJob
from replenisher.database.session import Database
from replenisher.purchasing.platform import RequestLine
from replenisher.purchasing.states import OrderState
from replenisher.tasks import steps
from tests.database.rows import add_order, add_run
from tests.world import World, products_csv

UP_SECONDS = 60.0
NUMBERS = itertools.count(7)
"""Numbers of the broker, one for each test: a closed pool of connections stays closed for its own."""


@pytest.fixture
def own_broker(world: World) -> World:
    """The world on a number of the broker that no other test uses."""
    return replace(world, broker_url=world.broker_url.replace("virtual_host=0", f"virtual_host={next(NUMBERS)}"))


@pytest.fixture
def send(own_broker: World) -> Iterator[Callable[..., None]]:
    """Send a hint as any process of ours would: a name and ids."""
    with Celery("test", broker=own_broker.broker_url) as celery:
        celery.conf.task_ignore_result = True

        def one(step: str, *ids: int) -> None:
            celery.send_task(f"{steps.__name__}.{step}", args=ids)

        yield one
        celery.pool.force_close_all()


@pytest.fixture
def worker(own_broker: World) -> Iterator[subprocess.Popen[bytes]]:
    """A worker with two processes, started as `replenisher up` and deploy/ start it."""
    environment = {**os.environ, "REPLENISHER_CONFIG": str(own_broker.write())}
    log = own_broker.folder / "worker.log"
    with log.open("wb") as output:
        process = subprocess.Popen(module(WORKER), env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.kill()
        process.wait(timeout=10)


def parent_of(pid: int) -> int:
    # /proc/<pid>/stat: pid (name) state parent …
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def wait_until(holds: Callable[[], bool], seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def an_approved_order(database: Database, world: World) -> int:
    sku = products_csv().splitlines()[1].split(",")[0]
    with database.transaction() as session:
        return add_order(
            session,
            add_run(session, company=world.company),
            state=OrderState.APPROVED,
            company=world.company,
            location=world.locations[0],
            bill_to=world.locations[0],
            ship_to=world.locations[0],
            lines=[RequestLine(sku, 12, None)],
        )


def test_a_hint_is_executed_by_a_worker_that_was_up_in_seconds(
    own_broker: World, database: Database, send: Callable[..., None], worker: subprocess.Popen[bytes]
) -> None:
    order_id = an_approved_order(database, own_broker)
    # The hints wait in the broker until the worker is there; the sweep itself sends the order's.
    send("tick")
    send("sweep_due")

    def sent() -> bool:
        with database.transaction() as session:
            return bool(orders.attempts_of(session, order_id))

    assert wait_until(sent, UP_SECONDS), (own_broker.folder / "worker.log").read_text()

    def answered() -> bool:
        with database.transaction() as session:
            order = orders.order_of(session, order_id)
            return order is not None and order.state == "accepted"

    assert wait_until(answered)
    with database.transaction() as session:
        (attempt,) = orders.attempts_of(session, order_id)
        assert set(companies.heartbeats(session)) == {"scheduler", "sweeper"}
    assert len(own_broker.admin.audit()["accepted"]) == 1

    # Services name their process: they were made in the child, after the fork.
    child = int(attempt.worker.rpartition(":")[2])
    assert child != worker.pid
    assert parent_of(child) == worker.pid

    # The same hint again, late or twice, does nothing.
    for _ in range(3):
        send("submit_order", order_id)
    send("submit_order", 4711)
    asked = time.monotonic()
    send("tick")

    def ticked() -> bool:
        with database.transaction() as session:
            return companies.heartbeats(session)["scheduler"] < time.monotonic() - asked

    assert wait_until(ticked)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=30) == 0
    with database.transaction() as session:
        assert len(orders.attempts_of(session, order_id)) == 1
    assert len(own_broker.admin.audit()["accepted"]) == 1


@pytest.fixture
def audited(own_broker: World) -> World:
    """The world with an audit of receipts, whose service nobody answers for."""
    (first, *others) = own_broker.document()["companies"]
    audit = {"receipt_audit": {"schedule": "0 0 29 2 *"}}
    service = {"purchase_orders": {"base_url": "http://127.0.0.1:1/purchaseorder/v1/"}}
    own_broker.changes = {"companies": [first | audit, *others], "platforms": {"retail": service}}
    return own_broker


def test_a_job_that_has_come_round_is_done_by_a_worker_and_tried_again_when_it_fails(
    audited: World, database: Database, send: Callable[..., None], worker: subprocess.Popen[bytes]
) -> None:
    send("tick")

    def job() -> CompanyJob | None:
        with database.transaction() as session:
            return session.get(CompanyJob, (audited.company, "receipt_audit"))

    assert wait_until(lambda: job() is not None, UP_SECONDS), (audited.folder / "worker.log").read_text()
    with database.transaction() as session:
        session.execute(update(CompanyJob).values(next_at=due.after(0)))

    def failed(times: int) -> bool:
        send("sweep_due")
        found = job()
        return found is not None and found.failures >= times

    assert wait_until(lambda: failed(1)), (audited.folder / "worker.log").read_text()
    assert wait_until(lambda: failed(3))
    with database.transaction() as session:
        (matter,) = exceptions.listed(session, kind="job_failed")
    assert (matter.company, matter.subject) == (audited.company, "receipt_audit")
    assert worker.poll() is None
