"""Sale orders looked up, followed and closed, over real sockets."""

from __future__ import annotations

import inspect
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replenisher.errors import (
    AbsentError,
    AmbiguousError,
    ExistsError,
    ForbiddenError,
    GatewayError,
    NotSentError,
    RefusedError,
    ThrottledError,
    UnavailableError,
)
from replenisher.gateways.channel import SaleDesk
from replenisher.gateways.sales_orders import SalesOrders
from replenisher.purchasing.sale_orders import PlatformSaleState
from tests.gateways.sales_orders.orders_to_send import SALE, a_sale
from tests.gateways.saved import saved
from tests.gateways.stage import Conversation, Play, Seen, Stage, json_reply, reply, says
from tests.gateways.test_create_is_sent_once import accepted_then_reset, silence, truncated
from tests.gateways.test_every_httpx_error_is_mapped import CONNECTION, EVERY_ERROR, Breaking, an_error
from tests.gateways.test_hostile_addresses import HOSTILE
from tests.patience import HURRY_SECONDS

ENTRY = "dfa2f09f-9de6-4cb6-a3e4-2e46ba6e5f6c"
STATUS = f"/SaleOrderStatus({SALE})"
COMPLETED, CANCELLED = PlatformSaleState.COMPLETED, PlatformSaleState.CANCELLED
PAGE = b"<!DOCTYPE html><html><body>Please sign in</body></html>"


@pytest.fixture
def desk(stage: Stage) -> Iterator[SalesOrders]:
    with SalesOrders(stage.connection()) as desk:
        yield desk


def query(seen: Seen) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(urlsplit(seen.target).query).items()}


def sale(number: int, printable_id: str = "229045") -> dict[str, Any]:
    return {"Id": f"{number:08x}-0e3d-4355-b3f8-451b281b3be5", "PrintableId": printable_id}


@dataclass
class Listing:
    """A list served page by page, as the service may do it: with a cap, without knowing `$skip`, as HAL."""

    entries: list[dict[str, Any]]
    cap: int = 1000
    knows_skip: bool = True
    hal: bool = False

    def __call__(self, seen: Seen, conversation: Conversation) -> None:
        asked = query(seen)
        skip = int(asked["$skip"]) if self.knows_skip else 0
        page = self.entries[skip : skip + min(self.cap, int(asked["$top"]))]
        links = {"self": {"href": "v1/x"}, "next": {"href": "http://127.0.0.1:9/never"}, "prev": "null"}
        conversation.send(json_reply({"_links": links, "_embedded": {"self": page}} if self.hal else page))


def test_a_search_asks_by_our_key_and_page_and_takes_exact_matches_only(stage: Stage, desk: SalesOrders) -> None:
    listed = [sale(1), sale(2, "2290451"), sale(3, "229045 "), sale(4), sale(5, ""), sale(6, "X229045")]
    stage.plays["/SaleOrder"] = Listing(listed)
    found = desk.find("14146", "229045")
    assert [one.platform_sale_id for one in found] == [sale(1)["Id"], sale(4)["Id"]]
    assert stage.requests[0].path == "/vendorinventory/v1/Companies(14146)/SaleOrder"
    assert query(stage.requests[0]) == {"$filter": "PrintableId eq '229045'", "$skip": "0", "$top": "100"}
    assert {seen.headers["accept"] for seen in stage.requests} == {"application/json"}


def test_that_an_order_is_not_there_is_told_by_a_whole_list_only(stage: Stage, desk: SalesOrders) -> None:
    others = [sale(number, f"WEB-{number}") for number in range(1, 6)]
    stage.plays["/SaleOrder"] = Listing(others, cap=2)
    assert desk.find("14146", "229045") == []
    for odd, words in (
        (Listing(others, cap=2, knows_skip=False), "shows other orders, and not all of them"),
        (says(json_reply(others), reply(400)), "after 5 entries the next page is not given"),
    ):
        stage.plays["/SaleOrder"] = odd
        with pytest.raises(UnavailableError, match=words):
            desk.find("14146", "229045")
    stage.plays["/SaleOrder"] = Listing([*others, sale(6)], knows_skip=False)
    assert [one.platform_sale_id for one in desk.find("14146", "229045")] == [sale(6)["Id"]]


def test_one_whose_number_the_platform_keeps_in_other_letters_does_not_look_absent(
    stage: Stage, desk: SalesOrders
) -> None:
    stage.plays["/SaleOrder"] = Listing([sale(1, "web-1"), sale(2, "WEB-1 "), sale(3, "WEB-11")])
    assert [one.printable_id for one in desk.find("14146", "WEB-1")] == ["web-1", "WEB-1 "]


def test_case_is_part_of_a_printable_id(stage: Stage, desk: SalesOrders) -> None:
    stage.plays["/SaleOrder"] = Listing([sale(1, "web-1"), sale(2, "WEB-1")])
    assert [one.printable_id for one in desk.find("14146", "WEB-1")] == ["WEB-1"]


@pytest.mark.parametrize(
    ("printable_id", "clause"),
    [
        ("O'Hara", "PrintableId eq 'O''Hara'"),
        ("' or 'a' eq 'a", "PrintableId eq ''' or ''a'' eq ''a'"),
        ("a&$top=1#x+%27", "PrintableId eq 'a&$top=1#x+%27'"),
        ("Søn №7", "PrintableId eq 'Søn №7'"),
    ],
)
def test_nothing_in_a_printable_id_breaks_out_of_the_search(
    stage: Stage, desk: SalesOrders, printable_id: str, clause: str
) -> None:
    stage.plays["/SaleOrder"] = Listing([sale(1, printable_id)])
    assert [one.printable_id for one in desk.find("14146", printable_id)] == [printable_id]
    assert query(stage.requests[0]) == {"$filter": clause, "$skip": "0", "$top": "100"}


@pytest.mark.parametrize("printable_id", ["", "a\nb", "\0"])
def test_what_no_search_can_hold_is_refused_before_asking(stage: Stage, desk: SalesOrders, printable_id: str) -> None:
    with pytest.raises(RefusedError, match="cannot be searched for"):
        desk.find("14146", printable_id)
    assert stage.requests == []


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 23), st.integers(1, 9), st.booleans(), st.booleans())
def test_every_page_is_read_and_each_order_is_found_once_whatever_the_cap(
    number: int, cap: int, hal: bool, knows_skip: bool
) -> None:
    listing = Listing([sale(one + 1) for one in range(number)], cap, knows_skip, hal)
    with Stage({"/SaleOrder": listing}) as stage, SalesOrders(stage.connection()) as desk:
        found = [one.platform_sale_id for one in desk.find("14146", "229045")]
    served = listing.entries if knows_skip else listing.entries[:cap]
    assert found == [one["Id"] for one in served]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 17), st.integers(1, 7), st.booleans())
def test_every_page_of_a_log_is_read_oldest_first(number: int, cap: int, newest_first: bool) -> None:
    entries = [
        {"Id": f"{one:08x}-2165-4a61-9adf-009a4c4670dd", "Status": "Failure", "Details": f"try {one}",
         "UpdatedDate": f"2017-09-06T17:{one // 3:02}:00"}
        for one in range(1, number + 1)
    ]  # fmt: skip
    listing = Listing(entries[::-1] if newest_first else entries, cap)
    with Stage({"/StatusLog": listing}) as stage, SalesOrders(stage.connection()) as desk:
        log = desk.log("14146", SALE)
    told = [entry.details for entry in log]
    if newest_first and len({one["UpdatedDate"] for one in entries}) < 2:
        told.sort(key=lambda text: int(text.split()[1]))  # nothing in such a list shows its direction
    assert told == [f"try {one}" for one in range(1, number + 1)]


def test_a_link_of_an_answer_is_never_followed(stage: Stage, desk: SalesOrders) -> None:
    with Stage() as elsewhere:
        listed = json.loads(saved("sale_orders_hal.json"))
        listed["_links"]["next"] = {"href": f"{elsewhere.address}/v1/Companies(14146)/SaleOrder?$skip=2"}
        stage.plays["/SaleOrder"] = says(json_reply(listed))
        assert len(desk.find("14146", "229045")) == 2
        assert elsewhere.connections == 0
    assert {seen.path for seen in stage.requests} == {"/vendorinventory/v1/Companies(14146)/SaleOrder"}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (json_reply({"Message": "Error while extracting the request query: x"}, 400), RefusedError),
        (reply(400), RefusedError),
        (reply(405), RefusedError),
        (json_reply({"Message": "Not Found"}, 404), AbsentError),
        (reply(404), AbsentError),
        (reply(403), ForbiddenError),
        (reply(200, b"null"), UnavailableError),
        (json_reply({"Message": "Maintenance"}), UnavailableError),
        (json_reply([{"PrintableId": "229045"}]), UnavailableError),
        (reply(200, PAGE, "text/html"), UnavailableError),
        (reply(503), UnavailableError),
        (reply(429, b"", "text/plain", X_RateLimit_ResetSeconds="200"), ThrottledError),
    ],
)
def test_a_search_that_is_not_answered_is_an_error_and_never_an_empty_list(
    stage: Stage, desk: SalesOrders, answer: bytes, expected: type[GatewayError]
) -> None:
    stage.plays["/SaleOrder"] = says(answer)
    with pytest.raises(expected):
        desk.find("14146", "229045")


def test_a_search_whose_second_page_fails_finds_nothing_at_all(stage: Stage, desk: SalesOrders) -> None:
    stage.plays["/SaleOrder"] = says(json_reply([sale(1)]), reply(503))
    with pytest.raises(UnavailableError):
        desk.find("14146", "229045")


def test_a_sale_order_its_state_and_its_log_are_read_where_the_documents_say(stage: Stage, desk: SalesOrders) -> None:
    place = f"/vendorinventory/v1/Companies(14146)/SaleOrder({SALE})"
    stage.plays |= {
        f"/SaleOrder({SALE})": says(reply(200, saved("sale_order_hal.json"))),
        STATUS: says(reply(200, saved("sale_state.json"))),
        f"/StatusLog({ENTRY})": says(reply(200, saved("sale_log_entry.json"))),
        "/StatusLog": says(reply(200, saved("sale_log.json"))),
    }
    assert desk.sale_order("14146", SALE.upper()).printable_id == "229045"
    assert desk.state("14146", SALE) is PlatformSaleState.PENDING
    assert desk.log_entry("14146", SALE, ENTRY) in desk.log("14146", SALE)
    paths = [seen.path for seen in stage.requests]
    assert paths[:3] == [place, f"/vendorinventory/v1/Companies(14146){STATUS}", f"{place}/StatusLog({ENTRY})"]
    assert set(paths[3:]) == {f"{place}/StatusLog"}
    assert {(seen.method, seen.headers["accept"]) for seen in stage.requests} == {("GET", "application/json")}


def test_a_log_of_which_nothing_is_known_yet_is_empty(stage: Stage, desk: SalesOrders) -> None:
    stage.plays["/StatusLog"] = says(reply(200, b"[]"))
    assert desk.log("14146", SALE) == []


READS: list[Callable[[SalesOrders], object]] = [
    lambda desk: desk.sale_order("14146", SALE),
    lambda desk: desk.state("14146", SALE),
    lambda desk: desk.log("14146", SALE),
    lambda desk: desk.log_entry("14146", SALE, ENTRY),
]


@pytest.mark.parametrize("read", READS)
def test_what_is_not_there_is_absent_and_what_we_may_not_see_is_forbidden(
    stage: Stage, desk: SalesOrders, read: Callable[[SalesOrders], object]
) -> None:
    stage.plays[")"] = stage.plays["/StatusLog"] = says(json_reply({"Message": "Not Found"}, 404), reply(403))
    with pytest.raises(AbsentError) as caught:
        read(desk)
    assert caught.value.explained
    with pytest.raises(ForbiddenError):
        read(desk)


@pytest.mark.parametrize("read", READS)
def test_reads_are_patient(stage: Stage, read: Callable[[SalesOrders], object]) -> None:
    good = {
        f"/SaleOrder({SALE})": "sale_order.json",
        STATUS: "sale_state.json",
        f"/StatusLog({ENTRY})": "sale_log_entry.json",
        "/StatusLog": "sale_log.json",
    }
    for end, name in good.items():
        stage.plays[end] = says(reply(503), reply(200, b'[{"Id"'), reply(200, saved(name)))
    with SalesOrders(stage.connection(read_attempts=3)) as desk:
        assert read(desk)
    assert len(stage.requests) >= 3


def shows(state: str) -> bytes:
    return json_reply([{"Id": SALE, "State": state, "UpdatedBy": 46920}])


@pytest.mark.parametrize("state", [COMPLETED, CANCELLED])
@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_state_is_set_once_and_read_again_for_the_echo_shows_the_old_one(
    stage: Stage, desk: SalesOrders, state: PlatformSaleState, status: int
) -> None:
    echo = reply(status) if status == 204 else reply(status, saved("sale_state.json"))
    stage.plays[STATUS] = says(echo, shows(state.value))
    assert desk.set_state("14146", SALE, state, user_id=236177) is state
    put, get = stage.requests
    assert (put.method, get.method) == ("PUT", "GET")
    assert put.path == get.path == f"/vendorinventory/v1/Companies(14146){STATUS}"
    assert put.json() == {"Id": SALE, "State": state.value, "UpdatedBy": 236177}
    assert put.connection != get.connection


def test_the_state_that_is_read_is_told_whatever_was_asked_for(stage: Stage, desk: SalesOrders) -> None:
    stage.plays[STATUS] = says(shows("Completed"), shows("Pending"))
    assert desk.set_state("14146", SALE, COMPLETED) is PlatformSaleState.PENDING


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            json_reply({"Message": "Resource state transition from Completed to Cancelled is invalid"}, 400),
            RefusedError,
        ),
        (
            json_reply({"Message": "Resource state transition from Completed to Cancelled is invalid"}, 409),
            RefusedError,
        ),
        (reply(400, b"from Completed to Cancelled", "text/plain"), RefusedError),
        (json_reply({"Message": "the state already exists: from Completed to Cancelled"}, 400), RefusedError),
    ],
)
def test_a_state_that_cannot_be_changed_any_more_is_a_no_in_the_platforms_words(
    stage: Stage, desk: SalesOrders, answer: bytes, expected: type[GatewayError]
) -> None:
    stage.plays[STATUS] = says(answer)
    with pytest.raises(expected, match="from Completed to Cancelled") as caught:
        desk.set_state("14146", SALE, CANCELLED)
    assert not isinstance(caught.value, ExistsError)
    assert len(stage.requests) == 1


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (json_reply({"Message": "Not Found"}, 404), RefusedError),
        (reply(404), AmbiguousError),
        (reply(409), AmbiguousError),
        (reply(403), ForbiddenError),
        (reply(429, b"", "text/plain"), ThrottledError),
        (reply(500), AmbiguousError),
        (reply(200, PAGE, "text/html"), AmbiguousError),
        (reply(302, Location="/elsewhere"), AmbiguousError),
    ],
)
def test_each_answer_to_a_change_of_state_has_one_meaning(
    stage: Stage, desk: SalesOrders, answer: bytes, expected: type[GatewayError]
) -> None:
    stage.plays[STATUS] = says(answer)
    with pytest.raises(GatewayError) as caught:
        desk.set_state("14146", SALE, CANCELLED)
    assert type(caught.value) is expected
    assert len(stage.requests) == 1


@pytest.mark.parametrize("play", [accepted_then_reset, silence, truncated])
def test_a_change_of_state_that_breaks_off_is_ambiguous_and_sent_once(stage: Stage, play: Play) -> None:
    stage.plays[STATUS] = play
    with (
        SalesOrders(stage.connection(deadline_seconds=HURRY_SECONDS, read_attempts=5)) as desk,
        pytest.raises(AmbiguousError),
    ):
        desk.set_state("14146", SALE, COMPLETED)
    assert [seen.method for seen in stage.requests] == ["PUT"]


@pytest.mark.parametrize("second", [reply(503), reply(404), reply(403), reply(200, b"[]"), json_reply([{"Id": SALE}])])
def test_a_change_of_state_that_was_taken_and_cannot_be_read_again_is_ambiguous(
    stage: Stage, desk: SalesOrders, second: bytes
) -> None:
    stage.plays[STATUS] = says(reply(200, saved("sale_state.json")), second)
    with pytest.raises(AmbiguousError, match="the platform took it") as caught:
        desk.set_state("14146", SALE, COMPLETED)
    assert caught.value.status == 200
    assert [seen.method for seen in stage.requests] == ["PUT", "GET"]


def test_a_state_that_nobody_can_give_or_that_is_too_late_is_not_sent(stage: Stage, desk: SalesOrders) -> None:
    for state in (PlatformSaleState.PENDING, PlatformSaleState.UNKNOWN):
        with pytest.raises(RefusedError, match="nothing was sent"):
            desk.set_state("14146", SALE, state)
    with pytest.raises(NotSentError):
        desk.set_state("14146", SALE, COMPLETED, send_before=time.monotonic() - 0.001)
    assert stage.requests == []


CALLS: list[Callable[[SalesOrders, str], object]] = [
    lambda desk, hostile: desk.submit(a_sale(company=hostile)),
    lambda desk, hostile: desk.submit(a_sale(location=hostile)),
    lambda desk, hostile: desk.find(hostile, "229045"),
    lambda desk, hostile: desk.sale_order(hostile, SALE),
    lambda desk, hostile: desk.sale_order("1", hostile),
    lambda desk, hostile: desk.state(hostile, SALE),
    lambda desk, hostile: desk.state("1", hostile),
    lambda desk, hostile: desk.set_state(hostile, SALE, COMPLETED),
    lambda desk, hostile: desk.set_state("1", hostile, COMPLETED),
    lambda desk, hostile: desk.log(hostile, SALE),
    lambda desk, hostile: desk.log("1", hostile),
    lambda desk, hostile: desk.log_entry(hostile, SALE, ENTRY),
    lambda desk, hostile: desk.log_entry("1", hostile, ENTRY),
    lambda desk, hostile: desk.log_entry("1", SALE, hostile),
]


@pytest.mark.parametrize("call", CALLS)
def test_a_hostile_id_never_leaves_this_machine(
    stage: Stage, desk: SalesOrders, call: Callable[[SalesOrders, str], object]
) -> None:
    for hostile in HOSTILE:
        with pytest.raises(RefusedError, match="nothing was sent"):
            call(desk, hostile)
    assert stage.connections == 0


@pytest.mark.parametrize("kind", EVERY_ERROR)
def test_each_error_of_httpx_becomes_one_of_ours(kind: type[Exception]) -> None:
    for after_leaving, expected in ((False, NotSentError), (True, AmbiguousError)):
        transport: httpx.BaseTransport = Breaking(an_error(kind), after_leaving=after_leaving)
        with SalesOrders(CONNECTION, transport) as desk:
            with pytest.raises(UnavailableError):
                desk.find("1", "229045")
            for write in (lambda: desk.submit(a_sale()), lambda: desk.set_state("1", SALE, COMPLETED)):
                with pytest.raises(GatewayError) as caught:
                    write()
                assert type(caught.value) is expected


def test_the_platforms_clock_is_that_of_its_last_answer(stage: Stage, desk: SalesOrders) -> None:
    stage.plays[STATUS] = says(json_reply([{"State": "Pending"}], Date="Thu, 04 Jan 2018 16:00:00 GMT"))
    desk.state("14146", SALE)
    assert f"{desk.platform_now():%Y-%m-%d %H:%M}" == "2018-01-04 16:00"


def test_the_gateway_fills_the_protocol_with_the_same_parameters() -> None:
    wanted = [name for name, _ in inspect.getmembers(SaleDesk, inspect.isfunction) if not name.startswith("_")]
    assert set(wanted) >= {"submit", "find", "sale_order", "state", "set_state", "log", "log_entry", "platform_now"}
    for name in wanted:
        asked = inspect.signature(getattr(SaleDesk, name))
        assert inspect.signature(getattr(SalesOrders, name)) == asked, name
