"""Opening an answer: strict XML without a document type, an envelope, and in it a result or a fault."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from replenisher.gateways.http.answers import Answer
from replenisher.gateways.soap.packaged import NAMESPACE

ENVELOPES = ("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")
PROLOG = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
WORDS_IN_MESSAGES = 500


class DamagedReplyError(Exception):
    """An answer that is no complete envelope of the operation asked for."""


class FaultReplyError(Exception):
    """An envelope with a fault: its code (`soap:Server`) and its text."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass(frozen=True)
class Reply:
    """A well-formed answer without a fault; `result` is the operation's result element, None for a null result."""

    operation: str
    answer: Answer
    result: etree._Element | None

    def text(self) -> str:
        """Give the text of a plain result (`true`, a sentence), without space around it; empty for none."""
        return "" if self.result is None else (self.result.text or "").strip()


def open_reply(answer: Answer, operation: str) -> Reply:
    """Open the answer to an operation; raise FaultReplyError for a fault, whatever the HTTP status.

    Raises DamagedReplyError for anything that is not the operation's own complete envelope with HTTP 200.
    """
    body = _body_of(parse_strictly(answer.body), answer)
    content = next(iter(body), None)
    if content is None:
        raise DamagedReplyError("the envelope is empty")
    if etree.QName(content).localname == "Fault" and etree.QName(content).namespace in ENVELOPES:
        raise FaultReplyError(_part(content, "faultcode", "Code"), _part(content, "faultstring", "Reason"))
    if content.tag != f"{{{NAMESPACE}}}{operation}Response" or answer.status != 200:
        raise DamagedReplyError(f"answered {answer.status} with {str(content.tag)[:100]}")
    return Reply(operation, answer, content.find(f"{{{NAMESPACE}}}{operation}Result"))


def parse_strictly(document: bytes) -> etree._Element:
    """Parse XML in UTF-8; raise DamagedReplyError for a document type, entities, oversized texts and any damage."""
    prolog = PROLOG.match(document)
    start = document[prolog.end() if prolog else 0 :][:2]
    if start == b"<!":
        raise DamagedReplyError("holds a document type, which no answer may have")
    if not start.startswith(b"<") or b"\0" in document[:8]:
        raise DamagedReplyError("holds no XML")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(document, parser)
    except (etree.Error, ValueError) as error:
        # Only the place: the parser's words may quote what stands there.
        place = getattr(error, "position", (0, 0))
        raise DamagedReplyError(f"is no complete XML (line {place[0]}, column {place[1]})") from None


def _body_of(root: etree._Element, answer: Answer) -> etree._Element:
    name = etree.QName(root)
    if name.localname != "Envelope" or name.namespace not in ENVELOPES:
        page = "a page" if name.localname.casefold() == "html" else str(root.tag)[:100]
        raise DamagedReplyError(f"answered {answer.status} with {page} instead of an envelope")
    body = root.find(f"{{{name.namespace}}}Body")
    if body is None:
        raise DamagedReplyError("the envelope has no body")
    return body


def _part(fault: etree._Element, *names: str) -> str:
    """Give all text of the first child of one of these names, in either version of SOAP."""
    for child in fault:
        if etree.QName(child).localname in names:
            return " ".join(" ".join(map(str, child.itertext())).split())
    return ""
