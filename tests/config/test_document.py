"""The file itself: not there, not text, not YAML, not one document; and texts that stay as they were written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from replenisher.config import Settings, load
from replenisher.config.document import LARGEST_BYTES, read
from replenisher.errors import ConfigurationError
from tests.config.conftest import ENVIRONMENT, SMALLEST

Loaded = Callable[..., Settings]
Refused = Callable[..., list[str]]


def refusal_of(path: Path) -> str:
    with pytest.raises(ConfigurationError) as refusal:
        load(path, {})
    return str(refusal.value)


def test_a_missing_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    assert refusal_of(tmp_path / "none.yaml") == (
        f"{tmp_path}/none.yaml: does not exist; copy config.example.yaml there and edit it"
    )


def test_a_folder_is_not_a_configuration(tmp_path: Path) -> None:
    assert refusal_of(tmp_path) == f"{tmp_path}: is not a file; give the path of a YAML file"


def test_a_path_through_a_file_cannot_be_read(config: Path) -> None:
    config.write_text(SMALLEST)
    assert refusal_of(config / "below") == f"{config}/below: cannot be read: Not a directory"


def test_a_file_beyond_one_mebibyte_is_refused_and_one_of_exactly_that_size_is_not(config: Path) -> None:
    config.write_text(SMALLEST + "#" * (LARGEST_BYTES - len(SMALLEST)))
    assert load(config, ENVIRONMENT).vendor.id == "5123"
    config.write_text(SMALLEST + "#" * (LARGEST_BYTES - len(SMALLEST) + 1))
    assert refusal_of(config) == f"{config}: is larger than 1 MiB; this cannot be a configuration file"


def test_a_byte_order_mark_and_windows_line_ends_do_not_matter(config: Path) -> None:
    config.write_bytes(b"\xef\xbb\xbf" + SMALLEST.replace("\n", "\r\n").encode())
    assert load(config, ENVIRONMENT).companies[0].name == "Kentel"


def test_bytes_that_are_not_utf8_are_told_with_their_line(config: Path) -> None:
    config.write_bytes(b"vendor:\n  name: Caf\xe9\n")
    assert refusal_of(config) == f"{config}:2: is not UTF-8 text; save the file as UTF-8"


def test_a_control_character_is_told_with_its_line(config: Path) -> None:
    config.write_bytes(b"vendor:\n  name: Acme\n  id: 5\x001\n")
    assert refusal_of(config) == f"{config}:3: a control character stands here; delete it"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "1: should be a mapping of settings such as `data_folder: ./var`"),
        ("# only a comment\n", "1: should be a mapping of settings such as `data_folder: ./var`"),
        ("- vendor\n", "1: should be a mapping of settings such as `data_folder: ./var`"),
        (
            "vendor:\n\tid: 5\n",
            "2: not valid YAML: a text that begins with this character must stand in quotes; indent with spaces",
        ),
        (
            "vendor:\n  id: *5\n",
            (
                "2: not valid YAML: a text that begins with * or & must stand in quotes,"
                ' for example schedule: "*/30 * * * *"'
            ),
        ),
        ('vendor:\n  name: "Acme\n', "3: not valid YAML: a quote is not closed"),
        ("vendor:\n  name: Acme: Accessories\n", "2: not valid YAML: a text that holds `: ` must stand in quotes"),
        ("a: 1\n---\na: 2\n", "2: not valid YAML: only one document is allowed; delete the line ---"),
        ("vendor\nname: Acme\n", "2: not valid YAML: "),
        ("vendor: [1, 2\nname: 3\n", "2: not valid YAML: "),
    ],
)
def test_text_that_is_not_yaml_is_told_with_its_line(refused: Refused, text: str, fault: str) -> None:
    (told,) = refused(text=text)
    assert told.startswith(fault)


def test_a_syntax_fault_never_quotes_the_file(refused: Refused) -> None:
    (told,) = refused(("${env:PASSWORD}", "*canary-password"))
    assert told.startswith("9: not valid YAML")
    (told,) = refused(("${env:PASSWORD}", '"canary" password'))
    assert told.startswith(("9: not valid YAML", "10: not valid YAML"))


def test_a_key_given_twice_is_told_with_both_lines_among_the_other_faults(refused: Refused) -> None:
    assert refused(("  name: Acme Accessories", "  name: Acme\n  name: Accessories"), ("Kentel", '""')) == [
        "4: vendor.name: given twice, first on line 3; delete one of them",
        "15: companies[0].name: should not be empty; found ''; for example `name: Kentel`",
    ]


def test_tags_and_merge_keys_are_refused(refused: Refused) -> None:
    assert refused(("name: Acme Accessories", "name: !!python/object:os.system Acme"))[0] == (
        "3: vendor.name: tags (!) are not used here; write the value alone"
    )
    assert refused(("  id: 5123", "  id: 5123\n  <<: {name: Acme}"))[0] == (
        "3: vendor: a key should be plain text; merge keys (<<) are not used here"
    )


def test_aliases_work(loaded: Loaded) -> None:
    settings = loaded(("name: Acme Accessories", "name: &name Acme"), ("name: Kentel", "name: *name"))
    assert settings.companies[0].name == settings.vendor.name == "Acme"


def test_an_alias_bomb_is_refused_at_once(refused: Refused) -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
    (told,) = refused(text=bomb)
    assert told.endswith("an alias unfolds without end")


def test_an_alias_of_its_own_section_is_refused(refused: Refused) -> None:
    assert refused(text="vendor: &v\n  id: *v\n") == ["1: an alias unfolds without end"]


def test_deep_nesting_and_endless_lists_are_refused(refused: Refused) -> None:
    assert refused(text="a: " + "[" * 100_000) == ["1: is nested too deeply"]
    assert refused(text="a:\n" + "- 1\n" * 60_000)[0].endswith("holds too many values")


def test_texts_stay_as_they_were_written(config: Path) -> None:
    config.write_text("a: 00123\nb: NO\nc: 1e3\nd: 2026-01-02\ne: 5:30\nf: 1.50\ng: null\nh: ~\ni:\nj: 'null'\n")
    assert read(config).values == {
        "a": "00123",
        "b": "NO",
        "c": "1e3",
        "d": "2026-01-02",
        "e": "5:30",
        "f": "1.50",
        "g": None,
        "h": None,
        "i": None,
        "j": "null",
    }


def test_ids_with_leading_zeros_keep_them_without_quotes(loaded: Loaded) -> None:
    settings = loaded(("id: 14146", "id: 00123\n    locations: [007, NO]"))
    assert settings.companies[0].id == "00123"
    assert settings.companies[0].locations == ("007", "NO")
