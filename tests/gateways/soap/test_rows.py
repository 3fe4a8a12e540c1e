"""Rows by name: any order, extra elements passed over, and what is missing told with element and row."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from replenisher.gateways.soap.cells import flag, moment, text, units
from replenisher.gateways.soap.packaged import NAMESPACE
from replenisher.gateways.soap.replies import parse_strictly
from replenisher.gateways.soap.rows import Cell, Rows, UnreadableRowError, needed
from replenisher.gateways.vmi.inventory import CELLS, PRODUCTS

ROWS = Rows(
    "Row",
    {"sku": needed("VendorSKU", text), "quantity": needed("Quantity", units), "locked": Cell("Locked", flag)},
    "sku",
)
NIL = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"'


def parent(*rows: str) -> etree._Element:
    return parse_strictly(f'<Rows xmlns="{NAMESPACE}">{"".join(rows)}</Rows>'.encode())


def row(*cells: str) -> str:
    return f"<Row>{''.join(cells)}</Row>"


def test_rows_become_columns_in_any_order_of_elements_and_extra_ones_are_passed_over() -> None:
    first = row("<Extra>1</Extra>", "<Quantity>5</Quantity>", "<VendorSKU>00123</VendorSKU>", "<Locked>true</Locked>")
    second = row("<VendorSKU>B</VendorSKU>", "<Quantity>0</Quantity>", "<Nested><Quantity>9</Quantity></Nested>")
    assert ROWS.read(parent(first, second)) == {
        "sku": ["00123", "B"],
        "quantity": [5, 0],
        "locked": [True, None],
    }


def test_no_array_and_an_empty_array_have_no_rows() -> None:
    nothing = {"sku": [], "quantity": [], "locked": []}
    assert ROWS.read(None) == nothing
    assert ROWS.read(parent()) == nothing


@pytest.mark.parametrize("cell", ["", "<Quantity/>", f"<Quantity {NIL}/>", "<Quantity>-1</Quantity>"])
def test_a_needed_value_that_was_not_supplied_refuses_naming_element_and_row(cell: str) -> None:
    with pytest.raises(UnreadableRowError) as caught:
        ROWS.read(
            parent(row("<VendorSKU>A</VendorSKU>", "<Quantity>1</Quantity>"), row("<VendorSKU>B</VendorSKU>", cell))
        )
    assert (caught.value.field, caught.value.key) == ("Quantity", "VendorSKU B")


def test_a_wrong_case_is_told_and_never_read_as_nothing() -> None:
    with pytest.raises(UnreadableRowError, match="the row has quantity instead"):
        ROWS.read(parent(row("<VendorSKU>A</VendorSKU>", "<quantity>5</quantity>")))


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (row("<VendorSKU>A</VendorSKU>", "<Quantity>5</Quantity>", "<Quantity>6</Quantity>"), "more than once"),
        (row("<VendorSKU>A</VendorSKU>", "<Quantity>2<b/>00</Quantity>"), "holds other elements"),
        (row("<VendorSKU>A</VendorSKU>", "<Quantity>many</Quantity>"), "not a whole number"),
        ("<row><VendorSKU>A</VendorSKU></row>", "has .*row instead"),
        ('<Row xmlns="http://else.example"><VendorSKU>A</VendorSKU></Row>', "else.example"),
    ],
)
def test_what_cannot_be_believed_is_refused(rows: str, reason: str) -> None:
    with pytest.raises(UnreadableRowError, match=reason):
        ROWS.read(parent(rows))


def test_a_date_that_cannot_be_read_refuses_and_never_becomes_none() -> None:
    dated = Rows("Row", {"sku": needed("VendorSKU", text), "at": Cell("At", moment)}, "sku")
    with pytest.raises(UnreadableRowError, match=r"At: '31/12/2016' is not a moment .*VendorSKU A"):
        dated.read(parent(row("<VendorSKU>A</VendorSKU>", "<At>31/12/2016</At>")))


SKUS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12).filter(str.strip)


@settings(max_examples=60)
@given(st.lists(st.tuples(SKUS, st.integers(0, 10_000_000), st.booleans() | st.none(), st.randoms()), max_size=8))
def test_any_rows_come_back_unchanged_whatever_the_order_of_their_elements(
    rows: list[tuple[str, int, bool | None, object]],
) -> None:
    whole = etree.Element("Rows", nsmap={None: NAMESPACE})
    for sku, quantity, locked, shuffle in rows:
        values = {"VendorSKU": sku, "Quantity": str(quantity), "Locked": "" if locked is None else str(locked).lower()}
        order = list(values)
        shuffle.shuffle(order)  # type: ignore[attr-defined]
        element = etree.SubElement(whole, f"{{{NAMESPACE}}}Row")
        for name in order:
            etree.SubElement(element, f"{{{NAMESPACE}}}{name}").text = values[name]
    read = ROWS.read(
        parse_strictly(etree.tostring(whole.getroottree(), encoding="utf-8").replace(b"<Rows ", b"<Rows "))
    )
    assert list(zip(read["sku"], read["quantity"], read["locked"], strict=True)) == [one[:3] for one in rows]


def a_large_report() -> bytes:
    values = {"sku": "SKU-{0}", "end_of_life": "", "levels_locked": "false", "do_not_order": "false"}
    cells = "".join(f"<{cell.name}>{values.get(name, '7')}</{cell.name}>" for name, cell in CELLS.items()) + "".join(
        f"<Other{n}>some other text</Other{n}>" for n in range(24)
    )
    rows = "".join(f"<ProductInformation>{cells.format(n)}</ProductInformation>" for n in range(2000))
    return f'<R xmlns="{NAMESPACE}">{rows}</R>'.encode()


def test_two_thousand_rows_become_columns_without_much_memory() -> None:
    """How fast they do stands in `make bench`, beside lxml alone: a test does not fail by time."""
    document = a_large_report()
    assert len(PRODUCTS.read(parse_strictly(document))["sku"]) == 2000
    tracemalloc.start()
    PRODUCTS.read(parse_strictly(document))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 150 * 1024 * 1024
