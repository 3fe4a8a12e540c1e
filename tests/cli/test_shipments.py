"""Shipments at the keyboard: imported, looked at, sent again, settled, cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from replenisher.database.notices import BY_HAND, NOTICES, locked
from replenisher.embedded import EmbeddedServers
from replenisher.purchasing.notice_states import NoticeState
from tests.cli.conftest import Typed
from tests.workflows.dock import Dock, opened_dock, row
from tests.workflows.shop import opened_shop


@pytest.fixture
def dock(tmp_path: Path, database_url: str, servers: EmbeddedServers) -> Iterator[Dock]:
    """One location with a confirmed order, of a company whose channel takes no notices."""
    company = {"committed": False}
    with opened_shop(tmp_path, database_url, servers.broker_url, "--locations", "1", company=company) as shop:
        yield opened_dock(shop, tmp_path, takes=False)


def test_a_file_is_imported_listed_and_shown(typed: Typed, dock: Dock) -> None:
    order = dock.order()
    sku = next(iter(dock.lines(order)))
    path = dock.file(row(order, sku, 2, ("S-1", "S-2"), tracking_number="1Z999", shipment="D1"), name="monday.csv")
    imported = typed(f"shipments import {path}")
    assert (imported.code, "monday.csv: 1 imported" in imported.out) == (0, True)
    again = typed(f"shipments import {path} --json")
    assert (again.code, again.data["entries"][0]["outcome"]) == (0, "already_there")
    (notice,) = dock.notices()
    listed = typed("shipments list")
    assert notice.shipment_number in listed.out
    assert "recorded" in listed.out
    assert typed("shipments list --state sent").out.strip() == "no shipment notices"
    assert [one["id"] for one in typed(f"shipments list --order {order.id} --json").data] == [notice.id]
    shown = typed(f"shipments show {notice.shipment_number}")
    assert (shown.code, "S-1, S-2" in shown.out, "1Z999" in shown.out, "imported" in shown.out) == (0, True, True, True)
    assert typed(f"shipments show {notice.id} --json").data["lines"] == [
        {"sku": sku, "quantity": 2, "serial_numbers": ["S-1", "S-2"]}
    ]
    assert notice.shipment_number in typed(f"orders show {order.id}").out
    assert [one["id"] for one in typed(f"orders show {order.id} --json").data["notices"]] == [notice.id]
    assert "1 recorded" in typed("status").out


def test_a_file_with_faults_ends_with_the_code_of_what_was_taken(typed: Typed, dock: Dock) -> None:
    order = dock.order()
    sku = next(iter(dock.lines(order)))
    path = dock.file(row(order, sku, 1, shipment="D1"), row(order, "stranger", 1, shipment="D2"), name="bad.csv")
    nothing = typed(f"shipments import {path}")
    assert nothing.code == 3
    assert "bad.csv:3: shipment D2 of order" in nothing.err
    assert "nothing of it was imported" in nothing.err
    assert dock.notices() == []
    some = typed(f"shipments import {path} --keep-good")
    assert (some.code, "1 imported, 1 refused" in some.out) == (7, True)
    assert typed(f"shipments import {dock.folder / 'nowhere.csv'}").code == 3
    assert typed(f"shipments import {path} --company nobody").code == 6


def test_a_person_decides_about_a_notice_and_their_name_and_reason_are_kept(typed: Typed, dock: Dock, me: str) -> None:
    recorded = dock.import_one(units=1, serials=("S-1",))
    kept = typed(f"shipments resend {recorded.id} 424242 --reason 'they asked'")
    assert kept.code == 6
    assert "can only be kept" in kept.err
    assert "424242: not sent again: no shipment notice has the id" in kept.err
    assert typed(f"shipments cancel {recorded.id}").code == 2
    assert typed(f"shipments cancel {recorded.id} --reason ' '").code == 2
    cancelled = typed(f"shipments cancel {recorded.shipment_number} --reason 'never left the dock'")
    assert (cancelled.code, cancelled.out.strip().endswith(": cancelled")) == (0, True)
    told = dock.events(recorded)[-1]
    assert (told.actor, told.evidence) == (me, {"reason": "never left the dock"})
    doubtful = dock.import_one(units=1, serials=("S-1",))
    with dock.shop.services.database.transaction() as session:
        steps = (NoticeState.READY, NoticeState.SUBMITTING, NoticeState.NEEDS_PERSON)

        for state in steps:
            assert BY_HAND.move(session, locked(session, doubtful.id), state, name="staged", actor="test")
    settled = typed(f"shipments settle {doubtful.id} --reason 'they see it'")
    assert (settled.code, settled.out.strip().endswith(": sent")) == (0, True)
    assert typed(f"shipments list --state {NOTICES.sending.value}").code == 0
    assert typed("shipments list --state lost").code == 2


def test_an_order_is_not_cancelled_where_the_interface_has_no_way_to(typed: Typed, dock: Dock) -> None:
    order = dock.order()
    assert typed(f"orders cancel {order.id}").code == 2
    ended = typed(f"orders cancel {order.id} --reason 'the store closes'")
    assert ended.code == 5
    assert "has no way to cancel an order" in ended.err
    assert dock.shop.orders()[0].state == "confirmed"
