"""Stock that moves between the locations of a company, and counts that are corrected."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from replenisher.sandbox.documents import Adjustment, Transfer
from replenisher.sandbox.ledger import (
    Company,
    Location,
    StockRow,
    post_adjustment,
    receive_transfer,
    ship_transfer,
)
from replenisher.sandbox.world import World

_LOSSES = (("Unexplained Shrinkage", 11), ("Damaged", 12), ("Lost", 13))
_GAINS = (("Found", 21), ("Count Correction", 22))


def receive_transfers(company: Company, end: datetime) -> int:
    """Book every transfer due before `end` into its receiving location; gives how many."""
    received = 0
    for location in company.locations.values():
        for transfer in location.transfers:
            due = transfer.ship_to == location.id and transfer.received_at is None and transfer.due_at < end
            if due:
                receive_transfer(company.locations[transfer.ship_from], location, transfer, transfer.due_at)
                received += 1
    return received


def ship_transfers(world: World, company: Company, start: datetime, random: Random) -> int:
    """Send units from locations that have more than they want to ones that have too few; gives transfers shipped."""
    locations = list(company.locations.values())
    if len(locations) < 2:
        return 0
    shipped = 0
    for location in locations:
        if random.random() >= world.switches.transfers_per_day:
            continue
        other = random.choice([candidate for candidate in locations if candidate.id != location.id])
        row = _spare_row(location, other, random)
        if row is not None:
            _ship(world, location, other, row, start + timedelta(minutes=random.randrange(1440)))
            shipped += 1
    return shipped


def correct_counts(world: World, location: Location, start: datetime, random: Random) -> int:
    """Find some rows' counts wrong, and correct a negative one to zero; gives adjustments made."""
    made = 0
    rows = list(location.rows.values())
    while random.random() < world.switches.adjustments_per_day / (made + 1) and made < 4:
        row = random.choice(rows)
        negative = [candidate for candidate in rows if candidate.in_stock < 0]
        if negative and random.random() < 0.5:
            row = negative[0]
        _adjust(world, location, row, start + timedelta(minutes=random.randrange(1440)), random)
        made += 1
    location.adjustments.sort(key=lambda adjustment: adjustment.at)
    return made


def _spare_row(location: Location, other: Location, random: Random) -> StockRow | None:
    skus = list(location.rows)
    for sku in random.sample(skus, k=min(40, len(skus))):
        row, wanted = location.rows[sku], other.rows[sku]
        if row.in_stock - row.allocated > row.maximum > 0 and wanted.in_stock < wanted.maximum:
            return row
    spare = [row for row in location.rows.values() if row.in_stock - row.allocated > row.minimum]
    return random.choice(spare) if spare else None


def _ship(world: World, ship_from: Location, ship_to: Location, row: StockRow, at: datetime) -> None:
    quantity = max(1, (row.in_stock - row.allocated - row.minimum) // 2)
    transfer = Transfer(
        id=world.paper_number(ship_from.id, "TR"),
        ship_from=ship_from.id,
        ship_to=ship_to.id,
        sku=row.product.sku,
        quantity=quantity,
        shipped_at=at,
        due_at=at + timedelta(days=world.switches.transfer_days),
        serial_numbers=row.take_serials(quantity),
    )
    ship_transfer(ship_from, ship_to, transfer)


def _adjust(world: World, location: Location, row: StockRow, at: datetime, random: Random) -> None:
    if row.in_stock < 0:
        quantity = -row.in_stock
    elif row.in_stock > 0 and random.random() < 0.7:
        quantity = -1
    else:
        quantity = 1
    reason, reason_id = random.choice(_GAINS if quantity > 0 else _LOSSES)
    if quantity < 0:
        serials = row.take_serials(-quantity)
    else:
        serials = tuple(world.serials.take(quantity)) if row.product.serialised else ()
        row.serial_numbers.extend(serials)
    number = world.paper_number(location.id, "AD")
    adjustment = Adjustment(number, location.id, at, row.product.sku, quantity, reason, reason_id, serials)
    post_adjustment(location, adjustment)
