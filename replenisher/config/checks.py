"""What must hold between settings: unique ids, names that exist, times that leave each other room.

The checks read plain data, as written in the file or as dumped from a model, and pass over what is missing or of the
wrong kind. So they can run beside the model's own checks, and a person hears of everything at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic.fields import FieldInfo

from replenisher.config.company import ApprovalSettings
from replenisher.config.document import Fault, Place
from replenisher.config.faults import yaml_text
from replenisher.config.kinds import nearest
from replenisher.config.planning import PlanningSettings, WeightSettings
from replenisher.config.platform import REST_KEYS, Platform
from replenisher.config.running import Times
from replenisher.planning.policies.asking import Policy

SOAP_CHANNELS = ("vmi", "cmi")
EXAMPLE_GUID = "01234567-89ab-cdef-0123-456789abcdef"
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_NO = ("", "false", "no", "off", "0", "none")
"""What a switch that is off may look like as text."""

Data = Mapping[str, Any]


def cross_faults(data: Data) -> list[Fault]:
    """List every fault between settings."""
    return [
        *_ids(data),
        *_platform_names(data),
        *_channels(data),
        *_services(data),
        *_platform_times(data),
        *_times(data),
        *_companies(data),
    ]


def _section(data: Data, key: str) -> Data:
    found = data.get(key)
    return found if isinstance(found, Mapping) else {}


def _company_list(data: Data) -> Iterator[tuple[Place, Data]]:
    companies = data.get("companies")
    for index, company in enumerate(companies if isinstance(companies, list | tuple) else ()):
        if isinstance(company, Mapping):
            yield ("companies", index), company


def _number(data: Data, key: str, fields: Mapping[str, FieldInfo]) -> float | None:
    """Read a number that may still be text; None when it is not one."""
    value = data.get(key, fields[key].default)
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _numbers(data: Data, key: str) -> list[float]:
    values = data.get(key, Times.model_fields[key].default)
    try:
        return [float(value) for value in values]
    except (TypeError, ValueError):
        return []


def _ids(data: Data) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for place, company in _company_list(data):
        known = company.get("id")
        if not isinstance(known, str):
            continue
        if known in first:
            yield Fault((*place, "id"), f"company {known} is configured twice, first as companies[{first[known]}]")
        first.setdefault(known, int(place[1]))


def _platform_names(data: Data) -> Iterator[Fault]:
    names = [str(name) for name in _section(data, "platforms")]
    for place, company in _company_list(data):
        name = company.get("platform")
        if isinstance(name, str) and name not in names:
            meant = nearest(name, names)
            hint = f"nearest valid name: {meant}" if meant else f"platforms has: {', '.join(names) or 'nothing'}"
            yield Fault((*place, "platform"), f"no such platform; {hint}")


def _channels(data: Data) -> Iterator[Fault]:
    """Refuse a channel whose service its platform does not name, and ids that the channel cannot take."""
    platforms = _section(data, "platforms")
    told: set[Place] = set()
    for place, company in _company_list(data):
        channel = company.get("channel") or "vendor_inventory"
        platform = platforms.get(str(company.get("platform")))
        if isinstance(platform, Mapping):
            keys = REST_KEYS if channel == "vendor_inventory" else (channel,)
            for key in keys if channel in SOAP_CHANNELS or channel == "vendor_inventory" else ():
                missing: Place = ("platforms", str(company.get("platform")), str(key))
                if platform.get(key) is None and missing not in told:
                    told.add(missing)
                    yield Fault(missing, _missing_for_channel(str(key), str(channel), company))
        known = company.get("id")
        if channel in SOAP_CHANNELS and isinstance(known, str) and not GUID.fullmatch(known):
            yield Fault(
                (*place, "id"), f"channel {channel} knows companies by ids such as {EXAMPLE_GUID}, in small letters"
            )
        policy = _section(company, "planning").get("policy")
        if policy in ("sell_through", Policy.SELL_THROUGH) and channel != "cmi":
            yield Fault((*place, "planning", "policy"), "sell_through is for companies whose channel is cmi")


def _services(data: Data) -> Iterator[Fault]:
    """Refuse what needs a REST service that is not named, or a channel whose ids that service does not know."""
    platforms = _section(data, "platforms")
    told: set[Place] = set()
    for place, company in _company_list(data):
        name = str(company.get("platform"))
        platform = platforms.get(name)
        for key, service, needed in _wanted_services(company):
            if (company.get("channel") or "vendor_inventory") != "vendor_inventory":
                yield Fault(
                    (*place, *key), "is for companies whose channel is vendor_inventory: the service names them so"
                )
            missing: Place = ("platforms", name, service)
            if isinstance(platform, Mapping) and platform.get(service) is None and missing not in told:
                told.add(missing)
                example = f"https://{service.replace('_', '')}.example.com/v1/"
                yield Fault(
                    missing,
                    f"is missing: {needed} of company {company.get('id')} needs it; for example"
                    f" `{service}: {{base_url: {example}}}`",
                )
        yield from _desk_and_promises(place, company)


def _wanted_services(company: Data) -> Iterator[tuple[Place, str, str]]:
    """Give the settings of a company that need a service: where they stand, the service, and what they are called."""
    desk = company.get("order_desk")
    if desk in ("orders", "purchase_orders"):
        yield ("order_desk",), str(desk), f"order_desk {desk}"
    for section, key, service in (
        ("fulfilments", "enabled", "orders"),
        ("receipt_audit", "schedule", "purchase_orders"),
        ("sale_orders", "enabled", "sales_orders"),
    ):
        if str(_section(company, section).get(key) or "").casefold() not in _NO:
            yield (section, key), service, section


def _desk_and_promises(place: Place, company: Data) -> Iterator[Fault]:
    committed = str(company.get("committed", True)).casefold() not in _NO
    if (
        company.get("order_desk") == "orders"
        and committed
        and not _section(company, "orders").get("billing_customer_id")
    ):
        remedy = "name the customer who is billed, or set committed: false"
        yield Fault((*place, "orders", "billing_customer_id"), f"without it the platform processes no order; {remedy}")
    fulfilled = str(_section(company, "fulfilments").get("enabled") or "").casefold() not in _NO
    if _section(company, "planning").get("allocated") == "orders" and not fulfilled:
        yield Fault(
            (*place, "planning", "allocated"),
            "`orders` needs fulfilments.enabled: true, which reads the customers' orders",
        )


def _missing_for_channel(key: str, channel: str, company: Data) -> str:
    field = Platform.model_fields[key]
    example = f"; for example `{key}: {yaml_text(field.examples[0])}`" if field.examples and key in REST_KEYS else ""
    return f"is missing: channel {channel} of company {company.get('id')} needs it{example}"


def _platform_times(data: Data) -> Iterator[Fault]:
    times = _section(data, "times")
    lease, guard = (_number(times, key, Times.model_fields) for key in ("lease", "send_guard"))
    for name, platform in _section(data, "platforms").items():
        if not isinstance(platform, Mapping):
            continue
        place: Place = ("platforms", str(name))
        deadline = _number(platform, "deadline_seconds", Platform.model_fields)
        for key in ("connect_seconds", "read_seconds"):
            seconds = _number(platform, key, Platform.model_fields)
            if deadline is not None and seconds is not None and seconds > deadline:
                yield Fault((*place, key), f"should be at most deadline_seconds ({deadline:g})")
        if lease is not None and guard is not None and deadline is not None and lease <= deadline + guard:
            room = f"deadline_seconds of platform {name} ({deadline:g}) plus send_guard ({guard:g})"
            yield Fault(("times", "lease"), f"should be more than {room}, or a call under way would lose its claim")


def _times(data: Data) -> Iterator[Fault]:
    times = _section(data, "times")
    window, limit, sweep, rehint = (
        _number(times, key, Times.model_fields) for key in ("settle_window", "poll_limit", "sweep", "rehint")
    )
    look_ups, polls = _numbers(times, "look_ups"), _numbers(times, "polls")
    if sorted(set(look_ups)) != look_ups:
        yield Fault(("times", "look_ups"), "should rise from each look-up to the next")
    if look_ups and window is not None and window <= max(look_ups):
        yield Fault(("times", "settle_window"), f"should be more than the last of look_ups ({max(look_ups):g})")
    if polls and limit is not None and limit <= polls[0]:
        yield Fault(("times", "poll_limit"), f"should be more than the first of polls ({polls[0]:g})")
    if sweep is not None and rehint is not None and rehint < sweep:
        yield Fault(("times", "rehint"), f"should be at least sweep ({sweep:g})")


def _companies(data: Data) -> Iterator[Fault]:
    for place, company in _company_list(data):
        approval = _section(company, "approval")
        wanted, least = (
            _number(approval, key, ApprovalSettings.model_fields) for key in ("history_orders", "history_minimum")
        )
        if wanted is not None and least is not None and least > wanted:
            yield Fault((*place, "approval", "history_minimum"), f"should be at most history_orders ({wanted:g})")
        unlisted = _section(company, "planning").get("unlisted", PlanningSettings.model_fields["unlisted"].default)
        if unlisted == "exclude" and not company.get("products_file") and not data.get("products_file"):
            remedy = "name a products_file, or set planning.unlisted: order"
            yield Fault((*place, "planning", "unlisted"), f"without a products file nothing would be ordered; {remedy}")
        yield from _weights(place, company)
        yield from _order_limits(place, company)


def _weights(place: Place, company: Data) -> Iterator[Fault]:
    """Refuse weights by which our own confirmed orders count nowhere: each run would order the same need again."""
    weights = _section(_section(company, "planning"), "weights")
    ours = ["on_order"]
    if str(company.get("committed", True)).casefold() in _NO:
        ours.append("on_uncommitted_order")
    for term in ours:
        weight = _number(weights, term, WeightSettings.model_fields)
        if weight is not None and weight != 1:
            told = "our own orders stand there once they are confirmed; with another weight every run orders them again"
            yield Fault((*place, "planning", "weights", term), f"should be 1: {told}")


def _order_limits(place: Place, company: Data) -> Iterator[Fault]:
    """Refuse limits of an order that no order could keep."""
    planning = _section(company, "planning")
    for what in ("units", "value"):
        least, most = (
            _number(planning, f"{limit}_order_{what}", PlanningSettings.model_fields)
            for limit in ("minimum", "maximum")
        )
        if least is not None and most is not None and least > most:
            told = f"should be at most maximum_order_{what} ({most:g}): no order could keep both"
            yield Fault((*place, "planning", f"minimum_order_{what}"), told)
