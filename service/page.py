"""The web page and the documentation of the HTTP interface: all from this host, under a strict policy."""

# No postponed annotations here: FastAPI reads them.
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.types import Scope

from service.interface import LANGUAGES, chosen_language, in_language, read_messages
from service.pipeline import SOURCE
from service.render.languages import direction, own_name

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# Swagger UI sets styles of its own and draws its icons from data addresses.
_DOCS_POLICY: Final = _POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
# What is the same for every answer of the service stands in service.security_headers.
_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-cache",  # kept, but asked about: a new release is there at once
}


class _Files(StaticFiles):
    """Static files with the page's headers."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with a file, or raise HTTPException 404."""
        response = await super().get_response(path, scope)
        response.headers.update(_HEADERS)
        return response


def install_page(app: FastAPI) -> None:
    """Serve the page at /, its files under /static, and the interface's documentation at /docs."""
    templates = Environment(
        loader=PackageLoader("service", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    messages = read_messages()
    page, docs = (templates.get_template(f"{name}.html") for name in ("page", "docs"))
    shared_style = (files("service") / "templates" / "side_by_side.css").read_text(encoding="utf-8")

    @app.get("/", include_in_schema=False, response_class=HTMLResponse)
    def show(request: Request) -> HTMLResponse:
        language = chosen_language(request.cookies, request.headers.get("accept-language"))
        content = page.render(
            language=language,
            said=in_language(messages, language),
            interface={name: own_name(name) for name in LANGUAGES},
            source=SOURCE,
            data={"messages": messages, "languages": _names(request), "source": SOURCE},
        )
        return HTMLResponse(content, headers={**_HEADERS, "Vary": "Accept-Language, Cookie"})

    @app.get("/docs", include_in_schema=False, response_class=HTMLResponse)
    def document() -> HTMLResponse:
        return HTMLResponse(docs.render(), headers={**_HEADERS, "Content-Security-Policy": _DOCS_POLICY})

    @app.get("/static/side_by_side.css", include_in_schema=False)
    def style() -> Response:
        return Response(shared_style, media_type="text/css", headers=dict(_HEADERS))

    app.mount("/static/swagger", _Files(directory=Path(str(files("fastapi_offline") / "static"))))
    app.mount("/static", _Files(directory=Path(str(files("service") / "static"))))


def _names(request: Request) -> dict[str, dict[str, str]]:
    """Return what the page calls the languages that can be aligned, and which way they are written."""
    return {
        language: {"name": own_name(language), "direction": direction(language)}
        for language in request.state.pipeline.languages
    }
