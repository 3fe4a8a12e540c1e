"""The first day of the world: companies, locations, levels and opening stock, the same for the same seed."""

from __future__ import annotations

import math
from datetime import timedelta
from random import Random

from replenisher.sandbox.catalog import Product
from replenisher.sandbox.history import write_history
from replenisher.sandbox.ledger import Company, Location, StockRow
from replenisher.sandbox.numbering import company_ids, location_ids
from replenisher.sandbox.orders import Order, OrderLine, Stage
from replenisher.sandbox.switches import Setup
from replenisher.sandbox.world import World

_COMPANY_NAMES = ("Kentel", "Prairie Wireless", "Harbour Mobile", "Summit Cellular", "Lakeside Phones", "Delta Talk")
_CITIES = (
    ("Regina", "SK", "S4Z 9H7"),
    ("Saskatoon", "SK", "S7K 0A1"),
    ("Winnipeg", "MB", "R3C 0V8"),
    ("Calgary", "AB", "T2P 1J9"),
    ("Halifax", "NS", "B3H 4R2"),
    ("Moncton", "NB", "E1C 1E1"),
    ("Kelowna", "BC", "V1Y 1J4"),
    ("Québec", "QC", "G1R 4P5"),
)
_STREETS = ("Main St.", "Albert St.", "Portage Ave.", "8th Ave. SW", "Rue St-Jean")


def open_world(world: World) -> None:
    """Fill an empty world: companies, stock, history and the retailers' own open orders."""
    for position, company_id in enumerate(company_ids(world.setup)):
        name = _COMPANY_NAMES[position % len(_COMPANY_NAMES)]
        suffix = "" if position < len(_COMPANY_NAMES) else f" {position}"
        company = Company(id=company_id, name=name + suffix)
        world.companies[company_id] = company
        for location_id in location_ids(world.setup, position):
            location = open_location(world.setup, world.catalog, company_id, location_id)
            for row in location.rows.values():
                if row.product.serialised:
                    row.serial_numbers = world.serials.take(row.in_stock)
            company.locations[location_id] = location
            write_history(world, location)
        _place_retailer_orders(world, company)


def open_location(setup: Setup, catalog: dict[str, Product], company: int, location_id: int) -> Location:
    """One location with a stock row for every product."""
    random = Random(f"{setup.seed}/location/{location_id}")
    city, region, postal_code = random.choice(_CITIES)
    location = Location(
        company=company,
        id=location_id,
        name=f"{city} {location_id}",
        address=f"{random.randrange(10, 9900)} {random.choice(_STREETS)}",
        city=city,
        region=region,
        postal_code=postal_code,
        country="Canada",
        phone_number=f"306555{random.randrange(10000):04d}",
    )
    busyness = random.uniform(0.6, 1.5)
    for product in catalog.values():
        location.rows[product.sku] = _open_row(random, setup, product, busyness)
    return location


def _open_row(random: Random, setup: Setup, product: Product, busyness: float) -> StockRow:
    rate = setup.daily_sales * product.pace * busyness
    minimum = math.ceil(rate * 7) + 1
    maximum = minimum + max(2, math.ceil(rate * 7))
    if random.random() < (0.5 if product.discontinued else 0.06):
        minimum = maximum = 0
    below = random.random() < setup.below_minimum
    in_stock = random.randrange(0, max(1, minimum)) if below else random.randint(minimum, max(minimum, maximum))
    if below and not product.serialised and random.random() < 0.04:
        in_stock = -random.randint(1, 3)
    row = StockRow(
        product=product,
        minimum=minimum,
        maximum=maximum,
        daily_rate=rate,
        min_max_locked=random.random() < 0.05,
        do_not_order=random.random() < 0.03,
        opening=in_stock,
        in_stock=in_stock,
    )
    if in_stock > minimum and random.random() < 0.05:
        row.allocated = 1
    return row


def _place_retailer_orders(world: World, company: Company) -> None:
    random = world.random("retailer-orders", company.id)
    for position in range(world.setup.retailer_orders):
        location = random.choice(list(company.locations.values()))
        rows = random.sample(list(location.rows.values()), k=min(4, len(location.rows)))
        now = world.clock.now()
        world.orders.add(
            Order(
                company=company.id,
                location=location.id,
                vendor_invoice_number=f"{company.id}-{9000 + position}",
                committed=True,
                accepted_at=now - timedelta(days=1),
                arrives_at=now + timedelta(days=1 + position),
                lines={
                    row.product.sku: OrderLine(
                        quantity=row.product.case_pack * 2, cost=float(row.product.unit_cost or 0)
                    )
                    for row in rows
                },
                made_by="retailer",
                stage=Stage.OPEN,
            )
        )
