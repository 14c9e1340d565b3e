#!/bin/sh
# Prints TAP: one line for each check.
. ./src/numbers.sh

count=0
failed=0

# check NAME EXPECTED ACTUAL
check() {
  count=$((count + 1))
  if [ "$2" = "$3" ]; then
    echo "ok $count - $1"
  else
    failed=1
    echo "not ok $count - $1"
    echo "# expected '$2', got '$3'"
  fi
}

check "two digits" "10" "$(largest 9 10)"
check "three digits" "100" "$(largest 20 100 3)"
check "negative" "2" "$(largest -5 2)"
check "all negative" "-1" "$(largest -1 -10)"
check "one" "8" "$(largest 8)"

echo "1..$count"
exit $failed
