"""What every request passes first: the clock's `Date`, the rate limit and its headers."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from replenisher.sandbox.platform import Platform
from replenisher.sandbox.wire import Wire

_SERVICES = {"vendorinventory", "accounts", "order", "purchaseorder", "salesorder"}


class Gate:
    """Wraps the application; /admin carries the clock only and is never limited."""

    def __init__(self, application: ASGIApp, platform: Platform) -> None:
        self._application = application
        self._platform = platform

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 429, or let the request through."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        headers = {"Date": self._platform.world.clock.http_date()}
        allowed = True
        service = scope["path"].strip("/").partition("/")[0]
        if service in _SERVICES:
            authorization = dict(scope["headers"]).get(b"authorization", b"")
            allowed, limits = self._platform.limiter.count(service, authorization.decode("latin-1"))
            headers |= limits
        scope["state"]["headers"] = headers

        async def send_with_headers(event: Message) -> None:
            if event["type"] == "http.response.start":
                present = {name.lower() for name, _ in event["headers"]}
                extra = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
                event["headers"] = [*event["headers"], *(pair for pair in extra if pair[0] not in present)]
            await send(event)

        if allowed:
            await self._application(scope, receive, send_with_headers)
        else:
            await Wire(scope, receive, send_with_headers).answer(self._platform.too_many_requests())
