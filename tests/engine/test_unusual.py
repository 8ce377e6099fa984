"""Plans and records at the edge of what is allowed: paid right and explained, or refused in plain words; never a stack trace."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from compplan.diagnostics import Diagnostic, Problems
from tests.support.projects import DEALS, HEAD, PROJECT, QUOTAS, payouts_of, run_whole, simple_plan, write_project

DEAL_HEADER = "deal,owner,close_date,amount,kind\n"
QUOTA_HEADER = "person,quarter,amount\n"
MOST = "999999999999999.99"
Paid = dict[tuple[str, str, str, str], Fraction]


def commission(name: str, rate: str = "10%") -> str:
    return f'\n  commission {name} "{name}" {{\n    for each booking\n    pay {rate} of credited\n  }}\n'


GOAL = '\n  bonus goal "Goal" {\n    for    each quarter\n    pay    1,000 USD\n    times  attainment(arr)\n  }\n'


def paid(folder: Path, plans: str | dict[str, str], period: str = "2027-Q1", **files: str) -> Paid:
    """What is paid by plans (or by one plan with the usual head) on the usual records, or on others. Every explanation adds up."""
    texts = {"p": simple_plan(plans)} if isinstance(plans, str) else plans
    return payouts_of(run_whole(write_project(folder / "project", texts, **files), period, folder / "runs"))


def refused(folder: Path, plans: str | dict[str, str], period: str = "2027-Q1", **files: str) -> Diagnostic:
    """Why a run stops."""
    with pytest.raises(Problems) as caught:
        paid(folder, plans, period, **files)
    return next(d for d in caught.value.diagnostics if d.is_error)


def per_component(found: Paid) -> dict[str, Fraction]:
    sums: dict[str, Fraction] = {}
    for (plan, _, _, component), amount in found.items():
        sums[f"{plan}.{component}"] = sums.get(f"{plan}.{component}", Fraction(0)) + amount
    return sums


# ---- names -----------------------------------------------------------------------------------------------------------

USUAL = Fraction("125.05")
"""A tenth of all that is credited in the usual records."""


def test_components_called_like_words_of_sql(tmp_path: Path) -> None:
    words = ["select", "order", "group", "table", "from", "where", "payee", "share", "date", "record", "month", "give", "period", "cap"]
    found = per_component(paid(tmp_path, "".join(commission(word) for word in words)))
    assert found == {f"p.{word}": USUAL for word in words}


def test_names_that_differ_only_in_their_case(tmp_path: Path) -> None:
    body = f"""
  measure ARR = count(booking)
  {commission("own")}{commission("OWN", "20%")}
  bonus one "One" {{
    for each quarter
    pay 1% of arr
  }}
  bonus two "Two" {{
    for each quarter
    pay 1 USD
    times ARR
  }}
"""
    assert per_component(paid(tmp_path, body)) == {"p.own": USUAL, "p.OWN": 2 * USUAL, "p.one": Fraction("12.51"), "p.two": 2}


def test_names_that_run_into_each_other(tmp_path: Path) -> None:
    """The component `b_c` of the plan `a`, and `c` of the plan `a_b`; both plans have caps."""
    plans = {
        "a": simple_plan(commission("b_c") + "\n  cap each year at 1,000 USD\n", name="a"),
        "b": simple_plan(commission("c", "20%") + "\n  cap each month at 1,000 USD\n", name="a_b"),
    }
    assert per_component(paid(tmp_path, plans)) == {"a.b_c": USUAL, "a_b.c": 2 * USUAL}


def test_a_measure_called_like_another_over_a_period(tmp_path: Path) -> None:
    body = """
  measure arr_over_quarter = count(booking)
  bonus one "One" {
    for each quarter
    pay 1% of arr
  }
  bonus two "Two" {
    for each quarter
    pay 1 USD
    times arr_over_quarter
  }
"""
    assert per_component(paid(tmp_path, body)) == {"p.one": Fraction("12.51"), "p.two": 2}


def test_amounts_called_like_what_a_credit_has_anyway(tmp_path: Path) -> None:
    body = """
  credit x from deals {
    on      close_date
    amount  amount
    amount  month = 2 * amount
    amount  via = 3 * amount
    amount  Credited = 4 * amount
    amount  own_0 = 5 * amount
    amount  total_0 = 6 * amount
    amount  record_kind = 7 * amount
    give    100% to owner
  }
  measure fives = sum(x.own_0)
  bonus sums "Sums" {
    for      each x where kind = "new"
    pay      month + via + Credited + own_0 + total_0 + record_kind
    only if  fives over quarter to date > 0 USD
  }
"""
    assert per_component(paid(tmp_path, body)) == {"p.sums": 27 * 10 * USUAL}


def test_a_column_called_like_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`owner__team` is a column of the deal, `owner.team` the team of its owner."""
    columns = PROJECT.replace("      amount: money\n", "      amount: money\n      owner__team: text\n", 1)
    monkeypatch.setattr("tests.support.projects.PROJECT", columns)
    body = """
  bonus path "Path" {
    for each booking where owner.team = "West"
    pay 1 USD
  }
  bonus column "Column" {
    for each booking where owner__team = "East"
    pay 10 USD
  }
"""
    deals = "deal,owner,close_date,amount,owner__team,kind\nd1,ana,2027-02-01,10,East,new\nd2,bob,2027-02-01,10,West,new\n"
    assert per_component(paid(tmp_path, body, deals=deals)) == {"p.path": 2, "p.column": 10}


@pytest.mark.parametrize("kind", ["select", "payouts", "steps", "calendar"])
def test_a_kind_of_record_called_like_something_of_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr("tests.support.projects.PROJECT", PROJECT.replace("  deals:\n", f"  {kind}:\n"))
    plans = {"p": simple_plan(commission("own")).replace("from deals", f"from {kind}")}
    assert per_component(paid(tmp_path, plans)) == {"p.own": USUAL}


def test_columns_called_like_those_of_a_credit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"deal": "record", "owner": "payee", "close_date": "date", "kind": "give"}
    columns, deals, plan = (
        PROJECT,
        DEALS,
        simple_plan(commission("own") + commission("new", "20%").replace("booking\n", 'booking where give = "new"\n')),
    )
    for old, new in names.items():
        columns = columns.replace(f"      {old}:", f"      {new}:").replace(f"key: {old}\n", f"key: {new}\n")
        deals = deals.replace(old, new, 1)
        plan = plan.replace(f"to {old}", f"to {new}").replace(f"on      {old}", f"on      {new}")
    monkeypatch.setattr("tests.support.projects.PROJECT", columns)
    assert per_component(paid(tmp_path, {"p": plan}, deals=deals)) == {"p.own": USUAL, "p.new": 2 * USUAL}


def test_people_with_quotes_and_other_scripts_in_their_names(tmp_path: Path) -> None:
    people = (
        "person,role,team,manager,hire_date,target\n"
        '"o\'brien ""x""",AE,,,2026-01-01,1\n"Żółć; DROP TABLE payouts --",AE,"W\'e",,2026-01-01,1\n$payees,AE,,,2026-01-01,1\n'
    )
    deals = (
        f'{DEAL_HEADER}"d\'1 $payees",o\'brien "x",2027-02-10,1000.00,\n'
        'd2,Żółć; DROP TABLE payouts --,2027-02-10,10.00,new\nd3,$payees,2027-02-10,20,"a\'b"\n'
    )
    found = paid(tmp_path, commission("own"), people=people, deals=deals, quotas=QUOTA_HEADER)
    assert {payee: amount for (_, payee, _, _), amount in found.items()} == {
        'o\'brien "x"': 100,
        "Żółć; DROP TABLE payouts --": 1,
        "$payees": 2,
    }


# ---- two plans -------------------------------------------------------------------------------------------------------


def test_a_person_in_two_plans(tmp_path: Path) -> None:
    plans = {"a": simple_plan(commission("own"), name="a"), "b": simple_plan(commission("own", "20%"), name="b")}
    assert per_component(paid(tmp_path, plans)) == {"a.own": USUAL, "b.own": 2 * USUAL}


def test_two_plans_that_mean_different_things_by_one_name(tmp_path: Path) -> None:
    a, b = simple_plan(commission("own") + GOAL, name="a"), simple_plan(commission("own") + GOAL, name="b")
    b = b.replace("100% to owner", "50% to owner, as overlay").replace("sum(quotas.amount)", "2 * sum(quotas.amount)")
    found = per_component(paid(tmp_path, {"a": a, "b": b}))
    assert found == {"a.own": USUAL, "b.own": Fraction("62.53"), "a.goal": 1501, "b.goal": Fraction("375.25")}


TABLES = """
  table rate {{
    | role | rate       |
    | "AE" | {goal} USD |
    | any  | 1 USD      |
  }}
  table share_of {{
    | kind  | share    |
    | "new" | {share}% |
    | any   | 1%       |
  }}
  measure m = sum(booking.credited * share_of(kind))
  quota for m each quarter = rate(role)
  bonus own "Own" {{
    for    each quarter
    pay    m
    times  attainment(m)
  }}
"""


def test_the_same_formula_over_another_table_is_another_measure_and_another_quota(tmp_path: Path) -> None:
    plans = {name: simple_plan(TABLES.format(goal=goal, share=share), name=name) for name, goal, share in (("a", 100, 10), ("b", 200, 20))}
    plans["c"] = simple_plan(TABLES.format(goal=200, share=10), name="c")
    found = per_component(paid(tmp_path, plans))
    assert found["a.own"] == Fraction("106.28")
    assert found["b.own"] == Fraction("212.55")
    assert found["c.own"] == Fraction("53.14")


# ---- time ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("period", "own", "goal"), [("2027-02", 100, 0), ("2027-03", Fraction("25.05"), 1501), ("2027-H1", USUAL, 1501)])
def test_runs_of_a_month_and_of_a_half(tmp_path: Path, period: str, own: Fraction, goal: int) -> None:
    quotas = QUOTAS + QUOTAS.removeprefix(QUOTA_HEADER).replace("Q1", "Q2")
    found = per_component(paid(tmp_path, commission("own") + GOAL, period, quotas=quotas))
    assert found == {"p.own": own, **({"p.goal": goal} if goal else {})}


def test_a_plan_that_begins_in_the_middle_of_a_quarter(tmp_path: Path) -> None:
    """Deals from before are not paid; the quarter does not lie wholly within the plan."""
    head = HEAD.replace("2027-01-01", "2027-02-01")
    deals = DEALS + "d0,ana,2027-01-31,5000,new\n"
    assert per_component(paid(tmp_path, {"p": simple_plan(commission("own") + GOAL, head=head)}, deals=deals)) == {"p.own": USUAL}


def test_deals_of_other_years_are_not_paid(tmp_path: Path) -> None:
    others = "".join(f"o{day[:4]},ana,{day},5000.05,new\n" for day in ("1901-01-01", "2026-12-31", "2028-01-01", "2199-12-31"))
    found = paid(tmp_path, commission("own") + GOAL, deals=DEALS + others)
    assert per_component(found) == {"p.own": USUAL, "p.goal": 1501}


def test_a_leap_day(tmp_path: Path) -> None:
    head = HEAD.replace("2027", "2028")
    deals = f"{DEAL_HEADER}d1,ana,2028-02-29,100,new\nd2,ana,2028-03-01,1,new\n"
    assert per_component(paid(tmp_path, {"p": simple_plan(commission("own"), head=head)}, "2028-02", deals=deals)) == {"p.own": 10}


def test_quarters_of_four_four_and_five_weeks(tmp_path: Path) -> None:
    """The first month ends on 31 January, the second on 28 February, the quarter on 4 April."""
    head = HEAD.replace("2027-01-01", "2027-01-04").replace("2027-12-31", "2028-01-02")
    deals = f"{DEAL_HEADER}d1,ana,2027-01-03,1,\nd2,ana,2027-02-28,100,\nd3,ana,2027-04-04,1000,\nd4,ana,2027-04-05,10000,\n"
    calendar = "{pattern: 4-4-5, first_day: 2027-01-04, first_year: 2027}"
    found = paid(tmp_path, {"p": simple_plan(commission("own") + GOAL, head=head)}, deals=deals, calendar=calendar)
    months = {(label, component): amount for (_, payee, label, component), amount in found.items() if payee == "ana"}
    assert months == {("2027-02", "own"): 10, ("2027-03", "own"): 100, ("2027-03", "goal"): 1100}


def test_a_fiscal_year_from_july_named_after_its_end(tmp_path: Path) -> None:
    """January to March 2027 are the third quarter of the year 2027."""
    head = HEAD.replace("2027-12-31", "2027-06-30")
    calendar = "{fiscal_year_starts: july, fiscal_year_named_after: end}"
    plans = {"p": simple_plan(commission("own") + GOAL, head=head)}
    found = paid(tmp_path, plans, "2027-Q3", quotas=QUOTAS.replace("Q1", "Q3"), calendar=calendar)
    assert per_component(found) == {"p.own": USUAL, "p.goal": 1501}
    assert {label for _, _, label, _ in found} == {"2027-08", "2027-09"}


# ---- much and little -------------------------------------------------------------------------------------------------


def test_nobody_to_pay_and_nothing_to_pay_for(tmp_path: Path) -> None:
    nobody = {"p": simple_plan(commission("own") + GOAL, head=HEAD.replace("everyone", 'where role = "none"'))}
    assert paid(tmp_path / "1", nobody) == {}
    assert paid(tmp_path / "2", commission("own") + GOAL, deals=DEAL_HEADER) == {}
    people = "person,role,team,manager,hire_date,target\n"
    assert paid(tmp_path / "3", commission("own") + GOAL, people=people, deals=DEAL_HEADER, quotas=QUOTA_HEADER) == {}


def test_negative_amounts_are_paid_back(tmp_path: Path) -> None:
    found = per_component(paid(tmp_path, commission("own") + GOAL, deals=DEALS + "d3,ana,2027-03-01,-5000.05,new\n"))
    assert found == {"p.own": USUAL - Fraction("500.01"), "p.goal": Fraction("-4000.05") + 501}


def test_a_running_total_passes_over_nothing_that_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where the deal with the empty figure is one that the component leaves out."""
    with_cost = PROJECT.replace("amount: money\n      kind", "amount: money\n      cost: {{type: money, optional: true}}\n      kind")
    monkeypatch.setattr("tests.support.projects.PROJECT", with_cost)
    body = """
  measure cost = sum(booking.cost)
  commission own "Own" {
    for  each booking where kind = "new"
    pay  10% of cost over year to date
  }
"""
    deals = (
        "deal,owner,close_date,amount,cost,kind\nd1,ana,2027-01-05,100,60,new\nd2,ana,2027-01-06,100,,old\nd3,ana,2027-01-07,100,50,new\n"
    )
    found = refused(tmp_path, body, deals=deals)
    assert (found.code, found.message) == ("no-figure", "cost adds up a figure that is empty for ana on deals d2.")


def test_amounts_as_large_as_there_can_be(tmp_path: Path) -> None:
    """Too large for 64 bits on the way, and worked out again beyond them."""
    deals = DEALS + f"d3,ana,2027-03-01,{MOST},new\n"
    found = per_component(paid(tmp_path, commission("own", "900%"), deals=deals))
    assert found == {"p.own": Fraction(MOST) * 9 + 90 * USUAL}
    many = DEAL_HEADER + "".join(f"m{i},ana,2027-03-01,{MOST},new\n" for i in range(30))
    assert per_component(paid(tmp_path / "many", GOAL, deals=many, quotas=f"{QUOTA_HEADER}ana,2027-Q1,{MOST}\nbob,2027-Q1,1\n")) == {
        "p.goal": 30_000
    }


@pytest.mark.parametrize("body", [commission("own", "99900%"), GOAL])
def test_a_figure_beyond_all_digits_is_an_error(tmp_path: Path, body: str) -> None:
    """A deal near 10^15 at a thousandfold rate; the same against a quota of one cent."""
    found = refused(tmp_path, body, deals=DEALS + f"d3,ana,2027-03-01,{MOST},new\n", quotas=QUOTAS.replace(",1000", ",0.01"))
    assert found.code == "overflow"


def test_dividing_by_very_little(tmp_path: Path) -> None:
    body = '\n  bonus b "B" {\n    for    each quarter\n    pay    0.01 USD\n    times  arr / 0.000001 USD\n  }\n'
    assert per_component(paid(tmp_path, body)) == {"p.b": Fraction("12505000")}


def test_thirds_have_twelve_decimals(tmp_path: Path) -> None:
    body = '\n  bonus b "B" {\n    for    each booking\n    pay    credited / 3\n    times  1 / 3\n  }\n'
    assert per_component(paid(tmp_path, body)) == {"p.b": Fraction("111.11") + Fraction("27.83")}


def test_three_hundred_components(tmp_path: Path) -> None:
    results = run_whole(
        write_project(tmp_path / "project", {"p": simple_plan("".join(commission(f"c{i}") for i in range(300)))}),
        "2027-Q1",
        tmp_path / "runs",
    )
    assert per_component(payouts_of(results)) == {f"p.c{i}": USUAL for i in range(300)}


def test_names_of_names_of_names(tmp_path: Path) -> None:
    lets = "".join(f"  let l{i} = l{i - 1} + 1 USD\n" for i in range(1, 45))
    body = f'\n  let l0 = credited\n{lets}\n  bonus b "B" {{\n    for each booking\n    pay l44\n  }}\n'
    assert per_component(paid(tmp_path, body)) == {"p.b": 10 * USUAL + 2 * 44}


@pytest.mark.parametrize("step", ["{0} + {0}", "max({0}, 1 USD)", "({0}) / 3", "if({0} > 1 USD, {0}, -{0})"])
def test_formulas_that_would_grow_without_end_are_refused(tmp_path: Path, step: str) -> None:
    lets = "".join(f"  let l{i} = {step.format(f'l{i - 1}')}\n" for i in range(1, 45))
    body = f'\n  let l0 = credited\n{lets}\n  bonus b "B" {{\n    for each booking\n    pay l44\n  }}\n'
    assert refused(tmp_path, body).code in ("too-deep", "too-large")
