#!/usr/bin/env bash
# Runs a command beside a PostgreSQL of its own, which is gone afterwards; COMPPLAN_POSTGRESQL_URL says where it is.
#   tools/postgresql.sh make test
# Root on Debian gets PostgreSQL installed where it is missing; others are told how, and go without. Servers that run already are left alone.
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }

if [ $# = 0 ]; then
  say "Say what to run, as in: tools/postgresql.sh make test"
  exit 2
fi

find_programs() { find /usr/lib/postgresql /usr/pgsql-* /opt/homebrew/opt/postgresql* -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1 | xargs -r dirname; }

programs="$(find_programs || true)"
if [ -z "$programs" ] && command -v initdb >/dev/null; then programs="$(dirname "$(command -v initdb)")"; fi
if [ -z "$programs" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  say "Installing PostgreSQL"
  if ! output="$({ apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql; } </dev/null 2>&1)"; then
    say "$output"
    exit 1
  fi
  programs="$(find_programs || true)"
fi
if [ -z "$programs" ]; then
  say "PostgreSQL is not installed, so that it goes without. On Debian: sudo apt install postgresql"
  exec "$@"
fi

# The server refuses to be root's: it runs as the user that Debian's package makes.
as_owner() {
  if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

folder="$(mktemp -d /tmp/compplan-postgresql-XXXXXX)"
if [ "$(id -u)" = 0 ]; then chown postgres "$folder"; fi
chmod 755 "$folder"

stop() {
  as_owner "$programs/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# It listens in its folder only, and trusts whoever can reach that: no port, no password.
as_owner "$programs/initdb" -D "$folder/data" -U compplan -A trust -E UTF8 --locale=C >/dev/null
if ! as_owner "$programs/pg_ctl" -D "$folder/data" -w -t 60 -l "$folder/log" \
  -o "-c listen_addresses='' -c unix_socket_directories=$folder -c max_connections=60" start >/dev/null; then
  cat "$folder/log" >&2
  exit 1
fi
as_owner "$programs/createdb" -h "$folder" -U compplan compplan

COMPPLAN_POSTGRESQL_URL="postgresql://compplan@/compplan?host=$folder" "$@"
