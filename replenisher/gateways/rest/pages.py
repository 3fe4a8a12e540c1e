"""Reading a whole list page by page, from a service whose page size, cap and even knowledge of paging are not told.

Pages are asked for by explicit `$skip`. How many entries a page has proves nothing: a cap may be lower than what was
asked for. The list ends where a page brings nothing new.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from replenisher.errors import AbsentError, RefusedError, UnavailableError
from replenisher.gateways.http.answers import Answer
from replenisher.gateways.http.client import Call, HttpClient

MOST_PAGES = 200
MOST_READINGS = 4
"""How often a list is read from its start before it is given up as one that never stands still."""
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

    `call_for(skip)` makes the call of a page. A service that ignores `$skip` answers the same entries again; one that
    refuses the first `$skip` that it is given knows no pages, and has given all it gives. A list that moves on while
    it is read, so that entries come again, is read anew. UnavailableError when a later page is refused, and when the
    list has no end or never stands still.

    An entry may be passed over when others are taken off the list before it meanwhile: no page shows that. The next
    reading has it.
    """
    found: dict[Hashable, Entry] = {}
    for _ in range(MOST_READINGS):
        reading = _Reading(http, call_for, parse, key)
        reading.to_the_end()
        found = {**found, **{name: entry for name, entry in reading.found.items() if name not in found}}
        if not reading.moved:
            return list(found.values())
    subject = call_for(0).subject
    raise UnavailableError(f"{subject}: it changes while it is read", operation=subject.operation)


@dataclass
class _Reading(Generic[Entry]):
    """One reading of a list from its start; `moved` when entries came again on another page."""

    http: HttpClient
    call_for: Callable[[int], Call]
    parse: Callable[[Answer], list[Entry]]
    key: Callable[[Entry], Hashable]
    found: dict[Hashable, Entry] = field(default_factory=dict)
    moved: bool = False

    def to_the_end(self) -> None:
        first: list[Hashable] = []
        skips = False  # whether a page was given that was asked for by `$skip`
        for _ in range(MOST_PAGES):
            call = self.call_for(len(self.found))
            page = self._page(call, may_end=not skips)
            keys = [self.key(entry) for entry in page]
            again = sum(name in self.found for name in set(keys))
            # The same page as at first is no sign: such a service does not heed `$skip`.
            self.moved = self.moved or (again > 0 and keys != first)
            first = first or keys
            for name, entry in zip(keys, page, strict=True):
                self.found.setdefault(name, entry)
            if again == len(set(keys)):
                return
            skips = skips or any(name == "$skip" for name, _ in call.query)
        raise UnavailableError(f"{call.subject}: it has no end", operation=call.subject.operation)

    def _page(self, call: Call, *, may_end: bool) -> list[Entry]:
        try:
            return self.http.read(call, self.parse)
        except (RefusedError, AbsentError) as error:
            if not self.found:
                raise
            if may_end and isinstance(error, RefusedError):
                return []
            text = f"{call.subject}: after {len(self.found)} entries the next page is not given: {error}"
            raise UnavailableError(text, operation=error.operation, status=error.status, answer=error.answer) from error
