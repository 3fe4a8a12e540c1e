"""The sales history as a person sees it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from replenisher.cli.history import LONGEST_BAR, bar
from replenisher.database import companies, sales_history, stock_outs
from replenisher.database.history_months import ensure_months
from replenisher.database.sales_history import Line, Pull
from replenisher.database.session import Database
from replenisher.database.stock_outs import Reading
from replenisher.planning.history import SALES_KINDS
from replenisher.purchasing.platform import Location, ReportWindow
from tests.cli.conftest import Typed
from tests.world import World

COMPANY, PLACE = "14146", "11412"
UTC_NOW = datetime.now(UTC)


@pytest.fixture
def today(dark_world: World, database: Database) -> date:
    """The newest day of the history: yesterday 6 sold, the day before 2 sold and 1 returned, then nothing on hand."""
    dark_world.write()
    last = UTC_NOW.date() + timedelta(days=1)  # of a platform whose clock is ahead, so that no zone matters
    lines = [
        Line(last - timedelta(days=2), "1", "00123", "sold/2/1/", "sold", 2),
        Line(last - timedelta(days=2), "2", "00123", "returned/1/1/", "returned", 1),
        Line(last - timedelta(days=1), "3", "00123", "sold/6/1/", "sold", 6),
    ]
    window = ReportWindow(last - timedelta(days=2), last)
    with database.transaction() as session:
        ensure_months(session, window.start, window.end)
        companies.record_locations(session, COMPANY, [Location(COMPANY, PLACE, "Main", PLACE, PLACE)])
        pull = Pull(COMPANY, PLACE, window, UTC_NOW, last, SALES_KINDS, whole_documents=True)
        sales_history.replace_window(session, pull, lines)
        stock_outs.record_reading(session, Reading(COMPANY, PLACE, last, UTC_NOW, ["00123"], []))
    return last


def test_each_day_is_shown_with_its_units_and_a_bar(typed: Typed, today: date) -> None:
    ended = typed(f"history show --location {PLACE} --sku 00123 --days 4")
    assert ended.code == 0, ended.said
    rows = {line.split()[0]: line for line in ended.out.splitlines() if line[:2] == "20"}
    assert list(rows) == [str(today - timedelta(days=back)) for back in (3, 2, 1, 0)]
    strokes = [row.count("█") for row in rows.values()]
    assert strokes == [0, round(LONGEST_BAR / 3), LONGEST_BAR, 0]
    assert "not known" in rows[str(today)]
    assert "not known" in rows[str(today - timedelta(days=3))]
    assert "sold out" in rows[str(today - timedelta(days=1))]
    assert "2 of 4 days count: 8 units, 4 a day" in ended.said


def test_json_and_csv_hold_every_kind(typed: Typed, today: date, dark_world: World) -> None:
    ended = typed(f"history show --location {PLACE} --sku 00123 --days 3 --json --csv days.csv")
    assert ended.code == 0, ended.said
    first = ended.data[0]
    assert first == {
        "business_date": str(today - timedelta(days=2)),
        "sold": 2,
        "returned": 1,
        "exchanged": 0,
        "transferred": 0,
        "other": 0,
        "demand": 2,
        "mark": "",
    }
    written = (dark_world.folder / "days.csv").read_text().splitlines()
    assert written[0] == ",".join(first)
    assert len(written) == 4


def test_a_company_may_subtract_what_came_back(typed: Typed, today: date, dark_world: World) -> None:
    dark_world.changes = {"companies": [dark_world.document()["companies"][0] | {"demand": {"returns": "subtract"}}]}
    dark_world.write()
    told = typed(f"history show --location {PLACE} --sku 00123 --days 3 --json").data
    assert [one["demand"] for one in told] == [1, 6, 0]


def test_a_sku_that_never_sold_has_days_of_nothing(typed: Typed, today: date) -> None:
    ended = typed(f"history show --location {PLACE} --sku NEVER --days 3 --company {COMPANY}")
    assert ended.code == 0
    assert "2 of 3 days count: 0 units" in ended.said


def test_a_location_that_nobody_knows_is_told(typed: Typed, today: date) -> None:
    for company in ("", f"--company {COMPANY}"):
        ended = typed(f"history show --location 1 --sku 00123 {company}")
        assert ended.code == 6
        assert "a location 1 that a run has listed" in ended.said


def test_lead_times_without_a_received_order_say_so(typed: Typed, today: date) -> None:
    ended = typed(f"history lead-times --company {COMPANY}")
    assert (ended.code, "was received in 366 days" in ended.said) == (0, True)
    assert typed(f"history lead-times --company {COMPANY} --json").data == []


def test_fetching_from_a_platform_that_does_not_answer_ends_as_such(typed: Typed, today: date) -> None:
    assert typed(f"history fetch --company {COMPANY} --from {today - timedelta(days=3)}").code == 5


@pytest.mark.parametrize(("units", "most", "strokes"), [(0, 0, 0), (0, 9, 0), (9, 9, LONGEST_BAR), (1, 1000, 1)])
def test_a_bar_is_as_long_as_its_share_and_any_units_have_a_stroke(units: int, most: int, strokes: int) -> None:
    assert len(bar(units, most)) == strokes
