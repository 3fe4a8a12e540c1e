"""`replenisher demo`: two cycles with real workers, then what came of them; a second time works too."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).with_name("replenisher")


def demo(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [str(COMMAND), "demo", "--folder", "demo", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=110, check=False)


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> list[subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("demo")
    return [demo(folder), demo(folder)]


@pytest.mark.timeout(240)
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


@pytest.mark.timeout(240)
def test_all_three_channels_work_in_one_configuration(tmp_path: Path) -> None:
    shown = demo(tmp_path, "--channel", "all")
    assert shown.returncode == 0, shown.stdout + shown.stderr
    out = shown.stdout
    assert len(re.findall(r"│ +\d+ │ +12 │ +0 │ +3,000 │", out)) == 6, out
    notices = re.findall(r"│ [A-Z][\w ]+│ +(\d+) │ +[\d,]+ │ +(\d+) │ (\d+) (recorded|sent)", out)
    assert [state for *_, state in notices] == ["recorded", "sent", "sent"], out
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
