"""The vendor's catalog: phone accessories, a few phones, and a handful of SKUs that break careless programs."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random

AWKWARD_SKUS = (
    "00123",
    "NA",
    "Folio Black for Samsung Galaxy S8",
    "Étui cuir brûlé 5,8″",
    "=AV100778",
)
_KINDS = (
    ("Cases", "CS", 29.99, 0.42),
    ("Screen protectors", "SP", 24.99, 0.22),
    ("Chargers", "CH", 34.99, 0.38),
    ("Cables", "CB", 19.99, 0.25),
    ("Headsets", "HS", 89.99, 0.55),
    ("Batteries", "BT", 49.99, 0.45),
    ("Car mounts", "CM", 39.99, 0.35),
    ("Memory cards", "MC", 44.99, 0.60),
)
_MAKERS = ("Northwind", "Kentel", "Folio", "Arctic", "Basalt", "Cirrus")
_MODELS = ("A5", "S8", "S9", "X", "11", "12 mini", "Note 10", "Pixel 4")


@dataclass(frozen=True)
class Product:
    """One product of the vendor; `unit_cost` is None when the vendor keeps none."""

    sku: str
    description: str
    category_path: str
    retail_price: float
    unit_cost: Decimal | None
    case_pack: int
    minimum_order_quantity: int
    maximum_line_quantity: int
    lead_time_days: int
    serialised: bool
    discontinued: bool
    pace: float
    """Sales relative to the average product; 1.0 is average."""


def make_catalog(seed: int, count: int) -> list[Product]:
    """The catalog for a seed: a smaller count is a prefix of a larger one."""
    return [_make_product(Random(f"{seed}/product/{position}"), position) for position in range(count)]


def _packs(pace: float) -> tuple[int, ...]:
    """Case packs that suit a product's sales; slow ones come singly."""
    if pace < 0.5:
        return (1,)
    return (1, 1, 2, 2) if pace < 1.2 else (1, 2, 5, 6, 10, 12)


def _make_product(random: Random, position: int) -> Product:
    awkward = position < len(AWKWARD_SKUS)
    phone = not awkward and position % 25 == 12
    category, prefix, price, share = _KINDS[random.randrange(len(_KINDS))]
    if phone:
        category, prefix, price, share = "Phones", "PH", 599.99, 0.80
    sku = AWKWARD_SKUS[position] if awkward else f"{prefix}{100000 + position * 7 + random.randrange(7)}"
    price = round(price * random.choice((0.5, 0.8, 1.0, 1.0, 1.3)), 0) - 0.01
    pace = 0.25 if phone else min(6.0, random.lognormvariate(-0.4, 0.9))
    pack = random.choice(_packs(pace))
    return Product(
        sku=sku,
        description=f"{random.choice(_MAKERS)} {category.lower()} {random.choice(_MODELS)}",
        category_path=f" >> {'Phones' if phone else f'Accessories >> {category}'}",
        retail_price=round(price, 2),
        unit_cost=None if position % 120 == 37 else Decimal(str(round(price * share, 2))),
        case_pack=pack,
        minimum_order_quantity=pack * random.choice((1, 1, 1, 2)),
        maximum_line_quantity=240 if not phone else 20,
        lead_time_days=3,
        serialised=phone,
        discontinued=position % 50 == 23,
        pace=pace,
    )
