# Sourced by test.sh: a PostgreSQL server for the second run of the suite.

LOCAL_POSTGRES=postgres://postgres@127.0.0.1:5432/portal
THROWAWAY_PORT=55432

find_postgres() { # sets POSTGRES_URL; a server that was named by hand is never replaced by another one
  case "${DATABASE_URL:-}" in
    postgres*) POSTGRES_URL=$DATABASE_URL; answers "$POSTGRES_URL"; return ;;
  esac
  POSTGRES_URL=$LOCAL_POSTGRES
  answers "$POSTGRES_URL" && return
  # A developer's machine gets no server installed unasked; a bare CI machine is made for it.
  [ "${CI:-}" = true ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && start_throwaway_postgres
}

answers() { "$PYTHON" -m config.setup.postgres "$1"; }

start_throwaway_postgres() { # ends and disappears with the script
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || install_packages postgresql
  POSTGRES_BIN=$(dirname "$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1)")
  THROWAWAY=$(mktemp -d)
  chown postgres "$THROWAWAY"
  as_postgres "$POSTGRES_BIN/initdb" -D "$THROWAWAY/data" -A trust -E UTF8 --locale=C.UTF-8 >"$THROWAWAY/log"
  trap 'as_postgres "$POSTGRES_BIN/pg_ctl" -D "$THROWAWAY/data" -m immediate stop >/dev/null; rm -rf "$THROWAWAY"' EXIT
  as_postgres "$POSTGRES_BIN/pg_ctl" -D "$THROWAWAY/data" -w -l "$THROWAWAY/data/server.log" start >/dev/null \
    -o "-p $THROWAWAY_PORT -c listen_addresses=127.0.0.1 -c unix_socket_directories=$THROWAWAY -c fsync=off"
  POSTGRES_URL=postgres://postgres@127.0.0.1:$THROWAWAY_PORT/portal
  answers "$POSTGRES_URL"
}

# From /: the user postgres may not be allowed to look into the project's folder.
as_postgres() { (cd / && runuser -u postgres -- "$@"); }
