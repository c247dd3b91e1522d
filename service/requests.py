"""What callers send: the bodies of POST requests."""

# No postponed annotations here: pydantic reads them.
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.article import Format

Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$", description="ISO 639-1 code", examples=["es"])]

TextFormat = Literal[Format.TEXT, Format.MARKDOWN, Format.HTML, Format.SRT]


class Body(BaseModel):
    """Base of all bodies; a key nobody knows is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")

    format: TextFormat = Field(default=Format.TEXT, description="How the texts are written")
    extract: bool = Field(default=False, description="Find the article in a whole web page (HTML only)")


class TranslateBody(Body):
    """An article to translate."""

    text: str = Field(description="The article", examples=["Rain is coming.\n\nIt will last until Sunday."])
    source: Language = "en"
    targets: list[Language] = Field(min_length=1, max_length=20, examples=[["es", "ru"]])
    model: str | None = Field(default=None, description="A checkpoint id; left out: the service's choice")


class AlignBody(Body):
    """Versions of one article to align."""

    versions: dict[Language, str] = Field(
        min_length=2,
        max_length=20,
        description="Texts by language",
        examples=[{"en": "It rains. Take a coat.", "es": "Llueve. Lleva un abrigo."}],
    )


class CompareBody(Body):
    """Versions of one article to compare; missing ones can be made by machine from the English one."""

    versions: dict[Language, str] = Field(min_length=1, max_length=20, description="Texts by language")
    translate_missing: list[Language] = Field(default_factory=list, max_length=20)
    model: str | None = Field(default=None, description="A checkpoint id; left out: the service's choice")
