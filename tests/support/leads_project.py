"""A small project with leads, reps and chances of winning, and a scenario that gives the leads to the reps."""

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
    columns: {person: text, capacity: number, weight: number, languages: text, hours: {type: text, optional: true}, zone: {type: text, optional: true}, senior: yes/no}
  leads:
    source: leads.csv
    key: lead
    columns:
      lead: text
      value: money
      chance: ratio
      language: text
      call_at: {type: text, optional: true}
      owner: {type: people, optional: true}
      large: yes/no
  chances:
    source: chances.csv
    key: [lead, person]
    columns: {lead: leads, person: people, chance: ratio}
"""  # noqa: E501 - one line for each kind

SCENARIO = """
title: Leads of March
leads: leads
reps: people
value: value
chance: {records: chances, lead: lead, rep: person, chance: chance}
capacity: capacity
weight: weight
owner: owner
rules:
  language: {column: language, among: languages}
  owned: {stay: "yes"}
"""

PEOPLE = """person,capacity,weight,languages,hours,zone,senior
ana,8,2,en;es,Mon-Fri 09:00-17:00,Europe/Madrid,yes
ben,8,2,en,Mon-Fri 09:00-17:00; Sat 10:00-14:00,America/New_York,no
cy,6,1,en;es,,Europe/Madrid,no
"""


def write_leads_project(folder: Path, scenario: str = SCENARIO, *, leads: int = 20, people: str = PEOPLE) -> Path:
    """Writes the project and the scenario into a folder; gives the scenario's path. Every fourth lead is Spanish."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "compplan.yaml").write_text(PROJECT)
    (folder / "people.csv").write_text(people)
    names = [line.split(",")[0] for line in people.splitlines()[1:]]
    rows, chances = ["lead,value,chance,language,call_at,owner,large"], ["lead,person,chance"]
    for i in range(leads):
        language, owner, large = "es" if i % 4 == 3 else "en", "cy" if i == 0 else "", "yes" if i % 5 == 0 else "no"
        rows.append(f"l{i:02d},{1000 + 130 * (i * 7 % 11)}.00,0.{1 + i % 6},{language},,{owner},{large}")
        chances += [f"l{i:02d},{name},0.{10 + (i * 5 + j * 7) % 23}" for j, name in enumerate(names)]
    (folder / "leads.csv").write_text("\n".join(rows) + "\n")
    (folder / "chances.csv").write_text("\n".join(chances) + "\n")
    file = folder / "march.yaml"
    file.write_text(dedent(scenario).lstrip())
    return file
