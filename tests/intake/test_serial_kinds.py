"""The products file's word on serial numbers, which planning does not need to know."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from replenisher.intake.products import read_serial_kinds
from replenisher.planning.frames import PRODUCTS, check
from replenisher.purchasing.serials import SerialKind

Kinds = Callable[[str | bytes], dict[str, SerialKind]]
Read = Callable[[str | bytes], pd.DataFrame]
Refused = Callable[..., list[str]]


@pytest.fixture
def kinds(tmp_path: Path) -> Kinds:
    """Write a products file and read which serial numbers its products carry."""

    def read(content: str | bytes) -> dict[str, SerialKind]:
        file = tmp_path / "products.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_serial_kinds(file)

    return read


def test_each_product_says_which_serial_numbers_it_carries(kinds: Kinds) -> None:
    assert kinds("sku,serial_numbers\n00123,none\nNA,Serial\nA1,IMEI\nA2,\n") == {
        "00123": SerialKind.NONE,
        "NA": SerialKind.SERIAL,
        "A1": SerialKind.IMEI,
        "A2": SerialKind.NONE,
    }


def test_a_file_without_the_column_has_products_without_serial_numbers(kinds: Kinds) -> None:
    assert kinds("sku,case_pack\nA1,6\n") == {"A1": SerialKind.NONE}


def test_an_unknown_word_is_told_with_the_nearest(kinds: Kinds, products: Read, refused: Refused) -> None:
    told = [
        (
            'products.csv:2: serial_numbers: "imeis" is not known; nearest valid word: imei;'
            " write one of none, serial, imei"
        )
    ]
    assert refused(kinds, "sku,serial_numbers\nA1,imeis\n") == told
    assert refused(products, "sku,serial_numbers\nA1,imeis\n") == told


def test_faults_of_other_columns_are_told_as_well(kinds: Kinds, refused: Refused) -> None:
    assert len(refused(kinds, "sku,case_pack,serial_numbers\nA1,x,imei\nA1,1,imei\n")) == 2


def test_the_plan_does_not_see_the_column(products: Read) -> None:
    frame = check(products("sku,serial_numbers\nA1,imei\n"), PRODUCTS)
    assert set(frame.columns) == {*PRODUCTS.columns, "description"}
