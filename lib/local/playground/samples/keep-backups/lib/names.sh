# dated_names: of the names on standard input, those with a date, as "DATE NAME", newest first.
dated_names() {
  for name in $(cat); do
    find_date "$name"
    if [ -n "$date" ]; then printf '%s %s\n' "$date" "$name"; fi
  done | LC_ALL=C sort -r
}
