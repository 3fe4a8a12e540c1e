"""Look at what a company's platform tells beside the reports, and take a company up or give it up.

Everything but `switch_company` only reads. A channel that lacks a question says which channels have it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pandas as pd

from replenisher.channels import channel_key
from replenisher.config import CompanySettings
from replenisher.database import exceptions
from replenisher.database.exceptions import Matter
from replenisher.database.standings import record_standings
from replenisher.errors import AmbiguousError, ConfigurationError, GatewayError, NotFoundError
from replenisher.gateways.abilities import CompanyLists, Listings, LocationOrders, Pinged, RelationshipDesk, StockLists
from replenisher.gateways.composed import report_part
from replenisher.logs import get_logger
from replenisher.planning.frames import MONEY_SCALE
from replenisher.purchasing.listings import Employee, ListedUnits, SerialNumber
from replenisher.purchasing.platform import Location, PlatformOrder, ReportWindow
from replenisher.services import Services
from replenisher.workflows.offering import lacking
from replenisher.workflows.plan.reports import report_window
from replenisher.workflows.standings import ENABLED, standings_of

log = get_logger(__name__)

WHICH = ("committed", "uncommitted", "completed", "all")
"""The lists of a location's orders."""
LISTED = "listed"
StockRow = dict[str, object]


def ping(services: Services, company_id: str) -> str:
    """Ask whether service and company's database are up; gives the platform's own sentence."""
    company, part = _asked(services, company_id)
    if not isinstance(part, Pinged):
        raise lacking(company, Pinged)
    return part.ping(company.id)


@dataclass(frozen=True)
class ListedCompany:
    """A company that a platform knows of us: how it stands there, and whether our configuration has it."""

    id: str
    name: str
    standing: str
    configured: bool


def companies(services: Services, company_id: str) -> list[ListedCompany]:
    """List every company that this one's platform tells of us; one that only a list without standings has is `listed`.

    A company is configured when one of ours with its id is read through the same channel.
    """
    company, part = _asked(services, company_id)
    key = channel_key(company)
    ours = {one.id.casefold() for one in services.settings.companies if channel_key(one) == key}
    standings = [(one.company, one.standing) for one in services.channel(company).relationships()]
    known = {one.id.casefold() for one, _ in standings}
    further = part.company_list() if isinstance(part, CompanyLists) else []
    listed = [(one, LISTED) for one in further if one.id.casefold() not in known]
    return [
        ListedCompany(one.id, one.name, standing, one.id.casefold() in ours) for one, standing in [*standings, *listed]
    ]


def one_location(services: Services, company_id: str, location: str) -> Location:
    """Read one location of a company; AbsentError when there is none."""
    return _stock_lists(services, company_id)[1].location(company_id, location)


def stock(
    services: Services, company_id: str, location: str, *, sku: str | None = None, changed: bool = False
) -> list[StockRow]:
    """List a location's stock, or one product of it with its sales, or what changed since anybody last asked so.

    Each row has the columns of the `INVENTORY` contract; `retail_price` is a Decimal, and `sold` is there only for one
    product. With `changed` the platform forgets what it told: it remembers one state for all callers.
    """
    company, part = _stock_lists(services, company_id)
    if sku is not None:
        window = report_window(company, services.channel(company).platform_now())
        return _rows(part.inventory_of_sku(company.id, location, sku, window), leave_out=())
    read = part.updated_inventory_list if changed else part.inventory_list
    return _rows(read(company.id, location), leave_out=("sold",))


def _rows(frame: pd.DataFrame, *, leave_out: Sequence[str]) -> list[StockRow]:
    kept = frame.drop(columns=[name for name in leave_out if name in frame])
    rows = [{str(name): value for name, value in row.items()} for row in kept.to_dict(orient="records")]
    return [row | {"retail_price": Decimal(int(row["retail_price"])) / MONEY_SCALE} for row in rows]


def units(services: Services, company_id: str, location: str) -> list[ListedUnits]:
    """List a location's units in stock, one entry for each serial number."""
    company, part = _listings(services, company_id)
    return part.listed_units(company.id, location)


def serials(
    services: Services, company_id: str, location: str, *, product: str | None = None, sku: str | None = None
) -> list[SerialNumber]:
    """List the serial numbers of a product by the platform's id of it, else by the vendor's SKU.

    NotFoundError when the location has no such SKU, or the platform tells no id of it.
    """
    company, part = _listings(services, company_id)
    if product is None:
        named = [one for one in part.product_names(company.id, location) if one.sku == sku]
        if not named:
            raise NotFoundError(f"location {location} of company {company.id} has no SKU {sku} of which an id is told")
        product = named[0].product_item
    return part.serial_numbers(company.id, location, product)


def employees(services: Services, company_id: str, *, every: bool = False) -> list[Employee]:
    """List the people who work at the company; with `every`, also those who do not any more."""
    company, part = _listings(services, company_id)
    return part.employees(company.id, only_enabled=not every)


def location_orders(
    services: Services, company_id: str, location: str, which: str, *, days: int | None = None
) -> list[PlatformOrder]:
    """List a location's orders, ours and others': one of WHICH.

    Completed ones are those of the last `days`, by default as many as the company's reports have.
    """
    company, part = _asked(services, company_id)
    if not isinstance(part, LocationOrders):
        raise lacking(company, LocationOrders)
    if which == "committed":
        return part.committed_orders(company.id, location)
    if which == "uncommitted":
        return part.uncommitted_orders(company.id, location)
    if which == "completed":
        window = report_window(company, services.channel(company).platform_now())
        start = window.start if days is None else window.end - timedelta(days=days)
        return part.completed_orders(company.id, location, ReportWindow(start, window.end))
    if which == "all":
        return part.all_orders(company.id, location)
    raise ConfigurationError(f"{which!r} is no list of orders; there are {', '.join(WHICH)}")


def switch_company(services: Services, company_id: str, *, enabled: bool, actor: str, reason: str) -> str:
    """Take up or give up the relationship with a company, once; gives how it stands afterwards.

    The intention is an exception `company_switched` from before the call until the platform shows it. Raises
    GatewayError when the platform refused, with nothing changed, and AmbiguousError when the company stands otherwise
    afterwards or that is not told: the exception stays open then.
    """
    company, part = _asked(services, company_id)
    if not isinstance(part, RelationshipDesk):
        raise lacking(company, RelationshipDesk)
    text = f"{actor} {'takes up' if enabled else 'gives up'} company {company.id}: {reason}"
    with services.database.transaction() as session:
        exceptions.raise_matter(session, Matter(company.id, "company_switched", company.id, text))
    failed: GatewayError | None = None
    try:
        part.enable_company(company.id, enabled=enabled)
    except AmbiguousError as error:
        failed = error
    except GatewayError:
        _settle(services, company)
        raise
    standing = _standing(services, company, failed)
    if (standing == ENABLED) is not enabled:
        why = f"{failed}; " if failed else ""
        raise AmbiguousError(f"{why}company {company.id} is {standing} at the platform now; look again, or repeat it")
    _settle(services, company)
    log.info("company_switched", company=company.id, standing=standing, actor=actor, reason=reason)
    return standing


def _standing(services: Services, company: CompanySettings, failed: GatewayError | None) -> str:
    try:
        told = standings_of(services.channel(company).relationships(), [company])
    except GatewayError as error:
        why = f"{failed}; " if failed else "the platform answered, but "
        raise AmbiguousError(
            f"{why}how company {company.id} stands cannot be read now: {error}. See it later with "
            "`replenisher check-config --connect`"
        ) from error
    with services.database.transaction() as session:
        record_standings(session, told)
    return told[company.id]


def _settle(services: Services, company: CompanySettings) -> None:
    with services.database.transaction() as session:
        exceptions.resolve(session, company.id, [company.id], ["company_switched"])


def _asked(services: Services, company_id: str) -> tuple[CompanySettings, object]:
    company = services.settings.company(company_id)
    return company, report_part(services.channel(company))


def _stock_lists(services: Services, company_id: str) -> tuple[CompanySettings, StockLists]:
    company, part = _asked(services, company_id)
    if not isinstance(part, StockLists):
        raise lacking(company, StockLists)
    return company, part


def _listings(services: Services, company_id: str) -> tuple[CompanySettings, Listings]:
    company, part = _asked(services, company_id)
    if not isinstance(part, Listings):
        raise lacking(company, Listings)
    return company, part
