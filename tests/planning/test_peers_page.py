"""The page of peers' complaints names tests that exist, and every test that bears a number is on the page."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (\d+) \|.*\| ([^|]+) \|$", re.MULTILINE)


def shown() -> dict[int, str]:
    """Where the page says that each number is shown."""
    rows = ROW.findall((ROOT / "docs" / "peers.md").read_text(encoding="utf-8"))
    found = {int(number): where.strip() for number, where in rows}
    assert len(found) == len(rows), "a number stands twice on the page"
    return found


def test_every_number_of_a_test_is_on_the_page_and_every_number_of_the_page_in_a_test() -> None:
    source = (ROOT / "tests" / "planning" / "test_what_peers_got_wrong.py").read_text(encoding="utf-8")
    tested = {int(number) for number in re.findall(r"^@peer\((\d+)\)$", source, re.MULTILINE)}
    assert tested == {number for number, where in shown().items() if where == "planning"}


def test_the_files_that_the_page_names_hold_tests() -> None:
    files = {where for where in shown().values() if where != "planning"}
    assert len(files) > 5
    for name in files:
        assert "def test_" in (ROOT / name).read_text(encoding="utf-8"), name
