"""Find what is due and say which step it needs; a message about it is only a hint and may be lost or repeated."""

from __future__ import annotations

from dataclasses import dataclass, field

from replenisher.database import companies, due
from replenisher.purchasing.fulfilment_updates import UpdateState
from replenisher.purchasing.notice_states import NoticeState
from replenisher.purchasing.sale_states import FOLLOWED, SaleState
from replenisher.purchasing.states import AT_PLATFORM, OrderState
from replenisher.services import Services

LIMIT = 500
"""Rows of a kind hinted by one sweep; the next sweep takes the rest."""

SEND = frozenset({OrderState.APPROVED})
FOLLOW = AT_PLATFORM | {OrderState.ACCEPTED}


@dataclass
class Due:
    """Ids of what is due, by the step that it needs."""

    runs: list[int] = field(default_factory=list)
    batches: list[tuple[int, int]] = field(default_factory=list)
    to_send: list[int] = field(default_factory=list)
    to_track: list[int] = field(default_factory=list)
    to_reconcile: list[int] = field(default_factory=list)
    to_announce: list[int] = field(default_factory=list)
    to_settle: list[int] = field(default_factory=list)
    to_fulfil: list[int] = field(default_factory=list)
    to_settle_updates: list[int] = field(default_factory=list)
    to_sell: list[int] = field(default_factory=list)
    to_follow_sales: list[int] = field(default_factory=list)
    to_settle_sales: list[int] = field(default_factory=list)
    jobs: list[tuple[str, str]] = field(default_factory=list)


def sweep(services: Services) -> Due:
    """Mark what is due as hinted and give it, so that a backlog is not announced again every few seconds.

    What belongs to a company that is no longer configured is left alone: nobody knows where to ask.
    """
    rehint = services.settings.times.rehint
    configured = [company.id for company in services.settings.companies]
    found = Due()
    with services.database.transaction() as session:
        companies.beat(session, "sweeper")
        found.runs = due.hint_runs(session, configured, rehint=rehint, limit=LIMIT)
        found.batches = due.hint_batches(session, configured, rehint=rehint, limit=LIMIT)
        for order, state in due.hint_orders(session, configured, rehint=rehint, limit=LIMIT):
            if OrderState(state) in SEND:
                found.to_send.append(order)
            elif OrderState(state) in FOLLOW:
                found.to_track.append(order)
            else:
                found.to_reconcile.append(order)
        for notice, state in due.hint_notices(session, configured, rehint=rehint, limit=LIMIT):
            (found.to_announce if state == NoticeState.READY.value else found.to_settle).append(notice)
        for update, state in due.hint_fulfilment_updates(session, configured, rehint=rehint, limit=LIMIT):
            (found.to_fulfil if state == UpdateState.READY.value else found.to_settle_updates).append(update)
        for sale, state in due.hint_sales(session, configured, rehint=rehint, limit=LIMIT):
            if state == SaleState.READY.value:
                found.to_sell.append(sale)
            elif SaleState(state) in FOLLOWED:
                found.to_follow_sales.append(sale)
            else:
                found.to_settle_sales.append(sale)
        found.jobs = due.hint_jobs(session, configured, rehint=rehint, limit=LIMIT)
    return found
