"""`$skip` and `$top` over a list that is in memory already; the documents write both also without the dollar."""

from __future__ import annotations

from typing import TypeVar

from replenisher.sandbox.replies import RefusalError, Request, message

Row = TypeVar("Row")


def page(request: Request, rows: list[Row], size: int) -> list[Row]:
    """Give the page that a request asks for; `size` is default and cap of `$top`.

    Raises:
        RefusalError: 400, for what is no number or below 0.
    """
    skip, top = _number(request, "skip", 0), _number(request, "top", size)
    return rows[skip : skip + min(top, size)]


def _number(request: Request, name: str, default: int) -> int:
    text = request.query.get(f"${name}", request.query.get(name, str(default)))
    try:
        number = int(text)
    except ValueError:
        number = -1
    if number < 0:
        raise RefusalError(message(400, f"Error while extracting the request query: ${name} should be 0 or more"))
    return number
