from __future__ import annotations

import ssl

import pytest
from sqlalchemy.engine import make_url

from service.errors import DatabaseError
from service.postgresql import with_driver


def test_a_url_without_a_driver_is_taken_to_pg8000_and_any_other_is_left_alone() -> None:
    url, options = with_driver(make_url("postgresql://desk:secret@db/jobs?application_name=x"))
    assert url == make_url("postgresql+pg8000://desk:secret@db/jobs?application_name=x")
    assert options == {}
    assert with_driver(make_url("postgresql://db/jobs"))[0].username
    for own in (
        "postgresql+psycopg://db/jobs?sslmode=require",
        "sqlite:///jobs.db",
        "mysql+pymysql://db/jobs",
    ):
        assert with_driver(make_url(own)) == (make_url(own), {})


def test_an_sslmode_becomes_what_the_driver_wants() -> None:
    def context(query: str) -> ssl.SSLContext:
        url, options = with_driver(make_url(f"postgresql://desk@db/jobs?{query}"))
        assert url == make_url("postgresql+pg8000://desk@db/jobs")
        made: ssl.SSLContext = options["ssl_context"]
        return made

    assert context("sslmode=disable") is False
    assert with_driver(make_url("postgresql://desk@db/jobs?sslmode=prefer"))[1] == {}
    found = {mode: context(f"sslmode={mode}") for mode in ("require", "verify-ca", "verify-full")}
    assert {mode: (made.verify_mode, made.check_hostname) for mode, made in found.items()} == {
        "require": (ssl.CERT_NONE, False),
        "verify-ca": (ssl.CERT_REQUIRED, False),
        "verify-full": (ssl.CERT_REQUIRED, True),
    }


def test_what_is_no_sslmode_or_no_certificate_is_refused() -> None:
    with pytest.raises(DatabaseError, match='no sslmode "maybe"'):
        with_driver(make_url("postgresql://db/jobs?sslmode=maybe"))
    with pytest.raises(DatabaseError, match=r"/nonesuch/ca\.pem cannot be read: No such file"):
        with_driver(make_url("postgresql://db/jobs?sslmode=verify-full&sslrootcert=/nonesuch/ca.pem"))
