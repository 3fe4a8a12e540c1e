"""What a fault means: by its text, differently for reads and writes only where nobody knows it."""

from __future__ import annotations

import pytest

from replenisher.errors import (
    AbsentError,
    AmbiguousError,
    CredentialsError,
    ExistsError,
    ForbiddenError,
    GatewayError,
    RefusedError,
    ThrottledError,
    UnauthorisedError,
    UnavailableError,
)
from replenisher.gateways.http.answers import Subject
from replenisher.gateways.http.waits import LastingError
from replenisher.gateways.soap.faults import damage_of, fault_of, refusal_without_envelope
from replenisher.gateways.soap.replies import FaultReplyError
from replenisher.logs import add_secret
from tests.gateways.soap.envelopes_of import as_answer

SUBJECT = Subject("create", "R1 for location 36")
PREFIX = "System.Web.Services.Protocols.SoapException: Server was unable to process request. ---> "


def meaning(text: str, *, writing: bool, code: str = "soap:Server", status: int = 500) -> GatewayError:
    return fault_of(SUBJECT, FaultReplyError(code, text), status, writing=writing)


@pytest.mark.parametrize("writing", [True, False])
@pytest.mark.parametrize("prefix", ["", PREFIX])
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Found Purchase orders for StoreID [36] by VendorInvoiceNumber [11412512]", ExistsError),
        ("Existing Purchase order has been found with Purchase Order ID [28890f70]", ExistsError),
        ("ShipToStoreID must be > 0 or ShipToVendorAccountNumber must be supplied", RefusedError),
        ("BillToStoreID must be > 0 or BillToVendorAccountNumber must be supplied", RefusedError),
        ("The estimated arrival date is not in the MM/dd/yyyy format", RefusedError),
        (
            "Cannot update Purchase Order [x] because it has received products or is marked as complete",
            RefusedError,
        ),
        ("Invalid username or password", CredentialsError),
        ("The password is incorrect.", CredentialsError),
        ("Authentication failed", CredentialsError),
        ("Company [x] is not enabled for this vendor", ForbiddenError),
        ("The client has been disabled", ForbiddenError),
    ],
)
def test_known_texts_mean_the_same_for_reads_and_writes(
    text: str, kind: type[GatewayError], prefix: str, *, writing: bool
) -> None:
    error = meaning(prefix + text, writing=writing)
    assert type(error) is kind
    assert error.status == 500
    assert text in str(error)


@pytest.mark.parametrize("code", ["soap:Server", "soap:Client", ""])
def test_an_unknown_fault_is_ambiguous_for_a_write_and_read_again_for_a_read(code: str) -> None:
    text = PREFIX + "Timeout expired. The timeout period elapsed"
    assert type(meaning(text, writing=True, code=code)) is AmbiguousError
    assert type(meaning(text, writing=False, code=code)) is UnavailableError


def test_a_request_that_reached_no_operation_is_refused() -> None:
    text = "Server did not recognize the value of HTTP Header SOAPAction: http://www.iqmetrix.com/x."
    assert type(meaning(text, writing=True, code="soap:Client")) is RefusedError


def test_an_order_that_cannot_be_found_is_absent_for_a_read_only() -> None:
    text = PREFIX + "Purchase order [NOPE] could not be found"
    assert type(meaning(text, writing=False)) is AbsentError
    assert type(meaning(text, writing=True)) is AmbiguousError


def test_an_order_about_passwords_in_a_comment_is_not_a_matter_of_credentials() -> None:
    text = PREFIX + "Product [Password Safe] could not be found"
    assert type(meaning(text, writing=True)) is AmbiguousError


def test_a_fault_that_repeats_a_secret_does_not_carry_it_on() -> None:
    add_secret("fault-canary-1")
    error = meaning(PREFIX + "Bad envelope <Password>fault-canary-1</Password>", writing=True)
    assert "fault-canary-1" not in f"{error} {error.answer}"


@pytest.mark.parametrize(
    ("status", "writing", "kind"),
    [
        (503, True, AmbiguousError),
        (503, False, UnavailableError),
        (200, False, UnavailableError),
        (404, False, LastingError),
        (302, False, LastingError),
        (404, True, AmbiguousError),
    ],
)
def test_a_page_or_damage_is_ambiguous_for_a_write(status: int, kind: type[GatewayError], *, writing: bool) -> None:
    error = damage_of(SUBJECT, "a page", status, writing=writing)
    assert type(error) is kind
    assert error.status == status


def test_http_alone_says_too_many_requests_unauthorised_and_forbidden() -> None:
    slow = refusal_without_envelope(SUBJECT, as_answer(b"rate limit exceeded", 429, "text/plain"))
    assert isinstance(slow, ThrottledError)
    assert isinstance(refusal_without_envelope(SUBJECT, as_answer(b"no", 401, "text/plain")), UnauthorisedError)
    assert isinstance(refusal_without_envelope(SUBJECT, as_answer(b"no", 403, "text/plain")), ForbiddenError)
    assert refusal_without_envelope(SUBJECT, as_answer(b"<html/>", 403, "text/html")) is None
    assert refusal_without_envelope(SUBJECT, as_answer(b"<x/>", 500)) is None
