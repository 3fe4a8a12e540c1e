"""One connection that serves one caller at a time, knows its socket, and knows whether a request has begun to leave.

Knowing the socket lets a deadline end any phase; knowing whether a byte may have left is what separates *not
sent* from *ambiguous*. Both come from httpx's `trace` extension, which hands over every new network stream and
names every step.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version
from typing import Any, Protocol, cast

import httpx

from replenisher.gateways.http.answers import Answer
from replenisher.gateways.http.body import BodyDamagedError, BodyRefusedError, read_body
from replenisher.gateways.http.connection import Network
from replenisher.gateways.http.deadline import Deadline, DeadlinePassedError

HTTPX_ERRORS = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict)
"""The four roots of everything that httpx raises; a test holds every class of httpx against them."""

USER_AGENT = f"replenisher/{version('replenisher')}"
REQUEST_LEAVES = "http11.send_request_headers.started"
NEW_STREAMS = frozenset({"connection.connect_tcp.complete", "connection.start_tls.complete"})


class ExchangeError(Exception):
    """No complete answer. `began` is true when a byte of the request may have left; `lasting` when a repeat is vain."""

    def __init__(self, reason: str, *, began: bool, lasting: bool = False) -> None:
        super().__init__(reason)
        self.began = began
        self.lasting = lasting


class SentTooLateError(Exception):
    """The moment until which the request might leave is over; nothing was sent."""


@dataclass(frozen=True)
class Request:
    """A request ready to go; `leave_before` is the `time.monotonic` moment after which it must not leave."""

    method: str
    url: str
    headers: Mapping[str, str]
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    leave_before: float | None = None


class _Stream(Protocol):
    """What httpx hands over of a new connection."""

    def get_extra_info(self, info: str) -> Any:  # the library's own signature
        ...


class _Exchange:
    """What httpx's trace tells of one exchange: its socket, and whether the request has begun to leave."""

    def __init__(self, deadline: Deadline, leave_before: float | None, kept: socket.socket | None) -> None:
        self.began = False
        self.socket = kept
        self._deadline = deadline
        self._leave_before = leave_before
        if kept is not None:
            deadline.watch(kept)

    def trace(self, event: str, info: Mapping[str, object]) -> None:
        if event in NEW_STREAMS:
            self.socket = cast(_Stream, info["return_value"]).get_extra_info("socket")
            if self.socket is not None:
                self._deadline.watch(self.socket)
        elif event == REQUEST_LEAVES:
            self._deadline.check()
            if self._leave_before is not None and time.monotonic() > self._leave_before:
                raise SentTooLateError
            self.began = True


class Lane:
    """An httpx client with at most one connection; never shared between threads at the same time."""

    def __init__(self, network: Network, trust: ssl.SSLContext, transport: httpx.BaseTransport | None) -> None:
        self._limit = network.max_response_bytes
        seconds = network.read_seconds
        self._client = httpx.Client(
            verify=trust,
            transport=transport,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(seconds, connect=network.connect_seconds),
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
            headers={"Accept-Encoding": "gzip", "User-Agent": USER_AGENT},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )
        self._socket: socket.socket | None = None

    def exchange(self, request: Request, seconds: float) -> Answer:
        """Send the request once and read the whole answer within the seconds; raise ExchangeError otherwise."""
        with Deadline(seconds) as deadline:
            exchange = _Exchange(deadline, request.leave_before, self._socket)
            try:
                answer = self._exchange(request, exchange)
                # A body without a length ends where the socket ends, also when the deadline ended it.
                deadline.check()
            except SentTooLateError as error:
                raise ExchangeError("could not leave in time", began=False) from error
            except BodyRefusedError as error:
                raise ExchangeError(str(error), began=True, lasting=True) from error
            except BodyDamagedError as error:
                raise ExchangeError(str(error), began=True) from error
            except (DeadlinePassedError, *HTTPX_ERRORS) as error:
                reason = f"no complete answer within {seconds:.1f} s" if deadline.passed else _reason(error)
                raise ExchangeError(reason, began=exchange.began) from error
            self._socket = exchange.socket
            return answer

    def _exchange(self, request: Request, exchange: _Exchange) -> Answer:
        built = self._client.build_request(
            request.method,
            request.url,
            headers=dict(request.headers),
            params=request.query or None,
            content=request.body,
            extensions={"trace": exchange.trace},
        )
        requested_at = datetime.now(UTC)
        response = self._client.send(built, stream=True)
        try:
            body = read_body(response, self._limit)
        finally:
            response.close()
        return Answer(response.status_code, response.headers, body, requested_at, datetime.now(UTC))

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


def _reason(error: Exception) -> str:
    """Say what went wrong by its kind and its own words, which hold no header and no body."""
    words = str(error)
    return f"{type(error).__name__}: {words[:200]}" if words else type(error).__name__
