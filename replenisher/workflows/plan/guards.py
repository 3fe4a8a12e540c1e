"""Is a report to be trusted? Missing is not zero: a doubtful one refuses its location, and never orders everything.

1. An empty report is believed only where the settings say so.
2. Everything else is judged beside what is remembered of the location's last reports (`planning.data_guards`): the
   rows of the last good one, the totals of the last eight, since when its content has been the same, and whether an
   order of ours has reached the platform since then.
3. What was judged is remembered with the batch: a good report for the median, a refused one so that a person can
   accept it. An accepted report is the last good one, and nothing before it counts any more.

A derived stock is no report that may arrive halved: its rows are what the book and the orders know. It is not judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from replenisher.config import CompanySettings
from replenisher.database.orders import SeenOrder
from replenisher.database.report_memory import Judgement
from replenisher.database.report_models import ACCEPTED, REFUSED, JudgedReport
from replenisher.errors import ReportRefusedError
from replenisher.planning.data_guards import ReportFacts, Total, judge_report
from replenisher.planning.report_figures import ReportFigures, figures_of

REPORT = "inventory"
EMPTY = "the report is empty. If the location really carries nothing, set guards.accept_empty: true for its company"


@dataclass(frozen=True)
class Known:
    """What a report is judged beside: rows of the last good one (None for the first), and the memory, oldest first.

    `last_order` is our order that had been seen at the platform before the report was asked for, the one sent last.
    """

    usual_rows: int | None
    memory: Sequence[JudgedReport] = ()
    last_order: SeenOrder | None = None


def guard(
    company: CompanySettings, location: str, report: pd.DataFrame, known: Known, day: date
) -> tuple[Judgement, ReportRefusedError | None]:
    """Judge a location's report, read on this business date; gives what to remember of it, and why it is refused.

    Worked example: 250 rows usually and a share of 0.6 refuse 149 rows and accept 150.
    """
    figures = figures_of(report)
    facts = _facts(company, location, figures, known, day)
    reason = _doubt(company, facts)
    judgement = Judgement(
        location=location,
        rows=figures.rows,
        on_hand=figures.on_hand,
        sold=figures.sold,
        report_days=company.report_days,
        fingerprint=figures.fingerprint,
        business_date=day,
        first_read_on=facts.dated,
        reason=reason,
    )
    fault = None if reason is None else ReportRefusedError(location=location, report=REPORT, reason=reason)
    return judgement, fault


def good_reports(memory: Sequence[JudgedReport]) -> list[JudgedReport]:
    """Give the reports that the next one is compared with: the planned ones since the last that a person accepted."""
    accepted = max((place for place, one in enumerate(memory) if one.verdict == ACCEPTED), default=0)
    return [one for one in memory[accepted:] if one.verdict != REFUSED]


def sold_before(good: Sequence[JudgedReport], report_days: int) -> list[int]:
    """Give the units sold of good reports that cover as many days; others tell of more or less time."""
    return [one.sold for one in good if one.report_days == report_days]


def _facts(company: CompanySettings, location: str, figures: ReportFigures, known: Known, day: date) -> ReportFacts:
    last = known.memory[-1] if known.memory else None
    dated = day
    if last is not None and last.fingerprint == figures.fingerprint:
        # A person who accepts a report that stands still has asked why: its age is counted anew.
        dated = last.business_date if last.verdict == ACCEPTED else last.first_read_on
    good = good_reports(known.memory)
    totals = {
        "units on hand": Total(figures.on_hand, [one.on_hand for one in good]),
        "units sold": Total(figures.sold, sold_before(good, company.report_days)),
    }
    return ReportFacts(
        location=location,
        rows=figures.rows,
        usual_rows=known.usual_rows,
        fingerprint=figures.fingerprint,
        last_fingerprint=None if last is None else last.fingerprint,
        dated=dated,
        business_date=day,
        totals=totals if company.guards.maximum_total_factor is not None else {},
        may_repeat=figures.sold == 0,
        ordered_between=_ordered_between(known, figures.fingerprint),
    )


def _ordered_between(known: Known, fingerprint: str) -> str:
    """Name an order that was sent since this content was read first, or since a person took it for good."""
    since = None
    for one in reversed(known.memory):
        if one.fingerprint != fingerprint:
            break
        since = one.judged_at
        if one.verdict == ACCEPTED:
            since = one.accepted_at
            break
    order = known.last_order
    # What was sent before the report was judged may be in it already.
    return order.reference if order is not None and since is not None and order.sent_at > since else ""


def _doubt(company: CompanySettings, facts: ReportFacts) -> str | None:
    """Say in one text why a report is refused, and what to do when it is right all the same; None for a good one."""
    if facts.rows == 0 and not company.guards.accept_empty:
        return EMPTY
    findings = judge_report(facts, company.guards.limits(company.report_days))
    if not findings:
        return None
    # The error names the location itself.
    doubts = [finding.sentence.removeprefix(f"location {facts.location}: ") for finding in findings]
    command = f"replenisher guards accept --company {company.id} --location {facts.location} --reason TEXT"
    return f"{'. '.join(doubts)}. Or take this report for good: `{command}`"
