"""Every way in which an order at the Order service's desk can end, at once or header first, over real sockets."""

from __future__ import annotations

import json
import socket
import time
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from replenisher.errors import (
    AmbiguousError,
    CredentialsError,
    ExistsError,
    ForbiddenError,
    GatewayError,
    NotSentError,
    RefusedError,
    ThrottledError,
    UnauthorisedError,
)
from replenisher.gateways.orders import DeskOptions, Orders
from replenisher.purchasing.platform import OrderAccepted, OrderRequest, PlatformStatus, RequestLine
from tests.gateways.saved import saved
from tests.gateways.stage import DRIPPED_SECONDS, Conversation, Play, Seen, Stage, json_reply, reply, says, token_reply
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
CUSTOMER = "659c2a38-d083-4421-9330-46d779702f85"
PAGE = b"<!DOCTYPE html><html><body>Please sign in</body></html>"
MADE = json_reply({"Id": ORDER, "OrderTypeId": 3, "State": "Created", "TenderId": "R7K2M9"}, 201)
WAYS = {"order_full": "/OrderFull", "header_then_items": "/Orders"}
ITEMS, HEADER = f"/Orders({ORDER})/Items", f"/Orders({ORDER})"


def an_order(**changes: Any) -> OrderRequest:
    values: dict[str, Any] = {
        "company": COMPANY,
        "location": "14202",
        "bill_to": "14202",
        "ship_to": "14202",
        "vendor_invoice_number": "R7K2M9",
        "committed": True,
        "estimated_arrival_date": date(2026, 12, 1),
        "lines": (RequestLine("00123", 6, Decimal("0.0000001")), RequestLine("NA", 1, None)),
    }
    return OrderRequest(**(values | changes))


def desk(stage: Stage, create_by: Any = "order_full", *, billed: str | None = CUSTOMER, **connection: Any) -> Orders:
    return Orders(stage.connection(**connection), "14107", DeskOptions(create_by, billed))


def create(stage: Stage, create_by: str, order: OrderRequest | None = None, **connection: Any) -> OrderAccepted:
    """Create with everything after the first call going well, unless the stage says otherwise."""
    stage.plays = {ITEMS: says(reply(201)), HEADER: says(reply(200)), **stage.plays}
    with desk(stage, create_by, **connection) as made:
        return made.create(order or an_order())


def calls(stage: Stage) -> list[tuple[str, str]]:
    start = f"/vendorinventory/v1/Companies({COMPANY})"
    return [(seen.method, seen.path.removeprefix(start)) for seen in stage.requests]


HEADER_BODY = {
    "Name": "Replenishment R7K2M9",
    "EntityId": 14202,
    "OrderTypeId": 3,
    "OrderExpiryHours": 72,
    "TenderId": "R7K2M9",
    "BillingCustomerId": CUSTOMER,
}
ITEM_BODIES = [
    {"ItemTypeId": "2", "ItemStatusId": 9, "Index": 0, "SKU": "00123", "Quantity": 6, "SupplierEntityId": 14107,
     "Cost": "0.0000001"},
    {"ItemTypeId": "2", "ItemStatusId": 9, "Index": 1, "SKU": "NA", "Quantity": 1, "SupplierEntityId": 14107},
]  # fmt: skip


def body(seen: Seen) -> Any:
    return json.loads(seen.body, parse_float=str)


def test_an_order_is_created_at_once_pending_and_with_its_items(stage: Stage) -> None:
    stage.plays["/OrderFull"] = says(MADE)
    assert create(stage, "order_full").platform_order_id == ORDER
    assert calls(stage) == [("POST", "/OrderFull")]
    assert body(stage.requests[0]) == HEADER_BODY | {"State": "Pending", "Items": ITEM_BODIES}


def test_an_order_is_created_header_first_then_its_items_and_then_it_is_made_pending(stage: Stage) -> None:
    stage.plays["/Orders"] = says(MADE)
    assert create(stage, "header_then_items").platform_order_id == ORDER
    assert calls(stage) == [("POST", "/Orders"), ("POST", ITEMS), ("POST", ITEMS), ("PUT", HEADER)]
    first, *items, last = [body(seen) for seen in stage.requests]
    assert first == HEADER_BODY | {"State": "Created"}
    assert items == ITEM_BODIES
    assert last == HEADER_BODY | {"State": "Pending", "Id": ORDER}
    assert len({seen.connection for seen in stage.requests}) == 4


@pytest.mark.parametrize("way", WAYS)
def test_an_order_shipped_elsewhere_names_where_and_one_without_a_customer_names_none(stage: Stage, way: str) -> None:
    stage.plays[WAYS[way]] = says(MADE)
    order = an_order(ship_to="14203", comments="Automatic replenishment")
    stage.plays |= {ITEMS: says(reply(201)), HEADER: says(reply(200))}
    with desk(stage, way, billed=None) as made:
        made.create(order)
    told = body(stage.requests[0])
    assert (told["ShippingEntityId"], told["Name"]) == (14203, "Automatic replenishment")
    assert "BillingCustomerId" not in told


@pytest.mark.parametrize("way", WAYS)
def test_the_same_order_is_the_same_bytes_on_every_try(stage: Stage, way: str) -> None:
    stage.plays[WAYS[way]] = says(MADE)
    create(stage, way)
    create(stage, way)
    half = len(stage.requests) // 2
    assert [seen.body for seen in stage.requests[:half]] == [seen.body for seen in stage.requests[half:]]


def test_an_answer_that_shows_the_items_is_the_echo_of_the_order(stage: Stage) -> None:
    shown = json.loads(saved("customer_order_full.json")) | {"OrderTypeId": 3, "TenderId": "R7K2M9"}
    stage.plays["/OrderFull"] = says(json_reply(shown, 201))
    echo = create(stage, "order_full").echo
    assert echo is not None
    assert [(line.sku, line.quantity_ordered, line.unit_cost) for line in echo.lines] == [
        ("00001", 2, Decimal("5.99")),
        ("00002", 1, Decimal("0.5")),
    ]
    assert (echo.status, echo.awaits_release) == (PlatformStatus.PENDING, True)


ANSWERS = [
    (json_reply({"Message": "Entity is not related to company"}, 400), RefusedError),
    (json_reply({"message": "The request is invalid"}, 400), RefusedError),
    (reply(400, b"'EntityId' should not be empty.", "text/plain"), RefusedError),
    (json_reply({"Message": "no such company"}, 404), RefusedError),
    (json_reply({"Message": "cannot be read"}, 422), RefusedError),
    (reply(400), AmbiguousError),
    (reply(404), AmbiguousError),
    (reply(400, PAGE, "text/html"), AmbiguousError),
    (json_reply({"Message": "Conflict"}, 409), ExistsError),
    (reply(409), ExistsError),
    (reply(409, PAGE, "text/html"), AmbiguousError),
    (json_reply({"Message": "InvoiceNumber R7K2M9 already exists"}, 400), ExistsError),
    (reply(403), ForbiddenError),
    (reply(403, PAGE, "text/html"), AmbiguousError),
    (reply(401, b"token invalid", "text/plain"), UnauthorisedError),
    (reply(401, PAGE, "text/html"), AmbiguousError),
    (reply(429, b"rate limit exceeded", "text/plain", X_RateLimit_ResetSeconds="59"), ThrottledError),
    (reply(408), AmbiguousError),
    (json_reply({"Message": "An error has occurred."}, 500), AmbiguousError),
    (reply(502, PAGE, "text/html"), AmbiguousError),
    (reply(503), AmbiguousError),
    (reply(302, Location="http://127.0.0.1:9/elsewhere"), AmbiguousError),
    (reply(418, b"short and stout", "text/plain"), AmbiguousError),
    (reply(201, PAGE, "text/html"), AmbiguousError),
    (reply(201, PAGE), AmbiguousError),
    (reply(201), AmbiguousError),
    (reply(204), AmbiguousError),
    (reply(201, b'{"Id": "cdd26b8f'), AmbiguousError),
    (json_reply({"Message": "try later"}, 201), AmbiguousError),
    (json_reply({"Id": "00000000-0000-0000-0000-000000000000"}, 201), AmbiguousError),
    (json_reply({"Id": 17}, 201), AmbiguousError),
    (json_reply([{"Id": ORDER}, {"Id": ORDER}], 201), AmbiguousError),
    (json_reply({"Id": ORDER, "Items": [{"Id": None}]}, 201), AmbiguousError),
    (reply(201, b"x", Content_Encoding="br"), AmbiguousError),
]


@pytest.mark.parametrize(("answer", "expected"), ANSWERS)
@pytest.mark.parametrize("way", WAYS)
def test_each_answer_to_the_first_call_has_one_meaning_and_nothing_follows_it(
    stage: Stage, answer: bytes, expected: type[GatewayError], way: str
) -> None:
    stage.plays[WAYS[way]] = says(answer)
    with pytest.raises(GatewayError) as caught:
        create(stage, way, read_attempts=5)
    assert type(caught.value) is expected
    assert "R7K2M9" in str(caught.value)
    assert calls(stage) == [("POST", WAYS[way])]


@pytest.mark.parametrize("status", [200, 201, 202])
@pytest.mark.parametrize("way", WAYS)
def test_each_good_status_is_taken(stage: Stage, status: int, way: str) -> None:
    stage.plays[WAYS[way]] = says(json_reply({"id": ORDER.upper()}, status))
    assert create(stage, way).platform_order_id == ORDER


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
@pytest.mark.parametrize("way", WAYS)
def test_a_creation_that_breaks_off_is_ambiguous_and_never_repeated(stage: Stage, play: Play, way: str) -> None:
    stage.plays[WAYS[way]] = play
    began = time.monotonic()
    with pytest.raises(AmbiguousError):
        create(stage, way, deadline_seconds=HURRY_SECONDS, read_attempts=5)
    assert time.monotonic() - began < DRIPPED_SECONDS
    assert calls(stage) == [("POST", WAYS[way])]


LATER = [
    says(json_reply({"Message": "The request is invalid"}, 400)),
    says(reply(400)),
    says(json_reply({"Message": "Conflict"}, 409)),
    says(reply(403)),
    says(reply(401, b"token invalid", "text/plain")),
    says(reply(429, b"", "text/plain", X_RateLimit_ResetSeconds="59")),
    says(json_reply({"Message": "An error has occurred."}, 500)),
    says(reply(200, PAGE, "text/html")),
    says(reply(503)),
    accepted_then_reset,
    silence,
]


@pytest.mark.parametrize("play", LATER)
@pytest.mark.parametrize(
    ("fails", "asked"), [(ITEMS, [("POST", ITEMS)]), (HEADER, [*[("POST", ITEMS)] * 2, ("PUT", HEADER)])]
)
def test_whatever_goes_wrong_once_the_header_is_there_is_ambiguous_and_nothing_is_sent_twice(
    stage: Stage, play: Play, fails: str, asked: list[tuple[str, str]]
) -> None:
    stage.plays |= {"/Orders": says(MADE), fails: play}
    with pytest.raises(AmbiguousError, match="the header of R7K2M9 is there, and then: "):
        create(stage, "header_then_items", deadline_seconds=HURRY_SECONDS, read_attempts=5)
    assert calls(stage) == [("POST", "/Orders"), *asked]


def test_an_item_that_could_not_even_leave_is_ambiguous_too(stage: Stage) -> None:
    """The header is there already: sent anew, the order would be there twice."""

    def listens_no_more(_seen: Seen, conversation: Conversation) -> None:
        stage._server.shutdown(socket.SHUT_RDWR)
        stage._server.close()
        conversation.send(MADE)

    stage.plays["/Orders"] = listens_no_more
    with pytest.raises(AmbiguousError, match="the header of R7K2M9 is there, and then: ") as caught:
        create(stage, "header_then_items")
    assert isinstance(caught.value.__cause__, NotSentError)
    assert calls(stage) == [("POST", "/Orders")]


@pytest.mark.parametrize("way", WAYS)
def test_without_a_token_or_in_time_nothing_is_sent(stage: Stage, way: str) -> None:
    stage.token_play = says(reply(503))
    with pytest.raises(NotSentError):
        create(stage, way)
    stage.token_play = says(json_reply({"error": "invalid_grant"}, 400))
    with pytest.raises(CredentialsError):
        create(stage, way)
    stage.token_play = says(token_reply())
    with desk(stage, way) as made, pytest.raises(NotSentError, match="could not leave in time"):
        made.create(an_order(), send_before=time.monotonic() - 0.001)
    assert stage.requests == []


@pytest.mark.parametrize("way", WAYS)
def test_nobody_listening_means_not_sent(way: str) -> None:
    with Stage() as stage:
        made = desk(stage, way)
    with made, pytest.raises(NotSentError):
        made.create(an_order())


@pytest.mark.parametrize(
    "changes",
    [
        {"company": "1/../2"},
        {"location": "x"},
        {"ship_to": "0"},
        {"lines": (RequestLine("A", 1, Decimal("NaN")),)},
        {"lines": (RequestLine("A", 1, Decimal(-1)),)},
        {"comments": "\ud800"},
    ],
)
@pytest.mark.parametrize("way", WAYS)
def test_what_cannot_be_sent_does_not_even_open_a_connection(stage: Stage, changes: dict[str, Any], way: str) -> None:
    with pytest.raises(RefusedError):
        create(stage, way, an_order(**changes))
    assert stage.connections == 0
