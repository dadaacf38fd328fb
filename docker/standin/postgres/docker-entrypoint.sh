#!/bin/bash
# Of the official image: a data folder (PGDATA) that is new is made, with POSTGRES_USER, its password (POSTGRES_PASSWORD or
# the file POSTGRES_PASSWORD_FILE names) and the database POSTGRES_DB; arguments are the server's. Not: root, init scripts,
# psql, other locales than C.UTF-8.

set -euo pipefail

initialise() {
  local user=${POSTGRES_USER:-postgres} database password
  database=${POSTGRES_DB:-$user}
  password=${POSTGRES_PASSWORD:-$(cat "${POSTGRES_PASSWORD_FILE:?or POSTGRES_PASSWORD must be set}")}
  mkdir -p "$PGDATA"
  initdb --pgdata="$PGDATA" --username="$user" --pwfile=<(printf '%s\n' "$password") --auth-local=trust --auth-host=scram-sha-256 \
    --encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 --no-instructions
  printf 'host all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
  if [ "$database" != postgres ]; then
    printf 'create database "%s";\n' "${database//\"/\"\"}" | postgres --single -D "$PGDATA" postgres >/dev/null
  fi
}

if [ "${1:0:1}" = - ]; then set -- postgres "$@"; fi
if [ "$1" = postgres ]; then
  if [ ! -s "$PGDATA/PG_VERSION" ]; then initialise; fi
  shift
  set -- postgres -D "$PGDATA" -c listen_addresses='*' -c unix_socket_directories=/var/run/postgresql "$@"
fi
exec "$@"
