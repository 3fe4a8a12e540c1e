"""What each answer to a create means for the order; whatever nobody foresaw is ambiguous."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

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
    UnreadableError,
)
from replenisher.purchasing.outcomes import outcome_of
from replenisher.purchasing.platform import OrderAccepted
from replenisher.purchasing.states import MOVES, OrderState

WAIT = 30.0


@dataclass(frozen=True)
class Meaning:
    """A row of the table: where the order goes, after how many seconds it is due, whether the company pauses."""

    error: GatewayError
    state: OrderState
    delay: float | None = None
    pause: bool = False


TABLE = [
    Meaning(NotSentError("no connection"), OrderState.APPROVED, WAIT),
    Meaning(UnauthorisedError("401", status=401), OrderState.APPROVED, WAIT),
    Meaning(ThrottledError("429", retry_after_seconds=7.5), OrderState.APPROVED, 7.5),
    Meaning(CredentialsError("invalid_grant"), OrderState.APPROVED, WAIT, pause=True),
    Meaning(ForbiddenError("403", status=403), OrderState.NEEDS_PERSON, WAIT, pause=True),
    Meaning(RefusedError("422", status=422), OrderState.REFUSED, WAIT),
    Meaning(ExistsError("409", status=409), OrderState.UNKNOWN, 0.0),
    Meaning(AmbiguousError("read timed out"), OrderState.UNKNOWN),
    Meaning(UnavailableError("500", status=500), OrderState.UNKNOWN),
    Meaning(UnreadableError("no list", status=200), OrderState.UNKNOWN),
    Meaning(AbsentError("404", explained=True), OrderState.UNKNOWN),
    Meaning(AbsentError("404", explained=False), OrderState.UNKNOWN),
    Meaning(ReportRefusedError(location="1", report="inventory", reason="empty"), OrderState.UNKNOWN),
    Meaning(GatewayError("something else"), OrderState.UNKNOWN),
]


def kinds(root: type[GatewayError] = GatewayError) -> Iterator[type[GatewayError]]:
    """Every kind of gateway error that the error tree knows."""
    yield root
    for kind in root.__subclasses__():
        yield from kinds(kind)


def test_the_table_names_every_kind_of_gateway_error() -> None:
    ours = {kind for kind in kinds() if kind.__module__ == "replenisher.errors"}
    assert {type(row.error) for row in TABLE} == ours


@pytest.mark.parametrize("row", TABLE, ids=lambda row: type(row.error).__name__)
def test_each_error_has_one_meaning(row: Meaning) -> None:
    outcome = outcome_of(row.error, resubmit_wait=WAIT)
    assert (outcome.state, outcome.delay_seconds, outcome.pause_company) == (row.state, row.delay, row.pause)
    assert outcome.platform_order_id is None
    assert outcome.message == str(row.error)
    assert outcome.name


def test_an_accepted_order_carries_the_platforms_id() -> None:
    outcome = outcome_of(OrderAccepted("po-77", "{}"), resubmit_wait=WAIT)
    assert (outcome.state, outcome.platform_order_id) == (OrderState.ACCEPTED, "po-77")
    assert (outcome.delay_seconds, outcome.pause_company) == (None, False)


def test_every_outcome_is_a_move_that_a_sent_order_may_make() -> None:
    answers: list[OrderAccepted | GatewayError] = [OrderAccepted("po-77", "{}"), *(row.error for row in TABLE)]
    for answer in answers:
        assert outcome_of(answer, resubmit_wait=WAIT).state in MOVES[OrderState.SUBMITTING]


def test_an_error_of_a_kind_nobody_foresaw_is_ambiguous() -> None:
    class NewKindError(GatewayError):
        pass

    outcome = outcome_of(NewKindError("surprise"), resubmit_wait=WAIT)
    assert (outcome.state, outcome.name) == (OrderState.UNKNOWN, "ambiguous")


def test_a_new_kind_of_definite_no_is_still_a_no() -> None:
    class TooLargeError(RefusedError):
        pass

    assert outcome_of(TooLargeError("413"), resubmit_wait=WAIT).state is OrderState.REFUSED


def test_only_a_proof_that_nothing_was_processed_lets_an_order_go_out_again() -> None:
    again = {type(row.error) for row in TABLE if outcome_of(row.error, resubmit_wait=WAIT).state is OrderState.APPROVED}
    assert again == {NotSentError, UnauthorisedError, ThrottledError, CredentialsError}
