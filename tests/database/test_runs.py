"""One run for one slot, one worker for one batch, and a run that becomes due exactly once when its last batch is in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from replenisher.database import companies, run_batches, runs
from replenisher.database.models import PlanningRun, RunBatch
from replenisher.database.session import Database, Session
from tests.database.rows import COMPANY, SLOT, add_run, at_once, make_due

LEASE = 300.0


def opened(session: Session, slot: datetime = SLOT, *, company: str = COMPANY, kind: str = "scheduled") -> int | None:
    return runs.open_run(
        session, company=company, kind=kind, slot=slot, cut_off_seconds=3600, engine_version="0", only_locations=None
    )


def reading_run(database: Database, batches: list[list[str]]) -> int:
    """A run whose batches are due and which itself waits for its cut-off."""
    with database.transaction() as session:
        run = add_run(session, state="reading")
        session.execute(text("UPDATE planning_runs SET next_at = clock_timestamp() + interval '1 hour'"))
        run_batches.add_batches(session, run, batches)
    return run


def stored_run(database: Database, run_id: int) -> PlanningRun:
    with database.transaction() as session:
        return session.get_one(PlanningRun, run_id)


def is_due(database: Database, run_id: int) -> bool:
    with database.transaction() as session:
        query = text("SELECT next_at <= clock_timestamp() FROM planning_runs WHERE id = :id")
        return bool(session.execute(query, {"id": run_id}).scalar_one())


def claimed_batch(database: Database, run_id: int, number: int, lease: float = LEASE) -> RunBatch:
    with database.transaction() as session:
        batch = run_batches.claim_batch(session, run_id, number, lease=lease)
    assert batch is not None
    return batch


def claimed_run(database: Database, run_id: int, state: str) -> PlanningRun:
    with database.transaction() as session:
        make_due(session, PlanningRun, run_id)
        run = runs.claim_run(session, run_id, states=[state], lease=LEASE)
    assert run is not None
    return run


def test_a_slot_is_run_once(database: Database) -> None:
    with database.transaction() as session:
        first = opened(session)
        assert first is not None
        assert opened(session) is None
    with database.transaction() as session:
        session.execute(text("UPDATE planning_runs SET state = 'closed'"))
        assert opened(session) is None
        assert opened(session, SLOT + timedelta(days=1)) is not None


def test_a_company_has_one_open_run(database: Database) -> None:
    with database.transaction() as session:
        run = opened(session)
        assert run is not None
        assert opened(session, kind="manual") is None
        assert opened(session, company="another") is not None
        found = runs.open_run_of(session, COMPANY)
        assert found is not None
        assert (found.id, found.state) == (run, "open")


def test_eight_schedulers_that_open_one_slot_make_one_run(database: Database) -> None:
    for day in range(5):
        slot = SLOT + timedelta(days=day)
        found = at_once(database, 8, lambda session, _, slot=slot: opened(session, slot))  # type: ignore[misc]
        (run,) = [run for run in found if run is not None]
        with database.transaction() as session:
            count = text("SELECT count(*) FROM planning_runs WHERE slot = :slot")
            assert session.execute(count, {"slot": slot}).scalar_one() == 1
            session.execute(text("UPDATE planning_runs SET state = 'closed' WHERE id = :id"), {"id": run})


def test_skipped_slots_are_written_once_and_never_run(database: Database) -> None:
    missed = [SLOT + timedelta(days=day) for day in range(3)]
    with database.transaction() as session:
        assert runs.last_slot(session, COMPANY) is None
        for _ in range(2):
            runs.record_skipped(session, company=COMPANY, slots=missed, engine_version="0", reason="a later one came")
        runs.record_skipped(session, company=COMPANY, slots=[], engine_version="0", reason="none")
        assert [opened(session, slot) for slot in missed] == [None] * 3
        assert runs.last_slot(session, COMPANY) == missed[-1]
        assert runs.latest_runs(session) == []
        assert runs.open_run_of(session, COMPANY) is None


def test_a_manual_run_does_not_hide_the_last_scheduled_slot(database: Database) -> None:
    with database.transaction() as session:
        add_run(session, slot=SLOT)
        add_run(session, slot=SLOT + timedelta(days=400), kind="manual")
        assert runs.last_slot(session, COMPANY) == SLOT


def test_eight_workers_that_want_one_run_or_batch_leave_it_to_one(database: Database) -> None:
    run_id = reading_run(database, [["00123"]])
    with database.transaction() as session:
        make_due(session, PlanningRun, run_id)
    taken = at_once(database, 8, lambda session, _: runs.claim_run(session, run_id, states=["reading"], lease=LEASE))
    assert len([run for run in taken if run]) == 1
    batches = at_once(database, 8, lambda session, _: run_batches.claim_batch(session, run_id, 0, lease=LEASE))
    assert len([batch for batch in batches if batch]) == 1


def test_a_run_is_claimed_only_when_due_and_in_the_state_asked_for(database: Database) -> None:
    with database.transaction() as session:
        run = opened(session)
        assert run is not None
        assert runs.claim_run(session, run, states=["reading"], lease=LEASE) is None
        assert runs.claim_run(session, run, states=["open"], lease=LEASE) is not None
        assert runs.claim_run(session, run, states=["open"], lease=LEASE) is None
        make_due(session, PlanningRun, run)
        companies.pause(session, COMPANY, "wrong password")
        assert runs.claim_run(session, run, states=["open"], lease=LEASE) is None


def test_a_stale_holder_of_a_run_moves_nothing(database: Database) -> None:
    run_id = reading_run(database, [["00123"]])
    stale = claimed_run(database, run_id, "reading")
    current = claimed_run(database, run_id, "reading")
    with database.transaction() as session:
        assert not runs.move_run(session, stale, "failed", reason="stale", next_at=None)
        runs.release_run(session, stale, -5)
    assert not is_due(database, run_id)
    with database.transaction() as session:
        assert runs.move_run(session, current, "closing")
    assert stored_run(database, run_id).reason is None


def test_a_released_run_is_due_again_after_its_wait(database: Database) -> None:
    run_id = reading_run(database, [["00123"]])
    run = claimed_run(database, run_id, "reading")
    with database.transaction() as session:
        runs.release_run(session, run, -0.001)
    assert is_due(database, run_id)
    assert stored_run(database, run_id).lease_until is None


def test_batches_and_their_locations_are_written_together(database: Database) -> None:
    run_id = reading_run(database, [["00123", "11412"], ["NA"]])
    with database.transaction() as session:
        run_batches.add_batches(session, run_id, [])
        assert [batch.state for batch in run_batches.batches_of(session, run_id)] == ["pending", "pending"]
        assert [one.location for one in run_batches.locations_of(session, run_id)] == ["00123", "11412", "NA"]
        assert [one.location for one in run_batches.locations_of(session, run_id, 0)] == ["00123", "11412"]
        run_batches.record_location(session, run_id, "NA", "refused", reason="the report is empty")
        found = {one.location: (one.state, one.reason) for one in run_batches.locations_of(session, run_id)}
        assert found["NA"] == ("refused", "the report is empty")
        assert found["00123"] == ("pending", None)


def test_a_run_is_due_when_its_last_batch_is_in_and_not_before(database: Database) -> None:
    run_id = reading_run(database, [["1"], ["2"], ["3"]])
    batches = [claimed_batch(database, run_id, number) for number in range(3)]
    for batch, state in zip(batches[:2], ("planned", "failed"), strict=True):
        with database.transaction() as session:
            assert run_batches.finish_batch(session, batch, state)
        assert not is_due(database, run_id)
    with database.transaction() as session:
        assert run_batches.finish_batch(session, batches[2], "planned", frame="a.parquet")
    assert is_due(database, run_id)


def test_the_last_two_batches_finishing_together_make_the_run_due_exactly_once(database: Database) -> None:
    for _ in range(5):
        run_id = reading_run(database, [["1"], ["2"]])
        with database.transaction() as session:
            # Every time the run's due time is set, it is counted.
            session.execute(text("CREATE TABLE due_set (run_id bigint)"))
            session.execute(
                text("""CREATE FUNCTION count_due() RETURNS trigger LANGUAGE plpgsql AS $$
                        BEGIN INSERT INTO due_set VALUES (NEW.id); RETURN NEW; END $$""")
            )
            session.execute(
                text("""CREATE TRIGGER count_due BEFORE UPDATE OF next_at ON planning_runs
                        FOR EACH ROW EXECUTE FUNCTION count_due()""")
            )
        try:
            batches = [claimed_batch(database, run_id, number) for number in range(2)]
            done = at_once(
                database,
                2,
                lambda session, number, batches=batches: run_batches.finish_batch(session, batches[number], "planned"),  # type: ignore[misc]
            )
            assert done == [True, True]
            assert is_due(database, run_id)
            with database.transaction() as session:
                assert session.execute(text("SELECT count(*) FROM due_set")).scalar_one() == 1
        finally:
            with database.transaction() as session:
                session.execute(text("DROP TABLE due_set"))
                session.execute(text("DROP FUNCTION count_due CASCADE"))
                session.execute(text("UPDATE planning_runs SET state = 'closed'"))


def test_a_stale_holder_of_a_batch_finishes_nothing(database: Database) -> None:
    run_id = reading_run(database, [["1"]])
    stale = claimed_batch(database, run_id, 0, lease=-1)
    current = claimed_batch(database, run_id, 0)
    with database.transaction() as session:
        assert not run_batches.finish_batch(session, stale, "planned", frame="stale.parquet")
        run_batches.postpone_batch(session, stale, -5)
    assert not is_due(database, run_id)
    with database.transaction() as session:
        assert run_batches.finish_batch(session, current, "planned", frame="current.parquet")
        assert [batch.frame for batch in run_batches.batches_of(session, run_id)] == ["current.parquet"]
    with database.transaction() as session:
        assert not run_batches.finish_batch(session, current, "failed")


@pytest.mark.parametrize("state", ["closing", "closed", "failed"])
def test_a_batch_that_comes_after_the_cut_off_is_dropped(database: Database, state: str) -> None:
    run_id = reading_run(database, [["1"]])
    batch = claimed_batch(database, run_id, 0)
    with database.transaction() as session:
        session.execute(text("UPDATE planning_runs SET state = :state"), {"state": state})
        assert not run_batches.finish_batch(session, batch, "planned", frame="late.parquet")
        assert [one.frame for one in run_batches.batches_of(session, run_id)] == [None]
        make_batch_due = text("UPDATE run_batches SET next_at = clock_timestamp()")
        session.execute(make_batch_due)
        assert run_batches.claim_batch(session, run_id, 0, lease=LEASE) is None


def test_closing_keeps_the_claim(database: Database) -> None:
    run_id = reading_run(database, [["1"]])
    with database.transaction() as session:
        make_due(session, PlanningRun, run_id)
        run = runs.claim_run(session, run_id, states=["reading"], lease=LEASE)
        assert run is not None
        runs.begin_closing(session, run, LEASE)
    with database.transaction() as session:
        assert runs.claim_run(session, run_id, states=["closing"], lease=LEASE) is None
        assert runs.move_run(session, run, "closed", next_at=None)


def test_a_postponed_batch_is_tried_again_and_its_worker_did_not_die(database: Database) -> None:
    run_id = reading_run(database, [["1"]])
    batch = claimed_batch(database, run_id, 0)
    with database.transaction() as session:
        run_batches.postpone_batch(session, batch, -0.001)
    again = claimed_batch(database, run_id, 0)
    assert (again.fence, again.attempts) == (2, 1)


def test_the_newest_run_that_planned_a_location_is_found(database: Database) -> None:
    with database.transaction() as session:
        older, newer, without = add_run(session), add_run(session), add_run(session)
        for run in (older, newer):
            run_batches.add_batches(session, run, [["00123"]])
        run_batches.add_batches(session, without, [["11412"]])
        found = [runs.run_with_location(session, COMPANY, "00123", one) for one in (None, older, without)]
        assert [None if run is None else run.id for run in found] == [newer, older, None]
        assert [run.id for run in runs.latest_runs(session, COMPANY, limit=2)] == [without, newer]


def test_the_figures_of_many_planned_locations_are_written_at_once(database: Database) -> None:
    run_id = reading_run(database, [["00123", "11412", "NA"]])
    with database.transaction() as session:
        figures: dict[str, list[Any]] = {
            "location": ["00123", "NA", "stranger"],
            "rows": [40, 41, 1],
            "units": [12, None, 1],
        }
        run_batches.record_planned(session, run_id, figures)
        found = {one.location: (one.state, one.rows, one.units) for one in run_batches.locations_of(session, run_id)}
    assert found == {"00123": ("planned", 40, 12), "NA": ("planned", 41, None), "11412": ("pending", None, None)}
