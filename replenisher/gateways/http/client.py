"""The one HTTP client of a gateway: reads are tried again, writes are sent exactly once."""

from __future__ import annotations

import os
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlencode

import httpx
import stamina

from replenisher.errors import AmbiguousError, GatewayError, NotSentError, UnavailableError, WrongProcessError
from replenisher.gateways.http.answers import Answer, Subject, is_page, read_fault
from replenisher.gateways.http.connection import Connection, Network
from replenisher.gateways.http.lane import ExchangeError, Lane, Request
from replenisher.gateways.http.tokens import Token, TokenKeeper, parse_token
from replenisher.gateways.http.waits import LastingError, Patience, http_date
from replenisher.logs import add_secret

Parsed = TypeVar("Parsed")
Judge = Callable[[Subject, Answer, tuple[int, ...]], GatewayError | None]
"""Tells the error that the answer to a read means, or None when it may be parsed; given are the expected statuses."""

JSON = (("Accept", "application/json"),)


@dataclass(frozen=True)
class Call:
    """One call of the platform: `path` starts with a slash and is joined to the root address, never a whole URL.

    `judge` is asked about the answer to a read before it is parsed.
    """

    subject: Subject
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    expected: tuple[int, ...] = (200,)
    headers: tuple[tuple[str, str], ...] = JSON
    content_type: str = "application/json"
    judge: Judge = read_fault


class HttpClient:
    """Connections and token of one process; refuses to work in another one (a fork shares sockets).

    A `Connection` says who we are by a bearer token; with any other `Network` the body has to say it. With
    `one_at_a_time` exchanges wait for each other. `transport` replaces the network in tests.
    """

    def __init__(
        self, network: Network, transport: httpx.BaseTransport | None = None, *, one_at_a_time: bool = False
    ) -> None:
        self._network = network
        self._transport = transport
        self._turn = threading.BoundedSemaphore() if one_at_a_time else None
        self._owner = os.getpid()
        self._trust = trust_of(network)
        self._lock = threading.Lock()
        self._idle: list[Lane] = []
        self._closed = False
        self._offset = timedelta(0)
        self._tokens = TokenKeeper(lambda: self._fetch_token(network)) if isinstance(network, Connection) else None

    def close(self) -> None:
        """Close every idle connection; in a forked child this does nothing, for the sockets are the parent's."""
        if not self.is_ours():
            return
        with self._lock:
            idle, self._idle, self._closed = self._idle, [], True
        for lane in idle:
            lane.close()

    def is_ours(self) -> bool:
        """Tell whether this is the process that made the client."""
        return self._owner == os.getpid()

    def check_process(self) -> None:
        """Raise WrongProcessError when called in another process than the one that made this client."""
        if not self.is_ours():
            raise WrongProcessError(f"an HTTP client of process {self._owner} was used in process {os.getpid()}")

    def platform_now(self) -> datetime:
        """Tell the platform's time in UTC by the Date header last read; this machine's time before that."""
        return datetime.now(UTC) + self._offset

    def read(self, call: Call, parse: Callable[[Answer], Parsed]) -> Parsed:
        """Read and parse, trying again while the failure is an UnavailableError or a 429 that soon ends.

        `parse` raises UnavailableError for a damaged document (tried again) and other GatewayErrors for good ones
        that cannot be used.
        """
        self.check_process()
        patience = Patience(self._network.read_total_seconds)
        attempts = self._network.read_attempts
        for attempt in stamina.retry_context(patience, attempts=attempts, timeout=None):
            with attempt:
                return parse(self._read_once(call, patience))
        raise AssertionError("stamina ended without an answer or an error")

    def _read_once(self, call: Call, patience: Patience) -> Answer:
        token = self._tokens.token() if self._tokens else None
        answer = self._exchange_read(call, token, patience)
        if self._tokens and token and answer.status == 401 and not is_page(answer):
            self._tokens.refused(token)
            answer = self._exchange_read(call, self._tokens.token(), patience)
        fault = call.judge(call.subject, answer, call.expected)
        if fault is not None:
            raise fault
        return answer

    def _exchange_read(self, call: Call, token: str | None, patience: Patience) -> Answer:
        with self._my_turn(patience.remaining()) as came:
            if not came:
                raise UnavailableError(f"{call.subject}: other calls took too long", operation=call.subject.operation)
            return self._exchange_now(call, token, patience)

    def _exchange_now(self, call: Call, token: str | None, patience: Patience) -> Answer:
        lane = self._take_lane()
        try:
            seconds = min(self._network.deadline_seconds, patience.remaining())
            answer = lane.exchange(self._request(call, token, None), seconds)
        except ExchangeError as error:
            lane.close()
            kind = LastingError if error.lasting else UnavailableError
            raise kind(f"{call.subject}: {error}", operation=call.subject.operation) from error
        except BaseException:
            lane.close()
            raise
        self._give_back(lane)
        self._learn_clock(answer)
        return answer

    def write(self, call: Call, send_before: float | None = None) -> Answer:
        """Send exactly once over a connection of its own and return whatever complete answer came.

        Raises NotSentError when no byte can have left, AmbiguousError when one may have. The caller judges the
        answer; after a 401 the next call takes a new token.
        """
        self.check_process()
        leave_before = time.monotonic() + self._network.send_within_seconds
        if send_before is not None:
            leave_before = min(leave_before, send_before)
        operation = call.subject.operation
        try:
            token = self._tokens.token() if self._tokens else None
        except UnavailableError as error:
            raise NotSentError(f"{call.subject}: no token: {error}", operation=operation) from error
        with self._my_turn(leave_before - time.monotonic()) as came:
            if not came:
                raise NotSentError(f"{call.subject}: other calls took too long", operation=operation)
            answer = self._send_once(call, self._request(call, token, leave_before))
        if self._tokens and token and answer.status == 401:
            self._tokens.refused(token)
        self._learn_clock(answer)
        return answer

    def _send_once(self, call: Call, request: Request) -> Answer:
        lane = self._new_lane()
        try:
            return lane.exchange(request, self._network.deadline_seconds)
        except ExchangeError as error:
            kind = AmbiguousError if error.began else NotSentError
            raise kind(f"{call.subject}: {error}", operation=call.subject.operation) from error
        finally:
            lane.close()

    @contextmanager
    def _my_turn(self, seconds: float) -> Iterator[bool]:
        """Wait at most so long until no other exchange is under way; yield whether the turn came."""
        if self._turn is None:
            yield True
            return
        came = self._turn.acquire(timeout=max(seconds, 0.0))
        try:
            yield came
        finally:
            if came:
                self._turn.release()

    def _request(self, call: Call, token: str | None, leave_before: float | None) -> Request:
        headers = dict(call.headers)
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if call.body is not None:
            headers["Content-Type"] = call.content_type
        return Request(call.method, self._network.root() + call.path, headers, call.query, call.body, leave_before)

    def _fetch_token(self, connection: Connection) -> Token:
        form = {
            "grant_type": "password",
            "username": connection.username,
            "password": connection.password,
            "client_id": connection.client_id,
            "client_secret": connection.client_secret,
        }
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        url = connection.accounts_url.rstrip("/") + "/oauth2/token"
        lane = self._new_lane()
        try:
            request = Request("POST", url, headers, body=urlencode(form).encode("ascii"))
            answer = lane.exchange(request, connection.deadline_seconds)
        except ExchangeError as error:
            raise UnavailableError(f"token: {error}", operation="token") from error
        finally:
            lane.close()
        token = parse_token(answer, connection.refresh_before_seconds)
        add_secret(token.text)
        return token

    def _new_lane(self) -> Lane:
        return Lane(self._network, self._trust, self._transport)

    def _take_lane(self) -> Lane:
        with self._lock:
            lane = self._idle.pop() if self._idle else None
        return lane or self._new_lane()

    def _give_back(self, lane: Lane) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(lane)
                return
        lane.close()

    def _learn_clock(self, answer: Answer) -> None:
        told = http_date(answer.headers.get("date", ""))
        if told is not None:
            # The header counts whole seconds: on average it is half a second behind.
            self._offset = told + timedelta(seconds=0.5) - answer.answered_at


def trust_of(network: Network) -> ssl.SSLContext:
    """Make the TLS settings once: they are costly, and every connection uses the same."""
    if not network.uses_tls():
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used, and quick to make: it trusts nobody
    if isinstance(network.verify, str):
        return ssl.create_default_context(cafile=network.verify)
    return httpx.create_ssl_context(verify=network.verify, trust_env=False)
