"""Ids that may stand in a URL: digits or a canonical guid, nothing else, so no id can lead a request elsewhere."""

from __future__ import annotations

import re
from urllib.parse import quote

from replenisher.errors import RefusedError

WHOLE_ID = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)
GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
ZERO_GUID = "00000000-0000-0000-0000-000000000000"


def whole_id(text: str, what: str) -> str:
    """Return the id if it is digits without a leading zero; raise RefusedError, nothing sent, if not."""
    if not WHOLE_ID.fullmatch(text):
        raise RefusedError(f"{what} id {text[:60]!r} is not a number of the platform; nothing was sent")
    return text


def guid(text: str, what: str) -> str:
    """Return the guid in lower case if it is canonical and not all zeros; raise RefusedError if not."""
    found = as_guid(text)
    if found is None:
        raise RefusedError(f"{what} id {text[:60]!r} is not a guid of the platform; nothing was sent")
    return found


def as_guid(value: object) -> str | None:
    """Return a canonical guid in lower case, or None for anything else, zeros included."""
    if not isinstance(value, str):
        return None
    lower = value.strip().lower()
    return lower if GUID.fullmatch(lower) and lower != ZERO_GUID else None


def join(*segments: str) -> str:
    """Join path segments under a leading slash, each percent-quoted whole."""
    return "".join("/" + quote(segment, safe="") for segment in segments)
