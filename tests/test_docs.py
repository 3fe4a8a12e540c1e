"""What the documents list is what the program has."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
import yaml

from replenisher.config import load
from replenisher.intake import sale_orders
from replenisher.intake.shipments import read_shipments
from replenisher.purchasing.fulfilment_updates import UpdateState
from replenisher.purchasing.fulfilments import FulfilmentState
from replenisher.purchasing.notice_states import NoticeState
from replenisher.purchasing.sale_states import SaleState
from replenisher.purchasing.states import OrderState

ROOT = Path(__file__).parent.parent
WORKFLOWS = ROOT / "replenisher" / "workflows"
KIND_AT = {
    "Matter": 1,
    "order_matter": 1,
    "notice_matter": 1,
    "sale_matter": 1,
    "fulfilment_matter": 1,
    "location_matter": 2,
}
"""Which argument of a call says of what kind an exception is."""

FROM_RECEIVING = ("over_received", "closed_short", "unknown_status")
FROM_RECEIPTS = ("receipt_short", "receipt_over", "receipt_damaged", "receipt_unknown_serial")
FROM_AUDITS = (
    "audit_ordered",
    "audit_cost",
    "audit_received",
    "audit_short",
    "audit_over",
    "audit_serials",
    "audit_not_listed",
    "audit_unknown_order",
)
FROM_SELLING = ("sale_order_refused", "sale_order_needs_person")
WORKED_OUT = {
    "audit_findings.py": {"purchasing/three_way.py": FROM_AUDITS},
    "confirm.py": {
        "purchasing/receiving.py": FROM_RECEIVING,
        "purchasing/receipts.py": FROM_RECEIPTS,
        "workflows/confirm.py": ("order_changed", *FROM_RECEIPTS),
    },
    "submit.py": {"workflows/submit.py": ("order_refused", "order_needs_person")},
    "order_matters.py": {},
    "dropped_files.py": {
        "workflows/ship/drop_folder.py": ("shipment_file",),
        "workflows/sell/drop_folder.py": ("sale_order_file",),
    },
    "ship/matters.py": {"workflows/ship/announce.py": ("notice_refused", "notice_needs_person")},
    "fulfil/matters.py": {"workflows/fulfil/update.py": ("fulfilment_refused", "fulfilment_needs_person")},
    "sell/matters.py": {"workflows/sell/submit.py": FROM_SELLING},
    "sell/submit.py": {"workflows/sell/submit.py": FROM_SELLING},
    "plan/findings.py": {
        "workflows/plan/frame.py": ("in_flight_unmatched", "promised_unmatched", "levels_unmatched"),
        "workflows/plan/findings.py": ("negative_on_hand", "levels_inverted", "level_beyond"),
    },
    "plan/phantoms.py": {"workflows/plan/phantoms.py": ("phantom_stock",)},
    "plan/failing.py": {"workflows/plan/start.py": ("planner_file",), "workflows/plan/failing.py": ("run_failed",)},
}
"""Files that work out a kind instead of writing it into the call, and where the words they use are written."""


def documented() -> dict[str, tuple[str, str]]:
    """The table of exceptions: meaning and what to do, by kind."""
    text = (ROOT / "docs" / "orders.md").read_text()
    table = text.split("## Exceptions a person may see", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", table, re.MULTILINE)
    assert len({kind for kind, *_ in rows}) == len(rows)
    return {kind: (meaning, remedy) for kind, meaning, remedy in rows}


def kinds_in(path: Path) -> Iterator[str | None]:
    """The kinds of exceptions that a file raises; None for each that it works out."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in KIND_AT:
                kind = node.args[KIND_AT[name]]
                yield kind.value if isinstance(kind, ast.Constant) else None


def test_every_exception_a_person_may_see_is_documented_and_no_other() -> None:
    raised, worked_out = set(), set()
    for path in WORKFLOWS.rglob("*.py"):
        found = set(kinds_in(path))
        raised |= found - {None}
        if None in found:
            worked_out.add(path.relative_to(WORKFLOWS).as_posix())
    assert worked_out == set(WORKED_OUT)
    for places in WORKED_OUT.values():
        for place, kinds in places.items():
            text = (ROOT / "replenisher" / place).read_text()
            assert [kind for kind in kinds if f'"{kind}"' not in text] == []
            raised |= set(kinds)
    assert raised == set(documented())
    assert len(raised) > 20


def test_every_documented_exception_says_what_to_do() -> None:
    assert [kind for kind, told in documented().items() if not all(told)] == []


def test_every_state_of_an_order_is_documented_and_no_other() -> None:
    text = (ROOT / "docs" / "orders.md").read_text()
    table = text.split("## What an answer means", 1)[0]
    states = [word for row in re.findall(r"^\| (`.+?) \|", table, re.MULTILINE) for word in re.findall(r"`(\w+)`", row)]
    assert sorted(states) == sorted(state.value for state in OrderState)


def first_cells(page: str, heading: str) -> list[str]:
    """The words in the first column of the tables below a heading."""
    below = (ROOT / "docs" / page).read_text().split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return [word for row in re.findall(r"^\| (`.+?) \|", below, re.MULTILINE) for word in re.findall(r"`(\w+)`", row)]


@pytest.mark.parametrize(
    ("page", "heading", "states"),
    [
        ("shipments.md", "States", NoticeState),
        ("fulfilments.md", "States of a fulfilment", FulfilmentState),
        ("fulfilments.md", "States of an update", UpdateState),
        ("sale-orders.md", "States", SaleState),
    ],
)
def test_every_state_of_a_document_is_documented_and_no_other(page: str, heading: str, states: type[Enum]) -> None:
    assert sorted(first_cells(page, heading)) == sorted(state.value for state in states)


def test_every_column_of_the_sale_orders_file_is_documented_and_no_other() -> None:
    assert sorted(first_cells("sale-orders.md", "Columns")) == sorted(column.name for column in sale_orders.COLUMNS)


@pytest.mark.parametrize(("page", "of"), [("fulfilments.md", "fulfilment"), ("sale-orders.md", "sale_order")])
def test_a_page_names_every_exception_of_its_document(page: str, of: str) -> None:
    text = (ROOT / "docs" / page).read_text()
    kinds = [kind for kind in documented() if kind.startswith(f"{of}_")]
    assert len(kinds) > 5
    assert [kind for kind in kinds if f"`{kind}`" not in text] == []


def fenced(page: str, begins: str) -> str:
    """The only block of a page that begins so."""
    (block,) = re.findall(rf"^```\w*\n({re.escape(begins)}.+?)^```", (ROOT / "docs" / page).read_text(), re.M | re.S)
    return str(block)


def merged(under: Any, over: Any) -> Any:
    """Lay settings over others, section by section."""
    if isinstance(under, dict) and isinstance(over, dict):
        return under | {key: merged(under.get(key), value) for key, value in over.items()}
    if isinstance(under, list) and isinstance(over, list):
        return [merged(*both) for both in zip(under, over, strict=True)]
    return over


def test_the_example_of_a_sale_orders_file_is_one(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text(fenced("sale-orders.md", "printable_id,"))
    read = sale_orders.read_sale_orders(path)
    assert read.faults == ()
    first, second = read.orders
    assert [len(order.items) for order in read.orders] == [2, 1]
    assert [len(order.payments) for order in read.orders] == [1, 0]
    (tax,) = first.items[0].taxes
    assert tax.amount is not None
    assert sum(item.price * item.quantity for item in first.items) + tax.amount == first.payments[0].amount
    assert second.items[0].taxes == ()


@pytest.mark.parametrize("page", ["shipments.md", "fulfilments.md"])
def test_the_example_of_a_file_of_shipments_is_one(page: str, tmp_path: Path) -> None:
    path = tmp_path / "shipments.csv"
    path.write_text(fenced(page, "vendor_invoice_number,"))
    read = read_shipments(path)
    assert (read.faults, read.left_out, len(read.rows)) == ((), (), 2)


@pytest.mark.parametrize("page", ["fulfilments.md", "sale-orders.md"])
def test_the_settings_that_a_page_shows_load(page: str, tmp_path: Path) -> None:
    rest = "https://retail.example.com/v1/"
    account = {"username": "anna", "password": "${env:SECRET}", "client_id": "acme", "client_secret": "${env:SECRET}"}
    platform = {"base_url": rest, "accounts_url": rest, **account}
    company = {"id": "14146", "name": "Kentel", "platform": "retail", "time_zone": "UTC"}
    least = {
        "vendor": {"id": "5123", "name": "Acme"},
        "platforms": {"retail": platform},
        "companies": [company | {"planning": {"unlisted": "order"}}],
    }
    path = tmp_path / "replenisher.yaml"
    path.write_text(yaml.safe_dump(merged(least, yaml.safe_load(fenced(page, "platforms:")))))
    (loaded,) = load(path, {"SECRET": "canary"}).companies
    assert loaded.fulfilments.enabled == (page == "fulfilments.md")
    assert loaded.sale_orders.enabled == (page == "sale-orders.md")
