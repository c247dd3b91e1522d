"""What goes in and out of the LibreTranslate API."""

# No postponed annotations here: pydantic reads them.
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from service.compat.body import File

Key = Annotated[str | None, Field(default=None, description="API key, where the server asks for one")]


class ErrorOut(BaseModel):
    """What went wrong."""

    error: str = Field(examples=["target: Field required"])


class TranslateIn(BaseModel):
    """A text, or several."""

    q: str | list[str] = Field(examples=["The boats stayed in."], description="A text, or a list of texts")
    source: str = Field(examples=["en"], description='ISO 639-1 code, or "auto"')
    target: str = Field(examples=["es"], description="ISO 639-1 code")
    format: Literal["text", "html"] = "text"
    alternatives: int = Field(default=0, ge=0, le=100, description="How many other translations are wanted")
    api_key: Key


class DetectIn(BaseModel):
    """A text."""

    q: str = Field(examples=["The boats stayed in."])
    api_key: Key


class FileIn(BaseModel):
    """A document."""

    file: File
    source: str
    target: str
    api_key: Key


class Detected(BaseModel):
    """A language and how sure it is, 0 to 100."""

    confidence: float
    language: str


class TranslateOut(BaseModel):
    """Translations: strings for a string, lists for a list."""

    translatedText: str | list[str] = Field(examples=["Los barcos se quedaron."])  # noqa: N815  # their name
    detectedLanguage: Detected | list[Detected] | None = None  # noqa: N815
    alternatives: list[str] | list[list[str]] | None = None


class FileOut(BaseModel):
    """Where the translated document can be fetched, for an hour."""

    translatedFileUrl: str  # noqa: N815  # their name


class LanguageOut(BaseModel):
    """A language and those it can be translated into."""

    code: str
    name: str
    targets: list[str]
