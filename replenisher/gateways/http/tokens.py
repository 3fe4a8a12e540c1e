"""The bearer token of one process: taken by password, kept in memory, renewed early, asked for once at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import msgspec

from replenisher.errors import CredentialsError, GatewayError, ThrottledError, UnavailableError
from replenisher.gateways.http.answers import Answer, is_page
from replenisher.gateways.http.waits import wait_after_429

UNTOLD_LIFETIME_SECONDS = 300.0
REFUSALS = ("invalid_grant", "invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_request")


@dataclass(frozen=True)
class Token:
    """An access token and the `time.monotonic` moment from which it is renewed."""

    text: str = field(repr=False)
    renew_at: float


def parse_token(answer: Answer, refresh_before_seconds: float) -> Token:
    """Read the token service's answer.

    Raises CredentialsError when user or client was refused, ThrottledError on 429, UnavailableError for anything
    else. No error carries the body: it may hold a token.
    """
    status = answer.status
    if status == 429:
        wait = wait_after_429(answer.headers, answer.answered_at)
        raise ThrottledError("token: too many requests", retry_after_seconds=wait, operation="token")
    if is_page(answer):
        raise UnavailableError(
            f"token: answered {status} with a page instead of data", operation="token", status=status
        )
    if status in {400, 401}:
        word = next((word for word in REFUSALS if word in answer.text), "no reason told")
        raise CredentialsError(f"token: user or client refused ({word})", operation="token", status=status)
    document = _document(answer.body) if status == 200 else {}
    text = document.get("access_token")
    if not isinstance(text, str) or not text or not all("!" <= character <= "~" for character in text):
        raise UnavailableError(f"token: answered {status} without a usable token", operation="token", status=status)
    lifetime = document.get("expires_in")
    seconds = float(lifetime) if isinstance(lifetime, int | float) and lifetime > 0 else UNTOLD_LIFETIME_SECONDS
    # A token that lives for less than twice the margin would otherwise be renewed before every call.
    return Token(text, time.monotonic() + seconds - min(refresh_before_seconds, seconds / 2))


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


class TokenKeeper:
    """Hands out the token; `fetch` asks the token service once and raises what `parse_token` raises.

    Threads that need a token while one is being asked for wait for that one answer, good or bad. A refusal of
    user or client is remembered for the life of this object, so that a wrong password is tried once.
    """

    def __init__(self, fetch: Callable[[], Token]) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._under_way: Future[Token] | None = None
        self._refusal: CredentialsError | None = None

    def token(self) -> str:
        """Return a token with enough life left, asking for one if need be."""
        with self._lock:
            if self._refusal is not None:
                raise CredentialsError(str(self._refusal), operation="token", status=self._refusal.status)
            if self._token is not None and time.monotonic() < self._token.renew_at:
                return self._token.text
            asking = self._under_way is None
            under_way = self._under_way = self._under_way or Future()
        if asking:
            self._ask(under_way)
        return under_way.result().text

    def refused(self, text: str) -> None:
        """Forget this token because the platform refused it; a newer one is kept."""
        with self._lock:
            if self._token is not None and self._token.text == text:
                self._token = None

    def _ask(self, under_way: Future[Token]) -> None:
        try:
            token = self._fetch()
        except BaseException as error:
            with self._lock:
                self._under_way = None
                self._refusal = error if isinstance(error, CredentialsError) else None
            waited_for = error if isinstance(error, GatewayError) else UnavailableError("token: asking was stopped")
            under_way.set_exception(waited_for)
            if not isinstance(error, GatewayError):
                raise
        else:
            with self._lock:
                self._token, self._under_way = token, None
            under_way.set_result(token)
