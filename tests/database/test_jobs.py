"""Jobs that come round: one row each, held by one worker, due again when that worker dies, and none while paused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from replenisher.config.cadence import AtSlots, Cadence, Every
from replenisher.database import companies, due
from replenisher.database.job_models import CompanyJob
from replenisher.database.jobs import claim_job, ensure_jobs, finish_job, jobs_of
from replenisher.database.session import Database, Session
from tests.database.rows import COMPANY, at_once

LOOK, AUDIT = (COMPANY, "look"), (COMPANY, "audit")
WANTED: dict[tuple[str, str], Cadence] = {LOOK: Every(60)}
LATER = datetime(2100, 1, 1, tzinfo=UTC)


def set_up(database: Database, wanted: dict[tuple[str, str], Cadence] | None = None) -> None:
    with database.transaction() as session:
        ensure_jobs(session, WANTED if wanted is None else wanted)


def claimed(database: Database, *, lease: float = 60, key: tuple[str, str] = LOOK) -> CompanyJob | None:
    with database.transaction() as session:
        return claim_job(session, *key, lease=lease)


def stored(database: Database, key: tuple[str, str] = LOOK) -> CompanyJob:
    with database.transaction() as session:
        return session.get_one(CompanyJob, key)


def hinted(session: Session, *, rehint: float = 60, limit: int = 500) -> list[tuple[str, str]]:
    return due.hint_jobs(session, [COMPANY, "another"], rehint=rehint, limit=limit)


def run_out(database: Database) -> None:
    """Let the leases run out."""
    with database.transaction() as session:
        session.execute(text("UPDATE company_jobs SET lease_until = lease_until - interval '1 h', next_at = now()"))


def test_a_new_job_of_seconds_is_due_and_one_of_slots_waits(database: Database) -> None:
    set_up(database, {LOOK: Every(60), AUDIT: AtSlots("0 0 1 1 *", "UTC")})
    with database.transaction() as session:
        assert hinted(session) == [LOOK]
        assert [(row.job, row.cadence) for row in jobs_of(session, COMPANY)] == [
            ("audit", "0 0 1 1 * (UTC)"),
            ("look", "every 60 s"),
        ]
    assert claimed(database, key=AUDIT) is None


def test_setting_up_again_changes_nothing(database: Database) -> None:
    set_up(database)
    before = stored(database).next_at
    set_up(database)
    assert stored(database).next_at == before


def test_many_ticks_at_once_make_one_row(database: Database) -> None:
    at_once(database, 8, lambda session, _: ensure_jobs(session, WANTED))
    with database.transaction() as session:
        assert len(jobs_of(session, COMPANY)) == 1


def test_a_job_that_is_no_longer_configured_is_never_due_and_one_that_is_again_keeps_its_pace(
    database: Database,
) -> None:
    set_up(database)
    row = claimed(database)
    assert row is not None
    with database.transaction() as session:
        assert finish_job(session, row, next_at=LATER)
    set_up(database, {})
    assert stored(database).next_at is None
    assert claimed(database) is None
    set_up(database)
    next_at, started = stored(database).next_at, stored(database).last_started_at
    assert next_at is not None
    assert started is not None
    assert next_at - started == timedelta(seconds=60)


def test_a_changed_cadence_counts_at_once_but_not_while_a_worker_has_the_job(database: Database) -> None:
    set_up(database)
    row = claimed(database)
    assert row is not None
    with database.transaction() as session:
        held = stored(database).next_at
        ensure_jobs(session, {LOOK: AtSlots("0 0 1 1 *", "UTC")})
    assert stored(database).next_at == held
    with database.transaction() as session:
        assert finish_job(session, row, next_at=LATER)
        ensure_jobs(session, {LOOK: AtSlots("0 0 1 1 *", "UTC")})
    changed = stored(database)
    assert changed.cadence == "0 0 1 1 * (UTC)"
    assert changed.next_at is not None
    assert (changed.next_at.month, changed.next_at.day) == (1, 1)
    assert changed.next_at < LATER


def test_of_eight_workers_one_gets_the_job(database: Database) -> None:
    set_up(database)
    found = at_once(database, 8, lambda session, _: claim_job(session, *LOOK, lease=60))
    assert len([row for row in found if row is not None]) == 1


def test_a_worker_that_dies_leaves_the_job_due_again_and_its_late_end_counts_for_nothing(database: Database) -> None:
    set_up(database)
    dead = claimed(database)
    assert dead is not None
    assert claimed(database) is None
    run_out(database)
    with database.transaction() as session:
        assert hinted(session) == [LOOK]
    second = claimed(database)
    assert second is not None
    assert (second.fence, second.attempts) == (dead.fence + 1, 2)
    with database.transaction() as session:
        assert not finish_job(session, dead, next_at=LATER)
        assert finish_job(session, second, next_at=LATER)
    assert (stored(database).next_at, stored(database).attempts) == (LATER, 0)


def test_a_job_is_not_taken_while_its_lease_runs_even_if_its_time_is_set_earlier(database: Database) -> None:
    set_up(database)
    assert claimed(database) is not None
    with database.transaction() as session:
        session.execute(text("UPDATE company_jobs SET next_at = now()"))
    assert claimed(database) is None


def test_a_failure_is_kept_until_the_next_success(database: Database) -> None:
    set_up(database)
    for failures in (1, 2):
        row = claimed(database)
        assert row is not None
        with database.transaction() as session:
            assert finish_job(session, row, next_at=companies.now(session), error="answered 503")
        assert (stored(database).failures, stored(database).last_error) == (failures, "answered 503")
        assert stored(database).last_done_at is None
    row = claimed(database)
    assert row is not None
    with database.transaction() as session:
        assert finish_job(session, row, next_at=LATER)
    after = stored(database)
    assert (after.failures, after.last_error, after.attempts) == (0, None, 0)
    assert after.last_done_at is not None


def test_a_paused_company_s_jobs_wait_and_are_told_at_once_when_it_is_resumed(database: Database) -> None:
    set_up(database, {LOOK: Every(60), ("another", "look"): Every(60)})
    with database.transaction() as session:
        assert sorted(hinted(session)) == [LOOK, ("another", "look")]
        companies.pause(session, COMPANY, "wrong password")
        session.execute(text("UPDATE company_jobs SET hinted_at = NULL"))
        assert hinted(session) == [("another", "look")]
        assert claim_job(session, *LOOK, lease=60) is None
        session.execute(text("UPDATE company_jobs SET hinted_at = now()"))
        assert companies.resume(session, COMPANY)
        assert hinted(session) == [LOOK]
        assert claim_job(session, *LOOK, lease=60) is not None


def test_a_job_is_told_once_in_a_while_to_one_sweeper_and_only_of_configured_companies(database: Database) -> None:
    names = [f"job{number}" for number in range(30)]
    wanted: dict[tuple[str, str], Cadence] = {(COMPANY, name): Every(60) for name in names}
    set_up(database, {**wanted, ("left", "look"): Every(60)})
    found = at_once(database, 5, lambda session, _: hinted(session, limit=4))
    told = [job for some in found for job in some]
    assert len(told) == len(set(told)) == 20
    with database.transaction() as session:
        assert sorted({*told, *hinted(session)}) == sorted(wanted)
        assert hinted(session) == []
        assert len(hinted(session, rehint=-1)) == 30


@pytest.mark.parametrize("failures", [-1])
def test_failures_are_never_less_than_none(database: Database, failures: int) -> None:
    set_up(database)
    with pytest.raises(Exception, match="ck_company_jobs_failures"), database.transaction() as session:
        session.execute(text("UPDATE company_jobs SET failures = :failures"), {"failures": failures})
