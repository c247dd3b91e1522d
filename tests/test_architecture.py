"""The one rule of dependence, read off the imports."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = {"torch", "transformers"}
# Where the heavy packages may be imported, and there only inside functions.
HEAVY_ROOMS = {
    "models/marian.py",
    "models/pickled.py",
    "models/labse.py",
    "models/encoder_layout.py",
    "models/quiet.py",
}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imports(tree: ast.AST) -> set[str]:
    """Return the top-level names that a piece of code imports, type-checking imports included."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def at_import(path: Path) -> set[str]:
    """Return what a module imports when it is imported itself."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= imports(node)
    return names


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [
        ("models", {"alignment", "service", "fastapi", "scripts", "benchmarks"}),
        ("alignment", {"models", "service", "fastapi", "scripts", "benchmarks"}),
        ("service", {"scripts", "benchmarks"}),
    ],
)
def test_packages_import_only_what_stands_below_them(package: str, forbidden: set[str]) -> None:
    for path in modules(package):
        found = imports(ast.parse(path.read_text(encoding="utf-8"))) & forbidden
        assert not found, f"{path.relative_to(ROOT)} imports {found}"


def test_heavy_packages_are_imported_in_their_rooms_only_and_lazily() -> None:
    for package in ("models", "alignment", "service"):
        for path in modules(package):
            name = path.relative_to(ROOT).as_posix()
            assert not at_import(path) & HEAVY, f"{name} imports {HEAVY} at import"
            if imports(ast.parse(path.read_text(encoding="utf-8"))) & HEAVY:
                assert name in HEAVY_ROOMS, f"{name} imports a heavy package"


def test_only_the_edge_knows_the_web_framework() -> None:
    web = {"fastapi", "starlette", "uvicorn"}
    edge = {
        "api.py",
        "api_body.py",
        "api_memory.py",
        "api_request.py",
        "api_results.py",
        "app.py",
        "body_limit.py",
        "documents_api.py",
        "guard.py",
        "page.py",
        "problems.py",
        "request_log.py",
        "security_headers.py",
        "serving.py",
        "streaming.py",
        "watching.py",
    }
    for path in modules("service"):
        if imports(ast.parse(path.read_text(encoding="utf-8"))) & web:
            assert path.name in edge or path.parent.name == "compat", (
                f"{path.relative_to(ROOT)} knows the web framework"
            )


def test_tests_lie_flat_and_shadow_no_package() -> None:
    assert not [path for path in (ROOT / "tests").iterdir() if path.is_dir() and path.name != "__pycache__"]
