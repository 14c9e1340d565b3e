# Functions for whole numbers.

# largest NUMBER...: prints the largest of the numbers.
largest() {
  printf '%s\n' "$@" | sort -n | tail -n 1
}
