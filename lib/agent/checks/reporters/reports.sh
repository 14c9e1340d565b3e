#!/bin/sh
# Stands before the real program on PATH; its reports are taken when it has ended.
own=$(dirname "$0")
PATH=${PATH#"$own":}
export PATH
exec "$ENTROPY_NODE" "$own/../capture.mjs" reports "$(basename "$0")" "$@"
