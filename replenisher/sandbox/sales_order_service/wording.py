"""The body of a 400, which the switch `rest_error_body` words; other errors stay as they are."""

from __future__ import annotations

import functools
from collections.abc import Callable

import msgspec

from replenisher.sandbox.replies import RefusalError, Reply, Request, message, plain
from replenisher.sandbox.world import World

Operation = Callable[[World, Request], Reply]


def refusal(text: str) -> RefusalError:
    """A 400 with the documents' words."""
    return RefusalError(message(400, text))


def worded(operation: Operation) -> Operation:
    """The operation with its refusals in the form that the switch wants."""

    @functools.wraps(operation)
    def answer(world: World, request: Request) -> Reply:
        try:
            return operation(world, request)
        except RefusalError as error:
            if error.reply.status != 400 or world.switches.rest_error_body == "message":
                raise
            if world.switches.rest_error_body == "empty":
                return Reply(400, content_type=None)
            return plain(400, msgspec.json.decode(error.reply.body)["Message"])

    return answer
