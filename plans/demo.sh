#!/usr/bin/env bash
# The main job on the sample company: check the plans, work out a quarter, explain one person's pay. `make demo` calls it.
set -euo pipefail
cd "$(dirname "$0")/.."

step() {
  printf '\n# %s\n$ %s\n' "$1" "${*:2}"
  "${@:2}"
}

step "Is anything wrong in the project file or the plans?" compplan check plans
step "Do the examples in the plans come out as they say?" compplan test plans
step "Who is paid what for the first quarter?" compplan run plans --period 2027-Q1
step "Why is Ana Ruiz paid what she is paid?" compplan explain ana.ruiz --project plans --period 2027-Q1

printf '\n# Where the files are: payouts.csv, every step as Parquet, the plans as they were, and a manifest\n'
ls -d runs/2027-Q1-*
