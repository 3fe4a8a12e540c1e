"""Find out what became of a sale order that may have arrived: search the platform for its printable id.

1. A `submitting` one whose lease has run out becomes `unknown`: its worker died or froze.
2. An `unknown` one is searched for at the listed ages and once more when the settle window ends: found once and equal
   it is accepted; found several times, different, or not found by then it needs a person, and is still searched for.

"Not found" counts only when the platform answered the search. Nothing here ever sends a sale order.
"""

from __future__ import annotations

from replenisher.config import CompanySettings
from replenisher.database import exceptions, sales
from replenisher.database.sale_models import SaleOrder
from replenisher.database.sales import SALES
from replenisher.database.session import Session
from replenisher.logs import get_logger
from replenisher.purchasing.sale_matching import sale_differences
from replenisher.purchasing.sale_orders import SaleSummary
from replenisher.purchasing.sale_states import SaleState
from replenisher.purchasing.schedule import next_poll
from replenisher.services import Services
from replenisher.workflows.looking_up import absent, look_once
from replenisher.workflows.sell.matters import UNSENT_MATTERS, sale_matter, sale_request

log = get_logger(__name__)


def settle_sale(services: Services, sale_id: int) -> None:
    """Look once for a sale order whose fate is not known; does nothing when it is not due or has moved on."""
    look_once(services, SALES, sale_id, ask=_found, judge=_judge, not_told=_not_told)


def _found(services: Services, company: CompanySettings, sale: SaleOrder) -> list[SaleSummary]:
    """Search for the number; what was found is read once more by its id, for a list may tell less."""
    desk = services.sale_desk(company)
    found = desk.find(company.id, sale.printable_id)
    return [desk.sale_order(company.id, one.platform_sale_id) for one in found]


def _judge(services: Services, session: Session, sale: SaleOrder, found: list[SaleSummary]) -> None:
    if not found:
        if absent(services, session, SALES, sale, evidence={}):
            after = f"{services.settings.times.settle_window:g} s later"
            _ask_person(services, session, sale, f"it may have been sent, and the platform does not have it {after}")
        return
    if len(found) > 1:
        ids = ", ".join(sorted(one.platform_sale_id for one in found))
        _ask_person(
            services, session, sale, f"the platform has {len(found)} with this number: {ids}; cancel all but one"
        )
        return
    (theirs,) = found
    wrong = sale_differences(sale_request(sale), theirs)
    owner = sales.owner_of(session, sale, theirs.platform_sale_id)
    if owner is not None:
        wrong = (*wrong, f"the platform's {theirs.platform_sale_id} is our sale order {owner}")
    if wrong:
        _ask_person(services, session, sale, f"the platform has it with other content: {'; '.join(wrong)}")
        return
    moved = SALES.move(
        session,
        sale,
        SaleState.ACCEPTED,
        name="found",
        actor=services.actor,
        evidence={"platform_sale_id": theirs.platform_sale_id},
        next_in=next_poll(services.settings.times.polls, 0, 0.0),
        platform_sale_id=theirs.platform_sale_id,
        polls=0,
    )
    if moved:
        exceptions.resolve(session, sale.company, [sale.printable_id], UNSENT_MATTERS)
        log.info("sale_order_found", sale_order_id=sale.id, printable_id=sale.printable_id)


def _not_told(session: Session, sale: SaleOrder, text: str) -> None:
    exceptions.raise_matter(session, sale_matter(sale, "sale_order_unknown", text))


def _ask_person(services: Services, session: Session, sale: SaleOrder, message: str) -> None:
    """Hand a sale order to a person, who asks the retailer; its units stay promised until that person has decided."""
    every = services.settings.times.track_every
    told = f"{message}. Ask the retailer; then `replenisher sale-orders resend` or `cancel` if it is not there"
    if sale.state == SaleState.NEEDS_PERSON.value:
        exceptions.raise_matter(session, sale_matter(sale, "sale_order_needs_person", told))
        SALES.look_again(session, sale, next_in=every)
        return
    moved = SALES.move(
        session,
        sale,
        SaleState.NEEDS_PERSON,
        name="needs_person",
        actor=services.actor,
        evidence={"message": message},
        next_in=every,
    )
    if moved:
        exceptions.resolve(session, sale.company, [sale.printable_id], ["sale_order_unknown"])
        exceptions.raise_matter(session, sale_matter(sale, "sale_order_needs_person", told))
        log.error("sale_order_needs_person", sale_order_id=sale.id, printable_id=sale.printable_id, reason=message)
