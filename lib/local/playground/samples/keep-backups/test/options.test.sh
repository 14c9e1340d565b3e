is 'refuses an unknown option' 'keep-backups: unknown option: --yearly;' "$(drops --yearly 1 </dev/null)"
is 'refuses what is no number' 'keep-backups: --daily needs a number from 0 to 9999;' \
  "$(drops --daily -1 </dev/null)"
is 'refuses an option without its number' 'keep-backups: --weekly needs a number from 0 to 9999;' \
  "$(drops --weekly </dev/null)"
sh "$program" --nonsense </dev/null 2>/dev/null
is 'ends with 2 where it is used wrongly' 2 "$?"
