"""A finished run on disk: its manifest, and its results as Arrow tables."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from compplan.calendar import Calendar, FiscalPeriod, parse_period
from compplan.diagnostics import Diagnostic, Problems
from compplan.diagnostics.suggest import closest
from compplan.engine.relations import STEPS, Earnings
from compplan.immutable import immutable
from compplan.schema import Schema
from compplan.shape_json import calendar_from_json, calendar_to_json, schema_from_json, schema_to_json

if TYPE_CHECKING:
    import pyarrow as pa

MANIFEST = "manifest.json"
_FORM = 3


@immutable
class StepFacts:
    """What a manifest says of a step: what it holds, how many rows, and a hash of its content whatever their order."""

    title: str
    rows: int
    content: str


@immutable
class Manifest:
    """What a run was made from and what came of it. Nothing in it depends on when or where it was made."""

    company: str
    period: str
    versions: Mapping[str, str]
    queries: str
    plans: tuple[str, ...]
    sources: Mapping[str, str]
    project: str
    records: Mapping[str, str]
    rows: Mapping[str, tuple[int, int]]
    rejected: int
    steps: Mapping[str, StepFacts]
    credits: tuple[str, ...]
    earnings: tuple[Earnings, ...]
    plan_files: tuple[str, ...]
    schema: Schema
    calendar: Calendar

    @property
    def identity(self) -> str:
        """Hash of all that the figures depend on: plans, project file, records, versions, queries, period, whether rows were set aside."""
        inputs = [
            self.company,
            self.period,
            dict(self.versions),
            self.queries,
            dict(self.sources),
            self.project,
            dict(self.records),
            self.rejected > 0,
        ]
        return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()

    @property
    def figures(self) -> str:
        """A name for the figures: the period, and a hash of plans and steps that does not depend on the order of the records."""
        held = [self.company, self.period, dict(self.sources), {name: facts.content for name, facts in self.steps.items()}]
        return f"{self.period}-{hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()[:10]}"

    def to_json(self) -> dict[str, Any]:
        """The manifest as it is written."""
        return {
            "form": _FORM,
            "identity": self.identity,
            "figures": self.figures,
            "company": self.company,
            "period": self.period,
            "versions": dict(self.versions),
            "queries": self.queries,
            "plans": list(self.plans),
            "sources": dict(self.sources),
            "project": self.project,
            "records": dict(self.records),
            "rows": {k: {"read": r, "rejected": x} for k, (r, x) in self.rows.items()},
            "rejected": self.rejected,
            "steps": {k: {"title": s.title, "rows": s.rows, "content": s.content} for k, s in self.steps.items()},
            "credits": list(self.credits),
            "earnings": [
                {
                    "plan": e.plan,
                    "component": e.component,
                    "word": e.word,
                    "step": e.step,
                    "per_credit": e.per_credit,
                    "attributed": e.attributed,
                }
                for e in self.earnings
            ],
            "plan_files": list(self.plan_files),
            "schema": schema_to_json(self.schema),
            "calendar": calendar_to_json(self.calendar),
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Manifest:
        """The manifest of what was written; raises KeyError, TypeError or ValueError where it is none."""
        if data["form"] != _FORM:
            raise ValueError("another form of manifest")
        return Manifest(
            company=data["company"],
            period=data["period"],
            versions=data["versions"],
            queries=data["queries"],
            plans=tuple(data["plans"]),
            sources=data["sources"],
            project=data["project"],
            records=data["records"],
            rows={k: (v["read"], v["rejected"]) for k, v in data["rows"].items()},
            rejected=data["rejected"],
            steps={k: StepFacts(v["title"], v["rows"], v["content"]) for k, v in data["steps"].items()},
            credits=tuple(data["credits"]),
            earnings=tuple(Earnings(**e) for e in data["earnings"]),
            plan_files=tuple(data["plan_files"]),
            schema=schema_from_json(data["schema"]),
            calendar=calendar_from_json(data["calendar"]),
        )


@immutable
class Run:
    """A finished run. Tables come as Arrow, which pandas, Polars and DuckDB take as they are."""

    folder: Path
    manifest: Manifest

    def step(self, name: str) -> pa.Table:
        """The rows of a step; raises Problems where the run has none of that name."""
        if name not in self.manifest.steps:
            near = closest(name, list(self.manifest.steps))
            hint = f"Did you mean {near}?" if near else "compplan show steps lists them."
            raise Problems([Diagnostic("no-step", "There is no such step", f"The run has no step {name}.", None, hint)])
        import pyarrow.parquet as pq  # dear to load, and an explanation needs none of it

        path = self.folder / STEPS / f"{name}.parquet"
        try:
            return pq.read_table(path)
        except (OSError, ValueError) as error:
            message = f"The run in {self.folder} is damaged: {path.name} is missing or cannot be read."
            hint = "Run the period again; the damaged folder is then replaced."
            raise Problems([Diagnostic("run-damaged", "The run is damaged", message, None, hint)]) from error

    def payouts(self) -> pa.Table:
        """A row for each plan, payee, payout period and component; what a cap takes off has rows of kind `cap`."""
        return self.step("payouts")

    def credits(self, name: str | None = None) -> pa.Table:
        """The credits of one name, or of the only one there is, dated in the run's period: record, payee, share, credited, and more."""
        steps = self.manifest.credits
        step = steps[0] if name is None and len(steps) == 1 else f"credit_{name}" if f"credit_{name}" in steps else name or ""
        if step not in steps:
            message = f"The run has no credit {name}." if name else "The run has several credits; name the one that is wanted."
            hint = f"There are {', '.join(s.removeprefix('credit_') for s in steps)}."
            raise Problems([Diagnostic("no-step", "There is no such credit", message, None, hint)])
        table, period = self.step(step), self._period()
        import pyarrow.compute as pc

        months = table.column("month")
        return table.filter(pc.and_(pc.greater_equal(months, period.first_month), pc.less_equal(months, period.last_month)))

    def _period(self) -> FiscalPeriod:
        period = parse_period(self.manifest.period)
        assert period is not None
        return period

    def earnings(self) -> pa.Table:
        """Every earning of every component: plan, component, payee, month, record where there is one, and the amount."""
        return self._earnings([e for e in self.manifest.earnings if e.word != "award"])

    def awards(self) -> pa.Table:
        """Every award that was won: plan, component, payee, month and quantity."""
        import pyarrow.compute as pc

        won = self._earnings([e for e in self.manifest.earnings if e.word == "award"])
        return won.filter(pc.not_equal(won.column("amount"), 0))

    def _earnings(self, parts: list[Earnings]) -> pa.Table:
        period = self._period()
        with duckdb.connect() as connection:
            queries, values = [], []
            for part in parts:
                record = "CAST(record AS VARCHAR)" if part.by_record else "CAST(NULL AS VARCHAR)"
                queries.append(
                    f"SELECT ? AS plan, ? AS component, payee, earned_month, {record} AS record, earned AS amount FROM read_parquet(?) "
                    "WHERE earned_month BETWEEN ? AND ?"
                )
                values += [
                    part.plan,
                    part.component,
                    str(self.folder / STEPS / f"{part.by_record or part.step}.parquet"),
                    period.first_month,
                    period.last_month,
                ]
            if not queries:
                nothing = "'' AS plan, '' AS component, '' AS payee, 0 AS earned_month, '' AS record, 0.0::DECIMAL(18,2) AS amount"
                queries = [f"SELECT {nothing} WHERE false"]
            ordered = " UNION ALL ".join(queries) + " ORDER BY plan, component, payee, earned_month, record, amount"
            return connection.sql(ordered, params=values).to_arrow_table()


def open_run(folder: Path) -> Run:
    """The run in a folder; raises Problems where there is no whole one."""
    try:
        data = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if isinstance(data["form"], int) and data["form"] != _FORM:
            message = f"The run in {folder} was made by another version of compplan, and this one cannot read it."
            raise Problems([Diagnostic("no-run", "The run is of another version", message, None, "Run the period again.")])
        return Run(folder, Manifest.from_json(data))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        message = f"{folder} holds no finished run."
        hint = "Make one with compplan run, or name another folder."
        raise Problems([Diagnostic("no-run", "There is no run", message, None, hint)]) from error


def find_run(out: Path, period: str) -> Run:
    """The newest run of a period below a folder; raises Problems where there is none."""
    found = [p.parent for p in out.glob(f"*/{MANIFEST}") if not p.parent.name.startswith(".")]
    folders = [f for f in found if f.name.rsplit("-", 1)[0] == period]
    if folders:
        return open_run(max(folders, key=lambda f: ((f / MANIFEST).stat().st_mtime_ns, f.name)))
    there = sorted({f.name.rsplit("-", 1)[0] for f in found})
    hint = f"There are runs of {', '.join(there)}." if there else f"Make one: compplan run --period {period}."
    raise Problems([Diagnostic("no-run", "There is no run", f"{out} holds no run of {period}.", None, hint)])
