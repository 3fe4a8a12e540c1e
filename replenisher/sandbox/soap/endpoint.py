"""One SOAP service as an ASGI application: its WSDL, its operations by SOAPAction, faults where scripted."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from starlette.types import Receive, Scope, Send

from replenisher.sandbox.damage import damaged_rows
from replenisher.sandbox.misbehaviour import Incident, misbehave
from replenisher.sandbox.platform import Platform
from replenisher.sandbox.replies import RefusalError, Reply, Request, plain
from replenisher.sandbox.settling import settle
from replenisher.sandbox.soap.calls import Call, Caller
from replenisher.sandbox.soap.envelope import read_body
from replenisher.sandbox.soap.handlers import HANDLERS
from replenisher.sandbox.soap.operations import Operation, Service
from replenisher.sandbox.soap.reading import read_fields
from replenisher.sandbox.soap.refusals import XML, client_fault, server_fault
from replenisher.sandbox.soap.schema import ZERO_GUID
from replenisher.sandbox.soap.writing import Writer
from replenisher.sandbox.soap.wsdl import write_wsdl
from replenisher.sandbox.wire import Wire

_LARGEST_REQUEST = 4 * 1_048_576  # bytes, ASMX's default


@dataclass(frozen=True)
class SoapEndpoint:
    """GET answers the WSDL, POST an operation. `op=` in the URL means nothing; what is called is the SOAPAction."""

    platform: Platform
    service: Service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: read it, then credentials, then the faults, then the work."""
        wire = Wire(scope, receive, send)
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        if scope["method"] == "GET":
            await wire.answer(self._description(scope, headers))
            return
        if not headers.get(b"content-type", "").lower().startswith("text/xml"):
            await wire.answer(plain(415, "Unsupported Media Type"))
            return
        body = await wire.body(_LARGEST_REQUEST)
        operation: Operation | None = None
        try:
            if body is None:
                raise client_fault("Maximum request length exceeded.")
            operation = self._operation(headers.get(b"soapaction", ""))
            caller, arguments = self._read(operation, body)
            self._check_credentials(caller)
        except RefusalError as refusal:
            await wire.answer(refusal.reply)
            if operation is not None:
                self.platform.count_outcome(self._name(operation), wire)
            return
        await self._carry_out(wire, operation, caller, arguments, body)

    def _description(self, scope: Scope, headers: dict[bytes, str]) -> Reply:
        if scope["query_string"].lower() != b"wsdl":
            return self.platform.unknown_route()
        address = f"http://{headers.get(b'host', '')}{scope['path'].rstrip('/')}"
        return Reply(200, write_wsdl(self.service, address).encode(), XML)

    def _operation(self, header: str) -> Operation:
        action = header.strip().strip('"')
        for operation in self.service.operations.values():
            if operation.action == action:
                return operation
        raise client_fault(
            "System.Web.Services.Protocols.SoapException: Server did not recognize the value of HTTP Header "
            f"SOAPAction: {action}."
        )

    def _read(self, operation: Operation, body: bytes) -> tuple[Caller, dict[str, Any]]:
        element = read_body(body, operation.name)
        identity = read_fields(element, (operation.identity,))[operation.identity.name] or {}
        agent = (identity.get("Client") or {}) if self.service.channel == "vmi" else identity
        caller = Caller(
            username=identity.get("Username"),
            password=identity.get("Password"),
            vendor_guid=identity.get("VendorID", ZERO_GUID),
            company_guid=agent.get("ClientID", ZERO_GUID),
            store=agent.get("StoreID", 0),
            account=agent.get("VendorAccountNumber") or "",
        )
        return caller, read_fields(element, operation.parameters)

    def _check_credentials(self, caller: Caller) -> None:
        world = self.platform.world
        known = self.platform.accounts.knows(caller.username, caller.password)
        if self.service.channel == "vmi":
            known = known and caller.vendor_guid == world.identities.vendor_guid
        else:
            known = known and world.identities.company(caller.company_guid) is not None
        if not known:
            raise server_fault(world.switches.soap_credentials_text)

    def _name(self, operation: Operation) -> str:
        return f"{self.service.channel}.{operation.name}"

    async def _carry_out(
        self, wire: Wire, operation: Operation, caller: Caller, arguments: dict[str, Any], body: bytes
    ) -> None:
        platform = self.platform
        name = self._name(operation)
        request = Request(self._place(caller, arguments), {}, XML, body, token="", soap=True)
        perform = functools.partial(self._perform, operation, caller, arguments)
        platform.world.operation_calls[name] += 1
        fault = platform.faults.take(name, request.path)
        if fault is None:
            await wire.answer(perform(request))
        else:
            await misbehave(Incident(fault, wire, request, perform, platform.accounts.expire))
        platform.count_outcome(name, wire)

    def _perform(self, operation: Operation, caller: Caller, arguments: dict[str, Any], request: Request) -> Reply:
        world = self.platform.world
        settle(world)
        call = Call(world, self.service.channel, caller, arguments, request)
        try:
            if operation.identity.kind == "ClientIdentity":
                _ = call.company  # every operation of CMI is about one company, which must be enabled
            value = HANDLERS[self.service.channel][operation.name](call)
        except RefusalError as refusal:
            return refusal.reply
        if request.damage is not None and isinstance(value, list):
            value = damaged_rows(value, request.damage)
        return Reply(200, Writer(world.switches.soap_personality).envelope(operation, value), XML)

    def _place(self, caller: Caller, arguments: dict[str, Any]) -> dict[str, Any]:
        """The company and location that a fault may ask for, in REST's ids."""
        identities = self.platform.world.identities
        order = arguments.get("PurchaseOrder") or arguments.get("purchaseOrder") or {}
        data = order.get("PurchaseOrderData") or {}
        named = (arguments.get("storeId", 0), data.get("ShipToStoreID", 0), caller.store)
        store = next((store for store in named if store > 0), 0)
        return {"company": identities.company(caller.company_guid), "location": identities.location(store)}
