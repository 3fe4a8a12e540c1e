"""Counts of stock that no report tells: written once, told with their drift, refused where they cannot be right."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from replenisher.database.stock_book import latest_counts
from replenisher.embedded import EmbeddedServers
from replenisher.errors import IllegalMoveError, NotFoundError, PlannerFileError
from replenisher.workflows.counts import Counted, CountsImported, counting_company, import_counts
from tests.workflows.counted_shop import CountedShop, opened_counted_shop
from tests.workflows.shop import Shop, opened_shop

HEADER = ("location", "sku", "quantity", "counted_at")
SHELF = "SHELF-1"
"""A SKU that the sandbox does not sell, so that nothing but counts changes it."""
NEVER_SOLD = ("--daily-sales", "0")


@pytest.fixture
def shop(tmp_path: Path, database_url: str, servers: EmbeddedServers) -> Iterator[CountedShop]:
    """A company whose shelves nobody has counted yet."""
    with opened_counted_shop(tmp_path, database_url, servers.broker_url, *NEVER_SOLD) as opened:
        yield opened


@pytest.fixture
def open_book(shop: CountedShop) -> CountedShop:
    """The same after its first run, which opened the book."""
    shop.plan()
    return shop


def yesterday_at(hour: int) -> datetime:
    """An hour of yesterday by the company's clock, which shows UTC; the book of a first run has the whole day."""
    return datetime.combine(datetime.now(UTC).date() - timedelta(days=1), time(hour))


def counts_file(shop: Shop, *rows: tuple[str, str, int, datetime]) -> Path:
    path = shop.world.folder / "counted.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEADER, *((*row[:3], row[3].isoformat()) for row in rows)])
    return path


def count(shop: CountedShop, quantity: int, moment: datetime, sku: str = SHELF) -> CountsImported:
    """Import one count of the first location."""
    path = counts_file(shop, (shop.locations[0], sku, quantity, moment))
    return import_counts(shop.services, path, actor="test")


def kept(shop: CountedShop) -> set[tuple[str, str, int]]:
    with shop.services.database.transaction() as session:
        return {(one.location, one.sku, one.quantity) for one in latest_counts(session, shop.company, limit=1000)}


def test_a_file_is_imported_once_and_the_same_file_again_changes_nothing(shop: CountedShop) -> None:
    first = shop.count_shelves()
    rows = sum(len(shop.shelves(location)) for location in shop.locations)
    assert (len(first.counted), first.already_there, first.warnings) == (rows, 0, ())
    before = kept(shop)
    again = shop.count_shelves()
    assert (again.counted, again.already_there) == ((), rows)
    assert kept(shop) == before
    assert len(before) == rows


def test_another_quantity_for_the_same_moment_is_refused_with_its_line_and_nothing_of_the_file_is_imported(
    shop: CountedShop,
) -> None:
    here, there = shop.locations[:2]
    count(shop, 40, yesterday_at(9))
    path = counts_file(shop, (there, SHELF, 7, yesterday_at(9)), (here, SHELF, 41, yesterday_at(9)))
    with pytest.raises(PlannerFileError) as refused:
        import_counts(shop.services, path, actor="test")
    (fault,) = refused.value.faults
    assert (fault.line, fault.column) == (3, "quantity")
    assert "was counted as 40" in fault.message
    assert "not as 41" in fault.message
    assert kept(shop) == {(here, SHELF, 40)}
    # At a moment of its own the corrected count is welcome.
    assert len(count(shop, 41, yesterday_at(10)).counted) == 1


def test_every_bad_line_is_told_and_no_good_one_is_imported(shop: CountedShop) -> None:
    here = shop.locations[0]
    path = shop.world.folder / "counted.csv"
    path.write_text(f"{','.join(HEADER)}\n{here},A,5,2026-03-31\n{here},B,-1,2026-03-31\n{here},C,5,31.03.2026\n")
    with pytest.raises(PlannerFileError) as refused:
        import_counts(shop.services, path, actor="test")
    assert [(fault.line, fault.column) for fault in refused.value.faults] == [(3, "quantity"), (4, "counted_at")]
    assert kept(shop) == set()


def test_a_count_of_days_to_come_is_refused_and_one_by_a_clock_some_hours_ahead_is_not(shop: CountedShop) -> None:
    now = shop.services.channel(counting_company(shop.services.settings, None)).platform_now().replace(tzinfo=None)
    with pytest.raises(PlannerFileError, match="is in the future") as refused:
        count(shop, 40, now + timedelta(days=1, minutes=5))
    assert [(fault.line, fault.column) for fault in refused.value.faults] == [(2, "counted_at")]
    assert kept(shop) == set()
    assert len(count(shop, 40, now + timedelta(hours=23)).counted) == 1


def test_locations_and_skus_that_nobody_knows_are_warned_of_and_imported(open_book: CountedShop) -> None:
    shop = open_book
    known = next(iter(shop.shelves(shop.locations[0])))
    moment = yesterday_at(9)
    path = counts_file(shop, ("99", known, 5, moment), (shop.locations[0], SHELF, 5, moment))
    result = import_counts(shop.services, path, actor="test")
    assert len(result.counted) == 2
    assert len(result.warnings) == 2
    locations, skus = result.warnings
    assert locations == f"locations that company {shop.company} does not have: 99"
    assert skus == f"1 SKU(s) that products.csv does not list: {SHELF}"


def test_before_the_first_run_nothing_was_derived_and_the_platform_is_not_asked(shop: CountedShop) -> None:
    path = counts_file(
        shop,
        (shop.locations[0], SHELF, 40, yesterday_at(9) - timedelta(days=2)),
        (shop.locations[0], SHELF, 10, yesterday_at(9)),
    )
    result = import_counts(shop.services, path, actor="test")
    assert [one.derived for one in result.counted] == [None, None]
    assert shop.matters("count_drift") == []
    assert shop.calls("cmi.GetProductSalesReport") == 0


def test_a_count_is_told_with_the_units_that_it_differs_from_what_was_derived(open_book: CountedShop) -> None:
    shop = open_book
    first = count(shop, 40, yesterday_at(9))
    second = count(shop, 42, yesterday_at(10))
    assert first.counted == (Counted(shop.locations[0], SHELF, yesterday_at(9), 40, None),)
    assert second.counted == (Counted(shop.locations[0], SHELF, yesterday_at(10), 42, 40),)
    assert [one.drift for one in (*first.counted, *second.counted)] == [None, 2]
    with shop.services.database.transaction() as session:
        newest, _ = latest_counts(session, shop.company, limit=2)
    assert (newest.drift, newest.imported_by) == (2, "test")


def test_several_counts_of_one_file_are_each_compared_with_the_one_before_it(open_book: CountedShop) -> None:
    shop = open_book
    here = shop.locations[0]
    path = counts_file(shop, (here, SHELF, 33, yesterday_at(11)), (here, SHELF, 40, yesterday_at(9)))
    result = import_counts(shop.services, path, actor="test")
    assert [(one.quantity, one.drift) for one in result.counted] == [(40, None), (33, -7)]


def count_twice(shop: CountedShop, pairs: dict[str, tuple[int, int]]) -> CountsImported:
    """Count the first location's SKUs as the first of each pair, and an hour later as the second."""
    here = shop.locations[0]
    for hour, place in ((9, 0), (10, 1)):
        path = counts_file(shop, *((here, sku, pair[place], yesterday_at(hour)) for sku, pair in pairs.items()))
        result = import_counts(shop.services, path, actor="test")
    return result


def test_a_drift_at_the_limit_is_nobodys_matter(open_book: CountedShop) -> None:
    pairs = {"S1": (4, 6), "S2": (4, 2), "S3": (200, 220), "S4": (200, 180), "S5": (0, 2), "S6": (20, 22)}
    result = count_twice(open_book, pairs)
    assert [one.drift for one in result.counted] == [2, -2, 20, -20, 2, 2]
    assert open_book.matters("count_drift") == []


def test_a_drift_above_the_limit_is_a_matter_until_a_count_agrees(open_book: CountedShop) -> None:
    shop = open_book
    pairs = {"S1": (4, 7), "S2": (4, 0), "S3": (200, 221), "S4": (200, 178), "S5": (0, 5)}
    count_twice(shop, pairs)
    matter = shop.matter("count_drift", shop.locations[0])
    assert matter.message.endswith("5 SKU(s) were counted otherwise than derived (S4 -22, S3 +21, S5 +5, S2 -4, S1 +3)")
    again = counts_file(shop, *((shop.locations[0], sku, pair[1], yesterday_at(11)) for sku, pair in pairs.items()))
    import_counts(shop.services, again, actor="test")
    assert shop.matters("count_drift") == []


def test_one_matter_a_location_names_its_largest_drifts_first(open_book: CountedShop) -> None:
    drifts = {"S1": 3, "S2": -9, "S3": 30, "S4": 4, "S5": -5, "S6": 6, "S7": 1}
    count_twice(open_book, {sku: (10, 10 + drift) for sku, drift in drifts.items()})
    (matter,) = open_book.matters("count_drift")
    assert matter.location == open_book.locations[0]
    assert matter.message.endswith(
        "6 SKU(s) were counted otherwise than derived (S3 +30, S2 -9, S6 +6, S5 -5, S4 +4, …)"
    )


def test_drift_is_told_against_every_movement_until_the_count(
    tmp_path: Path, database_url: str, servers: EmbeddedServers
) -> None:
    with opened_counted_shop(tmp_path, database_url, servers.broker_url) as shop:
        shop.count_shelves()
        shop.plan()
        shop.world.admin.advance(2)
        here = shop.locations[0]
        channel = shop.services.channel(shop.services.settings.companies[0])
        channel.locations(shop.company)
        moment = channel.platform_now().replace(tzinfo=None)
        shelves = {sku: max(0, units) for sku, units in shop.shelves(here).items()}
        before = {sku: one.on_hand for sku, one in shop.book(here).items()}
        assert before != shelves, "the book is two days behind"
        path = counts_file(shop, *((here, sku, units + 1, moment) for sku, units in shelves.items()))
        result = import_counts(shop.services, path, actor="test")
        assert result.warnings == ()
        assert {one.sku: one.derived for one in result.counted} == shop.shelves(here)


def test_a_platform_that_does_not_answer_is_a_warning_and_the_counts_are_imported(open_book: CountedShop) -> None:
    shop = open_book
    shop.world.admin.add_faults({"operation": "cmi.GetProductSalesReport", "fault": "error_503", "count": None})
    result = count(shop, 40, yesterday_at(9))
    assert len(result.counted) == 1
    (warning,) = [one for one in result.warnings if one.startswith("location")]
    assert warning.startswith(f"location {shop.locations[0]}: its newest movements were not read")


def test_the_only_counted_company_needs_no_name_and_of_two_one_must_be_named(shop: CountedShop) -> None:
    settings = shop.services.settings
    (company,) = settings.companies
    other = company.model_copy(update={"id": "00000000-0000-4000-8000-000000000002"})
    both = settings.model_copy(update={"companies": (company, other)})
    assert counting_company(settings, None) == company
    assert counting_company(both, other.id) == other
    with pytest.raises(NotFoundError, match=f"{company.id}, {other.id}"):
        counting_company(both, None)


def test_a_company_whose_platform_reports_its_stock_is_refused(
    tmp_path: Path, database_url: str, servers: EmbeddedServers
) -> None:
    with opened_shop(tmp_path, database_url, servers.broker_url) as reported:
        path = counts_file(reported, (reported.locations[0], SHELF, 1, yesterday_at(9)))
        with pytest.raises(IllegalMoveError, match="reported by its platform"):
            import_counts(reported.services, path, actor="test", company_id=reported.company)
        with pytest.raises(NotFoundError, match="none"):
            import_counts(reported.services, path, actor="test")
