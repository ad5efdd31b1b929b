#!/usr/bin/env bash
# `make check`: everything that can be said about the project without running its tests.
source "$(dirname "$0")/common.sh"
source config/setup/templates.sh

failed=()
step() { # name, command...: all steps run, so that one call shows all there is to mend
  say "== $1"
  "${@:2}" || failed+=("$1")
}

production_settings() { # the project's own settings, as a real installation would have them
  PORTAL_MODE=production SECRET_KEY=$("$PYTHON" -c 'import secrets; print(secrets.token_urlsafe(64))') \
    ALLOWED_HOSTS=portal.example.org PUBLIC_URL=https://portal.example.org "$@"
}

prepare_system
prepare_python requirements-dev.txt

# Nothing here may depend on, or touch, the data of a demo or of an installation.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export PORTAL_MODE=test PORTAL_DATA=$scratch DATABASE_URL=sqlite:///$scratch/check.sqlite3

step "代码格式" .venv/bin/ruff format --check --quiet .
step "静态检查" .venv/bin/ruff check --quiet .
step "模板格式" each_template .venv/bin/djade --check
step "迁移完整" "$PYTHON" manage.py makemigrations --check --dry-run
step "生产环境设置" production_settings "$PYTHON" manage.py check --deploy --fail-level WARNING
step "状态图与代码一致" "$PYTHON" manage.py state_diagram --check

[ ${#failed[@]} = 0 ] || stop "未通过：${failed[*]}（格式问题可用 make format 改正）"
say "全部通过"
