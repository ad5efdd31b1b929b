#!/usr/bin/env bash
# `make test`: the whole suite on SQLite, then on PostgreSQL.
#   PYTEST_ARGS           for both runs, e.g. PYTEST_ARGS="tests/agreements -x"
#   PYTEST_POSTGRES_ARGS  for the second run only, e.g. --ignore=tests/browser
#   TEST_WORKERS          processes side by side; default: one a core, four at most
source "$(dirname "$0")/common.sh"
source config/setup/postgres.sh

cores=$(nproc)
WORKERS=${TEST_WORKERS:-$((cores < 4 ? cores : 4))}
export PORTAL_MODE=test

suite() {
  # Arguments are words on purpose.
  # shellcheck disable=SC2086
  "$PYTHON" -m pytest -q -n "$WORKERS" --dist worksteal ${PYTEST_ARGS:-} "$@"
}

prepare_system --browser
prepare_python requirements-dev.txt
prepare_fonts

say "== 测试：SQLite"
(unset DATABASE_URL; suite)

if find_postgres; then
  say "== 测试：PostgreSQL"
  # shellcheck disable=SC2086
  DATABASE_URL=$POSTGRES_URL suite ${PYTEST_POSTGRES_ARGS:-}
else
  loudly "没有在 PostgreSQL 上测试：连接不上任何服务器。" \
    "请启动本机 PostgreSQL（127.0.0.1:5432，用户 postgres，无密码），" \
    "或设置 DATABASE_URL=postgres://用户:密码@主机:端口/库名 后重新运行 make test。"
  [ "${CI:-}" != true ] || exit 1
fi
