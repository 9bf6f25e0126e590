#!/bin/sh
# J9: the whole way by command line. Import, list, show, ask, export, delete, bring back, and the failures between.
# Usage: j9.sh FOLDER   (an empty folder for the profile and the files; needs `bestand` on the PATH or in $J9_COMMAND)
set -eu

folder=$1
bestand() { ${J9_COMMAND:-bestand} --profile "$folder/profile" "$@"; }
fail() { printf 'J9 failed: %s\n' "$1" >&2; exit 1; }
expect() { [ "$1" = "$2" ] || fail "$3: expected '$1', got '$2'"; }
code_of() { set +e; "$@" >"$folder/out" 2>"$folder/err"; code=$?; set -e; printf '%s' "$code"; }

# J2: a messy file becomes a dataset
printf 'Kassenbericht\nDatum;Filiale;Betrag\n02.01.2025;K\366ln;3,50\n03.01.2025;Bonn;4,25\n04.01.2025;K\366ln;10,00\n' >"$folder/umsatz.csv"
bestand data import "$folder/umsatz.csv" --json >"$folder/import.json"
grep -q '"dataset": "umsatz"' "$folder/import.json" || fail "the import's line names no dataset"
grep -q '"rows": 3' "$folder/import.json" || fail "not all rows came in"
grep -q '"preamble": 1' "$folder/import.json" || fail "the line before the header is not accounted for"
expect 1 "$(bestand data list --json | wc -l | tr -d ' ')" "datasets"
bestand data show umsatz --json | grep -q '"name": "Betrag"' || fail "a column is missing"

# a file that is no table fails alone
expect 2 "$(code_of bestand data import "$folder/nowhere.csv" "$folder/umsatz.csv" --name x)" "one name for two files"
expect 1 "$(code_of bestand data import "$folder/nowhere.csv")" "a missing file"

# J3: a question, its answer on stdout and in a file
answer=$(bestand query 'select Filiale, sum(Betrag) as summe from umsatz group by 1 order by 1' --format csv)
expect "$(printf 'Filiale,summe\nBonn,4.25\nKöln,13.50')" "$answer" "the answer"
expect 1 "$(code_of bestand query 'drop table umsatz')" "a question that is none"
bestand query 'select * from umsatz' --out "$folder/alles.xlsx" >/dev/null
[ -s "$folder/alles.xlsx" ] || fail "no spreadsheet"

# export, delete, bring back
bestand data export umsatz --out "$folder/umsatz.parquet" >/dev/null
[ -s "$folder/umsatz.parquet" ] || fail "no export"
expect 1 "$(code_of bestand data export umsatz --out "$folder/umsatz.parquet")" "a file that is there already"
id=$(bestand data delete umsatz)
expect 0 "$(bestand data list --json | wc -l | tr -d ' ')" "datasets after deleting"
expect umsatz "$(bestand data restore "$id")" "the name that came back"

# what was exported is read again, and nothing is left to do
bestand data import "$folder/umsatz.parquet" --name wieder >/dev/null
expect "$(printf 'n\n0')" "$(bestand query 'select count(*) as n from (from umsatz except from wieder)' --format csv)" "the way round"
expect 0 "$(bestand jobs status --state queued --state running --json | wc -l | tr -d ' ')" "jobs left"
echo "J9 done"
