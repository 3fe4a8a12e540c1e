"""Files of shipments: whole shipments or none, every fault told, and the same rows twice change nothing."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from replenisher.database.notices import move_by_hand
from replenisher.errors import ConfigurationError, NotFoundError
from replenisher.purchasing.notice_states import NoticeState
from replenisher.workflows.ship.drop_folder import import_dropped_files
from tests.patience import PATIENCE_SECONDS
from tests.workflows.conftest import OpenShop
from tests.workflows.dock import Dock, carry_serials, opened_dock, row


@pytest.fixture
def dock(open_shop: OpenShop, tmp_path: Path) -> Dock:
    """Two locations with a confirmed order each, a desk, and a drop folder."""
    return opened_dock(open_shop("--locations", "2", shipments={"drop_folder": "drop"}), tmp_path)


def test_rows_of_one_shipment_become_one_notice(dock: Dock) -> None:
    order = dock.order()
    (sku, _), (other, _) = list(dock.lines(order).items())[:2]
    imported = dock.import_rows(
        row(order, sku, 1, ("S-1",), shipment="D1"),
        row(order, other, 1, shipment="D1"),
        row(str(order.vendor_invoice_number).lower(), sku, 1, ("S-2",), shipment="d1"),
        row(order, other, 1, shipment="D2"),
    )
    assert imported.counts() == {"imported": 2, "already_there": 0, "refused": 0, "not_taken": 0}
    first = dock.notice(imported.entries[0].shipment_number)
    told = {line.sku: (line.quantity, line.serial_numbers) for line in dock.notice_lines(first)}
    assert told == {sku: (2, ("S-1", "S-2")), other: (1, ())}


def test_an_order_may_be_named_by_our_id_or_by_the_platforms(dock: Dock) -> None:
    order = dock.order()
    sku = next(iter(dock.lines(order)))
    path = dock.folder / "by-id.csv"
    head = "order_id,sku,quantity,shipped_at,shipment"
    rows = [f"{order.id},{sku},1,2026-03-02,D1", f"{str(order.platform_order_id).upper()},{sku},1,2026-03-02,D1"]
    path.write_text("\n".join((head, *rows)))
    (entry,) = dock.bring(path).entries
    assert (entry.outcome, entry.order, entry.file_lines) == ("imported", order.vendor_invoice_number, (2, 3))
    assert [line.quantity for line in dock.notice_lines(dock.notice(entry.shipment_number))] == [2]


def test_the_same_rows_again_change_nothing_whatever_became_of_the_notice(dock: Dock) -> None:
    order = dock.order()
    path = dock.file(row(order, next(iter(dock.lines(order))), 1, ("S-1",), tracking_number="T1"))
    first = dock.bring(path)
    notice = dock.work_until(dock.notice(first.entries[0].shipment_number), "sent")
    again = dock.bring(path)
    assert (again.faults, again.counts()["already_there"], again.entries[0].state) == ((), 1, "sent")
    assert [one.id for one in dock.notices()] == [notice.id]
    assert dock.desk.count(notice.shipment_number) == 1


def test_the_same_shipment_with_other_content_is_refused_and_names_both(dock: Dock) -> None:
    order = dock.order()
    sku = next(iter(dock.lines(order)))
    first = dock.bring(dock.file(row(order, sku, 1, shipment="D1"), name="monday.csv"))
    second = dock.bring(dock.file(row(order, sku, 2, shipment="D1"), name="tuesday.csv"))
    (fault,) = second.faults
    assert fault.startswith("tuesday.csv:2: shipment D1 of order")
    assert "with other content, from monday.csv" in fault
    assert len(dock.notices()) == len(first.entries) == 1


def test_units_open_are_counted_over_all_standing_notices(dock: Dock) -> None:
    order = dock.order()
    sku, quantity = max(dock.lines(order).items(), key=lambda line: line[1])
    over = dock.import_rows(row(order, sku, quantity + 1, shipment="D1"))
    assert f"only {quantity} may still be announced" in over.faults[0]
    assert dock.import_rows(row(order, sku, quantity, shipment="D2")).faults == ()
    (fault,) = dock.import_rows(row(order, sku, 1, shipment="D3")).faults
    assert "only 0 may still be announced" in fault


def test_of_a_file_with_a_fault_nothing_is_taken_or_the_good_shipments_are(dock: Dock) -> None:
    order = dock.order()
    sku = next(iter(dock.lines(order)))
    path = dock.file(
        row(order, sku, 1, shipment="good"), row(order, "stranger", 1, shipment="bad"), row("RNOBODY", sku, 1)
    )
    nothing = dock.bring(path)
    assert (nothing.taken, nothing.counts()) == (
        False,
        {"imported": 0, "already_there": 0, "refused": 2, "not_taken": 1},
    )
    assert dock.notices() == []
    assert [fault.split(":")[1] for fault in nothing.faults] == ["3", "4"]
    some = dock.bring(path, keep_good=True)
    assert (some.taken, some.counts()["imported"], some.faults) == (True, 1, nothing.faults)
    assert len(dock.notices()) == 1


def test_a_bad_line_alone_keeps_the_whole_file_out(dock: Dock) -> None:
    order = dock.order()
    sku = next(iter(dock.lines(order)))
    path = dock.file(row(order, sku, 1, shipment="good"), row(order, sku, 0, shipment="bad"))
    nothing = dock.bring(path)
    assert (nothing.counts()["not_taken"], dock.notices()) == (1, [])
    assert f"{path.name}:3: quantity" in nothing.faults[0]
    assert dock.bring(path, keep_good=True).counts()["imported"] == 1


def test_orders_of_another_company_are_refused_when_one_is_named(dock: Dock) -> None:
    order = dock.order()
    path = dock.file(row(order, next(iter(dock.lines(order))), 1))
    with pytest.raises(NotFoundError):
        dock.bring(path, company_id="nobody")
    assert dock.bring(path, company_id=dock.shop.company).faults == ()


def test_serialised_products_need_a_number_for_each_unit(dock: Dock) -> None:
    order = dock.order()
    sku = next(iter(dock.lines(order)))
    carry_serials(dock.folder / "products.csv", {sku: "imei"})
    assert "every unit carries a serial number" in dock.import_rows(row(order, sku, 1, shipment="D1")).faults[0]
    wrong = dock.import_rows(row(order, sku, 1, ("490154203237519",), shipment="D1"))
    assert "check digit" in wrong.faults[0]
    assert dock.import_rows(row(order, sku, 1, ("490154203237518",), shipment="D1")).faults == ()


def test_a_moment_with_a_zone_is_kept_in_the_companys_own_time(dock: Dock) -> None:
    order = dock.order()
    rows = row(order, next(iter(dock.lines(order))), 1, shipped_at="2026-03-02T15:30:00Z")
    (entry,) = dock.import_rows(rows).entries
    assert str(dock.notice(entry.shipment_number).shipped_at) == "2026-03-02 09:30:00"


def test_two_imports_of_one_file_at_once_make_each_notice_once(dock: Dock) -> None:
    order = dock.order()
    skus = list(dock.lines(order))[:3]
    path = dock.file(*(row(order, sku, 1, (f"S-{sku}",), shipment=f"D{sku}") for sku in skus))
    start = threading.Barrier(4)

    def one(number: int) -> dict[str, int]:
        start.wait(PATIENCE_SECONDS)
        return dock.bring(path, keep_good=bool(number % 2)).counts()

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(one, range(4)))
    assert sum(count["imported"] for count in counts) == len(skus) == len(dock.notices())
    assert sum(count["already_there"] for count in counts) == 3 * len(skus)


def test_one_serial_number_on_two_orders_at_once_goes_with_one_of_them(dock: Dock) -> None:
    orders = dock.shop.orders()
    start = threading.Barrier(2)
    paths = [dock.file(row(one, next(iter(dock.lines(one))), 1, ("S-1",))) for one in orders]

    def one(path: Path) -> tuple[dict[str, int], tuple[str, ...]]:
        start.wait(PATIENCE_SECONDS)
        found = dock.bring(path)
        return found.counts(), found.faults

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(one, paths))
    assert sorted(counts["imported"] for counts, _ in results) == [0, 1]
    (fault,) = [fault for _, faults in results for fault in faults]
    assert "S-1 is on shipment notice" in fault


def dropped(dock: Dock, name: str, *rows: str) -> Path:
    """Put a file into the drop folder."""
    folder = dock.folder / "drop"
    folder.mkdir(exist_ok=True)
    path = dock.file(*rows, name=name)
    return path.rename(folder / name)


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as complete at once."""
    monkeypatch.setattr("replenisher.workflows.dropped_files.QUIET_SECONDS", -1.0)


def test_a_dropped_file_is_imported_when_nobody_writes_to_it_any_more(dock: Dock) -> None:
    order = dock.order()
    path = dropped(dock, "new.csv", row(order, next(iter(dock.lines(order))), 1))
    assert (import_dropped_files(dock.shop.services), path.exists()) == ([], True)
    os.utime(path, (0, 0))  # an old file copied with its time is still being copied
    assert import_dropped_files(dock.shop.services) == []
    dock.shop.work(lambda: bool(import_dropped_files(dock.shop.services)))
    assert sorted(one.name for one in (dock.folder / "drop" / "done").iterdir()) == ["new.csv"]
    assert len(dock.notices()) == 1


@pytest.mark.usefixtures("quiet")
def test_a_refused_file_has_every_fault_beside_it_and_is_told_until_it_is_corrected(dock: Dock) -> None:
    order = dock.order()
    sku = next(iter(dock.lines(order)))
    dropped(dock, "monday.csv", row(order, sku, 1, shipment="D1"), row(order, "stranger", 1, shipment="D2"))
    import_dropped_files(dock.shop.services)
    refused = dock.folder / "drop" / "refused"
    assert sorted(one.name for one in refused.iterdir()) == ["monday.csv", "monday.txt"]
    told = (refused / "monday.txt").read_text().splitlines()
    assert told[0] == "shipments: 1 refused, 1 not taken; nothing was taken; 1 faults"
    assert told[1].startswith("monday.csv:3: ")
    (matter,) = dock.shop.matters("shipment_file")
    assert (matter.subject, "monday.csv:3" in matter.message) == ("monday.csv", True)
    dropped(dock, "monday.csv", row(order, sku, 1, shipment="D1"))
    import_dropped_files(dock.shop.services)
    assert dock.shop.matters("shipment_file") == []
    dropped(dock, "monday.csv", row(order, sku, 1, shipment="D1"))
    import_dropped_files(dock.shop.services)
    done = dock.folder / "drop" / "done"
    assert sorted(one.name for one in done.iterdir()) == ["monday-2.csv", "monday.csv"]
    assert len(dock.notices()) == 1


@pytest.mark.usefixtures("quiet")
def test_of_many_workers_one_takes_a_dropped_file(dock: Dock) -> None:
    order = dock.order()
    for place, sku in enumerate(list(dock.lines(order))[:3]):
        dropped(dock, f"{place}.csv", row(order, sku, 1, shipment=f"D{place}"))
    start = threading.Barrier(4)

    def one(_: int) -> list[str]:
        start.wait(PATIENCE_SECONDS)
        return [found.file for found in import_dropped_files(dock.shop.services)]

    with ThreadPoolExecutor(4) as pool:
        taken = [name for names in pool.map(one, range(4)) for name in names]
    assert sorted(taken) == ["0.csv", "1.csv", "2.csv"]
    assert len(dock.notices()) == 3


@pytest.mark.usefixtures("quiet")
def test_a_file_that_a_worker_left_in_the_middle_is_taken_up_again(dock: Dock) -> None:
    order = dock.order()
    path = dropped(dock, "left.csv", row(order, next(iter(dock.lines(order))), 1, shipment="D1"))
    dock.bring(path)  # imported, and then the worker died before it could move the file
    (dock.folder / "drop" / ".importing").mkdir()
    path.rename(dock.folder / "drop" / ".importing" / "left.csv")
    other = dropped(dock, "left.csv", row(order, next(iter(dock.lines(order))), 1, shipment="D2"))
    first = import_dropped_files(dock.shop.services)
    assert [found.counts()["already_there"] for found in first if found.file == "left.csv"][:1] == [1]
    import_dropped_files(dock.shop.services)
    assert not other.exists()
    assert len(dock.notices()) == 2


@pytest.mark.usefixtures("quiet")
def test_a_file_is_refused_when_its_companys_outlet_is_not_installed(open_shop: OpenShop, tmp_path: Path) -> None:
    shop = open_shop("--locations", "1", shipments={"drop_folder": "drop"}, company={"notices": {"outlet": "nowhere"}})
    dock = opened_dock(shop, tmp_path)
    rows = row(dock.order(), next(iter(dock.lines(dock.order()))), 1)
    with pytest.raises(ConfigurationError, match="no outlet 'nowhere' is installed; there are folder, platform, rec"):
        dock.import_rows(rows)
    dropped(dock, "a.csv", rows)
    (found,) = import_dropped_files(shop.services)
    assert "no outlet 'nowhere'" in found.faults[0]
    assert "no outlet 'nowhere'" in (tmp_path / "drop" / "refused" / "a.txt").read_text()


def test_a_notice_whose_serial_number_is_taken_by_now_does_not_stand_again(dock: Dock) -> None:
    first = dock.import_one(units=1, serials=("S-1",))
    with dock.shop.services.database.transaction() as session:
        assert move_by_hand(session, first, NoticeState.CANCELLED, name="cancelled", actor="person:ann")
    second = dock.import_one(units=1, serials=("s-1",))
    assert second.shipment_number != first.shipment_number
