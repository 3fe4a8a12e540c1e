"""Whatever happens in whatever order: a shipment is at the desk at most once, a serial number on one notice."""

from __future__ import annotations

import contextlib
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from replenisher.database.notice_models import ShipmentNotice, ShipmentSerial
from replenisher.embedded import EmbeddedServers
from replenisher.errors import AmbiguousError, ExistsError, IllegalMoveError, NotSentError, RefusedError
from replenisher.purchasing.notice_states import STANDING, NoticeState
from replenisher.purchasing.platform import RequestLine
from replenisher.purchasing.states import OrderState
from replenisher.services import Services, build
from replenisher.workflows.ship.announce import announce_notice
from replenisher.workflows.ship.by_hand import cancel_notice
from replenisher.workflows.ship.importing import import_shipments
from replenisher.workflows.ship.settle import settle_notice
from tests.database.rows import add_order, add_run
from tests.workflows.dock import HEADER, Desk, lost_answer, raising, row
from tests.workflows.shop import Shop
from tests.world import World


class DiedError(BaseException):
    """The worker's process ends."""


def die_before(*_: Any) -> Any:
    raise DiedError


def die_after(_: Any, take: Any) -> Any:
    take()
    raise DiedError


BEHAVIOURS = {
    "taken": lambda _, take: take(),
    "lost answer": lost_answer,
    "lost request": raising(AmbiguousError("time-out")),
    "refused": raising(RefusedError("no")),
    "exists": raising(ExistsError("it is there")),
    "not sent": raising(NotSentError("no route")),
    "died before": die_before,
    "died after": die_after,
}
SHIPMENTS = ((0, "D1", ("S1", "S2")), (0, "D2", ("s2", "S3")), (1, "D1", ("S3", "S4")), (1, "D2", ("S5",)))
"""Which order, which shipment, which serial numbers: neighbours share one."""
PLACES = st.sampled_from(range(len(SHIPMENTS)))
STEP = st.tuples(
    st.sampled_from(("send and look", "send and look", "send", "look", "import", "cancel")),
    PLACES,
    st.sampled_from(sorted(BEHAVIOURS)),
)
STEPS = st.tuples(st.permutations(range(len(SHIPMENTS))), st.lists(STEP, min_size=6, max_size=16))
"""The files in any order, and then what happens to one shipment or another; the behaviour is that of the desk."""
EXAMPLES = itertools.count()


@pytest.fixture
def services(tmp_path: Path, database_url: str, servers: EmbeddedServers) -> Iterator[Services]:
    """Services of one company whose platform is never asked for anything but its desk."""
    told = {
        "vendor_id": 5123,
        "vendor_inventory_url": "http://127.0.0.1:9/vendorinventory/v1/",
        "accounts_url": "http://127.0.0.1:9/accounts/v1",
        "username": "vendor@example.test",
        "password": "sandbox-password",
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
        "companies": [{"id": 1102, "name": "Kentel", "locations": [11412]}],
    }
    world = World(tmp_path, told, database_url=database_url, broker_url=servers.broker_url)
    (tmp_path / "products.csv").write_text("sku,case_pack\nA,1\n")
    built = build(world.settings())
    yield built
    built.close()


@given(STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_is_announced_twice_and_no_serial_number_stands_on_two_notices(
    services: Services, tmp_path: Path, what: tuple[list[int], list[tuple[str, int, str]]]
) -> None:
    example = next(EXAMPLES)
    desk = Desk()
    company = services.settings.companies[0]
    services = replace(services, _channels={f"{company.channel}/{company.platform}": desk})  # type: ignore[dict-item]
    with services.database.transaction() as session:
        run = add_run(session)
        lines = (RequestLine("A", 9, None),)
        numbers = [f"R{example:015d}{place}" for place in range(2)]
        orders = [
            add_order(
                session,
                run,
                state=OrderState.CONFIRMED,
                lines=lines,
                vendor_invoice_number=number,
                platform_order_id=number,
            )
            for number in numbers
        ]
    files = []
    for place, (order, reference, serials) in enumerate(SHIPMENTS):
        own = [f"{serial}-{example}" for serial in serials]
        files.append(tmp_path / f"{place}.csv")
        files[-1].write_text(f"{HEADER}\n{row(numbers[order], 'A', len(own), own, shipment=reference)}\n")
    order_of_files, steps = what
    for step, place, behaviour in [*(("import", place, "") for place in order_of_files), *steps]:
        if step == "import":
            import_shipments(services, files[place], keep_good=False, actor="test")
        else:
            found = standing_and_others(services, orders)
            for part in step.split(" and "):
                take(services, desk, found[place % len(found)], part, behaviour)
        check(services, desk, orders)


def take(services: Services, desk: Desk, notice: ShipmentNotice, step: str, behaviour: str) -> None:
    """Let one thing happen to a notice whose time has come."""
    Shop(None, services).time_passes()  # type: ignore[arg-type]
    if step == "send":
        desk.behaviours = [BEHAVIOURS[behaviour]]
        with contextlib.suppress(DiedError):
            announce_notice(services, notice.id)
    elif step == "look":
        settle_notice(services, notice.id)
    else:
        try:
            cancel_notice(services, str(notice.id), actor="person:ann", reason="test")
        except IllegalMoveError:
            assert notice.state not in ("ready", "needs_person", "refused")


def standing_and_others(services: Services, orders: list[int]) -> list[ShipmentNotice]:
    with services.database.transaction() as session:
        query = select(ShipmentNotice).where(ShipmentNotice.order_id.in_(orders)).order_by(ShipmentNotice.id)
        return list(session.execute(query).scalars())


def check(services: Services, desk: Desk, orders: list[int]) -> None:
    """The laws."""
    notices = standing_and_others(services, orders)
    assert len({notice.shipment_number for notice in notices}) == len(notices)
    assert all(desk.count(notice.shipment_number) <= 1 for notice in notices)
    standing = [notice.id for notice in notices if NoticeState(notice.state) in STANDING]
    assert [notice.id for notice in notices if notice.standing] == standing
    with services.database.transaction() as session:
        serials = session.execute(select(ShipmentSerial).where(ShipmentSerial.notice_id.in_(standing))).scalars().all()
    assert all(serial.standing for serial in serials)
    assert max(Counter(serial.serial_key for serial in serials).values(), default=0) <= 1
    sent = {notice.shipment_number for notice in notices if notice.state == "sent"}
    assert sent <= {notice.shipment_number for notice in desk.held}
