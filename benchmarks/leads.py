"""Gives the leads of a folder to its reps, and says how good that is and how long it took.

    python benchmarks/leads.py FOLDER [--seconds 20] [--greatest revenue] [--at-least 80%]

FOLDER holds leads.csv (lead, value, product, language), reps.csv (rep, capacity, products, languages; lists parted by semicolons) and
affinity.csv (lead, rep, win_probability of the pairs that are allowed). Entitlement is capacity. The command is run as its user would, in a
process of its own, and the time is all that this takes.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = """
company: Benchmark
currency: USD
records:
  people:
    source: reps.csv
    key: rep
    columns: {rep: text, capacity: number, products: text, languages: text}
  leads:
    source: leads.csv
    key: lead
    columns: {lead: text, value: money, product: text, language: text}
  chances:
    source: affinity.csv
    key: [lead, rep]
    columns: {lead: leads, rep: people, win_probability: ratio}
"""

SCENARIO = """
title: Benchmark
leads: leads
reps: people
value: value
chance: {{records: chances, lead: lead, rep: rep, chance: win_probability}}
capacity: capacity
weight: capacity
rules:
  product: {{column: product, among: products}}
  language: {{column: language, among: languages}}
objective: {{greatest: {greatest}{more}}}
"""


def main() -> int:
    """Runs it once, and prints what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", default="20")
    parser.add_argument("--greatest", default="fairness", choices=("fairness", "revenue"))
    parser.add_argument("--at-least", help="the floor, with the greatest revenue")
    parser.add_argument("--give-up", help="how much fairness may be given up for revenue")
    parser.add_argument("--keep", type=Path, help="a folder for the result, kept afterwards")
    args = parser.parse_args()
    more = "".join(f", {name}: {value}" for name, value in (("at_least", args.at_least), ("give_up", args.give_up)) if value)
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        (place / "compplan.yaml").write_text(PROJECT)
        for name in ("leads.csv", "reps.csv", "affinity.csv"):
            shutil.copy(args.folder / name, place)
        (place / "leads.yaml").write_text(SCENARIO.format(greatest=args.greatest, more=more))
        out = args.keep or place / "result"
        command = [sys.executable, "-m", "compplan", "assign", "leads", str(place / "leads.yaml"), "--seconds", args.seconds]
        began = time.monotonic()
        done = subprocess.run([*command, "--out", str(out), "--format", "json"], stdout=subprocess.PIPE, text=True, check=False)
        seconds = time.monotonic() - began
        if done.returncode not in (0, 1) or not done.stdout:
            return done.returncode or 1
        found = json.loads(done.stdout)
        began = time.monotonic()
        verify = [sys.executable, "-m", "compplan", "assign", "verify", str(place / "leads.yaml"), str(out)]
        proven = subprocess.run(verify, stdout=subprocess.PIPE, text=True, check=False)
        verified = time.monotonic() - began
    share = found["revenue"] / found["greatest_revenue"]
    print(f"leads {found['leads']:,}, given {found['given']:,}, reps {found['reps']}")
    print(f"revenue {found['revenue']:,.0f}, {share:.2%} of the greatest {found['greatest_revenue']:,.0f}")
    envy = f"envious pairs {found['envious_pairs']}, beyond one lead {found['envious_beyond_one_lead']}"
    print(f"shares {found['share_least']:.3f} to {found['share_most']:.3f}, gini {found['gini']:.4f}, {envy}")
    print(f"at most {found['gap']:.3%} below the best; {seconds:.1f} s in all, of which {found['seconds']} s searching")
    print(f"proof worked out again in {verified:.1f} s: {'right' if proven.returncode == 0 else proven.stdout}")
    return proven.returncode


if __name__ == "__main__":
    sys.exit(main())
