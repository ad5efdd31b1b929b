#!/usr/bin/env bash
# `make format`: rewrites code and templates the way `make check` wants them.
source "$(dirname "$0")/common.sh"
source config/setup/templates.sh

prepare_system
prepare_python requirements-dev.txt
.venv/bin/ruff format .
.venv/bin/ruff check --fix .
# djade's exit code 1 means "changed something".
each_template .venv/bin/djade || say "模板已改写"
