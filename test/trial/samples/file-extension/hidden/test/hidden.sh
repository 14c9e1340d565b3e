#!/bin/sh
# Prints TAP: one line for each check.
. ./src/paths.sh

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

check "no dot" "" "$(extension Makefile)"
check "no dot, other name" "" "$(extension LICENSE)"
check "one dot" "md" "$(extension README.md)"
check "two dots" "gz" "$(extension a.tar.gz)"
check "nothing" "" "$(extension "")"

echo "1..$count"
exit $failed
