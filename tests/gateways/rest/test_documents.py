"""JSON answers in each shape that the family has: an object, a list, HAL; and what is none of them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replenisher.errors import UnavailableError
from replenisher.gateways.rest.documents import entries, folded, json_of, objects_in, raw_entries, single
from tests.gateways.saved import answer

NAMES = st.text("abcXYZ_", min_size=1, max_size=5).filter(lambda name: name.casefold() != "_embedded")
VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=4)
LINKS = {"self": {"href": "v1/x", "templated": False}, "next": {"href": "http://127.0.0.1:9/never"}, "prev": "null"}


def told(document: object) -> Any:
    return answer(json.dumps(document).encode())


@settings(deadline=None)
@given(st.lists(OBJECTS, max_size=5))
def test_a_list_and_the_same_list_as_hal_hold_the_same_objects(objects: list[dict[str, Any]]) -> None:
    whole = [folded(one) for one in objects]
    assert entries(told(objects), "x") == whole
    hal = {"_links": LINKS, "_embedded": {"self": objects}, "_metadata": {"count": 9, "skip": 0, "top": 100}}
    assert entries(told(hal), "x") == whole
    assert raw_entries(told(hal), "x") == objects


@settings(deadline=None)
@given(OBJECTS)
def test_an_object_alone_in_a_list_and_in_hal_is_the_same_one(one: dict[str, Any]) -> None:
    for document in (one, [one], {"_embedded": {"self": [one]}}, {"_Embedded": {"Self": [one]}, "_links": LINKS}):
        assert single(told(document), "x") == folded(one)
        assert raw_entries(told(document), "x") == [one]


def test_an_object_with_links_is_that_object_and_an_empty_list_is_a_list() -> None:
    assert single(told({"_links": LINKS, "Id": 7}), "x")["id"] == 7
    assert entries(told([]), "x") == []
    assert entries(told({"_embedded": {"self": []}}), "x") == []
    assert single(told({"_embedded": None, "Id": 7}), "x")["id"] == 7


UNREADABLE = [
    b"",
    b" ",
    b"null",
    b"true",
    b"7",
    b'"text"',
    b"[7]",
    b"[null]",
    b"[[]]",
    b'[{"Id": 1}, 7]',
    b'{"_embedded": {}}',
    b'{"_embedded": {"self": {}}}',
    b'{"_embedded": {"self": null}}',
    b'{"_embedded": {"self": [7]}}',
    b'{"_embedded": []}',
    b'{"_embedded": 7}',
    b'{"Id": 7',
    b"{'Id': 7}",
    b'{"Id": 7}{"Id": 8}',
    b'{"Id": 7,}',
    b'{"Cost": 1e99999999999999999999}',
    b'{"Id": ' + b"9" * 10_000 + b"}",
    b"[" * 100_000,
    b"\xff\xfe",
    b'{"Name": "\xff"}',
    b"<html></html>",
]


@pytest.mark.parametrize("body", UNREADABLE)
def test_an_answer_of_no_such_shape_is_a_failed_read_and_never_an_empty_list(body: bytes) -> None:
    for read in (entries, raw_entries, single):
        with pytest.raises(UnavailableError, match=r"listing: .*; nothing of it is used") as caught:
            read(answer(body), "listing")
        assert caught.value.operation == "listing"


@settings(deadline=None)
@given(st.binary(max_size=40))
def test_whatever_comes_it_is_read_or_a_failed_read(body: bytes) -> None:
    try:
        found = entries(answer(body), "x")
    except UnavailableError:
        return
    assert all(isinstance(one, dict) for one in found)


@pytest.mark.parametrize("number", [0, 2, 3])
def test_one_object_is_neither_none_nor_several(number: int) -> None:
    with pytest.raises(UnavailableError, match=f"expected one object, not {number}"):
        single(told([{"Id": one} for one in range(number)]), "x")


def test_numbers_are_read_exactly() -> None:
    found = json_of(answer(b'{"Cost": 9.990, "Least": 1e-7, "Long": 0.1234567890123456789012345678901}'))
    assert [str(found[name]) for name in ("Cost", "Least")] == ["9.990", "1E-7"]
    assert found["Long"] == Decimal("0.1234567890123456789012345678901")


def test_names_are_folded_in_one_object_and_not_in_those_inside_it() -> None:
    assert folded({"ID": 1, "Items": [{"SKU": "a"}]}) == {"id": 1, "items": [{"SKU": "a"}]}
    assert [folded(odd) for odd in (None, [], "x", 7)] == [{}, {}, {}, {}]


def test_a_list_of_objects_in_a_field_is_told_from_none() -> None:
    fields = folded({"Items": [{"SKU": "a"}, 7], "None": [], "Null": None, "Odd": {"SKU": "a"}})
    assert objects_in(fields, "Items") == [{"sku": "a"}, {}]
    assert objects_in(fields, "None") == []
    assert [objects_in(fields, name) for name in ("Null", "Odd", "Missing")] == [None, None, None]
