from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from service_fakes import run_cli

from service.database import open_database
from service.errors import DatabaseError, KeyNameError
from service.keys import KEY_TABLES, KeyStore

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def keys(tmp_path: Path) -> KeyStore:
    return KeyStore(open_database(f"sqlite:///{tmp_path / 'keys.db'}", KEY_TABLES))


def test_a_key_is_found_by_its_whole_text_only(keys: KeyStore) -> None:
    whole = keys.add("newsroom", requests=30, quota=1_000)
    found = keys.find(whole)
    assert found is not None
    assert (found.name, found.requests, found.quota) == ("newsroom", 30, 1_000)
    other = keys.add("desk")
    mixed = whole[:18] + other[18:]  # the id of one, the secret of the other
    for wrong in ("", "x", whole[:-1], whole + "a", whole.upper(), mixed, f" {whole}"):
        assert keys.find(wrong) is None


def test_a_revoked_key_is_found_no_more_and_stays_listed(keys: KeyStore) -> None:
    whole = keys.add("newsroom")
    keys.revoke("newsroom")
    assert keys.find(whole) is None
    assert [key.revoked is not None for key in keys.listed()] == [True]
    with pytest.raises(KeyNameError, match="triptych keys list"):
        keys.revoke("newsroom")


def test_a_name_is_given_once_and_is_plain(keys: KeyStore) -> None:
    keys.add("newsroom")
    for name in ("newsroom", "", "a\nb", "x" * 101, "<b>"):
        with pytest.raises(KeyNameError):
            keys.add(name)


def test_the_database_holds_no_secret(keys: KeyStore, tmp_path: Path) -> None:
    secret = keys.add("newsroom").rpartition("_")[2]
    with sqlite3.connect(tmp_path / "keys.db") as connection:
        rows = connection.execute("SELECT * FROM api_keys").fetchall()
    connection.close()
    assert secret[-20:] not in repr(rows)
    assert rows[0][1] == "newsroom"


def test_characters_are_counted_by_the_month_from_many_threads(keys: KeyStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: keys.use("ab", "2026-11", 3), range(40)))
    keys.use("ab", "2026-12", 1)
    assert (keys.used("ab", "2026-11"), keys.used("ab", "2026-12"), keys.used("cd", "2026-11")) == (120, 1, 0)


def test_no_text_at_all_is_a_key_by_chance() -> None:
    store = KeyStore(open_database("sqlite://", KEY_TABLES))
    store.add("newsroom")

    @given(text=st.text(max_size=80))
    def holds(text: str) -> None:
        assert store.find(text) is None

    holds()


def test_a_database_that_cannot_be_opened_is_refused_by_its_variable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for url in ("nonsense", "nodialect://x", f"sqlite:///{tmp_path}/file/keys.db"):
        with pytest.raises(DatabaseError, match="TRIPTYCH_DATABASE"):
            open_database(url, KEY_TABLES)


def test_keys_are_managed_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRIPTYCH_STORE", str(tmp_path))
    assert run_cli("keys", "add", "newsroom", "--limit", 30) == 0
    shown = capsys.readouterr()
    whole = shown.out.strip()
    assert whole.startswith("triptych_")
    assert "cannot be shown again" in shown.err
    assert run_cli("keys", "add", "newsroom") == 2
    assert "already" in capsys.readouterr().err
    assert run_cli("keys", "list") == 0
    listing = capsys.readouterr().out
    assert "newsroom" in listing
    assert "30" in listing
    assert whole.rpartition("_")[2] not in listing
    assert run_cli("keys", "revoke", "newsroom") == 0
    assert run_cli("keys", "revoke", "newsroom") == 2
