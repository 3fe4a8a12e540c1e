"""Refusals as SOAP faults: HTTP 500, an empty detail, and the text of the documents."""

from __future__ import annotations

from xml.sax.saxutils import escape

from replenisher.sandbox.replies import RefusalError, Reply

XML = "text/xml; charset=utf-8"
OPENING = (
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>'
)
CLOSING = "</soap:Body></soap:Envelope>"
_PREFIX = "System.Web.Services.Protocols.SoapException: Server was unable to process request. ---> "


class FaultError(RefusalError):
    """A request that is answered with a SOAP fault."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(_fault(code, text))
        self.text = text


def server_fault(text: str) -> FaultError:
    """A business error: soap:Server with the platform's usual prefix."""
    return FaultError("soap:Server", _PREFIX + text)


def client_fault(text: str) -> FaultError:
    """A request that cannot be read: soap:Client."""
    return FaultError("soap:Client", text)


def _fault(code: str, text: str) -> Reply:
    fault = f"<soap:Fault><faultcode>{code}</faultcode><faultstring>{escape(text)}</faultstring><detail /></soap:Fault>"
    return Reply(500, f"{OPENING}{fault}{CLOSING}".encode(), XML)
