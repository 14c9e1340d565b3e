# Functions for text.

# count_words TEXT: prints how many words the text has.
count_words() {
  echo $(($(printf '%s' "$1" | wc -w)))
}
