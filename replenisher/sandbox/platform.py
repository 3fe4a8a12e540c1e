"""The running platform: the world with its accounts, rate limits and faults, and how one operation is carried out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

import msgspec
from starlette.types import Receive, Scope, Send

from replenisher.sandbox.accounts import Accounts, GrantError
from replenisher.sandbox.faults import FaultScript
from replenisher.sandbox.misbehaviour import Incident, misbehave
from replenisher.sandbox.rate_limit import RateLimiter
from replenisher.sandbox.replies import RefusalError, Reply, Request, data, html, plain
from replenisher.sandbox.settling import settle
from replenisher.sandbox.wire import Wire
from replenisher.sandbox.world import World

Handler = Callable[[World, Request], Reply]


class Platform:
    """Everything that lives as long as the process."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.accounts = Accounts(world)
        self.limiter = RateLimiter(world)
        self.faults = FaultScript(world.setup.seed)

    def count_outcome(self, operation: str, wire: Wire) -> None:
        """Count by which status an operation was answered, or that it was not."""
        outcomes = self.world.operation_outcomes.setdefault(operation, Counter())
        outcomes["no answer" if wire.status is None else str(wire.status)] += 1

    def too_many_requests(self) -> Reply:
        """429 in plain text."""
        return Reply(429, b"rate limit exceeded", "text/plain")

    def unknown_route(self) -> Reply:
        """404 without a message: the route does not exist."""
        return html(404) if self.world.switches.unknown_route == "html" else Reply(404, content_type=None)


@dataclass(frozen=True)
class Operation:
    """One documented operation, as an ASGI application of its own.

    `spelling` is the personality that a route belongs to; `other_methods` is set where the route exists for other
    methods in the other personality, so that its absence is a 405.
    """

    platform: Platform
    name: str
    handler: Handler
    spelling: str = "both"
    other_methods: str = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: token first, then the faults, then the work."""
        platform, wire = self.platform, Wire(scope, receive, send)
        request = await read_request(scope, wire)
        refusal = self._refusal(request)
        if refusal is not None:
            await wire.answer(refusal)
            platform.count_outcome(self.name, wire)
            return
        platform.world.operation_calls[self.name] += 1
        fault = platform.faults.take(self.name, request.path)
        if fault is None:
            await wire.answer(self.perform(request))
        else:
            await misbehave(Incident(fault, wire, request, self.perform, platform.accounts.expire))
        platform.count_outcome(self.name, wire)

    def perform(self, request: Request) -> Reply:
        """The work itself, and its answer."""
        settle(self.platform.world)
        try:
            return self.handler(self.platform.world, request)
        except RefusalError as refusal:
            return refusal.reply

    def _refusal(self, request: Request) -> Reply | None:
        routes = self.platform.world.switches.routes
        if self.spelling != "both" and routes not in ("both", self.spelling):
            if self.other_methods:
                return Reply(405, content_type=None, headers={"Allow": self.other_methods})
            return self.platform.unknown_route()
        if self.name != "token" and not self.platform.accounts.accepts(request.token):
            return plain(401, "Authorization has been denied for this request.")
        return None


async def read_request(scope: Scope, wire: Wire) -> Request:
    """The request of an ASGI scope."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    scheme, _, token = headers.get(b"authorization", "").partition(" ")
    path = {name: value.lower() if isinstance(value, str) else value for name, value in scope["path_params"].items()}
    return Request(
        path=path,
        query={name.lower(): value for name, value in query},
        content_type=headers.get(b"content-type", ""),
        body=await wire.whole_body(),
        token=token if scheme.lower() == "bearer" else "",
        accept=headers.get(b"accept", ""),
    )


def token_handler(accounts: Accounts) -> Handler:
    """The token endpoint: parameters in a form-encoded body and nowhere else."""

    def answer(_: World, request: Request) -> Reply:
        form: dict[str, str] = {}
        if request.content_type.lower().startswith("application/x-www-form-urlencoded"):
            form = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        try:
            return data(200, accounts.grant(form))
        except GrantError as refusal:
            body = {"error": refusal.error, "error_description": refusal.description}
            return Reply(400, msgspec.json.encode(body))

    return answer
