"""What a plan says otherwise than before is told in words: by part, row and line."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from compplan.language import typed as ty
from compplan.language.check.plans import check_plans
from compplan.language.parse import parse
from compplan.whatif.comparison.plan_changes import plan_changes
from tests.generators.company import FISCAL_YEARS, SCHEMA

PLAN = """
definitions company {
  credit booking from deals {
    on      close_date
    amount  acv
    give    100% to owner
    shares  add to 100%
  }
  measure sold = sum(booking.credited)
  quota for sold each quarter = 1,000 USD
  parameter rate = 5%   # the usual one
  table extra {
    | product | rate |
    | "SMB"   | 1%   |
    | any     | 2%   |
  }
}

plan sellers "Sellers" {
  use        company
  effective  from 2027-01-01 through 2027-12-31
  payees     where role = "AE"
  currency   USD, each earning rounded to 0.01, half away from zero
  payout     each quarter

  commission own "Own sales" {
    for    each quarter
    pay    1,000 USD
    times  each slice of attainment(sold) {
      from   0%: 0.5x
      from 100%: 1.5x
    }
    only if  sold > 0 USD
  }

  commission flat "Flat" {
    for    each booking
    pay    rate * credited
    times  extra(product)
  }

  cap  each quarter at 9,000 USD
}
"""

CHANGES: dict[str, tuple[str, str, str]] = {
    "a row's value": ("from 100%: 1.5x", "from 100%: 1.6x", "Own sales: from 100% it is 1.6x, was 1.5x."),
    "a new row": ("from 100%: 1.5x", "from 100%: 1.5x\n      from 150%: 2x", "Own sales: new is the row from 150%: 2x."),
    "a row that is gone": ("      from 100%: 1.5x\n", "", "Own sales: gone is the row from 100%: 1.5x."),
    "a sentence": ("pay    1,000 USD", "pay    1,200 USD", "Own sales: `pay 1,200 USD` instead of `pay 1,000 USD`."),
    "a sentence that is gone": ("    only if  sold > 0 USD\n", "", "Own sales: gone is `only if sold > 0 USD`."),
    "a parameter": ("rate = 5%   # the usual one", "rate = 6%", "parameter rate: it is 6%, was 5%."),
    "a row of a table": ('| "SMB"   | 1%   |', '| "SMB"   | 3%   |', "table extra: for SMB it is 3%, was 1%."),
    "a quota": (
        "each quarter = 1,000 USD",
        "each quarter = 900 USD",
        "quota sold: `quota for sold each quarter = 900 USD` instead of `quota for sold each quarter = 1,000 USD`.",
    ),
    "who is credited": ("amount  acv", "amount  acv * 2", "credit booking: `amount acv * 2` instead of `amount acv`."),
    "the cap": ("at 9,000 USD", "at 8,000 USD", "sellers: `cap each quarter at 8,000 USD` instead of `cap each quarter at 9,000 USD`."),
    "the dates": (
        "through 2027-12-31",
        "through 2027-09-30",
        "sellers: it is in force 2027-01-01 through 2027-09-30; before, 2027-01-01 through 2027-12-31.",
    ),
    "a label": ('"Own sales"', '"Mine"', "Mine: it was called Own sales."),
    "comments and blanks alone": ("  # the usual one", " # another word", ""),
}


def _checked(text: str) -> tuple[tuple[ty.Plan, ...], Mapping[str, str]]:
    checked = check_plans([parse(text, "a.plan").file], SCHEMA, FISCAL_YEARS[0].calendar, lambda _: None)
    assert [d.message for d in checked.diagnostics if d.is_error] == []
    return checked.plans, {"a.plan": text}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_is_told(kind: str) -> None:
    old, new, said = CHANGES[kind]
    assert PLAN.count(old) == 1
    before, after = _checked(PLAN), _checked(PLAN.replace(old, new))
    assert [str(c) for c in plan_changes(*before, *after)] == ([said] if said else [])


def test_a_plan_beside_itself_has_no_changes() -> None:
    plans, texts = _checked(PLAN)
    assert plan_changes(plans, texts, plans, texts) == ()


def test_parts_that_are_new_or_gone() -> None:
    flat = PLAN[PLAN.index("  commission flat") : PLAN.index("  cap  each")]
    with_it, without = _checked(PLAN), _checked(PLAN.replace(flat, ""))
    assert "Flat: this commission is gone." in [str(c) for c in plan_changes(*with_it, *without)]
    new = next(str(c) for c in plan_changes(*without, *with_it) if c.part == "Flat")
    assert new == "Flat: a new commission: `for each booking`; `pay rate * credited`; `times extra(product)`."
    nobody: tuple[ty.Plan, ...] = ()
    assert [str(c) for c in plan_changes(nobody, {}, *with_it)] == ["sellers: this plan (Sellers) is new."]


AMENDED = """
amend sellers "From July" {
  effective from 2027-07-01
  change commission own {
    from 100%: 1.5x becomes 1.8x
  }
  remove commission flat
}
"""


def test_what_an_amendment_changes_is_told_with_its_day() -> None:
    told = [str(c) for c in plan_changes(*_checked(PLAN), *_checked(PLAN + AMENDED))]
    assert told == ["Flat: it ends on 2027-06-30.", "Own sales: from 2027-07-01 on, from 100% it is 1.8x, was 1.5x."]
    back = [str(c) for c in plan_changes(*_checked(PLAN + AMENDED), *_checked(PLAN))]
    assert sorted(back) == ["Flat: it no longer ends on 2027-06-30.", "Own sales: from 2027-07-01 on, from 100% it is 1.5x, was 1.8x."]
