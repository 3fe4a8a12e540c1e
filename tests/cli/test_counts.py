"""Counts as a person imports and lists them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from replenisher.database.session import Database
from replenisher.database.stock_book import KeptStockBook
from replenisher.purchasing.platform import ReportWindow
from replenisher.purchasing.stock import Movement, MovementKind
from tests.cli.conftest import Typed
from tests.world import World

GUID = "3f2c9a51-7d1e-4c1b-9a55-0d6a1a0c7e42"
OTHER = "9c1f7a7e-51d0-4b5e-8a41-6f1d2f6a9b10"
STORE = "36"
YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)


def at(hour: int) -> datetime:
    """An hour of yesterday, by the company's clock."""
    return datetime.combine(YESTERDAY, time(hour))


@pytest.fixture
def counted_world(dark_world: World, dead_url: str) -> World:
    """A company over CMI beside one over REST; the platform does not answer."""
    (reported,) = dark_world.document()["companies"]
    account = {"url": f"{dead_url}VMIClientService.asmx", "vendor_id": OTHER, "username": "retailer"}
    dark_world.changes = {
        "platforms": {"retail": {"cmi": account | {"password": "${file:password}"}}},
        "companies": [reported, {**reported, "id": GUID, "channel": "cmi", "time_zone": "Etc/UTC"}],
    }
    (dark_world.folder / "products.csv").write_text("sku,case_pack\n00123,6\nNA,1\n")
    dark_world.write()
    return dark_world


@pytest.fixture
def open_book(counted_world: World, database: Database) -> KeptStockBook:
    """The store's book, opened some days ago."""
    book = KeptStockBook(database)
    book.post(GUID, STORE, days(5), [])
    return book


def days(count: int) -> ReportWindow:
    return ReportWindow(YESTERDAY - timedelta(days=count), YESTERDAY + timedelta(days=2))


def counts_file(world: World, *rows: tuple[str, int, datetime | date]) -> Path:
    """Write counts.csv with these SKUs, quantities and moments of the store."""
    path = world.folder / "counts.csv"
    lines = [f"{STORE},{sku},{quantity},{moment.isoformat()}" for sku, quantity, moment in rows]
    path.write_text("\n".join(["location,sku,quantity,counted_at", *lines, ""]))
    return path


def listed(typed: Typed, options: str = "") -> list[tuple[Any, ...]]:
    ended = typed(f"counts list --json {options}")
    assert ended.code == 0, ended.err
    return [(one["location"], one["sku"], one["quantity"], one["drift"]) for one in ended.data]


def test_counts_are_imported_once_for_the_only_company_that_counts(typed: Typed, counted_world: World, me: str) -> None:
    counts_file(counted_world, ("00123", 12, at(9)), ("NA", 0, YESTERDAY))
    ended = typed("counts import counts.csv")
    assert ended.code == 0, ended.said
    assert f"company {GUID}: 2 counts imported" in ended.said
    assert "there already" not in ended.said
    assert sorted(listed(typed)) == [(STORE, "00123", 12, None), (STORE, "NA", 0, None)]
    (counter,) = {one["imported_by"] for one in typed("counts list --json").data}
    assert counter == me
    again = typed(f"counts import counts.csv --company {GUID}")
    assert again.code == 0
    assert "0 counts imported, 2 were there already" in again.said
    assert len(listed(typed)) == 2


def test_another_quantity_for_the_same_moment_is_refused(typed: Typed, counted_world: World) -> None:
    counts_file(counted_world, ("00123", 12, at(9)))
    assert typed("counts import counts.csv").code == 0
    counts_file(counted_world, ("NA", 4, at(9)), ("00123", 13, at(9)))
    ended = typed("counts import counts.csv")
    assert ended.code == 3
    assert "counts.csv:3: quantity: 00123 at location 36 was counted as 12" in ended.said
    assert listed(typed) == [(STORE, "00123", 12, None)]


def test_every_bad_line_is_told_and_nothing_is_imported(typed: Typed, counted_world: World) -> None:
    path = counts_file(counted_world, ("00123", 12, at(9)), ("NA", -4, at(9)), ("B", 4, datetime(2026, 3, 31, 9)))  # noqa: DTZ001
    path.write_text(path.read_text().replace("2026-03-31", "31.03.2026"))
    ended = typed("counts import counts.csv")
    assert ended.code == 3
    assert 'counts.csv:3: quantity: "-4" is negative' in ended.said
    assert "counts.csv:4: counted_at:" in ended.said
    assert listed(typed) == []


def test_a_count_of_days_to_come_is_refused_with_its_line(typed: Typed, counted_world: World) -> None:
    counts_file(counted_world, ("00123", 12, at(9)), ("NA", 4, at(9) + timedelta(days=365)))
    ended = typed("counts import counts.csv")
    assert ended.code == 3
    assert "counts.csv:3: counted_at:" in ended.said
    assert "is in the future" in ended.said
    assert listed(typed) == []


def test_a_file_that_is_not_there_is_told(typed: Typed, counted_world: World) -> None:
    ended = typed("counts import nowhere.csv")
    assert ended.code == 3
    assert "nowhere.csv" in ended.said


def test_a_sku_that_the_products_file_does_not_list_is_a_warning_on_the_other_stream(
    typed: Typed, counted_world: World
) -> None:
    counts_file(counted_world, ("00123", 12, at(9)), ("123", 12, at(9)))
    ended = typed("counts import counts.csv --json")
    assert ended.code == 0
    assert [one["sku"] for one in ended.data] == ["00123", "123"]
    assert "warning: 1 SKU(s) that products.csv does not list: 123" in " ".join(ended.err.split())


def test_the_largest_differences_are_shown_and_a_platform_that_is_silent_is_a_warning(
    typed: Typed, counted_world: World, open_book: KeptStockBook
) -> None:
    counts_file(counted_world, ("00123", 40, at(9)), ("NA", 40, at(9)), ("EVEN", 40, at(9)))
    first = typed("counts import counts.csv")
    assert first.code == 0, first.said
    assert "drift" not in first.out, "there was nothing to compare the first counts with"
    sale = Movement(MovementKind.SALE, "INV1", "00123/1", "00123", 5, at(10))
    open_book.post(GUID, STORE, days(5), [sale])
    counts_file(counted_world, ("NA", 44, at(11)), ("EVEN", 40, at(11)), ("00123", 10, at(11)))
    ended = typed("counts import counts.csv")
    assert ended.code == 0, ended.said
    rows = [line.split() for line in ended.out.splitlines() if line.startswith(STORE)]
    assert [(row[1], row[-3], row[-2], row[-1]) for row in rows] == [
        ("00123", "10", "35", "-25"),
        ("NA", "44", "40", "+4"),
    ]
    assert f"warning: location {STORE}: its newest movements were not read" in " ".join(ended.err.split())
    told = typed("exceptions list --json").data
    assert [(one["kind"], one["company"], one["location"]) for one in told] == [("count_drift", GUID, STORE)]
    assert set(listed(typed, "--limit 3")) == {
        (STORE, "00123", 10, -25),
        (STORE, "EVEN", 40, 0),
        (STORE, "NA", 44, 4),
    }
    counts_file(counted_world, ("NA", 44, at(12)), ("00123", 10, at(12)))
    assert typed("counts import counts.csv").code == 0
    assert typed("exceptions list --json").data == []


def test_json_holds_each_new_count_with_what_was_derived(
    typed: Typed, counted_world: World, open_book: KeptStockBook
) -> None:
    counts_file(counted_world, ("00123", 40, at(9)))
    assert typed("counts import counts.csv").code == 0
    counts_file(counted_world, ("00123", 40, at(9)), ("00123", 41, at(10)))
    ended = typed("counts import counts.csv --json")
    assert ended.code == 0
    (told,) = ended.data
    moment = at(10).isoformat()
    assert told.pop("counted_at") in (moment, moment + "Z")
    assert told == {"location": STORE, "sku": "00123", "quantity": 41, "derived": 40, "drift": 1}


def test_only_the_largest_of_many_differences_are_shown(
    typed: Typed, counted_world: World, open_book: KeptStockBook
) -> None:
    skus = [f"SKU-{number:02}" for number in range(1, 24)]
    counts_file(counted_world, *((sku, 100, at(9)) for sku in skus))
    assert typed("counts import counts.csv").code == 0
    counts_file(counted_world, *((sku, 100 + place, at(10)) for place, sku in enumerate(skus, 1)))
    ended = typed("counts import counts.csv")
    shown = [line.split()[1] for line in ended.out.splitlines() if line.startswith(STORE)]
    assert shown == skus[:2:-1]
    assert "only the 20 largest of 23 differences are shown" in ended.said


def test_a_list_is_of_one_company_one_location_and_so_many(typed: Typed, counted_world: World) -> None:
    counts_file(counted_world, ("00123", 12, at(9)), ("NA", 3, at(9)))
    assert typed("counts import counts.csv").code == 0
    ended = typed(f"counts list --location {STORE}")
    assert ended.code == 0
    assert len([line for line in ended.out.splitlines() if line.startswith(STORE)]) == 2
    assert listed(typed, "--location 37") == []
    assert len(listed(typed, "--limit 1")) == 1


def test_a_company_whose_platform_reports_its_stock_is_refused(typed: Typed, counted_world: World) -> None:
    counts_file(counted_world, ("00123", 12, at(9)))
    for line in ("counts import counts.csv --company 14146", "counts list --company 14146"):
        ended = typed(line)
        assert ended.code == 6
        assert "counts are for channel cmi" in ended.said
    assert listed(typed) == []


def test_where_no_company_counts_or_two_do_the_command_says_which_there_are(typed: Typed, counted_world: World) -> None:
    counts_file(counted_world, ("00123", 12, at(9)))
    reported, counting = counted_world.changes["companies"]
    counted_world.changes = {**counted_world.changes, "companies": [counting, {**counting, "id": OTHER}]}
    counted_world.write()
    two = typed("counts import counts.csv")
    assert (two.code, f"{GUID}, {OTHER}" in two.said) == (6, True)
    counted_world.changes = {**counted_world.changes, "companies": [reported]}
    counted_world.write()
    none = typed("counts import counts.csv")
    assert (none.code, "(channel cmi): none" in none.said) == (6, True)
