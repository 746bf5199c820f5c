#!/usr/bin/env bash
# Make .venv from the lock. A second call with nothing changed returns at once.
#
#   tools/setup.sh                    finds a Python that is new enough
#   PYTHON=/path/to/python3.12 tools/setup.sh
#
# The lock (requirements.txt) says which version of every package; pip only brings uv,
# and uv installs the rest.
set -euo pipefail
cd "$(dirname "$0")/.."

needs="3.11"
venv=".venv"
stamp="$venv/course-setup"

say() { printf '[setup] %s\n' "$*" >&2; }

is_new_enough() {
  "$1" -c "import sys; sys.exit(sys.version_info < (3, 11))" >/dev/null 2>&1
}

# The first of these that runs and is new enough; PYTHON, when given, must be.
find_python() {
  local candidate
  if [ -n "${PYTHON:-}" ]; then
    is_new_enough "$PYTHON" && { echo "$PYTHON"; return; }
    say "PYTHON=$PYTHON is not Python $needs or later: $("$PYTHON" --version 2>&1 || true)"
    return 1
  fi
  for candidate in python3 python3.13 python3.12 python3.11 python; do
    is_new_enough "$candidate" && { echo "$candidate"; return; }
  done
  say "The course needs Python $needs or later; python3 here is: $(python3 --version 2>&1 || true)"
  say "Install one, or name it: make setup PYTHON=/path/to/python3.12"
  return 1
}

# Whatever changes what the environment should hold changes this fingerprint.
fingerprint() {
  cat requirements.txt pyproject.toml tools/setup.sh
  echo "${PYTHON:-}" "$PWD"
}

make_venv() {
  local python
  python="$(find_python)"
  say "Using $("$python" --version) ($(command -v "$python"))"
  if ! "$python" -c "import ensurepip, venv" 2>/dev/null; then
    say "This Python cannot make environments. On Debian and Ubuntu: apt-get install python3-venv"
    return 1
  fi
  rm -rf "$venv"
  "$python" -m venv "$venv"
}

wanted="$(fingerprint | git hash-object --stdin)"
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
  exit 0
fi

# An environment that works is brought up to date; anything else is made anew.
is_usable() {
  is_new_enough "$venv/bin/python" || return 1
  [ -z "${PYTHON:-}" ] || [ "$("$venv/bin/python" --version)" = "$("$PYTHON" --version)" ]
}
is_usable || make_venv
rm -f "$stamp"
unset VIRTUAL_ENV CONDA_PREFIX             # uv would prefer them
export UV_SYSTEM_CERTS=1                   # a campus network may have its own
export UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-180}" # seconds
say "Installing uv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check uv
say "Installing the locked packages (several GB the first time, mostly PyTorch)"
"$venv/bin/uv" pip install --python "$venv/bin/python" -r requirements.txt
"$venv/bin/uv" pip install --python "$venv/bin/python" --quiet --no-deps -e .
echo "$wanted" >"$stamp"
say "Done: $venv"
