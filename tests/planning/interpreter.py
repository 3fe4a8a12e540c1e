"""Orders worked out from the explanations of a location's rows and nothing else, in whole numbers and fractions."""

import re
from fractions import Fraction
from typing import Any

MUCH, COSTS = str(10**15), ("too small", "maximum lines per order", "maximum value per order")


def number(text: str, pattern: str, default: str = "0") -> Fraction:
    return Fraction((re.findall(pattern.replace("AMOUNT", r"(\d+(?:\.\d+)?)"), text) or [default])[0])


def orders(explained: dict[str, dict[str, str]]) -> dict[str, int]:
    """Give the order quantity of each SKU of one location from the texts of its explanation, by label."""
    rows = {sku: wanted(texts) | {"sku": sku} for sku, texts in explained.items()}
    asking = sorted((row for row in rows.values() if row["quantity"]), key=lambda row: (-row["need"], row["sku"]))
    share(asking, {label: text for row in asking for label, text in explained[row["sku"]].items()})
    return {sku: int(row["quantity"]) for sku, row in rows.items()}


def wanted(texts: dict[str, str]) -> dict[str, Any]:
    terms = [text for text in texts.values() if " x weight " in text]
    position = sum((int(text.split()[0]) * number(text, r"weight ([+-]?\d+)") for text in terms), Fraction(0))
    low, high = (number(texts[label], r"^(-?\d+)") for label in ("minimum", "maximum"))
    row: dict[str, Any] = {"position": position, "need": (low - position) / max(low, 1), "quantity": 0, "high": high}
    if "excluded" in texts or high == position or not asks(texts, position, low):
        return row
    text = texts["case pack"] + texts.get("lot", "")
    pack, size = number(text, r"packs of (\d+)"), number(text, r"lots of (\d+)")
    missing = -(-(low - position + ("at or below" in texts["trigger"])) // max(size, 1)) * size or high - position
    percents = {"rounding up": 0, "rounding nearest": 50, "rounding down": 101}
    percent = next((percents[word] for word in percents if word in text), number(text, r"threshold of (\d+) %"))
    over, units = missing % pack, missing // pack * pack
    again = "would ask again" in text and asks(texts, position + units, low)
    units += pack if over and (100 * over >= percent * pack or again) else 0
    lot = max(-(-number(texts.get("minimum order quantity", ""), r"at least (\d+)") // pack), 1) * pack
    line, shelf, small = (texts.get(label, "") for label in ("maximum per line", "shelf capacity", "too small"))
    caps = [*re.findall(r"at most (\d+)", line), *re.findall(r"coming = (\d+)", shelf), MUCH]
    most = min(map(int, caps)) // pack * pack
    units = min(max(units, lot), most) if units and most >= lot else 0
    cost = number("".join(texts.get(label, "") for label in COSTS), "unit cost AMOUNT")
    tiny = units < number(small, r" (\d+) units") or 100 * units < number(small, r" (\d+) % of the max") * high
    tiny = tiny or ("not known" not in small and units * cost < number(small, "value of AMOUNT"))
    units *= not tiny or 100 * position < number(small, r"unless below (\d+) %") * low
    rate = number(texts.get("minimum per order", ""), r"sells ([\d.e-]+) a", str(high))
    return row | {"quantity": units, "pack": pack, "lot": lot, "most": most, "cost": cost, "rate": float(rate)}


def asks(texts: dict[str, str], position: Fraction, low: Fraction) -> bool:
    return position < low or (position == low and "at or below" in texts["trigger"])


def share(rows: list[dict[str, Any]], texts: dict[str, str]) -> None:
    worth = {"units": lambda row: 1, "value": lambda row: row["cost"]}
    most = {of: number(texts.get(f"maximum {of} per order", ""), "at most AMOUNT", MUCH) for of in (*worth, "lines")}
    for row in rows:
        most["lines"] -= all(row["lot"] * of(row) <= most[each] for each, of in worth.items())
        row["quantity"] *= most["lines"] >= 0 or any(row["lot"] * of(row) > most[each] for each, of in worth.items())
    for each, of in worth.items():
        room = most[each]
        for row in rows:
            if row["quantity"] * of(row) > room:
                row["quantity"] = room // (row["pack"] * of(row)) * row["pack"]
                row["quantity"] *= row["quantity"] >= row["lot"]
            room -= row["quantity"] * of(row)
    text = texts.get("minimum per order", "")
    least = {"units": number(text, r"(\d+) units"), "value": number(text, "value of AMOUNT")}
    total = {each: sum(row["quantity"] * of(row) for row in rows) for each, of in worth.items()}
    before = [row["quantity"] for row in rows]
    able = [row for row in rows if row["quantity"] and row["rate"] > 0 and (row["cost"] or not least["value"])]
    while able and "topped up" in text and any(total[each] < least[each] for each in worth):
        row = min(able, key=lambda row: (float(row["position"] + row["quantity"]) / row["rate"], row["sku"]))
        more = {each: total[each] + row["pack"] * of(row) for each, of in worth.items()}
        if row["quantity"] + row["pack"] > row["most"] or any(more[each] > most[each] for each in worth):
            able.remove(row)
        else:
            row["quantity"], total = row["quantity"] + row["pack"], more
    for row, quantity in zip(rows, before, strict=True):
        row["quantity"] = quantity if any(total[each] < least[each] for each in worth) else row["quantity"]
