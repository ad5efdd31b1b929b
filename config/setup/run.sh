#!/usr/bin/env bash
# `make run`: from a clean clone to a running demo. A second start takes seconds and keeps the data.
source "$(dirname "$0")/common.sh"

PORT=${PORT:-8000}
if (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; then
  stop "端口 $PORT 已被占用，请换一个：PORT=$((PORT + 1)) make run"
fi
export PORTAL_MODE=demo PUBLIC_URL="http://127.0.0.1:$PORT"

prepare_system
prepare_python requirements.txt
prepare_fonts
"$PYTHON" manage.py migrate --verbosity 0
"$PYTHON" manage.py prepare_demo

# The worker of the background jobs beside the web server; whichever ends, both end.
trap 'exit 0' INT TERM
trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT
"$PYTHON" manage.py qcluster &
"$PYTHON" manage.py runserver --noreload "127.0.0.1:$PORT" &
say "" "地址：$PUBLIC_URL    停止：Ctrl-C"
wait -n
