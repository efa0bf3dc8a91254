#!/bin/sh
# Holds what `nines run` samples against what `nines solve` computes, fixed delays being Erlang delays in both:
#   scripts/exact.sh [-k PHASES] [-n PATHS] [-s MOST_STATES] SCENARIO...
# For each strategy that is small enough it says how large it is, how many figures were compared, and the greatest |z|.
# Exits with 1 if one is above 4, or if nothing could be compared.
set -eu
export LC_ALL=C
nines=build/release/nines phases=2 paths=100000 states=500000
while getopts k:n:s: option; do
    case $option in
    k) phases=$OPTARG ;;
    n) paths=$OPTARG ;;
    s) states=$OPTARG ;;
    *) echo "usage: $0 [-k PHASES] [-n PATHS] [-s MOST_STATES] SCENARIO..." >&2; exit 2 ;;
    esac
done
shift $((OPTIND - 1))
if [ $# -eq 0 ] || [ ! -x "$nines" ]; then
    echo "$0: needs $nines and a scenario" >&2
    exit 2
fi
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

compared=0 bad=0
for scenario; do
    echo "$scenario"
    "$nines" solve "$scenario" --phases "$phases" --max-states "$states" --format csv -q >"$place/solved.csv" \
        2>"$place/unsolved.txt" || [ $? = 3 ] || bad=1
    # What else may be wrong:
    if grep -v -e 'was not solved: .* has more than' -e 'no strategy could be solved' "$place/unsolved.txt"; then
        bad=1
        continue
    fi
    sed -n 's/^nines: warning: \(.*\) was not solved: .*/    too large: \1/p' "$place/unsolved.txt"
    tr -d '"' <"$place/solved.csv" |
        awk -F, 'NR > 1 && !seen[$1 $2]++ { print "    " $2 " in " $1 ": " $6 " states" }'
    # In the columns of the reference figures: those of no release stand for themselves, as sampled.
    awk -F, 'NR == 1 { print "topology,strategy,measure,mean,se"; next } { print $1 "," $2 "," $3 "," $5 ",0" }' \
        "$place/solved.csv" | grep -v '"none"' >"$place/reference.csv" || continue
    [ "$(wc -l <"$place/reference.csv")" -gt 1 ] || continue
    "$nines" run "$scenario" --phases "$phases" --paths "$paths" --format csv -q --no-plots -o "$place/run" \
        >"$place/sampled.csv"
    compared=1
    scripts/compare.sh "$place/sampled.csv" "$place/reference.csv" 4 >"$place/compared.txt" || bad=1
    awk '$2 ~ /,.*,/ && ($1 == "missing" || $1 > 4 || $1 < -4) { print "    " $0 }' "$place/compared.txt"
    sed -n 's/^\([0-9]* figures.*\)/    \1/p' "$place/compared.txt"
done
[ "$compared" = 1 ] && [ "$bad" = 0 ]
