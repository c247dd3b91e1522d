"""Every example of the documentation as it is written, against a server process with the shipped model."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from server_fixture import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGES = ("README.md", "docs/api.md")


def blocks(page: str) -> list[str]:
    """Return the indented blocks of a page, without their indentation."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = re.findall(r"(?:^    \S.*\n(?:    .*\n)*)", text, re.MULTILINE)
    return [re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in found]


def scripts() -> list[str]:
    """Return the blocks that call curl."""
    return [block for page in PAGES for block in blocks(page) if re.match(r"(\w+=\$\()?curl ", block)]


def programs() -> list[str]:
    """Return the Python programs that talk to a server."""
    texts = [(ROOT / page).read_text(encoding="utf-8") for page in PAGES]
    found = [block for text in texts for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL)]
    return [block for block in found if "localhost" in block]


def test_the_documentation_has_examples() -> None:
    assert len(scripts()) >= 11
    assert len(programs()) >= 3


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not on this machine")
@pytest.mark.parametrize("script", scripts(), ids=lambda script: script.splitlines()[0][:60])
def test_a_command_can_be_pasted_as_it_stands(script: str, server: str, tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    address = server.removeprefix("http://")
    here = script.replace("localhost:8000", address).replace("curl -s", "curl --fail-with-body -sS")
    assert here.count("--fail-with-body") == script.count("curl ") > 0
    run = ["bash", "-euo", "pipefail", "-c", here]
    done = subprocess.run(run, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("program", programs(), ids=lambda program: program.splitlines()[0][:60])
def test_a_program_can_be_pasted_as_it_stands(program: str, server: str, tmp_path: Path) -> None:
    (tmp_path / "rain.md").write_text("# Rain\n\nIt fell all night.\n", encoding="utf-8")
    run = [sys.executable, "-c", program.replace("http://localhost:8000", server)]
    done = subprocess.run(run, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=120)
    assert done.returncode == 0, done.stderr
