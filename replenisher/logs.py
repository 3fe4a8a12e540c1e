"""Structured logs, one stream for the whole process: JSON for machines or text for people, secrets never in them.

structlog's own chain is fixed when this module is imported; `configure` only chooses the handler of the standard
library's root logger. So a logger taken at import time keeps working, and records of Celery, httpx or alembic pass
through the same redaction as ours. What is hidden:

1. values of fields whose name says so (`password`, `client_secret`, `authorization`, `set-cookie` …);
2. every registered secret wherever it stands, tracebacks included: as it is, escaped, URL-encoded or in base64;
3. what looks like a credential in a text: the password of a URL, a bearer token, `<Password>` of an envelope.
"""

from __future__ import annotations

import base64
import json
import logging
import math
import re
import sys
import threading
from collections.abc import Iterable
from contextlib import AbstractContextManager
from functools import lru_cache
from types import TracebackType
from typing import Any, Literal, TextIO
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

import structlog
from structlog.stdlib import BoundLogger, ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "***"
SHORTEST_SECRET = 4
"""Characters; hiding anything shorter would blank out half of every line."""

_DEEPEST = 8
_SECRET_WORDS = frozenset({"password", "passwd", "secret", "token", "authorization", "cookie", "credentials"})
_NAMES = "password|passwd|secret|client_secret|token|access_token|refresh_token"
_PATTERNS = (
    (re.compile(r"(?<=://)([^\s/:@\"']*):[^\s/@\"']+@"), rf"\1:{HIDDEN}@"),
    (re.compile(r"(?i)\b(bearer)\s+[\w.~+/=-]{8,}"), rf"\1 {HIDDEN}"),
    (re.compile(r"(?i)\b((?:set-cookie|cookie|authorization):\s*)[^\r\n]+"), rf"\1{HIDDEN}"),
    (re.compile(rf"(?i)\b((?:{_NAMES})=)[^\s\"'&,;)]+"), rf"\1{HIDDEN}"),
    (re.compile(rf"(?i)([\"'](?:{_NAMES}|authorization)[\"']\s*:\s*[\"'])[^\"']+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)(<(?:\w+:)?(?:password|secret|token)(?:\s[^>]*)?>)[^<]+"), rf"\1{HIDDEN}"),
)
_QUIET = {"httpx": logging.WARNING, "httpcore": logging.WARNING, "urllib3": logging.WARNING, "zeep": logging.INFO}
"""httpx writes whole URLs at INFO, zeep whole envelopes with the password at DEBUG."""


def _base64_forms(secret: bytes) -> Iterable[str]:
    """Give what of the secret is visible in base64 text at each of the three places it can start at."""
    for before, first in ((0, 0), (1, 2), (2, 3)):
        whole = (before + len(secret)) * 8 // 6
        text = base64.b64encode(b"\0" * before + secret).decode("ascii")[first:whole]
        yield text
        yield text.replace("+", "-").replace("/", "_")


class SecretRegistry:
    """Every secret of this process, in every form in which it may turn up in a text."""

    def __init__(self) -> None:
        self._forms: tuple[str, ...] = ()
        self._lock = threading.Lock()

    def add(self, secret: str) -> None:
        """Hide this value from now on; values shorter than `SHORTEST_SECRET` are left alone."""
        if len(secret) < SHORTEST_SECRET:
            return
        forms = {secret, quote(secret, safe=""), quote(secret), quote_plus(secret), escape(secret)}
        forms |= {json.dumps(secret)[1:-1], repr(secret)[1:-1], *_base64_forms(secret.encode())}
        with self._lock:
            kept = forms.union(self._forms)
            self._forms = tuple(sorted((f for f in kept if len(f) >= SHORTEST_SECRET), key=len, reverse=True))

    def hide(self, text: str) -> str:
        """Replace every registered secret, and whatever looks like a credential, by asterisks."""
        for form in self._forms:
            text = text.replace(form, HIDDEN)
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        return text


_secrets = SecretRegistry()


def add_secret(secret: str) -> None:
    """Register a secret learned while running, such as an access token."""
    _secrets.add(secret)


def hide(text: str) -> str:
    """Replace every secret known to this process in a text that is about to be shown or stored."""
    return _secrets.hide(text)


@lru_cache(maxsize=1024)
def _secret_words(key: str) -> tuple[bool, bool]:
    """Tell whether any word of the key, and whether its last word, names a secret."""
    words = re.findall(r"[a-z0-9]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", key).lower())
    named = [word in _SECRET_WORDS for word in words]
    return any(named), bool(named) and named[-1]


def _is_secret(key: str, value: object) -> bool:
    """`token` and `set-cookie` always hold a secret, `token_seconds_left` only if it is text."""
    anywhere, last = _secret_words(key)
    return (last and value is not None and not isinstance(value, bool)) or (anywhere and isinstance(value, str | bytes))


def _plain(value: object, depth: int = 0) -> Any:
    """Turn a value into what JSON can hold, every text in it redacted."""
    if isinstance(value, str):
        return hide(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if depth < _DEEPEST and isinstance(value, dict):
        return {hide(str(key)): _field(str(key), item, depth + 1) for key, item in value.items()}
    if depth < _DEEPEST and isinstance(value, list | tuple | set | frozenset):
        return [_plain(item, depth + 1) for item in value]
    return hide(str(value))


def _field(key: str, value: object, depth: int) -> Any:
    return HIDDEN if _is_secret(key, value) else _plain(value, depth)


def _redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Last processor before the renderer: nothing reaches a line but through here."""
    event.pop("color_message", None)  # uvicorn's second copy of its own message
    return {key: _field(key, value, 0) for key, value in event.items()}


_STAMPS: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="timestamp"),
]

structlog.configure(
    processors=[structlog.stdlib.filter_by_level, *_STAMPS, ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=BoundLogger,
    cache_logger_on_first_use=True,
)


class _Handler(logging.StreamHandler[TextIO]):
    """Our own handler, so that a second `configure` replaces it and leaves others alone."""


def _formatter(wanted: str, stream: TextIO) -> ProcessorFormatter:
    renderer: Processor = structlog.processors.JSONRenderer()
    if wanted == "console":
        plain = structlog.dev.plain_traceback
        renderer = structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=plain, pad_event_to=32)
    return ProcessorFormatter(
        foreign_pre_chain=[*_STAMPS, structlog.stdlib.ExtraAdder()],
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            _redact,
            renderer,
        ],
    )


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Write an error that nobody caught as a log line too, so that its traceback is redacted."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    get_logger(__name__).critical("uncaught error", exc_info=(kind, error, trace))


def _log_uncaught_in_thread(hook: threading.ExceptHookArgs) -> None:
    if hook.exc_value is not None:
        _log_uncaught(hook.exc_type, hook.exc_value, hook.exc_traceback)


def configure(
    format: Literal["json", "console"],  # noqa: A002 - the word of the configuration file
    level: str,
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Send every log record of the process to `stream` (standard error by default), one line each.

    `level` is a name of the standard library's levels in any case. Registered secrets stay registered when it is
    called again. Whoever starts Celery or uvicorn must keep them from installing handlers of their own.
    """
    for secret in secrets:
        add_secret(secret)
    target = stream or sys.stderr
    handler = _Handler(target)
    handler.setFormatter(_formatter(format, target))
    root = logging.getLogger()
    root.handlers = [other for other in root.handlers if not isinstance(other, _Handler)] + [handler]
    root.setLevel(level.upper())
    for name, quietest in _QUIET.items():
        logging.getLogger(name).setLevel(max(quietest, root.level))
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


def get_logger(name: str) -> BoundLogger:
    """Give the logger of a module; it may be taken before `configure` is called."""
    logger: BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def context(**fields: object) -> AbstractContextManager[None]:
    """Add fields (run_id, order_id …) to every line written inside the `with` block, ours and the libraries'.

    Threads started inside the block do not inherit them.
    """
    return structlog.contextvars.bound_contextvars(**fields)
