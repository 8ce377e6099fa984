"""A small company with accounts, plans that pay by totals, and a scenario that says what its accounts are expected to bring."""

from __future__ import annotations

from pathlib import Path

PROJECT = """
company: Halden Systems
currency: USD
plans: [reps.plan, managers.plan]
records:
  people:
    source: people.csv
    key: person
    columns: {person: text, role: text, team: text, manager: {type: people, optional: true}, target_incentive: money per year}
  deals:
    source: deals.csv
    key: deal
    columns: {deal: text, account: accounts, owner: people, stage: text, close_date: date, acv: money}
  splits:
    source: splits.csv
    key: [deal, person]
    columns: {deal: deals, person: people, share: ratio}
  quotas:
    source: quotas.csv
    key: [person, quarter]
    columns: {person: people, quarter: quarter, amount: money}
  accounts:
    source: accounts.csv
    key: account
    columns: {account: text, owner: {type: people, optional: true}, potential: money, chance: ratio, segment: {type: text, optional: true}}
"""

REPS = """
plan reps "Reps 2027" {
  effective  from 2027-01-01 through 2027-12-31
  payees     where role = "AE"
  currency   USD, each earning rounded to 0.01, half away from zero
  payout     each quarter
  weights    of target_incentive add to 100%

  credit booking from deals {
    where   stage = "Won"
    on      close_date
    amount  acv
    give    the rest to owner
    give    splits.share to splits.person
    shares  add to 100%
  }

  measure arr = sum(booking.credited)
  quota for arr each quarter = sum(quotas.amount)

  commission own "Own bookings" {
    for    each quarter
    pay    target_incentive per quarter
    times  each slice of attainment(arr) {
      from   0%: 0.5x
      from 100%: 1.5x
    }
  }
}
"""

MANAGERS = """
plan managers "Managers 2027" {
  effective  from 2027-01-01 through 2027-12-31
  payees     where role = "Manager"
  currency   USD, each earning rounded to 0.01, half away from zero
  payout     each quarter

  credit team_booking from deals {
    where   stage = "Won"
    on      close_date
    amount  acv
    give    100% to every manager above owner
    shares  add to 100%
  }

  commission override "Override" {
    for  each team_booking
    pay  1% of credited
  }
}
"""

SCENARIO = """
title: North 2027
accounts: accounts
reps: {records: people, where: {role: [AE, Trainee]}}
owner: owner
balance:
  potential: {sum: potential, within: 60%}
cost:
  disruption: {each: 1}
pay:
  period: 2027
  records: deals
  rep: owner
  amount: {acv: {account: potential, times: chance}}
  dates: close_date
  others: {account: {account: account}, stage: Won}
"""

QUARTERS = ("2027-Q1", "2027-Q2", "2027-Q3", "2027-Q4")


def write_pay_project(folder: Path, scenario: str = SCENARIO, *, reps: str = REPS, trainee: bool = True, accounts: int = 30) -> Path:
    """Writes the project and the scenario into a folder; gives the scenario's path.

    Ana has most accounts, ben some, cy few; dot, who is paid by no plan, has none unless there is no trainee.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "compplan.yaml").write_text(PROJECT)
    (folder / "reps.plan").write_text(reps)
    (folder / "managers.plan").write_text(MANAGERS)
    people = ["person,role,team,manager,target_incentive", "eve,Manager,North,,90000"]
    people += ["ana,AE,North,eve,40000", "ben,AE,North,eve,60000", "cy,AE,North,eve,40000"]
    people += ["dot,Trainee,North,eve,20000"] if trainee else []
    (folder / "people.csv").write_text("\n".join(people) + "\n")
    (folder / "deals.csv").write_text("deal,account,owner,stage,close_date,acv\nold,a00,ana,Won,2027-02-01,999999\n")
    (folder / "splits.csv").write_text("deal,person,share\nold,ben,50%\n")
    rows = ["person,quarter,amount"]
    rows += [f"{person},{quarter},{amount}" for person, amount in (("ana", 60000), ("ben", 90000), ("cy", 60000)) for quarter in QUARTERS]
    (folder / "quotas.csv").write_text("\n".join(rows) + "\n")
    owners = ("ana", "ana", "ana", "ben", "ben", "cy")
    rows = ["account,owner,potential,chance,segment"]
    rows += [f"a{i:02d},{owners[i % 6]},{30000 + 1717 * i}.37,{(50, 75, 40)[i % 3]}%,{('SMB', 'ENT')[i % 2]}" for i in range(accounts)]
    (folder / "accounts.csv").write_text("\n".join(rows) + "\n")
    file = folder / "north.yaml"
    file.write_text(scenario.lstrip())
    return file
