# Functions for text.

# count_words TEXT: prints how many words the text has.
count_words() {
  spaces=$(printf '%s' "$1" | tr -cd ' ' | wc -c)
  echo $((spaces + 1))
}
