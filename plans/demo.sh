#!/usr/bin/env bash
# The main job on the sample company: check the plans, run a quarter, explain one person's pay. `make demo` calls it.
set -euo pipefail
cd "$(dirname "$0")/.."

step() {
  printf '\n# %s\n$ %s\n' "$1" "${*:2}"
  "${@:2}"
}

step "Is anything wrong in the plans or the records?" compplan check plans
step "Who earned what in the first quarter?" compplan run plans --period 2027-Q1 --out runs
step "Why did Ana Ruiz get what she got?" compplan explain ana.ruiz --project plans --period 2027-Q1
