"""Send a shipment notice exactly once, through the company's channel or its outlet, and record what came of it.

A crash after the claim leaves the notice `submitting`; its lease runs out, it becomes `unknown`, and it is looked up
where the platform lists notices. A person alone sends it again.
"""

from __future__ import annotations

from replenisher.config import CompanySettings
from replenisher.database import exceptions, notices
from replenisher.database.notice_models import ShipmentNotice
from replenisher.database.notices import NOTICES
from replenisher.database.session import Session
from replenisher.errors import GatewayError
from replenisher.logs import get_logger
from replenisher.outlets.notices import PLATFORM, outlet_named
from replenisher.purchasing.notice_matching import notice_differences
from replenisher.purchasing.notice_outcomes import NoticeOutcome, notice_outcome_of
from replenisher.purchasing.notice_states import NoticeState
from replenisher.purchasing.platform import NoticeAccepted
from replenisher.purchasing.schedule import next_look_up
from replenisher.services import Services
from replenisher.workflows.sending import TRIES_BEFORE_A_PERSON_HEARS, Send, send_once
from replenisher.workflows.ship.matters import OPEN_MATTERS, notice_matter, notice_request

log = get_logger(__name__)


def announce_notice(services: Services, notice_id: int) -> None:
    """Send one shipment notice; does nothing when it is not due, not ready any more, or another worker has it.

    Raises NotFoundError, with nothing claimed, when the notice's company is no longer configured.
    """
    sent = send_once(services, NOTICES, notice_id, prepare=_prepare, outcome_of=notice_outcome_of, record=_record)
    if sent is None:
        return
    notice = sent.document
    log.info(
        "notice_sent",
        notice_id=notice.id,
        shipment_number=notice.shipment_number,
        order_id=notice.order_id,
        company=notice.company,
        location=notice.location,
        outlet=notice.outlet,
        attempt=notice.attempts,
        fence=notice.fence,
        outcome=sent.outcome.name,
        to_state=sent.outcome.state.value if sent.moved else None,
    )


def _prepare(services: Services, session: Session, notice: ShipmentNotice, company: CompanySettings) -> Send:
    if notice.outlet == PLATFORM:
        return Send(notice_request(session, notice), services.channel(company).announce)
    return Send(notice_request(session, notice), outlet_named(notice.outlet, services.settings.data_folder))


def _record(
    services: Services,
    session: Session,
    notice: ShipmentNotice,
    outcome: NoticeOutcome,
    answer: NoticeAccepted | GatewayError,
) -> bool:
    evidence = {"message": outcome.message, "answer": answer.answer}
    if isinstance(answer, GatewayError):
        evidence["status"] = "" if answer.status is None else str(answer.status)
    moved = NOTICES.move(
        session,
        notice,
        outcome.state,
        name=outcome.name,
        actor=services.actor,
        evidence=evidence,
        next_in=_next_in(services, outcome),
    )
    if moved:
        _tell_person(session, notice, outcome)
    elif isinstance(answer, NoticeAccepted):
        _accepted_late(services, session, notice)
    if isinstance(answer, NoticeAccepted):
        _compare_echo(session, notice, answer)
    return moved


def _accepted_late(services: Services, session: Session, notice: ShipmentNotice) -> None:
    """Settle a notice that the platform took after we had given up waiting, if nothing has been sent since."""
    now = notices.locked(session, notice.id)
    undecided = now.state in (NoticeState.UNKNOWN.value, NoticeState.NEEDS_PERSON.value)
    if undecided and now.attempts == notice.attempts:
        NOTICES.move(session, now, NoticeState.SENT, name="accepted_late", actor=services.actor)
        exceptions.resolve(session, now.company, [now.shipment_number], OPEN_MATTERS)
    elif now.state != NoticeState.SENT.value or now.attempts != notice.attempts:
        text = (
            f"the platform took attempt {notice.attempts} after we had given up waiting, and it is {now.state} now; "
            "see that it is not there twice"
        )
        exceptions.raise_matter(session, notice_matter(notice, "notice_accepted_late", text))


def _compare_echo(session: Session, notice: ShipmentNotice, answer: NoticeAccepted) -> None:
    """Tell a person when the platform's answer repeats other lines than were sent; an answer without lines says none.

    Nothing takes a notice back, so it stays as it is.
    """
    wrong = notice_differences(notices.notice_lines(session, notice.id), answer.echo) if answer.echo else ()
    if wrong:
        text = f"the answer does not repeat what was sent: {'; '.join(wrong)}"
        exceptions.raise_matter(session, notice_matter(notice, "notice_echo", text))


def _tell_person(session: Session, notice: ShipmentNotice, outcome: NoticeOutcome) -> None:
    """Raise what a person should know of the answer, and settle what is no longer so."""
    if outcome.state is NoticeState.READY:
        if notice.attempts >= TRIES_BEFORE_A_PERSON_HEARS:
            text = f"tried {notice.attempts} times and not one got out: {outcome.message}"
            exceptions.raise_matter(session, notice_matter(notice, "notice_not_sent", text))
        return
    exceptions.resolve(session, notice.company, [notice.shipment_number], OPEN_MATTERS)
    if outcome.state is NoticeState.REFUSED:
        exceptions.raise_matter(session, notice_matter(notice, "notice_refused", outcome.message))
    elif outcome.state is NoticeState.NEEDS_PERSON:
        exceptions.raise_matter(session, notice_matter(notice, "notice_needs_person", outcome.message))


def _next_in(services: Services, outcome: NoticeOutcome) -> float | None:
    times = services.settings.times
    if outcome.state is NoticeState.UNKNOWN and outcome.delay_seconds is None:
        return next_look_up(times.look_ups, times.settle_window, 0.0)
    return (outcome.delay_seconds or 0.0) if outcome.state in (NoticeState.READY, NoticeState.UNKNOWN) else None
