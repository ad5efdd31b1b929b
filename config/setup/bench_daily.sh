#!/usr/bin/env bash
# `make bench-daily`: the daily run at two sizes, on a scratch SQLite database or beside the one of DATABASE_URL.
#   BENCH_SIZES   how many agreements, default "10000 100000"
source "$(dirname "$0")/common.sh"

prepare_system
prepare_python requirements-dev.txt

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export PORTAL_MODE=test PORTAL_DATA=$scratch DATABASE_URL=${DATABASE_URL:-sqlite:///$scratch/bench.sqlite3}
export DJANGO_SETTINGS_MODULE=config.settings
# Words on purpose.
# shellcheck disable=SC2086
"$PYTHON" -m tests.bench_daily ${BENCH_SIZES:-10000 100000}
