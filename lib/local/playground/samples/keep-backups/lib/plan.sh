# plan DAILY WEEKLY MONTHLY: reads "DATE NAME", newest first, and prints the names that no rule keeps.
plan() {
  days=$1 weeks=$2 months=$3
  last_date='' last_week='' last_month=''
  while IFS= read -r line; do
    at=${line%% *}
    keep=no
    if [ "$at" != "$last_date" ]; then
      last_date=$at
      week_number "$at"
      if [ "$days" -gt 0 ]; then
        days=$((days - 1)) keep=yes
      fi
      if [ "$week" != "$last_week" ]; then
        last_week=$week
        if [ "$weeks" -gt 0 ]; then weeks=$((weeks - 1)) keep=yes; fi
      fi
      if [ "${at%-*}" != "$last_month" ]; then
        last_month=${at%-*}
        if [ "$months" -gt 0 ]; then months=$((months - 1)) keep=yes; fi
      fi
    fi
    if [ "$keep" = no ]; then printf '%s\n' "${line#* }"; fi
  done
}
