"""Overrides in the database: one in force of a kind, used once, withdrawn or replaced, never gone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from replenisher.database import overrides
from replenisher.database.override_models import Override
from replenisher.database.session import Database, Session
from replenisher.purchasing.overrides import NewOverride
from tests.database.rows import COMPANY, LOCATION, add_run, at_once

TODAY = date(2026, 3, 2)
ANNA, BEN = "person:anna", "person:ben"


def levels(minimum: int = 2, maximum: int = 5, *, sku: str = "A", until: date = TODAY) -> NewOverride:
    return NewOverride(LOCATION, sku, minimum, maximum, None, until, "being rebuilt")


def quantity(units: int = 7, *, sku: str = "A", until: date = TODAY) -> NewOverride:
    return NewOverride(LOCATION, sku, None, None, units, until, "opening weekend")


def added(session: Session, *new: NewOverride, for_run: int | None = None) -> list[int]:
    return [row.id for row in overrides.add(session, COMPANY, new, actor=ANNA, for_run=for_run)]


def in_force(session: Session, *, on: date = TODAY, run_id: int | None = None) -> list[int]:
    return [row.id for row in overrides.active(session, COMPANY, on=on, run_id=run_id)]


def state(session: Session, override_id: int, today: date = TODAY) -> str:
    found = overrides.of_id(session, override_id, today)
    assert found is not None
    return found.state.value


def test_an_override_holds_on_its_last_day_and_not_on_the_next(database: Database) -> None:
    with database.transaction() as session:
        (one,) = added(session, levels(until=TODAY))
        assert in_force(session, on=TODAY) == [one]
        assert in_force(session, on=TODAY + timedelta(days=1)) == []
        assert state(session, one) == "in_force"
        assert state(session, one, TODAY + timedelta(days=1)) == "expired"


def test_a_second_one_of_a_kind_replaces_the_first_which_stays_in_the_history(database: Database) -> None:
    with database.transaction() as session:
        first, other = added(session, levels(), quantity())
        (second,) = added(session, levels(0, 0))
        assert sorted(in_force(session)) == sorted([other, second])
        assert state(session, first) == "replaced"
        found = overrides.of_id(session, first, TODAY)
        assert found is not None
        assert (found.override.replaced_by, found.override.withdrawn_by) == (second, ANNA)


def test_a_quantity_is_used_by_the_run_that_planned_its_location_and_by_no_other(database: Database) -> None:
    with database.transaction() as session:
        run, later = add_run(session), add_run(session)
        one, beside = added(session, quantity(0), levels())
        assert overrides.mark_used(session, run, [one, beside], ["elsewhere"]) == 0
        assert overrides.mark_used(session, run, [one, beside], [LOCATION]) == 1
        assert overrides.mark_used(session, later, [one, beside], [LOCATION]) == 0
        assert in_force(session) == [beside]
        assert (state(session, one), state(session, beside)) == ("used", "in_force")


def test_one_that_is_used_makes_room_for_the_next(database: Database) -> None:
    with database.transaction() as session:
        run = add_run(session)
        (one,) = added(session, quantity())
        overrides.mark_used(session, run, [one], [LOCATION])
        (two,) = added(session, quantity(9))
        assert in_force(session) == [two]
        assert state(session, one) == "used"


def test_a_quantity_for_a_named_run_is_for_that_run_alone_and_lapses_with_it(database: Database) -> None:
    with database.transaction() as session:
        named, other = add_run(session, state="open"), add_run(session)
        (one,) = added(session, quantity(), for_run=named)
        assert (in_force(session, run_id=named), in_force(session, run_id=other)) == ([one], [])
        assert state(session, one) == "in_force"
    with database.transaction() as session:
        ended = add_run(session, state="closed")
        (late,) = added(session, quantity(sku="B"), for_run=ended)
        assert state(session, late) == "lapsed"
        shown = overrides.listed(session, COMPANY, TODAY, expired=True)
        assert [one.override.id for one in shown] == [late]


def test_only_what_no_run_has_used_can_be_withdrawn_and_only_once(database: Database) -> None:
    with database.transaction() as session:
        run = add_run(session)
        one, two = added(session, quantity(), levels())
        overrides.mark_used(session, run, [one], [LOCATION])
        assert not overrides.withdraw(session, one, actor=BEN)
        assert overrides.withdraw(session, two, actor=BEN)
        assert not overrides.withdraw(session, two, actor=ANNA)
        assert in_force(session) == []
        found = overrides.of_id(session, two, TODAY)
        assert found is not None
        assert (found.state.value, found.override.withdrawn_by) == ("withdrawn", BEN)


def test_the_list_shows_what_is_in_force_or_what_ran_out_or_everything(database: Database) -> None:
    with database.transaction() as session:
        one, two, three = added(
            session, levels(), quantity(sku="B", until=TODAY - timedelta(days=1)), levels(sku="C", until=TODAY)
        )
        overrides.withdraw(session, three, actor=BEN)

        def shown(*, expired: bool = False, everything: bool = False) -> list[int]:
            found = overrides.listed(session, COMPANY, TODAY, expired=expired, everything=everything)
            return [row.override.id for row in found]

        assert shown() == [one]
        assert shown(expired=True) == [two]
        assert shown(everything=True) == [three, two, one]
        assert overrides.listed(session, "another", TODAY, everything=True) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "levels", "reorder_point": 3, "order_up_to_level": 2},
        {"kind": "levels", "reorder_point": 3, "order_up_to_level": 3, "quantity": 3},
        {"kind": "quantity"},
        {"kind": "quantity", "quantity": -1},
        {"kind": "quantity", "quantity": 1, "reason": "  "},
    ],
    ids=str,
)
def test_the_database_refuses_what_no_override_can_be(database: Database, wrong: dict[str, object]) -> None:
    row = {"company": COMPANY, "location": LOCATION, "sku": "A", "until": TODAY, "reason": "x", "set_by": ANNA}
    with database.transaction() as session:
        statement = insert(Override).values({**row, **wrong})
        with pytest.raises(IntegrityError):
            session.execute(statement)
        session.rollback()


def test_of_people_who_set_the_same_at_once_the_last_one_replaces_the_others(database: Database) -> None:
    made = at_once(database, 4, lambda session, _: added(session, levels())[0])
    with database.transaction() as session:
        assert len(set(made)) == 4
        assert in_force(session) == [max(made)]
