#!/usr/bin/env bash
# Makes .venv: a Python of this project's own, with exactly the packages of requirements.lock and compplan itself.
# Needs Python 3.11 or later. PYTHON=/path/to/python chooses another one than the first that is found.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=.venv

say() { printf '%s\n' "$*" >&2; }

find_python() {
  local candidate
  for candidate in ${PYTHON:+"$PYTHON"} python3.11 python3 python3.12 python3.13 python; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  say "compplan needs Python 3.11 or later, and none was found. On Debian 12: apt install python3 python3-venv"
  say "Where it has another name: make PYTHON=/path/to/python3.11 ..."
  exit 1
}

apt_install() {
  local output
  if output="$({ apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1"; } </dev/null 2>&1)"; then return; fi
  say "$output"
  return 1
}

# Debian ships Python without the part that makes environments; root may install it, others are told how.
require_venv() {
  local python=$1 package
  if "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then return; fi
  package="$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "Installing $package, which Python needs to make $venv"
    apt_install "$package" || true
  fi
  if "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then return; fi
  say "Python can't make environments here. Install the package that can, then run make again: sudo apt install $package"
  exit 1
}

rm -f "$venv/.ready"
if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
  python="$(find_python)"
  require_venv "$python"
  say "Making $venv with $("$python" --version)"
  "$python" -m venv --clear "$venv"
fi

pip() { "$venv/bin/python" -m pip -qq --disable-pip-version-check --no-input "$@" </dev/null; }

say "Installing the packages of requirements.lock into $venv (a minute or two the first time)"
pip install --require-hashes --requirement requirements.lock
pip install --no-deps --no-build-isolation --editable .
pwd >"$venv/.ready"
