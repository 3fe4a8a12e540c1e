"""A person changes lines of an order: the platform is told once, read again, and what it then holds decides."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, update

from replenisher.database import orders, submissions
from replenisher.database.models import Order, OrderLine
from replenisher.errors import AmbiguousError, GatewayError, IllegalMoveError, NotFoundError, RefusedError
from replenisher.purchasing.line_changes import LineChange
from replenisher.purchasing.states import OrderState
from replenisher.workflows.approve import accept_order
from replenisher.workflows.change_lines import LinesChanged, change_lines
from replenisher.workflows.explain import explain
from replenisher.workflows.ship.importing import import_shipments
from tests.patience import PATIENCE_SECONDS
from tests.workflows.altered import alter, order_three_more, real_channel
from tests.workflows.conftest import OpenShop
from tests.workflows.dock import HEADER, row
from tests.workflows.shop import Shop

WHY = "the shelf is smaller than we thought"
CALLS = ("update_products", "add_products", "remove_products")


@pytest.fixture
def ordered(open_shop: OpenShop) -> tuple[Shop, Order]:
    """An order that is confirmed at the platform."""
    return with_order(open_shop)


def with_order(open_shop: OpenShop, **company: Any) -> tuple[Shop, Order]:
    shop = open_shop("--locations", "1", "--creation-delay", "0", company=company)
    shop.plan()
    shop.work_until_states("confirmed")
    (order,) = shop.orders()
    assert len(shop.lines(order)) > 2
    return shop, order


def units(shop: Shop, order: Order) -> dict[str, int]:
    return {line.sku: line.quantity for line in shop.lines(order)}


def there(shop: Shop, order: Order) -> dict[str, int]:
    read = real_channel(shop).read(order.company, str(order.platform_order_id), order.vendor_invoice_number)
    return {line.sku: line.quantity_ordered for line in read.lines}


def changed(shop: Shop, order: Order, change: LineChange, **more: Any) -> LinesChanged:
    return change_lines(shop.services, str(order.id), change, actor="person:ann", reason=WHY, **more)


def spare_sku(shop: Shop, order: Order) -> str:
    """A SKU of the location that is not on the order."""
    rows = shop.world.admin.state(int(order.location))["locations"][0]["rows"]
    return next(sku for sku in rows if sku not in units(shop, order))


def all_at_once(shop: Shop, order: Order) -> tuple[LineChange, dict[str, int]]:
    """A change that takes all three calls, and the lines that it leads to."""
    (first, count), (second, _), *_ = units(shop, order).items()
    new = spare_sku(shop, order)
    wanted = {sku: held for sku, held in units(shop, order).items() if sku != second} | {first: count + 4, new: 6}
    return LineChange({first: count + 4}, {new: 6}, (second,)), wanted


def test_lines_are_set_added_and_removed_there_and_then_here(ordered: tuple[Shop, Order]) -> None:
    shop, order = ordered
    before = units(shop, order)
    change, wanted = all_at_once(shop, order)
    done = changed(shop, order, change)
    assert (done.before, done.after, done.sent) == (before, wanted, True)
    assert units(shop, order) == there(shop, order) == wanted
    now = shop.orders()[0]
    assert (now.state, now.units, now.lease_until) == ("confirmed", sum(wanted.values()), None)
    lines = shop.lines(order)
    assert now.value == sum(line.quantity * line.unit_cost for line in lines if line.unit_cost is not None)
    assert [shop.calls(call) for call in CALLS] == [1, 1, 1]
    asked, told = shop.events(order)[-2:]
    assert (asked.name, told.name, told.actor) == ("change_asked", "lines_changed", "person:ann")
    assert told.evidence == {"before": before, "after": wanted, "reason": WHY, "sent": True}
    assert shop.matters() == []


def test_the_next_run_and_an_explanation_follow(ordered: tuple[Shop, Order]) -> None:
    shop, order = ordered
    sku, count = next(iter(units(shop, order).items()))
    changed(shop, order, LineChange({sku: count + 4}))
    shop.time_passes()
    shop.work_until_states("confirmed")
    assert shop.matters() == []
    found = explain(shop.services, order.location, sku, run_id=order.run_id)
    assert found.order is not None
    assert (found.order.quantity, found.order_quantity) == (count + 4, count)
    assert shop.in_flight(order.location) == 0
    assert shop.orders(shop.plan()) == []


def test_a_line_that_was_taken_off_is_ordered_by_the_next_run(ordered: tuple[Shop, Order]) -> None:
    shop, order = ordered
    sku, count = next(iter(units(shop, order).items()))
    changed(shop, order, LineChange(remove=(sku,)))
    (next_order,) = shop.orders(shop.plan())
    assert units(shop, next_order) == {sku: count}


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("fault", ["accepted_then_reset", "error_500_after"])
def test_a_call_whose_answer_is_lost_is_decided_by_what_is_there(
    ordered: tuple[Shop, Order], place: int, fault: str
) -> None:
    """The last call was the last thing to be done; after an earlier one the rest is not sent."""
    shop, order = ordered
    before = units(shop, order)
    change, wanted = all_at_once(shop, order)
    shop.fault(CALLS[place], fault)
    if place == 2:
        assert changed(shop, order, change).after == wanted
        assert (units(shop, order), shop.matters()) == (wanted, [])
    else:
        with pytest.raises(AmbiguousError, match="needs a person"):
            changed(shop, order, change)
        assert units(shop, order) == before
        assert shop.orders()[0].state == "needs_person"
        assert "asked for" in shop.matter("order_needs_person", order.location).message
        assert shop.in_flight(order.location) == sum(before.values())
    assert [shop.calls(call) for call in CALLS] == [int(place >= one) for one in range(3)]


@pytest.mark.parametrize("fault", ["reset_before", "error_500_before", "error_503"])
def test_a_call_that_may_have_arrived_and_shows_nothing_needs_a_person(ordered: tuple[Shop, Order], fault: str) -> None:
    shop, order = ordered
    before = units(shop, order)
    sku, count = next(iter(before.items()))
    shop.fault("update_products", fault)
    with pytest.raises(AmbiguousError, match=f"{sku}: asked for {count + 1}, the platform's order says {count}"):
        changed(shop, order, LineChange({sku: count + 1}))
    assert (units(shop, order), shop.calls("update_products")) == (before, 1)
    assert (shop.orders()[0].state, shop.orders()[0].lease_until) == ("needs_person", None)


def test_what_cannot_be_read_afterwards_needs_a_person_who_can_settle_it(ordered: tuple[Shop, Order]) -> None:
    shop, order = ordered
    sku, count = next(iter(units(shop, order).items()))
    shop.fault("get_purchase_order", "error_503", after=1, count=20)
    with pytest.raises(AmbiguousError, match="cannot be read now"):
        changed(shop, order, LineChange({sku: count + 1}))
    shop.world.admin.clear_faults()
    shop.time_passes()
    accept_order(shop.services, str(order.id), actor="person:ann", reason="it is there")
    settled = changed(shop, order, LineChange({sku: count + 1}))
    assert (settled.sent, shop.calls("update_products")) == (False, 1)
    assert units(shop, order) == there(shop, order)
    assert shop.matters() == []


@pytest.mark.parametrize("place", range(3))
def test_a_first_call_that_is_refused_changes_nothing(ordered: tuple[Shop, Order], place: int) -> None:
    """Said by a platform that counts units which we cannot see."""
    shop, order = ordered
    before = units(shop, order)
    (sku, count), (second, _), *_ = before.items()
    change = (
        LineChange({sku: count + 1}),
        LineChange(add_units={"NOT-THEIRS": 1}),
        LineChange(remove=(second,)),
    )[place]

    def received(*_: Any) -> None:
        raise RefusedError("received already", operation="update lines", status=400, answer="received already")

    if place != 1:
        alter(shop, update_lines=received, remove_lines=received)
    with pytest.raises(RefusedError):
        changed(shop, order, change, over_limits=True)
    assert (units(shop, order), there(shop, order)) == (before, before)
    assert [event.name for event in shop.events(order)][-2:] == ["change_asked", "change_refused"]
    assert shop.orders()[0].state == "confirmed"
    shop.work(lambda: shop.orders()[0].next_at is not None)
    assert changed(
        shop, order, LineChange({sku: count + 2}) if place == 1 else LineChange(add_units={spare_sku(shop, order): 1})
    )


def test_a_second_call_that_is_refused_leaves_half_a_change_to_a_person(ordered: tuple[Shop, Order]) -> None:
    shop, order = ordered
    before = units(shop, order)
    sku, count = next(iter(before.items()))
    with pytest.raises(AmbiguousError, match="NOT-THEIRS: asked for 1, not on the platform's order"):
        changed(shop, order, LineChange({sku: count + 1}, {"NOT-THEIRS": 1}), over_limits=True)
    assert units(shop, order) == before
    assert there(shop, order) == before | {sku: count + 1}
    assert shop.orders()[0].state == "needs_person"


def test_a_platform_that_says_yes_and_does_less_is_not_believed(ordered: tuple[Shop, Order]) -> None:
    shop, order = ordered
    before = units(shop, order)
    sku = next(iter(before))
    alter(shop, remove_lines=lambda *_: None)
    with pytest.raises(AmbiguousError, match=f"{sku}: on the platform's order with {before[sku]}, never asked for"):
        changed(shop, order, LineChange(remove=(sku,)))
    assert (units(shop, order), shop.orders()[0].state) == (before, "needs_person")


class Killed(BaseException):
    """The process ends here."""


def test_after_a_crash_between_call_and_record_the_difference_is_told_and_the_same_command_settles_it(
    ordered: tuple[Shop, Order],
) -> None:
    shop, order = ordered
    before = units(shop, order)
    change, wanted = all_at_once(shop, order)
    reads: list[int] = []

    def dying(*asked: Any) -> Any:
        reads.append(1)
        if len(reads) == 2:
            raise Killed
        return real.read(*asked)

    real = alter(shop, read=dying)
    with pytest.raises(Killed):
        changed(shop, order, change)
    alter(shop)
    assert (units(shop, order), there(shop, order)) == (before, wanted)
    assert shop.events(order)[-1].name == "change_asked"
    with pytest.raises(IllegalMoveError, match="being changed by somebody else just now"):
        changed(shop, order, change)
    shop.time_passes()
    shop.work(lambda: [matter.kind for matter in shop.matters()] == ["order_changed"])
    lease_over(shop)
    done = changed(shop, order, change)
    assert (done.sent, units(shop, order), shop.matters()) == (False, wanted, [])
    assert [shop.calls(call) for call in CALLS] == [1, 1, 1]


def lease_over(shop: Shop) -> None:
    with shop.services.database.transaction() as session:
        session.execute(update(Order).values(lease_until=func.clock_timestamp()))


def test_of_two_people_at_once_one_wins_and_the_other_is_told(ordered: tuple[Shop, Order]) -> None:
    shop, order = ordered
    sku, count = next(iter(units(shop, order).items()))
    both = threading.Barrier(2)

    def at_once(*asked: Any) -> Any:
        read = real.read(*asked)
        if threading.current_thread().name.startswith("person") and not getattr(here, "met", False):
            here.met = True
            both.wait(PATIENCE_SECONDS)
        return read

    def one(more: int) -> int | Exception:
        try:
            return changed(shop, order, LineChange({sku: count + more})).after[sku]
        except (IllegalMoveError, GatewayError) as error:
            return error

    here = threading.local()
    real = alter(shop, read=at_once)
    with ThreadPoolExecutor(2, thread_name_prefix="person") as pool:
        ends = list(pool.map(one, (1, 2)))
    (won,) = [end for end in ends if isinstance(end, int)]
    (told,) = [end for end in ends if not isinstance(end, int)]
    assert isinstance(told, IllegalMoveError)
    assert units(shop, order)[sku] == there(shop, order)[sku] == won
    assert shop.calls("update_products") == 1


def test_an_order_that_was_changed_here_meanwhile_keeps_what_the_other_wrote(ordered: tuple[Shop, Order]) -> None:
    shop, order = ordered
    sku, count = next(iter(units(shop, order).items()))

    def slow(*asked: Any) -> None:
        real.update_lines(*asked)
        with shop.services.database.transaction() as session:
            session.execute(update(OrderLine).where(OrderLine.sku == sku).values(quantity=count + 9))

    real = alter(shop, update_lines=slow)
    with pytest.raises(IllegalMoveError, match="changed or moved here meanwhile"):
        changed(shop, order, LineChange({sku: count + 1}))
    assert units(shop, order)[sku] == count + 9
    assert shop.events(order)[-1].name == "late_lines_changed"


def test_an_order_that_the_retailer_changed_is_settled_before_it_is_changed(ordered: tuple[Shop, Order]) -> None:
    shop, order = ordered
    (first, count), (second, other), *_ = units(shop, order).items()
    order_three_more(shop, order)
    with pytest.raises(IllegalMoveError, match="not at the platform as we know it"):
        changed(shop, order, LineChange({second: other + 1}))
    assert shop.calls("update_products") == 1
    settled = changed(shop, order, LineChange({first: count + 3}))
    assert (settled.sent, shop.calls("update_products")) == (False, 1)
    assert units(shop, order) == there(shop, order)


def test_receipts_hold_a_line_and_are_folded_in(ordered: tuple[Shop, Order]) -> None:
    shop, order = ordered
    lines = units(shop, order)
    shop.world.admin.change_order(str(order.platform_order_id), "receive")
    sku = next(iter(lines))
    with pytest.raises(IllegalMoveError, match="received already"):
        changed(shop, order, LineChange({sku: lines[sku] + 1}))
    assert shop.calls("update_products") == 0


def test_states_that_are_not_at_the_platform_and_unknown_orders_are_refused(shop: Shop) -> None:
    (order, *_) = shop.orders(shop.plan())
    with pytest.raises(IllegalMoveError, match="is approved; only one that is confirmed or partly_received"):
        changed(shop, order, LineChange({"A": 1}))
    with pytest.raises(NotFoundError, match="no order has the id"):
        change_lines(shop.services, "R-NONE", LineChange({"A": 1}), actor="person:ann", reason=WHY)


def test_what_the_approval_rules_would_hold_needs_a_word_more(open_shop: OpenShop) -> None:
    shop, order = with_order(open_shop)
    sku, count = next((one.sku, one.quantity) for one in shop.lines(order) if one.unit_cost)
    limit = shop.orders()[0].value
    companies = [{**one, "approval": {"value_limit": str(limit)}} for one in shop.world.document()["companies"]]
    shop.world.changes |= {"companies": companies}
    shop.services.settings = shop.world.settings()
    with pytest.raises(IllegalMoveError, match=r"is above the limit of .*--over-limits"):
        changed(shop, order, LineChange({sku: count + 1}))
    assert shop.calls("update_products") == 0
    assert shop.events(order)[-1].name != "change_asked"
    assert changed(shop, order, LineChange({sku: count + 1}), over_limits=True).sent
    back = changed(shop, order, LineChange({sku: count}))
    assert back.order.value == limit
    with pytest.raises(IllegalMoveError, match=r"1 line\(s\) without a cost: NOT-IN-THE-FILE"):
        changed(shop, order, LineChange(add_units={"NOT-IN-THE-FILE": 1}))


def test_announced_units_stay_on_the_order(ordered: tuple[Shop, Order]) -> None:
    shop, order = ordered
    sku, count = next((sku, count) for sku, count in units(shop, order).items() if count > 2)
    file = shop.world.folder / "shipment.csv"
    file.write_text(f"{HEADER}\n{row(order, sku, 2)}\n")
    assert not import_shipments(shop.services, file, keep_good=False, actor="test").faults
    for change in (LineChange(remove=(sku,)), LineChange({sku: 1})):
        with pytest.raises(IllegalMoveError, match=f"{sku}: 2 announced by shipment notices"):
            changed(shop, order, change)
    assert changed(shop, order, LineChange({sku: 2})).before[sku] == count


def test_a_process_that_freezes_between_two_calls_sends_no_more(ordered: tuple[Shop, Order]) -> None:
    shop, order = ordered
    change, _ = all_at_once(shop, order)
    shop.services.settings = shop.services.settings.model_copy(
        update={"times": shop.services.settings.times.model_copy(update={"lease": 0.1})}
    )

    def frozen(*asked: Any) -> None:
        real.update_lines(*asked)
        time.sleep(0.4)

    real = alter(shop, update_lines=frozen)
    with pytest.raises(AmbiguousError, match="too slow; nothing more was sent"):
        changed(shop, order, change)
    assert [shop.calls(call) for call in CALLS] == [1, 0, 0]
    assert shop.orders()[0].state == "needs_person"


def test_lines_are_changed_at_an_order_desk_of_its_own(open_shop: OpenShop) -> None:
    shop, order = with_order(open_shop, order_desk="orders", committed=False)
    change, wanted = all_at_once(shop, order)
    assert changed(shop, order, change).after == wanted
    assert units(shop, order) == there(shop, order) == wanted
    assert [shop.calls(f"orders.{call}") for call in ("replace_full", "add_item")] == [2, 1]
    shop.fault("orders.replace_full", "accepted_then_reset")
    sku, count = next(iter(wanted.items()))
    assert changed(shop, order, LineChange({sku: count + 1})).after[sku] == count + 1
    assert shop.calls("orders.replace_full") == 3


def test_a_desk_that_takes_headers_alone_changes_no_lines(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "1", "--creation-delay", "0", company={"order_desk": "purchase_orders"})
    shop.plan()
    (order,) = shop.work_until_states("needs_person")
    accept_order(shop.services, str(order.id), actor="person:ann", reason="they typed it in")
    with pytest.raises((IllegalMoveError, RefusedError), match="nothing was sent"):
        changed(shop, order, LineChange(add_units={"X": 1}), over_limits=True)
    assert shop.orders()[0].state == "confirmed"


@pytest.mark.parametrize("call", ["update_products", "remove_products"])
def test_goods_that_arrive_between_look_and_call_refuse_the_change(ordered: tuple[Shop, Order], call: str) -> None:
    shop, order = ordered
    before = units(shop, order)
    sku, count = next(iter(before.items()))
    reads: list[int] = []

    def then_received(*asked: Any) -> Any:
        read = real.read(*asked)
        if not reads:
            shop.world.admin.change_order(str(order.platform_order_id), "receive")
        reads.append(1)
        return read

    real = alter(shop, read=then_received)
    change = LineChange({sku: count + 1}) if call == "update_products" else LineChange(remove=(sku,))
    with pytest.raises(RefusedError):
        changed(shop, order, change)
    assert (units(shop, order), shop.calls(call), len(reads)) == (before, 1, 1)
    assert shop.events(order)[-1].name == "change_refused"
    shop.work_until_states("received")
    assert shop.matters() == []


def test_an_order_that_ends_while_its_change_is_refused_stays_ended(open_shop: OpenShop) -> None:
    shop, order = with_order(open_shop, committed=False)
    sku, count = next(iter(units(shop, order).items()))

    def cancelled_meanwhile(*_: Any) -> None:
        with shop.services.database.transaction() as session:
            now = orders.locked(session, [order.id])[0]
            assert submissions.move(session, now, OrderState.CANCELLED, name="cancelled", actor="person:bob")
        raise RefusedError("it is gone", operation="update lines", status=400)

    alter(shop, update_lines=cancelled_meanwhile)
    with pytest.raises(RefusedError, match="it is gone"):
        changed(shop, order, LineChange({sku: count + 1}))
    now = shop.orders()[0]
    assert (now.state, now.next_at, now.lease_until) == ("cancelled", None, None)
