"""Laws of reading a list page by page, from services that page in every way that has been seen or feared."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replenisher.errors import ForbiddenError, GatewayError, RefusedError, UnavailableError
from replenisher.gateways.http.answers import Answer, Subject
from replenisher.gateways.http.client import Call, HttpClient
from replenisher.gateways.rest.documents import entries
from replenisher.gateways.rest.pages import MOST_PAGES, MOST_READINGS, TOP, paging, read_pages
from tests.gateways.test_every_httpx_error_is_mapped import CONNECTION

Move = Callable[[list[int]], list[int]]


@dataclass
class Listing(httpx.BaseTransport):
    """A service with a list; `moves` says what becomes of the list after so many of its pages were given.

    `refused_from` is the number of the page from which on it answers `status` instead.
    """

    rows: list[int]
    cap: int = 50
    knows_skip: bool = True
    moves: dict[int, Move] = field(default_factory=dict)
    refused_from: int | None = None
    status: int = 400
    pages: list[int] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/oauth2/token"):
            return _response(200, {"access_token": "t", "expires_in": 43199})
        skip = int(request.url.params.get("$skip", "0"))
        self.pages.append(skip)
        if self.refused_from is not None and len(self.pages) > self.refused_from:
            return _response(self.status, {"Message": "Error while extracting the request query"})
        start = skip if self.knows_skip else 0
        top = int(request.url.params.get("$top", str(TOP)))
        page = self.rows[start : start + min(self.cap, top)]
        self.rows = self.moves.get(len(self.pages), list)(self.rows)
        return _response(200, [{"Id": row} for row in page])


def _response(status: int, document: object) -> httpx.Response:
    headers = {"Content-Type": "application/json"}
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(json.dumps(document).encode()))


@contextmanager
def client(listing: httpx.BaseTransport) -> Iterator[HttpClient]:
    made = HttpClient(CONNECTION, listing)
    yield made
    made.close()


def ids(answer: Answer) -> list[int]:
    return [one["id"] for one in entries(answer, "list")]


def read(listing: httpx.BaseTransport, *, first_is_bare: bool = False) -> list[int]:
    def call_for(skip: int) -> Call:
        return Call(Subject("list"), "GET", "/Things", () if first_is_bare and not skip else paging(skip))

    with client(listing) as http:
        return read_pages(http, call_for, ids, lambda one: one)


sizes, caps = st.integers(0, 30), st.integers(1, 7)


@settings(deadline=None)
@given(sizes, caps, st.booleans())
def test_every_entry_is_read_exactly_once_whatever_the_cap(size: int, cap: int, first_is_bare: bool) -> None:
    listing = Listing(list(range(size)), cap)
    assert read(listing, first_is_bare=first_is_bare) == list(range(size))
    assert listing.pages == [*range(0, size, cap), size]  # each page once, and one more that is empty


@settings(deadline=None)
@given(sizes, caps, st.booleans())
def test_a_service_that_ignores_skip_is_asked_twice_and_gives_what_it_gives(
    size: int, cap: int, first_is_bare: bool
) -> None:
    listing = Listing(list(range(size)), cap, knows_skip=False)
    assert read(listing, first_is_bare=first_is_bare) == list(range(min(size, cap)))
    assert len(listing.pages) == (2 if size else 1)


def comes_in_front(units: int, number: int) -> Move:
    return lambda rows: [*(1000 * number + one for one in range(units)), *rows]


def goes_to_the_front(place: int) -> Move:
    def move(rows: list[int]) -> list[int]:
        moved = rows[place % len(rows)] if rows else None
        return [] if moved is None else [moved, *(row for row in rows if row != moved)]

    return move


@st.composite
def upheavals(draw: st.DrawFn, cap: int) -> dict[int, Move]:
    """What happens to a list between its pages: fewer entries than a page holds come in front, or go there."""
    found: dict[int, Move] = {}
    for number in draw(st.sets(st.integers(1, 12), max_size=4)):
        place, units = draw(st.integers(0, 40)), draw(st.integers(1, cap - 1))
        found[number] = draw(st.sampled_from([goes_to_the_front(place), comes_in_front(units, number)]))
    return found


@settings(deadline=None, max_examples=300)
@given(st.data(), st.integers(1, 30), st.integers(2, 7))
def test_of_a_list_that_moves_on_while_it_is_read_each_entry_is_there_exactly_once_or_it_is_an_error(
    data: st.DataObject, size: int, cap: int
) -> None:
    moves = data.draw(upheavals(cap))
    listing = Listing(list(range(size)), cap, moves=moves)
    if len(moves) >= MOST_READINGS:  # enough to disturb every reading
        try:
            found = read(listing)
        except UnavailableError:
            return
    else:
        found = read(listing)
    assert len(found) == len(set(found))
    assert set(range(size)) <= set(found)


def test_an_entry_that_goes_to_the_front_meanwhile_is_found_by_a_second_reading() -> None:
    listing = Listing([0, 1, 2, 3], 2, moves={1: goes_to_the_front(3)})
    assert read(listing) == [0, 1, 2, 3]
    assert listing.pages == [0, 2, 3, 0, 2, 4]


def test_a_list_that_never_stands_still_is_given_up() -> None:
    listing = Listing(list(range(9)), 3, moves={page: goes_to_the_front(8) for page in range(1, 1000)})
    with pytest.raises(UnavailableError, match="list: it changes while it is read"):
        read(listing)
    assert listing.pages.count(0) == MOST_READINGS


def test_an_entry_that_is_passed_over_because_others_went_is_there_at_the_next_reading() -> None:
    """The one gap that offset paging leaves: no page shows it, so whoever reads a list looks again."""
    listing = Listing([0, 1, 2], 2, moves={1: lambda rows: rows[1:]})
    assert read(listing) == [0, 1]
    assert read(listing) == [1, 2]


@settings(deadline=None)
@given(st.integers(8, 30), caps, st.integers(1, 3), st.sampled_from([400, 404, 405, 422]))
def test_a_list_of_which_a_later_page_is_refused_is_not_whole(size: int, cap: int, page: int, status: int) -> None:
    """The service took `$skip=0`, so a refusal cannot mean that it knows no pages."""
    listing = Listing(list(range(size)), cap, refused_from=page, status=status)
    if page > -(-size // cap):  # the end came before
        assert read(listing) == list(range(size))
        return
    with pytest.raises(UnavailableError, match=f"after {min(size, page * cap)} entries the next page is not given"):
        read(listing)


def test_a_service_that_refuses_the_first_skip_it_is_given_knows_no_pages() -> None:
    listing = Listing([1, 2, 3], refused_from=1)
    assert read(listing, first_is_bare=True) == [1, 2, 3]
    assert listing.pages == [0, 3]


def test_one_that_took_a_skip_and_refuses_the_next_does_know_them() -> None:
    with pytest.raises(UnavailableError, match="after 4 entries the next page is not given"):
        read(Listing([1, 2, 3, 4, 5], 2, refused_from=2), first_is_bare=True)


@pytest.mark.parametrize("first_is_bare", [True, False])
def test_that_a_page_is_not_there_never_ends_a_list(first_is_bare: bool) -> None:
    with pytest.raises(UnavailableError, match="after 2 entries the next page is not given"):
        read(Listing([1, 2, 3], 2, refused_from=1, status=404), first_is_bare=first_is_bare)


@pytest.mark.parametrize(
    ("status", "kind"), [(400, RefusedError), (403, ForbiddenError), (500, UnavailableError), (503, UnavailableError)]
)
def test_a_first_page_that_is_not_given_is_the_error_that_it_is(status: int, kind: type[GatewayError]) -> None:
    with pytest.raises(GatewayError) as caught:
        read(Listing([1, 2, 3], refused_from=0, status=status))
    assert type(caught.value) is kind


@pytest.mark.parametrize(("status", "kind"), [(403, ForbiddenError), (500, UnavailableError)])
def test_a_later_page_that_fails_fails_the_list(status: int, kind: type[GatewayError]) -> None:
    with pytest.raises(kind):
        read(Listing([1, 2, 3], 2, refused_from=1, status=status))


class Endless(httpx.BaseTransport):
    """A service whose every page holds something new."""

    def __init__(self) -> None:
        self.asked = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/oauth2/token"):
            return _response(200, {"access_token": "t", "expires_in": 43199})
        self.asked += 1
        return _response(200, [{"Id": self.asked}])


def test_a_list_without_an_end_is_given_up_after_the_most_pages() -> None:
    service = Endless()
    with pytest.raises(UnavailableError, match="list: it has no end"):
        read(service)
    assert service.asked == MOST_PAGES


def test_a_list_that_just_fits_is_read() -> None:
    assert len(read(Listing(list(range(MOST_PAGES - 1)), 1))) == MOST_PAGES - 1
    with pytest.raises(UnavailableError, match="it has no end"):
        read(Listing(list(range(MOST_PAGES)), 1))
