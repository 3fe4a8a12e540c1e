"""Find out what became of a shipment notice that may have arrived.

1. A `submitting` notice whose lease has run out becomes `unknown`; one that an outlet was given becomes `ready` again,
   for an outlet knows a notice by its number.
2. Where the platform lists notices, an `unknown` one is looked up at the listed ages and once more when the settle
   window ends: found with equal lines it is sent, with other lines or not found by then it needs a person. One that
   needs a person is still looked up now and then.
3. Where it lists none, the company's setting `notices.unanswered` decides at once.

"Not found" counts only when the platform answered the list. Nothing here ever sends a notice.
"""

from __future__ import annotations

from replenisher.config import CompanySettings
from replenisher.database import exceptions, notices, orders
from replenisher.database.notice_models import ShipmentNotice
from replenisher.database.notices import NOTICES
from replenisher.database.session import Session
from replenisher.errors import CredentialsError, ForbiddenError, GatewayError
from replenisher.logs import get_logger
from replenisher.outlets.notices import PLATFORM
from replenisher.purchasing.notice_matching import find_notice, notice_differences
from replenisher.purchasing.notice_states import NoticeState
from replenisher.purchasing.platform import NoticeLine
from replenisher.purchasing.schedule import next_look_up
from replenisher.services import Services
from replenisher.workflows.pauses import pause_platform
from replenisher.workflows.reconcile import RETRY_SECONDS
from replenisher.workflows.ship.matters import OPEN_MATTERS, notice_matter

log = get_logger(__name__)

AMBIGUOUS = frozenset({NoticeState.SUBMITTING, NoticeState.UNKNOWN, NoticeState.NEEDS_PERSON})


def settle_notice(services: Services, notice_id: int) -> None:
    """Look once for a notice whose fate is not known; does nothing when it is not due or has moved on."""
    lease = services.settings.times.lease
    with services.database.transaction() as session:
        notice = NOTICES.claim_for_looking(session, notice_id, states=AMBIGUOUS, lease=lease)
        if notice is None:
            return
        if notice.state == NoticeState.SUBMITTING.value:
            _lease_expired(services, session, notice)
            return
        order = orders.order_of(session, notice.order_id)
    company = services.settings.company(notice.company)
    channel = services.channel(company)
    if not channel.lists_notices:
        _by_setting(services, company, notice)
        return
    platform_order_id = "" if order is None else order.platform_order_id or ""
    try:
        theirs = find_notice(channel.notices(company.id, platform_order_id), notice.shipment_number)
    except GatewayError as error:
        if isinstance(error, CredentialsError | ForbiddenError):
            pause_platform(services, company, error)
        _unanswered(services, notice, error)
        return
    with services.database.transaction() as session:
        if theirs is None:
            _not_found(services, session, notice)
        else:
            _found(services, session, notice, theirs)


def _lease_expired(services: Services, session: Session, notice: ShipmentNotice) -> None:
    times = services.settings.times
    to_platform = notice.outlet == PLATFORM
    NOTICES.move(
        session,
        notice,
        NoticeState.UNKNOWN if to_platform else NoticeState.READY,
        name="lease_expired",
        actor=services.actor,
        evidence={"message": "the worker that was sending it gave no answer within its lease"},
        next_in=next_look_up(times.look_ups, times.settle_window, 0.0) if to_platform else 0.0,
    )
    log.warning("notice_lease_expired", notice_id=notice.id, shipment_number=notice.shipment_number)


def _by_setting(services: Services, company: CompanySettings, notice: ShipmentNotice) -> None:
    """Settle a notice whose fate nobody can be asked for as the company's configuration says."""
    with services.database.transaction() as session:
        if company.notices.unanswered == "sent":
            _sent(services, session, notice, "taken_as_sent", {"message": "notices.unanswered is `sent`"})
        else:
            _ask_person(services, session, notice, "it may have arrived, and its platform lists no notices", None)


def _found(services: Services, session: Session, notice: ShipmentNotice, theirs: tuple[NoticeLine, ...]) -> None:
    wrong = notice_differences(notices.notice_lines(session, notice.id), theirs)
    if wrong:
        text = f"the platform has it with other content: {'; '.join(wrong)}"
        _ask_person(services, session, notice, text, services.settings.times.track_every)
    else:
        _sent(services, session, notice, "found", {"message": "the platform lists it with equal lines"})


def _not_found(services: Services, session: Session, notice: ShipmentNotice) -> None:
    times = services.settings.times
    if notice.state == NoticeState.NEEDS_PERSON.value:
        NOTICES.look_again(session, notice, next_in=times.track_every)
        return
    waited = NOTICES.seconds_in_state(session, notice)
    evidence = {"seconds_unknown": round(waited, 1)}
    NOTICES.add_news(session, notice, name="looked_up_absent", actor=services.actor, evidence=evidence)
    wait = next_look_up(times.look_ups, times.settle_window, waited)
    if wait is not None:
        NOTICES.look_again(session, notice, next_in=wait)
        return
    text = f"it may have been sent, and the platform does not list it {times.settle_window:g} s later"
    _ask_person(services, session, notice, text, times.track_every)


def _unanswered(services: Services, notice: ShipmentNotice, error: GatewayError) -> None:
    """Keep the notice as it is: a list that was not answered says nothing about what is on it."""
    times = services.settings.times
    log.warning("notice_look_up_unanswered", notice_id=notice.id, error=str(error))
    with services.database.transaction() as session:
        wait = min(RETRY_SECONDS, times.look_ups[0])
        if NOTICES.seconds_in_state(session, notice) > times.settle_window:
            wait = times.track_every
            text = f"its fate is not known, and the platform does not tell: {error}"
            exceptions.raise_matter(session, notice_matter(notice, "notice_unknown", text))
        NOTICES.look_again(session, notice, next_in=wait)


def _sent(services: Services, session: Session, notice: ShipmentNotice, name: str, evidence: dict[str, object]) -> None:
    if NOTICES.move(session, notice, NoticeState.SENT, name=name, actor=services.actor, evidence=evidence):
        exceptions.resolve(session, notice.company, [notice.shipment_number], OPEN_MATTERS)
        log.info("notice_settled", notice_id=notice.id, shipment_number=notice.shipment_number, found=name)


def _ask_person(
    services: Services, session: Session, notice: ShipmentNotice, message: str, next_in: float | None
) -> None:
    """Hand a notice to a person, who asks the retailer; it keeps standing until that person has decided."""
    told = (
        f"{message}. Ask the retailer; then `replenisher shipments settle` if it is there, `resend` or `cancel` if not"
    )
    if notice.state == NoticeState.NEEDS_PERSON.value:
        exceptions.raise_matter(session, notice_matter(notice, "notice_needs_person", told))
        if next_in is not None:
            NOTICES.look_again(session, notice, next_in=next_in)
        return
    evidence = {"message": message}
    moved = NOTICES.move(
        session,
        notice,
        NoticeState.NEEDS_PERSON,
        name="needs_person",
        actor=services.actor,
        evidence=evidence,
        next_in=next_in,
    )
    if moved:
        exceptions.resolve(session, notice.company, [notice.shipment_number], ["notice_unknown"])
        exceptions.raise_matter(session, notice_matter(notice, "notice_needs_person", told))
        log.error("notice_needs_person", notice_id=notice.id, shipment_number=notice.shipment_number, reason=message)
