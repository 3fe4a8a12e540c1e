"""The SOAP service over real sockets: one deadline, reads tried again, writes sent once, nothing secret in a log."""

from __future__ import annotations

import io
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from replenisher import logs
from replenisher.errors import (
    AmbiguousError,
    ConfigurationError,
    CredentialsError,
    ExistsError,
    GatewayError,
    NotSentError,
    RefusedError,
    ReportRefusedError,
    UnavailableError,
    WrongProcessError,
)
from replenisher.gateways.http.answers import Subject
from replenisher.gateways.soap.envelopes import IDENTITY
from replenisher.gateways.soap.replies import Reply
from replenisher.gateways.soap.service import ReportSubject, SoapConnection, SoapService
from replenisher.gateways.soap.stores import locations_of
from tests.gateways.saved import saved
from tests.gateways.soap.envelopes_of import fault, result
from tests.gateways.stage import DRIPPED_SECONDS, Conversation, Seen, Stage, reply, says
from tests.patience import HURRY_SECONDS, PATIENCE_SECONDS, eventually

COMPANY = "c46ccb4d-2d44-4289-950a-b9cb51d58ac4"
PASSWORD = "soap-canary-5f2d"
ASKING = {IDENTITY: {"VendorID": COMPANY}}
STORES = Subject("locations", f"company {COMPANY}")
DATE = "Tue, 01 Dec 2026 10:00:00 GMT"


def xml(body: bytes, status: int = 200, **headers: str) -> bytes:
    return reply(status, body, kind="text/xml; charset=utf-8", **headers)


Opener = Callable[..., SoapService]


@pytest.fixture
def service() -> Iterator[Opener]:
    """Opens services of a stage, and closes them in the end."""
    opened: list[SoapService] = []

    def open_service(stage: Stage, **changes: Any) -> SoapService:
        values: dict[str, Any] = {
            "url": f"{stage.address}/VMIService.asmx",
            "deadline_seconds": PATIENCE_SECONDS,
            "connect_seconds": PATIENCE_SECONDS,
            "read_seconds": PATIENCE_SECONDS,
            "read_total_seconds": PATIENCE_SECONDS,
            "send_within_seconds": PATIENCE_SECONDS,
            "read_attempts": 1,
        }
        connection = SoapConnection(username="acme", password=PASSWORD, **(values | changes))
        opened.append(SoapService(connection, "vmi"))
        return opened[-1]

    yield open_service
    for one in opened:
        one.close()


@pytest.fixture
def plays(stage: Stage) -> Stage:
    stage.plays["/VMIService.asmx"] = says(xml(saved("soap/stores.xml"), Date=DATE))
    return stage


def ask(asked: SoapService) -> Any:
    return asked.read("GetStoreList", ASKING, lambda answer: locations_of(answer, COMPANY), STORES)


def write(asked: SoapService, send_before: float | None = None) -> str:
    return asked.write("CancelUncommittedPurchaseOrder", ASKING, Reply.text, Subject("cancel"), send_before)


def test_a_read_carries_action_type_and_account_and_no_token(plays: Stage, service: Opener) -> None:
    (location,) = ask(service(plays))
    assert (location.id, location.ship_to, location.bill_to) == ("36", "36", "55")
    (seen,) = plays.requests
    assert (seen.method, seen.target) == ("POST", "/VMIService.asmx")
    assert seen.headers["soapaction"] == '"http://www.iqmetrix.com/GetStoreList"'
    assert seen.headers["content-type"] == "text/xml; charset=utf-8"
    assert "authorization" not in seen.headers
    assert PASSWORD.encode() in seen.body
    assert plays.token_requests == []


def test_the_platforms_clock_is_learnt_from_any_answer(plays: Stage, service: Opener) -> None:
    asked = service(plays)
    ask(asked)
    assert asked.platform_now().isoformat().startswith("2026-12-01T10:00:0")


def test_a_failed_read_is_tried_again_and_reads_share_a_connection(stage: Stage, service: Opener) -> None:
    stage.plays["/VMIService.asmx"] = says(xml(b"<html>", 503), xml(saved("soap/stores.xml")))
    asked = service(stage, read_attempts=3, read_total_seconds=10.0)
    assert len(ask(asked)) == 1
    assert len(stage.requests) == 2
    assert {seen.connection for seen in stage.requests} == {1}


def test_a_dripping_answer_ends_at_the_deadline(stage: Stage, service: Opener) -> None:
    def drip(_: Seen, conversation: Conversation) -> None:
        conversation.drip(xml(saved("soap/stores.xml")), pause=0.1)

    stage.plays["/VMIService.asmx"] = drip
    began = time.monotonic()
    with pytest.raises(UnavailableError, match=r"no complete answer within"):
        ask(service(stage, deadline_seconds=HURRY_SECONDS))
    with pytest.raises(AmbiguousError):
        write(service(stage, deadline_seconds=HURRY_SECONDS))
    assert time.monotonic() - began < DRIPPED_SECONDS


def test_a_write_leaves_once_over_a_connection_of_its_own(stage: Stage, service: Opener) -> None:
    stage.plays["/VMIService.asmx"] = says(xml(result("CancelUncommittedPurchaseOrder", "true")))
    asked = service(stage, read_attempts=5)
    assert [write(asked), write(asked)] == ["true", "true"]
    assert [seen.connection for seen in stage.requests] == [1, 2]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (xml(fault("Existing Purchase order has been found with Purchase Order ID [x]"), 500), ExistsError),
        (xml(fault("Invalid username or password"), 500), CredentialsError),
        (xml(fault("BillToStoreID must be > 0 or BillToVendorAccountNumber must be supplied")), RefusedError),
        (xml(fault("The wait operation timed out"), 500), AmbiguousError),
        (xml(fault("Object reference not set"), 200), AmbiguousError),
        (reply(503, b"<html><body>busy</body></html>", kind="text/html"), AmbiguousError),
        (reply(500, b""), AmbiguousError),
        (xml(result("CancelUncommittedPurchaseOrder", "true")[:-20]), AmbiguousError),
        (xml(result("GetStoreList", "")), AmbiguousError),
    ],
)
def test_a_write_is_sent_once_whatever_is_answered(
    stage: Stage, answer: bytes, kind: type[GatewayError], service: Opener
) -> None:
    stage.plays["/VMIService.asmx"] = says(answer)
    with pytest.raises(GatewayError) as caught:
        write(service(stage, read_attempts=5))
    assert type(caught.value) is kind
    assert len(stage.requests) == 1
    assert PASSWORD not in f"{caught.value} {caught.value.answer}"


def test_a_reset_after_the_request_is_ambiguous_and_nobody_listening_is_not_sent(stage: Stage, service: Opener) -> None:
    stage.plays["/VMIService.asmx"] = lambda _, conversation: conversation.reset()
    with pytest.raises(AmbiguousError):
        write(service(stage))
    nowhere = service(stage, url="http://127.0.0.1:9/VMIService.asmx")
    with pytest.raises(NotSentError):
        write(nowhere)


def test_nothing_leaves_after_the_moment_until_which_it_might(plays: Stage, service: Opener) -> None:
    with pytest.raises(NotSentError):
        write(service(plays), send_before=time.monotonic() - 0.01)
    assert plays.requests == []


def test_a_write_that_waits_too_long_for_another_call_is_not_sent(stage: Stage, service: Opener) -> None:
    let_go = threading.Event()

    def hold(_: Seen, conversation: Conversation) -> None:
        let_go.wait(PATIENCE_SECONDS)
        conversation.send(xml(saved("soap/stores.xml")))

    stage.plays["/VMIService.asmx"] = hold
    asked = service(stage)
    reading = threading.Thread(target=ask, args=(asked,))
    reading.start()
    eventually(lambda: bool(stage.requests), "the read never came")
    with pytest.raises(NotSentError, match="other calls"):
        write(asked, send_before=time.monotonic() + 0.3)
    let_go.set()
    reading.join(PATIENCE_SECONDS)
    assert len(stage.requests) == 1


def test_calls_of_several_threads_go_out_one_after_another(stage: Stage, service: Opener) -> None:
    under_way, most = 0, 0
    lock = threading.Lock()

    def busy(_: Seen, conversation: Conversation) -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.05)
        with lock:
            under_way -= 1
        conversation.send(xml(saved("soap/stores.xml")))

    stage.plays["/VMIService.asmx"] = busy
    asked = service(stage)
    threads = [threading.Thread(target=ask, args=(asked,)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert (len(stage.requests), most) == (5, 1)


def test_an_unreadable_report_is_refused_with_operation_company_location_field_and_sku(
    stage: Stage, service: Opener
) -> None:
    row = "<StoreInformation><storeID>36</storeID></StoreInformation>"
    stage.plays["/VMIService.asmx"] = says(xml(result("GetStoreList", row)))
    subject = ReportSubject.of("inventory", COMPANY, "36")
    asked = service(stage, read_attempts=3)
    with pytest.raises(ReportRefusedError) as caught:
        asked.read("GetStoreList", ASKING, lambda answer: locations_of(answer, COMPANY), subject)
    assert (caught.value.location, caught.value.report, caught.value.field) == ("36", "inventory", "StoreID")
    assert "GetStoreList" in str(caught.value)
    assert COMPANY in str(caught.value)
    with pytest.raises(UnavailableError, match="StoreID"):
        ask(asked)
    assert len(stage.requests) == 2


def test_a_report_that_is_too_large_is_refused(stage: Stage, service: Opener) -> None:
    stage.plays["/VMIService.asmx"] = says(xml(result("GetStoreList", "x" * 4096)))
    subject = ReportSubject.of("inventory", COMPANY, "36")
    with pytest.raises(ReportRefusedError, match="more than 1024"):
        service(stage, max_response_bytes=1024).read("GetStoreList", ASKING, Reply.text, subject)


def test_no_password_and_no_envelope_is_in_any_log_line(stage: Stage, service: Opener) -> None:
    stage.plays["/VMIService.asmx"] = says(
        xml(saved("soap/stores.xml")), xml(fault(f"no {PASSWORD}"), 500), xml(b"<x>" + PASSWORD.encode(), 500)
    )
    stream = io.StringIO()
    root = logging.getLogger()
    before = root.level, root.handlers[:]
    hooks = sys.excepthook, threading.excepthook
    raw = io.StringIO()
    try:
        logs.configure("json", "debug", stream=stream)
        root.addHandler(logging.StreamHandler(raw))  # nothing is redacted on this way
        asked = service(stage)
        ask(asked)
        for act in (ask, write):
            with pytest.raises(GatewayError) as caught:
                act(asked)
            logs.get_logger("test").warning("failed", error=str(caught.value), exc_info=caught.value)
            assert PASSWORD not in repr(caught.value)
        assert logging.getLogger("zeep.transports").isEnabledFor(logging.DEBUG) is False
    finally:
        root.setLevel(before[0])
        root.handlers = before[1]
        sys.excepthook, threading.excepthook = hooks
        logging.captureWarnings(capture=False)
    written = stream.getvalue() + raw.getvalue()
    assert "failed" in written
    assert PASSWORD not in written
    assert "Envelope" not in written
    assert PASSWORD not in repr(SoapConnection(url="https://host/x.asmx", username="u", password=PASSWORD))


@pytest.mark.parametrize("url", ["http://vmi.example.com/x.asmx", "ftp://host/x", "https://u:p@host/x", "x.asmx"])
def test_an_address_that_would_tell_the_password_to_somebody_else_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="url"):
        SoapConnection(url=url, username="u", password=PASSWORD)


def test_an_https_address_is_accepted() -> None:
    connection = SoapConnection(url="https://vmi.example.com/VMIService.asmx", username="u", password=PASSWORD)
    assert connection.root() == "https://vmi.example.com/VMIService.asmx"


def test_a_forked_child_may_not_use_the_parents_service(plays: Stage, service: Opener) -> None:
    asked = service(plays)
    ask(asked)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        told = b"worked"
        try:
            ask(asked)
        except WrongProcessError:
            told = b"refused"
        finally:
            os.write(writer, told)
            os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    assert os.read(reader, 20) == b"refused"
    os.close(reader)
    assert len(ask(asked)) == 1
