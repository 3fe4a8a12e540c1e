"""Reads over real sockets: what is tried again, what is not, and that none lasts longer than it may."""

from __future__ import annotations

import gzip
import os
import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from replenisher.errors import (
    AbsentError,
    ForbiddenError,
    GatewayError,
    RefusedError,
    ThrottledError,
    UnauthorisedError,
    UnavailableError,
    WrongProcessError,
)
from replenisher.gateways.vendor_inventory import VendorInventory
from replenisher.purchasing.platform import Company
from tests.gateways.saved import saved
from tests.gateways.stage import Conversation, Play, Seen, Stage, json_reply, reply, says, token_reply
from tests.patience import PATIENCE_SECONDS

COMPANIES = reply(200, saved("companies.json"))
PAGE = saved("page.html")


def companies(stage: Stage, **changes: object) -> list[Company]:
    with VendorInventory(stage.connection(**changes)) as gateway:
        return gateway.companies()


def failure(stage: Stage, **changes: object) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        companies(stage, **changes)
    return caught.value


def one_after_the_other(*plays: Play) -> Play:
    left = list(plays)

    def play(seen: Seen, conversation: Conversation) -> None:
        left.pop(0)(seen, conversation)

    return play


def then_companies(first: Play) -> Play:
    """Play this, then answer properly."""
    return one_after_the_other(first, says(COMPANIES))


def resets(_seen: Seen, conversation: Conversation) -> None:
    conversation.reset()


def truncates(_seen: Seen, conversation: Conversation) -> None:
    conversation.send(reply(200, b'[{"Id"', Content_Length="500"))
    conversation.sock.shutdown(socket.SHUT_RDWR)


def truncates_without_length(_seen: Seen, conversation: Conversation) -> None:
    conversation.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n[{")
    conversation.sock.shutdown(socket.SHUT_RDWR)


def truncates_packed(_seen: Seen, conversation: Conversation) -> None:
    conversation.send(reply(200, gzip.compress(saved("companies.json"))[:-9], Content_Encoding="gzip"))


@pytest.mark.parametrize(
    "trouble",
    [
        resets,
        truncates,
        truncates_without_length,
        truncates_packed,
        says(reply(500, b'{"Message": "An error has occurred."}')),
        says(reply(502, PAGE, "text/html")),
        says(reply(200, PAGE, "text/html")),
        says(reply(200, PAGE, "application/json")),
        says(reply(408)),
        says(reply(200, b"[{]")),
    ],
)
def test_a_read_that_fails_for_a_moment_is_tried_again(stage: Stage, trouble: Play) -> None:
    stage.plays["/companyRelationships"] = then_companies(trouble)
    assert [company.id for company in companies(stage, read_attempts=3)] == ["20417", "20418"]
    assert len(stage.requests) == 2


@pytest.mark.parametrize("trouble", [says(reply(503)), says(reply(200, PAGE, "text/html")), truncates, resets])
def test_a_read_that_keeps_failing_ends_after_its_tries(stage: Stage, trouble: Play) -> None:
    stage.plays["/companyRelationships"] = trouble
    assert type(failure(stage, read_attempts=2)) is UnavailableError
    assert len(stage.requests) == 2


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (json_reply({"Message": "no such vendor"}, 400), RefusedError),
        (reply(403), ForbiddenError),
        (json_reply({"Message": "not there"}, 404), AbsentError),
        (reply(404), AbsentError),
        (reply(410), RefusedError),
        (reply(404, PAGE, "text/html"), UnavailableError),
        (reply(403, PAGE, "text/html"), UnavailableError),
        (reply(401, PAGE, "text/html"), UnavailableError),
        (reply(204), UnavailableError),
        (reply(206, b"[]"), UnavailableError),
        (reply(302, Location="http://127.0.0.1:9/"), UnavailableError),
        (reply(200, b"x" * 2000), UnavailableError),
        (reply(200, b"x", Content_Encoding="br"), UnavailableError),
        (reply(200, b"x", Content_Encoding="gzip, gzip"), UnavailableError),
    ],
)
def test_a_definite_answer_is_not_asked_for_again(stage: Stage, answer: bytes, expected: type[GatewayError]) -> None:
    stage.plays["/companyRelationships"] = says(answer)
    assert isinstance(failure(stage, read_attempts=5, max_response_bytes=1000), expected)
    assert len(stage.requests) == 1


@pytest.mark.parametrize(("body", "explained"), [({"Message": "gone"}, True), ({"Message": ""}, False), ([], False)])
def test_only_a_message_explains_an_absence(stage: Stage, body: object, explained: bool) -> None:
    stage.plays["/companyRelationships"] = says(json_reply(body, 404))
    error = failure(stage)
    assert isinstance(error, AbsentError)
    assert error.explained is explained


def test_a_routers_own_message_does_not_explain_an_absence(stage: Stage) -> None:
    words = "No HTTP resource was found that matches the request URI 'http://host/x'."
    stage.plays["/companyRelationships"] = says(json_reply({"Message": words}, 404))
    error = failure(stage)
    assert isinstance(error, AbsentError)
    assert not error.explained


def test_a_connection_that_the_platform_closed_while_idle_is_opened_again(stage: Stage) -> None:
    left = threading.Event()

    def answers_and_leaves(_seen: Seen, conversation: Conversation) -> None:
        conversation.send(COMPANIES)
        conversation.sock.shutdown(socket.SHUT_RDWR)
        left.set()

    stage.plays["/companyRelationships"] = answers_and_leaves
    with VendorInventory(stage.connection()) as gateway:
        gateway.companies()
        assert left.wait(PATIENCE_SECONDS)
        gateway.companies()
    assert len(stage.requests) == 2


def test_a_body_longer_than_promised_leaves_the_next_answer_alone(stage: Stage) -> None:
    first = reply(200, saved("companies.json") + b"GARBAGE", Content_Length=str(len(saved("companies.json"))))
    stage.plays["/companyRelationships"] = says(first, COMPANIES)
    with VendorInventory(stage.connection(read_attempts=2)) as gateway:
        assert gateway.companies() == gateway.companies()


def test_a_refused_token_is_replaced_once_and_the_read_repeated(stage: Stage) -> None:
    stage.token_play = says(token_reply("token-1"), token_reply("token-2"))
    stage.plays["/companyRelationships"] = then_companies(says(reply(401, b"expired", "text/plain")))
    companies(stage)
    assert [seen.headers["authorization"] for seen in stage.requests] == ["Bearer token-1", "Bearer token-2"]


def test_a_token_that_is_refused_although_new_ends_the_read(stage: Stage) -> None:
    stage.plays["/companyRelationships"] = says(reply(401, b"expired", "text/plain"))
    assert type(failure(stage, read_attempts=5)) is UnauthorisedError
    assert len(stage.requests) == 2


@pytest.mark.parametrize("named", [{"X_RateLimit_ResetSeconds": "1", "Retry_After": "50"}])
def test_a_throttled_read_waits_as_told_and_goes_on(stage: Stage, named: dict[str, str]) -> None:
    throttled = reply(429, b"rate limit exceeded", "text/plain", **named)
    stage.plays["/companyRelationships"] = then_companies(says(throttled))
    began = time.monotonic()
    companies(stage, read_attempts=2)
    assert 1 <= time.monotonic() - began < 50


@pytest.mark.parametrize(
    ("named", "wait"),
    [({"Retry_After": "1e9"}, 300), ({"X_RateLimit_ResetSeconds": "59"}, 59), ({}, 60), ({"Retry_After": "?"}, 60)],
)
def test_a_wait_that_does_not_fit_ends_the_read_and_is_told(stage: Stage, named: dict[str, str], wait: float) -> None:
    stage.plays["/companyRelationships"] = says(reply(429, b"rate limit exceeded", "text/plain", **named))
    error = failure(stage, read_attempts=5, read_total_seconds=20)
    assert isinstance(error, ThrottledError)
    assert error.retry_after_seconds == wait
    assert len(stage.requests) == 1


def test_cookies_are_not_kept(stage: Stage) -> None:
    stage.plays["/companyRelationships"] = says(reply(200, saved("companies.json"), Set_Cookie="session=1; Path=/"))
    with VendorInventory(stage.connection()) as gateway:
        gateway.companies()
        gateway.companies()
    assert "cookie" not in stage.requests[1].headers


def test_the_platforms_clock_is_learned_from_its_answers(stage: Stage) -> None:
    ahead = datetime.now(UTC) + timedelta(hours=3)
    told = format_datetime(ahead, usegmt=True)
    stage.plays["/companyRelationships"] = says(reply(200, saved("companies.json"), Date=told))
    with VendorInventory(stage.connection()) as gateway:
        assert abs(gateway.platform_now() - datetime.now(UTC)) < timedelta(minutes=1)
        gateway.companies()
        assert abs(gateway.platform_now() - ahead) < timedelta(minutes=1)


def test_a_gateway_carried_over_a_fork_refuses_to_work(stage: Stage) -> None:
    stage.plays["/companyRelationships"] = says(COMPANIES)
    with VendorInventory(stage.connection()) as gateway:
        gateway.companies()
        child = os.fork()
        if child == 0:
            verdict = 1
            try:
                gateway.companies()
            except WrongProcessError:
                gateway.close()
                verdict = 0
            finally:
                os._exit(verdict)
        assert os.waitpid(child, 0)[1] == 0
        assert len(gateway.companies()) == 2  # the child's close left the parent's connection alone
    assert stage.requests[0].connection == stage.requests[1].connection


def test_nothing_secret_stands_in_an_error_or_a_repr(stage: Stage) -> None:
    stage.token_play = says(reply(500, b'{"access_token": "token-canary"}'))
    connection = stage.connection()
    texts = [repr(connection), repr(failure(stage)), failure(stage).answer]
    assert not any("canary" in text for text in texts)
