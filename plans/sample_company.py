"""Halden Systems, the sample company: who works there, and the figures that `draw.py` draws their year from.

Amounts are in US dollars, percentages are whole numbers. Change a line here, run `python -m plans.generate`, and look at its summary.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date

TEAMS = {"Pacific": "West", "Summit": "West", "Lakes": "Central", "Prairie": "Central", "Harbor": "East", "Piedmont": "East"}

# A person: name, role, hire date, target incentive a year, focus, form. The team is the heading above; the manager is its first line.
# Form is in percent, and means what the role makes of it: AE, the usual attainment; BDR, the leads that become qualified; CSM, the
# renewals that are lost. A specialist's focus is the product, and the form the quota of an average quarter, in thousands.
ROSTER = """
-
  Ingrid Halvorsen    | CRO        | 2019-03-04 | 240000 |            |
-West
  Marcus Bell         | Director   | 2020-06-15 | 130000 |            |
-Pacific
  Priya Raman         | Manager    | 2021-02-01 |  88000 |            |
  Ana Ruiz            | AE         | 2022-05-09 |  90000 | Enterprise | 112
  Tomás Herrera       | AE         | 2023-01-16 |  66000 | Mid-Market |  92
  Hannah Whitlock     | AE         | 2024-08-05 |  64000 | Mid-Market |  74
  Kenji Morita        | AE         | 2023-10-02 |  50000 | SMB        | 138
  Deshawn Parker      | BDR        | 2025-06-02 |  24000 |            |  22
  Chloé Lambert       | BDR        | 2026-01-12 |  24000 |            |  15
  Sanjay Kulkarni     | Specialist | 2022-09-12 |  48000 | Analytics  | 300
  Miriam Adler        | CSM        | 2021-11-08 |  30000 |            |   6
-Summit
  Grace Okonkwo       | Manager    | 2020-09-21 |  92000 |            |
  Łukasz Zieliński    | AE         | 2021-04-12 |  92000 | Enterprise |  90
  Naomi Begay         | AE         | 2022-02-28 |  88000 | Enterprise | 101
  Ryan Castellano     | AE         | 2024-03-18 |  66000 | Mid-Market | 121
  Aaliyah Freeman     | AE         | 2025-09-08 |  48000 | SMB        |  88
  Ben Thornton        | AE         | 2026-11-02 |  48000 | SMB        |  57
  Yuki Tanaka         | BDR        | 2025-02-17 |  25000 |            |  27
  Owen Gallagher      | BDR        | 2027-03-15 |  23000 |            |  18
  Camila Duarte       | Specialist | 2023-07-10 |  46000 | Guard      | 135
  Peter Lindqvist     | CSM        | 2022-04-25 |  31000 |            |   9
-Central
  Zeynep Aydın        | Director   | 2019-10-07 | 135000 |            |
-Lakes
  Daniel Kowalczyk    | Manager    | 2021-08-16 |  86000 |            |
  Siobhán Murphy      | AE         | 2022-10-31 |  90000 | Enterprise |  95
  Andre Baptiste      | AE         | 2023-04-24 |  67000 | Mid-Market | 104
  Mei-Ling Chou       | AE         | 2024-01-08 |  50000 | SMB        |  97
  Jorge Villanueva    | AE         | 2025-05-19 |  49000 | SMB        | 116
  Keisha Monroe       | BDR        | 2026-03-02 |  24000 |            |  19
  Anton Petrov        | BDR        | 2026-09-14 |  23000 |            |  11
  Leila Haddad        | Specialist | 2022-06-06 |  47000 | Analytics  | 275
  Caroline Schmidt    | CSM        | 2023-03-13 |  30000 |            |   4
-Prairie
  Rebecca Sørensen    | Manager    | 2022-01-24 |  87000 |            |
  William Achebe      | AE         | 2021-07-19 |  91000 | Enterprise | 126
  Fatima Noor         | AE         | 2023-06-05 |  66000 | Mid-Market |  81
  Cody Lawson         | AE         | 2024-10-21 |  64000 | Mid-Market |  98
  Thảo Nguyễn         | AE         | 2025-01-27 |  50000 | SMB        | 109
  Erin Fitzgerald     | AE         | 2026-07-13 |  48000 | SMB        |  71
  Mateo Silva         | BDR        | 2025-11-10 |  24000 |            |  24
  Jasmine Wu          | BDR        | 2026-05-18 |  24000 |            |  29
  Viktor Hansen       | Specialist | 2024-02-12 |  45000 | Guard      | 245
  Nadia Rahman        | CSM        | 2024-06-24 |  29000 |            |  12
-East
  Robert Castaño      | Director   | 2021-01-11 | 130000 |            |
-Harbor
  Elena Marchetti     | Manager    | 2020-11-30 |  90000 |            |
  Isaac Goldberg      | AE         | 2021-03-22 |  93000 | Enterprise | 176
  Rosa Delgado        | AE         | 2022-08-15 |  88000 | Enterprise |  69
  Kwame Mensah        | AE         | 2023-09-18 |  66000 | Mid-Market | 107
  Lucy Pemberton      | AE         | 2024-05-06 |  65000 | Mid-Market |  94
  Dmitri Volkov       | AE         | 2025-07-21 |  49000 | SMB        |  90
  Tyler Brooks        | BDR        | 2026-02-09 |  24000 |            |  17
  Inés Carvalho       | BDR        | 2027-06-07 |  23000 |            |  21
  Arjun Mehta         | Specialist | 2021-12-06 |  49000 | Analytics  | 290
  Olivia Grant        | CSM        | 2022-10-10 |  30000 |            |   7
-Piedmont
  Samuel Oyelaran     | Manager    | 2022-05-02 |  86000 |            |
  Jean-Luc Moreau     | AE         | 2022-12-05 |  89000 | Enterprise |  90
  Tasha Williams      | AE         | 2023-11-13 |  66000 | Mid-Market |  99
  Gabriel Santos      | AE         | 2025-03-31 |  50000 | SMB        | 119
  Bridget O’Neill     | AE         | 2026-04-20 |  48000 | SMB        |  82
  Malik Johnson       | BDR        | 2025-08-25 |  24000 |            |  25
  Sofia Björk         | BDR        | 2026-10-05 |  23000 |            |  14
  Helen Park          | Specialist | 2023-05-15 |  46000 | Guard      | 165
  Zoë van Dijk        | CSM        | 2025-02-03 |  29000 |            |   8
"""

AE_QUOTAS = {"SMB": 215, "Mid-Market": 245, "Enterprise": 265}  # of an average quarter, in thousands
SEASON = {1: 88, 2: 96, 3: 98, 4: 118}  # a quarter's quota, in percent of the average
TEAM_QUOTA_PERCENT = 98  # of what the account executives of the team are asked for

# The median, and the spread of its logarithm in percent.
LIST_PRICES = {"SMB": (7000, 55), "Mid-Market": (22500, 58), "Enterprise": (64000, 55)}
CYCLE_DAYS = {"SMB": (10, 65), "Mid-Market": (25, 130), "Enterprise": (50, 260)}
PRODUCTS = (("Core", 50), ("Analytics", 30), ("Guard", 20))
SPECIALIST_PERCENT = {"Core": 12, "Analytics": 72, "Guard": 66}
DISCOUNTS = (("0", 24), ("5", 16), ("7.5", 8), ("10", 20), ("12.5", 8), ("15", 12), ("20", 8), ("25", 4))
TERMS = ((12, 62), (24, 18), (36, 14), (6, 4), (18, 2))
SHARES = (("50", 30), ("40", 20), ("30", 18), ("25", 12), ("20", 12), ("33.33 33.33", 4), ("30 20", 4))

# Quarters that end exactly on a tier's bound: account executives', then a team's. A deal is adjusted to make it so.
EXACT = (("lukasz.zielinski", 1, 50), ("siobhan.murphy", 1, 100), ("kenji.morita", 2, 150), ("Prairie", 1, 100))

# Accounts are named by a word of the first list and one of the second.
ACCOUNT_HEADS = """
Alder Amber Anchor Arbor Argon Aspen Atlas Aurora Basalt Beacon Birch Blue Boréal Bright Cactus Canyon Cedar Chêne Cinder Citron
Clear Cobalt Copper Coral Crest Cypress Delta Dover Eagle Echo Eider Elm Ember Falcon Fern Fjord Flint Forge Foxglove Garnet
Glacier Granite Grün Hazel Heron Hollow Indigo Iron Ivory Jade Juniper Keystone Kestrel Lantern Larch Lotus Lumen Magnolia Maple
Marlin Meridian Mesa Mistral Moss Nimbus Nordlys Oak Ocean Onyx Opal Orchid Osprey Peña Pepper Pine Pioneer Polar Quartz Raven
Redwood Ridge River Rowan Sable Saffron Sage Sierra Silver Slate Solstice Spruce Sterling Stone Tamarack Teal Thistle Timber
Tundra Umber Valley Velvet Verde Vista Walnut Willow Winter Wren Yarrow Zenith Zürich
"""
ACCOUNT_TAILS = """
Labs | Foods | Health | Bank | Energy | Retail | Media | Motors | Clinic | Freight | Textiles | Insurance | Robotics | Design |
Paper | Airways | Hotels | Tools | Farms | Credit | Optics | Pharma | Schools | Games | Marine | Co-op | Brothers, Inc. | & Sons
"""

OBJECTIVES = ("Coaching hours", "CRM data quality", "Forecast accuracy", "Hiring plan", "Pipeline coverage", "Retention of the team")
WEIGHTS = ((40, 30, 30), (50, 30, 20), (50, 25, 25), (25, 25, 25, 25), (40, 30, 20, 10))


@dataclass(frozen=True, slots=True)
class Person:
    """Someone of the company, with what the dice need to know of them."""

    key: str
    name: str
    role: str
    team: str
    region: str
    manager: str
    hired: date
    target: int
    focus: str
    form: int


def roster() -> list[Person]:
    """Everyone of the company, in the order of the list above, each with the manager that the list implies."""
    people: list[Person] = []
    heading, heads = "", {"": ""}
    for line in ROSTER.strip().splitlines():
        if line.startswith("-"):
            heading = line[1:]
            continue
        name, role, hired, target, focus, form = (cell.strip() for cell in line.split("|"))
        key = key_of(name)
        region = TEAMS.get(heading, heading)
        above = {"CRO": "", "Director": heads.get("", ""), "Manager": heads.get(region, "")}.get(role, heads.get(heading, ""))
        if role in ("CRO", "Director", "Manager"):
            heads[heading] = key
        team = heading if heading in TEAMS else ""
        people.append(Person(key, name, role, team, region, above, date.fromisoformat(hired), int(target), focus, int(form or 0)))
    return people


def key_of(name: str) -> str:
    """The key that a name gives: first and last word in plain letters, as in `ana.ruiz`."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(str.maketrans("łøı", "loi")))
    words = "".join(c for c in plain if c.isascii() and (c.isalnum() or c in " -")).split()
    return f"{words[0]}.{words[-1]}"
