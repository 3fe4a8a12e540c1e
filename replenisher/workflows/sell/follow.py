"""Follow a sale order at the platform: the status log tells whether it arrived, people whether it is done.

A 202 says only that its format was good. The latest entry of the log that says Success or Failure decides; where the
log stays empty, synchronisation of customers may be off at the retailer, and nobody but us would notice.
"""

from __future__ import annotations

import random

from replenisher.config import CompanySettings
from replenisher.database import exceptions
from replenisher.database.sale_models import SaleOrder
from replenisher.database.sales import SALES
from replenisher.database.session import Session
from replenisher.errors import CredentialsError, ForbiddenError, GatewayError
from replenisher.logs import get_logger
from replenisher.purchasing.sale_matching import verdict_of
from replenisher.purchasing.sale_orders import PlatformSaleState, StatusEntry
from replenisher.purchasing.sale_states import FOLLOWED, SaleState
from replenisher.purchasing.schedule import next_poll
from replenisher.services import Services
from replenisher.workflows.pauses import pause_platform
from replenisher.workflows.sell.matters import OPEN_MATTERS, UNSENT_MATTERS, sale_matter

log = get_logger(__name__)

READS_BEFORE_A_PERSON_HEARS = 8
"""Failed looks in a row."""

ENDS = {PlatformSaleState.COMPLETED: SaleState.COMPLETED, PlatformSaleState.CANCELLED: SaleState.CANCELLED}


def follow_sale(services: Services, sale_id: int) -> None:
    """Look once at a sale order that is at the platform; does nothing when it is not due or has moved on."""
    with services.database.transaction() as session:
        sale = SALES.claim_for_looking(session, sale_id, states=FOLLOWED, lease=services.settings.times.lease)
    if sale is None:
        return
    company = services.settings.company(sale.company)
    desk, theirs = services.sale_desk(company), sale.platform_sale_id or ""
    try:
        log_now = desk.log(company.id, theirs)
        state = desk.state(company.id, theirs)
    except GatewayError as error:
        _unread(services, company, sale, error)
        return
    with services.database.transaction() as session:
        exceptions.resolve(session, sale.company, [sale.printable_id], ["sale_order_not_read"])
        if state in ENDS:
            _ended(services, session, sale, ENDS[state])
        else:
            _told(services, session, sale, verdict_of(log_now))


def _ended(services: Services, session: Session, sale: SaleOrder, state: SaleState) -> None:
    """Somebody has completed or cancelled it at the platform."""
    if SALES.move(session, sale, state, name=f"{state.value}_there", actor=services.actor):
        exceptions.resolve(session, sale.company, [sale.printable_id], OPEN_MATTERS)
        log.info("sale_order_ended", sale_order_id=sale.id, printable_id=sale.printable_id, state=state.value)


def _told(services: Services, session: Session, sale: SaleOrder, entry: StatusEntry | None) -> None:
    every = services.settings.times.track_every
    if entry is None and sale.state != SaleState.ACCEPTED.value:
        # A log that told once is not silent; that it lacks the entry now moves nothing.
        SALES.look_again(session, sale, next_in=every, failed_looks=0)
        return
    if entry is None:
        _silent(services, session, sale)
        return
    state = SaleState.SUCCEEDED if entry.succeeded else SaleState.FAILED
    # An invoice that was written is the end of it: nothing more is promised, and nobody completes it.
    next_in = None if entry.succeeded and sale.invoice else every
    if state is SaleState(sale.state):
        SALES.look_again(session, sale, next_in=every, polls=0, failed_looks=0, log_status=entry.details)
        if entry.details != sale.log_status:
            _tell_person(session, sale, state, entry)
        return
    evidence = {"status": entry.raw_status, "details": entry.details, "entry": entry.entry_id}
    moved = SALES.move(
        session,
        sale,
        state,
        name=state.value,
        actor=services.actor,
        evidence=evidence,
        next_in=next_in,
        log_status=entry.details,
        polls=0,
        failed_looks=0,
    )
    if moved:
        _tell_person(session, sale, state, entry)
        log.info("sale_order_told", sale_order_id=sale.id, printable_id=sale.printable_id, to_state=state.value)


def _tell_person(session: Session, sale: SaleOrder, state: SaleState, entry: StatusEntry) -> None:
    """Success settles whatever was open; of a failure a person reads the log's latest text."""
    settled = OPEN_MATTERS if state is SaleState.SUCCEEDED else (*UNSENT_MATTERS, "sale_order_silent")
    exceptions.resolve(session, sale.company, [sale.printable_id], settled)
    if state is SaleState.FAILED:
        text = (
            f"the platform could not take it into its point of sale: {entry.details or entry.raw_status}. Correct the"
            " cause there, or `replenisher sale-orders cancel` it and import it again under a new number"
        )
        exceptions.raise_matter(session, sale_matter(sale, "sale_order_failed", text))


def _silent(services: Services, session: Session, sale: SaleOrder) -> None:
    """The log says nothing yet; after a while a person hears why that may be."""
    times = services.settings.times
    polls = sale.polls + 1
    # The jitter spreads requests, it guards nothing.
    wait = next_poll(times.polls, polls, random.random())  # noqa: S311
    if SALES.seconds_in_state(session, sale) > times.status_log_limit:
        wait = times.track_every
        text = (
            f"taken, and its status log has said nothing for {times.status_log_limit:g} s; it may never have reached"
            " the point of sale. Ask the retailer whether CRM synchronisation is enabled and works"
        )
        exceptions.raise_matter(session, sale_matter(sale, "sale_order_silent", text))
    SALES.look_again(session, sale, next_in=wait, polls=polls, failed_looks=0)


def _unread(services: Services, company: CompanySettings, sale: SaleOrder, error: GatewayError) -> None:
    """Look again later at a sale order that could not be read; tell a person when that goes on."""
    if isinstance(error, CredentialsError | ForbiddenError):
        pause_platform(services, company, error)
    log.warning("sale_order_not_read", sale_order_id=sale.id, error=str(error))
    with services.database.transaction() as session:
        failed = sale.failed_looks + 1
        if failed >= READS_BEFORE_A_PERSON_HEARS:
            text = f"{failed} looks in a row failed, so its fate goes unseen: {error}"
            exceptions.raise_matter(session, sale_matter(sale, "sale_order_not_read", text))
        SALES.look_again(session, sale, next_in=services.settings.times.track_every, failed_looks=failed)
