"""The last check before an order is sent: what must not be ordered any more is held, told, and settled by a person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from replenisher.database.models import Order
from replenisher.errors import IllegalMoveError, NotSentError
from replenisher.intake.products import read_products_version
from replenisher.purchasing.line_changes import LineChange
from replenisher.purchasing.overrides import NewOverride
from replenisher.workflows.approve import approve_order, decline_order
from replenisher.workflows.change_lines import change_lines
from replenisher.workflows.overrides import set_override, today_of, withdraw_override
from replenisher.workflows.submit import submit_order
from tests.e2e.services_shop import FULL, HEADER_FIRST, HEADER_ONLY, opened, orders_at
from tests.workflows.altered import Raised, alter, real_channel
from tests.workflows.conftest import OpenShop
from tests.workflows.products_file import change_product, delete_product, products_path
from tests.workflows.shop import Shop

ANNA = "person:anna"
DISCONTINUED = "The products file says that the product is discontinued"


def approved(open_shop: OpenShop) -> tuple[Shop, Order]:
    """A shop with one location, whose order of some lines is approved and not yet sent."""
    shop = open_shop("--locations", "1", "--creation-delay", "0")
    shop.plan()
    (order,) = shop.orders()
    assert (order.state, len(shop.lines(order)) > 2) == ("approved", True)
    return shop, order


def skus(shop: Shop, order: Order) -> list[str]:
    return [line.sku for line in shop.lines(order)]


def held(shop: Shop, order: Order, *reasons: str) -> None:
    """The order is held for these reasons, a person is told, and the platform has heard nothing of it."""
    now = shop.order(order.location)
    assert (now.id, now.state, now.hold_reasons, now.next_at) == (order.id, "held", list(reasons), None)
    matter = shop.matter("order_held", order.location)
    assert (matter.subject, matter.order_id) == (order.vendor_invoice_number, order.id)
    assert all(reason in matter.message for reason in reasons)
    event = shop.events(order)[-1]
    assert (event.name, event.from_state, event.to_state) == ("held", "approved", "held")
    assert event.evidence == {"reasons": list(reasons), "check": "before it was sent"}
    assert (shop.attempts(order), shop.accepted(order), shop.in_flight(order.location)) == (0, [], 0)


def test_an_order_with_products_that_were_stopped_since_is_held_and_each_is_named_with_its_reasons(
    open_shop: OpenShop,
) -> None:
    shop = open_shop("--locations", "1", "--skus", "40", company={"planning": {"unmapped": "exclude"}})
    (order,) = shop.orders(shop.plan())
    approve_order(shop.services, str(order.id), actor=ANNA)  # it was held for lines without a cost
    gone, past, resting, unmapped, both, *_ = skus(shop, order)
    change_product(shop, gone, status="discontinued")
    change_product(shop, past, last_order_date="2020-02-29")
    change_product(shop, resting, snoozed_until="2099-12-31")
    change_product(shop, unmapped, catalog_id="")
    change_product(shop, both, status="discontinued", last_order_date="2020-02-29")
    submit_order(shop.services, order.id)
    is_past = "The last date on which the product is ordered has passed"
    held(
        shop,
        order,
        f"{gone}: {DISCONTINUED}",
        f"{past}: {is_past}",
        f"{resting}: The planners let the product rest until a later date",
        f"{unmapped}: The products file has no id of the platform's catalog for the product",
        f"{both}: {DISCONTINUED}",
        f"{both}: {is_past}",
    )


def test_an_order_with_a_product_that_left_the_products_file_is_held(open_shop: OpenShop) -> None:
    shop, order = approved(open_shop)
    sku = skus(shop, order)[1]
    delete_product(shop, sku)
    submit_order(shop.services, order.id)
    held(shop, order, f"{sku}: The products file does not list the product")


def test_what_changed_of_other_products_holds_nothing(open_shop: OpenShop) -> None:
    shop, order = approved(open_shop)
    rows = shop.world.admin.state(int(order.location))["locations"][0]["rows"]
    other = next(sku for sku in rows if sku not in skus(shop, order))
    change_product(shop, other, status="discontinued")
    shop.work_until_states("confirmed")
    assert (shop.moves(order)[0], shop.matters()) == ("approved", [])
    assert "held" not in shop.moves(order)


def test_an_order_approved_again_by_a_person_who_knows_why_it_was_held_goes_out(open_shop: OpenShop) -> None:
    shop, order = approved(open_shop)
    change_product(shop, skus(shop, order)[0], status="discontinued")
    submit_order(shop.services, order.id)
    approve_order(shop.services, str(order.id), actor=ANNA)
    shop.work_until_states("confirmed")
    assert shop.moves(order)[:4] == ["approved", "held", "approved", "submitting"]
    assert (len(shop.accepted(order)), shop.matters()) == (1, [])
    shop.check_nothing_doubled()


def test_what_comes_up_after_an_approval_holds_the_order_once_more_and_what_was_known_does_not(
    open_shop: OpenShop,
) -> None:
    shop, order = approved(open_shop)
    first, second, *_ = skus(shop, order)
    change_product(shop, first, status="discontinued")
    submit_order(shop.services, order.id)
    approve_order(shop.services, str(order.id), actor=ANNA)
    change_product(shop, second, status="discontinued")
    submit_order(shop.services, order.id)
    held(shop, order, f"{second}: {DISCONTINUED}")
    approve_order(shop.services, str(order.id), actor=ANNA)
    shop.work_until_states("confirmed")
    assert shop.moves(order).count("held") == 2
    shop.check_nothing_doubled()


def test_an_order_whose_stopped_line_a_person_took_off_goes_out_without_it_once_approved(open_shop: OpenShop) -> None:
    shop, order = approved(open_shop)
    first, second, *others = skus(shop, order)
    change_product(shop, first, status="discontinued")
    submit_order(shop.services, order.id)
    change = LineChange(set_units={second: 3}, remove=(first,))
    done = change_lines(shop.services, str(order.id), change, actor=ANNA, reason="it was recalled")
    assert (done.order.state, list(done.after), done.after[second], done.sent) == ("held", [second, *others], 3, False)
    now = shop.order(order.location)
    assert (now.units, now.value) == (
        sum(line.quantity for line in shop.lines(order)),
        sum(line.quantity * (line.unit_cost or 0) for line in shop.lines(order)),
    )
    told = shop.events(order)[-1]
    assert (told.name, told.to_state, told.actor, told.evidence["reason"]) == (
        "lines_changed",
        None,
        ANNA,
        "it was recalled",
    )
    assert shop.accepted(order) == []
    approve_order(shop.services, str(order.id), actor=ANNA)
    shop.work_until_states("confirmed")
    assert [line["VendorSku"] for line in shop.accepted(order)[0]["request"]["Products"]] == [second, *others]
    assert shop.matters() == []
    shop.check_nothing_doubled()


def test_lines_of_a_held_order_cannot_be_changed_into_nothing_nor_once_it_is_approved(open_shop: OpenShop) -> None:
    shop, order = approved(open_shop)
    first = skus(shop, order)[0]
    with pytest.raises(IllegalMoveError, match="is approved; only one that is confirmed or partly_received"):
        change_lines(shop.services, str(order.id), LineChange(remove=(first,)), actor=ANNA, reason="why")
    change_product(shop, first, status="discontinued")
    submit_order(shop.services, order.id)
    for change, problem in (
        (LineChange(remove=tuple(skus(shop, order))), "an order keeps at least one line; decline"),
        (LineChange(remove=("NONE",)), "NONE: not on the order"),
        (LineChange(), "nothing would change"),
    ):
        with pytest.raises(IllegalMoveError, match=f"{problem}.*nothing was changed"):
            change_lines(shop.services, str(order.id), change, actor=ANNA, reason="why")
    assert shop.events(order)[-1].name == "held"


def test_the_next_run_takes_the_place_of_a_held_order_and_orders_what_may_be_ordered(open_shop: OpenShop) -> None:
    shop, order = approved(open_shop)
    first, *others = skus(shop, order)
    change_product(shop, first, status="discontinued")
    submit_order(shop.services, order.id)
    again = shop.order(order.location, shop.plan())
    assert (shop.moves(order)[-1], skus(shop, again)) == ("superseded", others)
    shop.work(lambda: shop.order(order.location).state == "confirmed")
    assert shop.matters() == []
    shop.check_nothing_doubled()


def test_a_held_order_can_be_declined(open_shop: OpenShop) -> None:
    shop, order = approved(open_shop)
    change_product(shop, skus(shop, order)[0], status="discontinued")
    submit_order(shop.services, order.id)
    decline_order(shop.services, str(order.id), actor=ANNA, reason="too late for it")
    assert (shop.orders()[0].state, shop.matters()) == ("declined", [])


def test_a_product_that_a_newer_report_marks_do_not_order_holds_an_order_that_did_not_get_out(
    open_shop: OpenShop,
) -> None:
    shop, order = approved(open_shop)
    here, sku = order.location, skus(shop, order)[0]
    alter(shop, create=Raised(NotSentError("the name of the platform is not known")))
    shop.work(lambda: bool(shop.matters("order_not_sent")))
    shop.world.admin.set_stock(int(here), sku, do_not_order=True)
    assert shop.orders(shop.plan()) == []
    shop.work(lambda: shop.order(here).state == "held")
    assert shop.order(here).hold_reasons == [f"{sku}: The retailer marked the product do-not-order"]
    assert [one.kind for one in shop.matters()] == ["order_held"]


def test_an_archive_that_cannot_be_read_lets_the_order_wait_until_it_can(open_shop: OpenShop) -> None:
    shop, order = approved(open_shop)
    real = alter(shop, create=Raised(NotSentError("the name of the platform is not known")))
    shop.work(lambda: shop.attempts(order) > 0)
    assert shop.orders(shop.plan()) == []
    alter(shop, create=real.create)
    archive = shop.world.folder / "var" / "archive"
    aside = archive.rename(archive.with_name("aside"))
    shop.time_passes()
    submit_order(shop.services, order.id)
    assert shop.orders()[0].state == "approved"
    matter = shop.matter("order_not_sent", order.location)
    assert "it waits, for it cannot be checked before it is sent: the archive" in matter.message
    aside.rename(archive)
    shop.work_until_states("confirmed")
    assert shop.matters() == []
    shop.check_nothing_doubled()


def override(shop: Shop, order: Order, sku: str, **sets: int) -> int:
    company = shop.services.settings.companies[0]
    with shop.services.database.transaction() as session:
        until = today_of(session, company) + timedelta(days=7)
    levels = (sets.get("minimum"), sets.get("maximum"), sets.get("quantity"))
    new = NewOverride(order.location, sku, *levels, until, "it was recalled")
    return set_override(shop.services, company, new, actor=ANNA).rows[0].id


def test_a_quantity_set_to_zero_since_holds_the_order_and_names_who_set_it(open_shop: OpenShop) -> None:
    shop, order = approved(open_shop)
    first, second, third, *_ = skus(shop, order)
    withdraw_override(shop.services, override(shop, order, second, quantity=0), actor=ANNA)
    override(shop, order, third, quantity=5)
    one = override(shop, order, first, quantity=0)
    submit_order(shop.services, order.id)
    held(shop, order, f"{first}: override {one}, set since by {ANNA}, orders nothing of it (it was recalled)")
    approve_order(shop.services, str(order.id), actor=ANNA)
    shop.work_until_states("confirmed")


def test_a_quantity_of_zero_that_the_orders_own_run_used_holds_nothing(open_shop: OpenShop) -> None:
    shop, order = approved(open_shop)
    decline_order(shop.services, str(order.id), actor=ANNA, reason="plan it again")
    first, second, *_ = skus(shop, order)
    override(shop, order, first, quantity=0)
    override(shop, order, second, quantity=7)
    again = shop.order(order.location, shop.plan())
    assert first not in skus(shop, again)
    assert {line.sku: line.quantity for line in shop.lines(again)}[second] == 7
    shop.work(lambda: shop.order(order.location).state == "confirmed")
    assert "held" not in shop.moves(again)


def test_orders_wait_while_the_products_file_has_faults_and_go_out_when_it_is_corrected(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "2", "--creation-delay", "0", times={"resubmit_wait": 3600})
    shop.plan()
    content = products_path(shop).read_text()
    change_product(shop, "00123", status="perhaps")
    for order in shop.orders():
        submit_order(shop.services, order.id)
    assert [(order.state, order.attempts) for order in shop.orders()] == [("approved", 0)] * 2
    (matter,) = shop.matters()
    assert (matter.kind, matter.subject, matter.times_seen) == ("order_not_sent", "products file", 2)
    assert f'{products_path(shop)}:2: status: "perhaps"' in matter.message
    products_path(shop).write_text(content)
    for order in shop.orders():
        submit_order(shop.services, order.id)
    assert {order.state for order in shop.orders()} == {"approved"}  # not due before the wait is over
    shop.time_passes()
    shop.work_until_states("confirmed")
    assert shop.matters() == []
    shop.check_nothing_doubled()


def test_orders_wait_while_the_products_file_is_not_there(open_shop: OpenShop) -> None:
    shop, order = approved(open_shop)
    aside = products_path(shop).rename(shop.world.folder / "aside.csv")
    submit_order(shop.services, order.id)
    (matter,) = shop.matters()
    assert "products.csv: does not exist" in matter.message
    aside.rename(products_path(shop))
    shop.work_until_states("confirmed")
    assert shop.matters() == []


def test_the_products_file_is_read_once_for_however_many_orders(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "8", work={"batch_locations": 8})
    shop.plan()
    found = shop.orders()
    assert len(found) == 8
    before = read_products_version.cache_info().misses
    change_product(shop, "00123", description="another")
    for order in found:
        submit_order(shop.services, order.id)
    assert [shop.attempts(order) for order in found] == [1] * 8
    assert read_products_version.cache_info().misses == before + 1


def test_an_order_that_is_being_sent_is_not_touched(open_shop: OpenShop) -> None:
    shop, order = approved(open_shop)
    sku = skus(shop, order)[0]

    def create(*request: object, **when: object) -> object:
        change_product(shop, sku, status="discontinued")
        submit_order(shop.services, order.id)
        return real.create(*request, **when)  # type: ignore[arg-type]

    real = real_channel(shop)
    alter(shop, create=create)
    shop.work_until_states("confirmed")
    assert (shop.attempts(order), shop.matters()) == (1, [])
    assert "held" not in shop.moves(order)


def test_orders_of_every_desk_are_checked(open_shop: OpenShop) -> None:
    shop = opened(open_shop, "--creation-delay", "0")
    try:
        for place in (FULL, HEADER_FIRST, HEADER_ONLY):
            shop.plan(company=place)
            (order,) = orders_at(shop, place)
            sku = skus(shop, order)[0]
            change_product(shop, sku, status="discontinued")
            submit_order(shop.services, order.id)
            (now,) = orders_at(shop, place)
            assert (now.state, f"{sku}: {DISCONTINUED}" in now.hold_reasons, shop.attempts(order)) == ("held", True, 0)
    finally:
        shop.services.close()
