"""What an audit of receipts found, and how a person hears of it: an exception for each order and kind of difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from replenisher.config import CompanySettings
from replenisher.database import audited_orders, exceptions
from replenisher.database.exceptions import Matter
from replenisher.database.session import Session
from replenisher.purchasing.order_pairs import Pairs, further_order, unknown_orders
from replenisher.purchasing.three_way import OF_AN_ORDER, UNKNOWN_ORDER, Comparison, Difference, total
from replenisher.services import Services
from replenisher.workflows.audit_reports import ReceivingReports

MOST = 100_000


@dataclass(frozen=True)
class AuditResult:
    """What an audit found: each compared order, orders that are not ours to know, and locations without a report."""

    company: str
    days: int
    comparisons: tuple[Comparison, ...]
    unknown: tuple[Difference, ...]
    unread: dict[str, str] = field(default_factory=dict)
    """Why the receiving report was not read, by location."""

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Every difference, those of compared orders first."""
        return (*(one for comparison in self.comparisons for one in comparison.differences), *self.unknown)

    @property
    def by_kind(self) -> dict[str, int]:
        """Count the differences by kind, the most frequent first."""
        return dict(Counter(one.kind for one in self.differences).most_common())

    @property
    def amount(self) -> Decimal:
        """Add up the amounts that are known, in the company's currency."""
        return total(self.differences)


def record(  # noqa: PLR0917 - what an audit knows by then
    services: Services,
    company: CompanySettings,
    days: int,
    pairs: Pairs,
    comparisons: list[Comparison],
    reports: ReceivingReports,
) -> AuditResult:
    """Raise what differs, settle what no longer does, and give the result.

    What could not be judged this time stays as it was. An order of an earlier time than `days` is not looked at.
    """
    with services.database.transaction() as session:
        references = [one.vendor_invoice_number for one in pairs.others]
        known = audited_orders.known_references(session, references)
        never = audited_orders.never_placed(session, references)
        further = [further_order(theirs, ours) for theirs, ours in pairs.further]
        unknown = (*further, *unknown_orders(pairs.others, known, never))
        for comparison in comparisons:
            _raise_of_order(session, company, comparison)
        _settle_of_orders(session, company, comparisons)
        _record_unknown(session, company, unknown)
        _record_reports(session, company, reports)
    unread = {location: str(error) for location, error in reports.errors.items()}
    return AuditResult(company.id, days, tuple(comparisons), unknown, unread)


def _raise_of_order(session: Session, company: CompanySettings, comparison: Comparison) -> None:
    ours = comparison.ours
    for kind, differences in _by_kind(comparison.differences).items():
        matter = Matter(
            company.id, kind, ours.vendor_invoice_number, message(differences), ours.location, order_id=ours.order_id
        )
        exceptions.raise_matter(session, matter)


def _settle_of_orders(session: Session, company: CompanySettings, comparisons: Sequence[Comparison]) -> None:
    """Settle what was judged this time and no longer differs; few are open, however many orders were compared."""
    judged = {comparison.ours.vendor_invoice_number: comparison for comparison in comparisons}
    for kind in OF_AN_ORDER:
        gone = []
        for matter in exceptions.listed(session, company=company.id, kind=kind, limit=MOST):
            comparison = judged.get(matter.subject)
            if comparison is None or kind in comparison.unsaid:
                continue
            if all(one.kind != kind for one in comparison.differences):
                gone.append(matter.subject)
        exceptions.resolve(session, company.id, gone, [kind])


def _record_unknown(session: Session, company: CompanySettings, unknown: Sequence[Difference]) -> None:
    by_reference: dict[str, list[Difference]] = {}
    for one in unknown:
        by_reference.setdefault(one.vendor_invoice_number, []).append(one)
    for reference, differences in by_reference.items():
        matter = Matter(company.id, "audit_unknown_order", reference, message(differences), differences[0].location)
        exceptions.raise_matter(session, matter)
    open_ones = exceptions.listed(session, company=company.id, kind=UNKNOWN_ORDER, limit=MOST)
    gone = [matter.subject for matter in open_ones if matter.subject not in by_reference]
    exceptions.resolve(session, company.id, gone, [UNKNOWN_ORDER])


def _record_reports(session: Session, company: CompanySettings, reports: ReceivingReports) -> None:
    for location, error in reports.errors.items():
        text = f"location {location}, receiving report: {error}"
        subject = f"{location}/receiving"
        exceptions.raise_matter(
            session, Matter(company.id, "report_not_read", subject, text, location, report="receiving")
        )
    exceptions.resolve(session, company.id, [f"{one}/receiving" for one in reports.good], ["report_not_read"])


def _by_kind(differences: Sequence[Difference]) -> dict[str, list[Difference]]:
    found: dict[str, list[Difference]] = {}
    for one in differences:
        found.setdefault(one.kind, []).append(one)
    return found


def message(differences: Sequence[Difference]) -> str:
    """Write differences of one kind into a sentence with their amount, and say where no cost is known."""
    sentences = "; ".join(one.sentence for one in differences)
    unpriced = sum(one.amount is None for one in differences)
    if unpriced == len(differences):
        return f"{sentences}. Amount: not known, no cost is"
    more = f", and {unpriced} of which no cost is known" if unpriced else ""
    return f"{sentences}. Amount: {total(differences):,.2f}{more}"
