"""What is held, what releases it and when the rest comes, in whole runs with their explanations."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from pathlib import Path

from tests.support.projects import run_whole, simple_plan, write_project

TWO_HOLDS = """
  hold first "A third until March" {
    of       own
    keep     33.3333%
    release  100% on close_date + 30 days
  }
  hold second "A third until summer" {
    of       own
    keep     33.3333%
    release  100% on close_date + 150 days
  }
  commission own "Own" {
    for  each booking
    pay  10% of credited
  }
"""


def test_a_hold_changes_only_when_something_is_released_of_it(tmp_path: Path) -> None:
    """Of 0.05 two holds keep 0.02 and 0.01; each comes back as it was kept, though a third of 0.05 is neither."""
    deals = "deal,owner,close_date,amount,kind\n" + "".join(f"d{i},ana,2027-02-10,0.{i}0,new\n" for i in range(1, 8))
    project = write_project(tmp_path / "p", {"p": simple_plan(TWO_HOLDS)}, deals=deals)
    kept = run_whole(project, "2027", tmp_path / "runs").explain("ana").plans[0].kept
    months: dict[tuple[str, str], list[tuple[str, object]]] = defaultdict(list)
    for line in kept:
        months[line.name, line.record].append((line.month, line.change))
    assert months["first", "d5"] == [("2027-02", Fraction(-2, 100)), ("2027-03", Fraction(2, 100))]
    assert months["second", "d5"] == [("2027-02", Fraction(-1, 100)), ("2027-07", Fraction(1, 100))]
    for (name, _), changes in months.items():
        assert [month for month, _ in changes] == ["2027-02", "2027-03" if name == "first" else "2027-07"]
        assert sum(change for _, change in changes if isinstance(change, Fraction)) == 0
