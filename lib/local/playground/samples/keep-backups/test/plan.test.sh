none='--daily 0 --weekly 0 --monthly 0'

is 'keeps the last days' 'a-2026-03-08;a-2026-03-07;' \
  "$(printf 'a-2026-03-%s\n' 10 09 08 07 | drops $none --daily 2)"
is 'keeps days that have a backup, not days of the calendar' 'a-2026-01-01;' \
  "$(printf '%s\n' a-2026-01-01 a-2026-03-10 a-2026-02-01 | drops $none --daily 2)"
is 'keeps the newest of each week' 'a-2026-03-09;a-2026-03-07;a-2026-03-01;' \
  "$(printf 'a-2026-03-%s\n' 10 09 08 07 01 | drops $none --weekly 2)"
is 'keeps the newest of each month' 'a-2026-03-01;a-2026-02-01;a-2025-03-31;' \
  "$(printf '%s\n' a-2026-03-10 a-2026-03-01 a-2026-02-28 a-2026-02-01 a-2025-03-31 | drops $none --monthly 2)"
is 'keeps one of several of a day' 'a-2026-03-10;' \
  "$(printf '%s\n' a-2026-03-10 b-2026-03-10 | drops $none --daily 1)"
is 'keeps what any of the rules keeps' 'a-2026-03-09;' \
  "$(printf '%s\n' a-2026-03-10 a-2026-03-09 a-2026-03-08 | drops --daily 1 --weekly 2 --monthly 1)"
is 'never prints a name without a date' 'a-2026-03-09;' \
  "$(printf '%s\n' README a-2026-03-10 a-2026-03-09 | drops $none --daily 1)"
is 'prints nothing for nothing' '' "$(drops </dev/null)"
