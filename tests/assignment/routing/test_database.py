"""What is kept in a database: the same as in memory, with many programs at once, and whatever happens to them."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from compplan.assignment.routing import Router, open_router
from compplan.assignment.routing.database import open_database
from compplan.assignment.routing.export import export_rows
from compplan.assignment.routing.log import GIVES
from compplan.assignment.routing.tables import METADATA, VERSION_TABLE
from compplan.diagnostics.model import Problems
from tests.assignment.routing.naive import reckoned
from tests.support.databases import needs_postgresql, passing_postgresql
from tests.support.routing import ROUTING, lead, write_routing

LIMITED = ROUTING.replace("ben: {", "ben: {each_day: 4, most_open: 3, ")


def _events(seed: int, count: int) -> list[dict[str, Any]]:
    """Leads with owners and chances, some of them told again, given back or done with, and reps away; the same for the same seed."""
    chance = random.Random(seed)
    told: list[dict[str, Any]] = []
    for number in range(count):
        at = f"2027-03-{chance.randint(1, 9):02}T{chance.randint(0, 23):02}:00:00Z"
        what = chance.choice(["lead"] * 7 + ["return", "close", "away"])
        if what == "away":
            told.append({"away": chance.choice(["ana", "ben", "cy"]), "from": f"2027-03-{chance.randint(1, 9):02}", "at": at})
        elif what == "lead":
            chances = {rep: chance.randint(0, 9) / 10 for rep in ("ana", "ben", "cy")}
            more = {"owner": chance.choice([None] * 6 + ["ana", "cy", "zoe"]), "segment": chance.choice(["ENT", "SMB"])}
            asks = {"language": chance.choice(["en", "en", "es"]), "product": chance.choice(["core", "cloud"])}
            told.append(lead(f"L{number}", chance.randint(1, 9_000), at=at, chances=chances, **more, **asks))
        else:
            told.append({what: f"L{chance.randint(0, number)}", "at": at})
    return told


def _answer(router: Router, value: dict[str, Any]) -> object:
    try:
        return router.route(value)
    except Problems as problems:
        return problems.diagnostics[0].message


def _is_right(router: Router) -> None:
    """Every lead was given once, and the log reckoned anew keeps the bound and comes to the levels that are kept."""
    found = reckoned(router.store.entries(), {p.name: p.terms for p in router.rules.pools})
    for pool in router.rules.pools:
        assert found[pool.name].wrong == []
        kept = router.store.levels(pool)
        assert [found[pool.name].load[name] * 100 for name in pool.members] == list(kept.loads)
        assert [found[pool.name].credit[name] * 100 for name in pool.members] == list(kept.credits)


def test_answers_and_log_are_those_of_a_router_in_memory(database: str, tmp_path: Path) -> None:
    file = write_routing(tmp_path, LIMITED)
    events = _events(1, 150)
    memory = open_router(file, memory=True)
    expected = [_answer(memory, event) for event in events]
    found: list[object] = []
    for start in range(0, len(events), 50):  # a program that ends and begins again
        with open_router(file, database) as router:
            found += [_answer(router, event) for event in events[start : start + 50]]
    assert found == expected
    with open_router(file, database, reading=True) as router:
        assert list(export_rows(router.store.entries())) == list(export_rows(memory.store.entries()))
        assert router.store.totals() == memory.store.totals()
        assert router.store.waiting() == memory.store.waiting()
        _is_right(router)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10_000), st.lists(st.integers(0, 1), min_size=20, max_size=40))
def test_two_routers_in_turns_are_one(tmp_path_factory: pytest.TempPathFactory, seed: int, turns: list[int]) -> None:
    file = write_routing(tmp_path_factory.mktemp("turns"), LIMITED)
    memory = open_router(file, memory=True)
    with open_router(file) as one, open_router(file) as other:
        for event, turn in zip(_events(seed, len(turns)), turns, strict=True):
            assert _answer((one, other)[turn], event) == _answer(memory, event)
        _is_right(one)


def test_leads_that_are_kept_together_are_answered_as_one_by_one(database: str, tmp_path: Path) -> None:
    file = write_routing(tmp_path, LIMITED)
    memory = open_router(file, memory=True)
    read = [lead(f"L{i % 25}", 100 + i) for i in range(40)]
    lines = "".join(json.dumps(each) + "\n" for each in read)
    said = _program(file, database, lines, "--batch", "15")
    assert [json.loads(line) for line in said.stdout.splitlines()] == [memory.route(each) for each in read]


def _command(file: Path, database: str, *more: str) -> list[str]:
    return [sys.executable, "-m", "compplan", "route", str(file), "--database", database, *more]


def _program(file: Path, database: str, lines: str, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(_command(file, database, *more), input=lines, capture_output=True, text=True, check=False)


def test_several_programs_at_once_never_give_a_lead_twice_and_keep_the_bound(database: str, tmp_path: Path) -> None:
    file = write_routing(tmp_path)
    leads = [lead(f"L{i}", 1 + 37 * i % 900, segment=("ENT", "SMB")[i % 2], product="cloud") for i in range(40)]
    started = []
    for number in range(3):
        mine = list(leads)
        random.Random(number).shuffle(mine)  # all of them route all leads, each in an order of its own
        program = subprocess.Popen(
            _command(file, database), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert program.stdin is not None
        program.stdin.write("".join(json.dumps(each) + "\n" for each in mine))
        program.stdin.close()
        started.append(program)
    told: dict[str, set[str]] = {}
    for program in started:
        assert program.stdout is not None
        assert program.stderr is not None
        for line in program.stdout:
            answer = json.loads(line)
            told.setdefault(answer["lead"], set()).add(line)
        assert (program.wait(), program.stderr.read()) == (0, "")
        program.stdout.close()
        program.stderr.close()
    assert len(told) == 40
    assert all(len(answers) == 1 for answers in told.values())
    with open_router(file, database) as router:
        assert [e.number for e in router.store.entries()] == list(range(1, 41))
        _is_right(router)


def test_what_was_answered_outlives_a_program_that_is_killed(database: str, tmp_path: Path) -> None:
    file = write_routing(tmp_path)
    answered: dict[str, Any] = {}
    for round_ in range(3):
        with subprocess.Popen(_command(file, database), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as program:
            assert program.stdin is not None
            assert program.stdout is not None
            program.stdin.write("".join(json.dumps(lead(f"L{round_}-{i}", 10 + i)) + "\n" for i in range(300)))
            program.stdin.flush()
            for _ in range(15):
                answer = json.loads(program.stdout.readline())
                answered[answer["lead"]] = answer
            os.kill(program.pid, signal.SIGKILL)  # somewhere in the middle of another lead
            for line in program.stdout:
                if line.endswith("\n"):
                    answer = json.loads(line)
                    answered[answer["lead"]] = answer
    assert len(answered) >= 45
    with open_router(file, database) as router:
        kept = {e.lead: e for e in router.store.entries() if e.kind in GIVES}
        assert {name: kept[name].rep for name in answered} == {name: answer["rep"] for name, answer in answered.items()}
        assert router.route(lead("L0-0")) == answered["L0-0"]
        _is_right(router)


def test_a_changed_file_goes_on_from_the_levels_and_stops_those_who_route_by_the_old_one(database: str, tmp_path: Path) -> None:
    file = write_routing(tmp_path / "old")
    changed = write_routing(
        tmp_path / "new", ROUTING.replace("ben: {", "ben: {weight: 0.5, ").replace("rest: {window: 0.5}", "rest: {window: 0}")
    )
    with open_router(file, database) as old:
        for i in range(20):
            old.route(lead(f"L{i}", 100 + 7 * i, chances={"ben": 0.9, "cy": 0.5}))
        before = {p.name: p.terms for p in old.rules.pools}
        with open_router(changed, database) as new:
            for i in range(20):
                new.route(lead(f"M{i}", 100 + 7 * i, chances={"ben": 0.9}))
            found = reckoned(new.store.entries(), before)
            assert [w for pool in found.values() for w in pool.wrong] == []
            assert [e.pool for e in new.store.entries() if e.kind == "rules"] == ["rest"]
            with pytest.raises(Problems) as told:
                old.route(lead("L99"))
            assert told.value.diagnostics[0].code == "rules-changed"
            with pytest.raises(Problems) as told, open_router(file, database, reading=True) as reader:
                reader.store.levels(reader.rules.pools[0])
            assert told.value.diagnostics[0].code == "rules-changed"


def test_the_steps_of_alembic_make_the_tables_that_are_used(database: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    engine = open_database(database, flush=False, wait=5)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_a_lead_is_found_without_going_through_the_log(tmp_path: Path) -> None:
    file = write_routing(tmp_path)
    with open_router(file) as router:
        router.route(lead("L1"))
    with sqlite3.connect(tmp_path / "leads.db") as connection:
        asked = "EXPLAIN QUERY PLAN SELECT * FROM routing_log WHERE routing = 'Inbound' AND lead = 'L1' ORDER BY number"
        ((*_, plan),) = connection.execute(asked).fetchall()
    assert plan == "SEARCH routing_log USING INDEX routing_log_lead (routing=? AND lead=?)"


def _code(file: Path, database: str, wait: float = 1.0) -> str:
    with pytest.raises(Problems) as told, open_router(file, database, wait=wait) as router:
        router.route(lead("L1"))
    (found,) = told.value.diagnostics
    assert "sqlite" not in found.message.lower()
    return f"{found.code}: {found.message} {found.hint}"


def test_a_database_in_use_is_told_after_the_wait(tmp_path: Path) -> None:
    file = write_routing(tmp_path)
    with open_router(file, wait=0.2) as router:
        other = sqlite3.connect(tmp_path / "leads.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Problems) as told:
            router.route(lead("L1"))
        assert told.value.diagnostics[0].message.startswith("Another program has been using")
        assert told.value.diagnostics[0].code == "database-busy"
        other.execute("ROLLBACK")
        other.close()
        assert router.route(lead("L1"))["rep"] == "ana"


@needs_postgresql
def test_a_postgresql_database_in_use_is_told_after_the_wait(tmp_path: Path) -> None:
    file = write_routing(tmp_path)
    with passing_postgresql() as url, open_router(file, url, wait=0.2) as router:
        other = open_database(url, flush=False, wait=5)
        with other.begin() as connection:
            connection.execute(text("SELECT * FROM routings FOR UPDATE"))
            with pytest.raises(Problems) as told:
                router.route(lead("L1"))
            assert told.value.diagnostics[0].code == "database-busy"
        other.dispose()
        assert router.route(lead("L1"))["rep"] == "ana"


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("mount") is None, reason="only root can make a small disk")
def test_a_full_disk_is_told_and_what_was_answered_is_kept(tmp_path: Path) -> None:
    file = write_routing(tmp_path)
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", str(disk)], capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be made here")
    try:
        lines = "".join(json.dumps(lead(f"L{i}", 10 + i)) + "\n" for i in range(2000))
        said = _program(file, str(disk / "state.db"), lines)
        assert said.returncode == 1
        assert "cannot grow: the disk is full" in " ".join(said.stderr.split())
        assert "what was answered before is kept" in said.stderr
        answered = {answer["lead"]: answer["rep"] for answer in map(json.loads, said.stdout.splitlines())}
        assert 10 < len(answered) < 2000
        copy = tmp_path / "copy"
        shutil.copytree(disk, copy)
        with open_router(file, str(copy / "state.db")) as router:
            kept = {e.lead: e.rep for e in router.store.entries()}
            assert {name: kept[name] for name in answered} == answered
            _is_right(router)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_what_is_no_database_is_told_in_words(tmp_path: Path) -> None:
    file = write_routing(tmp_path)
    (tmp_path / "text.db").write_text("this is a text, and no database at all\n" * 50)
    assert "it is no database, or damaged" in _code(file, str(tmp_path / "text.db"))
    assert "its folder is there" in _code(file, str(tmp_path / "nowhere" / "x.db"))
    assert _code(file, "oracle://x/y").startswith("database-address: The database oracle is not supported.")
    assert _code(file, "postgresql://:::/").startswith("database-address")
    said = _code(file, "postgresql://nobody:secret@127.0.0.1:9/none")
    assert "postgresql://nobody:***@127.0.0.1:9/none cannot be used: nobody answers there" in said


def test_a_database_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    file = write_routing(tmp_path)
    with open_router(file):
        pass
    with sqlite3.connect(tmp_path / "leads.db") as connection:
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    assert _code(file, str(tmp_path / "leads.db")).startswith("database-newer")


def test_there_is_nothing_to_look_at_before_anything_was_routed(tmp_path: Path) -> None:
    with pytest.raises(Problems) as told:
        open_router(write_routing(tmp_path), reading=True)
    assert told.value.diagnostics[0].code == "nothing-routed"
    assert not (tmp_path / "leads.db").exists()
