"""Months of the history: made when needed, by one of several workers, and dropped whole when they are too old."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from replenisher.database.history_months import (
    TABLES,
    drop_months_before,
    ensure_months,
    first_of_month,
    months_there,
)
from replenisher.database.session import Database
from replenisher.errors import DatabaseError
from tests.database.history import History, day, days, line, pull
from tests.database.rows import at_once

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def there(database: Database) -> list[date]:
    with database.transaction() as session:
        return months_there(session)


@pytest.mark.parametrize(
    ("today", "later", "month"),
    [
        (date(2026, 3, 31), 0, MARCH),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 1, 31), -1, date(2025, 12, 1)),
        (date(2026, 3, 15), -25, date(2024, 2, 1)),
    ],
)
def test_a_month_so_many_months_later(today: date, later: int, month: date) -> None:
    assert first_of_month(today, later) == month


def test_months_are_made_from_the_first_day_s_to_the_last_day_s(history: History) -> None:
    with history.database.transaction() as session:
        made = ensure_months(session, date(2026, 4, 30), date(2026, 6, 1))
    assert len(made) == 2 * len(TABLES)
    assert there(history.database) == [date(2026, month, 1) for month in range(1, 7)]


def test_making_months_again_makes_none(history: History) -> None:
    with history.database.transaction() as session:
        assert ensure_months(session, MARCH, APRIL) == []


def test_workers_that_need_the_same_month_at_once_make_it_once(history: History) -> None:
    made = at_once(history.database, 4, lambda session, _: ensure_months(session, date(2027, 1, 1), date(2027, 1, 31)))
    assert sorted(map(len, made)) == [0, 0, 0, len(TABLES)]


def test_a_sale_of_a_month_that_is_not_there_is_not_written(history: History) -> None:
    with pytest.raises(IntegrityError, match="no partition"):
        history.told(pull(days(70, 71)), line(70))


def test_a_month_is_dropped_once_it_ended_before_the_day(history: History) -> None:
    history.told(pull(days(-1, 1)), line(-1), line(0))
    with history.database.transaction() as session:
        dropped = drop_months_before(session, MARCH)
    assert dropped == sorted(f"{table}_2026_{month}" for table in TABLES for month in ("01", "02"))
    assert there(history.database) == [MARCH, APRIL]
    assert history.lines() == {line(0)}
    with history.database.transaction() as session:
        assert drop_months_before(session, date(2026, 3, 31)) == []


def test_a_month_that_somebody_reads_is_dropped_another_time(history: History) -> None:
    with history.database.transaction() as reader:
        reader.execute(text("SELECT count(*) FROM sales_lines"))
        with pytest.raises(DatabaseError), history.database.transaction() as session:
            drop_months_before(session, MARCH)
    assert MARCH.replace(month=1) in there(history.database)
    with history.database.transaction() as session:
        assert drop_months_before(session, MARCH) != []


def test_a_month_can_be_made_while_another_is_written(history: History) -> None:
    with history.database.transaction() as writer:
        writer.execute(
            text("INSERT INTO history_days (company, location, business_date) VALUES ('1', '2', :day)"), {"day": day(0)}
        )
        with history.database.transaction() as session:
            assert len(ensure_months(session, date(2026, 9, 1), date(2026, 9, 1))) == len(TABLES)


def test_a_partition_that_names_no_month_is_told(history: History) -> None:
    odd = "CREATE TABLE sales_lines_odd_one PARTITION OF sales_lines FOR VALUES FROM ('2030-01-01') TO ('2030-02-01')"
    with history.database.transaction() as session:
        session.execute(text(odd))
    with history.database.transaction() as session, pytest.raises(DatabaseError, match="sales_lines_odd_one"):
        months_there(session)
    with history.database.transaction() as session:
        session.execute(text("DROP TABLE sales_lines_odd_one"))
