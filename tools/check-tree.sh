#!/usr/bin/env bash
# Tell whether a run changed files that git keeps or does not ignore.
#
#   tools/check-tree.sh save       before
#   tools/check-tree.sh compare    after
#
# In a fresh clone this says that the tree stayed clean; with your own changes in the
# tree it says that nothing else changed.
set -euo pipefail
cd "$(dirname "$0")/.."

before="build/tree-before.txt"

# One line per file that differs from the last commit, with its contents' hash.
list_changes() {
  git ls-files --modified --deleted --others --exclude-standard | sort -u |
    while read -r path; do
      printf '%s %s\n' "$(git hash-object -- "$path" 2>/dev/null || echo deleted)" "$path"
    done
}

if ! git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
  echo "[tree] Not a git checkout; nothing to compare." >&2
  exit 0
fi

case "${1:-}" in
  save)
    mkdir -p build
    list_changes >"$before"
    ;;
  compare)
    if ! difference="$(diff "$before" <(list_changes))"; then
      echo "[tree] The run changed these files (hash, path):" >&2
      echo "$difference" | grep '^[<>]' >&2
      exit 1
    fi
    echo "[tree] No file changed."
    ;;
  *)
    echo "Usage: tools/check-tree.sh save|compare" >&2
    exit 2
    ;;
esac
