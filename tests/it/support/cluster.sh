# A PostgreSQL server that lives as long as its caller: it runs in a folder of its own, listens on a
# socket there only, and is stopped and removed when standard input closes, which the kernel does
# for a caller that ended, panicked or was killed. The first argument is the folder of the programs.
set -eu
unset PGDATA PGHOST PGPORT PGUSER PGDATABASE PGOPTIONS
programs=$1
folder=$(mktemp -d "${TMPDIR:-/tmp}/wardroom-test.XXXXXX")
trap '' INT HUP TERM
trap '"$programs/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT

"$programs/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C --no-sync \
    >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }

# Only our own program is killed in tests, never the machine, so nothing has to reach the disk.
"$programs/pg_ctl" -D "$folder/data" -l "$folder/log" -w start >/dev/null -o "-k '$folder' \
    -c listen_addresses='' -c max_connections=300 -c shared_buffers=64MB -c max_wal_size=256MB \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum_naptime=5min" \
    </dev/null || { cat "$folder/log" >&2; exit 1; }

echo "$folder"
cat >/dev/null
