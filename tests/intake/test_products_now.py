"""The products file as it is now: read again when it is another version, and only then."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

from replenisher.errors import PlannerFileError
from replenisher.intake.products import products_now, read_products, read_products_version


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "products.csv"
    path.write_text("sku,status\nA,active\n")
    return path


def discontinued(path: Path) -> list[bool]:
    found: list[bool] = products_now(path, ["A"])["discontinued"].tolist()
    return found


def faults(path: Path) -> list[str]:
    with pytest.raises(PlannerFileError) as refusal:
        products_now(path, ["A"])
    return [str(fault).removeprefix(f"{path.parent}/") for fault in refusal.value.faults]


def test_the_rows_of_these_products_are_given_as_they_are_read(file: Path) -> None:
    file.write_text("sku,status,unit_cost\nA,active,1\n00123,inactive,2\nNA,active,\n")
    whole = read_products(file)
    assert_frame_equal(products_now(file, ["NA", "B", "00123"]), whole.iloc[[2, 1]].reset_index(drop=True))
    assert_frame_equal(products_now(file, []), whole.iloc[:0])


def test_a_file_that_has_not_changed_is_not_read_again(file: Path) -> None:
    before = read_products_version.cache_info().misses
    assert [discontinued(file) for _ in range(3)] == [[False]] * 3
    assert read_products_version.cache_info().misses == before + 1


def test_what_is_done_to_the_rows_does_not_change_what_others_get(file: Path) -> None:
    rows = products_now(file, ["A"])
    rows.loc[0, "discontinued"] = True
    assert discontinued(file) == [False]


def test_a_file_that_has_changed_is_read_again(file: Path) -> None:
    assert discontinued(file) == [False]
    file.write_text("sku,status\nA,inactive\n")
    assert discontinued(file) == [True]


def test_a_file_of_the_same_length_and_time_that_took_its_place_is_read(file: Path) -> None:
    before = file.stat()
    assert products_now(file, ["A", "B"])["sku"].tolist() == ["A"]
    other = file.with_name("new.csv")
    other.write_text("sku,status\nB,active\n")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(file)
    after = file.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert products_now(file, ["A", "B"])["sku"].tolist() == ["B"]


def test_faults_of_its_content_are_told_each_time_and_end_when_it_is_corrected(file: Path) -> None:
    file.write_text("sku,status\nA,perhaps\n")
    first = faults(file)
    assert first == faults(file)
    assert first[0].startswith('products.csv:2: status: "perhaps" ')
    file.write_text("sku,status\nA,active\n")
    assert discontinued(file) == [False]


def test_a_file_that_is_not_there_is_looked_for_each_time(file: Path) -> None:
    content = file.read_text()
    file.unlink()
    assert faults(file) == ["products.csv: does not exist; check the path in the configuration file"]
    file.write_text(content)
    assert discontinued(file) == [False]


def test_a_file_that_is_empty_is_told_and_read_once_it_is_filled(file: Path) -> None:
    file.write_text("")
    assert "is empty" in faults(file)[0]
    file.write_text("sku,status\nA,active\n")
    assert discontinued(file) == [False]
