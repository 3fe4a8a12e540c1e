"""Rows of an answer as columns: a table names each element, our word for it, and how it is read.

```
STORES = Rows("StoreInformation", {"location": needed("StoreID", number), "name": Cell("Name", text)}, "location")
columns = STORES.read(reply.result)      # {"location": ["36"], "name": ["Cornwall West"]}
```

Elements are found by their exact name, in any order; what is not in the table is passed over. A value that was not
supplied is None, and refuses the whole answer where the table needs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from replenisher.gateways.soap.cells import Reader
from replenisher.gateways.soap.packaged import NAMESPACE

Columns = dict[str, list[Any]]


class UnreadableRowError(Exception):
    """A row that cannot be believed: the element at fault, why, and the row by its key."""

    def __init__(self, field: str, reason: str, key: str = "") -> None:
        super().__init__(f"{field}: {reason}" + (f" ({key})" if key else ""))
        self.field = field
        self.reason = reason
        self.key = key


@dataclass(frozen=True)
class Cell:
    """One element of a row: its name on the wire, how its text is read, and whether a row is nothing without it."""

    name: str
    read: Reader
    needed: bool = False


def needed(name: str, read: Reader) -> Cell:
    """Make a cell without which the whole answer is refused."""
    return Cell(name, read, needed=True)


@dataclass(frozen=True)
class Rows:
    """The rows of one element name; `key` is the column that names a row in messages."""

    row: str
    cells: dict[str, Cell]
    key: str

    def read(self, parent: etree._Element | None) -> Columns:
        """Read every row that is a child of `parent` into equally long columns; no parent has no rows.

        Raises UnreadableRowError naming the element and the row.
        """
        rows = () if parent is None else self.elements(parent)
        if parent is not None and len(rows) != len(parent):
            self._refuse_other_rows(parent)
        return self.read_all(rows)

    def elements(self, parent: etree._Element) -> Sequence[etree._Element]:
        """Give the children of `parent` that are rows of this name."""
        return parent.findall(f"{{{NAMESPACE}}}{self.row}")

    def read_all(self, rows: Sequence[etree._Element]) -> Columns:
        """Read these elements, whatever their names, into equally long columns."""
        written: dict[str, list[str | None]] = {name: [] for name in self.cells}
        places = [(cells.append, f"{{{NAMESPACE}}}{self.cells[name].name}") for name, cells in written.items()]
        for row in rows:
            values = {child.tag: child.text for child in row}
            if len(values) != len(row):
                self._refuse_repeats(row)
            for append, tag in places:
                append(values.get(tag))
        self._refuse_nested(rows)
        return {name: self._column(name, values, rows) for name, values in written.items()}

    def one(self, row: etree._Element) -> dict[str, Any]:
        """Read a single element as a row."""
        return {name: values[0] for name, values in self.read_all([row]).items()}

    def _column(self, name: str, written: list[str | None], rows: Sequence[etree._Element]) -> list[Any]:
        cell = self.cells[name]
        read = cell.read
        try:
            column = [read(value) if value and not value.isspace() else None for value in written]
        except ValueError:
            self._refuse_value(cell, written, rows)
            raise
        if cell.needed and None in column:
            self._refuse_missing(cell, rows[column.index(None)])
        return column

    def _refuse_value(self, cell: Cell, written: list[str | None], rows: Sequence[etree._Element]) -> None:
        for row, value in zip(rows, written, strict=True):
            try:
                if value and not value.isspace():
                    cell.read(value)
            except ValueError as error:
                raise UnreadableRowError(cell.name, f"{value!r:.60} {error}", self._key_of(row)) from None

    def _refuse_missing(self, cell: Cell, row: etree._Element) -> None:
        """Say what is missing, and when the same name stands there in another spelling."""
        spelled = [etree.QName(child).localname for child in row]
        if cell.name in spelled:
            raise UnreadableRowError(cell.name, "was not supplied", self._key_of(row))
        alike = next((name for name in spelled if name.casefold() == cell.name.casefold()), "")
        reason = f"is missing; the row has {alike} instead" if alike else "is missing"
        raise UnreadableRowError(cell.name, reason, self._key_of(row))

    def _refuse_repeats(self, row: etree._Element) -> None:
        spelled = [str(child.tag) for child in row]
        for cell in self.cells.values():
            if spelled.count(f"{{{NAMESPACE}}}{cell.name}") > 1:
                raise UnreadableRowError(cell.name, "stands there more than once", self._key_of(row))

    def _refuse_nested(self, rows: Sequence[etree._Element]) -> None:
        """Refuse an element inside a value: what follows it would be lost without a word."""
        wanted = {f"{{{NAMESPACE}}}{cell.name}": cell.name for cell in self.cells.values()}
        for row in rows:
            nested = [child for child in row if len(child)] if NESTED(row) else ()
            for child in nested:
                if child.tag in wanted:
                    raise UnreadableRowError(wanted[child.tag], "holds other elements", self._key_of(row))

    def _refuse_other_rows(self, parent: etree._Element) -> None:
        """Refuse rows under a spelling of the name that would otherwise read as an empty report."""
        for child in parent:
            name = etree.QName(child).localname
            if child.tag != f"{{{NAMESPACE}}}{self.row}" and name.casefold() == self.row.casefold():
                raise UnreadableRowError(self.row, f"the answer has {child.tag} instead")

    def _key_of(self, row: etree._Element) -> str:
        name = self.cells[self.key].name
        return f"{name} {(row.findtext(f'{{{NAMESPACE}}}{name}') or 'not told')[:100]}"


NESTED = etree.XPath("boolean(*/*)")


def child_of(parent: etree._Element | None, name: str) -> etree._Element | None:
    """Give the child of this name, None when there is none."""
    return None if parent is None else parent.find(f"{{{NAMESPACE}}}{name}")


def texts_of(parent: etree._Element | None, name: str) -> tuple[str, ...]:
    """Give the texts of all children of this name that say anything."""
    if parent is None:
        return ()
    return tuple(child.text for child in parent.findall(f"{{{NAMESPACE}}}{name}") if child.text and child.text.strip())
