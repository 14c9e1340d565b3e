#!/bin/sh
# Tests in documentation are run by rustdoc itself.
for word in "$@"; do
  [ "$word" = --test ] && exec "$ENTROPY_NODE" "$(dirname "$0")/../capture.mjs" rustdoc rustdoc "$@"
done
exec rustdoc "$@"
