"""Tokens: one request per process however many threads, renewed early, a wrong password tried once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs

import pytest

from replenisher.errors import CredentialsError, GatewayError, ThrottledError, UnavailableError
from replenisher.gateways.http.tokens import Token, TokenKeeper, parse_token
from replenisher.gateways.vendor_inventory import VendorInventory
from tests.gateways.saved import answer, saved
from tests.gateways.stage import Conversation, Seen, Stage, json_reply, reply, says, token_reply
from tests.patience import PATIENCE_SECONDS


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        stage.plays["/companyRelationships"] = says(reply(200, saved("companies.json")))
        yield stage


def test_the_token_is_asked_for_with_a_form_in_the_body(stage: Stage) -> None:
    with VendorInventory(stage.connection(password="a&b=c %é", threads=3)) as gateway:
        gateway.companies()
        gateway.companies()
    (asked,) = stage.token_requests
    assert (asked.method, asked.target) == ("POST", "/v1/oauth2/token")
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert "authorization" not in asked.headers
    assert parse_qs(asked.body.decode()) == {
        "grant_type": ["password"],
        "username": ["planner@vendor"],
        "password": ["a&b=c %é"],
        "client_id": ["client"],
        "client_secret": ["client-secret-canary"],
    }


class CountedLock:
    """The keeper's lock, which lets `crowd` be set when so many threads have gone through it.

    Whoever has gone through while a token is being asked for holds on to that answer, however late it comes.
    """

    def __init__(self, threads: int) -> None:
        self.crowd = threading.Event()
        self._lock = threading.Lock()
        self._expected = threads

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._expected -= 1
        if self._expected == 0:
            self.crowd.set()
        self._lock.release()


def eight_at_once(stage: Stage, answer: bytes) -> list[object]:
    """Let eight threads need a token, answered when all of them wait for it; gives what each came to."""

    def when_all_wait(_seen: Seen, conversation: Conversation) -> None:
        door.crowd.wait(PATIENCE_SECONDS)
        conversation.send(answer)

    def ask() -> object:
        try:
            return gateway.companies()
        except GatewayError as error:
            return error

    stage.token_play, door = when_all_wait, CountedLock(8)
    with VendorInventory(stage.connection()) as gateway:
        gateway._http._tokens._lock = door
        with ThreadPoolExecutor(8) as pool:
            ends = [found.result() for found in [pool.submit(ask) for _ in range(8)]]
    assert door.crowd.is_set()
    return ends


def test_many_threads_ask_for_one_token(stage: Stage) -> None:
    assert {len(found) for found in eight_at_once(stage, token_reply())} == {2}
    assert len(stage.token_requests) == 1


def test_many_threads_share_one_failure(stage: Stage) -> None:
    assert {type(error) for error in eight_at_once(stage, reply(503))} == {UnavailableError}
    assert len(stage.token_requests) == 1


def test_a_token_is_renewed_when_little_of_its_life_is_left(stage: Stage) -> None:
    stage.token_play = says(token_reply("long"), token_reply("short", 1), token_reply("next"))
    with VendorInventory(stage.connection()) as gateway:
        gateway.companies()
        gateway.companies()
    with VendorInventory(stage.connection()) as gateway:
        gateway.companies()
        time.sleep(0.6)
        gateway.companies()
    tokens = [seen.headers["authorization"] for seen in stage.requests]
    assert tokens == ["Bearer long", "Bearer long", "Bearer short", "Bearer next"]


@pytest.mark.parametrize(
    ("lifetime", "usable_for"), [(43199, 43199 - 120), (300, 180), (100, 50), (None, 180), ("900", 180), (-1, 180)]
)
def test_a_token_is_used_until_two_minutes_before_its_end_or_half_of_a_short_life(
    lifetime: object, usable_for: float
) -> None:
    body = json_reply({"access_token": "t", "expires_in": lifetime}).partition(b"\r\n\r\n")[2]
    began = time.monotonic()
    token = parse_token(answer(body), 120)
    assert began + usable_for <= token.renew_at <= time.monotonic() + usable_for


@pytest.mark.parametrize("status", [400, 401])
@pytest.mark.parametrize("word", ["invalid_grant", "invalid_client"])
def test_a_wrong_password_is_tried_once_in_a_process(stage: Stage, status: int, word: str) -> None:
    stage.token_play = says(json_reply({"error": word}, status))
    with VendorInventory(stage.connection(read_attempts=5)) as gateway, ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            with pytest.raises(CredentialsError, match=word):
                gateway.companies()
        errors = [found.exception() for found in [pool.submit(gateway.companies) for _ in range(8)]]
    assert {type(error) for error in errors} == {CredentialsError}
    assert len(stage.token_requests) == 1
    assert stage.requests == []


def test_a_new_gateway_tries_the_password_again(stage: Stage) -> None:
    stage.token_play = says(json_reply({"error": "invalid_grant"}, 400), token_reply())
    with VendorInventory(stage.connection()) as gateway, pytest.raises(CredentialsError):
        gateway.companies()
    with VendorInventory(stage.connection()) as gateway:
        assert gateway.companies()


@pytest.mark.parametrize(
    ("status", "body", "kind", "expected"),
    [
        (400, b'{"error": "invalid_grant"}', "application/json", CredentialsError),
        (400, b"grant type '' is not supported", "text/plain", CredentialsError),
        (401, b"", "", CredentialsError),
        (400, b"<html>invalid_grant</html>", "text/html", UnavailableError),
        (200, b"<html>", "text/html", UnavailableError),
        (200, b"{}", "application/json", UnavailableError),
        (200, b"[]", "application/json", UnavailableError),
        (200, b'{"access_token"', "application/json", UnavailableError),
        (200, b'{"access_token": ""}', "application/json", UnavailableError),
        (200, b'{"access_token": 7}', "application/json", UnavailableError),
        (200, b'{"access_token": "two\\r\\nlines"}', "application/json", UnavailableError),
        (302, b"", "", UnavailableError),
        (404, b"", "", UnavailableError),
        (500, b"", "", UnavailableError),
        (429, b"rate limit exceeded", "text/plain", ThrottledError),
    ],
)
def test_each_answer_of_the_token_service_has_one_meaning(
    status: int, body: bytes, kind: str, expected: type[GatewayError]
) -> None:
    with pytest.raises(GatewayError) as caught:
        parse_token(answer(body, status, kind), 120)
    assert type(caught.value) is expected
    assert caught.value.answer == ""


def test_the_token_service_being_down_is_not_remembered(stage: Stage) -> None:
    stage.token_play = says(reply(503), token_reply())
    with VendorInventory(stage.connection()) as gateway:
        with pytest.raises(UnavailableError):
            gateway.companies()
        assert gateway.companies()


def test_an_interrupted_request_for_a_token_leaves_nobody_waiting() -> None:
    asked = threading.Event()

    def interrupted() -> Token:
        asked.set()
        door.crowd.wait(PATIENCE_SECONDS)
        raise KeyboardInterrupt

    keeper, door = TokenKeeper(interrupted), CountedLock(2)
    keeper._lock = door
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(keeper.token)
        assert asked.wait(PATIENCE_SECONDS)
        second = pool.submit(keeper.token)
        assert isinstance(first.exception(PATIENCE_SECONDS), KeyboardInterrupt)
        assert isinstance(second.exception(PATIENCE_SECONDS), UnavailableError)


def test_a_refused_old_token_does_not_throw_away_a_newer_one() -> None:
    given = iter(["old", "new"])
    keeper = TokenKeeper(lambda: Token(next(given), time.monotonic() + 60))
    assert keeper.token() == "old"
    keeper.refused("old")
    assert keeper.token() == "new"
    keeper.refused("old")
    assert keeper.token() == "new"
    assert "canary" not in repr(Token("canary", 0))


def test_a_throttled_token_service_means_nothing_was_sent(stage: Stage) -> None:
    stage.token_play = says(reply(429, b"", "text/plain", Retry_After="30"))
    connection = stage.connection(read_attempts=5, read_total_seconds=5)
    with VendorInventory(connection) as gateway, pytest.raises(ThrottledError):
        gateway.companies()
    assert stage.requests == []
