"""What is remembered of reports: as much as judging needs, and for ever what a person accepted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError

from replenisher.database.report_memory import Judgement, accept, newest_locked, remember, remembered
from replenisher.database.report_models import JudgedReport
from replenisher.database.session import Database
from tests.database.rows import COMPANY, LOCATION, add_run

OTHER = "11413"
DAY = date(2026, 3, 2)
SOMEBODY_WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted) FROM pg_sleep(0.02)"


def judged(rows: int = 250, reason: str | None = None, location: str = LOCATION) -> Judgement:
    return Judgement(location, rows, 900, 120, 7, "f" * 64, DAY + timedelta(days=1), DAY, reason)


def run_with(database: Database, *judgements: Judgement, company: str = COMPANY) -> int:
    """A run that judged these reports."""
    with database.transaction() as session:
        run = add_run(session, company=company)
        remember(session, company, run, judgements)
    return run


def memory(database: Database, location: str = LOCATION, company: str = COMPANY) -> list[JudgedReport]:
    with database.transaction() as session:
        return remembered(session, company, [location]).get(location, [])


def accept_newest(database: Database, reason: str = "a new floor") -> None:
    with database.transaction() as session:
        report = newest_locked(session, COMPANY, LOCATION)
        assert report is not None
        accept(report, actor="person:anna", reason=reason)


def test_what_was_judged_is_read_back_with_its_verdict(database: Database) -> None:
    run = run_with(database, judged(), judged(3, "3 rows", OTHER))
    (good,), (bad,) = memory(database), memory(database, OTHER)
    told = (good.run_id, good.rows, good.on_hand, good.sold, good.report_days, good.fingerprint)
    assert told == (run, 250, 900, 120, 7, "f" * 64)
    assert (good.business_date, good.first_read_on) == (DAY + timedelta(days=1), DAY)
    assert [(one.verdict, one.reason) for one in (good, bad)] == [("planned", None), ("refused", "3 rows")]


def test_the_last_eight_planned_reports_and_the_newest_refused_one_stay(database: Database) -> None:
    for rows in range(1, 10):
        run_with(database, judged(rows), judged(rows, location=OTHER))
        run_with(database, judged(100 + rows, "doubtful"))
    kept = [(one.rows, one.verdict) for one in memory(database)]
    assert kept == [*((rows, "planned") for rows in range(2, 10)), (109, "refused")]
    assert [one.rows for one in memory(database, OTHER)] == list(range(2, 10))


def test_other_locations_and_companies_forget_nothing_by_it(database: Database) -> None:
    run_with(database, judged(1), judged(1, location=OTHER))
    run_with(database, judged(1), company="999")
    for rows in range(2, 12):
        run_with(database, judged(rows))
    assert [one.rows for one in memory(database, OTHER)] == [1]
    assert [one.rows for one in memory(database, company="999")] == [1]
    assert memory(database, "unheard-of") == []
    with database.transaction() as session:
        assert set(remembered(session, COMPANY)) == {LOCATION, OTHER}


def test_what_a_person_accepted_stays_for_ever(database: Database) -> None:
    run_with(database, judged(3, "3 rows"))
    accept_newest(database, "a new floor")
    for rows in range(1, 20):
        run_with(database, judged(rows))
    run_with(database, judged(4, "4 rows"))
    accept_newest(database, "the floor is closed")
    found = [one for one in memory(database) if one.verdict == "accepted"]
    assert [(one.rows, one.reason, one.accept_reason) for one in found] == [
        (3, "3 rows", "a new floor"),
        (4, "4 rows", "the floor is closed"),
    ]
    assert {one.accepted_by for one in found} == {"person:anna"}
    assert all(one.accepted_at is not None for one in found)


def test_a_report_that_is_accepted_while_a_batch_ends_is_not_forgotten_by_it(database: Database) -> None:
    run_with(database, judged(3, "3 rows"))
    with database.transaction() as session:
        later = add_run(session)

    def batch_ends() -> None:
        with database.transaction() as session:
            remember(session, COMPANY, later, [judged(2, "2 rows")])

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            report = newest_locked(session, COMPANY, LOCATION)
            assert report is not None
            accept(report, actor="person:anna", reason="a new floor")
            session.flush()
            batch = pool.submit(batch_ends)
            while not session.execute(text(SOMEBODY_WAITS)).scalar_one():
                assert not batch.done()
        batch.result(timeout=30)
    assert [(one.rows, one.verdict) for one in memory(database)] == [(3, "accepted"), (2, "refused")]


def test_nothing_judged_changes_nothing(database: Database) -> None:
    run_with(database, judged())
    run_with(database)
    assert len(memory(database)) == 1


def test_of_a_location_that_nobody_knows_there_is_no_newest_report(database: Database) -> None:
    with database.transaction() as session:
        assert newest_locked(session, COMPANY, "unheard-of") is None


def test_a_run_judges_a_location_once(database: Database) -> None:
    run = run_with(database, judged())
    with pytest.raises(IntegrityError), database.transaction() as session:
        remember(session, COMPANY, run, [judged()])


@pytest.mark.parametrize("verdict", ["accepted", "believed"])
def test_no_report_is_accepted_without_the_person_who_did_it(database: Database, verdict: str) -> None:
    run_with(database, judged(3, "3 rows"))
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.execute(update(JudgedReport).values(verdict=verdict))
