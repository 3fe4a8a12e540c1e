"""Secrets come from outside the file, and no message ever shows one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from replenisher.config import Settings, effective

Loaded = Callable[..., Settings]
Refused = Callable[..., list[str]]
IN_FILE = ("${env:PASSWORD}", "${file:secrets/password}")


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    folder.mkdir()
    file = folder / "password"
    file.write_text("canary-in-a-file\n")
    file.chmod(0o600)
    return file


def test_an_environment_variable_gives_a_secret(loaded: Loaded) -> None:
    assert loaded().platforms["retail"].password.get_secret_value() == "canary-password"


def test_a_file_beside_the_configuration_gives_a_secret_without_its_line_break(
    loaded: Loaded, secret_file: Path
) -> None:
    assert loaded(IN_FILE).platforms["retail"].password.get_secret_value() == "canary-in-a-file"
    secret_file.write_bytes(b"\xef\xbb\xbfcanary-in-a-file\r\n")
    assert loaded(IN_FILE).platforms["retail"].password.get_secret_value() == "canary-in-a-file"


def test_a_reference_may_stand_inside_any_text_and_any_kind_of_setting(loaded: Loaded) -> None:
    settings = loaded(
        ("Acme Accessories", "Acme ${env:PLACE} and ${env:PLACE}"),
        ("username: orders", "username: orders\n    threads: ${env:THREADS}"),
        PLACE="North",
        THREADS="3",
    )
    assert settings.vendor.name == "Acme North and North"
    assert settings.platforms["retail"].threads == 3


def test_a_missing_or_empty_variable_is_named(refused: Refused) -> None:
    assert refused(("${env:PASSWORD}", "${env:NOT_THERE}")) == [
        "9: platforms.retail.password: environment variable NOT_THERE is not set; set it before the program starts"
    ]
    assert refused(PASSWORD=" ") == [
        (
            "9: platforms.retail.password: environment variable PASSWORD is empty;"
            " give it a value before the program starts"
        )
    ]


def test_a_missing_file_is_named(refused: Refused, tmp_path: Path) -> None:
    assert refused(IN_FILE) == [
        (
            f"9: platforms.retail.password: {tmp_path}/secrets/password does not exist;"
            " create it with the value alone and mode 0600"
        )
    ]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666, 0o610])
def test_a_file_open_to_others_is_refused_with_the_command_that_closes_it(
    refused: Refused, secret_file: Path, mode: int
) -> None:
    secret_file.chmod(mode)
    assert refused(IN_FILE) == [
        (
            f"9: platforms.retail.password: {secret_file} is open to other users (mode {mode:04o});"
            f" run: chmod 600 {secret_file}"
        )
    ]


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_file_of_the_owner_alone_is_read(loaded: Loaded, secret_file: Path, mode: int) -> None:
    secret_file.chmod(mode)
    assert loaded(IN_FILE).platforms["retail"].password.get_secret_value() == "canary-in-a-file"


def test_files_that_hold_no_secret_are_refused(refused: Refused, secret_file: Path) -> None:
    start = f"9: platforms.retail.password: {secret_file}"
    secret_file.write_text("\n")
    assert refused(IN_FILE) == [f"{start} is empty; write the value into it"]
    secret_file.write_bytes(b"\xff\xfe")
    assert refused(IN_FILE) == [f"{start} is not UTF-8 text"]
    secret_file.write_text("x" * 65_537)
    assert refused(IN_FILE) == [f"{start} is larger than 64 KiB; this cannot be a secret"]
    secret_file.unlink()
    secret_file.mkdir()
    assert refused(IN_FILE) == [f"{start} is not a file; name the file that holds the value"]
    secret_file.rmdir()
    (told,) = refused(("${env:PASSWORD}", "${file:config.yaml/below}"))
    assert "cannot be read: Not a directory; the program runs as user" in told


@pytest.mark.parametrize("broken", ["${PASSWORD}", "${ENV:PASSWORD}", "${env:}", "${env:PASSWORD", "${file: }", "a${"])
def test_a_reference_that_cannot_be_read_is_told_how_to_write_it(refused: Refused, broken: str) -> None:
    (told,) = refused(("password: ${env:PASSWORD}", f'password: "{broken}"'))
    assert told == (
        "9: platforms.retail.password: a reference that cannot be read; write a reference:"
        " ${env:NAME} for an environment variable, ${file:PATH} for a file of mode 0600"
    )


def test_a_secret_written_out_is_refused_and_not_repeated(refused: Refused) -> None:
    assert refused(("${env:PASSWORD}", "canary-literal")) == [
        (
            "9: platforms.retail.password: a secret must not stand in this file; write a reference:"
            " ${env:NAME} for an environment variable, ${file:PATH} for a file of mode 0600;"
            " for example `password: ${env:REPLENISHER_PASSWORD}`"
        )
    ]


@pytest.mark.parametrize("setting", ["database_url", "broker_url", "archive_url"])
@pytest.mark.parametrize(
    "url", ["redis://user:canary@host/0", "redis://:can/ary@host", "postgresql://u:can#ary@h/d", "s3://b?secret=canary"]
)
def test_a_url_with_a_password_is_refused_and_not_repeated(refused: Refused, setting: str, url: str) -> None:
    (told,) = refused(("vendor:", f'{setting}: "{url}"\nvendor:'))
    assert told.startswith(f"1: {setting}: holds a password, which must not stand in this file; write a reference: ")


def test_a_url_without_a_password_may_be_written_out(loaded: Loaded) -> None:
    settings = loaded(("vendor:", "database_url: postgresql://replenisher@db/replenisher\nvendor:"))
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == "postgresql://replenisher@db/replenisher"


def test_a_value_that_came_through_a_reference_is_never_shown(refused: Refused) -> None:
    (told,) = refused(("America/Regina", "${env:PASSWORD}"))
    assert "no such time zone" in told
    assert "not shown" in told


def test_secrets_too_short_to_hide_or_of_several_lines_are_refused(refused: Refused) -> None:
    (told,) = refused(PASSWORD="abc")
    assert told.startswith("9: platforms.retail.password: has fewer than 4 characters, too few to be kept out of logs")
    (told,) = refused(PASSWORD="line\nbreak")
    assert told.startswith("9: platforms.retail.password: holds a line break or another control character")


def test_the_settings_never_show_a_secret(loaded: Loaded) -> None:
    settings = loaded(
        ("vendor:", "database_url: ${env:URL}\narchive_url: s3://key:${env:KEY}@bucket/x\nvendor:"),
        URL="postgresql://me:canary%2Furl@db/x",
        KEY="canary-key",
    )
    for shown in (effective(settings), repr(settings), str(settings), str(settings.model_dump())):
        assert "canary-password" not in shown
        assert "canary%2Furl" not in shown
    assert "s3://key:***@bucket/x" in effective(settings)


def test_every_secret_is_listed_for_the_logs(loaded: Loaded) -> None:
    settings = loaded(
        ("vendor:", "database_url: ${env:URL}\nvendor:"),
        ("companies:", "flower:\n  password: ${env:FLOWER}\ncompanies:"),
        URL="postgresql://me:canary%2Furl@db/x",
        FLOWER="canary-flower",
    )
    assert set(settings.secrets()) == {
        "canary-password",
        "canary-secret",
        "canary-flower",
        "postgresql://me:canary%2Furl@db/x",
        "canary%2Furl",
        "canary/url",
    }


def test_a_url_that_cannot_be_taken_apart_is_still_a_secret_as_a_whole(loaded: Loaded) -> None:
    settings = loaded(("vendor:", "database_url: ${env:URL}\nvendor:"), URL="postgresql://me:canary@[x/y")
    assert "postgresql://me:canary@[x/y" in settings.secrets()
