"""The log: one line per event, readable by machine or person, and never a secret in it."""

from __future__ import annotations

import base64
import io
import json
import logging
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any, Literal
from urllib.parse import quote, quote_plus

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replenisher import logs

CANARY = 'canary/ß+"s3cret" <x>'
Stream = Callable[..., io.StringIO]


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Put the process's logging back as it was, secrets included."""
    root = logging.getLogger()
    before = (root.handlers, root.level, sys.excepthook, threading.excepthook, logs._secrets)
    quiet = {name: logging.getLogger(name).level for name in ("httpx", "httpcore", "urllib3", "zeep")}
    logs._secrets = logs.SecretRegistry()
    yield
    root.handlers, level, sys.excepthook, threading.excepthook, logs._secrets = before
    root.setLevel(level)
    for name, quiet_level in quiet.items():
        logging.getLogger(name).setLevel(quiet_level)
    logging.captureWarnings(capture=False)


@pytest.fixture
def stream() -> Stream:
    """Configure the log into a text stream."""

    def into(
        wanted: Literal["json", "console"] = "json", level: str = "info", secrets: tuple[str, ...] = (CANARY,)
    ) -> io.StringIO:
        target = io.StringIO()
        logs.configure(wanted, level, secrets, target)
        return target

    return into


def events(target: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in target.getvalue().splitlines()]


def test_a_line_is_json_with_time_level_logger_and_fields(stream: Stream) -> None:
    target = stream()
    logs.get_logger("replenisher.here").info("order accepted", order_id=7, seconds=0.5, late=False, note=None)
    (event,) = events(target)
    assert event.pop("timestamp").endswith("Z")
    assert event == {
        "event": "order accepted",
        "level": "info",
        "logger": "replenisher.here",
        "order_id": 7,
        "seconds": 0.5,
        "late": False,
        "note": None,
    }


def test_a_logger_taken_before_configuring_works(stream: Stream) -> None:
    logger = logs.get_logger("early")
    logger.debug("nobody listens yet")
    target = stream()
    logger.info("now")
    assert [event["event"] for event in events(target)] == ["now"]


def test_the_context_is_on_every_line_of_the_block_and_gone_after(stream: Stream) -> None:
    target = stream()
    with logs.context(run_id="r1"):
        logs.get_logger("ours").info("inside")
        logging.getLogger("theirs").warning("inside too")
    logs.get_logger("ours").info("after")
    assert [event.get("run_id") for event in events(target)] == ["r1", "r1", None]


def test_lines_below_the_level_are_not_written(stream: Stream) -> None:
    target = stream(level="warning")
    logs.get_logger("ours").info("small")
    logging.getLogger("theirs").info("small")
    logs.get_logger("ours").warning("large")
    assert [event["event"] for event in events(target)] == ["large"]


def test_configuring_again_replaces_the_stream(stream: Stream) -> None:
    first, second = stream(), stream()
    logs.get_logger("ours").info("once")
    assert first.getvalue() == ""
    assert len(events(second)) == 1


def test_records_of_libraries_pass_through_with_their_extra_fields(stream: Stream) -> None:
    target = stream()
    logging.getLogger("celery.worker").warning("lost %s of %d", "hint", 3, extra={"data": {"id": "t1"}})
    (event,) = events(target)
    assert (event["event"], event["level"], event["logger"]) == ("lost hint of 3", "warning", "celery.worker")
    assert event["data"] == {"id": "t1"}


@pytest.mark.parametrize("name", ["httpx", "httpcore", "urllib3"])
def test_http_libraries_tell_only_warnings(stream: Stream, name: str) -> None:
    target = stream(level="debug")
    logging.getLogger(name).info("GET https://example.com/?token=abc")
    logging.getLogger(name).warning("trouble")
    assert [event["event"] for event in events(target)] == ["trouble"]


def test_an_http_request_writes_nothing(stream: Stream) -> None:
    target = stream(level="debug")
    with httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200))) as client:
        client.get("http://127.0.0.1/", params={"password": CANARY}, headers={"Authorization": f"Bearer {CANARY!a}"})
    assert target.getvalue() == ""


def test_zeep_never_prints_envelopes(stream: Stream) -> None:
    target = stream(level="debug")
    logging.getLogger("zeep.transports").debug("HTTP Post: <Password>x</Password>")
    assert target.getvalue() == ""


def test_console_lines_are_for_people(stream: Stream) -> None:
    target = stream("console")
    logs.get_logger("ours").info("order accepted", order_id=7, password="pässword")
    (line,) = target.getvalue().splitlines()
    assert "order accepted" in line
    assert "order_id=7" in line
    assert "password=***" in line


@pytest.mark.parametrize("wanted", ["json", "console"])
def test_a_registered_secret_appears_in_no_form(stream: Stream, wanted: Literal["json", "console"]) -> None:
    target = stream(wanted)
    encoded = [base64.b64encode((pad + CANARY + pad).encode()).decode() for pad in ("", "x", "xy", "user:")]
    forms = [CANARY, quote(CANARY), quote(CANARY, safe=""), quote_plus(CANARY), json.dumps(CANARY), repr(CANARY)]
    forms += [*encoded, base64.urlsafe_b64encode(CANARY.encode()).decode(), 'canary/ß+"s3cret" &lt;x&gt;']
    logger = logs.get_logger("ours")
    for form in forms:
        logger.info(form, text=form, nested={"list": [form, {form: form}]}, thing={form})
        logging.getLogger("theirs").error("record %s", form, extra={"data": (form,)})
    written = target.getvalue()
    assert "s3cret" not in written
    assert "canary" not in written
    for text in encoded:
        assert text not in written
        assert text[4:-4] not in written


@pytest.mark.parametrize("wanted", ["json", "console"])
def test_a_traceback_is_written_without_the_secret(stream: Stream, wanted: Literal["json", "console"]) -> None:
    target = stream(wanted)
    for report in (logs.get_logger("ours").exception, logging.getLogger("theirs").exception):
        try:
            int(CANARY)
        except ValueError:
            report("it failed")
    written = target.getvalue()
    assert written.count("ValueError: invalid literal") == 2
    assert written.count("Traceback") == 2
    assert "s3cret" not in written
    if wanted == "json":
        assert len(events(target)) == 2


def test_a_secret_learned_later_is_hidden_too(stream: Stream) -> None:
    target = stream()
    logs.add_secret("fresh-access-token")
    logs.get_logger("ours").info("sending", header="fresh-access-token")
    assert events(target)[0]["header"] == "***"
    assert logs.hide("the fresh-access-token leaked") == "the *** leaked"


def test_a_text_too_short_to_be_a_secret_is_left_alone(stream: Stream) -> None:
    target = stream(secrets=("abc", ""))
    logs.get_logger("ours").info("abc")
    assert events(target)[0]["event"] == "abc"


@pytest.mark.parametrize(
    "key",
    ["password", "Password", "client_secret", "clientSecret", "access_token", "Authorization", "set-cookie", "cookie"],
)
def test_fields_that_name_a_secret_are_hidden_whatever_they_hold(stream: Stream, key: str) -> None:
    target = stream()
    logs.get_logger("ours").info("sent", **{key: "anything", "nested": [{key: ["any", "thing"]}]})
    (event,) = events(target)
    assert event[key] == "***"
    assert event["nested"] == [{key: "***"}]


def test_numbers_about_a_secret_are_shown(stream: Stream) -> None:
    target = stream()
    logs.get_logger("ours").info("renewed", token_seconds_left=120, password_known=True, token_text="x")
    (event,) = events(target)
    assert (event["token_seconds_left"], event["password_known"], event["token_text"]) == (120, True, "***")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://me:hush@db/x", "postgresql://me:***@db/x"),
        ("redis://:hush@host:6379/0", "redis://:***@host:6379/0"),
        ("Bearer abcdefgh.ijkl-mnop", "Bearer ***"),
        ("Authorization: Basic aGVsbG8=", "Authorization: ***"),
        ("Set-Cookie: session=abc; Path=/", "Set-Cookie: ***"),
        ("grant_type=password&password=hush&x=1", "grant_type=password&password=***&x=1"),
        ('{"access_token": "abc", "expires_in": 3}', '{"access_token": "***", "expires_in": 3}'),
        ("{'client_secret': 'hush'}", "{'client_secret': '***'}"),
        ("<ns:Password>hush</ns:Password>", "<ns:Password>***</ns:Password>"),
        ("https://inventory.example.com:8443/v1/", "https://inventory.example.com:8443/v1/"),
        (
            "config.yaml:9: platforms.retail.password: is missing",
            "config.yaml:9: platforms.retail.password: is missing",
        ),
    ],
)
def test_what_looks_like_a_credential_is_hidden_and_nothing_else(stream: Stream, text: str, shown: str) -> None:
    target = stream(secrets=())
    logs.get_logger("ours").info("said", text=text)
    assert events(target)[0]["text"] == shown


def test_odd_values_still_make_one_line_of_json(stream: Stream) -> None:
    target = stream()
    loop: dict[str, Any] = {}
    loop["self"] = loop
    logs.get_logger("ours").info("odd\nlines", number=float("nan"), loop=loop, thing=object(), raw=b"bytes")
    (event,) = events(target)
    assert event["event"] == "odd\nlines"
    assert event["number"] == "nan"


@settings(max_examples=60, deadline=None)
@given(secret=st.text(min_size=4, max_size=30), before=st.text(max_size=5), after=st.text(max_size=5))
def test_no_secret_survives_in_any_text(secret: str, before: str, after: str) -> None:
    registry = logs.SecretRegistry()
    try:
        secret.encode()
    except UnicodeEncodeError:
        return
    registry.add(secret)
    hidden = registry.hide(before + secret + after)
    assert secret not in hidden or secret in "***" * 3 or secret in before + "***" + after


def test_warnings_and_uncaught_errors_become_lines(stream: Stream) -> None:
    target = stream()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning(UserWarning(CANARY), UserWarning, "here.py", 3)
    error = ValueError(CANARY)
    sys.excepthook(ValueError, error, None)
    thread = threading.Thread(target=lambda: (_ for _ in ()).throw(error))
    thread.start()
    thread.join()
    levels = [event["level"] for event in events(target)]
    assert levels == ["warning", "critical", "critical"]
    assert "s3cret" not in target.getvalue()


def test_ctrl_c_is_no_error(stream: Stream, capsys: pytest.CaptureFixture[str]) -> None:
    target = stream()
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert target.getvalue() == ""
    assert "KeyboardInterrupt" in capsys.readouterr().err


def test_a_process_that_dies_of_an_error_shows_no_secret() -> None:
    program = (
        "from replenisher import logs; logs.configure('json', 'info', ['canary-s3cret'])\n"
        "raise SystemError('failed with ' + 'canary-s3' + 'cret')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    event = json.loads(line)
    assert event["level"] == "critical"
    assert event["exception"].endswith("SystemError: failed with ***")
