"""What else the Order service's desk does, over real sockets: release, cancel, change lines, list."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from replenisher.errors import (
    AbsentError,
    AmbiguousError,
    ForbiddenError,
    GatewayError,
    RefusedError,
    ThrottledError,
    UnavailableError,
)
from replenisher.purchasing.platform import PlatformStatus, ReportWindow, RequestLine
from tests.gateways.orders.test_replenishment_orders_are_created_once import (
    COMPANY,
    CUSTOMER,
    HEADER,
    ITEMS,
    ORDER,
    PAGE,
    calls,
    desk,
)
from tests.gateways.saved import saved
from tests.gateways.stage import Conversation, Play, Seen, Stage, json_reply, reply, says

WINDOW = ReportWindow(date(2024, 5, 1), date(2024, 5, 2))
WHOLE, PROCESS = f"/OrderFull({ORDER})", f"{HEADER}/Process"


def shown(**changes: object) -> bytes:
    return json_reply({**json.loads(saved("customer_order_full.json")), **changes})


def of_header(read: bytes, written: Play) -> Play:
    def play(seen: Seen, conversation: Conversation) -> None:
        if seen.method == "GET":
            conversation.send(read)
        else:
            written(seen, conversation)

    return play


@pytest.mark.parametrize("state", ["Processed", "Completed"])
def test_releasing_what_is_processed_already_is_as_good(stage: Stage, state: str) -> None:
    no = {"Message": f"Resource state transition from {state} to Processed is invalid"}
    stage.plays |= {PROCESS: says(json_reply(no, 409)), HEADER: says(shown(State=state))}
    with desk(stage) as made:
        made.release(COMPANY, ORDER)
    assert calls(stage) == [("POST", PROCESS), ("GET", HEADER)]
    assert stage.requests[0].json() == {"OrderId": ORDER}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (json_reply({"Message": "Conflict"}, 409), RefusedError),
        (json_reply({"Message": "Billing Customer cannot be found"}, 400), RefusedError),
        (reply(409), AmbiguousError),
        (reply(500), AmbiguousError),
        (reply(201, PAGE, "text/html"), AmbiguousError),
        (reply(403), ForbiddenError),
        (reply(429, b"", "text/plain", X_RateLimit_ResetSeconds="59"), ThrottledError),
    ],
)
def test_a_release_that_is_not_taken_is_told_and_sent_once(
    stage: Stage, answer: bytes, expected: type[GatewayError]
) -> None:
    stage.plays |= {PROCESS: says(answer), HEADER: says(shown(State="Pending"))}
    with desk(stage) as made, pytest.raises(GatewayError) as caught:
        made.release(COMPANY, ORDER)
    assert type(caught.value) is expected
    assert calls(stage).count(("POST", PROCESS)) == 1


@pytest.mark.parametrize("wrap", [lambda one: one, lambda one: [one], lambda one: {"_embedded": {"self": [one]}}])
def test_a_cancellation_sends_the_order_as_it_was_read_but_cancelled(stage: Stage, wrap: Any) -> None:
    whole = json.loads(saved("customer_order_full.json"))
    stage.plays[HEADER] = of_header(json_reply(wrap(whole | {"_links": {}})), says(reply(200)))
    with desk(stage) as made:
        made.cancel(COMPANY, ORDER)
    assert calls(stage) == [("GET", HEADER), ("PUT", HEADER)]
    assert stage.requests[1].json() == whole | {"State": "Cancelled"}


def test_an_order_that_cannot_be_read_is_neither_cancelled_nor_changed(stage: Stage) -> None:
    broken = [(reply(404), AbsentError), (reply(503), UnavailableError), (reply(200, PAGE), UnavailableError)]
    for answer, expected in broken:
        stage.plays |= {HEADER: says(answer), WHOLE: says(answer)}
        with desk(stage) as made:
            for change in (
                lambda made=made: made.cancel(COMPANY, ORDER),
                lambda made=made: made.update_lines(COMPANY, ORDER, [RequestLine("00001", 3, None)]),
                lambda made=made: made.remove_lines(COMPANY, ORDER, ["00001"]),
            ):
                with pytest.raises(expected):
                    change()
    assert {seen.method for seen in stage.requests} == {"GET"}


@pytest.mark.parametrize(("place", "expected"), [(0, RefusedError), (1, AmbiguousError), (2, AmbiguousError)])
def test_lines_that_are_added_in_part_only_are_ambiguous(
    stage: Stage, place: int, expected: type[GatewayError]
) -> None:
    no = json_reply({"Message": "The request is invalid"}, 400)
    stage.plays[ITEMS] = says(*[reply(201)] * place, no)
    lines = [RequestLine(sku, 1, None) for sku in ("A", "B", "C")]
    with desk(stage) as made, pytest.raises(GatewayError) as caught:
        made.add_lines(COMPANY, ORDER, lines)
    assert type(caught.value) is expected
    assert len(stage.requests) == place + 1


def test_items_of_customers_that_cannot_be_read_keep_no_order_of_ours_from_being_found(stage: Stage) -> None:
    (ours, *_) = json.loads(saved("customer_orders.json"))
    customers = {**ours, "OrderTypeId": 1, "Id": CUSTOMER, "Items": [{"Id": None, "Quantity": 0.5}]}
    stage.plays["/OrderFull"] = says(json_reply([customers, ours]), json_reply([]))
    with desk(stage) as made:
        (found,) = made.find(COMPANY, WINDOW)
    assert found.platform_order_id == ORDER


def test_orders_are_listed_by_their_type_and_with_a_reference_only(stage: Stage) -> None:
    listed = json.loads(saved("customer_orders.json"))
    listed += [listed[0] | {"Id": CUSTOMER, "TenderId": None}]
    stage.plays["/OrderFull"] = says(json_reply(listed), json_reply([]))
    with desk(stage) as made:
        (found,) = made.find(COMPANY, WINDOW)
    assert (found.platform_order_id, found.vendor_invoice_number) == (ORDER, "TT101IN18")
    assert (found.status, found.raw_status) == (PlatformStatus.PENDING, "Created")


@pytest.mark.parametrize("answer", [reply(400), reply(404), reply(503), reply(200, PAGE), reply(200, b"null")])
def test_a_list_that_breaks_off_tells_nothing_of_what_is_absent(stage: Stage, answer: bytes) -> None:
    stage.plays["/OrderFull"] = says(json_reply(json.loads(saved("customer_orders.json"))), answer)
    with desk(stage) as made, pytest.raises(UnavailableError):
        made.find(COMPANY, WINDOW)
