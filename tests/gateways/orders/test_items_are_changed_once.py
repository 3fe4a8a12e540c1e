"""Every way in which a change of items of a customer's order can end, acted out over real sockets."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

import pytest

from replenisher.errors import (
    AmbiguousError,
    ForbiddenError,
    GatewayError,
    NotSentError,
    RefusedError,
    ThrottledError,
    UnauthorisedError,
)
from replenisher.gateways.orders import Orders
from replenisher.purchasing.customer_orders import ItemChange, ItemsChanged, ItemState, Parcel
from tests.gateways.saved import saved
from tests.gateways.stage import DRIPPED_SECONDS, Conversation, Play, Seen, Stage, json_reply, reply, says
from tests.gateways.test_create_is_sent_once import (
    accepted_then_reset,
    body_drips,
    body_without_length_drips,
    closed_without_an_answer,
    headers_drip,
    not_http,
    silence,
    truncated,
)
from tests.patience import HURRY_SECONDS

COMPANY, ORDER = "14146", "cdd26b8f-4ed1-409d-9984-982e081c425e"
WHOLE = f"/OrderFull({ORDER})"
ITEM = "8592718e-bcca-468c-8009-38678929b693"
PROTECTOR = "1c1f5a58-3f0a-4f5c-9a76-0d1a3d3f7a10"
SHIPPED = ItemChange(ITEM, ItemState.SHIPPED, (Parcel("1Z-12345", 1),))
ORDERED = ItemChange(ITEM, ItemState.ORDERED)
PAGE = b"<!DOCTYPE html><html><body>Please sign in</body></html>"
PERMANENT = {"Message": "An error has occurred."}


def document(**changes: object) -> dict[str, Any]:
    return {**json.loads(saved("customer_order_full.json")), **changes}


@dataclass
class Held:
    """An order at the service: what a read of it is answered, and how the replacing of it ends."""

    read: bytes = field(default_factory=lambda: json_reply(document()))
    replace: Play = field(default_factory=lambda: says(json_reply(document())))

    def __call__(self, seen: Seen, conversation: Conversation) -> None:
        if seen.method == "GET":
            conversation.send(self.read)
        else:
            self.replace(seen, conversation)


def change(stage: Stage, held: Held, *changes: ItemChange, **connection: Any) -> ItemsChanged:
    stage.plays[WHOLE] = held
    with Orders(stage.connection(**connection), "14107") as orders:
        return orders.change_items(COMPANY, ORDER, changes or (SHIPPED,))


def sent(stage: Stage) -> list[Seen]:
    return [seen for seen in stage.requests if seen.method != "GET"]


def test_an_order_is_read_and_replaced_once_with_the_item_changed(stage: Stage) -> None:
    shown = document()
    shown["Items"][0] |= {"ItemStatusId": 7, "ItemStatus": "Shipped"}
    changed = change(stage, Held(replace=says(json_reply(shown))))
    assert changed.order.items is not None
    assert changed.order.items[0].state is ItemState.SHIPPED
    assert '"ItemStatus": "Shipped"' in changed.answer
    read, written = stage.requests
    assert (read.method, written.method) == ("GET", "PUT")
    assert read.target == written.target == f"/vendorinventory/v1/Companies(14146)/OrderFull({ORDER})"
    assert written.headers["content-type"] == "application/json"
    assert read.connection != written.connection
    expected = document()
    expected["Items"][0] |= {
        "ItemStatusId": 7,
        "ItemStatus": "Shipped",
        "TrackingInformation": [
            {"Quantity": 1, "TrackingNumber": "1TTTTN4421"},
            {"Quantity": 1, "TrackingNumber": "1Z-12345"},
        ],
    }
    assert written.json() == expected


ANSWERS = [
    (json_reply({"Message": "Conflict: Order expired"}, 409), RefusedError),
    (json_reply({"Message": "Resource state transition from Processed to Pending is invalid"}, 409), RefusedError),
    (reply(409, b"Conflict", "text/plain"), RefusedError),
    (reply(409), AmbiguousError),
    (reply(409, PAGE, "text/html"), AmbiguousError),
    (json_reply({"Message": "The request is invalid"}, 400), RefusedError),
    (json_reply({"message": "Entity is not related to company"}, 400), RefusedError),
    (
        json_reply(
            {"Message": "Uri parameter representing resource id and resource id found in the request don't match"}, 400
        ),
        RefusedError,
    ),
    (reply(400, b"'ItemStatusId' should not be empty.", "text/plain"), RefusedError),
    (json_reply({"Message": f"Order resource with id {ORDER} cannot be found"}, 404), RefusedError),
    (json_reply({"Message": "cannot be read"}, 422), RefusedError),
    (reply(400), AmbiguousError),
    (reply(404), AmbiguousError),
    (reply(400, PAGE, "text/html"), AmbiguousError),
    (reply(403), ForbiddenError),
    (reply(403, PAGE, "text/html"), AmbiguousError),
    (reply(401, b"token invalid", "text/plain"), UnauthorisedError),
    (reply(401, PAGE, "text/html"), AmbiguousError),
    (reply(429, b"rate limit exceeded", "text/plain", X_RateLimit_ResetSeconds="59"), ThrottledError),
    (reply(408), AmbiguousError),
    (json_reply({"Message": "Timeout expired."}, 500), AmbiguousError),
    (reply(500, b"An error has occurred", "text/plain"), AmbiguousError),
    (reply(500), AmbiguousError),
    (reply(500, PAGE, "text/html"), AmbiguousError),
    (reply(502, PAGE, "text/html"), AmbiguousError),
    (json_reply(PERMANENT, 503), AmbiguousError),
    (reply(302, Location="http://127.0.0.1:9/elsewhere"), AmbiguousError),
    (reply(418, b"short and stout", "text/plain"), AmbiguousError),
    (reply(204), AmbiguousError),
    (reply(200), AmbiguousError),
    (reply(200, PAGE, "text/html"), AmbiguousError),
    (reply(200, PAGE), AmbiguousError),
    (reply(200, b'{"Id": "cdd26b8f'), AmbiguousError),
    (json_reply({"Message": "try later"}), AmbiguousError),
    (json_reply([document(), document()]), AmbiguousError),
    (json_reply([]), AmbiguousError),
    (reply(200, b"x", Content_Encoding="br"), AmbiguousError),
]


@pytest.mark.parametrize(("answer", "expected"), ANSWERS)
@pytest.mark.parametrize("wanted", [SHIPPED, ORDERED], ids=["parcel", "no parcel"])
def test_each_answer_has_one_meaning_and_none_makes_us_send_again(
    stage: Stage, answer: bytes, expected: type[GatewayError], wanted: ItemChange
) -> None:
    with pytest.raises(GatewayError) as caught:
        change(stage, Held(replace=says(answer)), wanted, read_attempts=5)
    assert type(caught.value) is expected
    assert caught.value.operation == "change items"
    assert ORDER in str(caught.value)
    assert [seen.method for seen in stage.requests] == ["GET", "PUT"]


@pytest.mark.parametrize("words", ["An error has occurred", "An error has occurred.", "an error has occurred: x"])
def test_the_500_that_stands_for_a_bad_tracking_number_is_a_no_that_names_it(stage: Stage, words: str) -> None:
    with pytest.raises(RefusedError, match="a tracking number that it does not take: 1Z-12345") as caught:
        change(stage, Held(replace=says(json_reply({"Message": words}, 500))))
    assert (caught.value.status, json.loads(caught.value.answer)) == (500, {"Message": words})
    assert len(sent(stage)) == 1


def test_the_same_500_where_no_tracking_number_was_sent_may_mean_anything(stage: Stage) -> None:
    with pytest.raises(AmbiguousError):
        change(stage, Held(replace=says(json_reply(PERMANENT, 500))), ORDERED)
    assert len(sent(stage)) == 1


def test_a_throttled_change_tells_how_long_to_wait(stage: Stage) -> None:
    with pytest.raises(ThrottledError) as caught:
        change(stage, Held(replace=says(reply(429, b"", "text/plain", X_RateLimit_ResetSeconds="59"))))
    assert caught.value.retry_after_seconds == 59


BREAKS = [
    accepted_then_reset,
    closed_without_an_answer,
    headers_drip,
    body_drips,
    body_without_length_drips,
    silence,
    truncated,
    not_http,
]


@pytest.mark.parametrize("play", BREAKS)
def test_a_change_that_breaks_off_is_ambiguous_and_never_repeated(stage: Stage, play: Play) -> None:
    began = time.monotonic()
    with pytest.raises(AmbiguousError):
        change(stage, Held(replace=play), deadline_seconds=HURRY_SECONDS, read_attempts=5)
    assert time.monotonic() - began < DRIPPED_SECONDS
    assert len(sent(stage)) == 1


LOOKS = [
    (json_reply({"Message": "Order resource with id x cannot be found"}, 404), RefusedError, "not there any more"),
    (reply(404), NotSentError, "the order could not be read"),
    (reply(403), ForbiddenError, "answered 403"),
    (reply(401, b"token invalid", "text/plain"), UnauthorisedError, "answered 401"),
    (reply(429, b"", "text/plain", X_RateLimit_ResetSeconds="200"), ThrottledError, "too many requests"),
    (reply(503), NotSentError, "the order could not be read"),
    (reply(500), NotSentError, "the order could not be read"),
    (reply(400, b"what?", "text/plain"), NotSentError, "the order could not be read"),
    (reply(200, PAGE, "text/html"), NotSentError, "the order could not be read"),
    (reply(200), NotSentError, "the order could not be read"),
    (json_reply([document(), document()]), NotSentError, "expected one object, not 2"),
    (json_reply(document(Id=None)), NotSentError, "without an id"),
    (json_reply(document(Items=[{"Id": ITEM, "Quantity": "two"}])), NotSentError, "without an id or a quantity"),
    (
        reply(200, saved("customer_order_full.json").replace(b"5.99", b"NaN")),
        RefusedError,
        "a number of it cannot be written",
    ),
]


@pytest.mark.parametrize(("answer", "expected", "words"), LOOKS)
def test_an_order_that_cannot_be_read_first_is_not_changed(
    stage: Stage, answer: bytes, expected: type[GatewayError], words: str
) -> None:
    with pytest.raises(GatewayError, match=words) as caught:
        change(stage, Held(read=answer))
    assert type(caught.value) is expected
    assert sent(stage) == []


@pytest.mark.parametrize("state", ["Created", "Processed", "Cancelled", "Completed", "Held"])
def test_only_a_pending_order_is_changed(stage: Stage, state: str) -> None:
    with pytest.raises(RefusedError, match=r"order 8765-1234-987 is \w+, and only a pending one"):
        change(stage, Held(read=json_reply(document(State=state))))
    assert sent(stage) == []


@pytest.mark.parametrize(
    ("date", "expired"),
    [("Sat, 05 May 2035 14:32:05 GMT", True), ("Sat, 05 May 2035 14:32:04 GMT", False)],
)
def test_whether_an_order_has_expired_is_told_by_the_platforms_clock(stage: Stage, date: str, expired: bool) -> None:
    """The header counts whole seconds; half a second is added to it."""
    read = json_reply(document(OrderExpiryDate="2035-05-05T14:32:05.4"), Date=date)
    if not expired:
        assert change(stage, Held(read=read)).order.order_id == ORDER
        return
    with pytest.raises(RefusedError, match="expired at 2035-05-05 14:32 UTC"):
        change(stage, Held(read=read))
    assert sent(stage) == []


def test_an_order_without_a_date_of_expiry_is_changed(stage: Stage) -> None:
    read = json_reply(document(OrderExpiryDate="0001-01-01T00:00:00"))
    assert change(stage, Held(read=read)).order.order_id == ORDER
    assert len(sent(stage)) == 1


def test_a_change_that_is_there_already_is_not_sent_and_works_on_an_order_that_is_closed(stage: Stage) -> None:
    shown = document(State="Completed")
    shown["Items"][0] |= {"ItemStatusId": 8, "TrackingInformation": [{"Quantity": 1, "TrackingNumber": "1z-12345"}]}
    assert change(stage, Held(read=json_reply(shown))).order.raw_state == "Completed"
    assert sent(stage) == []


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (ItemChange(PROTECTOR, ItemState.SHIPPED), "an item of kind in_stock cannot be shipped; nothing was sent"),
        (ItemChange(ORDER, ItemState.ORDERED), f"item {ORDER} is no longer on the order; nothing was sent"),
        (ItemChange(ITEM, ItemState.SHIPPED, (Parcel("", 1),)), "should be 1 to 50 printable characters"),
        (ItemChange(ITEM, ItemState.SHIPPED, (Parcel("x" * 51, 1),)), "should be 1 to 50 printable characters"),
        (ItemChange(ITEM, ItemState.SHIPPED, (Parcel("a\nb", 1),)), "should be 1 to 50 printable characters"),
        (ItemChange(ITEM, ItemState.SHIPPED, (Parcel(" a", 1),)), "should be 1 to 50 printable characters"),
        (ItemChange(ITEM, ItemState.ERROR, notes="\ud800"), "cannot be written: surrogates not allowed"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_before_anything_is_sent(
    stage: Stage, wanted: ItemChange, words: str
) -> None:
    with pytest.raises(RefusedError, match=words):
        change(stage, Held(), wanted)
    assert sent(stage) == []


@pytest.mark.parametrize("number", ["x", "x" * 50, "1Z 999 AA1"])
def test_a_tracking_number_of_one_to_fifty_characters_is_sent(stage: Stage, number: str) -> None:
    change(stage, Held(), ItemChange(ITEM, ItemState.SHIPPED, (Parcel(number, 1),)))
    assert sent(stage)[0].json()["Items"][0]["TrackingInformation"][-1]["TrackingNumber"] == number


def test_after_the_moment_until_which_it_might_leave_nothing_is_sent(stage: Stage) -> None:
    stage.plays[WHOLE] = Held()
    with Orders(stage.connection(), "14107") as orders:
        with pytest.raises(NotSentError, match="could not leave in time"):
            orders.change_items(COMPANY, ORDER, [SHIPPED], send_before=time.monotonic() - 0.001)
        assert sent(stage) == []
        orders.change_items(COMPANY, ORDER, [SHIPPED], send_before=time.monotonic() + 30)
    assert len(sent(stage)) == 1


def test_nobody_listening_means_not_sent() -> None:
    with Stage() as stage:
        connection = stage.connection()
    with Orders(connection, "14107") as orders, pytest.raises(NotSentError):
        orders.change_items(COMPANY, ORDER, [SHIPPED])


@pytest.mark.parametrize(("company", "order"), [("1/../2", ORDER), ("0", ORDER), (COMPANY, "x"), (COMPANY, "")])
def test_an_id_that_is_none_does_not_even_open_a_connection(stage: Stage, company: str, order: str) -> None:
    with Orders(stage.connection(), "14107") as orders, pytest.raises(RefusedError):
        orders.change_items(company, order, [SHIPPED])
    assert stage.connections == 0
