"""What is kept for ever: a name proves its content, and nothing half-written ever has a name."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import fsspec
import numpy as np
import pandas as pd
import pytest
from fsspec.implementations.local import LocalFileSystem
from fsspec.implementations.memory import MemoryFileSystem
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from typing_extensions import Buffer

from replenisher.archive import Archive
from replenisher.errors import ArchiveError

FRAME = pd.DataFrame(
    {
        "location": pd.Categorical(["11412", "00123", "11412"], categories=["00123", "11412", "unused"]),
        "sku": pd.Series(["NA", "00123", "null"], dtype="str"),
        "on_hand": np.array([3, 0, -2], dtype="int64"),
        "order_quantity": np.array([0, 12, 24], dtype="int32"),
        "lead_time_days": [1.5, float("nan"), 2.0],
        "at_minimum": [True, False, True],
        "answered_at": pd.to_datetime(["2026-03-02 06:00:01.5"] * 3, utc=True),
    }
)


@pytest.fixture(params=["folder", "memory"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Archive]:
    """An archive in a folder and one in memory: any fsspec URL works the same."""
    url = f"memory://{uuid4().hex}" if request.param == "memory" else (tmp_path / "archive").as_uri()
    yield Archive(url)
    MemoryFileSystem.store.clear()


def stored(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_frame_comes_back_as_it_was(archive: Archive) -> None:
    back = archive.get_frame(archive.put_frame(FRAME))
    assert_frame_equal(back, FRAME)
    assert list(back["sku"]) == ["NA", "00123", "null"]
    assert list(back["location"].cat.categories) == ["00123", "11412", "unused"]


def test_an_empty_frame_keeps_its_columns_and_types(archive: Archive) -> None:
    empty = FRAME.head(0)
    back = archive.get_frame(archive.put_frame(empty))
    # Parquet keeps categories by the values that use them: none.
    assert_frame_equal(back, empty, check_categorical=False)
    assert isinstance(back["location"].dtype, pd.CategoricalDtype)


def test_the_index_is_not_part_of_the_content(archive: Archive) -> None:
    assert archive.put_frame(FRAME.set_index(pd.Index([7, 8, 9]))) == archive.put_frame(FRAME)


def test_the_same_content_has_the_same_name_in_every_archive(archive: Archive, tmp_path: Path) -> None:
    other = Archive(str(tmp_path / "other"))
    assert archive.put_frame(FRAME) == archive.put_frame(FRAME.copy()) == other.put_frame(FRAME)
    assert archive.put_document({"a": 1, "b": [2]}) == other.put_document({"b": [2], "a": 1})


def test_other_content_has_another_name(archive: Archive) -> None:
    changed = FRAME.assign(on_hand=[3, 0, -1])
    assert archive.put_frame(changed) != archive.put_frame(FRAME)
    assert archive.put_frame(FRAME.iloc[::-1]) != archive.put_frame(FRAME)
    assert archive.put_document({"sku": "00123"}) != archive.put_document({"sku": 123})


@given(st.dictionaries(st.text(), st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(), max_size=8))
def test_a_document_comes_back_as_it_was(document: dict[str, object]) -> None:
    archive = Archive("memory://documents")
    assert archive.get_document(archive.put_document(document)) == document


def test_only_some_columns_and_rows_are_read(archive: Archive) -> None:
    name = archive.put_frame(FRAME)
    found = archive.get_frame(name, columns=["sku", "on_hand"], only=[("location", "==", "11412")])
    assert list(found.columns) == ["sku", "on_hand"]
    assert list(found["sku"]) == ["NA", "null"]
    assert list(archive.get_frame(name, only=[("sku", "==", "00123")])["order_quantity"]) == [12]
    assert archive.get_frame(name, only=[("sku", "==", "123")]).empty
    assert list(archive.get_frame(name, columns=["on_hand"])["on_hand"]) == [3, 0, -2]


def test_writing_twice_stores_once(tmp_path: Path) -> None:
    archive = Archive(str(tmp_path))
    archive.put_frame(FRAME)
    (before,) = stored(tmp_path)
    written = before.stat().st_mtime_ns
    archive.put_frame(FRAME)
    assert [(path, path.stat().st_mtime_ns) for path in stored(tmp_path)] == [(before, written)]


def test_many_writers_of_one_content_leave_one_file(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(lambda _: Archive(str(tmp_path)).put_frame(FRAME), range(24)))
    assert [path.name for path in stored(tmp_path)] == [names[0]]
    assert set(names) == {names[0]}


def test_a_name_is_the_hash_of_the_file(tmp_path: Path) -> None:
    name = Archive(str(tmp_path)).put_document({"a": 1})
    (file,) = stored(tmp_path)
    assert (file.name, file.parent.name) == (name, name[:2])
    assert name == f"{sha256(file.read_bytes()).hexdigest()}.json"


def test_a_missing_file_is_told_with_its_name_and_the_archive(archive: Archive) -> None:
    name = f"{'0' * 64}.parquet"
    with pytest.raises(ArchiveError, match=f"lacks {name}; was the folder moved or cleaned"):
        archive.get_frame(name)
    with pytest.raises(ArchiveError, match=archive.url):
        archive.get_document(f"{'0' * 64}.json")


@pytest.mark.parametrize("damage", [b"", b"PAR1", b'{"a":2}'])
def test_a_damaged_file_is_refused(tmp_path: Path, damage: bytes) -> None:
    archive = Archive(str(tmp_path))
    frame, document = archive.put_frame(FRAME), archive.put_document({"a": 1})
    for file in stored(tmp_path):
        file.write_bytes(damage)
    with pytest.raises(ArchiveError, match="is damaged"):
        archive.get_frame(frame)
    with pytest.raises(ArchiveError, match="is damaged"):
        archive.get_document(document)


def test_one_flipped_bit_is_damage(tmp_path: Path) -> None:
    archive = Archive(str(tmp_path))
    name = archive.put_frame(FRAME)
    (file,) = stored(tmp_path)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(ArchiveError, match=f"{name} in the archive"):
        archive.get_frame(name, columns=["sku"])


def test_a_file_that_a_power_failure_cut_off_is_written_again(tmp_path: Path) -> None:
    archive = Archive(str(tmp_path))
    name = archive.put_document({"a": 1})
    (file,) = stored(tmp_path)
    file.write_bytes(b"")
    with pytest.raises(ArchiveError, match="is damaged"):
        archive.get_document(name)
    assert archive.put_document({"a": 1}) == name
    assert archive.get_document(name) == {"a": 1}


def test_an_archive_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    # Permissions would not stop root, under which these tests may run; a file in the folder's place stops everyone.
    in_the_way = tmp_path / "archive"
    in_the_way.write_text("")
    with pytest.raises(ArchiveError, match=r"archive .* cannot be written"):
        Archive(str(in_the_way)).put_frame(FRAME)


def test_an_archive_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    archive = Archive(str(tmp_path))
    name = archive.put_document({"a": 1})
    (file,) = stored(tmp_path)
    file.unlink()
    file.mkdir()
    with pytest.raises(ArchiveError, match="cannot be read"):
        archive.get_document(name)


def test_a_url_that_nothing_serves_says_so() -> None:
    with pytest.raises(ArchiveError, match="no-such-protocol"):
        Archive("no-such-protocol://bucket/folder")


class TornFile(io.FileIO):
    """A file on a disk that is full after three bytes."""

    def write(self, content: Buffer) -> int:
        super().write(bytes(content)[:3])
        raise OSError(28, "No space left on device")


class TornFileSystem(LocalFileSystem):  # type: ignore[misc] # fsspec ships no types
    """A disk on which nothing can be written to its end."""

    protocol = "torn"

    def open(self, path: str, mode: str = "rb", **_: object) -> io.FileIO:
        return TornFile(path, mode) if "w" in mode else io.FileIO(path, mode)


def test_a_half_written_file_never_gets_its_name(tmp_path: Path) -> None:
    fsspec.register_implementation("torn", TornFileSystem, clobber=True)
    with pytest.raises(ArchiveError, match="No space left"):
        Archive(f"torn://{tmp_path}").put_document({"a": 1})
    assert {path.suffix for path in stored(tmp_path)} <= {".draft"}
    assert Archive(str(tmp_path)).get_document(Archive(str(tmp_path)).put_document({"a": 1})) == {"a": 1}


WRITER = """
import sys
from replenisher.archive import Archive
archive = Archive(sys.argv[1])
for number in range(10_000):
    print(archive.put_document({"number": number, "filling": "x" * 20_000_000}), flush=True)
"""


def test_a_writer_killed_in_the_middle_leaves_no_false_name(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        for _ in range(3):
            writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)
    named = [path for path in stored(tmp_path) if path.suffix == ".json"]
    assert len(named) >= 3
    assert [path for path in named if sha256(path.read_bytes()).hexdigest() != path.stem] == []
