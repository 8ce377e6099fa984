"""`compplan route`: JSON lines in, JSON lines out; how it stands, and why."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Call, Said
from tests.support.routing import ROUTING, lead, write_routing

PAGE = (Path(__file__).parents[2] / "docs" / "routing.md").read_text(encoding="utf-8")
DATA = Path(__file__).parents[3] / "shared" / "data" / "leads" / "500_40"


@pytest.fixture
def route(compplan: Call, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Calls `compplan route` with some lines on its standard input."""

    def call(lines: str | bytes, *words: str) -> Said:
        data = lines if isinstance(lines, bytes) else lines.encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        return compplan("route", *words)

    return call


def _lines(*values: dict[str, Any]) -> str:
    return "".join(json.dumps(value) + "\n" for value in values)


def _answers(said: Said) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.out.splitlines()]


def test_each_line_is_answered_in_its_order(route: Call, tmp_path: Path) -> None:
    file = write_routing(tmp_path)
    said = route(_lines(lead("L1"), lead("L2", chances={"cy": 0.25}), {"return": "L1", "at": "2027-03-02T09:00:00Z"}), str(file))
    assert (said.code, said.err) == (0, "")
    first, second, back = _answers(said)
    assert first == {
        "lead": "L1", "rep": "ana", "pool": "rest", "at": "2027-03-01T10:00:00+00:00",
        "why": "ana has the lowest level of 3 who could take it.",
    }  # fmt: skip
    assert second["why"] == "cy has the best chance, 25.0%: 3 within the window, of 3 who could take it."
    assert (back["return"], back["rep"]) == ("L1", "ana")
    again = route(_lines(lead("L1")), str(file))
    assert _answers(again) == [first]


def test_bad_lines_are_answered_with_what_is_wrong_and_the_others_are_routed(route: Call, tmp_path: Path) -> None:
    lines = b'nonsense\n\n{"lead": "L1"}\n\xff\xfe\n[1]\n{"lead": "L3", "value": NaN}\n' + _lines(lead("L2")).encode() + b"[" * 100_000
    said = route(lines, str(write_routing(tmp_path)))
    assert said.code == 1
    answers = _answers(said)
    assert [a.get("line") for a in answers] == [1, 3, 4, 5, 6, None, 8]
    assert [a["error"]["message"] for a in answers if "error" in a] == [
        "It is not valid JSON. At character 1: expecting value.",
        "`value` is missing.",
        "It is not UTF-8 text.",
        "This is no JSON object.",
        "It is not valid JSON.",
        "It is not valid JSON.",
    ]
    assert answers[0]["text"] == "nonsense"
    assert all(a["error"]["hint"] for a in answers if "error" in a)
    assert answers[5]["rep"] == "ana"


def test_the_time_of_lines_without_one_can_be_said(route: Call, tmp_path: Path) -> None:
    file = write_routing(tmp_path, ROUTING + "timezone: Europe/Berlin\n")
    for name, at in (("L1", "2027-05-05T12:00:00+02:00"), ("L2", "2027-05-05T12:00")):
        value = lead(name)
        del value["at"]
        assert _answers(route(_lines(value), str(file), "--at", at))[0]["at"] == "2027-05-05T10:00:00+00:00"


def test_nothing_is_kept_in_memory(route: Call, tmp_path: Path) -> None:
    assert route(_lines(lead("L1")), str(write_routing(tmp_path)), "--memory").code == 0
    assert sorted(f.name for f in tmp_path.iterdir()) == ["leads.yaml"]


def test_the_reason_is_told_in_sentences(route: Call, compplan: Call, tmp_path: Path) -> None:
    file = write_routing(tmp_path)
    away = {"away": "ben", "from": "2027-03-01", "through": "2027-03-05", "at": "2027-03-01T08:00:00Z", "reason": "ill"}
    route(_lines(away, lead("L1", 400, product="cloud", chances={"cy": 0.5, "ana": 0.25})), str(file))
    said = compplan("route", "why", str(file), "L1")
    assert said.out.splitlines() == [
        "2027-03-01 10:00 UTC: L1 went to cy, pool rest. cy has the best chance, 50.0%: 2 within the window, of 2 who could take it.",
        "  It counts as 400.00.",
        "  It asks for language en, product cloud.",
        "  The lowest level was 0.00. The window above it is 200.00: K = 1/2 times the largest quality, 400.00, by the smallest weight, 1.",
        "  Those who could take it, by level:",
        "    ana             0.00  chance 25.0%",
        "    cy              0.00  chance 50.0%  <- chosen",
        "  ben could not take it: away through 2027-03-05 (ill).",
    ]
    unknown = compplan("route", "why", str(file), "L7")
    assert unknown.code == 1
    assert "The log has nothing of a lead L7." in unknown.err


def test_the_status_is_for_people_and_for_programs(route: Call, compplan: Call, tmp_path: Path) -> None:
    file = write_routing(tmp_path)
    route(_lines(lead("L1"), lead("L2", language="fr")), str(file))
    said = compplan("route", "status", str(file))
    assert "rest: 3 reps, 1 lead" in said.out
    assert "Bound: 1,500.00" in said.out
    assert "Nobody could take 1 lead yet: L2." in said.out
    status = json.loads(compplan("route", "status", str(file), "--format", "json").out)
    assert status["waiting"] == ["L2"]
    assert [p["bound"] for p in status["pools"]] == [75_000, 1_500]


def test_the_log_is_exported_as_a_table(route: Call, compplan: Call, tmp_path: Path) -> None:
    file = write_routing(tmp_path)
    route(_lines(lead("=1+1"), lead("L2", language="fr")), str(file))
    rows = list(csv.DictReader(io.StringIO(compplan("route", "export", str(file)).out)))
    assert [(r["kind"], r["lead"], r["rep"], r["counted"]) for r in rows] == [
        ("given", "'=1+1", "ana", "1000.00"),
        ("waits", "L2", "", "0.00"),
    ]
    assert json.loads(rows[0]["details"])["within"] == ["ana", "ben", "cy"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("why", "leads.yaml"), "Write compplan route why FILE.yaml LEAD."),
        (("leads.yaml", "more"), "Write compplan route FILE.yaml."),
        (("status", "leads.yaml", "--memory"), "there is no status"),
        (("leads.yaml", "--batch", "0"), "0 is not a number of lines"),
        (("leads.yaml", "--at", "noon"), "noon is no time"),
    ],
)
def test_wrong_use_is_told(words: tuple[str, ...], said: str, compplan: Call) -> None:
    found = compplan("route", *words)
    assert found.code == 2
    assert said in found.err


def test_a_line_is_answered_before_the_next_one_comes(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "compplan", "route", str(write_routing(tmp_path)), "--batch", "10"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as started:
        assert started.stdin is not None
        assert started.stdout is not None
        for name in ("L1", "L2"):
            started.stdin.write(_lines(lead(name)))
            started.stdin.flush()
            assert json.loads(started.stdout.readline())["lead"] == name
        started.stdin.close()
        assert started.wait() == 0


def test_the_file_and_the_lines_of_the_page_work(route: Call, compplan: Call, tmp_path: Path) -> None:
    blocks = dict(re.findall(r"```(yaml|json|python)\n(.*?)```", PAGE, flags=re.DOTALL))
    (tmp_path / "leads.yaml").write_text(blocks["yaml"], encoding="utf-8")
    lines = blocks["json"].splitlines()
    said = route("\n".join([lines[0], lines[0].replace("L-17", "L-16"), *lines[1:]]), "leads.yaml", "--at", "2027-03-02T12:00:00+01:00")
    assert (said.code, said.err) == (0, "")
    assert _answers(said)[0]["rep"] == "ben"
    for command in ("status leads.yaml", "why leads.yaml L-17", "export leads.yaml"):
        assert compplan("route", *command.split()).code == 0
    exec(blocks["python"], {})


@pytest.mark.skipif(not DATA.exists(), reason="the data to try things on is not beside this folder")
def test_five_hundred_leads_for_forty_reps(route: Call, compplan: Call, tmp_path: Path) -> None:
    def rows(name: str) -> list[dict[str, str]]:
        return list(csv.DictReader((DATA / name).open(encoding="utf-8")))

    reps = "".join(
        f"  {r['rep']}: {{weight: {r['capacity']}, products: [{r['products'].replace(';', ', ')}], "
        f"languages: [{r['languages'].replace(';', ', ')}]}}\n"
        for r in rows("reps.csv")
    )
    needs = "pools: {all: {}}\nneeds: {product: products, language: languages}\nquality: value\nchance: chances\n"
    file = write_routing(tmp_path, f"title: Forty\nreps:\n{reps}{needs}")
    chances: dict[str, dict[str, float]] = {}
    for row in rows("affinity.csv"):
        chances.setdefault(row["lead"], {})[row["rep"]] = float(row["win_probability"])
    leads: list[dict[str, Any]] = [{**r, "value": int(r["value"]), "chances": chances[r["lead"]]} for r in rows("leads.csv")]
    answers = _answers(route(_lines(*leads), str(file), "--batch", "100"))
    assert all(a["rep"] in chances[a["lead"]] for a in answers)
    (pool,) = json.loads(compplan("route", "status", str(file), "--format", "json").out)["pools"]
    assert pool["nearest"]["by"] <= pool["nearest"]["bound"] == pool["bound"]
    won = sum(lead["value"] * lead["chances"][a["rep"]] for lead, a in zip(leads, answers, strict=True))
    assert won > 600_000  # round robin by count wins 420,000
