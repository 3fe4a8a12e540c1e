"""What the daemon knows of companies and their locations beyond the configuration."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from replenisher.database import companies
from replenisher.database.session import Database
from replenisher.purchasing.platform import Location
from tests.database.rows import COMPANY, at_once


def place(location: str, name: str = "Main Street") -> Location:
    return Location(COMPANY, location, name, bill_to="b", ship_to="s")


def test_a_company_is_introduced_once_and_keeps_when_it_was_first_seen(database: Database) -> None:
    with database.transaction() as session:
        first = companies.introduce(session, [COMPANY, "another"])
        assert set(first) == {COMPANY, "another"}
        since = first[COMPANY].scheduled_since
    with database.transaction() as session:
        again = companies.introduce(session, [COMPANY])
        assert again[COMPANY].scheduled_since == since
        assert companies.introduce(session, []) == {}
        assert [state.company for state in companies.states(session)] == [COMPANY, "another"]


def test_eight_schedulers_may_introduce_the_same_companies(database: Database) -> None:
    found = at_once(database, 8, lambda session, _: set(companies.introduce(session, ["a", "b", "c"])))
    assert found == [{"a", "b", "c"}] * 8


def test_the_first_reason_of_a_pause_is_kept_until_it_is_lifted(database: Database) -> None:
    with database.transaction() as session:
        assert companies.pause_reason(session, COMPANY) is None
        companies.pause(session, COMPANY, "wrong password")
        companies.pause(session, COMPANY, "403")
        assert companies.pause_reason(session, COMPANY) == "wrong password"
        assert companies.pause_reason(session, "another") is None
    with database.transaction() as session:
        assert companies.resume(session, COMPANY)
        assert not companies.resume(session, COMPANY)
        assert not companies.resume(session, "never seen")
        assert companies.pause_reason(session, COMPANY) is None


def test_a_location_no_longer_listed_is_gone_once_and_may_come_back(database: Database) -> None:
    with database.transaction() as session:
        assert companies.record_locations(session, COMPANY, [place("00123"), place("11412"), place("NA")]) == []
    with database.transaction() as session:
        assert companies.record_locations(session, COMPANY, [place("11412")]) == ["00123", "NA"]
        assert companies.record_locations(session, COMPANY, [place("11412")]) == []
        known = companies.known_locations(session, COMPANY)
        assert {one.location for one in known.values() if one.gone_since} == {"00123", "NA"}
    with database.transaction() as session:
        companies.record_locations(session, COMPANY, [place("00123", "Moved"), place("11412")])
        back = companies.known_locations(session, COMPANY)["00123"]
        assert (back.gone_since, back.name) == (None, "Moved")
        assert back.last_seen_at > back.first_seen_at


def test_an_empty_list_makes_every_location_of_that_company_gone(database: Database) -> None:
    with database.transaction() as session:
        companies.record_locations(session, COMPANY, [place("1")])
        companies.record_locations(session, "another", [place("1")])
        assert companies.record_locations(session, COMPANY, []) == ["1"]
        assert companies.known_locations(session, "another")["1"].gone_since is None


def test_a_location_listed_twice_is_stored_once(database: Database) -> None:
    with database.transaction() as session:
        companies.record_locations(session, COMPANY, [place("1", "first"), place("1", "second")])
        assert companies.known_locations(session, COMPANY)["1"].name == "second"


def test_the_size_of_the_last_good_report_is_remembered(database: Database) -> None:
    with database.transaction() as session:
        companies.record_locations(session, COMPANY, [place("1"), place("2")])
        companies.remember_report_rows(session, COMPANY, {"1": 40, "stranger": 3})
        companies.remember_report_rows(session, COMPANY, {})
    with database.transaction() as session:
        known = companies.known_locations(session, COMPANY)
        assert {location: one.report_rows for location, one in known.items()} == {"1": 40, "2": None}


def test_every_beat_of_a_part_of_the_daemon_replaces_the_last(database: Database) -> None:
    with database.transaction() as session:
        assert companies.heartbeats(session) == {}
        companies.beat(session, "sweeper")
    with database.transaction() as session:
        companies.beat(session, "sweeper")
        companies.beat(session, "scheduler")
        found = companies.heartbeats(session)
    assert set(found) == {"sweeper", "scheduler"}
    assert all(0 <= seconds < 5 for seconds in found.values())


def test_now_is_the_databases_clock_in_utc(database: Database) -> None:
    with database.transaction() as session:
        first, second = companies.now(session), companies.now(session)
    assert first < second
    assert first.utcoffset() == timedelta(0)
    # The server of the tests is on this machine.
    assert abs(first - datetime.now(UTC)) < timedelta(seconds=60)
