"""Every error of the program, in one tree; each kind says what to do next.

```
ReplenisherError
├── ConfigurationError          stop; a person corrects a file (file, line and key are named)
│   └── PlannerFileError        the same for a planner's CSV; carries every fault of the file
├── EmbeddedServersError        stop; a person frees the data folder or names servers of their own
├── DatabaseError               stop or try again; the database did not do what was asked
├── ArchiveError                the archive lacks something or cannot be written
├── WrongProcessError           a program error: a resource was carried over a fork
├── IllegalMoveError            a program error: a document cannot go from this state to that
├── PlanningInputError          a program error: a frame does not keep its contract
├── NotFoundError               a person asked for something that is not there
├── RunInProgressError          wait for the company's open planning run to close
├── CompanyPausedError          a person corrects what paused the company and resumes it
└── GatewayError                an outside system did not do what was asked
    ├── NotSentError            nothing left this machine: the same request may be sent later
    ├── AmbiguousError          it may have arrived: never send again, look it up
    ├── UnavailableError        a read failed for now: read again later
    │   └── UnreadableError     it answered, but not with the document that was asked for
    ├── ThrottledError          answered 429 before doing anything: wait `retry_after_seconds`
    ├── CredentialsError        user or client refused: pause the company, a person corrects it
    ├── UnauthorisedError       401 although the token is new: as a refused token
    ├── ForbiddenError          403: pause the company, a person asks the retailer
    ├── AbsentError             404: not there, not yet, or no such route
    ├── RefusedError            a definite no in the platform's own words: correct the request
    │   └── ExistsError         refused because it exists: our earlier try succeeded, look it up
    └── ReportRefusedError      the report cannot be trusted: nothing of it is used
```
"""

from __future__ import annotations

from dataclasses import dataclass


class ReplenisherError(Exception):
    """Anything that this program raises on purpose."""


class ConfigurationError(ReplenisherError):
    """A configuration that cannot be used; the text names file, line and key, and what was expected."""


@dataclass(frozen=True)
class FileFault:
    """One fault of a planner's file: where it is, what it is, what to do."""

    file: str
    line: int
    column: str
    message: str

    def __str__(self) -> str:
        """Write the fault as `file:line: column: message`, which editors can jump to."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.column}: {self.message}" if self.column else f"{place}: {self.message}"


class PlannerFileError(ConfigurationError):
    """A planner's file with faults; every one of them is listed with its line."""

    def __init__(self, faults: list[FileFault]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


class EmbeddedServersError(ReplenisherError):
    """The embedded PostgreSQL or Valkey could not be started, reached or stopped."""


class DatabaseError(ReplenisherError):
    """The database cannot be reached or lacks our tables."""


class ArchiveError(ReplenisherError):
    """The archive lacks a frame or cannot be written."""


class WrongProcessError(ReplenisherError):
    """A connection pool or client made before a fork was used after it."""


class IllegalMoveError(ReplenisherError):
    """An order or a shipment notice was asked to make a move that its table of moves does not hold."""


class PlanningInputError(ReplenisherError):
    """A frame given to the planning package does not keep its contract."""


class NotFoundError(ReplenisherError):
    """A person asked for a company, location, order, run or row that does not exist."""


class RunInProgressError(ReplenisherError):
    """A planning run of this company is still open; a second one would plan on the same shelves."""


class CompanyPausedError(ReplenisherError):
    """The company is paused: nothing is asked for it until a person has corrected the cause."""


class GatewayError(ReplenisherError):
    """An outside system did not do what was asked.

    `operation` is our name of the call, `status` the HTTP status if one was read, `answer` the first
    2,000 characters of what came back (never of what was sent).
    """

    def __init__(self, message: str, *, operation: str = "", status: int | None = None, answer: str = "") -> None:
        super().__init__(message)
        self.operation = operation
        self.status = status
        self.answer = answer[:2000]


class NotSentError(GatewayError):
    """Nothing left this machine (no connection, name or handshake): the same request may be sent later."""


class AmbiguousError(GatewayError):
    """The request may have arrived: never send it again before a look-up has answered."""


class UnavailableError(GatewayError):
    """A read failed for now (time-out, 5xx, HTML page, truncated body): read again later."""


class UnreadableError(UnavailableError):
    """A read was answered, and the document makes no sense: others of its kind may well be read."""


class ThrottledError(GatewayError):
    """The platform answered 429 before doing anything; wait before the next request."""

    def __init__(self, message: str, *, retry_after_seconds: float, operation: str = "", answer: str = "") -> None:
        super().__init__(message, operation=operation, status=429, answer=answer)
        self.retry_after_seconds = retry_after_seconds


class CredentialsError(GatewayError):
    """User name, password or client was refused when asking for a token: a person must correct it."""


class UnauthorisedError(GatewayError):
    """The platform refused a token that was taken just now; the request was not processed."""


class ForbiddenError(GatewayError):
    """The vendor may not do this at this company: the retailer must enable it."""


class AbsentError(GatewayError):
    """The thing is not there, not there yet, or the route does not exist.

    `explained` is true when the body says so in JSON, which the documents promise for a missing resource.
    """

    def __init__(self, message: str, *, explained: bool, operation: str = "", answer: str = "") -> None:
        super().__init__(message, operation=operation, status=404, answer=answer)
        self.explained = explained


class RefusedError(GatewayError):
    """The platform read the request and said no, in its own words."""


class ExistsError(RefusedError):
    """The platform refuses because the document exists already: our earlier try succeeded."""


class ReportRefusedError(GatewayError):
    """A report that cannot be trusted: nothing of it may be used.

    `location`, `report` and `field` name the place; `field` is empty when the whole report is meant.
    """

    def __init__(self, *, location: str, report: str, field: str = "", reason: str) -> None:
        where = f"location {location}, {report} report" + (f", field {field}" if field else "")
        super().__init__(f"{where}: {reason}", operation=report)
        self.location = location
        self.report = report
        self.field = field
        self.reason = reason
