"""Pausing companies: nothing more is asked for them until a person has corrected what is wrong."""

from __future__ import annotations

from replenisher.config import CompanySettings
from replenisher.database import companies, exceptions
from replenisher.database.exceptions import Matter
from replenisher.errors import CredentialsError, GatewayError, NotFoundError
from replenisher.logs import get_logger
from replenisher.services import Services

log = get_logger(__name__)


def pause_platform(services: Services, company: CompanySettings, error: GatewayError) -> None:
    """Pause the company; refused credentials pause every company of the same platform, so that they are tried once."""
    affected = [company.id]
    if isinstance(error, CredentialsError):
        # After a resume the corrected credentials must really be tried, not the remembered refusal.
        services.forget_channel(company)
        affected = [other.id for other in services.settings.companies if other.platform == company.platform]
    with services.database.transaction() as session:
        for one in affected:
            companies.pause(session, one, str(error))
            exceptions.raise_matter(
                session,
                Matter(
                    one,
                    "company_paused",
                    one,
                    f"paused: {error}. Correct it (workers read a changed configuration or secret when they start), "
                    f"then `replenisher resume --company {one}`",
                ),
            )
    log.error("company_paused", companies=affected, error=str(error))


def resume_company(services: Services, company_id: str) -> None:
    """Lift a pause because a person says the cause is corrected; NotFoundError when the company is not paused."""
    company = services.settings.company(company_id)
    with services.database.transaction() as session:
        if not companies.resume(session, company.id):
            raise NotFoundError(f"company {company.id} is not paused")
        exceptions.resolve(session, company.id, [company.id], ["company_paused"])
    log.info("company_resumed", company=company.id)
