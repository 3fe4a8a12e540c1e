"""How companies stand to the vendor at their platforms: asked when a run starts, and remembered for `status`."""

from __future__ import annotations

from collections.abc import Sequence

from replenisher.channels import channel_key
from replenisher.config import CompanySettings
from replenisher.database.standings import record_standings
from replenisher.errors import GatewayError
from replenisher.logs import get_logger
from replenisher.purchasing.platform import CompanyRelationship
from replenisher.services import Services

log = get_logger(__name__)

ENABLED = "enabled"
NOT_LISTED = "not listed"


def remember_standings(services: Services, company: CompanySettings) -> None:
    """Ask how the companies of this one's channel stand, and keep it; a platform that does not tell changes nothing."""
    key = channel_key(company)
    here = [one for one in services.settings.companies if channel_key(one) == key]
    try:
        listed = services.channel(company).relationships()
    except GatewayError as error:
        log.info("standings_not_told", company=company.id, error=str(error))
        return
    with services.database.transaction() as session:
        record_standings(session, standings_of(listed, here))


def standings_of(listed: Sequence[CompanyRelationship], here: Sequence[CompanySettings]) -> dict[str, str]:
    """Tell how each of these companies stands to the vendor by the platform's list; ids are compared without case."""
    told = {one.company.id.casefold(): one.standing for one in listed}
    return {company.id: told.get(company.id.casefold(), NOT_LISTED) for company in here}
