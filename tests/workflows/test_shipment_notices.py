"""A shipment is announced once, whatever happens to the worker, to the answer, or to the file it came from."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from replenisher.database.notices import NOTICES
from replenisher.errors import (
    CredentialsError,
    ExistsError,
    ForbiddenError,
    IllegalMoveError,
    NotSentError,
    RefusedError,
)
from replenisher.purchasing.platform import NoticeAccepted, NoticeLine, NoticeRequest
from replenisher.workflows.ship.announce import announce_notice
from replenisher.workflows.ship.by_hand import cancel_notice, resend_notice, settle_by_hand
from replenisher.workflows.ship.settle import settle_notice
from tests.patience import PATIENCE_SECONDS
from tests.workflows.conftest import OpenShop
from tests.workflows.dock import Dock, lost_answer, opened_dock, raising

WHY = {"actor": "person:ann", "reason": "the retailer says so"}


@pytest.fixture
def dock(open_shop: OpenShop, tmp_path: Path) -> Dock:
    """One location with a confirmed order, and a desk that lists notices."""
    return opened_dock(open_shop("--locations", "1"), tmp_path)


def test_an_imported_shipment_is_sent_once_with_its_lines_and_serial_numbers(dock: Dock) -> None:
    order = dock.order()
    notice = dock.work_until(dock.import_one(order, units=2, serials=("b2", "A1")), "sent")
    (taken,) = dock.desk.held
    sku = next(iter(dock.lines(order)))
    assert taken.lines == (NoticeLine(sku, 2, ("A1", "b2")),)
    assert (taken.vendor_invoice_number, taken.platform_order_id) == (
        order.vendor_invoice_number,
        order.platform_order_id,
    )
    assert (taken.carrier, str(taken.shipped_at), taken.location) == ("UPS", "2026-03-02 15:30:00", order.location)
    assert dock.names(notice) == ["imported", "claimed", "accepted"]
    assert dock.shop.matters() == []


def test_a_worker_that_dies_after_its_claim_leaves_a_notice_that_is_looked_up_and_not_there(dock: Dock) -> None:
    notice = claimed_and_left(dock)
    waiting = dock.work_until(notice, "needs_person")
    assert dock.desk.held == []
    assert dock.names(waiting)[2:4] == ["lease_expired", "looked_up_absent"]
    assert "does not list it" in dock.shop.matter("notice_needs_person", waiting.location).message


def claimed_and_left(dock: Dock) -> Any:
    notice = dock.import_one()
    with dock.shop.services.database.transaction() as session:
        claimed = NOTICES.claim_for_sending(session, notice.id, lease=0.1, at_once=8)
        assert claimed is not None
        NOTICES.record_claim(session, claimed, actor="dead:1")
    return notice


def test_a_worker_that_dies_after_the_desk_took_the_notice_leaves_one_that_is_found(dock: Dock) -> None:
    class DiedError(BaseException):
        """The process ends."""

    def die(_: NoticeRequest, take: Any) -> NoticeAccepted:
        take()
        raise DiedError

    dock.desk.behaviours.append(die)
    notice = dock.import_one(units=1, serials=("S-1",))
    with pytest.raises(DiedError):
        announce_notice(dock.shop.services, notice.id)
    assert dock.notice(notice.shipment_number).state == "submitting"
    dock.shop.time_passes()  # its lease is over
    found = dock.work_until(notice, "sent")
    assert (dock.desk.count(notice.shipment_number), found.attempts) == (1, 1)
    assert dock.names(found)[-2:] == ["lease_expired", "found"]
    assert dock.shop.matters() == []


def test_a_lost_answer_is_settled_by_the_platforms_list(dock: Dock) -> None:
    dock.desk.behaviours.append(lost_answer)
    notice = dock.work_until(dock.import_one(), "sent")
    assert dock.desk.count(notice.shipment_number) == 1
    assert dock.names(notice) == ["imported", "claimed", "ambiguous", "found"]


def test_a_notice_that_exists_already_is_looked_up_at_once(dock: Dock) -> None:
    def exists(_: NoticeRequest, take: Any) -> NoticeAccepted:
        take()
        raise ExistsError("a notice with this number exists")

    dock.desk.behaviours.append(exists)
    notice = dock.work_until(dock.import_one(), "sent")
    assert dock.names(notice)[-2:] == ["exists", "found"]


def test_a_notice_that_the_platform_has_with_other_lines_needs_a_person(dock: Dock) -> None:
    def changed(notice: NoticeRequest, _: Any) -> NoticeAccepted:
        line = notice.lines[0]
        dock.desk.held.append(
            NoticeRequest(**{**notice.__dict__, "lines": (NoticeLine(line.sku, line.quantity + 1, ()),)})
        )
        return lost_answer(notice, lambda: NoticeAccepted("", ""))

    dock.desk.behaviours.append(changed)
    notice = dock.work_until(dock.import_one(units=1), "needs_person")
    assert "sent 1, the platform's notice says 2" in dock.shop.matter("notice_needs_person", notice.location).message
    settled = settle_by_hand(dock.shop.services, notice.shipment_number, **WHY)
    assert (settled.state, settled.next_at) == ("sent", None)
    assert dock.shop.matters() == []
    assert dock.events(settled)[-1].actor == "person:ann"


def test_a_refused_notice_is_told_and_frees_its_units_and_serial_numbers(dock: Dock) -> None:
    dock.desk.behaviours.append(raising(RefusedError("unknown product")))
    refused = dock.work_until(dock.import_one(units=1, serials=("S-1",)), "refused")
    assert "unknown product" in dock.shop.matter("notice_refused", refused.location).message
    again = dock.work_until(dock.import_one(units=1, serials=("s-1",)), "sent")
    assert dock.desk.count(again.shipment_number) == 1
    with pytest.raises(IllegalMoveError, match=f"S-1 is on shipment notice {again.shipment_number}"):
        resend_notice(dock.shop.services, refused.shipment_number, **WHY)
    assert dock.notice(refused.shipment_number).state == "refused"


def test_a_person_sends_a_refused_notice_again_when_the_cause_is_gone(dock: Dock) -> None:
    dock.desk.behaviours.append(raising(RefusedError("the product is locked")))
    refused = dock.work_until(dock.import_one(units=1, serials=("S-1",)), "refused")
    assert resend_notice(dock.shop.services, str(refused.id), **WHY).state == "ready"
    assert dock.work_until(refused, "sent").attempts == 2
    assert dock.shop.matters() == []


def test_what_surely_was_not_sent_is_sent_again_and_told_when_it_goes_on(dock: Dock) -> None:
    dock.desk.behaviours.extend([raising(NotSentError("no route"))] * 5)
    notice = dock.import_one()
    dock.shop.work(lambda: bool(dock.shop.matters("notice_not_sent")))
    assert "tried 5 times" in dock.shop.matter("notice_not_sent", notice.location).message
    assert dock.work_until(notice, "sent").attempts == 6
    assert dock.shop.matters() == []


@pytest.mark.parametrize(
    ("error", "state"), [(ForbiddenError("not enabled"), "needs_person"), (CredentialsError("no such user"), "ready")]
)
def test_a_company_that_may_not_announce_is_paused(dock: Dock, error: Exception, state: str) -> None:
    dock.desk.behaviours.append(raising(error))
    notice = dock.import_one()
    announce_notice(dock.shop.services, notice.id)
    assert dock.notice(notice.shipment_number).state == state
    assert len(dock.shop.matters("company_paused")) == 1
    dock.shop.time_passes()
    announce_notice(dock.shop.services, notice.id)
    assert dock.notice(notice.shipment_number).attempts == 1


def test_of_two_workers_that_want_one_notice_one_sends_it(dock: Dock) -> None:
    start = threading.Barrier(6)
    notice = dock.import_one()

    def one(_: int) -> None:
        start.wait(PATIENCE_SECONDS)
        announce_notice(dock.shop.services, notice.id)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(one, range(6)))
    assert dock.desk.count(notice.shipment_number) == 1


def test_an_answer_that_comes_after_the_lease_settles_the_notice(open_shop: OpenShop, tmp_path: Path) -> None:
    dock = opened_dock(open_shop("--locations", "1"), tmp_path, lists=False)

    def late(_: NoticeRequest, take: Any) -> NoticeAccepted:
        dock.shop.time_passes()
        settle_notice(dock.shop.services, notice.id)
        assert dock.notice(notice.shipment_number).state == "unknown"
        return take()  # type: ignore[no-any-return]

    dock.desk.behaviours.append(late)
    notice = dock.import_one()
    announce_notice(dock.shop.services, notice.id)
    settled = dock.notice(notice.shipment_number)
    assert (settled.state, settled.next_at) == ("sent", None)
    assert dock.names(settled)[-2:] == ["late_accepted", "accepted_late"]


def test_an_answer_that_comes_after_a_person_sent_the_notice_again_is_told(open_shop: OpenShop, tmp_path: Path) -> None:
    dock = opened_dock(open_shop("--locations", "1"), tmp_path, lists=False)

    def late(_: NoticeRequest, take: Any) -> NoticeAccepted:
        dock.shop.time_passes()
        settle_notice(dock.shop.services, notice.id)
        dock.shop.time_passes()
        settle_notice(dock.shop.services, notice.id)
        resend_notice(dock.shop.services, notice.shipment_number, **WHY)
        return take()  # type: ignore[no-any-return]

    dock.desk.behaviours.append(late)
    notice = dock.import_one()
    announce_notice(dock.shop.services, notice.id)
    assert dock.notice(notice.shipment_number).state == "ready"
    assert "see that it is not there twice" in dock.shop.matter("notice_accepted_late", notice.location).message


@pytest.mark.parametrize(("unanswered", "state"), [("needs_person", "needs_person"), ("sent", "sent")])
def test_where_notices_cannot_be_listed_the_configuration_decides(
    open_shop: OpenShop, tmp_path: Path, unanswered: str, state: str
) -> None:
    shop = open_shop("--locations", "1", company={"notices": {"unanswered": unanswered}})
    dock = opened_dock(shop, tmp_path, lists=False)
    dock.desk.behaviours.append(lost_answer)
    notice = dock.work_until(dock.import_one(), state)
    assert (dock.desk.count(notice.shipment_number), dock.desk.look_ups) == (1, 0)
    assert len(dock.shop.matters("notice_needs_person")) == (state == "needs_person")
    assert notice.next_at is None


def test_an_echo_of_other_lines_is_told_and_the_notice_stays_sent(dock: Dock) -> None:
    def garbled(notice: NoticeRequest, take: Any) -> NoticeAccepted:
        take()
        line = notice.lines[0]
        return NoticeAccepted(notice.shipment_number, "taken", (NoticeLine(line.sku, line.quantity, ("other",)),))

    dock.desk.behaviours.append(garbled)
    notice = dock.work_until(dock.import_one(units=1, serials=("S-1",)), "sent")
    text = dock.shop.matter("notice_echo", notice.location).message
    assert "serial number s-1 was sent, and not on the platform's notice" in text
    assert "serial number other was never sent" in text


def test_a_cancelled_notice_is_not_sent_and_its_shipment_is_not_imported_again(dock: Dock) -> None:
    notice = dock.import_one(units=1, serials=("S-1",))
    assert cancel_notice(dock.shop.services, notice.shipment_number, **WHY).state == "cancelled"
    announce_notice(dock.shop.services, notice.id)
    assert dock.desk.held == []
    with pytest.raises(IllegalMoveError, match="is cancelled; only one of these"):
        resend_notice(dock.shop.services, notice.shipment_number, **WHY)
    other = dock.work_until(dock.import_one(units=1, serials=("S-1",)), "sent")
    assert other.shipment_number != notice.shipment_number


def test_a_sent_notice_cannot_be_taken_back(dock: Dock) -> None:
    notice = dock.work_until(dock.import_one(), "sent")
    for decide in (cancel_notice, resend_notice, settle_by_hand):
        with pytest.raises(IllegalMoveError, match="is sent"):
            decide(dock.shop.services, notice.shipment_number, **WHY)
