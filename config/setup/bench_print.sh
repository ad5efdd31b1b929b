#!/usr/bin/env bash
# `make bench-print`: one agreement in each lane, side by side in one process.
#   BENCH_ROUNDS  default 9
#   BENCH_PART    which part of the asked ratios must be reached, default 1
source "$(dirname "$0")/common.sh"

prepare_system
prepare_python requirements-dev.txt
prepare_fonts

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export PORTAL_MODE=test PORTAL_DATA=$scratch DATABASE_URL=sqlite:///$scratch/bench.sqlite3
export DJANGO_SETTINGS_MODULE=config.settings PAPER_FONTS=${PAPER_FONTS:-$PWD/var/fonts}
"$PYTHON" -m tests.bench_print "${BENCH_ROUNDS:-9}" "${BENCH_PART:-1}"
