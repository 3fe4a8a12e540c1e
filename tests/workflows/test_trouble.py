"""The platform is down, signs us out, or refuses our credentials: what waits, what pauses, what goes on by itself."""

from __future__ import annotations

import pytest

from replenisher.database import companies
from replenisher.errors import NotFoundError, ReplenisherError
from replenisher.services import build
from replenisher.workflows.pauses import resume_company
from tests.workflows.conftest import OpenShop
from tests.workflows.shop import Shop, advance_run


def pauses(shop: Shop) -> dict[str, str | None]:
    with shop.services.database.transaction() as session:
        return {state.company: state.pause_reason for state in companies.states(session)}


def test_a_wrong_password_is_tried_once_and_pauses_every_company_of_the_platform(open_shop: OpenShop) -> None:
    shop = open_shop("--companies", "3")
    shop.workers = 1
    shop.world.admin.call("POST", "credentials", {"password": "changed-by-the-retailer"})
    runs = [shop.open(company=number) for number in range(3)]
    shop.work(lambda: all(pauses(shop).values()))
    assert shop.calls("token") == 1
    assert {matter.company for matter in shop.matters("company_paused")} == set(pauses(shop))
    assert all("refused (invalid_grant)" in str(reason) for reason in pauses(shop).values())
    # Hints that were under way when the pause came, in a process that has not tried the password yet.
    other = build(shop.services.settings)
    shop.time_passes()
    for run in runs:
        advance_run(other, run)
    other.close()
    assert shop.calls("token") == 1
    with pytest.raises(ReplenisherError, match="is paused"):
        shop.open()


def test_after_the_cause_is_corrected_a_resumed_company_goes_on_in_the_same_processes(open_shop: OpenShop) -> None:
    shop = open_shop("--companies", "2")
    password = shop.world.sandbox["password"]
    shop.world.admin.call("POST", "credentials", {"password": "changed-by-the-retailer"})
    run = shop.open()
    shop.work(lambda: all(pauses(shop).values()) and len(pauses(shop)) == 2)
    tried = shop.calls("token")
    shop.world.admin.call("POST", "credentials", {"password": password})
    for company in pauses(shop):
        resume_company(shop.services, company)
    shop.time_passes()
    shop.work(lambda: shop.run(run).state == "closed")
    assert len(shop.work_until_states("confirmed", run=run)) == 3
    assert shop.calls("token") == tried + 1
    assert shop.matters("company_paused") == []
    with pytest.raises(NotFoundError, match="is not paused"):
        resume_company(shop.services, shop.company)


def test_a_password_that_is_refused_while_orders_wait_sends_none_of_them(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "2")
    run = shop.plan()
    shop.world.admin.expire_tokens()
    shop.world.admin.call("POST", "credentials", {"password": "changed-by-the-retailer"})
    shop.work(lambda: all(pauses(shop).values()))
    assert {order.state for order in shop.orders(run)} == {"approved"}
    assert shop.world.admin.audit()["accepted"] == []
    assert [matter.kind for matter in shop.matters()].count("company_paused") == 1


def test_a_company_that_is_not_enabled_any_more_is_paused_alone(open_shop: OpenShop) -> None:
    shop = open_shop("--companies", "2")
    shop.world.admin.call("POST", "access", {"company": int(shop.company), "enabled": False})
    shop.open()
    other = shop.open(company=1)
    shop.work(lambda: bool(pauses(shop).get(shop.company)) and shop.run(other).state == "closed")
    assert [matter.company for matter in shop.matters("company_paused")] == [shop.company]
    assert len(shop.orders(other)) == 3


def test_tokens_that_expire_in_the_middle_of_a_run_are_renewed_once(shop: Shop) -> None:
    shop.plan()
    shop.work_until_states("confirmed")
    before = shop.calls("token")
    shop.world.admin.expire_tokens()
    second = shop.plan()
    assert shop.places(second) == dict.fromkeys(shop.locations, "planned")
    assert shop.calls("token") == before + 1


def test_while_the_platform_is_down_a_run_waits_and_then_goes_on(open_shop: OpenShop) -> None:
    shop = open_shop(work={"maximum_run_attempts": 2})
    shop.fault("inventory_report", "error_503", count=None)
    run = shop.open()
    for _ in range(4):  # more often than a batch whose workers died would be tried
        asked = shop.calls("inventory_report")
        shop.work_until_asked("inventory_report", asked + 6)
        assert shop.places(run) == dict.fromkeys(shop.locations, "pending")
        shop.time_passes()
    shop.world.admin.clear_faults()
    shop.work(lambda: shop.run(run).state == "closed")
    orders = shop.work_until_states("confirmed", run=run)
    assert sorted(order.location for order in orders) == shop.locations
    assert shop.matters("location_refused") == []


def test_a_run_whose_list_of_locations_is_not_answered_starts_later(shop: Shop) -> None:
    shop.fault("enabled_locations", "html_200", count=None)
    run = shop.open()
    shop.work(lambda: bool(shop.matters("platform_unreachable")))
    shop.world.admin.clear_faults()
    shop.time_passes()
    shop.work(lambda: shop.run(run).state == "closed")
    assert shop.matters("platform_unreachable") == []


def test_orders_wait_unsent_while_the_platform_cannot_be_reached(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "1")
    run = shop.plan()
    # No token can be had: surely nothing was sent.
    shop.world.admin.expire_tokens()
    shop.fault("token", "error_503", count=None)
    (order,) = shop.orders(run)
    shop.work(lambda: any(event.name == "not_sent" for event in shop.events(order)))
    shop.world.admin.clear_faults()
    shop.work_until_states("confirmed")
    assert "unknown" not in shop.moves(order)
    shop.check_nothing_doubled()
