"""The accounts service: password and refresh grants, and who a bearer token belongs to."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from replenisher.sandbox.world import World


class GrantError(Exception):
    """A token request that is answered with 400; `error` is OAuth's word."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


@dataclass(frozen=True)
class Credentials:
    """Who may ask for tokens."""

    username: str
    password: str
    client_id: str
    client_secret: str


_REFRESH_SECONDS = 7 * 86_400


class Accounts:
    """Tokens given out so far. Each grant gives a new one; only a refresh revokes the one it belongs to.

    Tokens live on the platform's clock: a day advanced is a day of their life.
    """

    def __init__(self, world: World) -> None:
        setup = world.setup
        self.credentials = Credentials(setup.username, setup.password, setup.client_id, setup.client_secret)
        self.grants = 0
        self.wrong_passwords = 0
        self._world = world
        self._tokens: dict[str, float] = {}
        self._refresh: dict[str, tuple[str, float]] = {}

    def grant(self, form: dict[str, str]) -> dict[str, object]:
        """Answer a token request.

        Raises:
            GrantError: unsupported grant, wrong client, or wrong, locked or unknown user.
        """
        kind = form.get("grant_type", "")
        if kind not in ("password", "refresh_token"):
            raise GrantError("unsupported_grant_type", f"grant type '{kind}' is not supported")
        given = (form.get("client_id"), form.get("client_secret"))
        if given != (self.credentials.client_id, self.credentials.client_secret):
            raise GrantError("invalid_client", "client credentials are invalid")
        if kind == "password":
            self._check_password(form)
        else:
            self._revoke_refresh_pair(form.get("refresh_token", ""))
        return self._issue()

    def knows(self, username: str | None, password: str | None) -> bool:
        """Whether the SOAP services let this user in; a wrong password counts as one, and may lock the user."""
        try:
            self._check_password({"username": username or "", "password": password or ""})
        except GrantError:
            return False
        return True

    def expire_all(self) -> int:
        """Make every access token invalid; gives how many there were."""
        count = len(self._tokens)
        self._tokens.clear()
        return count

    def expire(self, token: str) -> None:
        """Make one access token invalid."""
        self._tokens.pop(token, None)

    def accepts(self, token: str) -> bool:
        """Whether a bearer token is valid now."""
        return self._tokens.get(token, 0.0) > self._world.clock.now().timestamp()

    def _check_password(self, form: dict[str, str]) -> None:
        lock_after = self._world.switches.lock_after
        if lock_after and self.wrong_passwords >= lock_after:
            raise GrantError("invalid_grant", "user account is locked")
        if (form.get("username"), form.get("password")) != (self.credentials.username, self.credentials.password):
            self.wrong_passwords += 1
            raise GrantError("invalid_grant", "user name or password is invalid")

    def _revoke_refresh_pair(self, refresh_token: str) -> None:
        access_token, expires_at = self._refresh.pop(refresh_token, ("", 0.0))
        if expires_at <= self._world.clock.now().timestamp():
            raise GrantError("invalid_grant", "refresh token is invalid")
        self.expire(access_token)

    def _issue(self) -> dict[str, object]:
        seconds = self._world.switches.token_seconds
        access_token, refresh_token = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        now = self._world.clock.now().timestamp()
        self._tokens[access_token] = now + seconds
        self._refresh[refresh_token] = (access_token, now + _REFRESH_SECONDS)
        self.grants += 1
        return {"access_token": access_token, "expires_in": seconds, "refresh_token": refresh_token}
