"""How far an order is, from what the platform has received of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.purchasing.platform import PlatformLine, PlatformOrder, PlatformStatus, RequestLine
from replenisher.purchasing.receiving import progress
from replenisher.purchasing.states import AT_PLATFORM, OrderState

ORDERED = (RequestLine("00123", 12, None), RequestLine("NA", 6, None))
OPEN = (PlatformStatus.PENDING, PlatformStatus.COMMITTED, PlatformStatus.PARTLY_RECEIVED)


def order(status: PlatformStatus, received: dict[str, int], raw_status: str = "") -> PlatformOrder:
    """The platform's order with the units received by SKU."""
    lines = tuple(PlatformLine(sku, 0, units) for sku, units in received.items())
    return PlatformOrder("po-1", "R1", status, raw_status, lines)


@pytest.mark.parametrize("status", OPEN)
@pytest.mark.parametrize(
    ("first", "second", "state"),
    [
        (0, 0, OrderState.CONFIRMED),
        (1, 0, OrderState.PARTLY_RECEIVED),
        (12, 5, OrderState.PARTLY_RECEIVED),
        (12, 6, OrderState.RECEIVED),
        (13, 6, OrderState.RECEIVED),
    ],
)
def test_an_open_order_is_as_far_as_its_lines(
    status: PlatformStatus, first: int, second: int, state: OrderState
) -> None:
    assert progress(ORDERED, order(status, {"00123": first, "NA": second})).state is state


def test_an_order_closed_short_is_received_and_says_what_it_releases() -> None:
    found = progress(ORDERED, order(PlatformStatus.COMPLETE, {"00123": 10, "NA": 6}))
    assert found.state is OrderState.RECEIVED
    assert found.notes == (("closed_short", "00123: ordered 12, closed with 10; 2 released"),)


def test_an_order_closed_with_nothing_received_releases_all_of_it() -> None:
    found = progress(ORDERED, order(PlatformStatus.COMPLETE, {}))
    assert found.state is OrderState.RECEIVED
    assert [kind for kind, _ in found.notes] == ["closed_short", "closed_short"]


def test_an_order_closed_in_full_says_nothing() -> None:
    assert progress(ORDERED, order(PlatformStatus.COMPLETE, {"00123": 12, "NA": 6})).notes == ()


def test_more_received_than_ordered_is_told() -> None:
    found = progress(ORDERED, order(PlatformStatus.COMMITTED, {"00123": 13}))
    assert found.notes == (("over_received", "00123: ordered 12, received 13"),)
    assert found.state is OrderState.PARTLY_RECEIVED


def test_a_status_that_no_document_lists_keeps_the_order_open_and_is_told() -> None:
    found = progress(ORDERED, order(PlatformStatus.UNKNOWN, {}, "Teleported"))
    assert found.state is OrderState.CONFIRMED
    assert found.notes == (("unknown_status", "the platform says 'Teleported', which no document lists"),)


def test_units_of_one_sku_on_several_lines_are_added_up() -> None:
    lines = (PlatformLine("NA", 3, 2), PlatformLine("NA", 3, 3))
    found = progress(ORDERED, PlatformOrder("po-1", "R1", PlatformStatus.COMMITTED, lines=lines))
    assert found.received == {"NA": 5}


received = st.dictionaries(st.sampled_from(["00123", "NA", "never-ordered"]), st.integers(0, 20))


@given(received, st.sampled_from(PlatformStatus))
def test_an_order_is_received_exactly_when_closed_or_full(units: dict[str, int], status: PlatformStatus) -> None:
    theirs = order(status, units)
    full = all(units.get(line.sku, 0) >= line.quantity for line in ORDERED)
    found = progress(ORDERED, theirs)
    assert (found.state is OrderState.RECEIVED) == (full or status is PlatformStatus.COMPLETE)
    assert found.state in AT_PLATFORM | {OrderState.RECEIVED}


@given(received, st.sampled_from(["00123", "NA"]), st.integers(1, 20))
def test_receiving_more_never_sets_an_order_back(units: dict[str, int], sku: str, more: int) -> None:
    far = [OrderState.CONFIRMED, OrderState.PARTLY_RECEIVED, OrderState.RECEIVED]
    before = progress(ORDERED, order(PlatformStatus.COMMITTED, units)).state
    after = progress(ORDERED, order(PlatformStatus.COMMITTED, {**units, sku: units.get(sku, 0) + more})).state
    assert far.index(after) >= far.index(before)
