"""Settings, from TRIPTYCH_* environment variables."""

# No postponed annotations here: pydantic reads them.
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from service.errors import ServiceError


class SettingsError(ServiceError):
    """A TRIPTYCH_* variable has a value that cannot be used."""

    kind = "settings"


class Settings(BaseSettings):
    """How this service runs; every field is set by TRIPTYCH_ and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="TRIPTYCH_", frozen=True)

    store: Path | None = Field(
        default=None, description="Where checkpoints lie; none: the user's data directory"
    )
    models: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Checkpoint ids in order of preference, separated by commas; none: all there are",
    )
    quality: Literal["fast", "best"] = Field(
        default="best", description="Which of the checkpoints there are is taken, where MODELS names none"
    )
    encoder: str = Field(
        default="use",
        description='The sentence encoder that aligns; "none" goes by lengths, numbers and names alone',
    )
    device: Literal["auto", "cpu", "cuda"] = Field(default="auto", description="Where models run")
    engine: Literal["auto", "ctranslate2", "torch"] = Field(
        default="auto", description="What runs checkpoints"
    )
    threads: int | None = Field(default=None, ge=1, le=256, description="Processor threads of the engine")
    beams: int = Field(default=4, ge=1, le=16, description="Beam size; 1 is greedy and fastest")
    max_bytes: int = Field(default=2_000_000, ge=1_000, description="The largest request body or file")
    max_characters: int = Field(default=500_000, ge=100, description="The longest version")
    max_sentences: int = Field(default=5_000, ge=10, description="The most sentences in a version")
    queue: int = Field(default=20_000, ge=1, description="Sentences that may wait for an engine")
    requests: int = Field(default=64, ge=1, le=1_000, description="Requests in work at a time")
    deadline: int = Field(default=900, ge=1, description="Seconds that a request may take")
    memory: Path | None = Field(
        default=None, description='The translation memory\'s file, or "off"; none: memory.db in the store'
    )
    glossary: Path | None = Field(
        default=None, description="A glossary (NAME.en-es.tsv), or a folder of glossaries"
    )
    memory_units: int = Field(
        default=200_000, ge=1, description="Machine-made units that the translation memory keeps"
    )
    job_workers: int = Field(default=1, ge=0, le=64, description="Articles of jobs worked on at once")
    job_lease: float = Field(
        default=30.0, ge=1, le=3_600, description="Seconds until the article of a dead worker is free"
    )
    job_retention: float = Field(default=168.0, gt=0, description="Hours that an ended job is kept")
    max_jobs: int = Field(default=100, ge=1, description="The most jobs that have not ended")
    max_owner_jobs: int = Field(
        default=25, ge=1, description="The most jobs of one key, or of all without one, that have not ended"
    )
    max_job_articles: int = Field(default=1_000, ge=1, description="The most articles in a job")
    max_job_bytes: int = Field(default=50_000_000, ge=1_000, description="The largest body of a job")
    host: str = Field(default="127.0.0.1", description="The address to listen on")
    port: int = Field(default=8000, ge=0, le=65_535, description="The port to listen on")
    workers: int = Field(default=1, ge=1, le=64, description="Processes that serve")
    grace: int = Field(default=30, ge=0, description="Seconds that a stop lets running requests have")
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Origins whose pages may call the service, separated by commas",
    )
    log: Literal["plain", "json"] = Field(default="plain", description="The form of log lines")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least to log"
    )
    log_text: bool = Field(default=False, description="Whether logs may hold texts, in errors' messages")
    trusted_proxies: str = Field(
        default="127.0.0.1", description="Addresses whose X-Forwarded-For is believed, separated by commas"
    )
    database: str | None = Field(
        default=None,
        description="Where jobs, keys and other services' glossaries lie, by URL; none: SQLite in the store; "
        "off: nothing is kept",
    )
    compat: Annotated[tuple[Literal["libretranslate", "deepl"], ...], NoDecode] = Field(
        default=("libretranslate", "deepl"), description="Other services' APIs that are served; or none"
    )
    require_key: bool = Field(default=False, description="Whether the API needs a key")
    key_requests: int = Field(default=0, ge=0, description="Requests a minute, each key; 0: no limit")
    key_characters: int = Field(default=0, ge=0, description="Characters a minute, each key; 0: no limit")
    key_quota: int = Field(default=0, ge=0, description="Characters a month, each key; 0: no limit")
    address_requests: int = Field(
        default=0, ge=0, description="Requests a minute, each address without a key"
    )
    address_characters: int = Field(
        default=0, ge=0, description="Characters a minute, each address without a key"
    )

    @field_validator("models", "compat", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        if value.strip().lower() == "none":
            return ()
        names = tuple(part.strip() for part in value.split(",") if part.strip())
        if value.strip() and not names:
            raise ValueError("it names nothing")
        return names


def read_settings() -> Settings:
    """Read the environment; raise SettingsError that names the variable."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(f"TRIPTYCH_{name} is {first['input']!r}: {first['msg']}.") from error
