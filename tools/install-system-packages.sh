#!/usr/bin/env bash
# Install what the tests use and pip cannot bring: a browser, bubblewrap and fonts.
#
# Does nothing when they are there. Where they cannot be installed, one line says which
# tests will be skipped, and the script still succeeds.
set -euo pipefail

say() { printf '[system] %s\n' "$*" >&2; }

missing=()
skipped=()
if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null &&
  ! command -v google-chrome >/dev/null; then
  missing+=(chromium)
  skipped+=("tests of the pages in a browser (no Chromium)")
fi
if [ "$(uname -s)" = Linux ] && ! command -v bwrap >/dev/null; then
  missing+=(bubblewrap)
  skipped+=("tests that compare with bubblewrap's sandbox")
fi
if [ "$(uname -s)" = Linux ] && ! fc-list 2>/dev/null | grep -qi dejavu; then
  missing+=(fonts-dejavu-core fontconfig) # without them only screenshots look poorer
fi
if [ "${#missing[@]}" -eq 0 ]; then
  exit 0
fi

run_as_root=(env DEBIAN_FRONTEND=noninteractive)
if [ "$(id -u)" -ne 0 ]; then
  run_as_root=(sudo -n "${run_as_root[@]}")
fi
if command -v apt-get >/dev/null && "${run_as_root[@]}" true 2>/dev/null; then
  say "Installing ${missing[*]}"
  if "${run_as_root[@]}" apt-get update -qq >&2 &&
    "${run_as_root[@]}" apt-get install -qq -y --no-install-recommends "${missing[@]}" >&2; then
    exit 0
  fi
fi
if [ "${#skipped[@]}" -gt 0 ]; then
  joined="$(printf '%s; ' "${skipped[@]}")"
  say "Cannot install ${missing[*]} here. Skipped: ${joined%; }."
fi
