#!/bin/sh
# Stands before the real `cargo` on PATH: each test program goes through our runner, a failing one stops no other.
own=$(dirname "$0")
PATH=${PATH#"$own":}
export PATH
chain=
case "$1" in
  +*) chain=$1 && shift ;;
esac
case "$1" in
  test | t) shift ;;
  *) exec cargo ${chain:+"$chain"} "$@" ;;
esac
host=$(rustc ${chain:+"$chain"} -vV | sed -n 's/^host: //p' | tr 'a-z-' 'A-Z_')
export "CARGO_TARGET_${host}_RUNNER=$own/entropy-cargo-test"
RUSTDOC=$own/entropy-rustdoc
export RUSTDOC
# Without options that say too little, or that we give ourselves; what follows `--` is the test programs' own.
ours=yes
for word in "$@"; do
  shift
  [ "$word" = -- ] && ours=
  case "$ours$word" in
    yes-q | yes--quiet | yes--no-fail-fast | -q | --quiet) ;;
    *) set -- "$@" "$word" ;;
  esac
done
exec cargo ${chain:+"$chain"} test --no-fail-fast "$@"
