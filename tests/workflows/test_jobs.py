"""What becomes of a job: done, failed and tried again, told to a person at the third failure, or its company paused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from replenisher.config import CompanySettings
from replenisher.config.cadence import AtSlots, Cadence, Every
from replenisher.database import jobs as stored_jobs
from replenisher.database.job_models import CompanyJob
from replenisher.errors import CredentialsError, ForbiddenError, GatewayError, NotFoundError, UnavailableError
from replenisher.services import Services
from replenisher.workflows.jobs import LONGEST_WAIT, Job, ensure_jobs, run_job, wanted_jobs
from replenisher.workflows.pauses import resume_company
from replenisher.workflows.sweep import sweep
from tests.workflows.shop import Shop

NIGHTLY = AtSlots("0 0 1 1 *", "UTC")


class Doing:
    """What a job does in a test: it is written down, and then raises what it was told to."""

    def __init__(self, *errors: Exception | None) -> None:
        self.errors = list(errors)
        self.done: list[str] = []

    def __call__(self, _: Services, company_id: str) -> None:
        self.done.append(company_id)
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error


def job(doing: Callable[[Services, str], object], cadence: Cadence | None = NIGHTLY) -> tuple[Job, ...]:
    return (Job("look", lambda _: cadence, doing),)


def make_due(shop: Shop) -> None:
    with shop.services.database.transaction() as session:
        session.execute(text("UPDATE company_jobs SET next_at = clock_timestamp(), hinted_at = NULL"))


def do(shop: Shop, known: tuple[Job, ...], times: int = 1) -> CompanyJob:
    """Let the job come round so many times; gives its row."""
    for _ in range(times):
        ensure_jobs(shop.services, known)
        make_due(shop)
        run_job(shop.services, shop.company, "look", known)
    return stored(shop)


def stored(shop: Shop) -> CompanyJob:
    with shop.services.database.transaction() as session:
        (row,) = stored_jobs.jobs_of(session, shop.company)
        return row


def wait_of(row: CompanyJob) -> float:
    """Seconds until the next try, about."""
    assert row.next_at is not None
    return (row.next_at - datetime.now(UTC)).total_seconds()


def test_a_job_that_is_due_is_done_once_and_comes_round(shop: Shop) -> None:
    doing = Doing()
    known = job(doing, Every(300))
    ensure_jobs(shop.services, known)
    assert sweep(shop.services).jobs == [(company.id, "look") for company in shop.services.settings.companies]
    run_job(shop.services, shop.company, "look", known)
    run_job(shop.services, shop.company, "look", known)
    assert doing.done == [shop.company]
    assert 290 < wait_of(stored(shop)) <= 300
    assert stored(shop).last_done_at is not None


def test_a_job_that_is_not_configured_does_nothing(shop: Shop) -> None:
    doing = Doing()
    do(shop, job(doing, Every(1)))
    make_due(shop)
    run_job(shop.services, shop.company, "look", job(doing, None))
    run_job(shop.services, shop.company, "look", ())
    assert doing.done == [shop.company]
    ensure_jobs(shop.services, job(doing, None))
    assert stored(shop).next_at is None


def test_a_hint_about_a_company_that_is_not_ours_is_refused(shop: Shop) -> None:
    with pytest.raises(NotFoundError, match="no company nobody"):
        run_job(shop.services, "nobody", "look", job(Doing()))


def test_the_third_failure_in_a_row_tells_a_person_and_success_closes_it(shop: Shop) -> None:
    down = UnavailableError("answered 503")
    known = job(Doing(down, down, down, down, None))
    assert (do(shop, known, 2).failures, shop.matters("job_failed")) == (2, [])
    row = do(shop, known)
    assert (row.failures, row.last_error) == (3, "answered 503")
    (matter,) = shop.matters("job_failed")
    assert (matter.company, matter.subject) == (shop.company, "look")
    assert "failed 3 times in a row" in matter.message
    assert "answered 503" in matter.message
    do(shop, known)
    (matter,) = shop.matters("job_failed")
    assert (matter.times_seen, "failed 4 times" in matter.message) == (2, True)
    assert do(shop, known).failures == 0
    assert shop.matters("job_failed") == []


def test_of_a_job_that_is_no_longer_configured_nobody_hears_any_more(shop: Shop) -> None:
    do(shop, job(Doing(*[UnavailableError("answered 503")] * 3)), 3)
    assert len(shop.matters("job_failed")) == 1
    ensure_jobs(shop.services, ())
    assert shop.matters("job_failed") == []


def test_failures_that_are_not_in_a_row_tell_nobody(shop: Shop) -> None:
    down = UnavailableError("answered 503")
    do(shop, job(Doing(down, down, None, down, down)), 5)
    assert shop.matters("job_failed") == []


def test_a_scheduled_job_that_fails_does_not_wait_for_its_next_slot(shop: Shop) -> None:
    wait = shop.services.settings.times.resubmit_wait
    known = job(Doing(*[UnavailableError("answered 503")] * 20))
    assert wait_of(do(shop, known)) <= wait
    assert wait_of(do(shop, known)) <= wait * 2
    assert wait * 2 < wait_of(do(shop, known)) <= wait * 4
    assert wait_of(do(shop, known, 17)) <= LONGEST_WAIT


def test_a_scheduled_job_that_fails_never_waits_past_its_next_slot(shop: Shop) -> None:
    every_minute = AtSlots("* * * * *", "UTC")
    known = job(Doing(*[UnavailableError("answered 503")] * 20), every_minute)
    assert wait_of(do(shop, known, 20)) <= 60


def test_a_frequent_job_that_fails_comes_round_at_its_own_pace(shop: Shop) -> None:
    assert 290 < wait_of(do(shop, job(Doing(UnavailableError("answered 503")), Every(300)))) <= 300


@pytest.mark.parametrize("error", [CredentialsError("invalid_grant"), ForbiddenError("403")])
def test_refused_credentials_and_permissions_pause_the_company_and_a_resume_lets_the_job_go_on(
    shop: Shop, error: GatewayError
) -> None:
    doing = Doing(error, None)
    known = job(doing)
    do(shop, known)
    assert shop.matters("company_paused", company=shop.company)
    assert shop.matters("job_failed") == []
    make_due(shop)
    run_job(shop.services, shop.company, "look", known)
    assert doing.done == [shop.company]
    assert (shop.company, "look") not in sweep(shop.services).jobs
    resume_company(shop.services, shop.company)
    assert (shop.company, "look") in sweep(shop.services).jobs
    run_job(shop.services, shop.company, "look", known)
    assert doing.done == [shop.company] * 2
    assert stored(shop).failures == 0


def test_an_error_of_the_program_is_recorded_and_not_hidden(shop: Shop) -> None:
    with pytest.raises(ZeroDivisionError):
        do(shop, job(lambda *_: 1 // 0))
    assert (stored(shop).failures, stored(shop).last_error) == (1, "integer division or modulo by zero")


def test_what_a_worker_ends_after_its_lease_changes_nothing(shop: Shop) -> None:
    def too_slow(services: Services, company_id: str) -> None:
        with services.database.transaction() as session:
            session.execute(text("UPDATE company_jobs SET lease_until = now() - interval '1 s', next_at = now()"))
        run_job(services, company_id, "look", job(Doing()))
        raise UnavailableError("answered 503")

    row = do(shop, job(too_slow))
    assert (row.failures, row.last_error, row.attempts) == (0, None, 0)
    assert row.last_done_at is not None


def test_only_what_a_company_wants_is_set_up() -> None:
    zone = {"platform": "retail", "time_zone": "America/Regina"}
    companies = [CompanySettings(id=name, name=name, **zone) for name in ("1", "2")]
    known = (
        Job("often", lambda company: Every(5) if company.id == "2" else None, Doing()),
        Job("nightly", lambda _: NIGHTLY, Doing()),
    )
    assert wanted_jobs(companies, known) == {
        ("1", "nightly"): NIGHTLY,
        ("2", "often"): Every(5),
        ("2", "nightly"): NIGHTLY,
    }
    assert timedelta(seconds=LONGEST_WAIT) == timedelta(hours=1)
