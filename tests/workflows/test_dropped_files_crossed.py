"""Drop folders in trouble: no file, folder or silent platform stops the files of anybody else, and a person hears."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from replenisher.database import companies
from replenisher.workflows.sell.drop_folder import import_dropped_sales
from replenisher.workflows.ship.drop_folder import import_dropped_files
from tests.workflows.shop import Shop
from tests.workflows.test_sale_orders import HEADER, SELLING, WebShop

OpenShop = Callable[..., Shop]


@pytest.fixture
def web(open_shop: OpenShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WebShop:
    monkeypatch.setattr("replenisher.workflows.dropped_files.QUIET_SECONDS", -1.0)
    drop = tmp_path / "drop"
    drop.mkdir()
    shop = open_shop("--locations", "1", company=SELLING, sale_orders={"drop_folder": str(drop)})
    return WebShop(shop, drop)


def waiting(web: WebShop) -> list[str]:
    return sorted(path.name for path in (web.folder / ".importing").iterdir())


def test_a_file_waits_until_the_platform_tells_the_locations_and_a_person_hears_why(web: WebShop) -> None:
    fault = {"operation": "enabled_locations", "fault": "error_503", "count": 4}
    web.shop.world.admin.add_faults(fault)
    web.write(web.row("WEB-1", web.skus()[0]), name="monday.csv")
    web.write(web.row("WEB-2", web.skus()[0]), name="tuesday.csv")
    assert import_dropped_sales(web.shop.services) == []
    assert waiting(web) == ["monday.csv", "tuesday.csv"]
    monday, tuesday = sorted(web.shop.matters("sale_order_file"), key=lambda matter: matter.subject)
    assert (monday.subject, tuesday.subject) == ("monday.csv", "tuesday.csv")
    assert "monday.csv waits in `.importing`" in monday.message
    assert "503" in monday.message
    web.shop.world.admin.clear_faults()
    assert [one.counts()["imported"] for one in import_dropped_sales(web.shop.services)] == [1, 1]
    assert (waiting(web), web.shop.matters("sale_order_file")) == ([], [])


def test_a_wrong_password_is_tried_once_and_pauses_the_company(web: WebShop) -> None:
    web.shop.world.changes["platforms"] = {"retail": {"username": "somebody else"}}
    web.shop.services.settings = web.shop.world.settings()  # type: ignore[misc]
    web.shop.services.forget_channel(web.shop.services.settings.companies[0])
    web.write(web.row("WEB-1", web.skus()[0]), name="monday.csv")
    assert import_dropped_sales(web.shop.services) == []
    with web.shop.services.database.transaction() as session:
        assert companies.pause_reason(session, web.shop.company) is not None
    tried = web.shop.calls("token")
    assert import_dropped_sales(web.shop.services) == []
    assert web.shop.calls("token") == tried
    assert waiting(web) == ["monday.csv"]


def test_a_file_whose_name_is_no_unicode_is_imported_like_any_other(web: WebShop) -> None:
    path = web.write(web.row("WEB-1", web.skus()[0]))
    path.rename(Path(os.fsdecode(os.fsencode(web.folder) + b"/caf\xe9.csv")))
    web.write(web.row("x" * 51, web.skus()[0]), name="refused.csv")
    Path(web.folder / "refused.csv").rename(Path(os.fsdecode(os.fsencode(web.folder) + b"/refus\xe9.csv")))
    good, bad = import_dropped_sales(web.shop.services)
    assert (good.file, good.counts()["imported"]) == ("caf\N{REPLACEMENT CHARACTER}.csv", 1)
    assert bad.file in web.shop.matters("sale_order_file")[0].subject
    assert (web.folder / "done" / good.file).is_file()


def test_a_folder_that_cannot_be_used_is_told_and_stops_no_other(
    open_shop: OpenShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("replenisher.workflows.dropped_files.QUIET_SECONDS", -1.0)
    bad, good = tmp_path / "shipments", tmp_path / "sales"
    for folder in (bad, good):
        folder.mkdir()
    (bad / ".importing").write_text("somebody's file")
    changes: dict[str, Any] = {"sale_orders": {"drop_folder": str(good)}, "shipments": {"drop_folder": str(bad)}}
    web = WebShop(open_shop("--locations", "1", company=SELLING, **changes), good)
    web.write(web.row("WEB-1", web.skus()[0]))
    assert import_dropped_files(web.shop.services) == []
    (matter,) = web.shop.matters("shipment_file")
    assert str(bad) in matter.message
    (taken,) = import_dropped_sales(web.shop.services)
    assert taken.counts()["imported"] == 1
    (bad / ".importing").unlink()
    assert import_dropped_files(web.shop.services) == []
    assert web.shop.matters("shipment_file") == []


def test_a_file_that_cannot_be_moved_on_waits_and_stops_no_other(web: WebShop) -> None:
    web.write(web.row("x" * 51, web.skus()[0]), name="bad.csv")
    web.write(web.row("WEB-1", web.skus()[0]), name="good.csv")
    (web.folder / "refused").write_text("somebody's file")
    (taken,) = import_dropped_sales(web.shop.services)
    assert (taken.file, waiting(web)) == ("good.csv", ["bad.csv"])
    (web.folder / "refused").unlink()
    (refused,) = import_dropped_sales(web.shop.services)
    assert (refused.file, waiting(web)) == ("bad.csv", [])
    (matter,) = web.shop.matters("sale_order_file")
    assert "printable_id has 51 characters" in matter.message


def test_a_hundred_thousand_rows_by_catalog_id_are_judged_in_seconds(web: WebShop) -> None:
    """Every product is found by an index: a long file must not outlast the time that a task has."""
    import time

    from replenisher.intake.sale_orders import read_sale_orders
    from replenisher.workflows.sell.sellers import sellers_of

    skus = [f"S{place:06}" for place in range(20_000)]
    ids = {sku: f"{place:08x}-0000-4000-8000-000000000000" for place, sku in enumerate(skus, 1)}
    products = web.shop.world.folder / "products.csv"
    products.write_text("sku,catalog_id\n" + "".join(f"{sku},{ids[sku]}\n" for sku in skus))
    rows = [f"{web.row(f'WEB-{place // 4}', '')},{ids[skus[place % 20_000]]}" for place in range(100_000)]
    (seller,) = sellers_of(web.shop.services, None)
    file = read_sale_orders(web.write(*rows, header=f"{HEADER},catalog_id"))
    started = time.monotonic()
    named = [seller.named(item) for one in file.orders for item in one.items]
    assert [item.sku for item in named[:3]] == skus[:3]
    assert (len(named), list(seller.contradictions(named))) == (100_000, [])
    assert time.monotonic() - started < 10
