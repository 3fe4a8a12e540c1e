"""Ask a retailer for goods back, and follow what a person does about it: each call once, then read from the list.

No id of ours goes with a new return, so nothing is ever sent again by the program. When an answer is lost, the list
decides where it can; where it cannot, the person is told what to look for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from replenisher.config import CompanySettings
from replenisher.errors import AmbiguousError, GatewayError, IllegalMoveError, NotFoundError
from replenisher.gateways.abilities import Listings, ReturnsDesk
from replenisher.gateways.composed import report_part
from replenisher.logs import get_logger
from replenisher.purchasing.vendor_returns import Return, ReturnLine
from replenisher.services import Services
from replenisher.workflows.offering import lacking

log = get_logger(__name__)

LOOK = "see `replenisher returns list --company"


def list_returns(
    services: Services, company_id: str, *, committed: bool | None = None, shipped: bool | None = None
) -> list[Return]:
    """List a company's returns by number, all or those that are, or are not, committed and shipped; reads only."""
    company, desk = _desk(services, company_id)
    found = {
        one.id: one
        for is_committed in ((False, True) if committed is None else (committed,))
        for is_shipped in ((False, True) if shipped is None else (shipped,))
        for one in desk.returns(company.id, committed=is_committed, shipped=is_shipped)
    }
    return sorted(found.values(), key=lambda one: int(one.id))


def ask_return(
    services: Services,
    company_id: str,
    location: str,
    units: Mapping[str, int],
    comments: str,
    *,
    vendor_number: str = "",
) -> Return:
    """Ask a location for units by the vendor's SKU, once; gives the return as the list then has it.

    Raises NotFoundError for a SKU that the location lacks; GatewayError when the platform refused, and AmbiguousError
    when it may have the return and the list does not settle it.
    """
    company, desk = _desk(services, company_id)
    lines = [ReturnLine(name, item, units[sku]) for sku, (name, item) in _items(services, company, location, units)]
    before = {one.id for one in list_returns(services, company_id)}
    asked = _counted(lines)
    made = failed = None
    try:
        made = desk.ask_return(company.id, location, lines, comments, vendor_number)
    except AmbiguousError as error:
        failed = error
    look = f'{LOOK} {company.id}` for location {location} and comments "{comments}" before it is asked for again'
    listed = _listed(services, company, failed, look)
    new = [
        one
        for one in listed
        if (one.id == made.id if made else one.id not in before)
        and (one.location, one.comments, _counted(one.lines)) == (location, comments, asked)
    ]
    if len(new) != 1:
        told = f"the list has {len(new)} new returns like it" if failed else "the list does not show it as it was asked"
        raise AmbiguousError(f"{f'{failed}; ' if failed else ''}{told}; {look}", operation="ask return")
    log.info("return_asked", company=company.id, location=location, return_id=new[0].id)
    return new[0]


def change_return(
    services: Services,
    company_id: str,
    return_id: str,
    *,
    vendor_number: str | None = None,
    comments: str | None = None,
    actions: Mapping[str, str] | None = None,
) -> Return:
    """Change a return, once; `actions` say by the vendor's SKU what is done with a product of a committed one.

    Raises NotFoundError; IllegalMoveError for a completed one, or actions before it is committed; GatewayError as
    `commit_return`.
    """
    company, desk = _desk(services, company_id)
    one = _found(services, company, return_id)
    if one.completed:
        raise IllegalMoveError(f"return {one.id} is completed; it is not changed any more")
    if actions and not one.committed:
        raise IllegalMoveError(f"return {one.id} is not committed yet; only then something is done with its products")
    wanted = replace(
        one,
        vendor_number=one.vendor_number if vendor_number is None else vendor_number,
        comments=one.comments if comments is None else comments,
        lines=_acted(services, company, one, actions or {}),
    )
    if wanted == one:
        raise IllegalMoveError(f"nothing would change: return {one.id} is as it shall be already")
    change = desk.change_committed_return if one.committed else desk.change_return
    return _once(services, company, wanted, lambda: change(company.id, wanted))


def commit_return(services: Services, company_id: str, return_id: str) -> Return:
    """Commit a return, once: its units leave the stock; gives it as the list then has it.

    Raises NotFoundError, IllegalMoveError when it is committed already, GatewayError when the platform refused, and
    AmbiguousError when the list does not show it committed, or does not tell.
    """
    company, desk = _desk(services, company_id)
    one = _found(services, company, return_id)
    if one.committed:
        raise IllegalMoveError(f"return {one.id} is committed already")
    return _once(services, company, replace(one, committed=True), lambda: desk.commit_return(company.id, one))


def complete_return(services: Services, company_id: str, return_id: str) -> Return:
    """Settle a committed return, once; gives it as the list then has it. Errors as `commit_return`."""
    company, desk = _desk(services, company_id)
    one = _found(services, company, return_id)
    if one.completed or not one.committed:
        raise IllegalMoveError(f"return {one.id} is {'completed already' if one.completed else 'not committed yet'}")
    return _once(services, company, replace(one, completed=True), lambda: desk.complete_return(company.id, one))


def _once(services: Services, company: CompanySettings, wanted: Return, call: Callable[[], Return]) -> Return:
    failed = None
    try:
        call()
    except AmbiguousError as error:
        failed = error
    look = f"{LOOK} {company.id}` before it is asked for again"
    listed = {one.id: one for one in _listed(services, company, failed, look)}
    now = listed.get(wanted.id)
    if now is None or _told(now) != _told(wanted):
        told = "the list does not have it any more" if now is None else "the list does not show that"
        why = f"{failed}; " if failed else ""
        raise AmbiguousError(f"return {wanted.id}: {why}{told}; {look}", operation="change return")
    log.info("return_changed", company=company.id, return_id=now.id)
    return now


def _told(one: Return) -> tuple[object, ...]:
    """Give what we ask for; costs, numbers and whether it counts as shipped are the platform's own affair."""
    lines = sorted((line.product_item, line.serial_number, line.quantity, line.action) for line in one.lines)
    return one.vendor_number, one.comments, one.committed, one.completed, lines


def _listed(services: Services, company: CompanySettings, failed: GatewayError | None, look: str) -> list[Return]:
    try:
        return list_returns(services, company.id)
    except GatewayError as error:
        why = f"{failed}; " if failed else "the platform answered, but "
        raise AmbiguousError(f"{why}the list cannot be read now: {error}; {look}", operation="list returns") from error


def _found(services: Services, company: CompanySettings, return_id: str) -> Return:
    for one in list_returns(services, company.id):
        if return_id.strip() in (one.id, one.printed_number):
            return one
    raise NotFoundError(f"company {company.id} has no return {return_id}; {LOOK} {company.id}`")


def _items(
    services: Services, company: CompanySettings, location: str, skus: Mapping[str, object]
) -> list[tuple[str, tuple[str, str]]]:
    """Give for each SKU the retailer's own one and the platform's id of the product."""
    part = report_part(services.channel(company))
    if not isinstance(part, Listings):
        raise lacking(company, Listings)
    known = {one.sku: (one.retailer_sku, one.product_item) for one in part.product_names(company.id, location)}
    missing = [sku for sku in skus if sku not in known]
    if missing:
        raise NotFoundError(f"location {location} of company {company.id} has no SKU {', '.join(missing)}")
    return [(sku, known[sku]) for sku in skus]


def _acted(
    services: Services, company: CompanySettings, one: Return, actions: Mapping[str, str]
) -> tuple[ReturnLine, ...]:
    if not actions:
        return one.lines
    items = {item: actions[sku] for sku, (_, item) in _items(services, company, one.location, actions)}
    missing = items.keys() - {line.product_item for line in one.lines}
    if missing:
        raise NotFoundError(f"return {one.id} has no product {', '.join(sorted(missing))}")
    return tuple(replace(line, action=items.get(line.product_item, line.action)) for line in one.lines)


def _counted(lines: Sequence[ReturnLine]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for line in lines:
        counted[line.product_item] += line.quantity
    return counted


def _desk(services: Services, company_id: str) -> tuple[CompanySettings, ReturnsDesk]:
    company = services.settings.company(company_id)
    part = report_part(services.channel(company))
    if not isinstance(part, ReturnsDesk):
        raise lacking(company, ReturnsDesk)
    return company, part
