from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from service_fakes import fake_pipeline

from service.access import Access, Allowances
from service.app import create_app
from service.config import Settings
from service.database import open_database
from service.errors import DatabaseError, KeyMissingError, KeyRefusedError, QuotaError, RateError
from service.keeping import build_keys
from service.keys import KEY_TABLES, KeyStore
from service.limits import Buckets

if TYPE_CHECKING:
    from pathlib import Path

BODY = {"text": "Rain fell on the harbour.", "targets": ["es"]}


def make(allowances: Allowances, *, required: bool = False) -> tuple[Access, KeyStore]:
    keys = KeyStore(open_database("sqlite://", KEY_TABLES))
    now = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)
    return Access(keys, Buckets(lambda: 0.0), allowances, required=required, now=lambda: now), keys


def test_a_key_is_needed_only_where_it_is_required() -> None:
    access, keys = make(Allowances(), required=True)
    with pytest.raises(KeyMissingError):
        access.admit(None, "192.0.2.1")
    with pytest.raises(KeyRefusedError):
        access.admit("guess", "192.0.2.1")
    assert access.admit(keys.add("desk"), "192.0.2.1").key is not None
    open_to_all, _ = make(Allowances())
    assert open_to_all.admit(None, "192.0.2.1") == open_to_all.admit("guess", "192.0.2.1")


def test_requests_are_limited_by_key_or_else_by_address() -> None:
    access, keys = make(Allowances(key_requests=2, address_requests=1))
    key = keys.add("desk")
    access.admit(None, "192.0.2.1")
    access.admit(None, "192.0.2.2")
    with pytest.raises(RateError, match="1 requests a minute"):
        access.admit(None, "192.0.2.1")
    for address in ("192.0.2.1", "192.0.2.2"):
        access.admit(key, address)
    with pytest.raises(RateError):
        access.admit(key, "192.0.2.3")
    generous = keys.add("friend", requests=0)
    for _ in range(9):
        access.admit(generous, "192.0.2.1")


def test_guesses_at_keys_are_limited_too() -> None:
    access, _ = make(Allowances(address_requests=1), required=True)
    with pytest.raises(KeyRefusedError):
        access.admit("guess", "192.0.2.1")
    with pytest.raises(RateError):
        access.admit("another", "192.0.2.1")


def test_an_ipv6_subscriber_has_one_bucket_however_many_addresses() -> None:
    access, _ = make(Allowances(address_requests=1))
    access.admit(None, "2001:db8:0:1::1")
    access.admit(None, "2001:db8:0:2::1")
    with pytest.raises(RateError):
        access.admit(None, "2001:db8:0:1:ffff::2")
    access.admit(None, "::ffff:192.0.2.7")
    with pytest.raises(RateError):
        access.admit(None, "192.0.2.7")


def test_a_quota_holds_for_the_month_and_says_when_the_next_begins() -> None:
    access, keys = make(Allowances(key_quota=100))
    caller = access.admit(keys.add("desk"), "")
    access.charge(caller, 60)
    with pytest.raises(QuotaError, match="used 60 of its 100") as refused:
        access.charge(caller, 41)
    assert refused.value.retry_after == 3_600
    access.charge(caller, 40)
    assert access.usage(caller).characters == 100
    own = access.admit(keys.add("own", quota=5), "")
    with pytest.raises(QuotaError):
        access.charge(own, 6)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(store=tmp_path, require_key=True, key_characters=60)


def problem(response: Any, status: int, kind: str) -> None:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == f"urn:triptych:problem:{kind}"


def test_the_api_wants_a_key_and_the_rest_stays_open(settings: Settings) -> None:
    key = build_keys(settings).add("desk")
    with TestClient(create_app(settings, lambda _: fake_pipeline())) as client:
        for path in ("/healthz", "/readyz", "/openapi.json"):
            assert client.get(path).status_code == 200
        missing = client.post("/v1/translate", json=BODY)
        problem(missing, 401, "key-missing")
        assert missing.headers["www-authenticate"] == "Bearer"
        problem(client.get("/v1/languages", headers={"X-API-Key": "guess"}), 401, "key-refused")
        for headers in (
            {"Authorization": f"Bearer {key}"},
            {"Authorization": f"DeepL-Auth-Key {key}"},
            {"X-API-Key": key},
        ):
            assert client.get("/v1/languages", headers=headers).status_code == 200
        headers = {"X-API-Key": key}
        assert [client.post("/v1/translate", json=BODY, headers=headers).status_code for _ in range(2)] == [
            200,
            200,
        ]
        slow = client.post("/v1/translate", json=BODY, headers=headers)
        problem(slow, 429, "rate-limit")
        assert 1 <= int(slow.headers["retry-after"]) <= 60
        build_keys(settings).revoke("desk")
        problem(client.get("/v1/models", headers=headers), 401, "key-refused")


def test_one_without_a_key_is_limited_by_address(tmp_path: Path) -> None:
    settings = Settings(store=tmp_path, address_requests=1)
    with TestClient(create_app(settings, lambda _: fake_pipeline())) as client:
        assert client.get("/v1/languages").status_code == 200
        problem(client.get("/v1/languages"), 429, "rate-limit")
        assert client.get("/healthz").status_code == 200


def test_without_a_database_there_are_no_keys_and_all_else_works(tmp_path: Path) -> None:
    settings = Settings(store=tmp_path / "never", database="off")
    with pytest.raises(DatabaseError, match="TRIPTYCH_DATABASE is off"):
        build_keys(settings)
    with TestClient(create_app(settings, lambda _: fake_pipeline())) as client:
        assert client.get("/v2/glossaries").json() == {"glossaries": []}
        assert client.get("/v1/languages").status_code == 200
    required = Settings(store=tmp_path, database="off", require_key=True)
    with pytest.raises(DatabaseError), TestClient(create_app(required, lambda _: fake_pipeline())):
        pass
