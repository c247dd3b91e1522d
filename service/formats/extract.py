"""The article in a whole web page, without menus and advertisements, found with trafilatura."""

from __future__ import annotations

from service.errors import ArticleError, ServiceError


class ExtractionMissingError(ServiceError):
    """The package that finds articles in pages is not installed."""

    kind = "extraction-missing"


def extract_article(page: str) -> str:
    """Return a page's article as HTML; raise ArticleError when it has none, ExtractionMissingError."""
    try:
        import trafilatura
    except ImportError as error:
        raise ExtractionMissingError(
            "Extracting an article needs trafilatura; get it with: pip install 'triptych[extract]'"
        ) from error
    found = trafilatura.extract(
        page,
        output_format="html",
        include_formatting=True,
        include_links=True,
        include_images=True,
        include_comments=False,
    )
    if not found:
        raise ArticleError("No article was found in the page; send the article's own HTML.")
    return str(found)
