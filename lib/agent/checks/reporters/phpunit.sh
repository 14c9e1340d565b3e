#!/bin/sh
# Stands before the real `phpunit` on PATH, and asks it for a report.
own=$(dirname "$0")
PATH=${PATH#"$own":}
export PATH
exec "$ENTROPY_NODE" "$own/../capture.mjs" phpunit phpunit "$@"
