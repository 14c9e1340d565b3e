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

check "one dot" "txt" "$(extension notes.txt)"
check "two dots" "gz" "$(extension archive.tar.gz)"

echo "1..$count"
exit $failed
