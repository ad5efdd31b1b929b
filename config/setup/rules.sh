#!/usr/bin/env bash
# `make rules`: the rules of the agreement text and the tests that prove them.
source "$(dirname "$0")/common.sh"

prepare_system
prepare_python requirements-dev.txt
PORTAL_MODE=test "$PYTHON" -m tests.rules_report
