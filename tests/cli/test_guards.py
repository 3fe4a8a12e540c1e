"""The guards' memory as a person sees it, and taking a refused report for good."""

from __future__ import annotations

import csv
from datetime import date, timedelta

import pytest
from sqlalchemy import func, insert

from replenisher.database.models import KnownLocation, PlanningRun
from replenisher.database.report_memory import Judgement, remember
from replenisher.database.session import Database
from tests.cli.conftest import Typed
from tests.world import World

COMPANY, GOOD, BAD, EMPTY = "14146", "11412", "11413", "11414"
DAY = date(2026, 3, 2)
ACCEPT = f"guards accept --company {COMPANY}"


def judged(location: str, rows: int, reason: str | None = None, on_hand: int = 900) -> Judgement:
    return Judgement(location, rows, on_hand, 120, 7, f"{rows:064d}", DAY, DAY - timedelta(days=1), reason)


@pytest.fixture
def runs(dark_world: World, database: Database) -> list[int]:
    """Four runs: three planned every location, in the last one only the good location; gives their ids."""
    dark_world.write()
    made = []
    with database.transaction() as session:
        for place in (GOOD, BAD, EMPTY):
            names = {"name": place, "bill_to": place, "ship_to": place, "report_rows": 250}
            session.execute(insert(KnownLocation).values(company=COMPANY, location=place, **names))
        for number in range(4):
            slot = {"kind": "scheduled", "slot": func.now() + timedelta(hours=number), "cut_off_at": func.now()}
            row = {"company": COMPANY, "state": "closed", "engine_version": "0", **slot}
            made.append(session.execute(insert(PlanningRun).values(row).returning(PlanningRun.id)).scalar_one())
        for run in made[:3]:
            remember(session, COMPANY, run, [judged(place, 250) for place in (GOOD, BAD, EMPTY)])
        last = [judged(GOOD, 251), judged(BAD, 25, "25 rows, [bold]where"), judged(EMPTY, 0, "empty", 0)]
        remember(session, COMPANY, made[3], last)
    return made


def test_every_location_is_listed_with_its_last_verdict_and_what_is_usual(typed: Typed, runs: list[int]) -> None:
    ended = typed("guards list")
    assert ended.code == 0, ended.said
    rows = {line.split()[1]: line for line in ended.out.splitlines() if line.startswith(COMPANY)}
    assert list(rows) == [GOOD, BAD, EMPTY]
    assert ("planned" in rows[GOOD], "refused" in rows[BAD]) == (True, True)
    assert "[bold]where" in ended.out
    good, bad, _ = typed(f"guards list --company {COMPANY} --json").data
    assert (good["run_id"], good["rows"], good["usual_on_hand"], good["usual_sold"]) == (runs[3], 251, 900, 120)
    assert [report["verdict"] for report in bad["reports"]] == ["planned"] * 3 + ["refused"]
    assert (bad["business_date"], bad["first_read_on"]) == (str(DAY), str(DAY - timedelta(days=1)))


def test_refused_ones_alone_or_one_location_with_every_report(typed: Typed, runs: list[int]) -> None:
    assert [one["location"] for one in typed("guards list --refused --json").data] == [BAD, EMPTY]
    assert typed(f"guards list --refused --location {GOOD}").out.strip() == "no location's last report was refused"
    ended = typed(f"guards list --location {BAD}")
    assert f"Reports of location {BAD} of company {COMPANY}, the newest first" in ended.said
    assert ended.out.count("planned") == 3


def test_a_file_has_every_location(typed: Typed, runs: list[int], dark_world: World) -> None:
    assert typed("guards list --csv reports.csv").code == 0
    with (dark_world.folder / "reports.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["location"], row["verdict"]) for row in rows] == [
        (GOOD, "planned"),
        (BAD, "refused"),
        (EMPTY, "refused"),
    ]


def test_before_any_run_nothing_is_remembered(typed: Typed, dark_world: World) -> None:
    dark_world.write()
    assert typed("guards list").out.strip() == "no report has been judged yet"
    ended = typed(f"guards list --location {GOOD}")
    assert (ended.code, f"no report of location {GOOD} has been judged yet" in ended.err) == (6, True)


def test_a_refused_report_is_accepted_with_who_did_it_and_why(typed: Typed, runs: list[int], me: str) -> None:
    ended = typed(f"{ACCEPT} --location {BAD} --reason 'half of it moved to [11412]'")
    assert ended.code == 0, ended.said
    assert f"location {BAD}: its report of run {runs[3]} (25 rows, 900 on hand, 120 sold) is the last good one" in (
        ended.said
    )
    assert f"replenisher run --company {COMPANY}" in ended.said
    (row,) = typed(f"guards list --location {BAD} --json").data
    newest = row["reports"][-1]
    assert (newest["verdict"], newest["reason"]) == ("accepted", "25 rows, [bold]where")
    assert (newest["accepted_by"], newest["accept_reason"]) == (me, "half of it moved to [11412]")
    assert row["usual_on_hand"] is None
    assert f"accepted by {me}: half of it moved to [11412]" in typed("guards list").said


def test_the_rows_of_an_accepted_report_are_the_usual_ones(typed: Typed, runs: list[int], database: Database) -> None:
    typed(f"{ACCEPT} --location {BAD} --reason moved")
    with database.transaction() as session:
        rows = {one.location: one.report_rows for one in session.query(KnownLocation)}
    assert rows == {GOOD: 250, BAD: 25, EMPTY: 250}


def test_what_cannot_be_accepted_is_told_and_the_others_are(typed: Typed, runs: list[int], me: str) -> None:
    ended = typed(f"{ACCEPT} --location {GOOD} --location 99 --location {EMPTY} --location {BAD} --reason moved")
    assert ended.code == 6
    told = " ".join(ended.err.split())
    assert f"{GOOD}: not accepted: the newest report of location {GOOD}, of run {runs[3]}, was planned from" in told
    assert "99: not accepted: no report of location 99 of company 14146 has been judged yet" in told
    assert "is empty: nothing could be planned from it" in told
    assert f"set guards.accept_empty: true for company {COMPANY}" in told
    assert f"location {BAD}: its report of run {runs[3]}" in ended.said
    again = typed(f"{ACCEPT} --location {BAD} --reason 'once more'")
    assert (again.code, f"was accepted already by {me}: moved" in again.said) == (6, True)


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        ("--company 1414 --location 11413 --reason moved", 6, "nearest: 14146"),
        (f"--company {COMPANY} --location 11413 --reason ' '", 2, "should not be empty"),
        (f"--company {COMPANY} --location 11413", 2, "--reason"),
        (f"--company {COMPANY} --reason moved", 2, "--location"),
        ("--location 11413 --reason moved", 2, "--company"),
    ],
)
def test_what_is_missing_or_not_there_is_named(
    typed: Typed, runs: list[int], options: str, code: int, says: str
) -> None:
    ended = typed(f"guards accept {options}")
    assert (ended.code, says in ended.said) == (code, True), ended.said
    assert [one["verdict"] for one in typed("guards list --json").data] == ["planned", "refused", "refused"]


def test_a_company_that_is_not_configured_has_no_list(typed: Typed, runs: list[int]) -> None:
    assert typed("guards list --company 999").code == 6
