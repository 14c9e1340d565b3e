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

check "one number" "4" "$(largest 4)"
check "three numbers" "7" "$(largest 3 7 5)"

echo "1..$count"
exit $failed
