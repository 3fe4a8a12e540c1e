"""How companies stand at their platforms is kept as last told."""

from __future__ import annotations

from replenisher.database.session import Database
from replenisher.database.standings import record_standings, standings


def test_the_last_word_on_a_company_is_kept_and_others_are_left_alone(database: Database) -> None:
    with database.transaction() as session:
        assert standings(session) == {}
        record_standings(session, {"14146": "enabled", "20871": "pending"})
    with database.transaction() as session:
        first = standings(session)["14146"].seen_at
        record_standings(session, {"14146": "disabled"})
    with database.transaction() as session:
        found = standings(session)
    assert {company: one.standing for company, one in found.items()} == {"14146": "disabled", "20871": "pending"}
    assert found["14146"].seen_at > first


def test_nothing_told_is_nothing_kept(database: Database) -> None:
    with database.transaction() as session:
        record_standings(session, {})
        assert standings(session) == {}
