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

from dataclasses import dataclass

from replenisher.config import CompanySettings
from replenisher.database import exceptions, notices, orders
from replenisher.database.notice_models import ShipmentNotice
from replenisher.database.notices import NOTICES
from replenisher.database.session import Session
from replenisher.logs import get_logger
from replenisher.outlets.notices import PLATFORM
from replenisher.purchasing.notice_matching import find_notice, notice_differences
from replenisher.purchasing.notice_states import NoticeState
from replenisher.purchasing.platform import NoticeLine
from replenisher.services import Services
from replenisher.workflows.looking_up import absent, look_once
from replenisher.workflows.ship.matters import OPEN_MATTERS, notice_matter

log = get_logger(__name__)


def settle_notice(services: Services, notice_id: int) -> None:
    """Look once for a notice whose fate is not known; does nothing when it is not due or has moved on."""
    look_once(
        services, NOTICES, notice_id, ask=_ask, judge=_judge, not_told=_not_told, back_to_ready=_goes_to_an_outlet
    )


def _goes_to_an_outlet(notice: ShipmentNotice) -> bool:
    return notice.outlet != PLATFORM


@dataclass(frozen=True)
class _Told:
    """What the platform has of a notice: its lines, None when it has none; or that it lists no notices at all."""

    lines: tuple[NoticeLine, ...] | None
    listed: bool = True


def _ask(services: Services, company: CompanySettings, notice: ShipmentNotice) -> _Told:
    channel = services.channel(company)
    if not channel.lists_notices:
        return _Told(None, listed=False)
    with services.database.transaction() as session:
        order = orders.order_of(session, notice.order_id)
    platform_order_id = "" if order is None else order.platform_order_id or ""
    return _Told(find_notice(channel.notices(company.id, platform_order_id), notice.shipment_number))


def _judge(services: Services, session: Session, notice: ShipmentNotice, told: _Told) -> None:
    times = services.settings.times
    if not told.listed:
        _by_setting(services, session, notice)
    elif told.lines is not None:
        _found(services, session, notice, told.lines)
    elif absent(services, session, NOTICES, notice, evidence={}):
        text = f"it may have been sent, and the platform does not list it {times.settle_window:g} s later"
        _ask_person(services, session, notice, text, times.track_every)


def _not_told(session: Session, notice: ShipmentNotice, text: str) -> None:
    exceptions.raise_matter(session, notice_matter(notice, "notice_unknown", text))


def _by_setting(services: Services, session: Session, notice: ShipmentNotice) -> None:
    """Settle a notice whose fate nobody can be asked for as the company's configuration says."""
    if services.settings.company(notice.company).notices.unanswered == "sent":
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
