"""How long to wait, at the edges."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.errors import RefusedError, ThrottledError, UnavailableError
from replenisher.gateways.http.waits import LastingError, Patience, http_date, wait_after_429

NOW = datetime(2024, 5, 30, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X-RateLimit-ResetSeconds": "59", "Retry-After": "7"}, 59),
        ({"x-ratelimit-resetseconds": " 59 "}, 59),
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "0.25"}, 1),
        ({"X-RateLimit-ResetSeconds": "0"}, 1),
        ({"X-RateLimit-ResetSeconds": "-20"}, 1),
        ({"Retry-After": "300"}, 300),
        ({"Retry-After": "301"}, 300),
        ({"Retry-After": "1e9"}, 300),
        ({"Retry-After": "inf"}, 300),
        ({"X-RateLimit-ResetSeconds": "nan", "Retry-After": "9"}, 9),
        ({"X-RateLimit-ResetSeconds": "soon", "Retry-After": "9"}, 9),
        ({"Retry-After": "Thu, 30 May 2024 12:00:42 GMT"}, 42),
        ({"Retry-After": "Thu, 30 May 2024 11:00:00 GMT"}, 1),
        ({"Retry-After": "Thu, 30 May 2034 11:00:00 GMT"}, 300),
        ({"Retry-After": "Thu, 30 May 2024 12:00:42 GMT", "Date": "Thu, 30 May 2024 12:00:30 GMT"}, 12),
        ({"Retry-After": "Thu, 99 Nev 2024"}, 60),
        ({"Retry-After": ""}, 60),
        ({}, 60),
    ],
)
def test_the_wait_after_a_429(headers: dict[str, str], seconds: float) -> None:
    assert wait_after_429(httpx.Headers(headers), NOW) == seconds


@given(st.text(), st.text())
def test_whatever_the_headers_say_the_wait_is_between_one_second_and_five_minutes(first: str, second: str) -> None:
    wait = wait_after_429({"x-ratelimit-resetseconds": first, "retry-after": second}, NOW)
    assert math.isfinite(wait)
    assert 1 <= wait <= 300


def test_dates_of_http_are_read_as_utc() -> None:
    assert http_date("Thu, 30 May 2024 12:00:00 GMT") == NOW
    assert http_date("Thu, 30 May 2024 14:00:00 +0200") == NOW
    assert http_date("Thu, 30 May 2024 12:00:00 -0000") == NOW
    assert http_date("yesterday") is None


def test_patience_waits_longer_and_longer_but_never_past_its_end() -> None:
    patience = Patience(3600)
    waits = [patience(UnavailableError("x")) for _ in range(200)]
    assert all(0 <= wait <= 10 for wait in waits)
    assert waits[0] <= 0.5
    assert max(waits[5:]) > 5
    assert Patience(0)(UnavailableError("x")) is False


def test_patience_is_only_for_failures_that_pass() -> None:
    patience = Patience(60)
    assert patience(LastingError("x")) is False
    assert patience(RefusedError("x")) is False
    assert patience(KeyError("x")) is False
    assert 5 <= patience(ThrottledError("x", retry_after_seconds=5)) < 5.2
    assert patience(ThrottledError("x", retry_after_seconds=60)) is False
