"""Answers of a SOAP service, written by hand."""

from __future__ import annotations

from replenisher.gateways.http.answers import Answer
from replenisher.gateways.soap.packaged import NAMESPACE
from replenisher.gateways.soap.replies import Reply, open_reply
from tests.gateways.saved import answer, saved

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


def envelope(content: str) -> bytes:
    text = f'<soap:Envelope xmlns:soap="{SOAP}" xmlns:xsi="{XSI}"><soap:Body>{content}</soap:Body></soap:Envelope>'
    return f'<?xml version="1.0" encoding="utf-8"?>{text}'.encode()


def result(operation: str, content: str) -> bytes:
    inside = f"<{operation}Result>{content}</{operation}Result>"
    return envelope(f'<{operation}Response xmlns="{NAMESPACE}">{inside}</{operation}Response>')


def fault(text: str, code: str = "soap:Server") -> bytes:
    written = text.replace("&", "&amp;").replace("<", "&lt;")
    return envelope(
        f"<soap:Fault><faultcode>{code}</faultcode><faultstring>{written}</faultstring><detail/></soap:Fault>"
    )


def as_answer(body: bytes, status: int = 200, kind: str = "text/xml; charset=utf-8") -> Answer:
    return answer(body, status, kind)


def reply(operation: str, content: str) -> Reply:
    return open_reply(as_answer(result(operation, content)), operation)


def saved_reply(name: str, operation: str) -> Reply:
    return open_reply(as_answer(saved(f"soap/{name}")), operation)
