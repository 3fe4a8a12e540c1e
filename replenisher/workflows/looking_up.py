"""Look once for a document whose fate is not known: what every kind does alike around its own question and judgement.

A document that was being sent when its lease ran out becomes `unknown`. A question that is not answered changes nothing
and is asked again. "Not there" counts only when the platform answered, and decides nothing before the settle window
ends. Nothing here ever sends a document.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from replenisher.config import CompanySettings
from replenisher.database.documents import Ledger, Row, State
from replenisher.database.session import Session
from replenisher.errors import CredentialsError, ForbiddenError, GatewayError
from replenisher.logs import get_logger
from replenisher.purchasing.schedule import next_look_up
from replenisher.services import Services
from replenisher.workflows.pauses import pause_platform

log = get_logger(__name__)

RETRY_SECONDS = 30.0
"""Longest pause after a question that was not answered, while the settle window lasts."""
Answer = TypeVar("Answer")


def look_once(
    services: Services,
    ledger: Ledger[Row, State],
    document_id: int,
    *,
    ask: Callable[[Services, CompanySettings, Row], Answer],
    judge: Callable[[Services, Session, Row, Answer], None],
    not_told: Callable[[Session, Row, str], None],
    back_to_ready: Callable[[Row], bool] = lambda _: False,
) -> None:
    """Look for a document; does nothing when it is not due, has moved on, or its company is paused.

    `ask` asks the platform with no session open, and `judge` records what the answer means. `not_told` tells a person
    that the platform has not answered for longer than the settle window. A document of which `back_to_ready` holds may
    be sent twice without harm, and is sent again when its lease has run out.
    """
    looked_up = frozenset({ledger.sending, ledger.unknown, ledger.needs_person})
    with services.database.transaction() as session:
        row = ledger.claim_for_looking(session, document_id, states=looked_up, lease=services.settings.times.lease)
        if row is None:
            return
        if row.state == ledger.sending.value:
            _lease_expired(services, session, ledger, row, back_to_ready=back_to_ready(row))
            return
    company = services.settings.company(row.company)
    try:
        answer = ask(services, company, row)
    except GatewayError as error:
        if isinstance(error, CredentialsError | ForbiddenError):
            pause_platform(services, company, error)
        _unanswered(services, ledger, row, error, not_told)
        return
    with services.database.transaction() as session:
        judge(services, session, row, answer)


def absent(
    services: Services, session: Session, ledger: Ledger[Row, State], row: Row, *, evidence: dict[str, object]
) -> bool:
    """Note that the platform answered without the document; true when something has to be decided now.

    Until the settle window ends, and for one that a person has already been asked about, it is looked for again.
    """
    times = services.settings.times
    if row.state == ledger.needs_person.value:
        ledger.look_again(session, row, next_in=times.track_every)
        return False
    waited = ledger.seconds_in_state(session, row)
    told = {"seconds_unknown": round(waited, 1), **evidence}
    ledger.add_news(session, row, name="looked_up_absent", actor=services.actor, evidence=told)
    wait = next_look_up(times.look_ups, times.settle_window, waited)
    if wait is None:
        return True
    ledger.look_again(session, row, next_in=wait)
    return False


def _lease_expired(
    services: Services, session: Session, ledger: Ledger[Row, State], row: Row, *, back_to_ready: bool
) -> None:
    times = services.settings.times
    ledger.move(
        session,
        row,
        ledger.ready if back_to_ready else ledger.unknown,
        name="lease_expired",
        actor=services.actor,
        evidence={"message": "the worker that was sending it gave no answer within its lease"},
        next_in=0.0 if back_to_ready else next_look_up(times.look_ups, times.settle_window, 0.0),
    )
    log.warning("lease_expired", document=ledger.name, id=row.id, company=row.company)


def _unanswered(
    services: Services,
    ledger: Ledger[Row, State],
    row: Row,
    error: GatewayError,
    not_told: Callable[[Session, Row, str], None],
) -> None:
    """Keep the document as it is: a question that was not answered says nothing about what there is."""
    times = services.settings.times
    log.warning("look_up_unanswered", document=ledger.name, id=row.id, company=row.company, error=str(error))
    with services.database.transaction() as session:
        wait = min(RETRY_SECONDS, times.look_ups[0])
        if ledger.seconds_in_state(session, row) > times.settle_window:
            wait = times.track_every
            not_told(session, row, f"its fate is not known, and the platform does not tell: {error}")
        ledger.look_again(session, row, next_in=wait)
