#!/bin/sh
# Prints TAP: one line for each check.
. ./src/words.sh

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

check "one word" "1" "$(count_words hello)"
check "two words" "2" "$(count_words "hello world")"

echo "1..$count"
exit $failed
