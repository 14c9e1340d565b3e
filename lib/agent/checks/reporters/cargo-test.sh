#!/bin/sh
# The runner of cargo's test programs.
exec "$ENTROPY_NODE" "$(dirname "$0")/../capture.mjs" cargo-test "$@"
