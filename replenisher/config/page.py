"""The reference page of all settings, written from the models' own descriptions so that it cannot go stale."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from inspect import cleandoc
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from replenisher.config.faults import yaml_text
from replenisher.config.schema import as_section, inner_type, kind_of, list_mark
from replenisher.config.settings import Settings

_INTRODUCTION = """\
# Configuration

One YAML file holds everything; `config.example.yaml` is a commented start. It is read once when a command starts and
checked as a whole: every fault is told at once, with file, line, key, what was expected and an example.

```
replenisher check-config --config config.yaml
```

* **An unknown key is a fault**, and the nearest valid name is told. A section or key left out has its default.
* **Texts stay as they are written**: `00123` stays `00123` and `NO` stays `NO`, in quotes or not. A text that begins
  with `*`, `&`, `{`, `[`, `!`, `%` or `@`, or holds `: ` or ` #`, must stand in quotes.
* **Paths** count from the folder of the configuration file.
* **References** may stand in any text: `${env:NAME}` gives an environment variable, `${file:PATH}` the content of a
  file (without the line break at its end). A referenced file may be open to its owner only (`chmod 600`), else it is
  refused.
* **Secrets** are taken by reference only; written out in the file they are refused, as is a database or broker URL with
  a password in it. They never appear in messages, logs or `check-config`. A secret has at least four characters.
* **Not accepted**: files beyond 1 MiB, keys given twice, tags (`!…`), merge keys (`<<`), several documents. Anchors and
  aliases work as long as they do not unfold without measure.

In the tables, *required* means that there is no default, and *nothing* that the setting is empty unless given.
`companies[]` stands for every entry of the list, `platforms.<name>` for every platform under the name that you chose.
"""

_FILES = """\
## Planners' files

CSV with a header line: comma, semicolon or tab; UTF-8 with or without byte order mark. Names of columns in any case and
order. An unknown column is a fault. Every fault is told with its line (the first 50 of a file). Numbers are digits
only: `1,5`, `1.234,5`, `1e9` and negative numbers are refused rather than guessed at. Ids are text: `00123`, `NA` and
`=A1` are kept as they are; white space around a cell does not count. A file in Windows-1252, as some spreadsheet
programs save it, is read with a warning as long as only descriptions hold letters beyond ASCII.

**Products** (`products_file`)

| column | also called | empty means | what it is |
|---|---|---|---|
| `sku` | | refused | the vendor's product number |
| `description` | | no text | for people |
| `case_pack` | | 1 | units per case; orders are whole cases |
| `minimum_order_quantity` | `moq` | 0 | fewest units of a line; 0 = none |
| `maximum_line_quantity` | | 0 | most units of a line; 0 = none |
| `unit_cost` | `cost` | not known | price per unit, never 0; an order with an unknown cost waits for a person |
| `lead_time_days` | | 7 | days from order to arrival |
| `status` | | `active` | `active`, `new`; or `discontinued`, `inactive`, `end_of_life`: not ordered any more |
| `serial_numbers` | | `none` | what every unit carries and shipments must name: `none`, `serial`, `imei` |
| `catalog_id` | | not known | the product's id in the platform's catalog; sale orders need it |
| `shelf_capacity` | | 0 | most units that a location's shelf holds, what is coming included; 0 = no matter how many |
| `last_order_date` | | none | the last date, such as `2026-03-31`, on which the product is ordered |
| `snoozed_until` | | none | the date from which on the product is ordered again |
| `predecessor` | | none | the SKU whose place the product takes: while it is new it has that one's sales as well |

**Levels** (`levels_file`): the planners' own minimum and maximum, which win over the retailer's. No cell may be empty.

| column | also called | what it is |
|---|---|---|
| `location` | | the location's id on the platform |
| `sku` | | the vendor's product number |
| `reorder_point` | `min` | order when the position is below it |
| `order_up_to_level` | `max` | order up to it; not less than the minimum |

**Vendor's stock** (`vendor_stock_file`): what the vendor can ship now, shared when locations ask for more
([shortage.md](shortage.md)). A SKU stands there once.

| column | also called | empty means | what it is |
|---|---|---|---|
| `sku` | | refused | the vendor's product number |
| `units` | | refused | units that are free to be promised, 0 or more |
| `as_of` | | when the file was written | when that was so: `2026-03-31T14:05-05:00`; without a zone it is UTC |

**Counts**: units on the shelf, for companies whose platform reports no stock (`cmi`). No cell may be empty, and a
product is counted once at a location and moment.

| column | what it is |
|---|---|
| `location` | the location's id on the platform |
| `sku` | the vendor's product number |
| `quantity` | units counted, 0 or more |
| `counted_at` | `2026-03-31` or `2026-03-31T14:05`, in the company's local time, without a zone |

A count with a date alone was taken at its beginning, before anything was sold or received that day.

**Shipments**: what left the dock, one row or several for each product of a shipment. A row names its order in one of
two ways.

| column | also called | empty means | what it is |
|---|---|---|---|
| `vendor_invoice_number` | | see `order_id` | our reference of the order, or a [customer's order](fulfilments.md) |
| `order_id` | | see above | our number of the order (`replenisher orders list`) or the platform's id |
| `sku` | | refused | the vendor's product number |
| `quantity` | | refused | units shipped, 1 or more |
| `serial_numbers` | `serials` | none | as many as units, with blanks, semicolons or vertical bars between |
| `shipped_at` | | refused | as `counted_at`, or with a zone: `2026-03-31T14:05-05:00` |
| `tracking_number` | `tracking` | none | the carrier's number |
| `carrier` | | none | who carries it |
| `shipment` | | none | the vendor's own reference of the shipment |

A shipment is the rows of one order with the same `shipment`, else the same `tracking_number`, else the same
`shipped_at`; rows of one product are added up. Its number follows from the order and that reference, so the same rows
always have the same one. A tracking number that is added later makes another shipment, unless `shipment` is given.
Format columns of long serial numbers as text: a spreadsheet program rounds them, and rounded ones are refused.

Where the good rows of a file with bad ones are taken, only whole shipments are: a bad row keeps back every shipment to
which it may belong. A row without an order may belong to any order with its reference; a row with too many or too few
cells to every shipment of the orders that it names. A file with a fault in its header, or in which a quoted text does
not end, is kept back as a whole.

**Sale orders**: what the vendor's own shop sold. Its columns and an example are in [sale-orders.md](sale-orders.md).
"""


def render() -> str:
    """Write the whole page as Markdown."""
    sections = "\n".join(_section(prefix, model) for prefix, model in _sections(Settings, ""))
    return f"{_INTRODUCTION}\n{sections}\n{_FILES}"


def _sections(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, type[BaseModel]]]:
    yield prefix, model
    for name, field in model.model_fields.items():
        section = as_section(inner_type(field.annotation, items=True))
        if section is not None:
            mark = list_mark(field.annotation)
            yield from _sections(section, f"{prefix}{'.' if prefix else ''}{name}{mark}")


def _section(prefix: str, model: type[BaseModel]) -> str:
    title = f"`{prefix}`" if prefix else "Top level"
    rows = [
        f"| `{name}` | {kind_of(field.annotation)} | {_default(field)} | {field.description} |"
        for name, field in model.model_fields.items()
    ]
    table = "\n".join(["| setting | kind | default | what it is |", "|---|---|---|---|", *rows])
    return f"## {title}\n\n{cleandoc(model.__doc__ or '')}\n\n{table}\n"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "*required*"
    value = field.default
    if value is None or value == {}:
        return "*nothing*"
    if isinstance(value, BaseModel):
        return "its defaults"
    return f"`{yaml_text(_plain(value))}`"


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, str | int | float) else _path_or_amount(value)


def _path_or_amount(value: object) -> object:
    return f"./{value}" if isinstance(value, Path) else str(value)
