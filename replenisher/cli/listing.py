"""How a list of plain rows looks: a table of some columns, JSON or CSV of all of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from replenisher.cli.screen import add_row, literal, messages, out, print_json, table

CsvOption = Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Also write every row to this file.")]
Row = Mapping[str, object]


def show(
    rows: Sequence[Row],
    columns: Mapping[str, str],
    *,
    nothing: str,
    csv_file: Path | None,
    as_json: bool,
    title: str | None = None,
) -> None:
    """Print rows; `columns` are the headings of the table by name of the value, `nothing` stands for no rows.

    Numbers stand to the right. JSON has every value, CSV every one that is no list of its own; text that a spreadsheet
    would run as a formula gets an apostrophe there. ConfigurationError when the file cannot be written.
    """
    if csv_file is not None:
        from replenisher.workflows.probe import write_report  # noqa: PLC0415 - `--help` must not wait for it

        write_report(csv_file, as_csv(rows, columns))
        messages().print(literal(f"{csv_file}: written"))
    if as_json:
        print_json(list(rows))
        return
    if not rows:
        out().print(literal(nothing))
        return
    numbers = [heading for name, heading in columns.items() if all(_is_number(row[name]) for row in rows)]
    made = table(*columns.values(), right=numbers, title=title)
    for row in rows:
        add_row(made, *(_shown(row[name]) for name in columns))
    out().print(made)


def as_csv(rows: Sequence[Row], columns: Mapping[str, str]) -> str:
    """Write rows with every value that they have; the names of `columns` head a file without rows."""
    from replenisher.workflows.plan.rehearse import neutralised  # noqa: PLC0415 - `--help` must not wait for it

    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    names = [name for name, value in rows[0].items() if not isinstance(value, list)] if rows else list(columns)
    writer.writerow(names)
    for row in rows:
        values = [row[name] for name in names]
        writer.writerow([neutralised(value) if isinstance(value, str) else _plain(value) for value in values])
    return text.getvalue()


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else "" if value is None else str(value)


def _plain(value: object) -> object:
    return f"{value:f}" if isinstance(value, Decimal) else value
