"""`replenisher demo`: two cycles with real workers, then what came of them; a second time works too."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from replenisher.cli.demo_combinations import LOST_ANSWERS
from replenisher.cli.interface_table import OPERATIONS

COMMAND = Path(sys.executable).with_name("replenisher")


def demo(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [str(COMMAND), "demo", "--folder", "demo", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> list[subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("demo")
    return [demo(folder), demo(folder)]


@pytest.mark.timeout(400)
def test_the_demo_works_twice_in_the_same_folder(twice: list[subprocess.CompletedProcess[str]]) -> None:
    for shown in twice:
        assert shown.returncode == 0, shown.stdout + shown.stderr


def test_it_shows_both_cycles_with_every_location_read(twice: list[subprocess.CompletedProcess[str]]) -> None:
    out = twice[0].stdout
    rows = re.findall(r"│\s+\d+ │\s+12 │\s+0 │\s+3,000 │", out)
    assert len(rows) == 4, out
    assert "confirmed" in out


def test_it_keeps_the_shipment_notices_that_this_interface_does_not_take(
    twice: list[subprocess.CompletedProcess[str]],
) -> None:
    rows = re.findall(r"│ [A-Z][\w ]+│ +(\d+) │ +([\d,]+) │ +(\d+) │ (\d+) recorded", twice[0].stdout)
    assert len(rows) == 2, twice[0].stdout
    assert all(int(notices) == int(recorded) > 0 for notices, _, _, recorded in rows)
    assert "receipt_unknown_serial" not in twice[0].stdout


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    return demo(tmp_path_factory.mktemp("tour"), "--channel", "all")


@pytest.mark.timeout(400)
def test_a_company_for_each_combination_of_interfaces_is_planned(tour: subprocess.CompletedProcess[str]) -> None:
    assert tour.returncode == 0, tour.stdout + tour.stderr
    assert len(re.findall(r"│ +\d+ │ +3 │ +0 │ +360 │", tour.stdout)) == 16, tour.stdout


def test_every_documented_operation_is_called(tour: subprocess.CompletedProcess[str]) -> None:
    shown = tour.stdout.partition("Every operation of every interface")[2].partition("Done in")[0]
    calls = [int(number.replace(",", "")) for number in re.findall(r"│ +([\d,]+) │ +\S", shown)]
    assert len(calls) == len(OPERATIONS), shown
    assert min(calls) > 0, shown
    assert "never" not in shown


def test_every_command_of_a_person_ends_well(tour: subprocess.CompletedProcess[str]) -> None:
    typed = re.findall(r"^(✓|✗ code \d+) replenisher (.+)$", tour.stdout, re.MULTILINE)
    assert len(typed) > 40
    assert [line for mark, line in typed if mark != "✓"] == []


def test_answers_that_are_lost_leave_one_document_each(tour: subprocess.CompletedProcess[str]) -> None:
    assert tour.stdout.count("x no") >= len(LOST_ANSWERS), tour.stdout
    assert re.findall(r"│ +\d+ │ (shipped|error|withdrawn|completed|cancelled|succeeded)", tour.stdout) == [
        "shipped",
        "error",
        "withdrawn",
        "completed",
        "cancelled",
        "succeeded",
    ]
    states = tour.stdout.partition("All orders now")[2].partition("Shipment notices")[0]
    assert "unknown" not in states
    assert "refused" not in states


def test_phones_go_only_where_serial_numbers_are_told(tour: subprocess.CompletedProcess[str]) -> None:
    notices = re.findall(r"│ +(\d+) │ +[\d,]+ │ +(\d+) │ (\d+) (recorded|sent)", tour.stdout)
    assert sorted({state for *_, state in notices}) == ["recorded", "sent"], tour.stdout
    assert len(notices) == 8
    assert all(int(there) == int(done) > 0 for there, _, done, _ in notices)
    assert all(int(serials) > 0 for _, serials, _, state in notices if state == "sent")


def test_it_explains_a_line_and_says_where_to_look_next(twice: list[subprocess.CompletedProcess[str]]) -> None:
    out = twice[0].stdout
    for expected in (
        "One line explained",
        "Top exceptions",
        "Where to look next",
        "orders list",
        "Flower",
        "daemon.log",
    ):
        assert expected in out


def test_a_folder_that_no_demo_made_is_never_emptied(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    precious = tmp_path / "demo" / "precious.txt"
    precious.write_text("years of work")
    shown = demo(tmp_path)
    assert shown.returncode == 1
    assert "was not made by a trial" in shown.stderr
    assert precious.read_text() == "years of work"
