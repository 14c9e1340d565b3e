# Dates as YYYY-MM-DD. Results are left in variables: a subshell for each name would be slow.

# find_date NAME: the first date in a name, in $date; empty where there is none.
find_date() {
  date=
  case $1 in
    *[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]*) ;;
    *) return 0 ;;
  esac
  before=${1%%[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]*}
  from=${1#"$before"}
  after=${from#??????????}
  date=${from%"$after"}
}

# day_number DATE: days since 1970-01-01, in $day.
day_number() {
  year=${1%%-*} month=${1#*-} dom=${1##*-}
  month=${month%-*}
  # A leading zero would make the number octal.
  year=$((1$year - 10000)) month=$((1$month - 100)) dom=$((1$dom - 100))
  # The year is taken to begin in March, so that the leap day is its last.
  if [ "$month" -le 2 ]; then
    year=$((year - 1)) month=$((month + 12))
  fi
  day=$((365 * year + year / 4 - year / 100 + year / 400))
  day=$((day + (153 * (month - 3) + 2) / 5 + dom - 719469))
}

# week_number DATE: weeks from Monday to Sunday, in $week.
week_number() {
  day_number "$1"
  # 1970-01-01 was a Thursday.
  week=$(((day + 3) / 7))
}
