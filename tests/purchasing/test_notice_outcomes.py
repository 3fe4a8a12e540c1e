"""What each answer to an announcement means for the notice; the table of failed attempts is that of orders."""

from __future__ import annotations

import pytest

from replenisher.errors import (
    AbsentError,
    AmbiguousError,
    CredentialsError,
    ExistsError,
    ForbiddenError,
    GatewayError,
    NotSentError,
    RefusedError,
    ReportRefusedError,
    ThrottledError,
    UnauthorisedError,
    UnavailableError,
)
from replenisher.purchasing.notice_outcomes import notice_outcome_of
from replenisher.purchasing.notice_states import MOVES, NoticeState
from replenisher.purchasing.outcomes import outcome_of
from replenisher.purchasing.platform import NoticeAccepted
from replenisher.purchasing.states import OrderState

WAIT = 30.0
TAKEN = NoticeAccepted("S1", "<ok/>")

TABLE: list[tuple[GatewayError, NoticeState, float | None, bool]] = [
    (NotSentError("no connection"), NoticeState.READY, WAIT, False),
    (UnauthorisedError("401", status=401), NoticeState.READY, WAIT, False),
    (ThrottledError("429", retry_after_seconds=7.5), NoticeState.READY, 7.5, False),
    (CredentialsError("wrong password"), NoticeState.READY, WAIT, True),
    (ForbiddenError("403", status=403), NoticeState.NEEDS_PERSON, WAIT, True),
    (RefusedError("unknown order", status=500), NoticeState.REFUSED, WAIT, False),
    (ExistsError("there already", status=500), NoticeState.UNKNOWN, 0.0, False),
    (AmbiguousError("read timed out"), NoticeState.UNKNOWN, None, False),
    (UnavailableError("503", status=503), NoticeState.UNKNOWN, None, False),
    (AbsentError("404", explained=True), NoticeState.UNKNOWN, None, False),
    (ReportRefusedError(location="1", report="notices", reason="empty"), NoticeState.UNKNOWN, None, False),
    (GatewayError("something else"), NoticeState.UNKNOWN, None, False),
]
SAME_AS = {
    OrderState.APPROVED: NoticeState.READY,
    OrderState.NEEDS_PERSON: NoticeState.NEEDS_PERSON,
    OrderState.UNKNOWN: NoticeState.UNKNOWN,
    OrderState.REFUSED: NoticeState.REFUSED,
}
"""Where a notice goes when an order with the same answer goes there."""


@pytest.mark.parametrize(("error", "state", "delay", "pause"), TABLE, ids=lambda part: type(part).__name__)
def test_each_error_has_one_meaning(error: GatewayError, state: NoticeState, delay: float | None, pause: bool) -> None:
    outcome = notice_outcome_of(error, resubmit_wait=WAIT)
    assert (outcome.state, outcome.delay_seconds, outcome.pause_company) == (state, delay, pause)
    assert outcome.message == str(error)


def test_a_notice_that_the_platform_took_is_sent() -> None:
    outcome = notice_outcome_of(TAKEN, resubmit_wait=WAIT)
    assert (outcome.state, outcome.name) == (NoticeState.SENT, "accepted")
    assert (outcome.delay_seconds, outcome.pause_company) == (None, False)


def test_a_notice_and_an_order_read_the_same_error_alike() -> None:
    for error, *_ in TABLE:
        order, notice = outcome_of(error, resubmit_wait=WAIT), notice_outcome_of(error, resubmit_wait=WAIT)
        assert notice.state is SAME_AS[order.state]
        assert (notice.name, notice.message, notice.delay_seconds, notice.pause_company) == (
            order.name,
            order.message,
            order.delay_seconds,
            order.pause_company,
        )


def test_every_outcome_is_a_move_that_a_sent_notice_may_make() -> None:
    answers: list[NoticeAccepted | GatewayError] = [TAKEN, *(error for error, *_ in TABLE)]
    for answer in answers:
        assert notice_outcome_of(answer, resubmit_wait=WAIT).state in MOVES[NoticeState.SUBMITTING]


def test_only_a_proof_that_nothing_was_processed_lets_a_notice_go_out_again() -> None:
    again = {
        type(error) for error, *_ in TABLE if notice_outcome_of(error, resubmit_wait=WAIT).state is NoticeState.READY
    }
    assert again == {NotSentError, UnauthorisedError, ThrottledError, CredentialsError}
