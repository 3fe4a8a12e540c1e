"""The kinds of value that settings are made of; each refuses with a sentence that says what to write instead."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from cronsim import CronSim, CronSimError
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from replenisher.config.references import HOW_TO_WRITE, Resolved

SHORTEST_SECRET = 4
"""Characters; a shorter secret could not be hidden in a log line."""

_PASSWORD_IN_URL = re.compile(r"://[^@]*:[^@]+@|(?i:[?&](?:password|secret|token|key)=)")


class Section(BaseModel):
    """A frozen section of settings that knows all its keys; a section left empty has its defaults."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _empty_means_defaults(cls, data: Any) -> Any:
        return {} if data is None else data


def refusal(text: str, *, shown: bool = True) -> PydanticCustomError:
    """Make a validation error with a sentence of our own; with `shown` false the value is never repeated."""
    return PydanticCustomError("setting" if shown else "setting_unshown", "{text}", {"text": text})


def disagreement(text: str) -> PydanticCustomError:
    """Make the error of a setting that does not agree with another one; the sentence says everything."""
    return PydanticCustomError("disagreement", "{text}", {"text": text})


def nearest(word: str, words: Iterable[str]) -> str | None:
    """Find the word that was probably meant, whatever its case."""
    folded = {candidate.casefold(): candidate for candidate in words}
    found = get_close_matches(word.casefold(), folded, n=1)
    return folded[found[0]] if found else None


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address never leaves this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(address: str) -> str:
    """Give the host of a URL; empty when there is none."""
    return urlsplit(address).hostname or ""


def _matching(pattern: str, words: str) -> Callable[[str], str]:
    """Make a check of a text's shape that says the shape in words."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise refusal(f"should be {words}")
        return text

    return check


def _by_reference(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Resolved):
        raise refusal(f"a secret must not stand in this file; {HOW_TO_WRITE}", shown=False)
    return value


def _usable_secret(secret: SecretStr) -> SecretStr:
    value = secret.get_secret_value()
    if len(value) < SHORTEST_SECRET:
        raise refusal(f"has fewer than {SHORTEST_SECRET} characters, too few to be kept out of logs")
    if not value.isprintable():
        raise refusal("holds a line break or another control character")
    return secret


def _password_by_reference(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Resolved) and _PASSWORD_IN_URL.search(value):
        raise refusal(f"holds a password, which must not stand in this file; {HOW_TO_WRITE}", shown=False)
    return value


def _scheme(value: str, allowed: tuple[str, ...]) -> None:
    scheme = value.partition("://")[0] if "://" in value else ""
    if scheme not in allowed:
        raise refusal(f"should be a URL that begins with {' or '.join(f'{name}://' for name in allowed)}")


def _database(url: SecretStr) -> SecretStr:
    _scheme(url.get_secret_value(), ("postgresql", "postgresql+psycopg"))
    return url


def _broker(url: SecretStr) -> SecretStr:
    _scheme(url.get_secret_value(), ("redis", "rediss", "redis+socket", "amqp", "amqps"))
    return url


def _archive(url: str) -> str:
    if "://" not in url:
        raise refusal("should be a URL, such as file:///srv/replenisher/archive or s3://bucket/folder")
    return url


def _platform_address(url: str) -> str:
    """Check the address of a platform's service and end it with a slash, so that routes can be joined to it."""
    try:
        parts = urlsplit(url)
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError:
        raise refusal("is not a URL") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_valid:
        raise refusal("should be a URL that begins with https://")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise refusal("should be a plain URL: no user, password, ? or #", shown=False)
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise refusal("http:// is for this machine only (127.0.0.1, localhost); write https://")
    return url if url.endswith("/") else url + "/"


def _soap_address(url: str) -> str:
    """Check the address of a SOAP service, which is the whole address: nothing is joined to it."""
    return _platform_address(url).rstrip("/")


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zones = sorted(available_timezones())
        by_city = {zone.rpartition("/")[2]: zone for zone in zones}
        city = nearest(name.rpartition("/")[2], by_city)
        meant = nearest(name, zones) or (by_city[city] if city else None)
        raise refusal("no such time zone" + (f"; nearest valid name: {meant}" if meant else "")) from None
    return name


def _schedule(expression: str) -> str:
    """Check a cron expression of five fields that comes true at some time."""
    if len(expression.split()) != 5:
        raise refusal("should be five fields: minute hour day-of-month month day-of-week")
    try:
        next(CronSim(expression, datetime(2026, 1, 1)))  # noqa: DTZ001 - only whether there is any next time
    except CronSimError as error:
        raise refusal(f"not a cron expression: {str(error).replace('Bad ', 'bad field ')}") from None
    except StopIteration:
        raise refusal("never comes true; check day-of-month and month") from None
    return expression


def _from_folder(path: Path, info: ValidationInfo) -> Path:
    """A relative path counts from the folder of the configuration file."""
    folder = (info.context or {}).get("folder", Path())
    return Path(folder / path.expanduser())


def _existing(path: Path, info: ValidationInfo) -> Path:
    if info.context is not None and not path.is_file():
        problem = "is not a file" if path.exists() else "does not exist"
        raise refusal(f"{path} {problem}; a relative path counts from the folder of this file")
    return path


Id = Annotated[str, AfterValidator(_matching(r"[A-Za-z0-9_-]{1,40}", "up to 40 letters, digits, - or _"))]
Digits = Annotated[str, AfterValidator(_matching(r"[0-9]{1,18}", "digits only"))]
UserName = Annotated[str, AfterValidator(_matching(r"[^:\s]{1,64}", "up to 64 characters without a colon or space"))]
PlatformName = Annotated[
    str, AfterValidator(_matching(r"[a-z][a-z0-9_-]{0,39}", "up to 40 small letters, digits, - or _, a letter first"))
]
Text = Annotated[str, Field(min_length=1, max_length=200)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]
Secret = Annotated[SecretStr, BeforeValidator(_by_reference), AfterValidator(_usable_secret)]
DatabaseUrl = Annotated[SecretStr, BeforeValidator(_password_by_reference), AfterValidator(_database)]
BrokerUrl = Annotated[SecretStr, BeforeValidator(_password_by_reference), AfterValidator(_broker)]
ArchiveUrl = Annotated[str, BeforeValidator(_password_by_reference), AfterValidator(_archive)]
PlatformAddress = Annotated[str, AfterValidator(_platform_address)]
SoapAddress = Annotated[str, AfterValidator(_soap_address)]
Guid = Annotated[
    str,
    AfterValidator(
        _matching(
            r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
            "an id of the form 01234567-89ab-cdef-0123-456789abcdef",
        )
    ),
    AfterValidator(str.lower),
]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
Schedule = Annotated[str, AfterValidator(_schedule)]
Folder = Annotated[Path, AfterValidator(_from_folder)]
PlannersFile = Annotated[Path, AfterValidator(_from_folder), AfterValidator(_existing)]
