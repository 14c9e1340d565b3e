#!/bin/sh
# Stands before the real `go` on PATH, so that whatever starts `go test` gets its results per test.
own=$(dirname "$0")
PATH=${PATH#"$own":}
export PATH
if [ "$1" = test ]; then
  shift
  for word in "$@"; do
    case "$word" in
      -c | -json | --json | -json=* | -list | -list=*) exec go test "$@" ;;
    esac
  done
  for word in "$@"; do
    case "$word" in
      -exec | --exec | -exec=* | --exec=*) exec go test -json "$@" ;;
    esac
  done
  exec go test -json -exec "$own/entropy-go-run" "$@"
fi
exec go "$@"
