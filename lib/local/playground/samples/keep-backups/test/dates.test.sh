. lib/dates.sh

find_date site-2026-03-10.tar.gz
is 'finds the date in a name' 2026-03-10 "$date"
find_date 2026-03-10/2025-01-01.tar
is 'takes the first date of several' 2026-03-10 "$date"
find_date notes-2026-3-10.txt
is 'finds none where there is none' '' "$date"

day_number 1970-01-01
is 'counts days from 1970' 0 "$day"
day_number 2024-02-29
is 'counts leap days' 19782 "$day"
day_number 2026-08-09
is 'reads 08 and 09 as decimal' 20674 "$day"
week_number 2026-03-08 && before=$week
week_number 2026-03-09
is 'begins a week on Monday' $((before + 1)) "$week"
