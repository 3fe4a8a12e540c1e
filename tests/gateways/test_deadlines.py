"""A dripping or silent server is cut off at the wall-clock deadline, in every phase."""

from __future__ import annotations

import socket
import time

import pytest

from replenisher.errors import (
    GatewayError,
    UnavailableError,
)
from replenisher.gateways.http.deadline import Deadline, DeadlinePassedError
from replenisher.gateways.vendor_inventory import VendorInventory
from replenisher.purchasing.platform import Company
from tests.gateways.saved import saved
from tests.gateways.stage import DRIPPED_SECONDS, DRIPS, Conversation, Play, Seen, Stage, reply, says
from tests.patience import HURRY_SECONDS

COMPANIES = reply(200, saved("companies.json"))


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


def drips_headers(_seen: Seen, conversation: Conversation) -> None:
    conversation.drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + DRIPS.replace(b" ", b"x"))


def drips_body(_seen: Seen, conversation: Conversation) -> None:
    conversation.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n")
    conversation.drip(DRIPS)


def drips_body_without_length(_seen: Seen, conversation: Conversation) -> None:
    conversation.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n[]")
    conversation.drip(DRIPS)


@pytest.mark.parametrize("play", [drips_headers, drips_body, drips_body_without_length])
@pytest.mark.parametrize("connection_is_reused", [False, True])
def test_a_dripping_server_is_cut_off_at_the_deadline(stage: Stage, play: Play, connection_is_reused: bool) -> None:
    calm = [says(COMPANIES)] if connection_is_reused else []
    stage.plays["/companyRelationships"] = one_after_the_other(*calm, play)
    with VendorInventory(stage.connection(deadline_seconds=HURRY_SECONDS)) as gateway:
        for _ in calm:
            gateway.companies()
        began = time.monotonic()
        with pytest.raises(UnavailableError, match=rf"within {HURRY_SECONDS} s"):
            gateway.companies()
        assert HURRY_SECONDS - 0.1 < time.monotonic() - began < DRIPPED_SECONDS
    if connection_is_reused:
        assert stage.requests[0].connection == stage.requests[1].connection


def test_all_tries_together_end_in_the_total_time(stage: Stage) -> None:
    stage.plays["/companyRelationships"] = drips_body
    began = time.monotonic()
    failure(stage, read_attempts=100, deadline_seconds=0.4, read_total_seconds=0.7)
    assert time.monotonic() - began < DRIPPED_SECONDS < 100 * 0.4


def test_a_silent_token_service_is_cut_off_at_the_deadline(stage: Stage) -> None:
    stage.token_play = drips_body
    began = time.monotonic()
    assert isinstance(failure(stage, deadline_seconds=0.4), UnavailableError)
    assert time.monotonic() - began < DRIPPED_SECONDS


def test_a_socket_that_is_connected_after_the_deadline_is_shut_down_at_once() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, Deadline(0.01) as deadline:
        time.sleep(0.1)
        deadline.watch(ours)
        assert theirs.recv(1) == b""
        with pytest.raises(DeadlinePassedError):
            deadline.check()


def test_the_connection_of_a_finished_exchange_is_left_alone() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with Deadline(0.05) as deadline:
            deadline.watch(ours)
            deadline.check()
        time.sleep(0.1)
        ours.sendall(b"x")
        assert theirs.recv(1) == b"x"
