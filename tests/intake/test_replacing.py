"""A checked file takes the place of the one in force: whole, with its mode and owner, and the former one is kept."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from replenisher.errors import ConfigurationError
from replenisher.intake.replacing import replace_file

AT = datetime(2026, 3, 2, 5, 6, 7, tzinfo=UTC)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "levels.csv"
    path.write_bytes(b"old")
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644])
def test_the_new_file_has_the_mode_of_the_former_one_which_is_kept(target: Path, mode: int) -> None:
    target.chmod(mode)
    kept = replace_file(target, b"new", AT)
    assert kept == target.with_name("levels.csv.20260302T050607Z")
    assert (target.read_bytes(), kept.read_bytes()) == (b"new", b"old")
    assert stat.S_IMODE(target.stat().st_mode) == mode
    assert names(target.parent) == ["levels.csv", kept.name]


def test_two_in_one_second_keep_both_former_files(target: Path) -> None:
    first, second = replace_file(target, b"new", AT), replace_file(target, b"newer", AT)
    assert first is not None
    assert second == first.with_name(first.name + "-2")
    assert (first.read_bytes(), second.read_bytes(), target.read_bytes()) == (b"old", b"new", b"newer")


def test_the_owner_is_kept(target: Path) -> None:
    owner = (12345, 23456) if os.getuid() == 0 else (os.getuid(), os.getgroups()[-1])
    os.chown(target, *owner)
    replace_file(target, b"new", AT)
    assert (target.stat().st_uid, target.stat().st_gid) == owner


def test_where_there_was_no_file_one_is_made_that_others_may_read(tmp_path: Path) -> None:
    target = tmp_path / "levels.csv"
    assert replace_file(target, b"new", AT) is None
    assert (target.read_bytes(), stat.S_IMODE(target.stat().st_mode)) == (b"new", 0o644)


def test_a_link_is_refused_and_what_it_points_at_is_left_alone(target: Path) -> None:
    link = target.with_name("link.csv")
    link.symlink_to(target)
    with pytest.raises(ConfigurationError, match="symbolic link"):
        replace_file(link, b"new", AT)
    assert target.read_bytes() == b"old"
    assert names(target.parent) == ["levels.csv", "link.csv"]


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="not an ordinary file"):
        replace_file(tmp_path, b"new", AT)


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be replaced"):
        replace_file(tmp_path / "gone" / "levels.csv", b"new", AT)


def test_who_reads_the_former_file_reads_it_to_its_end(target: Path) -> None:
    with target.open("rb") as reader:
        replace_file(target, b"new", AT)
        assert reader.read() == b"old"
