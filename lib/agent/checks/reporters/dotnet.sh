#!/bin/sh
# Stands before the real `dotnet` on PATH, and asks its tests for reports.
own=$(dirname "$0")
PATH=${PATH#"$own":}
export PATH
[ "$1" = test ] || exec dotnet "$@"
exec "$ENTROPY_NODE" "$own/../capture.mjs" dotnet dotnet "$@"
