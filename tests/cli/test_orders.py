"""Purchase orders at the keyboard: looked at, approved, declined; never in a state that does not allow it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from replenisher.database import orders, runs, submissions
from replenisher.database.models import Order
from replenisher.purchasing.platform import RequestLine
from replenisher.purchasing.states import OrderState
from replenisher.services import Services
from replenisher.workflows.approve import approve_proposals
from replenisher.workflows.plan.due import open_manual_run
from replenisher.workflows.plan.proposals import NewOrder, write_orders
from tests.cli.conftest import Typed
from tests.world import World


@pytest.fixture
def services(services_of_dark_world: Services) -> Services:
    return services_of_dark_world


@pytest.fixture
def held(dark_world: World, services: Services) -> list[Order]:
    """Three held orders of a company of which a person approves everything."""
    companies = [{**one, "approval": {"automatic": False}} for one in dark_world.document()["companies"]]
    dark_world.changes = {"companies": companies}
    company = dark_world.settings().companies[0]
    run_id = open_manual_run(services, company)
    lines = (RequestLine("00123", 7, Decimal("24.74")), RequestLine("[bold]NA", 2, None))
    new = [NewOrder(here, here, here, date(2026, 3, 9), lines) for here in ("15", "16", "17")]
    with services.database.transaction() as session:
        run = runs.run_of(session, run_id)
        assert run is not None
        approve_proposals(session, company, write_orders(session, run, company, new), actor="test")
    with services.database.transaction() as session:
        return sorted(orders.listed(session), key=lambda order: order.id)


def _state(services: Services, order: Order) -> str:
    with services.database.transaction() as session:
        found = orders.order_of(session, order.id)
        assert found is not None
        return found.state


def test_the_list_shows_whole_ids_states_and_why_orders_are_held(typed: Typed, held: list[Order]) -> None:
    listed = typed("orders list")
    assert listed.code == 0
    assert all(order.vendor_invoice_number in listed.out for order in held)
    assert listed.out.count("is held: every order of this company waits for a person") == 3
    only = typed(f"orders list --location {held[0].location} --state held --json").data
    assert [order["vendor_invoice_number"] for order in only] == [held[0].vendor_invoice_number]
    assert typed("orders list --state received").out.strip() == "no orders"
    newest = typed("orders list --limit 1")
    assert "only the newest 1 are shown" in newest.err


def test_an_order_is_shown_by_id_or_invoice_number_with_everything_about_it(typed: Typed, held: list[Order]) -> None:
    by_id = typed(f"orders show {held[0].id}")
    by_number = typed(f"orders show {held[0].vendor_invoice_number.lower()}")
    assert by_id.code == 0
    assert by_id.out == by_number.out
    assert "proposed → held" in by_id.out
    assert "every order of this company waits for a person" in by_id.out
    assert "[bold]NA" in by_id.out
    assert "not known" in by_id.out
    shown = typed(f"orders show {held[0].id} --json").data
    assert sum(line["quantity"] for line in shown["lines"]) == shown["units"] == held[0].units
    assert [event["name"] for event in shown["events"]][-1] == "held"


def test_approval_is_recorded_with_the_name_of_the_person(
    typed: Typed, held: list[Order], services: Services, me: str
) -> None:
    ended = typed(f"orders approve {held[0].id} {held[1].vendor_invoice_number}")
    assert ended.code == 0
    assert ended.out.count("approved") == 2
    assert [_state(services, order) for order in held] == ["approved", "approved", "held"]
    with services.database.transaction() as session:
        last = orders.events_of(session, held[0].id)[-1]
    assert (last.name, last.actor) == ("approved", me)


def test_of_several_orders_each_is_told_and_one_failure_does_not_stop_the_others(
    typed: Typed, held: list[Order], services: Services
) -> None:
    ended = typed(f"orders approve 424242 {held[0].id} {held[0].id} nonsense {held[1].id}")
    assert ended.code == 6
    assert "no order has the id or vendor invoice number '424242'" in ended.err
    assert "only a held one is approved" in ended.err
    assert "'nonsense'" in ended.err
    assert [_state(services, order) for order in held] == ["approved", "approved", "held"]


def test_declining_needs_a_reason_and_keeps_it(typed: Typed, held: list[Order], services: Services, me: str) -> None:
    assert typed(f"orders decline {held[0].id}").code == 2
    assert typed(f"orders decline {held[0].id} --reason ' '").code == 2
    assert typed(f"orders decline {held[0].id} --reason 'the shop closes'").code == 0
    assert _state(services, held[0]) == "declined"
    with services.database.transaction() as session:
        last = orders.events_of(session, held[0].id)[-1]
    assert (last.actor, last.evidence) == (me, {"reason": "the shop closes"})
    twice = typed(f"orders decline {held[0].id} --reason again")
    assert (twice.code, "is declined; only one of these can be declined" in twice.err) == (6, True)


def test_an_order_on_its_way_cannot_be_declined(typed: Typed, held: list[Order], services: Services) -> None:
    assert typed(f"orders approve {held[0].id}").code == 0
    with services.database.transaction() as session:
        claimed = submissions.claim_for_sending(session, held[0].id, lease=60, at_once=8)
        assert claimed is not None
        submissions.record_attempt(session, claimed, request_sha256="ab" * 32, worker="worker-7")
    shown = typed(f"orders show {held[0].id}")
    assert "Attempts to send" in shown.out
    assert "worker-7" in shown.out
    ended = typed(f"orders decline {held[0].id} --reason late")
    assert ended.code == 6
    assert _state(services, held[0]) == OrderState.SUBMITTING.value


def test_what_is_not_there_is_told(typed: Typed, dark_world: World) -> None:
    dark_world.write()
    missing = typed("orders show R0000")
    assert (missing.code, "no order has the id or vendor invoice number 'R0000'" in missing.err) == (6, True)
    unknown = typed("orders list --state helt")
    assert (unknown.code, "held" in unknown.err) == (2, True)
    assert typed("orders list --company 999").code == 6
    assert typed("orders list").out.strip() == "no orders"
    assert typed("orders list --json").data == []
