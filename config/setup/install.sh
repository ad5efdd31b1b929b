#!/usr/bin/env bash
# `make install`: system libraries, Python packages and print fonts of a real installation; starts nothing.
source "$(dirname "$0")/common.sh"

prepare_system
prepare_python requirements.txt
prepare_fonts
say "已就绪。下一步见 README“正式运行”。"
