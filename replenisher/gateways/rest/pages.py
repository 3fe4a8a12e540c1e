"""Reading a whole list page by page, from a service whose page size, cap and even knowledge of paging are not told.

Every page is asked for by explicit `$skip` and `$top`. How many entries a page has proves nothing: a cap may be lower
than what was asked for. The list ends where a page brings nothing new.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

from replenisher.errors import RefusedError, UnavailableError
from replenisher.gateways.http.answers import Answer
from replenisher.gateways.http.client import Call, HttpClient

MOST_PAGES = 200
TOP = 100
"""Entries asked for at once."""

Entry = TypeVar("Entry")


def paging(skip: int, top: int = TOP) -> tuple[tuple[str, str], ...]:
    """Give the query of one page."""
    return (("$skip", str(skip)), ("$top", str(top)))


def read_pages(
    http: HttpClient,
    call_for: Callable[[int], Call],
    parse: Callable[[Answer], list[Entry]],
    key: Callable[[Entry], Hashable],
) -> list[Entry]:
    """Read a list to its end, each entry once by its key, in the order in which they first came.

    `call_for(skip)` makes the call of a page. A service that ignores `$skip` answers the same entries again, and one
    that refuses it on the second page has given all it gives. UnavailableError when the list has no end.
    """
    found: dict[Hashable, Entry] = {}
    for _ in range(MOST_PAGES):
        call = call_for(len(found))
        try:
            page = http.read(call, parse)
        except RefusedError:
            if not found:
                raise
            return list(found.values())
        known = len(found)
        for entry in page:
            found.setdefault(key(entry), entry)
        if len(found) == known:
            return list(found.values())
    raise UnavailableError(f"{call.subject}: it has no end", operation=call.subject.operation)
