"""Jobs whose workers die or freeze: a person hears of one that kills each of them, and a late end is no end."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from replenisher.config.cadence import Every
from replenisher.database import jobs as stored_jobs
from replenisher.services import Services
from replenisher.workflows.jobs import ensure_jobs, run_job
from tests.workflows.shop import Shop
from tests.workflows.test_jobs import Doing, do, job, stored


class WorkerDiedError(BaseException):
    """What no worker catches: to the database it is a worker that was killed."""


def dies(_: Services, __: str) -> None:
    raise WorkerDiedError


def kill(shop: Shop, times: int) -> None:
    for _ in range(times):
        ensure_jobs(shop.services, job(dies, Every(60)))
        with shop.services.database.transaction() as session:
            session.execute(text("UPDATE company_jobs SET next_at = clock_timestamp(), lease_until = NULL"))
        with pytest.raises(WorkerDiedError):
            run_job(shop.services, shop.company, "look", job(dies, Every(60)))
    with shop.services.database.transaction() as session:
        session.execute(text("UPDATE company_jobs SET lease_until = NULL"))


def test_a_job_that_kills_every_worker_is_told_to_a_person_and_ends_with_the_first_success(shop: Shop) -> None:
    kill(shop, 3)
    assert (stored(shop).attempts, shop.matters("job_failed")) == (3, [])
    kill(shop, 1)
    (matter,) = shop.matters("job_failed")
    assert "job look was begun 3 times by a worker that never ended it" in matter.message
    assert do(shop, job(Doing(), Every(60))).attempts == 0
    assert shop.matters("job_failed") == []


def test_workers_that_died_do_not_count_as_failures_nor_failures_as_deaths(shop: Shop) -> None:
    from replenisher.errors import UnavailableError

    kill(shop, 2)
    down = UnavailableError("answered 503")
    row = do(shop, job(Doing(down, down), Every(60)), 2)
    assert (row.attempts, row.failures, shop.matters("job_failed")) == (4, 2, [])


def test_an_end_after_the_lease_changes_nothing_for_the_worker_that_has_the_job_now(shop: Shop) -> None:
    def overtaken(services: Services, company: str) -> None:
        with services.database.transaction() as session:
            session.execute(text("UPDATE company_jobs SET next_at = clock_timestamp(), lease_until = NULL"))
            assert stored_jobs.claim_job(session, company, "look", lease=60) is not None

    do(shop, job(overtaken, Every(60)))
    row = stored(shop)
    assert (row.last_done_at, row.attempts) == (None, 2)
    assert row.lease_until is not None
