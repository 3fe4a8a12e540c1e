"""Since when a SKU is listed at a location: the first report tells no ages, later ones tell what is new."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from replenisher.database.history_models import Listing
from replenisher.database.listings import FirstDays, first_days, record_listed
from replenisher.database.session import Database
from tests.database.history import COMPANY, LOCATION, day


def listed(database: Database, number: int, *skus: str, location: str = LOCATION, company: str = COMPANY) -> None:
    """Write that a report of the day so many days after the first lists these."""
    with database.transaction() as session:
        record_listed(session, company, location, day(number), skus)


def known(database: Database, *locations: str, company: str = COMPANY) -> FirstDays:
    with database.transaction() as session:
        return first_days(session, company, locations or (LOCATION,))


def at(location: str = LOCATION, **days: date | None) -> FirstDays:
    return {(location, sku): first for sku, first in days.items()}


def test_what_the_first_report_of_a_location_lists_is_old(database: Database) -> None:
    listed(database, 5, "A", "B")
    assert known(database) == at(A=None, B=None)


def test_what_a_later_report_lists_first_is_new_on_its_day(database: Database) -> None:
    listed(database, 5, "A")
    listed(database, 6, "A", "B")
    listed(database, 9, "A", "B", "C")
    assert known(database) == at(A=None, B=day(6), C=day(9))


def test_a_report_that_is_written_twice_changes_nothing(database: Database) -> None:
    for number in (5, 5, 6, 6):
        listed(database, number, "A", *(["B"] if number > 5 else []))
    assert known(database) == at(A=None, B=day(6))


def test_a_second_report_of_the_very_first_day_tells_what_is_new_too(database: Database) -> None:
    listed(database, 5, "A")
    listed(database, 5, "A", "B")
    assert known(database) == at(A=None, B=day(5))


def test_a_sku_that_leaves_the_report_and_comes_back_keeps_its_first_day(database: Database) -> None:
    listed(database, 0, "A")
    listed(database, 1, "A", "B")
    listed(database, 2, "A")
    listed(database, 3, "A", "B")
    assert known(database) == at(A=None, B=day(1))


def test_a_report_of_an_older_day_that_is_written_late_moves_no_first_day(database: Database) -> None:
    listed(database, 5, "A")
    listed(database, 6, "A", "B")
    listed(database, 4, "A", "B", "C")
    assert known(database) == at(A=None, B=day(6), C=day(4))


def test_each_location_and_each_company_has_a_first_report_of_its_own(database: Database) -> None:
    listed(database, 5, "A")
    listed(database, 6, "A", "B", location="16")
    listed(database, 6, "B", company="999")
    assert known(database, LOCATION, "16") == at(A=None) | at("16", A=None, B=None)
    assert known(database, company="999") == at(B=None)
    assert known(database, "17") == {}
    assert known(database, "17", company="1") == {}


def test_an_empty_report_is_no_first_report(database: Database) -> None:
    listed(database, 5)
    listed(database, 6, "A")
    assert known(database) == at(A=None)


def test_ids_are_text_whatever_they_look_like(database: Database) -> None:
    listed(database, 5, "00123", "123", "É", "=A1")
    assert set(known(database)) == {(LOCATION, sku) for sku in ("00123", "123", "É", "=A1")}


@given(st.lists(st.sets(st.sampled_from("ABCDE")), max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_every_sku_has_the_day_on_which_it_was_first_there(database: Database, reports: Sequence[set[str]]) -> None:
    with database.transaction() as session:
        session.execute(delete(Listing))
    expected: dict[str, date | None] = {}
    for number, skus in enumerate(reports):
        first = day(number) if expected else None
        expected |= {sku: first for sku in skus if sku not in expected}
        listed(database, number, *sorted(skus))
    assert known(database) == at(**expected)
