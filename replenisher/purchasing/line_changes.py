"""A person's change of an order's lines: what it leads to, and why it may not be made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from replenisher.errors import IllegalMoveError
from replenisher.planning.frames import LARGEST_QUANTITY
from replenisher.purchasing.platform import RequestLine


@dataclass(frozen=True)
class LineChange:
    """Units to be set by SKU of lines that are there, lines to be added, and SKUs to be taken off."""

    set_units: Mapping[str, int] = field(default_factory=dict)
    add_units: Mapping[str, int] = field(default_factory=dict)
    remove: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What a change comes to: the lines as they shall be, and what the platform is told, each part once."""

    wanted: tuple[RequestLine, ...]
    update: tuple[RequestLine, ...]
    add: tuple[RequestLine, ...]
    remove: tuple[str, ...]


def planned_change(
    lines: Sequence[RequestLine],
    change: LineChange,
    *,
    received: Mapping[str, int],
    announced: Mapping[str, int],
    costs: Mapping[str, Decimal],
) -> Plan:
    """Work out a change of these lines; IllegalMoveError with every reason why it may not be made.

    `received` and `announced` are units by SKU; a line of which anything was received stays as it is, and one that is
    announced keeps at least so many units. A new line takes its cost from `costs`, or has none.

    Worked example: lines A 5 and B 2, of which B is announced with 2. Setting A to 7 and adding C 1 is planned; taking
    B off, setting it to 1, adding A and setting D are refused.
    """
    there = {line.sku: line for line in lines}
    wrong = [*_wrong_words(change), *_wrong_lines(there, change), *_moving(change, received, announced)]
    if wrong:
        raise IllegalMoveError("; ".join(wrong))
    update = tuple(
        replace(there[sku], quantity=units) for sku, units in change.set_units.items() if there[sku].quantity != units
    )
    add = tuple(RequestLine(sku, units, costs.get(sku)) for sku, units in change.add_units.items())
    wanted = {line.sku: line for line in (*lines, *update, *add) if line.sku not in change.remove}
    if not update and not add and not change.remove:
        raise IllegalMoveError("nothing would change: the lines are as they shall be already")
    if not wanted:
        raise IllegalMoveError("an order keeps at least one line; decline or cancel the whole order instead")
    return Plan(tuple(wanted.values()), update, add, change.remove)


def _wrong_words(change: LineChange) -> list[str]:
    named = [*change.set_units, *change.add_units, *change.remove]
    wrong = [f"{sku}: named more than once" for sku in dict.fromkeys(named) if named.count(sku) > 1]
    for sku, units in [*change.set_units.items(), *change.add_units.items()]:
        if not 0 < units <= LARGEST_QUANTITY:
            wrong.append(f"{sku}: {units} is no number of units between 1 and {LARGEST_QUANTITY:,}")
    return wrong


def _wrong_lines(there: Mapping[str, RequestLine], change: LineChange) -> list[str]:
    missing = [sku for sku in (*change.set_units, *change.remove) if sku not in there]
    present = [sku for sku in change.add_units if sku in there]
    return [
        *(f"{sku}: not on the order" for sku in missing),
        *(f"{sku}: on the order already; set its quantity instead" for sku in present),
    ]


def _moving(change: LineChange, received: Mapping[str, int], announced: Mapping[str, int]) -> list[str]:
    wrong = []
    for sku, units in [*change.set_units.items(), *((sku, 0) for sku in change.remove)]:
        if received.get(sku, 0) > 0:
            wrong.append(f"{sku}: {received[sku]} received already")
        elif announced.get(sku, 0) > max(units, 0):
            wrong.append(f"{sku}: {announced[sku]} announced by shipment notices, see `replenisher shipments list`")
    return wrong
