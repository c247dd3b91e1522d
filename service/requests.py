"""What callers send: the bodies of POST requests."""

# No postponed annotations here: pydantic reads them.
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.article import Format
from service.errors import GlossaryError
from service.glossary import NO_TERMS, Glossary, Term, checked

Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$", description="ISO 639-1 code", examples=["es"])]

TextFormat = Literal[Format.TEXT, Format.MARKDOWN, Format.HTML, Format.SRT]


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

Similarity = Annotated[
    bool,
    Field(
        description="Whether each translation is measured against its sentence; it takes time, and without "
        "it rows are scored by how sure the engines were"
    ),
]


class Body(BaseModel):
    """Base of all bodies; a key nobody knows is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")

    format: TextFormat = Field(default=Format.TEXT, description="How the texts are written")
    extract: bool = Field(default=False, description="Find the article in a whole web page (HTML only)")


class TermIn(BaseModel):
    """A term and what it must be in the translation."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field(max_length=400, examples=["harbour master"])
    target: str | None = Field(
        default=None,
        max_length=400,
        description="Left out: the term is copied",
        examples=["capitán de puerto"],
    )
    language: Language | None = Field(default=None, description="The target it is for; not needed with one")


class TermsBody(Body):
    """What is to be translated, and the terms that hold for it."""

    glossary: str | Annotated[list[TermIn], Field(max_length=10_000)] | None = Field(
        default=None,
        description="A glossary of the service by name, or terms; left out: the service's own, if it has one",
    )
    dnt: list[Annotated[str, Field(max_length=400)]] = Field(
        default_factory=list, max_length=10_000, description="Terms that are copied as they are"
    )

    def terms(self, targets: Sequence[str], stored: Mapping[str, Glossary]) -> Glossary:
        """Return the terms that were asked for; raise GlossaryError."""
        if self.glossary is None:
            found = stored.get("", NO_TERMS)
        elif isinstance(self.glossary, str):
            if self.glossary not in stored:
                there = ", ".join(sorted(filter(None, stored))) or "none"
                raise GlossaryError(f'There is no glossary "{self.glossary[:100]}"; there are: {there}.')
            found = stored[self.glossary]
        else:
            found = NO_TERMS.with_terms(
                _term(entry, number, targets) for number, entry in enumerate(self.glossary)
            )
        copied = (checked(Term(text), f"dnt {number}") for number, text in enumerate(self.dnt))
        return found.with_terms(copied)


def _term(entry: TermIn, number: int, targets: Sequence[str]) -> Term:
    where = f"glossary {number}"
    language = entry.language
    if entry.target is not None and language is None:
        if len(targets) != 1:
            raise GlossaryError(f"{where}: there are several targets; name the term's language.")
        language = targets[0]
    return checked(Term(entry.source, entry.target, language), where)


class TranslateBody(TermsBody):
    """An article to translate; from a language that no checkpoint here reads, the way is through English."""

    text: str = Field(description="The article", examples=["Rain is coming.\n\nIt will last until Sunday."])
    source: Language = "en"
    targets: list[Language] = Field(min_length=1, max_length=20, examples=[["es", "ru"]])
    model: str | None = Field(default=None, description="A checkpoint id; left out: the service's choice")
    edits: Edits = Field(default_factory=dict)
    quality: Quality = None
    similarity: Similarity = True


class AlignBody(Body):
    """Versions of one article to align."""

    versions: dict[Language, str] = Field(
        min_length=2,
        max_length=20,
        description="Texts by language",
        json_schema_extra={"additionalProperties": False},
        examples=[{"en": "It rains. Take a coat.", "es": "Llueve. Lleva un abrigo."}],
    )


class CompareBody(TermsBody):
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
    similarity: Similarity = True
