"""What each fault does to one request: before the work, instead of it, or after it."""

from __future__ import annotations

import asyncio
import functools
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from replenisher.sandbox import broken_envelopes
from replenisher.sandbox.damage import damaged
from replenisher.sandbox.faults import DAMAGE_FAULTS, Fault
from replenisher.sandbox.replies import Reply, Request, html, plain
from replenisher.sandbox.wire import Wire, spaces

_PATIENCE_SECONDS = 120.0


@dataclass
class Incident:
    """A fault that happens to a request; `perform` does the real work and gives the real answer."""

    fault: Fault
    wire: Wire
    request: Request
    perform: Callable[[Request], Reply]
    expire_token: Callable[[str], None]

    def work(self) -> Reply:
        """The real work, marked with the fault's name."""
        self.request.fault = self.fault.fault
        return self.perform(self.request)

    async def answer(self, reply: Reply) -> None:
        """An ordinary answer with the headers that the script wants."""
        headers = {**reply.headers, **self.fault.headers}
        await self.wire.answer(Reply(reply.status, reply.body, reply.content_type, headers))


async def misbehave(incident: Incident) -> None:
    """Let the fault happen."""
    if incident.fault.fault in DAMAGE_FAULTS:
        incident.request.damage = incident.fault
        reply = incident.work()
        # a SOAP answer was damaged before it was written
        await incident.answer(reply if incident.request.soap else damaged(reply, incident.fault))
        return
    await _BEHAVIOURS[incident.fault.fault](incident)


def _instead(reply: Callable[[], Reply]) -> Callable[[Incident], Awaitable[None]]:
    async def behave(incident: Incident) -> None:
        await incident.answer(reply())

    return behave


def _afterwards(reply: Callable[[], Reply]) -> Callable[[Incident], Awaitable[None]]:
    async def behave(incident: Incident) -> None:
        incident.work()
        await incident.answer(reply())

    return behave


async def _accepted_then_reset(incident: Incident) -> None:
    incident.work()
    await incident.wire.reset()


async def _accepted_then_timeout(incident: Incident) -> None:
    incident.work()
    if not await incident.wire.hung_up(incident.fault.seconds or _PATIENCE_SECONDS):
        await incident.wire.reset()


async def _reset_before(incident: Incident) -> None:
    await incident.wire.reset()


async def _late_acceptance(incident: Incident) -> None:
    if not await incident.wire.hung_up(_PATIENCE_SECONDS):
        await incident.wire.reset()
    await asyncio.sleep(1.0 if incident.fault.seconds is None else incident.fault.seconds)
    incident.work()


async def _accepted_never_created(incident: Incident) -> None:
    incident.request.never_create = True
    await incident.answer(incident.work())


async def _expired_token(incident: Incident) -> None:
    incident.expire_token(incident.request.token)
    await incident.answer(plain(401, "The access token is invalid or has expired."))


async def _truncated_json(incident: Incident) -> None:
    reply = incident.work()
    head = incident.wire.head(reply, len(reply.body) if incident.fault.content_length else None)
    await incident.wire.raw(head, reply.body[: len(reply.body) // 2])


async def _drip_headers(incident: Incident) -> None:
    reply = incident.work()
    head = incident.wire.head(reply, len(reply.body))
    await incident.wire.raw(head, reply.body, head_pause=incident.fault.seconds or 0.5)


async def _drip_body(incident: Incident) -> None:
    reply = incident.work()
    head = incident.wire.head(reply, len(reply.body))
    await incident.wire.raw(head, reply.body, body_pause=incident.fault.seconds or 0.5)


async def _gzip_bomb(incident: Incident) -> None:
    around = (b"<Envelope>", b"</Envelope>") if incident.request.soap else (b"[", b"]")
    body = await asyncio.to_thread(_bomb, incident.fault.megabytes, *around)
    kind = incident.request.content_type if incident.request.soap else Reply(200).content_type
    await incident.answer(Reply(200, body, kind, {"Content-Encoding": "gzip"}))


def _changed(change: Callable[[Reply, Fault], Reply]) -> Callable[[Incident], Awaitable[None]]:
    async def behave(incident: Incident) -> None:
        await incident.answer(change(incident.work(), incident.fault))

    return behave


async def _soap_fault(incident: Incident) -> None:
    await incident.answer(broken_envelopes.fault(incident.fault.text))


async def _huge_body(incident: Incident) -> None:
    blocks, block = spaces(incident.fault.megabytes)
    await incident.wire.stream(incident.work(), blocks, block)


@functools.lru_cache(maxsize=2)
def _bomb(megabytes: int, opening: bytes, closing: bytes) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, 31)
    blocks, block = spaces(megabytes)
    parts = [compressor.compress(opening)]
    parts += [compressor.compress(block) for _ in range(blocks)]
    return b"".join([*parts, compressor.compress(closing), compressor.flush()])


def _throttled() -> Reply:
    return Reply(429, b"rate limit exceeded", "text/plain", {"X-RateLimit-Remaining": "0"})


_BEHAVIOURS: dict[str, Callable[[Incident], Awaitable[None]]] = {
    "accepted_then_reset": _accepted_then_reset,
    "accepted_then_timeout": _accepted_then_timeout,
    "reset_before": _reset_before,
    "error_500_before": _instead(lambda: html(500)),
    "error_500_after": _afterwards(lambda: html(500)),
    "error_503": _instead(lambda: html(503)),
    "throttled_429": _instead(_throttled),
    "html_202": _afterwards(lambda: html(202)),
    "html_200": _instead(lambda: html(200)),
    "not_found_html": _instead(lambda: html(404)),
    "truncated_json": _truncated_json,
    "late_acceptance": _late_acceptance,
    "accepted_never_created": _accepted_never_created,
    "expired_token": _expired_token,
    "drip_headers": _drip_headers,
    "drip_body": _drip_body,
    "gzip_bomb": _gzip_bomb,
    "huge_body": _huge_body,
    "truncated_xml": _truncated_json,
    "soap_fault": _soap_fault,
    "unknown_fault": _afterwards(broken_envelopes.unknown_fault),
    "entity_bomb": _instead(broken_envelopes.entity_bomb),
    "dtd": _changed(lambda reply, _: broken_envelopes.with_dtd(reply)),
    "huge_text_node": _changed(lambda reply, fault: broken_envelopes.with_huge_text(reply, fault.megabytes)),
    "cut_quantity": _changed(lambda reply, fault: broken_envelopes.cut_quantity(reply, fault.field)),
}
