"""What must hold between settings."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic import SecretStr, ValidationError

from replenisher.config import CompanySettings, PlanningSettings, Platform, Settings, Vendor

Loaded = Callable[..., Settings]
Refused = Callable[..., list[str]]

SECOND = "\n  - {id: 14146, name: Again, platform: retail, time_zone: UTC, planning: {unlisted: order}}"
LAST = "      unlisted: order"


def times(refused: Refused, *lines: str) -> list[str]:
    return refused(("companies:", "times:\n" + "".join(f"  {line}\n" for line in lines) + "companies:"))


def test_a_company_configured_twice_is_told(refused: Refused) -> None:
    assert refused((LAST, LAST + SECOND)) == [
        "19: companies[1].id: company 14146 is configured twice, first as companies[0]"
    ]


def test_a_platform_that_is_not_there_is_told_with_the_nearest(refused: Refused) -> None:
    assert refused(("platform: retail", "platform: retial")) == [
        "15: companies[0].platform: no such platform; nearest valid name: retail"
    ]
    assert refused(("platform: retail", "platform: xyz")) == [
        "15: companies[0].platform: no such platform; platforms has: retail"
    ]


def test_faults_between_settings_are_told_beside_faults_of_single_ones(refused: Refused) -> None:
    faults = refused((LAST, LAST + SECOND), ("id: 5123", "id: five"), ("platform: retail", "platform: retial"))
    assert [fault.split(": ")[1] for fault in faults] == [
        "vendor.id",
        "companies[0].platform",
        "companies[1].id",
        "companies[1].platform",
    ]


def test_the_lease_outlasts_a_call(refused: Refused, loaded: Loaded) -> None:
    assert times(refused, "lease: 50") == [
        (
            "13: times.lease: should be more than deadline_seconds of platform retail (45) plus send_guard (5),"
            " or a call under way would lose its claim"
        )
    ]
    assert loaded(("companies:", "times:\n  lease: 50.1\ncompanies:")).times.lease == 50.1


def test_a_longer_deadline_asks_for_a_longer_lease(refused: Refused) -> None:
    (fault,) = refused(("    username:", "    deadline_seconds: 85\n    username:"))
    assert "times.lease: should be more than deadline_seconds of platform retail (85)" in fault


def test_a_call_ends_before_its_deadline(refused: Refused) -> None:
    faults = refused(("    username:", "    deadline_seconds: 4\n    username:"))
    assert faults == [
        "5: platforms.retail.connect_seconds: should be at most deadline_seconds (4)",
        "5: platforms.retail.read_seconds: should be at most deadline_seconds (4)",
    ]


def test_look_ups_rise_and_end_before_the_settle_window(refused: Refused, loaded: Loaded) -> None:
    assert times(refused, "look_ups: [30, 30]") == ["13: times.look_ups: should rise from each look-up to the next"]
    assert times(refused, "look_ups: [30, 20]") == ["13: times.look_ups: should rise from each look-up to the next"]
    assert times(refused, "settle_window: 900") == [
        "13: times.settle_window: should be more than the last of look_ups (900)"
    ]
    assert loaded(("companies:", "times:\n  settle_window: 901\ncompanies:")).times.settle_window == 901


def test_the_poll_limit_leaves_room_for_a_poll(refused: Refused) -> None:
    assert times(refused, "poll_limit: 5") == ["13: times.poll_limit: should be more than the first of polls (5)"]


def test_work_is_not_announced_again_before_the_next_sweep(refused: Refused) -> None:
    assert times(refused, "rehint: 4") == ["13: times.rehint: should be at least sweep (5)"]


def test_times_that_are_not_numbers_are_told_once(refused: Refused) -> None:
    assert len(times(refused, "lease: long", "polls: [a]", "look_ups: 3")) == 3


def test_the_history_is_not_shorter_than_its_minimum(refused: Refused) -> None:
    assert refused((LAST, f"{LAST}\n    approval:\n      history_orders: 2")) == [
        "19: companies[0].approval.history_minimum: should be at most history_orders (2)"
    ]


def test_excluding_unlisted_products_needs_a_products_file(refused: Refused, loaded: Loaded, config: object) -> None:
    without = ("    planning:\n      unlisted: order\n", "")
    assert refused(without) == [
        (
            "13: companies[0].planning.unlisted: without a products file nothing would be ordered;"
            " name a products_file, or set planning.unlisted: order"
        )
    ]
    own = ("time_zone: America/Regina", "time_zone: America/Regina\n    products_file: config.yaml")
    common = ("vendor:", "products_file: config.yaml\nvendor:")
    assert loaded(without, own).companies[0].planning.unlisted == "exclude"
    assert loaded(without, common).companies[0].planning.unlisted == "exclude"


def test_settings_made_in_a_program_are_checked_too() -> None:
    platform = Platform(
        base_url="https://inventory.example.com/",
        accounts_url="https://accounts.example.com/",
        username="orders",
        password=SecretStr("canary-password"),
        client_id="acme",
        client_secret=SecretStr("canary-secret"),
    )
    company = CompanySettings(
        id="1", name="A", platform="reteil", time_zone="UTC", planning=PlanningSettings(unlisted="order")
    )
    with pytest.raises(ValidationError, match="no such platform; nearest valid name: retail"):
        Settings(vendor=Vendor(id="1", name="A"), platforms={"retail": platform}, companies=(company,))


def test_checks_between_settings_pass_over_what_is_not_there(refused: Refused) -> None:
    text = "vendor: {id: 1, name: A}\nplatforms: {retail: 3}\ncompanies: [3, {name: A, platform: retail}]\n"
    assert [fault.split(": ")[1] for fault in refused(text=text)] == [
        "platforms.retail",
        "companies[0]",
        "companies[1].id",
        "companies[1].time_zone",
        "companies[1].planning.unlisted",
    ]


@pytest.mark.parametrize("what", ["units", "value"])
def test_a_minimum_per_order_above_the_maximum_is_refused_and_an_equal_one_taken(
    refused: Refused, loaded: Loaded, what: str
) -> None:
    limits = f"{LAST}\n      maximum_order_{what}: 10\n      minimum_order_{what}: "
    (fault,) = refused((LAST, limits + "11"))
    assert fault.endswith(
        f"planning.minimum_order_{what}: should be at most maximum_order_{what} (10): no order could keep both"
    )
    assert loaded((LAST, limits + "10")).companies[0].planning_rules().below_order_minimum == "hold"
