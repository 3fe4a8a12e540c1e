"""The three-way match: what we ordered and announced, what was received, and what is billed, for one order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from replenisher.purchasing.audited_products import AuditedProduct, OurOrder, Papers, ToldReceipt, gather
from replenisher.purchasing.order_details import DetailedOrder
from replenisher.purchasing.receipts import named_serials

ORDERED, COST, RECEIVED = "audit_ordered", "audit_cost", "audit_received"
SHORT, OVER, SERIALS = "audit_short", "audit_over", "audit_serials"
NOT_LISTED, UNKNOWN_ORDER = "audit_not_listed", "audit_unknown_order"
OF_AN_ORDER = (ORDERED, COST, RECEIVED, SHORT, OVER, SERIALS, NOT_LISTED)
"""Kinds of differences about orders of ours; `audit_unknown_order` is about one that is not."""


@dataclass(frozen=True)
class Difference:
    """A difference of one SKU, or of a whole order where `sku` is empty.

    `amount` is the value in question in the company's currency, never negative: a surplus does not make up for a
    shortage. None when no cost is known.
    """

    kind: str
    vendor_invoice_number: str
    location: str
    sku: str
    sentence: str
    amount: Decimal | None


@dataclass(frozen=True)
class Comparison:
    """What became of comparing one order: units by paper (None where it was not told), differences, notes.

    `unsaid` are the kinds that could not be judged: nothing is known of them, for better or worse.
    """

    ours: OurOrder
    ordered: int
    announced: int
    told: int | None
    received: int | None
    differences: tuple[Difference, ...]
    notes: tuple[str, ...] = ()
    unsaid: frozenset[str] = frozenset()


def total(differences: Iterable[Difference]) -> Decimal:
    """Add up the amounts that are known."""
    return sum((one.amount for one in differences if one.amount is not None), Decimal(0))


def compare_order(
    ours: OurOrder,
    theirs: DetailedOrder,
    told: Sequence[ToldReceipt] | None,
    *,
    skus: Mapping[str, str],
    cost_tolerance: Decimal = Decimal(0),
) -> Comparison:
    """Compare the papers of one order; `told` is None where no receiving report covers its receipts.

    - `audit_ordered`: their order holds other quantities or products than ours; the units that differ.
    - `audit_cost`: their unit cost is not ours, on the units received, or on those ordered while none are; nothing
      when it comes to no more than `cost_tolerance` for the whole order.
    - `audit_received`: received on the order is not what the receiving report tells.
    - `audit_short`: fully received, and by both papers less than announced, or than ordered when nothing was announced.
    - `audit_over`: by both papers more than announced, or than ordered where the SKU was not announced.
    - `audit_serials`: received serial numbers that no notice holds, more of them than units announced without one, and
      announced ones that a fully received order lacks, more of them than units received without one. Serial numbers
      count wherever they were told as received; units that are too many or too few anyway are not priced again.

    A unit is priced once: `audit_received`, `audit_short` and `audit_over` of an SKU together span the greatest and the
    smallest of the three figures. What the platform does not tell (a list that is missing, a product that cannot be
    named) makes no difference, but a note.

    Worked example: 10 of A ordered and announced at 2.50; fully received on the order with 8 at 2.75, and 9 by the
    report. `audit_received` names one unit (2.50), `audit_short` another (2.50), and `audit_cost` 8 x 0.25 = 2.00.
    """
    papers = gather(ours, theirs, told, skus)
    found = [
        *_ordered(theirs, papers),
        *_costs(papers, cost_tolerance),
        *(one for sku in sorted(papers.products) for one in _received(ours, theirs, told, papers, sku)),
    ]
    notes, unsaid = _untold(theirs, told, papers)
    return Comparison(
        ours=ours,
        ordered=sum(line.quantity for line in ours.lines),
        announced=sum(line.quantity for line in ours.announced),
        told=None if told is None else sum(receipt.quantity for receipt in told),
        received=None if theirs.received is None else sum(product.quantity for product in theirs.received),
        differences=tuple(
            Difference(kind, ours.vendor_invoice_number, ours.location, sku, sentence, amount)
            for kind, sku, sentence, amount in found
        ),
        notes=notes,
        unsaid=unsaid,
    )


Found = tuple[str, str, str, Decimal | None]
"""Kind, SKU, sentence and amount."""


def _ordered(theirs: DetailedOrder, papers: Papers) -> Iterator[Found]:
    if theirs.ordered is None:
        return
    for sku, product in sorted(papers.products.items()):
        more = product.theirs_ordered - product.ordered
        if more > 0 or (more < 0 and papers.ordered_named):
            ours = f"we ordered {product.ordered}" if product.ordered else "we never ordered it"
            sentence = f"{sku}: {ours}, their order says {product.theirs_ordered or 'nothing of it'}"
            yield ORDERED, sku, sentence, product.value_of(abs(more))


def _costs(papers: Papers, tolerance: Decimal) -> list[Found]:
    found: list[Found] = []
    whole = Decimal(0)
    for sku, product in sorted(papers.products.items()):
        ours = product.our_cost
        if ours is None:
            continue
        other = [(units, cost) for units, cost in product.costed() if cost is not None and cost != ours]
        amount = sum((abs(cost - ours) * units for units, cost in other), Decimal(0))
        if amount > 0:
            costs = " and ".join(_written(cost) for cost in sorted({cost for _, cost in other}))
            units = sum(units for units, _ in other)
            what = "received" if product.received_at else "ordered"
            found.append((COST, sku, f"{sku}: our cost is {_written(ours)}, theirs {costs} on {units} {what}", amount))
            whole += amount
    return found if whole > tolerance else []


def _written(cost: Decimal) -> str:
    """Write a cost with two decimals, or with as many as it has."""
    return f"{cost:.2f}" if cost == round(cost, 2) else f"{cost.normalize():f}"


def _received(
    ours: OurOrder, theirs: DetailedOrder, told: Sequence[ToldReceipt] | None, papers: Papers, sku: str
) -> Iterator[Found]:
    product = papers.products[sku]
    if theirs.received is None:
        return
    known = [product.received] if told is None else [product.received, product.told]
    if told is not None and (product.received > product.told or papers.received_named):
        apart = abs(product.received - product.told)
        if apart:
            sentence = f"{sku}: {product.received} received on the order, {product.told} by the receiving report"
            yield RECEIVED, sku, sentence, product.value_of(apart)
    expected, how = (product.announced, "announced") if ours.announced else (product.ordered, "ordered")
    short = expected - max(known) if theirs.fully_received and papers.received_named else 0
    if short > 0:
        sentence = f"{sku}: fully received with {max(known)} of {expected} {how}; {short} missing"
        yield SHORT, sku, sentence, product.value_of(short)
    expected, how = (product.announced, "announced") if product.announced else (product.ordered, "ordered")
    over = min(known) - expected
    if over > 0:
        sentence = f"{sku}: {min(known)} received of {expected} {how}; {over} too many"
        yield OVER, sku, sentence, product.value_of(over)
    yield from _serials(product, sku, closed=theirs.fully_received and papers.received_named)


def _serials(product: AuditedProduct, sku: str, *, closed: bool) -> Iterator[Found]:
    if not product.announced_serials:
        return
    unknown = {key: name for key, name in product.received_serials.items() if key not in product.announced_serials}
    lacking = {key: name for key, name in product.announced_serials.items() if key not in product.received_serials}
    # Units without a serial number may be any of them.
    if len(unknown) <= product.announced - len(product.announced_serials):
        unknown = {}
    if not closed or len(lacking) <= product.received - len(product.received_serials):
        lacking = {}
    more = product.received - product.announced
    units = max(len(unknown) - max(more, 0), len(lacking) - max(-more, 0), 0)
    parts = []
    if unknown:
        parts.append(f"received and never announced: {named_serials(unknown)}")
    if lacking:
        parts.append(f"announced and never received: {named_serials(lacking)}")
    if parts:
        yield SERIALS, sku, f"{sku}: {'; '.join(parts)}", product.value_of(units)


def _untold(
    theirs: DetailedOrder, told: Sequence[ToldReceipt] | None, papers: Papers
) -> tuple[tuple[str, ...], frozenset[str]]:
    """Say what was not told, and which kinds could not be judged for it."""
    notes, unsaid = [*papers.notes, *([theirs.fault] if theirs.fault else [])], set()
    if theirs.ordered is None:
        notes.append("the platform does not tell what is ordered on it")
        unsaid.add(ORDERED)
    if theirs.received is None:
        notes.append("the platform does not tell what was received on it")
        unsaid |= {RECEIVED, SHORT, OVER, SERIALS}
    if theirs.ordered is None and theirs.received is None:
        unsaid.add(COST)
    if told is None:
        notes.append("no receiving report tells of all its receipts")
        unsaid.add(RECEIVED)
    if not papers.ordered_named:
        unsaid |= {ORDERED, COST}
    if not papers.received_named:
        unsaid |= {COST, RECEIVED, SHORT, OVER, SERIALS}
    return tuple(notes), frozenset(unsaid)
