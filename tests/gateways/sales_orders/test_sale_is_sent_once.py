"""Every way in which sending a sale order can end, acted out over real sockets."""

from __future__ import annotations

import time
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
from replenisher.gateways.sales_orders import SalesOrders
from replenisher.gateways.sales_orders.bodies import sale_body
from replenisher.purchasing.sale_orders import SaleAccepted, SaleOrderRequest
from tests.gateways.sales_orders.orders_to_send import SALE, TAX_BY_SERVICE, a_full_sale, a_sale
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
from tests.patience import HURRY_SECONDS, PATIENCE_SECONDS

TAKEN = reply(202, saved("sale_order.json"))
PAGE = b"<!DOCTYPE html><html><body>Please sign in</body></html>"


def submit(stage: Stage, sale: SaleOrderRequest | None = None, **changes: Any) -> SaleAccepted:
    with SalesOrders(stage.connection(**changes)) as desk:
        return desk.submit(sale or a_sale())


@pytest.mark.parametrize(("invoice", "resource"), [(False, "SaleOrder"), (True, "SaleInvoice")])
def test_a_sale_order_goes_where_its_invoice_is_made_or_not_and_asks_for_plain_json(
    stage: Stage, invoice: bool, resource: str
) -> None:
    stage.plays[f"/{resource}"] = says(TAKEN)
    sale = a_full_sale(invoice=invoice)
    accepted = submit(stage, sale)
    assert (accepted.platform_sale_id, accepted.found) == (SALE, False)
    assert '"PrintableId": "229045"' in accepted.answer
    (seen,) = stage.requests
    assert (seen.method, seen.target) == ("POST", f"/vendorinventory/v1/Companies(14146)/{resource}")
    assert seen.headers["accept"] == "application/json"
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["authorization"] == "Bearer token-1"
    assert seen.body == sale_body(sale, "IqmetrixTaxServiceId")


def test_the_tax_service_is_named_as_the_gateway_was_told(stage: Stage) -> None:
    stage.plays["/SaleOrder"] = says(TAKEN)
    (item,) = a_sale().items
    taxed = a_sale(items=(type(item)(1, item.catalog_id, 1, item.price, taxes=(TAX_BY_SERVICE,)),))
    with SalesOrders(stage.connection(), tax_service_key="IqTaxServiceId") as desk:
        desk.submit(taxed)
    assert stage.requests[0].json()["Items"][0]["TaxLineItems"] == [{"IqTaxServiceId": TAX_BY_SERVICE.tax_service_id}]


@pytest.mark.parametrize("status", [200, 201, 202, 203])
@pytest.mark.parametrize("name", ["sale_order.json", "sale_order_hal.json"])
def test_any_2xx_with_the_order_in_it_is_taken_plain_or_as_hal(stage: Stage, status: int, name: str) -> None:
    stage.plays["/SaleOrder"] = says(reply(status, saved(name), "application/hal+json"))
    assert submit(stage).platform_sale_id == SALE


def test_an_answer_that_holds_nothing_but_the_id_is_enough(stage: Stage) -> None:
    stage.plays["/SaleOrder"] = says(json_reply({"id": SALE.upper()}, 202))
    assert submit(stage).platform_sale_id == SALE


def test_the_same_order_is_the_same_bytes_each_over_a_connection_of_its_own(stage: Stage) -> None:
    stage.plays["/SaleOrder"] = says(TAKEN)
    with SalesOrders(stage.connection()) as desk:
        desk.submit(a_full_sale())
        desk.submit(a_full_sale())
    first, second = stage.requests
    assert first.body == second.body
    assert first.connection != second.connection
    assert len(stage.token_requests) == 1


ANSWERS = [
    (json_reply({"Message": "Items should not be empty"}, 400), RefusedError),
    (json_reply({"message": "Missing valid CustomerId"}, 400), RefusedError),
    (reply(400, b"LineNumber must be greater than 1", "text/plain"), RefusedError),
    (json_reply({"Message": "Not Found"}, 404), RefusedError),
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
    (json_reply({"Message": "An error has occurred."}, 500), AmbiguousError),
    (reply(502, PAGE, "text/html"), AmbiguousError),
    (reply(503), AmbiguousError),
    (reply(302, Location="http://127.0.0.1:9/elsewhere"), AmbiguousError),
    (reply(418, b"short and stout", "text/plain"), AmbiguousError),
    (json_reply({"Message": "conflict"}, 409), ExistsError),
    (reply(409), ExistsError),
    (reply(409, PAGE, "text/html"), AmbiguousError),
    (json_reply({"Message": "A sale order with PrintableId 229045 already exists"}, 400), ExistsError),
    (json_reply({"Message": "PrintableId '229045' has already been used"}, 422), ExistsError),
    (json_reply({"Message": "Printable id must be unique"}, 400), ExistsError),
    (json_reply({"Message": "Duplicate PrintableId"}, 500), ExistsError),
    (reply(400, b"Existing SaleOrder has been found", "text/plain"), ExistsError),
    (json_reply({"Message": "The sales order has already been submitted"}, 400), ExistsError),
    (reply(400, b"<p>PrintableId already exists</p>", "text/plain"), AmbiguousError),
    (json_reply({"Message": "Duplicate LineNumber 2"}, 400), RefusedError),
    (json_reply({"Message": "Products cannot have multiple of same tax defined"}, 400), RefusedError),
    (json_reply({"Message": "SerialNumber 356938035643809 already exists on another invoice"}, 400), RefusedError),
    (json_reply({"Message": "PrintableId should not be empty"}, 400), RefusedError),
    (json_reply({"Message": "Found Purchase orders for StoreID [1] by VendorInvoiceNumber"}, 400), RefusedError),
    (reply(202, PAGE, "text/html"), AmbiguousError),
    (reply(202, PAGE), AmbiguousError),
    (reply(202), AmbiguousError),
    (reply(204), AmbiguousError),
    (reply(202, b'{"Id": "d8daa9df-0e3d'), AmbiguousError),
    (json_reply({"Message": "try later"}, 202), AmbiguousError),
    (json_reply({"Id": "00000000-0000-0000-0000-000000000000"}, 202), AmbiguousError),
    (json_reply({"Id": 17}, 202), AmbiguousError),
    (json_reply([{"Id": SALE}, {"Id": SALE}], 202), AmbiguousError),
    (json_reply({"Id": SALE, "PrintableId": "229046"}, 202), AmbiguousError),
    (reply(202, b"x", Content_Encoding="br"), AmbiguousError),
]


@pytest.mark.parametrize(("answer", "expected"), ANSWERS)
@pytest.mark.parametrize("resource", ["SaleOrder", "SaleInvoice"])
def test_each_answer_has_one_meaning_and_none_makes_us_send_again(
    stage: Stage, answer: bytes, expected: type[GatewayError], resource: str
) -> None:
    stage.plays[f"/{resource}"] = says(answer)
    with pytest.raises(GatewayError) as caught:
        submit(stage, a_sale(invoice=resource == "SaleInvoice"), read_attempts=5)
    assert type(caught.value) is expected
    assert "229045" in str(caught.value)
    assert len(stage.requests) == 1


@pytest.mark.parametrize(
    "printable_id", ["duplicate PrintableId", "PrintableId already exists", "sale order already been"]
)
def test_words_of_our_own_number_are_not_taken_for_the_platforms(stage: Stage, printable_id: str) -> None:
    words = f"{printable_id}: Missing valid CustomerId"
    stage.plays["/SaleOrder"] = says(json_reply({"Message": words}, 400))
    with pytest.raises(RefusedError, match="Missing valid CustomerId") as caught:
        submit(stage, a_sale(printable_id=printable_id))
    assert type(caught.value) is RefusedError


def test_a_no_carries_the_platforms_words_and_its_answer(stage: Stage) -> None:
    stage.plays["/SaleOrder"] = says(json_reply({"Message": "Missing valid CustomerId"}, 400))
    with pytest.raises(RefusedError, match="sale order of 229045: answered 400: Missing valid CustomerId") as caught:
        submit(stage)
    assert (caught.value.operation, caught.value.status) == ("sale order", 400)
    assert caught.value.answer == '{"Message": "Missing valid CustomerId"}'


def test_a_throttled_sale_order_tells_how_long_to_wait(stage: Stage) -> None:
    stage.plays["/SaleOrder"] = says(reply(429, b"", "text/plain", X_RateLimit_ResetSeconds="59"))
    with pytest.raises(ThrottledError) as caught:
        submit(stage)
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
def test_a_sale_order_that_breaks_off_is_ambiguous_and_never_repeated(stage: Stage, play: Play) -> None:
    stage.plays["/SaleOrder"] = play
    began = time.monotonic()
    with pytest.raises(AmbiguousError):
        submit(stage, deadline_seconds=HURRY_SECONDS, read_attempts=5)
    assert time.monotonic() - began < DRIPPED_SECONDS
    assert len(stage.requests) == 1


def test_nobody_listening_means_not_sent() -> None:
    with Stage() as stage:
        connection = stage.connection()
    with SalesOrders(connection) as desk, pytest.raises(NotSentError):
        desk.submit(a_sale())


@pytest.mark.parametrize(
    ("token", "expected"),
    [(reply(503), NotSentError), (json_reply({"error": "invalid_grant"}, 400), CredentialsError)],
)
def test_without_a_token_nothing_is_sent(stage: Stage, token: bytes, expected: type[GatewayError]) -> None:
    stage.token_play = says(token)
    with pytest.raises(expected):
        submit(stage)
    assert stage.requests == []


def test_after_the_moment_until_which_it_might_leave_nothing_is_sent(stage: Stage) -> None:
    stage.plays["/SaleOrder"] = says(TAKEN)
    with SalesOrders(stage.connection()) as desk:
        with pytest.raises(NotSentError, match="could not leave in time"):
            desk.submit(a_sale(), send_before=time.monotonic() - 0.001)
        assert stage.requests == []
        desk.submit(a_sale(), send_before=time.monotonic() + PATIENCE_SECONDS)
    assert len(stage.requests) == 1


def test_a_slow_token_does_not_send_late(stage: Stage) -> None:
    def slow_token(_seen: Seen, conversation: Conversation) -> None:
        time.sleep(0.3)
        conversation.send(token_reply())

    stage.token_play = slow_token
    with pytest.raises(NotSentError, match="could not leave in time"):
        submit(stage, send_within_seconds=0.1)
    assert stage.requests == []


@pytest.mark.parametrize("sale", [a_sale(company="1/../2"), a_sale(location="x"), a_sale(printable_id="a\nb")])
def test_what_cannot_be_sent_does_not_even_open_a_connection(stage: Stage, sale: SaleOrderRequest) -> None:
    with pytest.raises(RefusedError):
        submit(stage, sale)
    assert stage.connections == 0
