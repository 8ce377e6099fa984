"""What is installed is exactly what was tested: each package with its version and hashes, from wherever the user's pip takes it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_lock_file_names_no_place_to_load_from() -> None:
    assert "://" not in LOCK
    assert not re.findall(r"^--?\w.*", LOCK, re.MULTILINE)


def test_every_package_has_one_version_and_hashes() -> None:
    entries = re.split(r"\n(?=\S)", LOCK.strip())
    assert len(entries) > 30
    for entry in entries:
        assert re.match(r"[a-z0-9-]+==\S+ \\\n {4}--hash=sha256:[0-9a-f]{64}", entry), entry.partition("\n")[0]


def test_every_package_asked_for_is_locked() -> None:
    asked = PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["dev"]
    names = {re.split(r"[><=\[]", requirement)[0].lower() for requirement in asked}
    assert names <= set(re.findall(r"^([a-z0-9-]+)==", LOCK, re.MULTILINE))


def test_the_grammar_travels_inside_the_package() -> None:
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included == {"grammar/compplan.lark": "compplan/grammar/compplan.lark"}
    assert all((ROOT / source).is_file() for source in included)
