"""The reports beside inventory: whatever becomes of them, the plan stands, and a person hears what is missing."""

from __future__ import annotations

from datetime import date

import pytest

from replenisher.errors import UnavailableError
from replenisher.purchasing.platform import ReportWindow
from replenisher.workflows.plan.batch import plan_batch
from replenisher.workflows.plan.close import close_run
from replenisher.workflows.plan.start import start_run
from tests.patience import HURRY_SECONDS
from tests.workflows.altered import alter, real_channel
from tests.workflows.conftest import OpenShop
from tests.world import HASTY_CALLS

SIDE = {"reports": ["inventory", "sales", "receiving"]}
ONE_AFTER_ANOTHER = {"retail": {"threads": 1, **HASTY_CALLS, "read_attempts": 1}}
WEEK = ReportWindow(date(2026, 3, 1), date(2026, 3, 8))


def test_a_sales_report_that_hangs_neither_stops_nor_spoils_the_plan_and_is_told_until_it_is_read(
    open_shop: OpenShop,
) -> None:
    # Hanging reads of a batch take longer together than its lease: the plan must be safe before they begin.
    hanging = {"threads": 2, "connect_seconds": 3.0, "read_seconds": 3.0, "read_total_seconds": 3.0, "read_attempts": 1}
    shop = open_shop(
        "--locations",
        "4",
        times={"batch_lease": 5.0},
        work={"batch_locations": 4},
        company=SIDE,
        platforms={"retail": hanging},
    )
    shop.fault("product_sales", "accepted_then_timeout", count=None)
    run = shop.plan()
    assert shop.places(run) == dict.fromkeys(shop.locations, "planned")
    assert len(shop.orders(run)) == 4
    shop.work(lambda: len(shop.matters()) == 4)
    assert {(one.kind, one.report, one.location) for one in shop.matters()} == {
        ("report_not_read", "sales", location) for location in shop.locations
    }
    shop.world.admin.clear_faults()
    shop.plan()
    shop.work(lambda: shop.matters() == [])


@pytest.mark.parametrize("fault", ["error_503", "truncated_json", "throttled_429"])
def test_a_sales_report_that_fails_is_told_for_its_own_location_only(open_shop: OpenShop, fault: str) -> None:
    shop = open_shop("--locations", "2", company=SIDE)
    here = shop.locations[0]
    shop.fault("product_sales", fault, here, count=None, headers={"X-RateLimit-ResetSeconds": "60"})
    run = shop.plan()
    assert len(shop.orders(run)) == 2
    (matter,) = shop.matters()
    assert (matter.kind, matter.report, matter.location) == ("report_not_read", "sales", here)
    assert matter.message.startswith(f"location {here}, sales report: ")


def test_the_plan_is_safe_before_any_other_report_is_asked_for(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "2", company=SIDE)
    seen: list[dict[str, str]] = []

    def read_when_planned(*_: object) -> object:
        seen.append(shop.places(run))
        raise UnavailableError("no answer")

    alter(shop, sales=read_when_planned, receiving=read_when_planned)
    run = shop.open()
    start_run(shop.services, run)
    plan_batch(shop.services, run, 0)
    assert seen == [dict.fromkeys(shop.locations, "planned")] * 4
    close_run(shop.services, run)
    assert len(shop.orders(run)) == 2


def test_side_reports_that_the_archive_does_not_take_leave_the_plan_as_it_is(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "1", company=SIDE)
    folder = shop.world.folder / "var" / "archive"
    real = real_channel(shop)

    def read_and_break_the_archive(company: str, location: str, window: ReportWindow) -> object:
        folder.rename(folder.with_name("moved"))
        folder.write_text("a file where the archive's folder was")
        return real.sales(company, location, window)

    alter(shop, sales=read_and_break_the_archive)
    run = shop.open()
    start_run(shop.services, run)
    plan_batch(shop.services, run, 0)
    assert shop.places(run) == {shop.locations[0]: "planned"}
    folder.unlink()
    folder.with_name("moved").rename(folder)
    close_run(shop.services, run)
    assert (shop.run(run).state, len(shop.orders(run))) == ("closed", 1)


def test_reports_that_were_not_asked_for_in_time_are_not_asked_for_any_more(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "3", platforms=ONE_AFTER_ANOTHER)
    slow, *others = shop.locations
    shop.fault("inventory_report", "accepted_then_timeout", slow)
    found = real_channel(shop).inventory(shop.company, shop.locations, WEEK, within_seconds=HURRY_SECONDS)
    assert shop.calls("inventory_report") == 1
    assert isinstance(found[slow], UnavailableError)
    for location in others:
        assert isinstance(found[location], UnavailableError)
        assert "not asked for in time" in str(found[location])


def test_reports_have_all_the_time_they_need_when_no_time_is_given(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "3", platforms=ONE_AFTER_ANOTHER)
    slow, *others = shop.locations
    shop.fault("inventory_report", "accepted_then_timeout", slow)
    found = real_channel(shop).inventory(shop.company, shop.locations, WEEK)
    assert isinstance(found[slow], UnavailableError)
    assert not any(isinstance(found[location], Exception) for location in others)


def test_locations_whose_reports_came_too_late_for_a_batch_are_told_and_the_others_are_planned(
    open_shop: OpenShop,
) -> None:
    shop = open_shop(
        "--locations",
        "3",
        # Two fifths of it are for reading: the read that hangs ends after them, and before the lease.
        times={"batch_lease": 12.0},
        work={"batch_locations": 3},
        platforms={"retail": {**ONE_AFTER_ANOTHER["retail"], **dict.fromkeys(HASTY_CALLS, 5.5)}},
    )
    good, slow, late = shop.locations
    shop.fault("inventory_report", "accepted_then_timeout", slow, count=None)
    run = shop.plan()
    assert shop.places(run) == {good: "planned", slow: "refused", late: "refused"}
    assert "not asked for in time" in shop.matter("location_refused", late).message
    shop.world.admin.clear_faults()
    shop.plan()
    assert shop.matters("location_refused") == []
