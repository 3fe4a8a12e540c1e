"""From a report's bytes to typed rows: fast when all is well, careful and talkative when something is not.

The careful way reads the same document again without types, accepts what is harmless (`5.0` for 5) and names the
first row, field and SKU that is not.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from replenisher.errors import ReportRefusedError, UnavailableError

Row = TypeVar("Row", bound=msgspec.Struct)
Pairs = list[tuple[str, Any]]

PATH = re.compile(r" - at `\$\.?(?P<path>[^`]*)`")
MISSING = re.compile(r"missing required field `(?P<field>[^`]+)`")


@dataclass(frozen=True)
class Place:
    """Which report of which location is being read, for messages."""

    location: str
    report: str

    def refused(self, reason: str, *, field: str = "", sku: str = "") -> ReportRefusedError:
        """Make the error that refuses the report, naming the row by its SKU where it has one."""
        told = f"{reason} (SKU {sku})" if sku else reason
        return ReportRefusedError(location=self.location, report=self.report, field=field, reason=told)


def decode_rows(body: bytes, decoder: msgspec.json.Decoder[list[Row]], row: type[Row], place: Place) -> list[Row]:
    """Read a JSON array of rows; raise ReportRefusedError for a bad one, UnavailableError for a damaged document."""
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return convert_rows(load(body, place), row, place)


def load(body: bytes, place: Place, pairs: Callable[[Pairs], dict[str, Any]] | None = None) -> Any:
    """Read the document without types; raise UnavailableError when it is not complete JSON."""
    try:
        return json.loads(body, object_pairs_hook=pairs)
    except (ValueError, RecursionError) as error:
        message = f"{place.report} of location {place.location}: the answer is not complete JSON"
        raise UnavailableError(message, operation=place.report) from error


def convert_rows(document: object, row: type[Row], place: Place) -> list[Row]:
    """Turn an array of objects into typed rows one by one; raise ReportRefusedError naming the first fault."""
    if not isinstance(document, list):
        raise place.refused(f"expected an array of rows, found {type(document).__name__}")
    return [_convert(item, row, place) for item in document]


def _convert(item: object, row: type[Row], place: Place) -> Row:
    plain = _plain(item, "", item, place)
    try:
        return msgspec.convert(plain, row)
    except msgspec.ValidationError as error:
        message = str(error)
        at = PATH.search(message)
        path = at["path"] if at else ""
        missing = MISSING.search(message)
        field = ".".join(filter(None, (path, missing["field"] if missing else "")))
        reason = "is missing" if missing else message[: at.start() if at else None]
        raise place.refused(reason, field=field, sku=_sku_at(item, path)) from error


def _plain(value: Any, path: str, item: object, place: Place) -> Any:
    """Turn whole floats into integers all the way down; refuse NaN and infinities, which JSON does not have."""
    if isinstance(value, dict):
        return {key: _plain(inner, f"{path}.{key}" if path else key, item, place) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner, f"{path}[{index}]", item, place) for index, inner in enumerate(value)]
    if isinstance(value, float):
        if not math.isfinite(value):
            raise place.refused(f"{value} is not a number", field=path, sku=_sku_at(item, path))
        return int(value) if value.is_integer() else value
    return value


def _sku_at(item: object, path: str) -> str:
    """Find the SKU nearest to a path such as `InvoiceProducts[2].Quantity`."""
    sku, here = "", item
    for step in ["", *re.findall(r"[^.\[\]]+", path)]:
        if step and isinstance(here, dict):
            here = here.get(step)
        elif step.isdigit() and isinstance(here, list):
            here = here[int(step)]
        if isinstance(here, dict) and isinstance(here.get("VendorSku"), str):
            sku = here["VendorSku"]
    return sku[:100]


def check_skus(skus: list[str], place: Place) -> None:
    """Refuse SKUs that no database can keep as they are: a NUL character or half of a surrogate pair."""
    together = "".join(skus)
    if "\0" in together or not together.isascii():
        for sku in skus:
            if "\0" in sku or any("\ud800" <= character <= "\udfff" for character in sku):
                raise place.refused("holds a character that is no text", field="VendorSku", sku=ascii(sku))
