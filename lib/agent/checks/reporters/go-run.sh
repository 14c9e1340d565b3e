#!/bin/sh
# Runs one package's tests, and notes where the program ended well without ever coming to them: the log that Go's
# own testing package begins then is not there.
own=$(dirname "$0")
log="$own/../go-$$.log"
program=$1
shift
"$program" "-test.testlogfile=$log" "$@"
code=$?
if [ "$code" = 0 ] && [ "$(head -n 1 "$log" 2>/dev/null)" != '# test log' ]; then
  echo "$(basename "$PWD"): the program ended before its tests" >"$own/../go-$$.doubt"
fi
rm -f "$log"
exit "$code"
