"""What to say to a person who asks a channel for what it does not offer."""

from __future__ import annotations

from replenisher.config import CompanySettings
from replenisher.errors import RefusedError
from replenisher.gateways.abilities import channels_with


def lacking(company: CompanySettings, ability: type) -> RefusedError:
    """Make the error that says which channels have an ability that this company's lacks; nothing was sent."""
    words, channels = channels_with(ability)
    desk = "" if company.order_desk == "channel" else f" with order desk {company.order_desk}"
    return RefusedError(
        f"channel {company.channel}{desk} of company {company.id} has no way to {words} ({channels} can); "
        "nothing was sent",
        operation=words,
    )
