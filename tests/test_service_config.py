from __future__ import annotations

import pytest

from service.config import SettingsError, read_settings


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIPTYCH_MODELS", "opus-mt-en-es, starter")
    monkeypatch.setenv("TRIPTYCH_BEAMS", "1")
    settings = read_settings()
    assert settings.models == ("opus-mt-en-es", "starter")
    assert settings.beams == 1
    assert settings.quality == "best"


def test_no_models_named_means_all_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRIPTYCH_MODELS", raising=False)
    assert read_settings().models == ()
    monkeypatch.setenv("TRIPTYCH_MODELS", "")
    assert read_settings().models == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("DEVICE", "tpu"),
        ("BEAMS", "0"),
        ("MODELS", ","),
        ("QUALITY", "good"),
        ("MAX_BYTES", "1"),
    ],
)
def test_a_wrong_value_names_its_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"TRIPTYCH_{name}", value)
    with pytest.raises(SettingsError, match=f"TRIPTYCH_{name} is "):
        read_settings()
