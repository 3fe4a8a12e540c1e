"""What a person sees of the guards' memory, and the one way out of a refusal: taking a refused report for good.

A level that truly changed would be refused for ever, because only good reports enter the median. So a person may say
that the newest refused report of a location is right: it becomes the last good one, and medians start again from it.
Nothing is accepted by itself. The exception stays open until the next good report closes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from replenisher.config import CompanySettings
from replenisher.database import companies, report_memory
from replenisher.database.report_models import ACCEPTED, PLANNED, JudgedReport
from replenisher.errors import IllegalMoveError, NotFoundError
from replenisher.logs import get_logger
from replenisher.planning.data_guards import usual_total
from replenisher.services import Services
from replenisher.workflows.plan.guards import good_reports, sold_before

log = get_logger(__name__)


@dataclass(frozen=True)
class RememberedLocation:
    """What is remembered of a location: its reports, oldest first, and the medians that the next one is judged by.

    A median is in units, and None while there are too few good reports.
    """

    company: str
    location: str
    reports: Sequence[JudgedReport]
    usual_on_hand: float | None
    usual_sold: float | None

    @property
    def newest(self) -> JudgedReport:
        """The report that was judged last."""
        return self.reports[-1]


def remembered_locations(
    services: Services, company_id: str | None = None, location: str | None = None
) -> list[RememberedLocation]:
    """Give what is remembered of every location, of one company's, or of one; by company and location.

    Raises NotFoundError for a company that is not configured, and for a location of which nothing is remembered.
    """
    settings = services.settings
    wanted = settings.companies if company_id is None else (settings.company(company_id),)
    found = []
    for company in wanted:
        with services.database.transaction() as session:
            memory = report_memory.remembered(session, company.id, None if location is None else [location])
        found += [_of(company, one, reports) for one, reports in memory.items()]
    if location is not None and not found:
        raise _nothing_of(company_id, location)
    return found


def _of(company: CompanySettings, location: str, reports: Sequence[JudgedReport]) -> RememberedLocation:
    good = good_reports(reports)
    on_hand = usual_total([one.on_hand for one in good])
    sold = usual_total(sold_before(good, company.report_days))
    medians = [None if one is None else float(one) for one in (on_hand, sold)]
    return RememberedLocation(company.id, location, reports, *medians)


def accept_report(services: Services, company_id: str, location: str, *, actor: str, reason: str) -> JudgedReport:
    """Take a location's newest report, which was refused, for good because a person says so.

    Raises NotFoundError for a company or location that is not there, and IllegalMoveError when the newest report was
    planned from or accepted already, or is empty where empty ones are not believed.
    """
    company = services.settings.company(company_id)
    with services.database.transaction() as session:
        report = report_memory.newest_locked(session, company.id, location)
        if report is None:
            raise _nothing_of(company.id, location)
        _check_acceptable(company, report)
        report_memory.accept(report, actor=actor, reason=reason)
        companies.remember_report_rows(session, company.id, {location: report.rows})
        session.flush()
        session.refresh(report)
    log.info("report_accepted", company=company.id, location=location, run_id=report.run_id, actor=actor)
    return report


def _check_acceptable(company: CompanySettings, report: JudgedReport) -> None:
    whose = f"the newest report of location {report.location}, of run {report.run_id},"
    if report.verdict == PLANNED:
        raise IllegalMoveError(f"{whose} was planned from: there is nothing to accept")
    if report.verdict == ACCEPTED:
        raise IllegalMoveError(
            f"{whose} was accepted already by {report.accepted_by}: {report.accept_reason}. The next run goes by it"
        )
    if report.rows == 0 and not company.guards.accept_empty:
        raise IllegalMoveError(
            f"{whose} is empty: nothing could be planned from it. If the location really carries nothing, set "
            f"guards.accept_empty: true for company {company.id}"
        )


def _nothing_of(company_id: str | None, location: str) -> NotFoundError:
    whose = "" if company_id is None else f" of company {company_id}"
    scope = "" if company_id is None else f" --company {company_id}"
    return NotFoundError(
        f"no report of location {location}{whose} has been judged yet; those that have been: "
        f"`replenisher guards list{scope}`"
    )
