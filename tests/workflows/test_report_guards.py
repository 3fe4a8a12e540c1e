"""Reports beside the location's last ones: what is doubted, how a person takes one for good, what is remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import select

from replenisher.config import CompanySettings
from replenisher.database import run_batches
from replenisher.database.report_models import JudgedReport
from replenisher.embedded import EmbeddedServers
from replenisher.errors import IllegalMoveError
from replenisher.purchasing.platform import ReportStamp, ReportWindow
from replenisher.workflows.plan.batch import plan_batch
from replenisher.workflows.plan.rehearse import rehearse
from replenisher.workflows.plan.start import start_run
from replenisher.workflows.replay import replay
from replenisher.workflows.report_guards import accept_report, remembered_locations
from tests.workflows.altered import alter, real_channel
from tests.workflows.counted_shop import opened_counted_shop
from tests.workflows.shop import Shop, fresh_database, opened_shop

ROWS, ON_HAND, SOLD = 10, 40, 12
"""Of a usual report: 400 units on hand and 120 sold. Its rows are at or above their maximum."""
ANNA = "person:anna"


@dataclass
class Feed:
    """Inventory reports as a test wants them, at noon of the day that it says: no midnight comes between two runs."""

    usual: dict[str, pd.DataFrame]
    noon: datetime
    reports: dict[str, pd.DataFrame] = field(default_factory=dict)
    days: int = 0
    before: Callable[[], None] = field(default=lambda: None)

    def inventory(
        self, company: str, locations: Sequence[str], window: ReportWindow, *, within_seconds: float | None = None
    ) -> dict[str, tuple[pd.DataFrame, ReportStamp]]:
        self.before()
        now = datetime.now(UTC)
        return {location: (self.reports[location], ReportStamp(now, now, 100)) for location in locations}

    def platform_now(self) -> datetime:
        return self.noon + timedelta(days=self.days)

    def tell(self, location: str, *, rows: int = ROWS, on_hand: int = ON_HAND, sold: int = SOLD) -> None:
        """Let the location's report have so many rows, each with these units."""
        columns = {"on_hand": on_hand, "sold": sold, "reorder_point": 0, "order_up_to_level": 5}
        clean = {"do_not_order": False, "backordered": 0, "allocated": 0, "transfer_in": 0, "on_order": 0}
        self.reports[location] = self.usual[location].iloc[:rows].assign(**columns, **clean)


@dataclass
class Fed:
    """A shop and its feed; `here` is the location that a test is about, `beside` its neighbour."""

    shop: Shop
    feed: Feed
    here: str
    beside: str

    @property
    def both(self) -> list[str]:
        return [self.here, self.beside]

    def settings(self, **changes: Any) -> CompanySettings:
        """Change settings of the company from now on; gives them."""
        settings = self.shop.services.settings
        company = settings.companies[0].model_copy(update=changes)
        changed = settings.model_copy(update={"companies": (company,)})
        self.shop.services = replace(self.shop.services, settings=changed)
        return company

    def guards(self, **changes: Any) -> None:
        self.settings(guards=self.shop.services.settings.companies[0].guards.model_copy(update=changes))

    def state(self, **told: int) -> str:
        """Let the location tell this, and run; gives what became of it. Its neighbour is planned every time."""
        if told:
            self.feed.tell(self.here, **told)
        places = self.shop.places(self.shop.plan(self.both))
        assert places[self.beside] == "planned"
        return places[self.here]

    def usually(self, runs: int = 3) -> None:
        """Plan some usual reports of one day."""
        for _ in range(runs):
            assert self.state() == "planned"

    def accept(self, reason: str = "a new floor was opened") -> JudgedReport:
        return accept_report(self.shop.services, self.shop.company, self.here, actor=ANNA, reason=reason)

    def memory(self, location: str | None = None) -> list[JudgedReport]:
        """What is remembered of a location, the oldest report first."""
        here = JudgedReport.location == (location or self.here)
        with self.shop.services.database.transaction() as session:
            return list(session.execute(select(JudgedReport).where(here).order_by(JudgedReport.run_id)).scalars())

    def verdicts(self) -> list[str]:
        return [one.verdict for one in self.memory()]

    def refusals(self) -> list[str]:
        """What open exceptions say of refused reports."""
        found = self.shop.matters("location_refused")
        return [one.message for one in found if one.location in self.both]

    def refusal(self) -> str:
        return self.shop.matter("location_refused", self.here).message


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, template: str, servers: EmbeddedServers) -> Iterator[Shop]:
    """A shop with two locations for each test."""
    folder = tmp_path_factory.mktemp("report_guards")
    many = ("--locations", "48", "--retailer-orders", "0")
    with (
        fresh_database(template) as database_url,
        opened_shop(folder, database_url, servers.broker_url, *many) as opened,
    ):
        yield opened


@pytest.fixture(scope="module")
def pairs(shop: Shop) -> Iterator[tuple[str, str]]:
    """Locations that no test has used yet."""
    return iter(list(zip(shop.locations[::2], shop.locations[1::2], strict=True)))


@pytest.fixture
def fed(shop: Shop, pairs: Iterator[tuple[str, str]]) -> Fed:
    """Two locations whose reports are told by the test; both begin with the usual one."""
    here, beside = next(pairs)
    channel = real_channel(shop)
    noon = channel.platform_now().replace(hour=18, minute=0)  # in Regina
    window = ReportWindow(noon.date() - timedelta(days=7), noon.date())
    read = channel.inventory(shop.company, [here, beside], window)
    usual = {location: answer[0] for location, answer in read.items() if not isinstance(answer, Exception)}
    feed = Feed(usual, noon)
    own = replace(shop, services=replace(shop.services))
    alter(own, inventory=feed.inventory, platform_now=feed.platform_now)
    for location in usual:
        feed.tell(location)
    return Fed(own, feed, here, beside)


def test_the_first_report_of_a_location_is_planned_and_remembered(fed: Fed) -> None:
    assert fed.state() == "planned"
    (first,) = fed.memory()
    assert (first.rows, first.on_hand, first.sold, first.report_days) == (10, 400, 120, 7)
    assert (first.verdict, first.reason, first.accepted_by) == ("planned", None, None)
    assert first.first_read_on == first.business_date


def test_rows_may_fall_to_their_share_and_a_report_below_it_is_refused_with_what_to_do(fed: Fed) -> None:
    assert fed.state() == "planned"
    assert fed.state(rows=6) == "planned"
    assert fed.state(rows=3) == "refused"
    assert fed.refusal() == (
        f"location {fed.here}, inventory report: 3 rows, where the last good report had 6; that is 50%, less than "
        "guards.minimum_rows_share = 0.6 allows. If the location really carries less now, lower that share for one "
        f"run. Or take this report for good: `replenisher guards accept --company {fed.shop.company} --location "
        f"{fed.here} --reason TEXT`"
    )
    refused = fed.memory()[-1]
    assert (refused.verdict, refused.rows) == ("refused", 3)
    assert f"location {fed.here}, inventory report: {refused.reason}" == fed.refusal()


@pytest.mark.parametrize(
    ("at_most", "too_much", "says"),
    [
        ({"on_hand": ON_HAND * 5}, {"on_hand": ON_HAND * 20}, "units on hand is 8,000, where the median of the last 3"),
        ({"sold": SOLD * 5}, {"sold": SOLD * 20}, "units sold is 2,400, where the median of the last 3"),
        ({"on_hand": ON_HAND // 5}, {"on_hand": 0}, "units on hand is 0, where the median of the last 3"),
    ],
    ids=["more-on-hand", "more-sold", "nothing-on-hand"],
)
def test_a_total_may_reach_its_factor_and_one_beyond_it_refuses_the_location(
    fed: Fed, at_most: dict[str, int], too_much: dict[str, int], says: str
) -> None:
    fed.usually()
    assert fed.state(**too_much) == "refused"
    assert says in fed.refusal()
    assert "guards.maximum_total_factor = 5" in fed.refusal()
    assert [order for order in fed.shop.orders() if order.location == fed.here] == []
    assert fed.state(**at_most) == "planned"
    assert fed.refusals() == []


def test_two_reports_are_no_median_yet(fed: Fed) -> None:
    fed.usually(2)
    assert fed.state(on_hand=ON_HAND * 20) == "planned"


def test_small_totals_are_not_judged_and_without_a_factor_none_is(fed: Fed) -> None:
    for _ in range(3):
        assert fed.state(on_hand=1, sold=0) == "planned"
    assert fed.state(on_hand=9, sold=0) == "planned"
    assert fed.state(on_hand=10, sold=0) == "refused"
    fed.guards(smallest_judged_total=101)
    assert fed.state(on_hand=10, sold=0) == "planned"
    fed.guards(maximum_total_factor=None)
    assert fed.state(on_hand=9_000, sold=0) == "planned"


def test_units_sold_of_more_days_are_not_compared_with_those_of_fewer(fed: Fed) -> None:
    fed.usually()
    fed.settings(report_days=60)
    assert fed.state(sold=SOLD * 20) == "planned"
    fed.settings(report_days=7)
    assert fed.state(sold=SOLD * 20) == "refused"


def test_the_last_report_again_is_refused_when_it_stands_still_longer_than_a_sale_stays_in_it(fed: Fed) -> None:
    assert fed.state() == "planned"
    for day in (3, 7):
        fed.feed.days = day
        assert fed.state() == "planned"
    # In another order it is the same report.
    fed.feed.reports[fed.here] = fed.feed.reports[fed.here].iloc[::-1].reset_index(drop=True)
    fed.feed.days = 8
    fed.feed.tell(fed.beside, sold=SOLD + 1)
    assert fed.state() == "refused"
    first = fed.memory()[0].business_date
    assert f"the report is the last one again and dated {first}, 8 days ago" in fed.refusal()
    assert "guards.maximum_report_age_days = 7" in fed.refusal()
    assert {one.first_read_on for one in fed.memory()} == {first}
    assert fed.state(sold=SOLD + 1) == "planned"
    assert fed.memory()[-1].first_read_on == first + timedelta(days=8)


def test_a_report_that_does_not_tell_of_our_order_is_refused_and_orders_nothing_twice(fed: Fed) -> None:
    fed.feed.tell(fed.here)
    needy = fed.feed.reports[fed.here].assign(reorder_point=50, order_up_to_level=60)
    fed.feed.reports[fed.here] = needy
    run = fed.shop.plan(fed.both)
    (order,) = fed.shop.work_until_states("confirmed", run=run)
    assert order.location == fed.here
    assert order.units >= 20 * ROWS  # in whole packs
    for _ in range(2):  # also when the last report was refused itself
        assert fed.state() == "refused"
    assert f"though our order {order.vendor_invoice_number} has reached the platform between the two" in fed.refusal()
    assert f"guards accept --company {fed.shop.company} --location {fed.here}" in fed.refusal()
    # On order for one SKU more is another report.
    fed.feed.reports[fed.here] = needy.assign(on_order=20)
    assert fed.state() == "planned"
    assert [one.id for one in fed.shop.orders() if one.location == fed.here] == [order.id]
    # And that one may come again: it has the order.
    assert fed.state() == "planned"


def test_a_person_may_say_that_a_report_without_our_order_is_right(fed: Fed) -> None:
    needy = fed.feed.reports[fed.here].assign(reorder_point=50, order_up_to_level=60)
    fed.feed.reports[fed.here] = needy
    (order,) = fed.shop.work_until_states("confirmed", run=fed.shop.plan(fed.both))
    assert fed.state() == "refused"
    fed.accept("the retailer deleted the order")
    assert fed.state() == "planned"
    assert [one.units for one in fed.shop.orders() if one.location == fed.here] == [order.units] * 2


def test_a_dry_run_misses_our_order_too(fed: Fed) -> None:
    fed.feed.reports[fed.here] = fed.feed.reports[fed.here].assign(reorder_point=50, order_up_to_level=60)
    fed.shop.work_until_states("confirmed", run=fed.shop.plan(fed.both))
    told = rehearse(fed.shop.services, fed.shop.services.settings.companies[0], fed.both, lambda _done, _of: None)
    assert "has reached the platform between the two" in told.refused[fed.here]
    assert [one.location for one in told.locations] == [fed.beside]


def test_days_may_be_fewer_and_a_report_that_tells_of_no_sale_may_stay_as_it_is(fed: Fed) -> None:
    fed.guards(maximum_report_age_days=1, maximum_total_factor=None)
    fed.state()
    fed.feed.days = 1
    assert fed.state() == "planned"
    fed.feed.days = 2
    fed.feed.tell(fed.beside, sold=0)
    assert fed.state() == "refused"
    for day in (3, 30):
        fed.feed.days = day
        assert fed.state(sold=0) == "planned"


def test_a_level_that_changed_is_refused_every_time_until_a_person_accepts_it(fed: Fed) -> None:
    fed.usually()
    for times in (1, 2, 3):
        assert fed.state(on_hand=ON_HAND * 20 + times) == "refused"
        assert fed.shop.matter("location_refused", fed.here).times_seen == times
    assert fed.verdicts() == ["planned"] * 3 + ["refused"]
    accepted = fed.accept("a new floor was opened")
    assert (accepted.verdict, accepted.on_hand, accepted.accepted_by) == ("accepted", 8_030, ANNA)
    assert (accepted.accept_reason, accepted.accepted_at is None) == ("a new floor was opened", False)
    assert fed.refusals() == [fed.refusal()]
    assert fed.state() == "planned"
    assert fed.refusals() == []
    assert fed.verdicts() == ["planned"] * 3 + ["accepted", "planned"]


def test_medians_begin_again_with_the_accepted_report(fed: Fed) -> None:
    fed.usually()
    fed.state(on_hand=ON_HAND * 20)
    fed.accept()
    (here,) = remembered_locations(fed.shop.services, location=fed.here)
    assert (here.newest.verdict, here.usual_on_hand) == ("accepted", None)
    for _ in range(2):
        assert fed.state(on_hand=ON_HAND * 20) == "planned"
    (here,) = remembered_locations(fed.shop.services, location=fed.here)
    assert (here.usual_on_hand, here.usual_sold) == (8_000, 120)
    assert fed.state(on_hand=ON_HAND) == "refused"


def test_an_accepted_number_of_rows_is_the_usual_one(fed: Fed) -> None:
    fed.state()
    assert fed.state(rows=4) == "refused"
    fed.accept()
    assert fed.state() == "planned"
    assert fed.state(rows=2) == "refused"
    assert "2 rows, where the last good report had 4" in fed.refusal()


def test_the_age_of_an_accepted_report_is_counted_anew(fed: Fed) -> None:
    fed.guards(maximum_report_age_days=1)
    fed.state()
    fed.feed.tell(fed.beside, sold=0)
    fed.feed.days = 2
    assert fed.state() == "refused"
    fed.accept("closed since Monday")
    fed.feed.days = 3
    assert fed.state() == "planned"
    fed.feed.days = 4
    assert fed.state() == "refused"


def test_only_the_newest_report_and_only_a_refused_one_can_be_accepted(fed: Fed) -> None:
    fed.state()
    with pytest.raises(IllegalMoveError, match="was planned from: there is nothing to accept"):
        fed.accept()
    fed.state(rows=2)
    fed.state(rows=ROWS)
    with pytest.raises(IllegalMoveError, match="was planned from"):
        fed.accept()
    assert fed.verdicts() == ["planned", "refused", "planned"]


def test_an_empty_report_is_accepted_by_the_setting_alone(fed: Fed) -> None:
    fed.state()
    assert fed.state(rows=0) == "refused"
    assert "the report is empty" in fed.refusal()
    with pytest.raises(IllegalMoveError, match=r"is empty: nothing could be planned from it\. .*accept_empty: true"):
        fed.accept()
    fed.guards(accept_empty=True)
    assert fed.state() == "refused"
    assert "0 rows, where the last good report had 10" in fed.refusal()
    fed.accept("cleared out")
    assert fed.state() == "planned"


def test_a_rehearsal_refuses_what_a_run_would_and_remembers_nothing(fed: Fed) -> None:
    fed.usually()
    fed.feed.tell(fed.here, on_hand=ON_HAND * 20)
    found = rehearse(fed.shop.services, fed.shop.services.settings.companies[0], fed.both, lambda _done, _of: None)
    assert "units on hand is 8,000" in found.refused[fed.here]
    assert [one.location for one in found.locations] == [fed.beside]
    assert fed.verdicts() == ["planned"] * 3


def test_a_batch_that_two_workers_did_is_remembered_once(fed: Fed) -> None:
    run = fed.shop.open(fed.both)
    start_run(fed.shop.services, run)

    def another_worker_does_it_meanwhile() -> None:
        fed.feed.before = lambda: None
        fed.shop.time_passes()
        plan_batch(fed.shop.services, run, 0)

    fed.feed.before = another_worker_does_it_meanwhile
    plan_batch(fed.shop.services, run, 0)
    with fed.shop.services.database.transaction() as session:
        assert [batch.fence for batch in run_batches.batches_of(session, run)] == [2]
    fed.shop.work(lambda: fed.shop.run(run).state == "closed")
    plan_batch(fed.shop.services, run, 0)
    for location in fed.both:
        assert [(one.run_id, one.verdict) for one in fed.memory(location)] == [(run, "planned")]


def test_a_replay_sees_the_verdicts_of_then(fed: Fed) -> None:
    fed.usually()
    fed.feed.tell(fed.here, on_hand=ON_HAND * 20)
    refusing = fed.shop.plan(fed.both)
    fed.accept()
    fed.guards(maximum_total_factor=1.5)
    planning = fed.shop.plan(fed.both)
    assert fed.shop.places(planning)[fed.here] == "planned"
    before = fed.memory()
    for run, rows in ((refusing, ROWS), (planning, 2 * ROWS)):
        again = replay(fed.shop.services, run)
        assert (again.same, again.rows) == (True, rows)
    assert [one.verdict for one in fed.memory()] == [one.verdict for one in before]
    assert fed.shop.places(refusing)[fed.here] == "refused"


def test_a_derived_stock_is_not_judged(tmp_path: Path, database_url: str, servers: EmbeddedServers) -> None:
    with opened_counted_shop(tmp_path, database_url, servers.broker_url) as shop:
        shop.count_shelves()
        assert set(shop.places(shop.plan()).values()) == {"planned"}
        assert remembered_locations(shop.services) == []
