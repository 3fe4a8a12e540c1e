from __future__ import annotations

import pytest

from tests.sandbox.running import Vendor, vendor


def test_a_password_grant_gives_a_token_for_twelve_hours_and_no_token_type(shop: Vendor) -> None:
    answer = shop.ask_token()
    assert answer.status_code == 200
    assert set(answer.json()) == {"access_token", "expires_in", "refresh_token"}
    assert answer.json()["expires_in"] == 43199


def test_a_second_grant_leaves_the_first_token_valid(shop: Vendor) -> None:
    shop.ask_token()
    assert shop.call("GET", "companyRelationships").status_code == 200


def test_a_refresh_revokes_the_token_it_came_with(shop: Vendor) -> None:
    first = shop.ask_token().json()
    renewed = shop.ask_token(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert renewed.status_code == 200
    shop.token = first["access_token"]
    assert shop.call("GET", "companyRelationships").status_code == 401
    shop.token = renewed.json()["access_token"]
    assert shop.call("GET", "companyRelationships").status_code == 200


def test_a_refresh_token_works_once(shop: Vendor) -> None:
    first = shop.ask_token().json()
    shop.ask_token(grant_type="refresh_token", refresh_token=first["refresh_token"])
    again = shop.ask_token(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"password": "wrong"}, "invalid_grant"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
    ],
)
def test_a_wrong_grant_is_answered_with_400_and_the_reason(shop: Vendor, changes: dict[str, str], error: str) -> None:
    answer = shop.ask_token(**changes)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_parameters_sent_as_json_are_not_seen(shop: Vendor) -> None:
    answer = shop.http.post(f"{shop.ready['accounts_url']}/oauth2/token", json=shop.token_form())
    assert answer.status_code == 400
    assert answer.json()["error_description"] == "grant type '' is not supported"


@pytest.mark.parametrize("token", ["", "not-a-token"])
def test_a_bad_token_is_answered_in_plain_text(shop: Vendor, token: str) -> None:
    shop.token = token
    answer = shop.call("GET", "companyRelationships")
    assert answer.status_code == 401
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_every_token_can_be_made_to_expire(shop: Vendor) -> None:
    shop.admin.expire_tokens()
    assert shop.call("GET", "companyRelationships").status_code == 401


def test_a_user_is_locked_after_so_many_wrong_passwords_and_freed_by_new_credentials(shop: Vendor) -> None:
    shop.admin.switch(lock_after=1)
    shop.admin.call("POST", "credentials", {"password": "changed"})
    assert shop.ask_token().json()["error_description"] == "user name or password is invalid"
    assert shop.ask_token(password="changed").json()["error_description"] == "user account is locked"
    shop.admin.call("POST", "credentials", {"password": shop.ready["password"]})
    assert shop.ask_token().status_code == 200


def test_a_token_ends_with_its_time() -> None:
    with vendor("--token-seconds", "3600") as shop:
        shop.admin.advance(1)
        assert shop.call("GET", "companyRelationships").status_code == 401


def test_every_answer_tells_the_rate_limit_and_the_clock(shop: Vendor) -> None:
    for answer in (shop.ask_token(), shop.call("GET", "companyRelationships"), shop.call("GET", "nothing/here")):
        assert {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-resetseconds"} <= set(
            answer.headers
        )
        assert answer.headers["X-RateLimit-Reset"].endswith("Z")
        assert answer.headers["Date"].endswith("GMT")


def test_above_the_limit_comes_429_in_plain_text_until_the_window_ends(shop: Vendor) -> None:
    shop.admin.switch(rate_limit=2)
    answers = [shop.call("GET", "companyRelationships") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].text == "rate limit exceeded"
    assert answers[2].headers["Content-Type"].startswith("text/plain")
    assert answers[2].headers["X-RateLimit-Remaining"] == "0"
    assert 0 < int(answers[2].headers["X-RateLimit-ResetSeconds"]) <= 60
