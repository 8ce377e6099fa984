"""Holds a run on disk against its own manifest."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

from compplan.engine.database import open_database
from compplan.engine.run import content_hash
from compplan.engine.run_folder import Run, open_run


def run_folders(out: Path) -> list[Path]:
    """Everything in a folder that would be taken for a run."""
    return [m.parent for m in out.glob("*/manifest.json") if not m.parent.name.startswith(".")]


def hidden(out: Path) -> list[str]:
    """What was left behind in a folder by runs that did not end."""
    return [p.name for p in out.iterdir() if p.name.startswith(".")]


def verify(folder: Path) -> Run:
    """A run whose every file is as its manifest says."""
    run = open_run(folder)
    manifest = run.manifest
    assert folder.name == f"{manifest.period}-{manifest.identity[:10]}"
    with open_database() as connection:
        for name, facts in manifest.steps.items():
            path = str(folder / "steps" / f"{name}.parquet").replace("'", "''")
            assert content_hash(connection, f"(SELECT * FROM read_parquet('{path}'))", facts.title) == facts, name
    assert {p.stem for p in (folder / "steps").iterdir()} == set(manifest.steps)
    for name, digest in manifest.sources.items():
        assert hashlib.sha256((folder / "project" / name).read_bytes()).hexdigest() == digest
    with (folder / "payouts.csv").open(encoding="utf-8", newline="") as stream:
        assert len(list(csv.reader(stream))) == 1 + manifest.steps["payouts"].rows
    return run
