"""The endpoints under /admin that a test or an operator drives the imitation with. No token; loopback only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from replenisher.sandbox.accounts import Credentials
from replenisher.sandbox.audit import audit, sale_orders, state
from replenisher.sandbox.interventions import change_detail, change_order, change_stock
from replenisher.sandbox.order_service import customers
from replenisher.sandbox.platform import Platform
from replenisher.sandbox.sales_order_service import posting
from replenisher.sandbox.settling import settle
from replenisher.sandbox.simulation import advance

Action = Callable[[Platform, dict[str, str], Any], Any]
_LONGEST_ADVANCE_DAYS = 730


def admin_routes(platform: Platform) -> list[BaseRoute]:
    """Every route under /admin."""
    return [
        _route(platform, "GET", "/admin/health", lambda *_: {"ok": True}),
        _route(platform, "POST", "/admin/advance", _advance),
        _route(platform, "GET", "/admin/audit", lambda place, _query, _body: audit(place.world)),
        _route(platform, "GET", "/admin/ids", _ids),
        _route(platform, "GET", "/admin/state", lambda place, query, _body: state(place.world, query)),
        _route(platform, "GET", "/admin/faults", lambda place, *_: place.faults.listed()),
        _route(platform, "POST", "/admin/faults", _add_faults),
        _route(platform, "DELETE", "/admin/faults", _clear_faults),
        _route(platform, "GET", "/admin/switches", lambda place, *_: asdict(place.world.switches)),
        _route(platform, "POST", "/admin/switches", _switch),
        _route(platform, "POST", "/admin/stock", lambda place, _query, body: change_stock(place.world, body)),
        _route(platform, "POST", "/admin/orders/{id}", _change_order),
        _route(platform, "POST", "/admin/orders/{id}/detail", _change_detail),
        _route(platform, "GET", "/admin/retail-orders", lambda place, *_: customers.listed(place.world)),
        _route(
            platform, "POST", "/admin/retail-orders", lambda place, _query, body: customers.place(place.world, body)
        ),
        _route(platform, "POST", "/admin/retail-orders/{id}", _change_retail_order),
        _route(platform, "GET", "/admin/sale-orders", lambda place, *_: sale_orders(place.world)),
        _route(platform, "POST", "/admin/sale-orders/{id}", _change_sale_order),
        _route(platform, "POST", "/admin/access", _change_access),
        _route(platform, "POST", "/admin/credentials", _change_credentials),
        _route(platform, "POST", "/admin/tokens/expire", lambda place, *_: {"expired": place.accounts.expire_all()}),
    ]


def _route(platform: Platform, method: str, path: str, action: Action) -> Route:
    async def endpoint(request: Request) -> Response:
        text = await request.body()
        try:
            body = msgspec.json.decode(text) if text else {}
            settle(platform.world)
            result = action(platform, {**request.query_params, **request.path_params}, body)
        except (KeyError, TypeError, ValueError, msgspec.DecodeError) as error:
            problem = msgspec.json.encode({"error": f"{type(error).__name__}: {error}"})
            return Response(problem, 400, media_type="application/json")
        return Response(msgspec.json.encode(result), media_type="application/json")

    return Route(path, endpoint, methods=[method])


def _ids(platform: Platform, _query: dict[str, str], _body: Any) -> dict[str, Any]:
    world = platform.world
    return world.identities.listed(world.companies, world.setup.vendor_id)


def _advance(platform: Platform, _: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
    days = body.get("days", 1)
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= _LONGEST_ADVANCE_DAYS:
        raise ValueError(f"days is a whole number from 1 to {_LONGEST_ADVANCE_DAYS}, not {days!r}")
    counts = advance(platform.world, days)
    return {"days": days, "now": platform.world.clock.now().isoformat(), **counts}


def _add_faults(platform: Platform, _: dict[str, str], body: Any) -> list[dict[str, Any]]:
    platform.faults.add(body if isinstance(body, list) else [body])
    return platform.faults.listed()


def _clear_faults(platform: Platform, _query: dict[str, str], _body: Any) -> list[dict[str, Any]]:
    platform.faults.clear()
    return []


def _switch(platform: Platform, _: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
    platform.world.apply_switches(platform.world.switches.changed(body))
    return asdict(platform.world.switches)


def _change_order(platform: Platform, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
    return change_order(platform.world, query["id"], str(body["action"]))


def _change_detail(platform: Platform, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
    return change_detail(platform.world, query["id"], str(body["action"]), body["values"])


def _change_retail_order(platform: Platform, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
    return customers.change(platform.world, query["id"], str(body["action"]))


def _change_sale_order(platform: Platform, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
    sale = platform.world.sales.sales[query["id"]]
    actions = {"succeed": posting.succeed, "fail": posting.fail}
    actions[str(body["action"])](platform.world, sale, str(body.get("details", "Manually convert to invoice")))
    return {"id": sale.id, "log": len(sale.log)}


def _change_access(platform: Platform, _: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
    company = platform.world.companies[body["company"]]
    if "location" in body:
        company.locations[body["location"]].enabled = bool(body["enabled"])
    else:
        company.enabled = bool(body["enabled"])
        company.pending = bool(body.get("pending", False)) and not company.enabled
    return body


def _change_credentials(platform: Platform, _: dict[str, str], body: dict[str, str]) -> dict[str, Any]:
    changed: Credentials = replace(platform.accounts.credentials, **body)
    platform.accounts.credentials = changed
    platform.accounts.wrong_passwords = 0
    return {"changed": sorted(body)}
