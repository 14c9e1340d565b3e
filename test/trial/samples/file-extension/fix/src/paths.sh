# Functions for file names.

# extension NAME: prints the part after the last dot; nothing where there is no dot.
extension() {
  case "$1" in
    *.*) printf '%s\n' "${1##*.}" ;;
    *) printf '\n' ;;
  esac
}
