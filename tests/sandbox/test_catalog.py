from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from replenisher.sandbox.__main__ import main
from replenisher.sandbox.catalog import AWKWARD_SKUS, make_catalog
from replenisher.sandbox.demand import poisson
from replenisher.sandbox.serials import Serials, check_digit
from tests.sandbox.running import vendor


@pytest.mark.parametrize(("digits", "digit"), [("7992739871", 3), ("49015420323751", 8), ("0", 0)])
def test_the_luhn_digit_of_known_numbers(digits: str, digit: int) -> None:
    assert check_digit(digits) == digit


def test_serial_numbers_have_fifteen_digits_and_never_repeat() -> None:
    serials = Serials()
    taken = serials.take(50) + serials.take(50)
    assert {len(serial) for serial in taken} == {15}
    assert len(set(taken)) == 100
    assert all(check_digit(serial[:14]) == int(serial[14]) for serial in taken)


@pytest.mark.parametrize("rate", [0.0, 0.3, 4.0, 100.0])
def test_daily_demand_has_the_mean_and_the_spread_of_a_poisson_number(rate: float) -> None:
    random = Random(1)  # noqa: S311  # a fixed sequence is what the test wants
    drawn = [poisson(random, rate) for _ in range(4000)]
    mean = sum(drawn) / len(drawn)
    spread = sum((number - mean) ** 2 for number in drawn) / len(drawn)
    assert mean == pytest.approx(rate, rel=0.1)
    assert spread == pytest.approx(rate, rel=0.1)


def test_a_catalog_holds_the_awkward_skus_no_sku_twice_and_a_smaller_one_is_its_beginning() -> None:
    catalog = make_catalog(7, 250)
    assert [product.sku for product in catalog[: len(AWKWARD_SKUS)]] == list(AWKWARD_SKUS)
    assert len({product.sku for product in catalog}) == 250
    assert make_catalog(7, 100) == catalog[:100]
    assert make_catalog(8, 100) != catalog[:100]
    assert sum(product.unit_cost is None for product in catalog) in (1, 2)
    assert sum(product.discontinued for product in catalog) == 5
    assert 5 <= sum(product.serialised for product in catalog) <= 15


def test_the_planners_files_are_those_of_the_seed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["files", "--folder", str(tmp_path / "new"), "--skus", "60", "--locations", "3"]) == 0
    with (tmp_path / "new" / "products.csv").open(newline="", encoding="utf-8") as file:
        products = list(csv.DictReader(file))
    with (tmp_path / "new" / "levels.csv").open(newline="", encoding="utf-8") as file:
        levels = list(csv.DictReader(file))
    assert [row["sku"] for row in products] == [product.sku for product in make_catalog(7, 60)]
    assert {row["status"] for row in products} == {"active", "discontinued"}
    assert [row["sku"] for row in products if not row["unit_cost"]] == [make_catalog(7, 60)[37].sku]
    assert {row["location"] for row in levels} == {"11412", "12412"}
    assert all(int(row["reorder_point"]) < int(row["order_up_to_level"]) for row in levels)
    assert "products.csv" in capsys.readouterr().out


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_files_may_name_locations_as_soap_does_and_hold_every_level(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    size = ["--skus", "20", "--locations", "3"]
    assert main(["files", "--folder", str(tmp_path), *size, "--ids", "soap", "--every-level"]) == 0
    levels = _table(tmp_path / "levels.csv")
    assert len(levels) == 2 * 3 * 20
    assert {row["location"] for row in levels} == {"31", "32", "33", "131", "132", "133"}
    assert main(["files", "--folder", str(tmp_path), *size, "--ids", "soap"]) == 0
    assert {row["location"] for row in _table(tmp_path / "levels.csv")} == {"31", "131"}
    assert "counts.csv" in capsys.readouterr().out


def test_the_counts_are_the_stock_of_the_first_day_and_never_below_zero(tmp_path: Path) -> None:
    with vendor() as shop:
        size = ["--skus", "40", "--locations", "2"]
        assert main(["files", "--folder", str(tmp_path), *size]) == 0
        counts = _table(tmp_path / "counts.csv")
        told = {
            (str(location), sku): max(0, row["QuantityInStock"])
            for location in shop.ready["companies"][0]["locations"]
            for sku, row in shop.inventory(location).items()
        }
        now = shop.now()
    counted = {(row["location"], row["sku"]): int(row["quantity"]) for row in counts}
    assert {key: counted[key] for key in told} == told
    assert len(counts) == 2 * 2 * 40
    # Without a zone, as a planner writes it: local to the company, whose clock is the sandbox's.
    counted_at = datetime.fromisoformat(counts[0]["counted_at"])
    assert abs((now.replace(tzinfo=None) - counted_at).total_seconds()) < 60
