"""SOAP answers that no client should take: cut in a number, with a document type, with one huge text."""

from __future__ import annotations

import re
from dataclasses import replace

from replenisher.sandbox.replies import Reply
from replenisher.sandbox.soap.refusals import CLOSING, OPENING, XML, server_fault

_DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>'
_NULL_REFERENCE = "Object reference not set to an instance of an object."
_TEXT_ELEMENTS = rb"</(?:ProductName|Description|Comments|VendorName|Name|FirstName|ShipmentNumber)>"


def fault(text: str) -> Reply:
    """A soap:Server fault with that text."""
    return server_fault(text).reply


def unknown_fault() -> Reply:
    """A fault that says nothing about the request."""
    return fault(_NULL_REFERENCE)


def entity_bomb() -> Reply:
    """An envelope of ten levels of entities, each ten times the one below: 10 gigabytes when unfolded."""
    levels = ['<!ENTITY a0 "0123456789">']
    levels += [f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 10)]
    envelope = f"{OPENING}<Result>&a9;</Result>{CLOSING}".removeprefix(_DECLARATION.decode())
    text = f"{_DECLARATION.decode()}<!DOCTYPE Envelope [{''.join(levels)}]>{envelope}"
    return Reply(200, text.encode(), XML)


def with_dtd(reply: Reply) -> Reply:
    """The answer with a harmless document type."""
    return replace(reply, body=reply.body.replace(_DECLARATION, _DECLARATION + b"<!DOCTYPE Envelope>", 1))


def with_huge_text(reply: Reply, megabytes: int) -> Reply:
    """The answer with so much more text at the end of its first descriptive text, or of its first value."""
    found = re.search(_TEXT_ELEMENTS, reply.body) or re.search(rb"(?<=[^>])</", reply.body)
    place = found.start() if found else 0
    return replace(reply, body=reply.body[:place] + b"x" * (megabytes * 1_048_576) + reply.body[place:])


def cut_quantity(reply: Reply, field: str) -> Reply:
    """The answer up to the middle of a number: 200 becomes 20, and the rest is lost."""
    for name in (field, "QuantityOrdered", "Quantity"):
        found = re.search(rf"<{name}>(\d\d+)".encode(), reply.body)
        if found:
            return replace(reply, body=reply.body[: found.end() - 1])
    return replace(reply, body=reply.body[: len(reply.body) // 2])
