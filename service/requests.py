"""What callers send: the bodies of POST requests."""

# No postponed annotations here: pydantic reads them.
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.article import Format

Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$", description="ISO 639-1 code", examples=["es"])]


Edits = Annotated[
    dict[Language, dict[Annotated[int, Field(ge=0)], str]],
    Field(
        max_length=20,
        description="Translations by people that stand in place of the machine's: by language, by the number "
        "of the sentence",
        examples=[{"es": {"0": "Viene lluvia."}}],
    ),
]
Quality = Annotated[
    Literal["fast", "best"] | None,
    Field(description="Which of the server's checkpoints to take; left out: the service's choice"),
]


class Body(BaseModel):
    """Base of all bodies; a key nobody knows is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")

    format: Format = Field(default=Format.TEXT, description="How the texts are written")
    extract: bool = Field(default=False, description="Find the article in a whole web page (HTML only)")


class TranslateBody(Body):
    """An article to translate; from a language that no checkpoint here reads, the way is through English."""

    text: str = Field(description="The article", examples=["Rain is coming.\n\nIt will last until Sunday."])
    source: Language = "en"
    targets: list[Language] = Field(min_length=1, max_length=20, examples=[["es", "ru"]])
    model: str | None = Field(default=None, description="A checkpoint id; left out: the service's choice")
    edits: Edits = Field(default_factory=dict)
    quality: Quality = None


class AlignBody(Body):
    """Versions of one article to align."""

    versions: dict[Language, str] = Field(
        min_length=2,
        max_length=20,
        description="Texts by language",
        json_schema_extra={"additionalProperties": False},
        examples=[{"en": "It rains. Take a coat.", "es": "Llueve. Lleva un abrigo."}],
    )


class CompareBody(Body):
    """Versions of one article to compare; missing ones can be made by machine from the English one."""

    versions: dict[Language, str] = Field(
        min_length=1,
        max_length=20,
        description="Texts by language",
        json_schema_extra={"additionalProperties": False},
        examples=[{"en": "It rains. Take a coat.", "es": "Llueve. Lleva un abrigo."}],
    )
    translate_missing: list[Language] = Field(default_factory=list, max_length=20)
    model: str | None = Field(default=None, description="A checkpoint id; left out: the service's choice")
    edits: Edits = Field(default_factory=dict)
    quality: Quality = None
