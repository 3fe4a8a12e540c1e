"""Queries on what is remembered of reports: read with a batch, written when it is done, cut to what judging needs.

Of each location the last RUNS planned reports stay and the newest refused one, and for ever those that a person
accepted: there it stands who did it and why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from replenisher.database.report_models import ACCEPTED, PLANNED, REFUSED, JudgedReport
from replenisher.database.session import Session
from replenisher.database.unnested import unnested
from replenisher.planning.data_guards import RUNS

Memory = dict[str, list[JudgedReport]]
"""What is remembered by location, the oldest report first; a location of which nothing is has no entry."""


@dataclass(frozen=True)
class Judgement:
    """A report that was judged just now; fields as in `report_models.JudgedReport`, `reason` None when it is good."""

    location: str
    rows: int
    on_hand: int
    sold: int
    report_days: int
    fingerprint: str
    business_date: date
    first_read_on: date
    reason: str | None = None

    @property
    def verdict(self) -> str:
        """What became of it."""
        return PLANNED if self.reason is None else REFUSED


def remembered(session: Session, company: str, locations: Sequence[str] | None = None) -> Memory:
    """Give what is remembered of these locations' reports, or of all of the company's."""
    query = select(JudgedReport).where(JudgedReport.company == company)
    if locations is not None:
        query = query.where(JudgedReport.location.in_(locations))
    found: Memory = {}
    for one in session.execute(query.order_by(JudgedReport.location, JudgedReport.run_id)).scalars():
        found.setdefault(one.location, []).append(one)
    return found


_NAMES = (
    "location",
    "rows",
    "on_hand",
    "sold",
    "report_days",
    "fingerprint",
    "business_date",
    "first_read_on",
    "reason",
    "verdict",
)


def remember(session: Session, company: str, run_id: int, judgements: Sequence[Judgement]) -> None:
    """Write what a run's batch judged, and forget what no report will be judged by any more."""
    if not judgements:
        return
    judged = unnested({getattr(JudgedReport, name): [getattr(one, name) for one in judgements] for name in _NAMES})
    rows = select(literal(company), literal(run_id), *judged.c)
    session.execute(insert(JudgedReport).from_select(["company", "run_id", *_NAMES], rows))
    _forget(session, company, [one.location for one in judgements])


def _forget(session: Session, company: str, locations: Sequence[str]) -> None:
    newest_first = func.row_number().over(
        partition_by=(JudgedReport.location, JudgedReport.verdict), order_by=JudgedReport.run_id.desc()
    )
    here = (JudgedReport.company == company, JudgedReport.location.in_(locations))
    ranked = (
        select(JudgedReport.location, JudgedReport.run_id, JudgedReport.verdict, newest_first.label("place"))
        .where(*here)
        .subquery()
    )
    needless = ((ranked.c.verdict == PLANNED) & (ranked.c.place > RUNS)) | (
        (ranked.c.verdict == REFUSED) & (ranked.c.place > 1)
    )
    session.execute(
        delete(JudgedReport)
        # Once more by its own verdict: a person may accept it while this waits for the row.
        .where(*here, JudgedReport.verdict != ACCEPTED)
        .where(
            tuple_(JudgedReport.location, JudgedReport.run_id).in_(
                select(ranked.c.location, ranked.c.run_id).where(needless)
            )
        )
        .execution_options(synchronize_session=False)
    )


def newest_locked(session: Session, company: str, location: str) -> JudgedReport | None:
    """Give the newest report that is remembered of a location, and let nobody else change it meanwhile."""
    return session.execute(
        select(JudgedReport)
        .where(JudgedReport.company == company, JudgedReport.location == location)
        .order_by(JudgedReport.run_id.desc())
        .limit(1)
        .with_for_update()
    ).scalar_one_or_none()


def accept(report: JudgedReport, *, actor: str, reason: str) -> None:
    """Take a refused report for good: the next ones are judged by it, and by those that follow it."""
    report.verdict, report.accepted_at = ACCEPTED, func.now()
    report.accepted_by, report.accept_reason = actor, reason
