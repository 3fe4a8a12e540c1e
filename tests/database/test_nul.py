"""A platform may say anything; what became of an order is written down all the same."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from replenisher.database import companies, exceptions, orders, submissions
from replenisher.database.exceptions import Matter
from replenisher.database.models import Order
from replenisher.database.session import Database, Session
from replenisher.purchasing.platform import Location, RequestLine
from tests.database.rows import COMPANY, add_order, add_run, stored_order

SAID = "bad\0word"
KEPT = "bad\N{REPLACEMENT CHARACTER}word"


def test_a_nul_in_the_platforms_words_is_shown_and_stops_nothing(database: Database) -> None:
    with database.transaction() as session:
        order = session.get_one(Order, add_order(session, add_run(session), lines=[RequestLine(SAID, 1, None)]))
        evidence = {"answer": SAID, SAID: [SAID, {"deep": (SAID, None, 1.5, True)}]}
        submissions.add_news(session, order, name="ambiguous", actor=SAID, evidence=evidence)
        submissions.settle_proposals(session, [], {order.id: [SAID, "plain"]})
        exceptions.raise_matter(session, Matter(COMPANY, "order_held", "subject", SAID))
        companies.record_locations(session, COMPANY, [Location(COMPANY, "1", SAID, "b", "s")])
        assert orders.find_order(session, SAID) is None
    with database.transaction() as session:
        (event,) = orders.events_of(session, order.id)
        assert event.actor == KEPT
        assert event.evidence == {"answer": KEPT, KEPT: [KEPT, {"deep": [KEPT, None, 1.5, True]}]}
        assert exceptions.listed(session)[0].message == KEPT
        assert companies.known_locations(session, COMPANY)["1"].name == KEPT
        assert [line.sku for line in orders.lines_of(session, order.id)] == [KEPT]
    assert stored_order(database, order.id).hold_reasons == [KEPT, "plain"]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(), st.text())
def test_every_other_text_comes_back_as_it_was(database: Database, key: str, words: str) -> None:
    with database.engine.connect() as connection, Session(connection) as session:
        order = session.get_one(Order, add_order(session, add_run(session)))
        submissions.add_news(session, order, name=words, actor="test", evidence={key: words})
        (event,) = orders.events_of(session, order.id)
        assert event.name == words.replace("\0", "\N{REPLACEMENT CHARACTER}")
        kept = {one.replace("\0", "\N{REPLACEMENT CHARACTER}") for one in (key, words)}
        assert {*event.evidence, *event.evidence.values()} == kept
        session.rollback()
