"""A small project with accounts and reps on a grid of places, and a scenario of territories for it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

PROJECT = """
company: Halden Systems
currency: USD
records:
  people:
    source: people.csv
    key: person
    columns: {person: text, latitude: {type: number, decimals: 3}, longitude: {type: number, decimals: 3}, capacity: {type: number, decimals: 2}, languages: text, senior: yes/no}
  accounts:
    source: accounts.csv
    key: account
    columns:
      account: text
      latitude: {type: number, decimals: 3, optional: true}
      longitude: {type: number, decimals: 3}
      potential: money
      visits: number
      language: text
      parent: {type: text, optional: true}
      owner: {type: people, optional: true}
      named: yes/no
  rivals:
    source: rivals.csv
    key: [first, second]
    columns: {first: accounts, second: accounts}
  borders:
    source: borders.csv
    key: [first, second]
    columns: {first: accounts, second: accounts}
  counties:
    source: counties.csv
    key: [here, there]
    columns: {here: text, there: text}
"""  # noqa: E501 - one line for each kind

SCENARIO = """
title: North 2027
accounts: accounts
reps: people
owner: owner
balance:
  potential: {sum: potential, share_by: capacity, within: 20%}
cost:
  travel: {from: [latitude, longitude], to: [latitude, longitude], times: visits, each_km: 0.1}
  disruption: {each: 5}
rules:
  language: {column: language, among: languages}
  named: {accounts: {named: "yes"}, stay: "yes"}
"""


def write_territories(
    folder: Path, scenario: str = SCENARIO, *, accounts: int = 24, rivals: str = "", borders: str = "", counties: str = ""
) -> Path:
    """Writes the project and the scenario into a folder; gives the scenario's path. Accounts lie on a grid, three reps live in it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "compplan.yaml").write_text(PROJECT)
    (folder / "people.csv").write_text(
        "person,latitude,longitude,capacity,languages,senior\n"
        "ana,40.1,-100.1,1.00,en;es,yes\nben,40.4,-100.4,1.00,en,no\ncy,40.2,-100.5,0.50,en;es,no\n"
    )
    rows = ["account,latitude,longitude,potential,visits,language,parent,owner,named"]
    for i in range(accounts):
        language, owner = ("es" if i % 7 == 3 else "en"), ("ana", "ben", "cy")[i % 3]
        named = "yes" if i == 8 else "no"
        parent = "group" if i in (4, 5) else ""
        owner = "ana" if language == "es" else owner
        rows.append(f"a{i:02d},{40 + i % 5 / 10},{-100 - i % 6 / 10},{1000 + 37 * i}.00,{1 + i % 4},{language},{parent},{owner},{named}")
    (folder / "accounts.csv").write_text("\n".join(rows) + "\n")
    (folder / "rivals.csv").write_text("first,second\n" + rivals)
    (folder / "borders.csv").write_text("first,second\n" + borders)
    (folder / "counties.csv").write_text("here,there\n" + counties)
    file = folder / "north.yaml"
    file.write_text(dedent(scenario).lstrip())
    return file
