"""What the Sales Order service answers, on saved replies: its documents' samples, repaired."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.errors import UnavailableError
from replenisher.gateways.sales_orders.reading import entry_of, in_order, log_of, sale_of, sales_of, state_of
from replenisher.purchasing.sale_orders import PlatformSaleState, SaleSummary, StatusEntry
from tests.gateways.sales_orders.orders_to_send import CUSTOMER, PHONE, SALE
from tests.gateways.saved import answer, saved

HAL = "application/hal+json; charset=utf-8"
ENTRY = StatusEntry(
    entry_id="dfa2f09f-9de6-4cb6-a3e4-2e46ba6e5f6c",
    succeeded=True,
    details="Manually convert to invoice",
    updated_by="Nathan",
    updated_at=datetime(2017, 7, 17, 10, 35, tzinfo=UTC),
    raw_status="Success",
)


def told(document: object) -> Any:
    return answer(json.dumps(document).encode())


@pytest.mark.parametrize(("name", "kind"), [("sale_order.json", "application/json"), ("sale_order_hal.json", HAL)])
def test_a_sale_order_is_read_plain_and_as_hal_and_its_unset_dates_are_none(name: str, kind: str) -> None:
    assert sale_of(answer(saved(name), 202, kind)) == SaleSummary(
        platform_sale_id=SALE,
        printable_id="229045",
        location="14192",
        customer_id=CUSTOMER,
        items=((PHONE, 1),),
        inserted_at=None,
    )


def test_a_list_as_hal_is_read_with_the_quantities_of_a_product_added_up() -> None:
    first, second = sales_of(answer(saved("sale_orders_hal.json"), 200, HAL))
    assert first.items == ((PHONE, 1),)
    assert (second.platform_sale_id, second.items) == ("910de16b-471b-4d69-bde6-01109b24d89d", ((PHONE, 3),))
    assert second.inserted_at == datetime(2018, 1, 4, 16, 0, 3, 901_240, tzinfo=UTC)


def test_a_list_may_be_empty_and_an_order_may_come_alone_or_in_a_list_of_one() -> None:
    assert sales_of(answer(b"[]")) == []
    assert sales_of(answer(b'{"_links": {}, "_embedded": {"self": []}}')) == []
    alone = json.loads(saved("sale_order.json"))
    assert sales_of(told(alone)) == sales_of(told([alone])) == [sale_of(told([alone]))]


def test_names_of_fields_are_read_without_case() -> None:
    small = {name.lower(): value for name, value in json.loads(saved("sale_order.json")).items()}
    assert sale_of(told(small)) == sale_of(answer(saved("sale_order.json")))


UNREADABLE = [
    b"",
    b"null",
    b"7",
    b'"Pending"',
    b"[7]",
    b"[[]]",
    b"{}",
    b"[{}]",
    b'{"Message": "Maintenance"}',
    b'{"_embedded": {}}',
    b'{"_embedded": {"self": {}}}',
    b'{"_embedded": null, "Id": 7}',
    b'{"Id": "00000000-0000-0000-0000-000000000000"}',
    b'{"Id": "d8daa9df-0e3d-4355-b3f8"}',
    b'{"Id": "d8daa9df',
    b'{"Id": 1e99999999999999999999}',
    b"[" * 100_000,
    b"\xff\xfe",
]


@pytest.mark.parametrize("body", UNREADABLE)
def test_an_answer_without_the_thing_asked_for_is_a_failed_read_of_every_kind(body: bytes) -> None:
    for parse in (sale_of, sales_of, state_of, log_of, entry_of):
        with pytest.raises(UnavailableError, match="nothing of it is used"):
            parse(answer(body))


def test_one_order_without_an_id_makes_a_whole_list_unusable() -> None:
    good = json.loads(saved("sale_order.json"))
    with pytest.raises(UnavailableError, match="without an id \\(229045\\)"):
        sales_of(told([good, {**good, "Id": None}]))


def test_two_orders_are_not_one() -> None:
    good = json.loads(saved("sale_order.json"))
    with pytest.raises(UnavailableError, match="expected one object, not 2"):
        sale_of(told([good, good]))


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Pending", PlatformSaleState.PENDING),
        ("completed", PlatformSaleState.COMPLETED),
        (" CANCELLED ", PlatformSaleState.CANCELLED),
        ("OnTheMoon", PlatformSaleState.UNKNOWN),
        (3, PlatformSaleState.UNKNOWN),
    ],
)
def test_a_state_is_read_without_case_in_a_list_of_one_or_alone(word: object, state: PlatformSaleState) -> None:
    document = json.loads(saved("sale_state.json"))[0] | {"State": word}
    for shape in ([document], document, {"_embedded": {"self": [document]}}, {**document, "_links": {}}):
        assert state_of(told(shape)) is state


@pytest.mark.parametrize("word", [None, "", "  "])
def test_a_state_that_is_not_told_is_a_failed_read_and_not_an_unknown_state(word: object) -> None:
    with pytest.raises(UnavailableError, match="none is told"):
        state_of(told([{"Id": SALE, "State": word}]))


@pytest.mark.parametrize("name", ["sale_log.json", "sale_log_hal.json"])
def test_a_log_is_read_and_put_in_order_whatever_way_its_dates_are_written(name: str) -> None:
    log = in_order(log_of(answer(saved(name))))
    assert [entry.details for entry in log] == [
        "Sent to POS",
        "Manually convert to invoice",
        "One or more errors occurred.",
    ]
    assert log[1] == ENTRY
    assert [entry.updated_at for entry in log] == [
        datetime(2017, 7, 17, 10, 35, tzinfo=UTC),
        datetime(2017, 7, 17, 10, 35, tzinfo=UTC),
        datetime(2017, 9, 6, 17, 12, 41, 677_000, tzinfo=UTC),
    ]
    assert log[2].succeeded is False


def test_one_entry_is_read_in_a_list_of_one_or_alone() -> None:
    assert entry_of(answer(saved("sale_log_entry.json"))) == ENTRY
    assert entry_of(told(json.loads(saved("sale_log_entry.json"))[0])) == ENTRY


@pytest.mark.parametrize(
    ("word", "succeeded"),
    [("Success", True), ("success", True), (" FAILURE ", False), ("Failed", None), ("", None), (None, None), (1, None)],
)
def test_a_status_that_no_document_lists_is_neither_success_nor_failure_and_kept_as_it_is(
    word: object, succeeded: bool | None
) -> None:
    entry = entry_of(told({**json.loads(saved("sale_log_entry.json"))[0], "Status": word}))
    assert entry.succeeded is succeeded
    assert entry.raw_status == ("" if word is None else str(word))


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00", "", None, "yesterday", 7, "9999-12-31T23:59:59-05:00"])
def test_an_entry_without_a_date_is_read_and_stands_before_all_others(date: object) -> None:
    fields = json.loads(saved("sale_log_entry.json"))[0]
    log = log_of(told([fields, {**fields, "Details": "undated", "UpdatedDate": date}]))
    assert [entry.details for entry in in_order(log)] == ["undated", "Manually convert to invoice"]
    assert log[1].updated_at is None


def test_words_that_no_database_keeps_are_replaced_in_what_the_log_says() -> None:
    entry = entry_of(told({**json.loads(saved("sale_log_entry.json"))[0], "Details": "bad\0half \ud800\nnext line"}))
    assert entry.details == "bad\ufffdhalf ?\nnext line"


def at(minute: int, details: str) -> StatusEntry:
    return replace(ENTRY, details=details, updated_at=datetime(2017, 7, 17, 10, minute, tzinfo=UTC))


def test_entries_of_the_same_minute_stay_as_they_came_or_turn_round_with_a_list_that_tells_the_newest_first() -> None:
    rising = [at(1, "sent"), at(2, "failed"), at(2, "tried again")]
    assert in_order(rising) == rising
    assert in_order(rising[::-1]) == rising


@given(st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 5)), st.text(max_size=3)), max_size=8))
def test_order_loses_and_invents_nothing_and_never_goes_back_in_time(pairs: list[tuple[int | None, str]]) -> None:
    log = [replace(at(minute or 0, text), **({"updated_at": None} if minute is None else {})) for minute, text in pairs]
    ordered = in_order(log)
    assert sorted(map(repr, ordered)) == sorted(map(repr, log))
    dated = [entry.updated_at for entry in ordered if entry.updated_at is not None]
    assert dated == sorted(dated)
    assert all(entry.updated_at is None for entry in ordered[: len(ordered) - len(dated)])
