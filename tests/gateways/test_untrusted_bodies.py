"""Bodies whose size cannot be trusted: packed, endless, or a bomb."""

from __future__ import annotations

import gzip
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replenisher.errors import (
    ReportRefusedError,
)
from replenisher.gateways.http.body import BodyDamagedError, BodyRefusedError, read_body
from replenisher.gateways.vendor_inventory import VendorInventory
from replenisher.purchasing.platform import Company, ReportWindow
from tests.gateways.saved import saved
from tests.gateways.stage import Conversation, Seen, Stage, reply, says

WINDOW = ReportWindow(date(2024, 5, 1), date(2024, 5, 30))


def companies(stage: Stage, **changes: object) -> list[Company]:
    with VendorInventory(stage.connection(**changes)) as gateway:
        return gateway.companies()


def test_a_packed_answer_is_read(stage: Stage) -> None:
    packed = reply(200, gzip.compress(saved("companies.json")), Content_Encoding="gzip")
    stage.plays["/companyRelationships"] = says(packed)
    assert len(companies(stage)) == 2
    assert stage.requests[0].headers["accept-encoding"] == "gzip"


def test_a_byte_order_mark_is_passed_over(stage: Stage) -> None:
    stage.plays["/companyRelationships"] = says(reply(200, b"\xef\xbb\xbf" + saved("companies.json")))
    assert len(companies(stage)) == 2


def body_of(packed: bytes, limit: int = 10_000_000, encoding: str = "gzip") -> bytes:
    response = httpx.Response(200, headers={"Content-Encoding": encoding}, stream=httpx.ByteStream(packed))
    return read_body(response, limit)


@settings(max_examples=50)
@given(st.binary(), st.binary())
def test_a_packed_body_of_one_or_two_parts_is_unpacked_whole(first: bytes, second: bytes) -> None:
    plain = b"x" + first + second  # never a byte-order mark
    assert body_of(gzip.compress(b"x" + first) + gzip.compress(second)) == plain
    assert body_of(plain, encoding="identity") == plain


@pytest.mark.parametrize("limit", [99_999, 100_000])
def test_a_body_of_just_the_cap_is_read_and_one_byte_more_is_not(limit: int) -> None:
    body = os.urandom(50_000) * 2
    for packed, encoding in ((gzip.compress(body), "gzip"), (body, "identity")):
        if limit == len(body):
            assert body_of(packed, limit + 1000, encoding) == body
        else:
            with pytest.raises(BodyRefusedError):
                body_of(packed, limit, encoding)


@pytest.mark.parametrize(
    "packed",
    [b"not packed", gzip.compress(b"x", mtime=0)[:-1], gzip.compress(b"x", mtime=0) + b"rest"],
    ids=["not packed", "cut off", "followed by more"],
)
def test_a_body_that_does_not_unpack_is_damaged(packed: bytes) -> None:
    with pytest.raises(BodyDamagedError):
        body_of(packed)


def test_a_report_of_nothing_but_zeros_packs_well_and_is_read() -> None:
    row = json.loads(saved("inventory.json"))[1]
    body = json.dumps([row | {"VendorSku": f"{number:07d}"} for number in range(10_000)]).encode()
    assert len(body) / len(gzip.compress(body)) > 80
    assert body_of(gzip.compress(body)) == body


@contextmanager
def watched_memory() -> Iterator[list[int]]:
    """Collect this process's resident bytes every millisecond."""

    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def watch() -> None:
        while not stopped.wait(0.001):
            seen.append(resident())

    stopped, seen = threading.Event(), [resident()]
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        stopped.set()
        watcher.join()


def test_a_gzip_bomb_is_refused_without_unpacking_it(stage: Stage) -> None:
    bomb = gzip.compress(b" " * 256_000_000, 9)
    assert len(bomb) < 260_000
    stage.plays["/reports/inventory"] = says(reply(200, bomb, Content_Encoding="gzip"))
    with VendorInventory(stage.connection()) as gateway, watched_memory() as seen:
        refused = gateway.inventory("20417", ["31007"], WINDOW)["31007"]
    assert isinstance(refused, ReportRefusedError)
    assert "times its size" in refused.reason
    assert max(seen) - seen[0] < 64 * 1024 * 1024, f"grown by {max(seen) - seen[0]:,} bytes"
    assert len(stage.requests) == 1


def test_an_endless_body_is_refused_at_the_cap(stage: Stage) -> None:
    def endless(_seen: Seen, conversation: Conversation) -> None:
        conversation.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n")
        while True:
            conversation.send(b" " * 65_536)

    stage.plays["/reports/inventory"] = endless
    with VendorInventory(stage.connection(max_response_bytes=5_000_000, deadline_seconds=5)) as gateway:
        refused = gateway.inventory("20417", ["31007"], WINDOW)["31007"]
    assert isinstance(refused, ReportRefusedError)
    assert "larger than 5000000 bytes" in refused.reason
