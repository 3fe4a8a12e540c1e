"""A vendor asks for goods back over VMI: each call once, and what the list then has decides."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from replenisher.embedded import EmbeddedServers
from replenisher.errors import AmbiguousError, IllegalMoveError, NotFoundError, RefusedError, ThrottledError
from replenisher.purchasing.vendor_returns import Return
from replenisher.services import Services, build
from replenisher.workflows.returns import ask_return, change_return, commit_return, complete_return, list_returns
from tests.cli.vmi_world import over_vmi
from tests.workflows.altered import AlteredChannel
from tests.world import World, started_sandbox

SMALL = ("--companies", "1", "--locations", "1", "--skus", "12", "--history-days", "1")


class Retailer:
    """A company over VMI whose one location has ten of two products."""

    def __init__(self, world: World, services: Services) -> None:
        self.world = world
        self.services = services
        self.company: str = world.sandbox["companies"][0]["guid"]
        self.location = str(world.sandbox["companies"][0]["stores"][0])
        here = int(world.locations[0])
        rows = world.admin.state(here)["locations"][0]["rows"]
        self.first, self.second = [sku for sku in rows if not sku.startswith("PH")][:2]
        for sku in (self.first, self.second):
            world.admin.set_stock(here, sku, in_stock=10)

    def fault(self, operation: str, fault: str, **values: Any) -> None:
        self.world.admin.add_faults({"operation": f"vmi.{operation}", "fault": fault, **values})

    def calls(self, operation: str) -> int:
        return int(self.world.admin.audit()["operation_calls"].get(f"vmi.{operation}", 0))

    def in_stock(self, sku: str) -> int:
        return int(self.world.admin.state(int(self.world.locations[0]))["locations"][0]["rows"][sku]["in_stock"])

    def ask(self, comments: str = "recalled", units: int = 2, **more: Any) -> Return:
        return ask_return(self.services, self.company, self.location, {self.first: units}, comments, **more)

    def listed(self, **which: bool) -> list[Return]:
        return list_returns(self.services, self.company, **which)


@pytest.fixture
def retailer(tmp_path: Path, database_url: str, servers: EmbeddedServers) -> Iterator[Retailer]:
    with started_sandbox(*SMALL) as ready, contextlib.ExitStack() as stack:
        world = World(tmp_path, ready, database_url=database_url, broker_url=servers.broker_url)
        world.write()
        over_vmi(world)
        services = build(world.settings())
        stack.callback(services.close)
        yield Retailer(world, services)


def test_a_return_goes_its_whole_way_and_each_step_is_read_from_the_list(retailer: Retailer) -> None:
    asked = retailer.ask(vendor_number="V-1")
    assert (asked.comments, asked.vendor_number, asked.committed) == ("recalled", "V-1", False)
    assert [line.quantity for line in asked.lines] == [2]
    company, services = retailer.company, retailer.services
    changed = change_return(services, company, asked.id, vendor_number="V-2", comments="recalled by us")
    assert (changed.vendor_number, changed.comments) == ("V-2", "recalled by us")
    assert commit_return(services, company, asked.printed_number).committed
    assert retailer.in_stock(retailer.first) == 8
    credited = change_return(services, company, asked.id, actions={retailer.first: "Credit"})
    assert [line.action for line in credited.lines] == ["Credit"]
    done = complete_return(services, company, asked.id)
    assert (done.completed, done.id) == (True, asked.id)
    assert retailer.listed() == [done]
    written = ("CreateRMA", "UpdateRMA", "CommitRMA", "UpdateCommittedRMA", "CompleteRMA")
    assert [retailer.calls(operation) for operation in written] == [1] * 5


def test_lists_are_narrowed_by_standing(retailer: Retailer) -> None:
    first, second = retailer.ask("one"), retailer.ask("two")
    assert first.id != second.id
    commit_return(retailer.services, retailer.company, second.id)
    assert [one.id for one in retailer.listed()] == [first.id, second.id]
    assert [one.id for one in retailer.listed(committed=True)] == [second.id]
    assert [one.id for one in retailer.listed(committed=False)] == [first.id]
    assert retailer.listed(shipped=True) == []
    assert [one.id for one in retailer.listed(committed=True, shipped=False)] == [second.id]


@pytest.mark.parametrize("fault", ["accepted_then_reset", "error_500_after", "unknown_fault"])
def test_a_request_whose_answer_is_lost_is_found_in_the_list(retailer: Retailer, fault: str) -> None:
    former = retailer.ask()
    retailer.fault("CreateRMA", fault)
    asked = retailer.ask()
    assert asked.id != former.id
    assert (len(retailer.listed()), retailer.calls("CreateRMA")) == (2, 2)


@pytest.mark.parametrize("fault", ["reset_before", "error_500_before", "error_503"])
def test_a_request_that_is_in_no_list_is_told_with_what_to_look_for(retailer: Retailer, fault: str) -> None:
    retailer.fault("CreateRMA", fault)
    with pytest.raises(
        AmbiguousError, match=r"0 new returns like it; see .replenisher returns list --company .* comments .recalled."
    ):
        retailer.ask()
    assert (retailer.listed(), retailer.calls("CreateRMA")) == ([], 1)


def test_two_new_returns_alike_settle_nothing(retailer: Retailer) -> None:
    """Somebody else asks for the same at the same moment, and our answer is lost."""
    real: Any = retailer.services.channel(retailer.services.settings.companies[0])

    def twice(*asked: Any) -> Return:
        real.ask_return(*asked)
        real.ask_return(*asked)
        raise AmbiguousError("the connection was reset", operation="ask return")

    (key,) = retailer.services._channels
    altered: Any = AlteredChannel(real, {"ask_return": twice})
    retailer.services = replace(retailer.services, _channels={key: altered})
    with pytest.raises(AmbiguousError, match="2 new returns like it"):
        retailer.ask()


@pytest.mark.parametrize("fault", ["accepted_then_reset", "error_500_after", "unknown_fault"])
@pytest.mark.parametrize("operation", ["UpdateRMA", "CommitRMA", "UpdateCommittedRMA", "CompleteRMA"])
def test_a_change_whose_answer_is_lost_is_decided_by_the_list(retailer: Retailer, operation: str, fault: str) -> None:
    one = prepared(retailer, operation)
    retailer.fault(operation, fault)
    before = retailer.calls(operation)
    changed = step(retailer, operation, one)
    assert retailer.listed() == [changed]
    assert retailer.calls(operation) == before + 1


@pytest.mark.parametrize("operation", ["UpdateRMA", "CommitRMA", "UpdateCommittedRMA", "CompleteRMA"])
def test_a_change_that_the_list_does_not_show_is_told_and_may_be_asked_for_again(
    retailer: Retailer, operation: str
) -> None:
    one = prepared(retailer, operation)
    retailer.fault(operation, "reset_before")
    before = retailer.calls(operation)
    with pytest.raises(AmbiguousError, match=r"the list does not show that; see .* before it is asked for again"):
        step(retailer, operation, one)
    assert (retailer.listed(), retailer.calls(operation)) == ([one], before + 1)
    retailer.fault(operation, "throttled_429")
    with pytest.raises(ThrottledError):
        step(retailer, operation, one)
    assert retailer.listed() == [one]
    assert step(retailer, operation, one) != one


def prepared(retailer: Retailer, operation: str) -> Return:
    """A return that is ready for this operation."""
    asked = retailer.ask()
    if operation in ("UpdateRMA", "CommitRMA"):
        return asked
    return commit_return(retailer.services, retailer.company, asked.id)


def step(retailer: Retailer, operation: str, one: Return) -> Return:
    services, company = retailer.services, retailer.company
    if operation == "CommitRMA":
        return commit_return(services, company, one.id)
    if operation == "CompleteRMA":
        return complete_return(services, company, one.id)
    return change_return(services, company, one.id, vendor_number="V-9")


def test_a_list_that_cannot_be_read_afterwards_is_told(retailer: Retailer) -> None:
    one = retailer.ask()
    retailer.fault("GetRMAList", "error_503", after=4, count=30)
    with pytest.raises(AmbiguousError, match="the platform answered, but the list cannot be read now"):
        change_return(retailer.services, retailer.company, one.id, vendor_number="V-9")
    retailer.world.admin.clear_faults()
    assert retailer.listed()[0].vendor_number == "V-9"


def test_more_units_than_are_in_stock_are_not_committed(retailer: Retailer) -> None:
    """No document lists the platform's words for that, so the list decides."""
    one = retailer.ask(units=11)
    with pytest.raises(AmbiguousError, match=r"fewer than \[11\] units"):
        commit_return(retailer.services, retailer.company, one.id)
    assert (retailer.in_stock(retailer.first), retailer.listed()) == (10, [one])


def test_what_cannot_be_done_is_not_sent(retailer: Retailer) -> None:
    services, company = retailer.services, retailer.company
    one = retailer.ask()
    with pytest.raises(NotFoundError, match="has no SKU NO-SUCH"):
        ask_return(services, company, retailer.location, {"NO-SUCH": 1}, "why")
    with pytest.raises(NotFoundError, match="has no return 4711"):
        commit_return(services, company, "4711")
    with pytest.raises(IllegalMoveError, match="nothing would change"):
        change_return(services, company, one.id, comments=one.comments)
    with pytest.raises(IllegalMoveError, match="not committed yet; only then"):
        change_return(services, company, one.id, actions={retailer.first: "Credit"})
    with pytest.raises(IllegalMoveError, match="is not committed yet"):
        complete_return(services, company, one.id)
    commit_return(services, company, one.id)
    with pytest.raises(NotFoundError, match="has no product"):
        change_return(services, company, one.id, actions={retailer.second: "Credit"})
    with pytest.raises(IllegalMoveError, match="is committed already"):
        commit_return(services, company, one.id)
    complete_return(services, company, one.id)
    with pytest.raises(IllegalMoveError, match="is completed"):
        change_return(services, company, one.id, vendor_number="V")
    with pytest.raises(IllegalMoveError, match="is completed already"):
        complete_return(services, company, one.id)
    assert [retailer.calls(name) for name in ("CreateRMA", "CommitRMA", "CompleteRMA", "UpdateRMA")] == [1, 1, 1, 0]


def test_a_request_that_no_envelope_holds_is_refused_before_it_is_sent(retailer: Retailer) -> None:
    with pytest.raises(RefusedError, match="nothing was sent"):
        retailer.ask("a\x00b")
    assert retailer.calls("CreateRMA") == 0


@pytest.mark.parametrize("operation", ["CreateRMA", "UpdateRMA", "CommitRMA", "UpdateCommittedRMA", "CompleteRMA"])
def test_a_refusal_in_the_platforms_own_words_changes_nothing(retailer: Retailer, operation: str) -> None:
    before = [] if operation == "CreateRMA" else [prepared(retailer, operation)]
    retailer.fault(operation, "soap_fault", text="Server was unable to read request")
    with pytest.raises(RefusedError, match="unable to read request"):
        retailer.ask() if operation == "CreateRMA" else step(retailer, operation, before[0])
    assert retailer.listed() == before
    assert retailer.calls(operation) == 1
