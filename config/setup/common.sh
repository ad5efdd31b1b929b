# Sourced by the scripts beside it: what every `make` target needs before it can begin.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

PYTHON=.venv/bin/python
# Chinese output must survive an environment without any locale.
export PYTHONUTF8=1 PIP_DISABLE_PIP_VERSION_CHECK=1

say() { printf '%s\n' "$@"; }
stop() { printf '%s\n' "$@" >&2; exit 1; }

loudly() { # a framed block nobody scrolls past
  local line
  printf '\n%s\n' '############################################################################'
  for line in "$@"; do printf '#  %s\n' "$line"; done
  printf '%s\n\n' '############################################################################'
}

suitable_python() { # the first Python 3.11 to 3.13, as the path of its real executable
  local name
  for name in python3 python3.13 python3.12 python3.11; do
    # Asking is the only test: version managers leave commands on the PATH that refuse to start.
    "$name" -c 'import sys
if not (3, 11) <= sys.version_info < (3, 14): sys.exit(1)
print(sys.executable)' 2>/dev/null && return
  done
  return 1
}

install_packages() { # Debian packages: by itself as root, else the one line to run
  local install="apt-get install -y --no-install-recommends $*"
  [ "$(id -u)" = 0 ] || stop "缺少系统软件包，请先运行：sudo apt-get update && sudo $install"
  command -v apt-get >/dev/null || stop "缺少 $*，本机没有 apt-get，请用系统自己的软件管理器安装。"
  say "安装系统软件包：$*"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq -o Acquire::Retries=3 || say "软件源目录未能全部更新，仍尝试安装。"
  # apt reports every unpacked file; only a failure is of interest.
  local log
  log=$(apt-get install -y -qq -o Acquire::Retries=3 --no-install-recommends "$@" 2>&1) ||
    stop "$log" "系统软件包安装失败，请手工运行：$install"
}

prepare_system() { # sets SYSTEM_PYTHON; arguments go to missing.py
  SYSTEM_PYTHON=$(suitable_python) || {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && install_packages python3-venv
    SYSTEM_PYTHON=$(suitable_python) || stop "需要 Python 3.11、3.12 或 3.13，本机没有找到。"
  }
  local missing
  missing=$("$SYSTEM_PYTHON" config/setup/missing.py "$@")
  # One word, one package.
  # shellcheck disable=SC2086
  [ -z "$missing" ] || install_packages $missing
}

prepare_python() { # .venv holds what the requirements file names; touched only when the file has changed
  local requirements=$1 stamp wanted
  stamp=.venv/$requirements.sha256
  wanted=$(cat requirements.txt "$requirements" | sha256sum)
  [ -f "$stamp" ] && [ "$(<"$stamp")" = "$wanted" ] && "$PYTHON" -c '' 2>/dev/null && return
  if ! "$PYTHON" -m pip --version >/dev/null 2>&1; then
    say "建立虚拟环境 .venv（$("$SYSTEM_PYTHON" --version)）"
    "$SYSTEM_PYTHON" -m venv --clear .venv
  fi
  say "安装 $requirements 中的 Python 软件包"
  "$PYTHON" -m pip install --quiet -r "$requirements" || stop "Python 软件包安装失败，请检查网络后重试。"
  printf '%s\n' "$wanted" >"$stamp"
}

prepare_fonts() { "$PYTHON" -m config.setup.fonts; }
