"""A company taken out of the configuration: its orders are left alone, and a person hears of them."""

from __future__ import annotations

import pytest

from replenisher.errors import NotFoundError
from replenisher.workflows.approve import decline_order
from replenisher.workflows.plan.due import open_due_runs
from replenisher.workflows.submit import submit_order
from replenisher.workflows.sweep import sweep
from tests.workflows.conftest import OpenShop
from tests.workflows.shop import Shop


@pytest.fixture
def shop(open_shop: OpenShop) -> Shop:
    """Two companies; an order of the first one waits to be sent, and its company is not configured any more."""
    shop = open_shop("--companies", "2", "--locations", "1")
    shop.plan()
    configure(shop, 1)
    return shop


def configure(shop: Shop, *companies: int) -> None:
    """Keep only these of the companies of the configuration."""
    settings = shop.world.settings()
    kept = tuple(settings.companies[number] for number in companies)
    shop.services.settings = settings.model_copy(update={"companies": kept})


def test_nothing_is_hinted_or_claimed_for_a_company_that_is_not_configured(shop: Shop) -> None:
    (order,) = shop.orders()
    shop.time_passes()
    assert sweep(shop.services).to_send == []
    with pytest.raises(NotFoundError, match=shop.company):
        submit_order(shop.services, order.id)
    (left,) = shop.orders()
    assert (left.state, left.attempts, left.fence) == ("approved", 0, 0)
    assert (shop.attempts(order), shop.moves(order), shop.calls("create_purchase_order")) == (0, ["approved"], 0)


def test_the_other_companies_go_on(shop: Shop) -> None:
    other = shop.services.settings.companies[0]
    run = shop.plan()
    assert [order.company for order in shop.work_until_states("confirmed", run=run)] == [other.id]


def test_orders_of_a_company_that_is_not_configured_are_told_until_it_is_configured_again(shop: Shop) -> None:
    open_due_runs(shop.services)
    open_due_runs(shop.services)
    (matter,) = shop.matters()
    assert (matter.kind, matter.company, matter.times_seen) == ("company_not_configured", shop.company, 2)
    assert matter.message.startswith("1 order(s) of company")
    configure(shop, 0, 1)
    open_due_runs(shop.services)
    assert shop.matters() == []
    shop.work_until_states("confirmed")


def test_orders_of_a_company_that_is_not_configured_are_told_until_a_person_has_settled_them(shop: Shop) -> None:
    open_due_runs(shop.services)
    (order,) = shop.orders()
    decline_order(shop.services, str(order.id), actor="person:ann", reason="the contract has ended")
    open_due_runs(shop.services)
    assert shop.matters() == []
