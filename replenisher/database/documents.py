"""Documents that go out once and are then followed: the queries that purchase orders and shipment notices share.

Claim, compare-and-set, history: every write names the state and the fence that it expects.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

from sqlalchemy import func, insert, select, update

from replenisher.database.due import after, not_paused
from replenisher.database.models import CompanyState
from replenisher.database.session import Session
from replenisher.database.tables import Attempt, Document, Event

Row = TypeVar("Row", bound=Document)
State = TypeVar("State", bound=Enum)


@dataclass(frozen=True)
class Ledger(Generic[Row, State]):
    """One kind of document: its tables, the column by which attempts and events name it, and its states.

    A document in state `ready` may be sent; one in state `sending` is held by a worker for the length of its lease.
    `unknown` is one of which nobody knows whether it arrived, `needs_person` one that a person has been asked about.
    `check_move` raises IllegalMoveError for a move that the business lacks. Where `one_by_one` names columns, documents
    that agree in them all go one after another, in the order of their ids: none is sent while an earlier one is ready,
    or any is being sent or in one of the states `undecided`.
    """

    table: type[Row]
    attempts: type[Attempt]
    events: type[Event]
    key: str
    states: type[State]
    ready: State
    sending: State
    unknown: State
    needs_person: State
    check_move: Callable[[State, State], None]
    one_by_one: tuple[str, ...] = ()
    undecided: frozenset[State] = frozenset()

    @property
    def name(self) -> str:
        """What the log calls this kind of document."""
        return str(self.table.__tablename__)

    def claim_for_sending(self, session: Session, document_id: int, *, lease: float, at_once: int) -> Row | None:
        """Take a due document that is ready, for `lease` seconds.

        None when it is not due, not ready any more, held by another worker, its company is paused, or `at_once`
        documents of its company are being sent already.
        """
        table = self.table
        query = (
            select(table)
            .where(
                table.id == document_id,
                table.state == self.ready.value,
                table.next_at <= func.clock_timestamp(),
                not_paused(table),
            )
            .with_for_update(skip_locked=True)
        )
        row = session.execute(query).scalar_one_or_none()
        if row is None:
            return None
        # One claim of a company at a time, or several would each count the others as not yet sending.
        session.execute(select(CompanyState.company).where(CompanyState.company == row.company).with_for_update())
        sending = session.execute(
            select(func.count()).where(table.company == row.company, table.state == self.sending.value)
        ).scalar_one()
        if sending >= at_once or self._must_wait(session, row):
            return None
        statement = (
            update(table)
            .where(table.id == document_id)
            .values(
                state=self.sending.value,
                state_since=func.clock_timestamp(),
                fence=table.fence + 1,
                attempts=table.attempts + 1,
                first_sent_at=func.coalesce(table.first_sent_at, func.clock_timestamp()),
                lease_until=after(lease),
                next_at=after(lease),
                hinted_at=None,
            )
            .returning(table)
            .execution_options(populate_existing=True)
        )
        return session.execute(statement).scalar_one()

    def _must_wait(self, session: Session, row: Row) -> bool:
        """Tell whether another document goes first; claims of a company take turns, so that none slips by."""
        if not self.one_by_one:
            return False
        table = self.table
        same = [getattr(table, name) == getattr(row, name) for name in ("company", *self.one_by_one)]
        undecided = [self.sending.value, *(state.value for state in self.undecided)]
        earlier = (table.state == self.ready.value) & (table.id < row.id)
        query = select(table.id).where(*same, table.id != row.id, table.state.in_(undecided) | earlier).limit(1)
        return session.execute(query).first() is not None

    def record_attempt(self, session: Session, row: Row, *, request_sha256: str, worker: str) -> None:
        """Write that the document is about to be sent; committed before the first byte."""
        values = {"attempt": row.attempts, "fence": row.fence, "request_sha256": request_sha256, "worker": worker}
        session.execute(insert(self.attempts).values({self.key: row.id, **values}))

    def record_claim(self, session: Session, row: Row, *, actor: str) -> None:
        """Append to the history that a document was claimed for sending."""
        self._append(session, row, name="claimed", from_state=self.ready.value, to_state=self.sending, actor=actor)

    def claim_for_looking(
        self, session: Session, document_id: int, *, states: frozenset[State], lease: float
    ) -> Row | None:
        """Take a due document in one of these states to look at it; None when not due, moved on or paused.

        Looking is harmless, so the lease only keeps two workers from asking the same thing at once.
        """
        table = self.table
        statement = (
            update(table)
            .where(
                table.id == document_id,
                table.state.in_([state.value for state in states]),
                table.next_at <= func.clock_timestamp(),
                not_paused(table),
            )
            .values(fence=table.fence + 1, next_at=after(lease), hinted_at=None)
            .returning(table)
        )
        return session.execute(statement).scalar_one_or_none()

    def move(
        self,
        session: Session,
        row: Row,
        to_state: State,
        *,
        name: str,
        actor: str,
        evidence: dict[str, Any] | None = None,
        next_in: float | None = None,
        **values: Any,
    ) -> bool:
        """Compare-and-set the document from the state and fence it was read with, and append the event.

        `next_in` seconds until its next step, None for never. When somebody else moved it meanwhile nothing moves,
        the event is kept as news, and the answer is False.
        """
        self.check_move(self.states(row.state), to_state)
        moved = session.execute(
            self._as_read(row)
            .values(
                state=to_state.value,
                state_since=func.clock_timestamp(),
                next_at=None if next_in is None else after(next_in),
                hinted_at=None,
                lease_until=None,
                **values,
            )
            .returning(self.table.id)
        ).scalar_one_or_none()
        self.add_news(
            session,
            row,
            name=name if moved is not None else f"late_{name}",
            actor=actor,
            evidence=evidence,
            moved_to=to_state if moved is not None else None,
        )
        return moved is not None

    def look_again(self, session: Session, row: Row, *, next_in: float, **values: Any) -> None:
        """Set when a looked-at document is looked at next, unless somebody else has moved it."""
        session.execute(self._as_read(row).values(next_at=after(next_in), hinted_at=None, **values))

    def _as_read(self, row: Row) -> Any:
        """Begin an update that changes the row only while it is as it was read."""
        table = self.table
        return (
            update(table)
            .where(table.id == row.id, table.state == row.state, table.fence == row.fence)
            .execution_options(synchronize_session=False)
        )

    def add_news(
        self,
        session: Session,
        row: Row,
        *,
        name: str,
        actor: str,
        evidence: dict[str, Any] | None = None,
        moved_to: State | None = None,
    ) -> None:
        """Append to the document's history; without `moved_to` it is news that moved nothing."""
        self._append(
            session, row, name=name, from_state=row.state, to_state=moved_to, actor=actor, evidence=evidence or {}
        )

    def _append(self, session: Session, row: Row, *, to_state: State | None, **values: Any) -> None:
        moved_to = None if to_state is None else to_state.value
        values |= {self.key: row.id, "to_state": moved_to, "attempt": row.attempts or None}
        session.execute(insert(self.events).values(values))

    def seconds_in_state(self, session: Session, row: Row) -> float:
        """Tell how long the document has been in its state, by PostgreSQL's clock."""
        age = session.execute(select(func.extract("epoch", func.clock_timestamp() - row.state_since))).scalar_one()
        return float(age)
