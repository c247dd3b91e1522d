from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from service.compat.glossaries import GLOSSARY_TABLES, Glossaries
from service.database import open_database

if TYPE_CHECKING:
    from pathlib import Path


def test_many_who_make_glossaries_at_once_in_several_processes_all_get_theirs(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'triptych.db'}"
    stores = [Glossaries(open_database(url, GLOSSARY_TABLES)) for _ in range(4)]

    def make(number: int) -> str:
        return stores[number % 4].add("anyone", f"G{number}", "en", "es", (("boat", "barca"),)).id

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(make, range(120)))
    assert {glossary.id for glossary in stores[0].listed("anyone")} == set(made)
