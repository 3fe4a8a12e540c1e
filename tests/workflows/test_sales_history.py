"""The daemon's sales history: what each run pulls is kept once, corrected, and never spoilt by a bad answer."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import select

from replenisher.database import companies, history_months
from replenisher.database.history_models import DailySales
from replenisher.errors import IllegalMoveError, UnavailableError
from replenisher.purchasing.platform import ReportWindow
from replenisher.workflows.history.fetch import fetch_history, months_between
from replenisher.workflows.history.months import keep_months
from replenisher.workflows.history.read import read_demand, shown_days
from replenisher.workflows.history.record import Asked, record_lines
from replenisher.workflows.plan.reports import report_window
from tests.workflows.altered import Raised, alter, real_channel
from tests.workflows.conftest import OpenShop
from tests.workflows.shop import Shop

SALES = {"reports": ["inventory", "sales"]}
FEW = ("--companies", "1", "--locations", "2", "--skus", "12")
Sold = Counter[tuple[str, date, str]]


def kept(shop: Shop) -> Sold:
    """Units sold by location, day and SKU, as the history has them."""
    with shop.services.database.transaction() as session:
        rows = session.execute(select(DailySales)).scalars()
        return Counter({(row.location, row.business_date, row.sku): row.sold for row in rows if row.sold})


def window_of(shop: Shop) -> ReportWindow:
    company = shop.services.settings.companies[0]
    return report_window(company, real_channel(shop).platform_now())


def told(shop: Shop, window: ReportWindow) -> Sold:
    """The same as the platform tells it now."""
    found: Sold = Counter()
    for location in shop.locations:
        frame = real_channel(shop).sales(shop.company, location, window)
        for sku, units, action, moment in zip(
            frame["sku"], frame["quantity"], frame["action"], frame["sold_at"], strict=True
        ):
            if action == "sold":
                found[location, moment.date(), sku] += units
    return found


def now_of(shop: Shop) -> datetime:
    """PostgreSQL's time."""
    with shop.services.database.transaction() as session:
        return companies.now(session)


def plan(shop: Shop) -> None:
    """Plan, and let the side reports be read."""
    read = shop.calls("product_sales")
    shop.plan()
    shop.work_until_asked("product_sales", read + len(shop.locations))


def test_runs_on_the_following_days_keep_each_sale_once(open_shop: OpenShop) -> None:
    shop = open_shop(*FEW, company=SALES)
    plan(shop)
    first = window_of(shop)
    assert kept(shop) == told(shop, first) != Counter()
    shop.world.admin.advance(2)
    plan(shop)
    plan(shop)
    both = ReportWindow(first.start, window_of(shop).end)
    assert kept(shop) == told(shop, both)
    assert sum(kept(shop).values()) > 0


def test_an_answer_that_fails_or_tells_far_too_little_leaves_what_was_known(open_shop: OpenShop) -> None:
    shop = open_shop(*FEW, "--history-days", "28", company=SALES | {"report_days": 28})
    plan(shop)
    before = kept(shop)
    real = alter(shop, sales=Raised(UnavailableError("no answer")))
    shop.plan()
    shop.work(lambda: len(shop.matters("report_not_read")) == len(shop.locations))
    assert kept(shop) == before

    def nothing(company: str, location: str, window: ReportWindow) -> pd.DataFrame:
        return real.sales(company, location, window).iloc[:0]

    alter(shop, sales=nothing)
    shop.plan()
    shop.work(lambda: len(shop.matters("history_shrunk")) == len(shop.locations))
    assert kept(shop) == before
    assert "guards.minimum_rows_share = 0.6" in shop.matter("history_shrunk", shop.locations[0]).message
    alter(shop, sales=real.sales)
    shop.plan()
    shop.work(lambda: shop.matters("history_shrunk") == [])
    assert kept(shop) == before


def test_a_line_that_was_corrected_at_the_platform_is_corrected_here(open_shop: OpenShop) -> None:
    shop = open_shop(*FEW, company=SALES)
    plan(shop)
    before = kept(shop)
    real = real_channel(shop)

    def corrected(company: str, location: str, window: ReportWindow) -> pd.DataFrame:
        frame = real.sales(company, location, window)
        return frame.assign(quantity=frame["quantity"] + (frame["action"] == "sold").astype("int64"))

    alter(shop, sales=corrected)
    lines = Counter[tuple[str, date, str]]()
    for location in shop.locations:
        frame = real.sales(shop.company, location, window_of(shop))
        sold = frame[(frame["action"] == "sold").to_numpy()]
        lines.update((location, moment.date(), sku) for sku, moment in zip(sold["sku"], sold["sold_at"], strict=True))
    plan(shop)
    assert kept(shop) == before + lines


def test_an_answer_that_was_asked_for_before_the_newest_one_is_passed_over(open_shop: OpenShop) -> None:
    shop = open_shop(*FEW, company=SALES)
    plan(shop)
    before, window, here = kept(shop), window_of(shop), shop.locations[0]
    company = shop.services.settings.companies[0]
    nothing = real_channel(shop).sales(shop.company, here, window).iloc[:0]
    late = Asked("sales", window, datetime(2020, 1, 1, tzinfo=UTC), window.end)
    record_lines(shop.services, company, late, {here: nothing})
    assert kept(shop) == before
    day = ReportWindow(window.start, window.start)
    record_lines(shop.services, company, Asked("sales", day, now_of(shop), window.end), {here: nothing})
    assert kept(shop) == Counter({key: units for key, units in before.items() if key[:2] != (here, window.start)})


def test_a_line_without_a_date_is_told_in_the_log_and_belongs_to_no_day(
    open_shop: OpenShop, caplog: pytest.LogCaptureFixture
) -> None:
    shop = open_shop(*FEW)
    window, here = window_of(shop), shop.locations[0]
    frame = real_channel(shop).sales(shop.company, here, window)
    undated = frame.assign(sold_at=frame["sold_at"].where(frame.index > 0))
    asked = Asked("sales", window, now_of(shop), window.end)
    with caplog.at_level("WARNING"):
        record_lines(shop.services, shop.services.settings.companies[0], asked, {here: undated})
    assert "history_lines_without_date" in caplog.text
    first = frame.iloc[0]
    expected = told(shop, window)
    if first["action"] == "sold":
        expected[here, first["sold_at"].date(), first["sku"]] -= first["quantity"]
    assert kept(shop) == Counter({key: units for key, units in expected.items() if key[0] == here and units})


def test_what_was_shipped_to_other_locations_is_kept_beside_what_was_sold(open_shop: OpenShop) -> None:
    shop = open_shop(*FEW)
    window, (here, there) = window_of(shop), shop.locations
    moment = pd.Timestamp(window.end)
    frame = pd.DataFrame(
        {
            "transfer_id": ["9", "9"],
            "from_location": [here, there],
            "sku": ["A", "B"],
            "serial_numbers": ["", ""],
            "shipped": [4, 2],
            "shipped_at": pd.Series([moment, moment], dtype="datetime64[us]"),
        }
    )
    asked = Asked("transfers", window, now_of(shop), window.end)
    for _ in range(2):
        record_lines(shop.services, shop.services.settings.companies[0], asked, {here: frame})
    with shop.services.database.transaction() as session:
        rows = session.execute(select(DailySales)).scalars()
        assert [(row.location, row.sku, row.business_date, row.transferred, row.sold) for row in rows] == [
            (here, "A", window.end, 4, 0)
        ]


def test_shelves_that_a_run_found_empty_are_marked_and_days_that_are_not_over_do_not_count(
    open_shop: OpenShop,
) -> None:
    shop = open_shop(*FEW, company=SALES)
    real = real_channel(shop)
    sku = ""

    def emptied(company: str, locations: list[str], window: ReportWindow, **options: Any) -> Any:
        nonlocal sku
        read = real.inventory(company, locations, window, **options)
        changed = {}
        for location, (frame, stamp) in read.items():
            sku = sku or str(frame["sku"].iloc[0])
            here = (frame["sku"] == sku).to_numpy()
            changed[location] = (frame.assign(on_hand=frame["on_hand"].where(~here, 0)), stamp)
        return changed

    def unsold(company: str, location: str, window: ReportWindow) -> pd.DataFrame:
        frame = real.sales(company, location, window)
        return frame[(frame["sku"] != sku).to_numpy()].reset_index(drop=True)

    alter(shop, inventory=emptied, sales=unsold)
    plan(shop)
    today = window_of(shop).end
    company = shop.services.settings.companies[0]
    week = ReportWindow(today - timedelta(days=6), today)
    days = shown_days(shop.services, company, shop.locations[0], sku, week)
    assert [one.business_date for one in days] == [week.start + timedelta(days=number) for number in range(7)]
    assert [one.stock_out for one in days] == [False] * 6 + [True]
    assert [one.known for one in days] == [True] * 6 + [False]


def test_blocks_hold_every_series_once_at_its_place_with_what_was_sold(
    open_shop: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = open_shop(*FEW, company=SALES)
    plan(shop)
    window, sold = window_of(shop), kept(shop)
    company = shop.services.settings.companies[0]
    skus = sorted({sku for _, _, sku in sold} | {"never-sold"})
    series = [(location, sku) for sku in skus for location in shop.locations]
    for at_once in (10_000, 1):
        monkeypatch.setattr("replenisher.workflows.history.read.SERIES_AT_ONCE", at_once)
        blocks = list(read_demand(shop.services, company, series, window))
        assert len(blocks) == (1 if at_once > 1 else len(shop.locations))
        places = [place for block in blocks for place in block.places]
        assert sorted(places) == list(range(len(series)))
        for block in blocks:
            assert [series[place] for place in block.places] == block.series
            for row, (location, sku) in enumerate(block.series):
                units = {
                    (location, window.start + timedelta(days=number), sku): int(count)
                    for number, count in enumerate(block.demand.units[row])
                    if count
                }
                assert units == {key: count for key, count in sold.items() if (key[0], key[2]) == (location, sku)}
    assert list(read_demand(shop.services, company, [], window)) == []


def test_older_days_are_fetched_month_by_month(open_shop: OpenShop) -> None:
    shop = open_shop(*FEW, "--history-days", "40")
    company = shop.services.settings.companies[0]
    today = window_of(shop).end
    first = today - timedelta(days=40)
    done: list[tuple[int, int]] = []
    found = fetch_history(shop.services, company, first, None, only=None, tell=lambda now, of: done.append((now, of)))
    windows = list(months_between(first, today))
    assert (found.locations, found.windows, found.failed) == (2, 2 * len(windows), {})
    assert done[-1] == (2 * len(windows), 2 * len(windows))
    assert kept(shop) == told(shop, ReportWindow(first, today)) != Counter()


def test_a_month_that_cannot_be_fetched_is_told_and_stops_no_other(open_shop: OpenShop) -> None:
    shop = open_shop(*FEW)
    company = shop.services.settings.companies[0]
    today = window_of(shop).end
    real, asked = real_channel(shop), []

    def once(company_id: str, location: str, window: ReportWindow) -> pd.DataFrame:
        asked.append(location)
        if len(asked) == 1:
            raise UnavailableError("no answer")
        return real.sales(company_id, location, window)

    alter(shop, sales=once)
    found = fetch_history(shop.services, company, today, today, only=[*shop.locations, "0"], tell=lambda *_: None)
    assert found.windows == 1
    assert found.failed == {
        "0": "the retailer has not enabled this location",
        f"location {shop.locations[0]}, {today} to {today}": "no answer",
    }


def test_days_that_are_to_come_or_no_longer_kept_are_not_fetched(open_shop: OpenShop) -> None:
    shop = open_shop(*FEW)
    company = shop.services.settings.companies[0]
    today = window_of(shop).end
    tomorrow, long_ago = today + timedelta(days=1), today - timedelta(days=1500)
    for start, end in ((tomorrow, None), (long_ago, None), (today, today - timedelta(days=1)), (today, tomorrow)):
        with pytest.raises(IllegalMoveError, match="cannot be fetched"):
            fetch_history(shop.services, company, start, end, only=None, tell=lambda *_: None)


def test_months_are_windows_of_one_month_each() -> None:
    cut = list(months_between(date(2026, 1, 30), date(2026, 3, 1)))
    assert [(one.start.isoformat(), one.end.isoformat()) for one in cut] == [
        ("2026-01-30", "2026-01-31"),
        ("2026-02-01", "2026-02-28"),
        ("2026-03-01", "2026-03-01"),
    ]


def test_the_daemon_makes_the_coming_month_and_drops_those_that_are_no_longer_kept(open_shop: OpenShop) -> None:
    shop = open_shop(*FEW, history={"months": 13})
    with shop.services.database.transaction() as session:
        today = companies.now(session).date()
        oldest = history_months.first_of_month(today, -13)
        history_months.ensure_months(session, oldest - timedelta(days=1), oldest)
    keep_months(shop.services)
    keep_months(shop.services)
    with shop.services.database.transaction() as session:
        there = history_months.months_there(session)
    assert there[0] == oldest
    assert history_months.first_of_month(today) in there
    assert history_months.first_of_month(today + timedelta(days=10)) in there
