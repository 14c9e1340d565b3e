# Functions for file names.

# extension NAME: prints the part after the last dot.
extension() {
  printf '%s\n' "${1##*.}"
}
