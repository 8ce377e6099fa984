#!/usr/bin/env bash
# Writes requirements.lock: exact versions with their hashes, for the product and for its tests. No host is named in it.
set -euo pipefail
cd "$(dirname "$0")/.."

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
.venv/bin/python -m venv "$folder"
"$folder/bin/python" -m pip -qq --disable-pip-version-check install pip-tools
"$folder/bin/pip-compile" --quiet --upgrade --extra dev --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate \
  --no-emit-options --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file requirements.lock pyproject.toml

if grep -nE '://|^-' requirements.lock; then
  echo "requirements.lock names a place to load from; see the lines above." >&2
  exit 1
fi
