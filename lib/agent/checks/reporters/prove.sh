#!/bin/sh
# Stands before the real `prove` on PATH, and gives it our formatter.
own=$(dirname "$0")
PATH=${PATH#"$own":}
export PATH
exec prove --formatter EntropyTap "$@"
