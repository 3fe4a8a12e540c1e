"""One SOAP service: its envelopes go through the one HTTP client, its answers are opened strictly.

To add an operation:

1. Find it in the packaged description (`vmi.wsdl`, `cmi.wsdl`); add it there if it is new, with its types.
2. For its answer make a table in a module of the channel, in our words, with a reader of `soap.cells` for each:
   `STORES = Rows("StoreInformation", {"location": needed("StoreID", number), "name": Cell("Name", text)}, "location")`.
   Name the table in `tests/gateways/soap/test_rows_fit_the_description.py`.
3. Write a function from `Reply` to our words: `reply.result` is the result element, None for a null one.
   It raises only UnreadableRowError, which the tables do by themselves.
4. Call it. A read may be sent several times, a write is sent once:

   `service.read("GetStoreList", {IDENTITY: {"VendorID": …, "Client": {"ClientID": …, "StoreID": -1}}}, parse, subject)`

   Arguments carry the wire's names. Mandatory elements that are not given are filled as `not supplied`; user name
   and password are added by the service and belong in no argument. An array is a mapping with a list:
   `{"notice": {"PurchaseOrderShipmentNotice": [{…}, {…}]}}`.
5. `subject` is what messages call it. For a location's report use `ReportSubject`: an unreadable row then refuses
   that report; anything else that cannot be read is read again later, and is ambiguous for a write.
6. Save a reply in `tests/gateways/replies/soap/` and test the function on it; test the call against the sandbox.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import httpx

from replenisher.errors import GatewayError, ReportRefusedError
from replenisher.gateways.http.answers import Answer, Subject
from replenisher.gateways.http.client import Call, HttpClient
from replenisher.gateways.http.connection import Network
from replenisher.gateways.http.waits import LastingError
from replenisher.gateways.soap.envelopes import Envelopes
from replenisher.gateways.soap.faults import damage_of, fault_of, refusal_without_envelope
from replenisher.gateways.soap.packaged import Wsdl
from replenisher.gateways.soap.replies import DamagedReplyError, FaultReplyError, Reply, open_reply
from replenisher.gateways.soap.rows import UnreadableRowError
from replenisher.logs import add_secret

Parsed = TypeVar("Parsed")


@dataclass(frozen=True)
class SoapConnection(Network):
    """Where a SOAP service is and the account that signs its envelopes; the password stays out of its `repr`."""

    url: str
    username: str
    password: str = field(repr=False)

    def addresses(self) -> dict[str, str]:
        """Name the one address that is spoken to."""
        return {"url": self.url}


@dataclass(frozen=True)
class ReportSubject(Subject):
    """A report of a company's location, or of a company as a whole: unreadable rows refuse the report."""

    company: str = ""
    location: str = ""

    @classmethod
    def of(cls, report: str, company: str, location: str) -> ReportSubject:
        """Name a location's report."""
        return cls(report, f"location {location} of company {company}", company, location)


class SoapService:
    """One service, one account, one process; usable from several threads, whose calls go out one after another.

    Raises only GatewayError kinds, and WrongProcessError in another process than the one that made it.
    """

    def __init__(self, connection: SoapConnection, wsdl: Wsdl, transport: httpx.BaseTransport | None = None) -> None:
        add_secret(connection.password)
        self._http = HttpClient(connection, transport, one_at_a_time=True)
        self._envelopes = Envelopes(wsdl, connection.username, connection.password)

    def read(
        self,
        operation: str,
        arguments: Mapping[str, object],
        parse: Callable[[Reply], Parsed],
        subject: Subject,
    ) -> Parsed:
        """Ask and parse, trying again while the failure may pass; a fault inside HTTP 200 is a fault."""
        self._http.check_process()
        call = self._call(operation, arguments, subject)
        try:
            return self._http.read(call, lambda answer: _parsed(operation, answer, parse, subject, writing=False))
        except LastingError as error:
            if error.status is not None or not isinstance(subject, ReportSubject):
                raise
            # Too large or packed too tightly: the report itself is at fault.
            raise refused(subject, UnreadableRowError("", str(error)), operation) from error

    def write(
        self,
        operation: str,
        arguments: Mapping[str, object],
        parse: Callable[[Reply], Parsed],
        subject: Subject,
        send_before: float | None = None,
    ) -> Parsed:
        """Send exactly once over a fresh connection, not after `send_before` (`time.monotonic`), and parse.

        NotSentError when nothing left; an answer that cannot be read, or a fault that no document lists, is an
        AmbiguousError.
        """
        self._http.check_process()
        call = self._call(operation, arguments, subject)
        answer = self._http.write(call, send_before)
        fault = refusal_without_envelope(subject, answer)
        if fault is not None:
            raise fault
        return _parsed(operation, answer, parse, subject, writing=True)

    def platform_now(self) -> datetime:
        """Tell the platform's time in UTC; this machine's time until an answer has been read."""
        return self._http.platform_now()

    def check_process(self) -> None:
        """Raise WrongProcessError when called in another process than the one that made this service."""
        self._http.check_process()

    def close(self) -> None:
        """Give back the connections; in a forked child this does nothing."""
        self._http.close()

    def _call(self, operation: str, arguments: Mapping[str, object], subject: Subject) -> Call:
        body, action = self._envelopes.write(operation, arguments)
        headers = (("Accept", "text/xml"), ("SOAPAction", f'"{action}"'))
        return Call(
            subject,
            "POST",
            "",
            body=body,
            headers=headers,
            content_type="text/xml; charset=utf-8",
            judge=lambda subject, answer, _expected: refusal_without_envelope(subject, answer),
        )


def _parsed(
    operation: str, answer: Answer, parse: Callable[[Reply], Parsed], subject: Subject, *, writing: bool
) -> Parsed:
    try:
        return parse(open_reply(answer, operation))
    except FaultReplyError as fault:
        raise fault_of(subject, fault, answer.status, writing=writing) from None
    except DamagedReplyError as error:
        raise damage_of(subject, f"{operation}: {error}", answer.status, writing=writing) from error
    except UnreadableRowError as error:
        raise _unreadable(subject, error, operation, answer, writing=writing) from error


def _unreadable(
    subject: Subject, error: UnreadableRowError, operation: str, answer: Answer, *, writing: bool
) -> GatewayError:
    if isinstance(subject, ReportSubject) and not writing:
        return refused(subject, error, operation)
    if writing:
        return damage_of(subject, f"{operation}: {error}", answer.status, writing=True)
    # The same rows would come again at once: no further try, but a later read may bring better ones.
    return LastingError(f"{subject}: {operation}: {error}; nothing of it is used", operation=subject.operation)


def refused(subject: ReportSubject, error: UnreadableRowError, operation: str) -> ReportRefusedError:
    """Make the error that refuses a report, naming the operation, the company, the element and the row."""
    where = f"{operation} of company {subject.company}"
    reason = f"{error.reason} ({error.key}, {where})" if error.key else f"{error.reason} ({where})"
    return ReportRefusedError(location=subject.location, report=subject.operation, field=error.field, reason=reason)
