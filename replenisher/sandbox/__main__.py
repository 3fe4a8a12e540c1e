"""The command line of the sandbox: serve, advance, audit, faults, switches, ask, files."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from replenisher.sandbox.client import AdminError, SandboxAdmin
from replenisher.sandbox.switches import Setup, Switches

TRIAL = Path("var/trial/sandbox.json")
"""The ready file of the sandbox that `replenisher up --sandbox` keeps below the folder it was started in."""
_PARENT = os.getppid()  # asked before the slow imports, so that a parent that dies early is still noticed


class NoAddressError(Exception):
    """No sandbox was named and none is at hand."""


def build_parser() -> argparse.ArgumentParser:
    """The parser; every setting of `Setup` and `Switches` is an option with its default in --help."""
    parser = argparse.ArgumentParser(prog="python -m replenisher.sandbox", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    style = argparse.ArgumentDefaultsHelpFormatter
    server = commands.add_parser("serve", help="serve on the loopback address", formatter_class=style)
    server.add_argument("--port", type=int, default=0, help="port to listen on; 0 takes a free one")
    server.add_argument("--ready-file", type=Path, help="also write the ready line into this file")
    server.add_argument(
        "--exit-with-parent", action="store_true", help="end within a second of the parent process, however it ends"
    )
    _add_settings(server.add_argument_group("the world"), Setup)
    _add_settings(server.add_argument_group("switches: what the documents leave open"), Switches)
    files = commands.add_parser("files", help="write the planners' files", formatter_class=style)
    files.add_argument("--folder", type=Path, required=True, help="where products.csv, levels.csv and counts.csv go")
    files.add_argument(
        "--ids", choices=("rest", "soap"), default="rest", help="name locations by LocationId, or by StoreID"
    )
    files.add_argument(
        "--every-level", action="store_true", help="all levels of the platform in levels.csv, not a few other ones"
    )
    _add_settings(files, Setup)
    for name, text in (
        ("advance", "let days pass"),
        ("audit", "print every create that was accepted"),
        ("faults", "list, add or clear faults"),
        ("switches", "print or change switches"),
        ("ask", "send any other request below /admin: a customer's order, what a retailer does to one"),
    ):
        command = commands.add_parser(name, help=text, formatter_class=style)
        command.add_argument("--url", help=f"address of the sandbox; without it, the one that {TRIAL} names")
        if name == "advance":
            command.add_argument("--days", type=int, default=1, help="whole days to let pass")
        elif name == "faults":
            command.add_argument("--add", action="append", default=[], metavar="JSON", help="a fault to add")
            command.add_argument("--clear", action="store_true", help="forget every fault first")
        elif name == "switches":
            command.add_argument("--set", action="append", default=[], metavar="NAME=JSON", help="a switch to change")
        elif name == "ask":
            command.add_argument("method", choices=("GET", "POST", "DELETE"), help="how it is asked")
            command.add_argument("path", help="what follows /admin/, such as retail-orders")
            command.add_argument("body", nargs="?", metavar="JSON", help="what is sent")
    return parser


def _add_settings(parser: Any, settings: type[Setup] | type[Switches]) -> None:
    for entry in dataclasses.fields(settings):
        option = "--" + entry.name.replace("_", "-")
        choices = entry.metadata["choices"] or None
        parser.add_argument(
            option, type=type(entry.default), default=entry.default, choices=choices, help=entry.metadata["help"]
        )


def _settings(arguments: argparse.Namespace, settings: type[Any]) -> Any:
    return settings(**{entry.name: getattr(arguments, entry.name) for entry in dataclasses.fields(settings)})


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; exit code 0 done, 1 refused or no answer, 2 wrong arguments."""
    arguments = build_parser().parse_args(argv)
    try:
        if arguments.command == "serve":
            _serve(arguments)
        elif arguments.command == "files":
            _write_files(arguments)
        else:
            _print(_ask(arguments))
    except KeyboardInterrupt:
        return 130
    except NoAddressError as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return 2
    except (AdminError, OSError, ValueError) as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return 1
    return 0


def _serve(arguments: argparse.Namespace) -> None:
    from replenisher.sandbox.server import serve  # noqa: PLC0415  # the clients start without the web server

    serve(
        _settings(arguments, Setup),
        _settings(arguments, Switches),
        port=arguments.port,
        ready_file=arguments.ready_file,
        parent=_PARENT if arguments.exit_with_parent else None,
    )


def _write_files(arguments: argparse.Namespace) -> None:
    from replenisher.sandbox.planners_files import write_files  # noqa: PLC0415  # as above

    written = write_files(
        _settings(arguments, Setup), arguments.folder, ids=arguments.ids, every_level=arguments.every_level
    )
    _print([str(path) for path in written])


def _address(url: str | None) -> str:
    """Give the address that was named, else that of the sandbox which `replenisher up --sandbox` started here."""
    if url is not None:
        return url
    try:
        return str(json.loads(TRIAL.read_text())["url"])
    except (OSError, ValueError, KeyError) as error:
        raise NoAddressError(f"which sandbox? Say --url, or stand where {TRIAL} is") from error


def _ask(arguments: argparse.Namespace) -> Any:
    admin = SandboxAdmin(_address(arguments.url))
    if arguments.command == "advance":
        return admin.advance(arguments.days)
    if arguments.command == "audit":
        return admin.audit()
    if arguments.command == "ask":
        return admin.call(arguments.method, arguments.path, arguments.body and json.loads(arguments.body))
    if arguments.command == "switches":
        return admin.switch(
            **{name: json.loads(text) for name, _, text in (entry.partition("=") for entry in arguments.set)}
        )
    if arguments.clear:
        admin.clear_faults()
    return admin.add_faults(*[json.loads(text) for text in arguments.add])


def _print(answer: Any) -> None:
    sys.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main())
