"""No error of httpx leaves the gateway: each becomes one of our kinds, by whether a byte may have left."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import httpx
import pytest

from replenisher.errors import AmbiguousError, NotSentError, UnavailableError
from replenisher.gateways.http import Connection
from replenisher.gateways.http.lane import HTTPX_ERRORS, REQUEST_LEAVES
from replenisher.gateways.vendor_inventory import VendorInventory
from replenisher.purchasing.platform import OrderRequest, RequestLine

REQUEST = httpx.Request("GET", "https://host/")
RESPONSE = httpx.Response(500, request=REQUEST)
ODD_ARGUMENTS: dict[type[Exception], Callable[[], Exception]] = {
    httpx.HTTPStatusError: lambda: httpx.HTTPStatusError("x", request=REQUEST, response=RESPONSE),
    httpx.StreamConsumed: httpx.StreamConsumed,
    httpx.StreamClosed: httpx.StreamClosed,
    httpx.ResponseNotRead: httpx.ResponseNotRead,
    httpx.RequestNotRead: httpx.RequestNotRead,
}
EVERY_ERROR = [kind for kind in vars(httpx).values() if inspect.isclass(kind) and issubclass(kind, Exception)]
CONNECTION = Connection("https://host/v1", "https://accounts/v1", "u", "p", "c", "s", "5123", read_attempts=1)
ORDER = OrderRequest("1", "2", "2", "2", "R1", True, date(2024, 1, 1), (RequestLine("a", 1, Decimal(1)),))


class Breaking(httpx.BaseTransport):
    """A network that hands out a token and breaks on everything else, before or after the request left."""

    def __init__(self, error: Exception, *, after_leaving: bool) -> None:
        self._error = error
        self._after_leaving = after_leaving

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/oauth2/token"):
            return httpx.Response(200, stream=httpx.ByteStream(b'{"access_token": "t", "expires_in": 43199}'))
        if self._after_leaving:
            request.extensions["trace"](REQUEST_LEAVES, {"request": request})
        raise self._error


def an_error(kind: type[Exception]) -> Exception:
    return ODD_ARGUMENTS[kind]() if kind in ODD_ARGUMENTS else kind("told")


def test_httpx_has_errors_and_each_has_a_root_that_we_catch() -> None:
    assert len(EVERY_ERROR) >= 25
    assert [kind for kind in EVERY_ERROR if not issubclass(kind, HTTPX_ERRORS)] == []


@pytest.mark.parametrize("kind", EVERY_ERROR)
def test_each_error_of_httpx_becomes_one_of_ours(kind: type[Exception]) -> None:
    for after_leaving, expected in ((False, NotSentError), (True, AmbiguousError)):
        transport = Breaking(an_error(kind), after_leaving=after_leaving)
        with VendorInventory(CONNECTION, transport) as gateway:
            with pytest.raises(UnavailableError):
                gateway.companies()
            with pytest.raises(expected) as caught:
                gateway.create(ORDER)
            assert type(caught.value) is expected


def test_an_error_of_the_program_is_not_swallowed() -> None:
    with VendorInventory(CONNECTION, Breaking(KeyError("bug"), after_leaving=False)) as gateway:
        with pytest.raises(KeyError):
            gateway.companies()
        with pytest.raises(KeyError):
            gateway.create(ORDER)
