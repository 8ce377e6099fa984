"""A run: every step of a project's plans over a period, kept as Parquet in a folder that appears whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path

import duckdb

from compplan.calendar import FiscalPeriod
from compplan.diagnostics import Diagnostic, Problems
from compplan.diagnostics.storage import trouble
from compplan.engine.database import OVERFLOW, Keeper, Progress, create_calendar, make_steps, open_database, translated_errors
from compplan.engine.folder_lock import LOCK, make_locked_folder, remove_abandoned, remove_lock
from compplan.engine.lower import lower
from compplan.engine.payout_kinds import lasts
from compplan.engine.reach import reach
from compplan.engine.relations import RECORDS, STEPS, quoted
from compplan.engine.result_tables import Paid, write_paid
from compplan.engine.run_folder import MANIFEST, Manifest, Run, StepFacts, open_run
from compplan.engine.steps import Lowered, Months, Step
from compplan.language import typed as ty
from compplan.records.load import LoadedRecords, load_records, write_rejects
from compplan.records.project_file import Project
from compplan.schema import PEOPLE, PROJECT_FILE, ReferenceType, Schema

MAKING = ".making-"


class ParquetKeeper(Keeper):
    """Keeps each step as a file, and reads it back from there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.facts: dict[str, StepFacts] = {}
        self.queries: dict[str, str] = {}

    def keep(self, connection: duckdb.DuckDBPyConnection, step: Step) -> None:
        """Write the step's file and put a view over it."""
        path = self.folder / f"{step.name}.parquet"
        options = "FORMAT parquet, PARQUET_VERSION v2, COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 8000"
        self.queries[step.name] = query = step.query.sql("duckdb", copy=False)
        connection.execute(f"COPY ({query}) TO {_literal(path)} ({options})")
        connection.execute(f"CREATE VIEW {STEPS}.{quoted(step.name)} AS SELECT * FROM read_parquet({_literal(path)})")
        self.facts[step.name] = content_hash(connection, f"{STEPS}.{quoted(step.name)}", step.title)


def content_hash(connection: duckdb.DuckDBPyConnection, relation: str, title: str) -> StepFacts:
    """Rows and content hash of a relation: the sum of the rows' hashes, which does not depend on their order."""
    columns = [str(row[0]) for row in connection.execute(f"SELECT column_name FROM (DESCRIBE {relation})").fetchall()]
    names = ", ".join(quoted(c) for c in columns)
    row = connection.execute(f"SELECT count(*), coalesce(sum(CAST(hash({names}) AS HUGEINT)), 0) FROM {relation}").fetchone()
    assert row is not None
    return StepFacts(title, int(row[0]), f"{int(row[1]):032x}")


def run_plans(
    project: Project,
    plans: Sequence[ty.Plan],
    sources: Mapping[str, bytes],
    period: FiscalPeriod,
    out: Path,
    *,
    set_aside: bool = False,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Run:
    """Works out a period and gives the run; the same inputs give the run that is already there.

    Raises `Problems` where rows are bad (unless they may be set aside), where a figure cannot be worked out, and where the disk does not
    take the files; nothing is left behind then.
    """
    months = Months(period.first_month, period.last_month)
    chosen = in_force(project, plans, months, period)
    with _making_folder(out) as folder:
        (folder / "steps").mkdir()
        with open_database(folder / "spill", threads) as connection, translated_errors():
            if progress is not None:
                progress("Reading the records", 0, 1)
            loaded = load_records(project, connection)
            stop_at_bad_rows(loaded, set_aside)
            connection.execute("SET preserve_insertion_order = false")
            create_calendar(connection, project.calendar, reach(chosen, project.calendar, months))
            lowered, keeper = _worked_out(connection, project, chosen, months, folder / "steps", progress)
            _keep_inputs(connection, project, sources, folder)
            loaded.check_unchanged()
            rejected = write_rejects(connection, folder / "rejects.csv") if loaded.rejected else 0
            manifest = _manifest(project, period, chosen, sources, loaded, lowered, keeper, rejected)
            write_paid(connection, Paid(project.schema, chosen, lowered.earnings, months), folder)
        shutil.rmtree(folder / "spill", ignore_errors=True)
        _sync_files(folder)
        _write_durably(folder / MANIFEST, json.dumps(manifest.to_json(), indent=2, sort_keys=True) + "\n")
        return _put_in_place(folder, out / _name(manifest), manifest)


def _worked_out(
    connection: duckdb.DuckDBPyConnection,
    project: Project,
    plans: Sequence[ty.Plan],
    months: Months,
    folder: Path,
    progress: Progress | None,
) -> tuple[Lowered, ParquetKeeper]:
    """Every step made: within 64 bits, which is faster; where a figure needs more, all over again in 128, with the same figures."""
    for narrow in (True, False):
        lowered = lower(plans, project.schema, project.calendar, months, narrow=narrow)
        keeper = ParquetKeeper(folder)
        try:
            make_steps(connection, lowered, keeper, progress, _files(project))
        except Problems as problems:
            if not narrow or all(d.code != OVERFLOW for d in problems.diagnostics):
                raise
            connection.execute(f"DROP SCHEMA {STEPS} CASCADE")
            connection.execute(f"CREATE SCHEMA {STEPS}")
            continue
        return lowered, keeper
    raise AssertionError("the second time either works or raises")


def _files(project: Project) -> dict[str, tuple[str, dict[str, str]]]:
    """For each kind of record, its files and the headings of its columns there."""
    return {
        kind: (", ".join(spec.patterns), {name: column.header for name, column in spec.columns.items()})
        for kind, spec in project.sources.items()
    }


def in_force(project: Project, plans: Sequence[ty.Plan], months: Months, period: FiscalPeriod) -> tuple[ty.Plan, ...]:
    """The plans that pay for some part of the period: those in force then, and those that pay after their end what they held."""
    calendar = project.calendar
    begun = [p for p in plans if calendar.month_of(p.first) <= months.last]
    found = tuple(p for p in begun if calendar.month_of(p.last) >= months.first or lasts(p))
    if not found:
        message = f"No plan of the project is in force in {period.label}."
        dates = "; ".join(f"{p.name} from {p.first} through {p.last}" for p in plans)
        raise Problems([Diagnostic("no-plan", "No plan is in force", message, None, f"There are: {dates}." if dates else None)])
    return found


def stop_at_bad_rows(loaded: LoadedRecords, set_aside: bool) -> None:
    """Raises `Problems` with the rows that are bad, unless they may be set aside."""
    if loaded.rejected and not set_aside:
        count = f"{loaded.rejected:,} row{'s' if loaded.rejected != 1 else ''}"
        hint = "Correct them, or run again with --set-aside to leave them out; they are then listed in rejects.csv."
        stop = Diagnostic("bad-rows", "Nothing was worked out", f"{count} of the records cannot be used.", None, hint)
        raise Problems([*loaded.diagnostics, stop])


# ---- what is kept --------------------------------------------------------------------------------------------------


def _keep_inputs(connection: duckdb.DuckDBPyConnection, project: Project, sources: Mapping[str, bytes], folder: Path) -> None:
    """Plans, tables, the project file and the people: all that an explanation needs besides the steps."""
    kept = folder / "project"
    for name, data in {**sources, PROJECT_FILE: project.file.read_bytes()}.items():
        target = kept / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    (folder / "records").mkdir()
    for kind in kept_kinds(project.schema):
        path = folder / "records" / f"{kind}.parquet"
        connection.execute(f"COPY (SELECT * FROM {RECORDS}.{quoted(kind)}) TO {_literal(path)} (FORMAT parquet)")


def kept_kinds(schema: Schema) -> tuple[str, ...]:
    """People, and every kind that can be reached from them through references."""
    found = [PEOPLE]
    for name in found:
        for column in schema.kinds[name].columns:
            if isinstance(column.type, ReferenceType) and column.type.kind not in found:
                found.append(column.type.kind)
    return tuple(found)


def _manifest(
    project: Project,
    period: FiscalPeriod,
    plans: Sequence[ty.Plan],
    sources: Mapping[str, bytes],
    loaded: LoadedRecords,
    lowered: Lowered,
    keeper: ParquetKeeper,
    rejected: int,
) -> Manifest:
    return Manifest(
        company=project.company,
        period=period.label,
        versions={"compplan": version("compplan") if _installed() else "0", "duckdb": duckdb.__version__},
        queries=hashlib.sha256("\n".join(f"{name}: {query}" for name, query in keeper.queries.items()).encode()).hexdigest(),
        plans=tuple(p.name for p in plans),
        sources={name: hashlib.sha256(data).hexdigest() for name, data in sorted(sources.items())},
        project=hashlib.sha256(project.file.read_bytes()).hexdigest(),
        records=dict(sorted(loaded.hashes.items())),
        rows={kind: (count.read, count.rejected) for kind, count in sorted(loaded.kinds.items())},
        rejected=rejected,
        steps=dict(sorted(keeper.facts.items())),
        credits=lowered.credits,
        earnings=lowered.earnings,
        plan_files=tuple(name for name in (path.relative_to(project.root).as_posix() for path in project.plan_files) if name in sources),
        schema=project.schema,
        calendar=project.calendar,
    )


def _installed() -> bool:
    from importlib.metadata import PackageNotFoundError

    try:
        version("compplan")
    except PackageNotFoundError:
        return False
    return True


# ---- whole or not at all ---------------------------------------------------------------------------------------------


@contextmanager
def _making_folder(out: Path) -> Iterator[Path]:
    """A hidden folder to work in, taken away again unless it was put in place; what killed runs left behind goes too."""
    new = not out.exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
        remove_abandoned(out, MAKING, _name_finished)
        folder, lock = make_locked_folder(out, MAKING)
    except OSError as error:
        found = trouble(error)
        message = f"Nothing can be written to {out}: {found.why}."
        raise Problems([Diagnostic("storage", "The folder for runs cannot be used", message, None, found.advice)]) from error
    try:
        yield folder
    except OSError as error:
        found = trouble(error)
        message = f"Files of the run could not be written: {found.why}."
        raise Problems([Diagnostic("storage", "The disk cannot be used", message, None, found.advice)]) from error
    finally:
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)
        if new:
            with suppress(OSError):
                out.rmdir()  # nothing came of it: a folder that was made for nothing goes, too


def _name_finished(folder: Path) -> None:
    """Gives its name to a run that was finished but for that, as one is that was killed while it took the place of a damaged one."""
    with suppress(Problems, OSError):
        manifest = open_run(folder).manifest
        final = folder.parent / _name(manifest)
        if final.parent == folder.parent:
            folder.rename(final)
            remove_lock(final)


def _name(manifest: Manifest) -> str:
    """The name of a run's folder: its period, and what it was made from."""
    return f"{manifest.period}-{manifest.identity[:10]}"


def _put_in_place(folder: Path, final: Path, manifest: Manifest) -> Run:
    """The run under its name: the one that stands there already, or this one where there is none or somebody changed it since."""
    _sync(folder)
    for _ in range(10):
        try:
            folder.rename(final)
            remove_lock(final)
            break
        except OSError:
            _refuse_other_figures(final, manifest)
            if _is_intact(final, folder, manifest):
                os.utime(final / MANIFEST)  # it is now the newest run of its period
                break
            if _replaced(final, folder):
                break
    _sync(final.parent)
    return open_run(final)


def _is_intact(final: Path, folder: Path, manifest: Manifest) -> bool:
    """Whether the run that stands there still holds, in every file, what the one just made holds."""
    plain = [p.relative_to(folder) for p in folder.rglob("*") if p.is_file() and p.suffix != ".parquet" and p.name not in (LOCK, MANIFEST)]
    tables = [p.relative_to(folder) for p in folder.rglob("*.parquet")]
    try:
        if open_run(final).manifest != manifest or any((final / p).read_bytes() != (folder / p).read_bytes() for p in plain):
            return False
        with duckdb.connect() as connection:
            return all(_content(connection, final / p) == _content(connection, folder / p) for p in tables)
    except (OSError, duckdb.Error, Problems):
        return False


def _content(connection: duckdb.DuckDBPyConnection, path: Path) -> StepFacts:
    connection.execute(f"CREATE OR REPLACE TEMP VIEW content AS SELECT * FROM read_parquet({_literal(path)})")
    return content_hash(connection, "content", "")


def _replaced(final: Path, folder: Path) -> bool:
    """Whether a run took the place of the one that stands there, which goes when the other is in its place; another process may be faster.

    Killed between the two, the finished run is still there for the next one to name; interrupted, the old one comes back.
    """
    aside, lock = make_locked_folder(final.parent, MAKING)
    old = aside / "replaced"
    try:
        with suppress(OSError):
            final.rename(old)
        folder.rename(final)
        remove_lock(final)
    except BaseException as error:  # an interruption too: the old run comes back before it goes on
        with suppress(OSError):
            old.rename(final)
        if not isinstance(error, OSError):
            raise
        return False
    finally:
        lock.release()
        shutil.rmtree(aside, ignore_errors=True)
    return True


def _refuse_other_figures(final: Path, manifest: Manifest) -> None:
    """The same inputs must give the same figures; where a whole run says otherwise, nobody can tell which is right."""
    try:
        existing = open_run(final).manifest
    except Problems:
        return
    if existing != manifest:
        message = f"{final.name} was made from the same inputs, and says that it holds other figures."
        hint = "Move that folder away, run it again, and keep both to compare."
        raise Problems([Diagnostic("run-differs", "Two runs differ", message, None, hint)])


def _write_durably(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_files(folder: Path) -> None:
    """Everything so far is on the disk itself before the manifest says that it is there."""
    for path in [*folder.rglob("*"), folder]:
        _sync(path)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
