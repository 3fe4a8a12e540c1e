"""Planners' CSV files as columns of values, every fault with its line.

Comma, semicolon or tab; any line ending; line breaks inside quotes (the line told is where the row begins); header
names in any case, with aliases. Every distinct text of a column is read once, so 100,000 rows take well under a
second. White space around a cell does not count.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from replenisher.intake.cells import CellFaultError, Reader, free_text
from replenisher.intake.text_file import FaultList, read_text
from replenisher.logs import get_logger

DELIMITERS = (",", ";", "\t")
_log = get_logger(__name__)


@dataclass(frozen=True)
class Column:
    """One column: its name, other names for it, how a cell is read, and what an empty cell means.

    A required column must be in the header and may have no empty cell.
    """

    name: str
    read: Reader
    aliases: tuple[str, ...] = ()
    required: bool = False
    default: object = None


@dataclass
class Table:
    """The file's values by column, with the line at which each row begins.

    A value that could not be read is None; `faults` then says why. `uneven` holds the cells of rows of another width
    than the header, by line: they are in no column.
    """

    faults: FaultList
    lines: list[int] = field(default_factory=list)
    columns: dict[str, list[Any]] = field(default_factory=dict)
    uneven: dict[int, list[str]] = field(default_factory=dict)


def read_table(path: Path, columns: Sequence[Column], key: Sequence[str]) -> Table:
    """Read a CSV file; faults of header, rows, cells and repeated keys are collected in the table.

    Raises PlannerFileError at once only when the file cannot be read as a table at all.
    """
    source = read_text(path)
    table = Table(FaultList(path))
    delimiter = _delimiter(source.text, columns)
    header_line, header, rows = _rows(source.text, delimiter, table)
    if not header:
        names = delimiter.join(column.name for column in columns)
        table.faults.add(0, "", f"is empty; the first line should be {names}")
        table.faults.raise_if_any()
    places = _places(header, header_line, columns, table.faults)
    kept = _full_rows(rows, header, table)
    for column in columns:
        place = places.get(column.name)
        if place is None:
            table.columns[column.name] = [column.default] * len(kept)
        else:
            table.columns[column.name] = _values(column, [row[place].strip() for row in kept], table, source.is_utf8)
    _repeated(table, key)
    if not source.is_utf8:
        _log.warning("planner file is not UTF-8", file=str(path), read_as="Windows-1252")
    return table


def _name(cell: str) -> str:
    return cell.strip().casefold().replace(" ", "_").replace("-", "_")


def _known_names(columns: Iterable[Column]) -> dict[str, str]:
    """Map every name and alias of a column to its name."""
    return {name: column.name for column in columns for name in (column.name, *column.aliases)}


def _delimiter(text: str, columns: Sequence[Column]) -> str:
    """Choose the delimiter that makes the most known names of the first line that is not blank."""
    first = next((line for line in io.StringIO(text) if line.strip()), "")
    known = _known_names(columns)

    def score(delimiter: str) -> tuple[int, int]:
        cells = first.split(delimiter)
        return sum(_name(cell.strip().strip('"')) in known for cell in cells), len(cells)

    return max(DELIMITERS, key=score)


def _rows(text: str, delimiter: str, table: Table) -> tuple[int, list[str], list[list[str]]]:
    """Split the text into the header with its line, and the rows; blank rows are passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] = []
    rows: list[list[str]] = []
    header_line = begins = 1
    try:
        for row in reader:
            if any(map(str.strip, row)):
                if header:
                    rows.append(row)
                    table.lines.append(begins)
                else:
                    header, header_line = row, begins
            begins = reader.line_num + 1
    except csv.Error:
        table.faults.add(
            begins, "", 'a quoted text does not end where it should; write "" for a quote inside a quoted text'
        )
    return header_line, header, rows


def _places(header: list[str], line: int, columns: Sequence[Column], faults: FaultList) -> dict[str, int]:
    """Find each column's place; unknown, repeated and missing names are faults."""
    known = _known_names(columns)
    places: dict[str, int] = {}
    for place, cell in enumerate(header):
        name = _name(cell)
        if not name:
            continue
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"nearest valid name: {near[0]}" if near else f"valid names: {', '.join(known)}"
            faults.add(line, cell.strip(), f"unknown column; {hint}")
        elif known[name] in places:
            faults.add(line, cell.strip(), f"column {known[name]} is given twice; delete one of them")
        else:
            places[known[name]] = place
    for column in columns:
        if column.required and column.name not in places:
            names = " or ".join((column.name, *column.aliases))
            faults.add(line, column.name, f"column is missing; add a column named {names}")
    return places


def _full_rows(rows: list[list[str]], header: list[str], table: Table) -> list[list[str]]:
    """Keep the rows that have as many cells as the header; empty cells beyond it do not matter."""
    width = len(header)
    unnamed = [place for place, cell in enumerate(header) if not cell.strip()]
    kept: list[list[str]] = []
    lines: list[int] = []
    for line, row in zip(table.lines, rows, strict=True):
        if len(row) < width or (len(row) > width and any(row[width:])):
            hint = "put a text that holds the delimiter in quotes"
            table.faults.add(line, "", f"has {len(row)} cells, the header has {width}; {hint}")
            table.uneven[line] = row
            continue
        if unnamed and any(row[place].strip() for place in unnamed):
            table.faults.add(line, "", "has a value in a column without a name; name the column or empty the cell")
        kept.append(row)
        lines.append(line)
    table.lines = lines
    return kept


def _values(column: Column, cells: list[str], table: Table, is_utf8: bool) -> list[Any]:
    """Read a column's cells, each distinct text once."""
    read: dict[str, Any] = {}
    faulty: dict[str, str] = {}
    for text in set(cells):
        try:
            read[text] = _value(column, text, is_utf8)
        except CellFaultError as fault:
            read[text] = None
            faulty[text] = str(fault)
    if faulty:
        for line, text in zip(table.lines, cells, strict=True):
            if text in faulty:
                table.faults.add(line, column.name, faulty[text])
    return [read[text] for text in cells]


def _value(column: Column, text: str, is_utf8: bool) -> object:
    if not text:
        if column.required:
            raise CellFaultError("is empty; fill the cell or delete the row")
        return column.default
    if not is_utf8 and column.read is not free_text and not text.isascii():
        raise CellFaultError(f'"{text}" has letters in an unknown encoding; save the file as CSV UTF-8')
    return column.read(text)


def _repeated(table: Table, key: Sequence[str]) -> None:
    """Find rows whose key was given before; both lines are named."""
    keys = list(zip(*(table.columns[name] for name in key), strict=True))
    if len(set(keys)) == len(keys):
        return
    first: dict[tuple[Any, ...], int] = {}
    for line, found in zip(table.lines, keys, strict=True):
        before = first.setdefault(found, line)
        if before != line and None not in found:
            shown = ", ".join(f'"{part}"' for part in found)
            table.faults.add(line, " and ".join(key), f"{shown} is given twice, first on line {before}; keep one row")
