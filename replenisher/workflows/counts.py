"""Import counts of stock: what a person counted, written once, and by how many it differs from what was derived.

1. Read the file; nothing is imported when any line is bad.
2. Bring the book of each counted location up to date, so that drift is told against every movement until now.
3. Write the counts with their drift in one transaction; a count that is there already changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from replenisher.config import CompanySettings, Settings
from replenisher.database import companies, exceptions, stock_book
from replenisher.database.exceptions import Matter
from replenisher.database.session import Session
from replenisher.database.stock_book import NewCount
from replenisher.errors import FileFault, IllegalMoveError, NotFoundError, PlannerFileError
from replenisher.intake.counts import Count, read_counts
from replenisher.intake.products import read_products
from replenisher.logs import get_logger
from replenisher.services import Services
from replenisher.workflows.plan.reports import report_window

log = get_logger(__name__)

CLOCKS_DIFFER = timedelta(days=1)
"""A company's clock may be in another zone than that of whoever counts."""
LITTLE = 2
"""Units by which a count may differ before its drift is told as an exception."""
NAMED = 5


@dataclass(frozen=True)
class Counted:
    """A count that was imported; `derived` is what the book said for its moment, None when it knew nothing."""

    location: str
    sku: str
    counted_at: datetime
    quantity: int
    derived: int | None

    @property
    def drift(self) -> int | None:
        """Units counted more than derived."""
        return None if self.derived is None else self.quantity - self.derived


@dataclass(frozen=True)
class CountsImported:
    """What became of a file: the new counts, how many were there already, and what a person should look at."""

    company: str
    counted: tuple[Counted, ...]
    already_there: int
    warnings: tuple[str, ...]


def counting_company(settings: Settings, company_id: str | None) -> CompanySettings:
    """Find the company whose stock is derived: the given one, or the only one there is.

    Raises NotFoundError when there is none or more than one, IllegalMoveError when its platform reports its stock.
    """
    if company_id is not None:
        company = settings.company(company_id)
        if company.channel != "cmi":
            raise IllegalMoveError(
                f"the stock of company {company.id} is reported by its platform (channel {company.channel}); "
                "counts are for channel cmi"
            )
        return company
    found = [company for company in settings.companies if company.channel == "cmi"]
    if len(found) != 1:
        those = ", ".join(company.id for company in found) or "none"
        raise NotFoundError(f"name the company with --company; those whose stock is derived (channel cmi): {those}")
    return found[0]


def import_counts(
    services: Services,
    path: Path,
    *,
    actor: str,
    company_id: str | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> CountsImported:
    """Import a counts file for a company.

    Raises PlannerFileError with every fault, also for a count of another quantity than the one that is there for the
    same moment; GatewayErrors are warnings: the drift then leaves out what was not read.
    """
    company = counting_company(services.settings, company_id)
    rows = read_counts(path)
    _refuse_future(services, company, path, rows)
    warnings = [*_unknown(services, company, rows), *_brought_up_to_date(services, company, rows, tell)]
    with services.database.transaction() as session:
        known = stock_book.known_counts(session, company.id, [_new(row) for row in rows])
        _refuse_other_quantities(path, rows, known)
        fresh = [row for row in sorted(rows, key=lambda row: row.counted_at) if _new(row) not in known]
        counted = [_write(session, company.id, row, actor) for row in fresh]
        _tell_drift(session, company, counted)
    log.info("counts_imported", company=company.id, file=path.name, counts=len(counted))
    return CountsImported(company.id, tuple(counted), len(rows) - len(counted), tuple(warnings))


def _new(row: Count) -> NewCount:
    return NewCount(row.location, row.sku, row.quantity, row.counted_at)


def _write(session: Session, company: str, row: Count, actor: str) -> Counted:
    derived = stock_book.derived_at(session, company, row.location, row.sku, row.counted_at)
    drift = None if derived is None else row.quantity - derived
    stock_book.add_count(session, company, _new(row), drift=drift, actor=actor)
    return Counted(row.location, row.sku, row.counted_at, row.quantity, derived)


def _refuse_future(services: Services, company: CompanySettings, path: Path, rows: Sequence[Count]) -> None:
    """Refuse counts of days to come: the newest count would stay the newest, and hide every movement until then."""
    now = services.channel(company).platform_now().astimezone(ZoneInfo(company.time_zone)).replace(tzinfo=None)
    faults = [
        FileFault(str(path), row.line, "counted_at", f"{row.counted_at} is in the future; write when it was counted")
        for row in rows
        if row.counted_at > now + CLOCKS_DIFFER
    ]
    if faults:
        raise PlannerFileError(faults)


def _refuse_other_quantities(path: Path, rows: Sequence[Count], known: dict[NewCount, int]) -> None:
    faults = [
        FileFault(
            str(path),
            row.line,
            "quantity",
            f"{row.sku} at location {row.location} was counted as {known[_new(row)]} at {row.counted_at} already, and "
            f"not as {row.quantity}; give a corrected count a moment of its own",
        )
        for row in rows
        if known.get(_new(row), row.quantity) != row.quantity
    ]
    if faults:
        raise PlannerFileError(faults)


def _unknown(services: Services, company: CompanySettings, rows: Sequence[Count]) -> list[str]:
    """Name locations and SKUs of the file that nobody knows: a slip there would count a shelf that does not exist."""
    told = []
    with services.database.transaction() as session:
        locations = companies.known_locations(session, company.id).keys()
    strange = sorted({row.location for row in rows} - locations) if locations else []
    if strange:
        told.append(f"locations that company {company.id} does not have: {', '.join(strange[:NAMED])}")
    products = services.settings.products_file_of(company)
    if products is not None:
        skus = sorted({row.sku for row in rows} - set(read_products(products)["sku"]))
        if skus:
            told.append(f"{len(skus)} SKU(s) that {products.name} does not list: {', '.join(skus[:NAMED])}")
    return told


def _brought_up_to_date(
    services: Services, company: CompanySettings, rows: Sequence[Count], tell: Callable[[str], None]
) -> list[str]:
    """Read what the books of the counted locations do not hold yet; only where there is a book to compare with."""
    with services.database.transaction() as session:
        locations = [
            location
            for location in sorted({row.location for row in rows})
            if stock_book.known_from(session, company.id, location) is not None
        ]
    if not locations:
        return []
    channel = services.channel(company)
    tell(f"reading sales and receipts of {len(locations)} locations")
    window = report_window(company, channel.platform_now())
    answers = channel.inventory(company.id, locations, window)
    return [
        f"location {location}: its newest movements were not read, so its drift may be wrong: {answer}"
        for location, answer in answers.items()
        if isinstance(answer, Exception)
    ]


def _tell_drift(session: Session, company: CompanySettings, counted: Sequence[Counted]) -> None:
    """Raise what differs too much, one matter a location; a location whose new counts agree is settled."""
    by_location: dict[str, list[Counted]] = {}
    for one in counted:
        odd = by_location.setdefault(one.location, [])
        if one.drift is not None and abs(one.drift) > _allowed(company, one):
            odd.append(one)
    for location, odd in by_location.items():
        if not odd:
            exceptions.resolve(session, company.id, [location], ["count_drift"])
            continue
        odd.sort(key=lambda one: -abs(one.drift or 0))
        named = ", ".join(f"{one.sku} {one.drift:+d}" for one in odd[:NAMED])
        more = ", …" if len(odd) > NAMED else ""
        text = f"location {location}: {len(odd)} SKU(s) were counted otherwise than derived ({named}{more})"
        exceptions.raise_matter(session, Matter(company.id, "count_drift", location, text, location=location))


def _allowed(company: CompanySettings, one: Counted) -> float:
    return max(LITTLE, company.guards.maximum_count_drift * abs(one.derived or 0))
