"""Every way in which the creation of an order can end, acted out over real sockets."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal

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
from replenisher.gateways.vendor_inventory import VendorInventory
from replenisher.purchasing.platform import OrderAccepted, OrderRequest, ReportWindow, RequestLine
from tests.gateways.stage import DRIPPED_SECONDS, DRIPS, Conversation, Seen, Stage, json_reply, reply, says, token_reply
from tests.patience import HURRY_SECONDS

ORDER_ID = "c4779519-cc52-4274-be88-627cdd245faa"
STATUS = f"v1/vendors/5123/companies/14616/locations/11412/purchaseOrders/{ORDER_ID}/status"
ACCEPTED = json_reply({"checkStatusEndpoint": STATUS, "purchaseOrderId": ORDER_ID}, 202)
OTHER_STATUS = STATUS.replace("c47", "d47")
FOUND_BY_NUMBER = "Found Purchase orders for StoreID [1] by VendorInvoiceNumber [R7]"
PAGE = b"<!DOCTYPE html><html><body>Please sign in</body></html>"


def an_order(**changes: object) -> OrderRequest:
    values: dict[str, object] = {
        "company": "14616",
        "location": "11412",
        "bill_to": "11412",
        "ship_to": "11413",
        "vendor_invoice_number": "R7K2M9",
        "committed": True,
        "estimated_arrival_date": date(2019, 1, 9),
        "lines": (RequestLine("00123", 6, Decimal("9.99")), RequestLine("NA", 1, None)),
        "shipping_method": "UPS",
        "shipping_cost": Decimal("12.91"),
    }
    return OrderRequest(**(values | changes))  # type: ignore[arg-type]  # the test varies one field


def create(stage: Stage, **changes: object) -> OrderAccepted:
    with VendorInventory(stage.connection(**changes)) as gateway:
        return gateway.create(an_order())


def test_an_accepted_order_returns_the_platforms_id_and_was_sent_as_documented(stage: Stage) -> None:
    stage.plays["/purchaseOrders"] = says(ACCEPTED)
    assert create(stage).platform_order_id == ORDER_ID
    (seen,) = stage.requests
    assert seen.method == "POST"
    assert seen.target == "/vendorinventory/v1/vendors/5123/companies/14616/locations/11412/purchaseOrders"
    assert seen.headers["authorization"] == "Bearer token-1"
    assert seen.headers["content-type"] == "application/json"
    assert json.loads(seen.body, parse_float=str) == {
        "VendorEntityId": 5123,
        "BillToStore": 11412,
        "ShipToStore": 11413,
        "EstimatedArrivalDate": "2019-01-09",
        "VendorInvoiceNumber": "R7K2M9",
        "Comments": "",
        "ShippingMethod": "UPS",
        "ShippingCost": "12.91",
        "Committed": True,
        "Products": [{"VendorSku": "00123", "Quantity": 6, "Cost": "9.99"}, {"VendorSku": "NA", "Quantity": 1}],
    }


def test_two_orders_travel_over_two_connections(stage: Stage) -> None:
    stage.plays["/purchaseOrders"] = says(ACCEPTED)
    with VendorInventory(stage.connection()) as gateway:
        gateway.create(an_order())
        gateway.create(an_order())
    assert stage.requests[0].connection != stage.requests[1].connection
    assert len(stage.token_requests) == 1


def test_an_order_never_travels_over_a_connection_that_a_read_has_used(stage: Stage) -> None:
    stage.plays["/purchaseOrders"] = says(reply(200, b"[]"), ACCEPTED)
    with VendorInventory(stage.connection()) as gateway:
        gateway.find("14616", ReportWindow(date(2024, 5, 1), date(2024, 5, 2)))
        gateway.create(an_order())
    assert stage.requests[0].connection != stage.requests[1].connection


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (json_reply({"Message": "VendorSku 00123 is not mapped"}, 400), RefusedError),
        (json_reply({"message": "no such location"}, 404), RefusedError),
        (reply(400, b"'Quantity' should not be empty.", "text/plain"), RefusedError),
        (json_reply({"Message": "too large"}, 413), RefusedError),
        (json_reply({"Message": "wrong type"}, 415), RefusedError),
        (json_reply({"Message": "cannot be read"}, 422), RefusedError),
        (reply(400, PAGE, "text/html"), AmbiguousError),
        (reply(404, PAGE, "text/html"), AmbiguousError),
        (reply(422, PAGE, ""), AmbiguousError),
        (reply(400), AmbiguousError),
        (json_reply({"Message": "conflict"}, 409), ExistsError),
        (reply(409), ExistsError),
        (reply(409, PAGE, "text/html"), AmbiguousError),
        (
            json_reply({"Message": "Found Purchase orders for StoreID [1] by VendorInvoiceNumber [R7]"}, 500),
            ExistsError,
        ),
        (json_reply({"Message": "Existing Purchase order has been found with ID [1]"}, 400), ExistsError),
        (json_reply({"Message": "VendorInvoiceNumber R7K2M9 already exists"}, 400), ExistsError),
        (reply(403), ForbiddenError),
        (reply(403, PAGE, "text/html"), AmbiguousError),
        (reply(401, b"token invalid", "text/plain"), UnauthorisedError),
        (json_reply({"Message": "token invalid"}, 401), UnauthorisedError),
        (reply(401), UnauthorisedError),
        (reply(401, PAGE, "text/html"), AmbiguousError),
        (reply(408), AmbiguousError),
        (json_reply({"Message": "An error has occurred."}, 500), AmbiguousError),
        (reply(502, PAGE, "text/html"), AmbiguousError),
        (reply(503), AmbiguousError),
        (reply(302, Location="http://127.0.0.1:9/elsewhere"), AmbiguousError),
        (reply(418, b"short and stout", "text/plain"), AmbiguousError),
        (reply(429, b"rate limit exceeded", "text/plain", X_RateLimit_ResetSeconds="59"), ThrottledError),
        (reply(202, PAGE, "text/html"), AmbiguousError),
        (reply(202, PAGE, "application/json"), AmbiguousError),
        (reply(202, b'{"purchaseOrderId": "c4779519-cc'), AmbiguousError),
        (reply(202), AmbiguousError),
        (json_reply({"error": "try later"}), AmbiguousError),
        (json_reply({"purchaseOrderId": "00000000-0000-0000-0000-000000000000"}, 202), AmbiguousError),
        (json_reply({"purchaseOrderId": 17}, 202), AmbiguousError),
        (
            json_reply({"purchaseOrderId": ORDER_ID, "checkStatusEndpoint": STATUS.replace("c47", "d47")}, 202),
            AmbiguousError,
        ),
        (reply(204), AmbiguousError),
        (reply(202, b"x", Content_Encoding="br"), AmbiguousError),
    ],
)
def test_each_answer_to_a_creation_has_one_meaning(stage: Stage, answer: bytes, expected: type[GatewayError]) -> None:
    stage.plays["/purchaseOrders"] = says(answer)
    with pytest.raises(GatewayError) as caught:
        create(stage)
    assert type(caught.value) is expected
    assert len(stage.requests) == 1


def test_a_throttled_creation_tells_how_long_to_wait(stage: Stage) -> None:
    stage.plays["/purchaseOrders"] = says(reply(429, b"", "text/plain", X_RateLimit_ResetSeconds="59"))
    with pytest.raises(ThrottledError) as caught:
        create(stage)
    assert caught.value.retry_after_seconds == 59


@pytest.mark.parametrize("spelling", ["PurchaseOrderGuid", "PurchaseOrderId", "purchaseOrderId", "PURCHASEORDERID"])
def test_the_order_id_is_found_under_each_spelling(stage: Stage, spelling: str) -> None:
    stage.plays["/purchaseOrders"] = says(json_reply({spelling: ORDER_ID.upper()}, 202))
    assert create(stage).platform_order_id == ORDER_ID


def accepted_then_reset(_seen: Seen, conversation: Conversation) -> None:
    conversation.reset()


def closed_without_an_answer(_seen: Seen, conversation: Conversation) -> None:
    conversation.sock.shutdown(socket.SHUT_RDWR)


def headers_drip(_seen: Seen, conversation: Conversation) -> None:
    conversation.drip(b"HTTP/1.1 202 Accepted\r\nX-Slow: " + DRIPS.replace(b" ", b"x"))


def body_drips(_seen: Seen, conversation: Conversation) -> None:
    conversation.send(b"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n")
    conversation.drip(DRIPS)


def body_without_length_drips(_seen: Seen, conversation: Conversation) -> None:
    conversation.send(b"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n")
    conversation.send(json.dumps({"purchaseOrderId": ORDER_ID}).encode())
    conversation.drip(DRIPS)


def silence(_seen: Seen, _conversation: Conversation) -> None:
    """Say nothing and keep the connection."""


def truncated(_seen: Seen, conversation: Conversation) -> None:
    conversation.send(reply(202, b'{"purchaseOrderId"', Content_Length="200"))
    conversation.sock.shutdown(socket.SHUT_RDWR)


def not_http(_seen: Seen, conversation: Conversation) -> None:
    conversation.send(b"220 mail.example ESMTP\r\n\r\n")


@pytest.mark.parametrize(
    "play",
    [
        accepted_then_reset,
        closed_without_an_answer,
        headers_drip,
        body_drips,
        body_without_length_drips,
        silence,
        truncated,
        not_http,
    ],
)
def test_a_creation_that_breaks_off_is_ambiguous_and_never_repeated(
    stage: Stage, play: Callable[[Seen, Conversation], None]
) -> None:
    stage.plays["/purchaseOrders"] = play
    began = time.monotonic()
    with pytest.raises(AmbiguousError):
        create(stage, deadline_seconds=HURRY_SECONDS, read_attempts=5)
    assert time.monotonic() - began < DRIPPED_SECONDS
    assert len(stage.requests) == 1


def test_nobody_listening_means_not_sent() -> None:
    with Stage() as stage:
        connection = stage.connection()
    with VendorInventory(connection) as gateway, pytest.raises(NotSentError):
        gateway.create(an_order())


def test_the_token_service_being_down_means_not_sent(stage: Stage) -> None:
    stage.token_play = says(reply(503, PAGE, "text/html"))
    with pytest.raises(NotSentError):
        create(stage)
    assert stage.requests == []


def test_a_wrong_password_means_nothing_was_sent(stage: Stage) -> None:
    stage.token_play = says(json_reply({"error": "invalid_grant"}, 400))
    with pytest.raises(CredentialsError):
        create(stage)
    assert stage.requests == []


def test_an_order_that_cannot_leave_in_time_is_not_sent_at_all(stage: Stage) -> None:
    def slow_token(_seen: Seen, conversation: Conversation) -> None:
        time.sleep(0.3)
        conversation.send(token_reply())

    stage.token_play = slow_token
    with pytest.raises(NotSentError, match="could not leave in time"):
        create(stage, send_within_seconds=0.1)
    assert stage.requests == []


def test_a_refused_token_is_replaced_on_the_next_creation_but_not_within_the_first(stage: Stage) -> None:
    stage.token_play = says(token_reply("token-1"), token_reply("token-2"))
    stage.plays["/purchaseOrders"] = says(reply(401, b"expired", "text/plain"), ACCEPTED)
    with VendorInventory(stage.connection()) as gateway:
        with pytest.raises(UnauthorisedError):
            gateway.create(an_order())
        assert len(stage.requests) == 1
        gateway.create(an_order())
    assert stage.requests[1].headers["authorization"] == "Bearer token-2"


@pytest.mark.parametrize("cost", [Decimal("NaN"), Decimal("Infinity"), Decimal(-1)])
def test_an_order_whose_cost_is_no_money_is_refused_before_it_is_sent(stage: Stage, cost: Decimal) -> None:
    with VendorInventory(stage.connection()) as gateway, pytest.raises(RefusedError):
        gateway.create(an_order(lines=(RequestLine("A", 1, cost),)))
    assert stage.requests == []
