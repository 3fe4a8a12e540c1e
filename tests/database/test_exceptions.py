"""One open matter is one row, however often it is seen; settled, it makes room for the next time."""

from __future__ import annotations

from dataclasses import replace

from replenisher.database import exceptions
from replenisher.database.exceptions import Matter
from replenisher.database.models import PlannerException
from replenisher.database.session import Database
from tests.database.rows import COMPANY, at_once

REFUSED = Matter(
    COMPANY, "report_refused", "11412", "the report is empty", location="11412", report="inventory", run_id=1
)


def open_matters(database: Database) -> list[PlannerException]:
    with database.transaction() as session:
        return list(exceptions.listed(session))


def test_a_matter_is_kept_with_where_it_is(database: Database) -> None:
    with database.transaction() as session:
        exceptions.raise_matter(session, replace(REFUSED, sku="00123", order_id=7))
    (kept,) = open_matters(database)
    assert (kept.location, kept.sku, kept.report, kept.run_id, kept.order_id) == ("11412", "00123", "inventory", 1, 7)
    assert (kept.message, kept.times_seen) == ("the report is empty", 1)


def test_the_same_matter_again_is_counted_and_takes_the_newest_text_and_run(database: Database) -> None:
    for run, message in ((1, "the report is empty"), (2, "the report is halved"), (None, "the report is late")):
        with database.transaction() as session:
            exceptions.raise_matter(session, replace(REFUSED, run_id=run, message=message))
    (kept,) = open_matters(database)
    assert (kept.times_seen, kept.run_id, kept.message) == (3, 2, "the report is late")
    assert kept.last_seen_at > kept.raised_at


def test_another_company_kind_or_subject_is_another_matter(database: Database) -> None:
    others = [replace(REFUSED, company="another"), replace(REFUSED, kind="other"), replace(REFUSED, subject="00123")]
    with database.transaction() as session:
        for matter in (REFUSED, *others):
            exceptions.raise_matter(session, matter)
    assert len(open_matters(database)) == 4


def test_eight_workers_that_see_one_matter_write_one_row(database: Database) -> None:
    at_once(database, 8, lambda session, _: exceptions.raise_matter(session, REFUSED))
    (kept,) = open_matters(database)
    assert kept.times_seen == 8


def test_a_settled_matter_is_closed_and_opens_anew_when_it_comes_back(database: Database) -> None:
    with database.transaction() as session:
        exceptions.raise_matter(session, REFUSED)
        assert exceptions.resolve(session, COMPANY, ["11412", "00123"], ["report_refused"]) == 1
        assert exceptions.resolve(session, COMPANY, ["11412"], ["report_refused"]) == 0
    assert open_matters(database) == []
    with database.transaction() as session:
        exceptions.raise_matter(session, REFUSED)
        assert [one.times_seen for one in exceptions.listed(session, everything=True)] == [1, 1]
    assert len(open_matters(database)) == 1


def test_only_what_has_settled_is_closed(database: Database) -> None:
    with database.transaction() as session:
        exceptions.raise_matter(session, REFUSED)
        assert exceptions.resolve(session, COMPANY, [], ["report_refused"]) == 0
        assert exceptions.resolve(session, COMPANY, ["11412"], ["order_held"]) == 0
        assert exceptions.resolve(session, COMPANY, ["00123"], ["report_refused"]) == 0
        assert exceptions.resolve(session, "another", ["11412"], ["report_refused"]) == 0
    assert len(open_matters(database)) == 1


def test_a_person_closes_one_by_its_id_once(database: Database) -> None:
    with database.transaction() as session:
        exceptions.raise_matter(session, REFUSED)
    (kept,) = open_matters(database)
    with database.transaction() as session:
        assert exceptions.resolve_one(session, kept.id)
        assert not exceptions.resolve_one(session, kept.id)
        assert not exceptions.resolve_one(session, 4711)


def test_matters_are_listed_newest_first_and_counted_by_kind(database: Database) -> None:
    raised = [
        REFUSED,
        replace(REFUSED, subject="00123"),
        replace(REFUSED, kind="order_held", subject="R1"),
        replace(REFUSED, company="another"),
    ]
    for matter in raised:
        with database.transaction() as session:
            exceptions.raise_matter(session, matter)
    with database.transaction() as session:
        found = [(one.company, one.subject) for one in exceptions.listed(session)]
        assert found == [("another", "11412"), (COMPANY, "R1"), (COMPANY, "00123"), (COMPANY, "11412")]
        assert [one.subject for one in exceptions.listed(session, company=COMPANY, kind="order_held")] == ["R1"]
        assert len(exceptions.listed(session, limit=3)) == 3
        assert list(exceptions.counts(session).items()) == [("report_refused", 3), ("order_held", 1)]
        assert exceptions.counts(session, COMPANY) == {"report_refused": 2, "order_held": 1}
