#!/bin/sh
# Runs every test/*.test.sh and prints TAP.
cd "$(dirname "$0")/.." || exit 1
program=bin/keep-backups
count=0 failures=0

# is NAME WANTED GOT: one test.
is() {
  count=$((count + 1))
  if [ "$2" = "$3" ]; then
    printf 'ok %d - %s\n' "$count" "$1"
  else
    failures=$((failures + 1))
    printf 'not ok %d - %s\n  ---\n  wanted: |\n%s\n  got: |\n%s\n  ...\n' "$count" "$1" \
      "$(printf '%s' "$2" | sed 's/^/    /')" "$(printf '%s' "$3" | sed 's/^/    /')"
  fi
}

# drops OPTIONS...: what the program prints for the names on standard input, one after another.
drops() {
  sh "$program" "$@" 2>&1 | tr '\n' ';'
}

for tests in test/*.test.sh; do
  . "./$tests"
done
printf '1..%d\n' "$count"
[ "$failures" -eq 0 ]
