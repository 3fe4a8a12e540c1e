"""What one request asks and what one answer holds, before any fault plays with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from replenisher.sandbox.faults import Fault

HTML_PAGE = (
    b"<!DOCTYPE html>\r\n<html><head><title>Service notice</title></head>"
    b"<body><h1>Please sign in</h1><p>The page you asked for needs attention.</p></body></html>\r\n"
)


@dataclass(frozen=True)
class Reply:
    """One HTTP answer."""

    status: int
    body: bytes = b""
    content_type: str | None = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


class RefusalError(Exception):
    """A request that is answered with an error."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


@dataclass
class Request:
    """A request as the operations see it: ids from the path, query keys in lower case, the whole body."""

    path: dict[str, Any]
    query: dict[str, str]
    content_type: str
    body: bytes
    token: str
    accept: str = ""
    never_create: bool = False
    fault: str = ""
    soap: bool = False
    damage: Fault | None = None

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            RefusalError: 400, when the content type or the text is not JSON.
        """
        if "json" not in self.content_type.lower():
            raise RefusalError(message(400, "The request's content type must be application/json."))
        try:
            return msgspec.json.decode(self.body)
        except msgspec.DecodeError as error:
            raise RefusalError(message(400, f"The request is malformed: {error}")) from error


def message(status: int, text: str) -> Reply:
    """An error as the platform words it: {"Message": text}."""
    return Reply(status, msgspec.json.encode({"Message": text}))


def plain(status: int, text: str) -> Reply:
    """An error in plain text, as 401 and 429 are."""
    return Reply(status, text.encode(), "text/plain; charset=utf-8")


def html(status: int) -> Reply:
    """A page made for people, where JSON was expected."""
    return Reply(status, HTML_PAGE, "text/html; charset=utf-8")


def data(status: int, value: Any) -> Reply:
    """A JSON answer."""
    return Reply(status, msgspec.json.encode(value))
