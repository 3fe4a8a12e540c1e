"""Notices that go through no channel: kept, written as files, or given to an outlet that somebody installed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from replenisher.database.notices import NOTICES
from replenisher.errors import IllegalMoveError
from replenisher.workflows.ship.announce import announce_notice
from replenisher.workflows.ship.by_hand import cancel_notice, resend_notice
from replenisher.workflows.ship.settle import settle_notice
from tests.workflows.conftest import OpenShop
from tests.workflows.dock import Dock, opened_dock

WHY = {"actor": "person:ann", "reason": "the desk is open now"}


def dock_with(open_shop: OpenShop, folder: Path, outlet: str, **desk: bool) -> Dock:
    return opened_dock(open_shop("--locations", "1", company={"notices": {"outlet": outlet}}), folder, **desk)


def test_where_the_channel_takes_no_notices_they_are_recorded(open_shop: OpenShop, tmp_path: Path) -> None:
    dock = dock_with(open_shop, tmp_path, "platform", takes=False)
    notice = dock.import_one(units=1, serials=("S-1",))
    assert (notice.state, notice.next_at) == ("recorded", None)
    dock.shop.time_passes()
    announce_notice(dock.shop.services, notice.id)
    assert (dock.desk.held, dock.names(dock.notice(notice.shipment_number))) == ([], ["imported"])
    with pytest.raises(IllegalMoveError, match="can only be kept"):
        resend_notice(dock.shop.services, notice.shipment_number, **WHY)


def test_a_recorded_notice_is_sent_once_the_channel_takes_notices(open_shop: OpenShop, tmp_path: Path) -> None:
    dock = dock_with(open_shop, tmp_path, "platform", takes=False)
    notice = dock.import_one()
    dock.shop.services.channel(dock.shop.services.settings.companies[0])._replaced["takes_notices"] = True  # type: ignore[attr-defined]
    assert resend_notice(dock.shop.services, notice.shipment_number, **WHY).state == "ready"
    assert dock.work_until(notice, "sent").attempts == 1
    assert dock.desk.count(notice.shipment_number) == 1


def test_the_setting_may_keep_notices_although_the_channel_takes_them(open_shop: OpenShop, tmp_path: Path) -> None:
    dock = dock_with(open_shop, tmp_path, "record")
    notice = dock.import_one(units=1, serials=("S-1",))
    assert notice.state == "recorded"
    assert cancel_notice(dock.shop.services, notice.shipment_number, **WHY).state == "cancelled"
    assert dock.import_one(units=1, serials=("S-1",)).state == "recorded"


def test_the_folder_outlet_writes_one_file_for_each_notice(open_shop: OpenShop, tmp_path: Path) -> None:
    dock = dock_with(open_shop, tmp_path, "folder")
    notice = dock.work_until(dock.import_one(units=2, serials=("b", "A")), "sent")
    (file,) = (dock.shop.services.settings.data_folder / "notices").iterdir()
    assert file.name == f"{notice.shipment_number}.json"
    told = json.loads(file.read_text())
    assert (told["shipment_number"], told["shipped_at"]) == (notice.shipment_number, "2026-03-02T15:30:00")
    assert told["lines"] == [{"sku": told["lines"][0]["sku"], "quantity": 2, "serial_numbers": ["A", "b"]}]
    assert dock.desk.held == []


def test_a_folder_that_cannot_be_written_is_tried_again_and_told(open_shop: OpenShop, tmp_path: Path) -> None:
    dock = dock_with(open_shop, tmp_path, "folder")
    in_the_way = dock.shop.services.settings.data_folder / "notices"
    in_the_way.parent.mkdir(exist_ok=True)
    in_the_way.write_text("a file where the folder should be")
    notice = dock.import_one()
    dock.shop.work(lambda: bool(dock.shop.matters("notice_not_sent")))
    assert "the outlet folder failed: FileExistsError" in dock.shop.matters("notice_not_sent")[0].message
    in_the_way.unlink()
    assert dock.work_until(notice, "sent").state == "sent"
    assert dock.shop.matters() == []


def test_an_outlet_whose_worker_died_gets_the_notice_again(open_shop: OpenShop, tmp_path: Path) -> None:
    dock = dock_with(open_shop, tmp_path, "folder")
    notice = dock.import_one()
    with dock.shop.services.database.transaction() as session:
        assert NOTICES.claim_for_sending(session, notice.id, lease=0.01, at_once=8) is not None
    dock.shop.time_passes()
    settle_notice(dock.shop.services, notice.id)
    assert dock.notice(notice.shipment_number).state == "ready"
    assert dock.work_until(notice, "sent").attempts == 2


PACKAGE = {
    "METADATA": "Metadata-Version: 2.1\nName: our-outlets\nVersion: 1\n",
    "entry_points.txt": "[replenisher.notice_outlets]\nwarehouse = our_outlets:give\n",
}
"""A package with an outlet, as an installer would leave it."""


def test_an_installed_outlet_gets_the_notices_and_may_fail(open_shop: OpenShop, tmp_path: Path) -> None:
    package = tmp_path / "site"
    information = package / "our_outlets-1.dist-info"
    information.mkdir(parents=True)
    for name, content in PACKAGE.items():
        (information / name).write_text(content)
    (package / "our_outlets.py").write_text(
        "GIVEN = []\ndef give(notice):\n    GIVEN.append(notice)\n    if len(GIVEN) == 1:\n"
        "        raise RuntimeError('the warehouse is closed')\n    return 'kept'\n"
    )
    sys.path.insert(0, str(package))
    try:
        dock = dock_with(open_shop, tmp_path, "warehouse")
        notice = dock.work_until(dock.import_one(), "sent")
        import our_outlets  # type: ignore[import-not-found]

        assert [one.shipment_number for one in our_outlets.GIVEN] == [notice.shipment_number] * 2
        said = [event.evidence.get("message", "") for event in dock.events(notice)]
        assert any("the outlet warehouse failed: RuntimeError: the warehouse is closed" in text for text in said)
        assert dock.desk.held == []
    finally:
        sys.path.remove(str(package))
        sys.modules.pop("our_outlets", None)
