"""What raw answers about reports, limits and the clock say of the open questions; pure, and sparing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from replenisher.gateways.observations import Observation, clock_seen, counted_words, seen, some, unanswered
from replenisher.gateways.vendor_inventory import questions
from replenisher.gateways.vendor_inventory.raw_answers import Raw, nested, no_rows
from replenisher.gateways.vendor_inventory.transfers import FROM, TO


def judge_reports(raw: Raw) -> list[Observation]:
    """Answer the questions on the reports' fields, the rate limit and the clock."""
    return [
        _timestamps(raw),
        _transfer_keys(raw),
        _transfer_shape(raw),
        _received_date_field(raw),
        _serial_field(raw),
        _minmax_lock(raw),
        _unknown_fields(raw),
        _rate_limit(raw),
        clock_seen(questions.SERVER_CLOCK, raw.clock_ahead_seconds),
    ]


def _timestamps(raw: Raw) -> Observation:
    dated = {"sales": "InvoiceDate", "receiving": "DateReceived", "adjustments": "AdjustmentDate"}
    written = [str(row[key]) for name, key in dated.items() for row in raw.rows(name) if row.get(key)]
    if not written:
        return unanswered(questions.TIMESTAMPS, "no sale, receipt or adjustment in the window")
    kinds = Counter("with an offset" if _has_offset(text) else "without a zone" for text in written)
    told = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    return seen(questions.TIMESTAMPS, f"{told}, such as {written[0][:35]}")


def _has_offset(text: str) -> bool:
    return text.rstrip().upper().endswith("Z") or "+" in text[10:] or "-" in text[10:]


def _transfer_keys(raw: Raw) -> Observation:
    rows = raw.rows("transfers")
    if not rows:
        return no_rows(raw, questions.TRANSFER_KEYS, "transfers", "transfer")
    kinds = [TO if TO in row else f"{FROM} twice" if f"{FROM} (2)" in row else "no receiving end" for row in rows]
    lost = "no receiving end" in kinds
    attention = "ask the retailer how a transfer names the location that it goes to" if lost else ""
    return seen(questions.TRANSFER_KEYS, counted_words(kinds), attention=attention)


def _transfer_shape(raw: Raw) -> Observation:
    document = raw.documents.get("transfers")
    if isinstance(document, dict):
        return seen(questions.TRANSFER_SHAPE, "a single object")
    if isinstance(document, list) and document:
        return seen(questions.TRANSFER_SHAPE, f"an array of {len(document)}")
    return no_rows(raw, questions.TRANSFER_SHAPE, "transfers", "transfer")


def _received_date_field(raw: Raw) -> Observation:
    names = [
        key
        for row in (*raw.rows("receiving"), *_shipped(raw))
        for key in row
        if key.casefold() in {"datereceived", "daterecieved"}
    ]
    if not names:
        return unanswered(questions.RECEIVED_DATE_FIELD, "no receipt and no transfer in the window")
    return seen(questions.RECEIVED_DATE_FIELD, counted_words(names))


def _shipped(raw: Raw) -> Iterator[dict[str, Any]]:
    for transfer in raw.rows("transfers"):
        for product in nested(transfer.get("TransferProducts")):
            yield from nested(product.get("ShippingInfo"))


def _serial_field(raw: Raw) -> Observation:
    lines = [line for row in raw.rows("adjustments") for line in nested(row.get("Products"))]
    if not lines:
        return no_rows(raw, questions.SERIAL_FIELD, "adjustments", "adjustment")
    names = [key for line in lines for key in line if key.casefold() in {"serialnumber", "serialnumbers"}]
    return seen(questions.SERIAL_FIELD, counted_words(names) or f"neither, on {len(lines)} adjusted lines")


def _unknown_fields(raw: Raw) -> Observation:
    found: set[str] = set()
    looked = 0
    for name, known in questions.DOCUMENTED.items():
        rows = [*raw.rows("list"), *raw.rows("orders")] if name == "orders" else raw.rows(name)
        looked += len(rows)
        documented = set(known.casefold().split())
        found |= {f"{name}: {path}" for path in _paths(rows) if path.casefold() not in documented}
    if not looked:
        return unanswered(questions.UNKNOWN_FIELDS, "no answer had a row")
    return seen(questions.UNKNOWN_FIELDS, some(sorted(found)) if found else "none")


def _paths(rows: list[dict[str, Any]], above: str = "") -> set[str]:
    found: set[str] = set()
    for row in rows:
        for key, value in row.items():
            path = f"{above}{key.removesuffix(' (2)')}"
            found.add(path)
            found |= _paths([value] if isinstance(value, dict) else nested(value), f"{path}.")
    return found


def _minmax_lock(raw: Raw) -> Observation:
    rows = raw.rows("inventory")
    told = [row["MinMaxLocked"] for row in rows if isinstance(row.get("MinMaxLocked"), bool)]
    if not told:
        return no_rows(raw, questions.MINMAX_LOCK, "inventory", "row with MinMaxLocked")
    return seen(questions.MINMAX_LOCK, f"{sum(told)} of {len(rows)} rows are locked")


def _rate_limit(raw: Raw) -> Observation:
    if not raw.headers:
        return unanswered(questions.RATE_LIMIT_HEADERS, raw.why_none("companies", "nothing was answered"))
    names = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-resetseconds")
    limit, remaining, reset = (raw.headers.get(name, "") for name in names)
    if not limit:
        return seen(questions.RATE_LIMIT_HEADERS, "none")
    what = f"{limit[:12]} requests, {remaining[:12] or '?'} left, new in {reset[:12] or '?'} s"
    return seen(questions.RATE_LIMIT_HEADERS, what)


def noonday(rows: list[dict[str, Any]]) -> tuple[str, date] | None:
    """Choose the sale nearest to noon, whose date is the same in every zone near it: its invoice id and its date."""
    dated: list[tuple[float, str, date]] = []
    for row in rows:
        try:
            at = datetime.fromisoformat(str(row.get("InvoiceDate")))
        except ValueError:
            continue
        dated.append((abs(at.hour + at.minute / 60 - 12), str(row.get("InvoiceId")), at.date()))
    if not dated:
        return None
    _, invoice, day = min(dated)
    return invoice, day


def date_inclusive(raw: Raw, tried: tuple[str, date] | None, found: list[bool | str], days: int) -> Observation:
    """Answer whether EndDate is covered: was the sale in the report of its own day, was it in that of two days?

    `found` has an answer for each, or why there is none; `days` is how many days a report covers.
    """
    if tried is None:
        return no_rows(raw, questions.DATE_INCLUSIVE, "sales", "sale")
    trouble = next((one for one in found if isinstance(one, str)), "")
    if trouble:
        return unanswered(questions.DATE_INCLUSIVE, trouble)
    day = tried[1].isoformat()
    if found[0]:
        return seen(questions.DATE_INCLUSIVE, f"covered: a sale of {day} is in the report from {day} to {day}")
    if not found[-1]:
        return unanswered(questions.DATE_INCLUSIVE, f"a sale of {day} is in no report of that day: another zone?")
    what = f"not covered: a sale of {day} is missing from {day} to {day}"
    if days > 1:
        return seen(questions.DATE_INCLUSIVE, what)
    attention = "what the last day leaves out is read by no later report"
    return seen(questions.DATE_INCLUSIVE, what, attention=attention, setting="report_days: 2")
