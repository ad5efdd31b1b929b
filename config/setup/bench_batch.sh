#!/usr/bin/env bash
# `make bench-batch`: signed agreements through the queue, on a scratch SQLite database or beside the one of DATABASE_URL.
#   BENCH_COUNT    how many agreements, default 5000
#   BENCH_WORKERS  worker processes, default 2
source "$(dirname "$0")/common.sh"

prepare_system
prepare_python requirements-dev.txt
prepare_fonts

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export PORTAL_MODE=test PORTAL_DATA=$scratch DATABASE_URL=${DATABASE_URL:-sqlite:///$scratch/bench.sqlite3}
export DJANGO_SETTINGS_MODULE=config.settings PAPER_FONTS=${PAPER_FONTS:-$PWD/var/fonts}
"$PYTHON" -m tests.bench_batch "${BENCH_COUNT:-5000}" "${BENCH_WORKERS:-2}"
