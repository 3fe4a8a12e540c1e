"""`$filter` as the documents write it, and what is no filter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.gateways.rest.filters import both, equals
from replenisher.sandbox.replies import RefusalError, Request
from replenisher.sandbox.rest.filters import parse_filter
from replenisher.sandbox.rest.paging import page

ROW = {
    "State": "Pending",
    "EntityId": 14202,
    "PrintableId": "O'Hara-7",
    "Amount": 9.5,
    "Done": True,
    "Nothing": None,
    "Id": "CDD26B8F-4ED1-409D-9984-982E081C425E",
    "UpdatedDate": "2017-09-13T18:44:55.233",
}


def answered(text: str) -> bool | int:
    try:
        return parse_filter(text)(ROW)
    except RefusalError as refusal:
        return refusal.reply.status


def asked(query: dict[str, str]) -> Request:
    return Request(path={}, query=query, content_type="", body=b"", token="")


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("State eq 'Pending' and EntityId eq 14202", True),
        ("state EQ 'Pending'", True),
        ("State eq 'pending'", False),
        ("State eq 'Pending' and EntityId eq 1", False),
        ("State eq 'Gone' or EntityId eq 14202", True),
        ("(State eq 'Gone' or State eq 'Pending') and Done eq true", True),
        ("PrintableId eq 'O''Hara-7'", True),
        ("substringof('Hara', PrintableId)", True),
        ("substringof('hara', PrintableId)", False),
        ("Amount ge 9.5", True),
        ("Amount gt 9.5", False),
        ("EntityId le 14202", True),
        ("EntityId lt 14202", False),
        ("Nothing eq null", True),
        ("Id eq cdd26b8f-4ed1-409d-9984-982e081c425e", True),
        ("Id eq guid'cdd26b8f-4ed1-409d-9984-982e081c425e'", True),
        ("UpdatedDate ge DateTime'2017-09-13'", True),
        ("UpdatedDate ge datetime'2017-09-14T00:00:00'", False),
        ("State gt 5", False),
        ("EntityId eq '14202'", False),
        ("Done eq 1", False),
        ("UpdatedDate eq DateTime'2017-09-13T18:44:55.233'", True),
        ("UpdatedDate lt DateTime'2017-09-13T18:44:55.234' and Nothing eq null", True),
        ("substringof('''', PrintableId)", True),
        ("(" * 50 + "Done eq true" + ")" * 50, True),
    ],
)
def test_a_filter_holds_or_not(text: str, holds: bool) -> None:
    assert parse_filter(text)(ROW) is holds


@pytest.mark.parametrize(
    "text",
    [
        "State eq 'Pend",
        "State eq O'Hara'",
        "State",
        "State is 'Pending'",
        "eq 'Pending'",
        "EntityId gte 5",
        "(State eq 'Pending'",
        "State eq 'Pending' State eq 'Pending'",
        "UpdatedDate ge DateTime'soon'",
        "State eq Pending",
        "State eq 'Pending' and",
        ";",
        "Id eq guid'cdd26b8f'",
        "substringof(State, PrintableId)",
        "substringof('Hara', 'PrintableId')",
        "EntityId eq " + "9" * 5000,
        "(" * 51 + "Done eq true" + ")" * 51,
        "(" * 5000,
    ],
)
def test_what_is_no_filter_is_a_400_with_the_familys_words(text: str) -> None:
    with pytest.raises(RefusalError) as refusal:
        parse_filter(text)(ROW)
    assert refusal.value.reply.status == 400
    assert b"Error while extracting the request query" in refusal.value.reply.body


def test_an_unknown_field_is_refused_when_it_is_asked_for() -> None:
    with pytest.raises(RefusalError, match="400"):
        parse_filter("Colour eq 'red'")(ROW)


@given(st.text(max_size=60))
def test_any_text_is_a_filter_or_refused_and_nothing_else(text: str) -> None:
    assert answered(text) in (True, False, 400)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, [0, 1, 2]),
        ({"$skip": "2"}, [2, 3, 4]),
        ({"skip": "2", "top": "1"}, [2]),
        ({"$skip": "1", "skip": "4"}, [1, 2, 3]),
        ({"$top": "3"}, [0, 1, 2]),
        ({"$top": "4"}, [0, 1, 2]),
        ({"$top": "0"}, []),
        ({"$skip": "5"}, []),
    ],
)
def test_a_page_is_what_skip_and_top_say_and_never_more_than_the_cap(query: dict[str, str], shown: list[int]) -> None:
    assert page(asked(query), list(range(5)), size=3) == shown


@pytest.mark.parametrize("query", [{"$skip": "-1"}, {"$top": "-1"}, {"$top": "all"}, {"skip": ""}])
def test_what_is_no_page_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(RefusalError, match="400"):
        page(asked(query), [1], size=3)


def test_the_documents_own_spellings_are_taken_only_where_the_switch_says_so() -> None:
    assert parse_filter("EntityId gte 14202 and EntityId lte 14202", samples=True)(ROW)


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40), st.integers(0, 10**9))
def test_whatever_our_gateway_writes_is_read_as_it_was_meant(text: str, number: int) -> None:
    """No literal breaks out: a filter of ours holds for exactly the row that it names."""
    wanted = parse_filter(both(equals("PrintableId", text), equals("EntityId", number)))
    assert wanted({"PrintableId": text, "EntityId": number})
    assert not wanted({"PrintableId": text + "x", "EntityId": number})
    assert not wanted({"PrintableId": text, "EntityId": number + 1})
