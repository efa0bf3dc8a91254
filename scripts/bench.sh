#!/usr/bin/env bash
# Measures paths and events per second for every scenario, on one core and on all: median and range of several runs.
#   scripts/bench.sh [SECONDS]
# SECONDS is about how long all of it takes (100). Prints a table and writes results/bench.csv.
# Paths are those of the strategies and of no release; events also those of the paths run again for comparison.
set -euo pipefail
export LC_ALL=C # numbers with a point, sorting by bytes
cd "$(dirname "$0")/.."

nines=build/release/nines
budget=${1:-100}
repetitions=5
csv=results/bench.csv
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[[ -x $nines ]] || { echo "bench: $nines is not there: run make first" >&2; exit 2; }
shopt -s nullglob
scenarios=(scenarios/*.yaml scenarios/reference/*.yaml)
cores=$(nproc)
threads=(1)
[[ $cores -gt 1 ]] && threads+=("$cores")

machine() {
    lscpu | awk -F': *' '/^Model name/ { name = $2 } END { print(name == "" ? "unknown" : name) }'
}

# "seconds paths events" of one run: scenario, paths a strategy, threads.
measure() {
    "$nines" run "$1" --paths "$2" --threads "$3" --format json --no-plots -q -o "$work/out" >"$work/result.json"
    awk 'match($0, /"(seconds|paths|events)": *[0-9.e+-]+/) {
             split(substr($0, RSTART, RLENGTH), at, /": */); key = substr(at[1], 2)
             if (!(key in value)) value[key] = at[2]
         }
         END { print value["seconds"], value["paths"], value["events"] }' "$work/result.json"
}

# "median least greatest" of the numbers on standard input.
spread() {
    sort -g | awk '{ x[NR] = $1 }
        END { print (NR % 2 ? x[(NR + 1) / 2] : (x[NR / 2] + x[NR / 2 + 1]) / 2), x[1], x[NR] }'
}

# A rate with three digits and a unit.
short() {
    awk -v x="$1" 'BEGIN { if (x >= 1e6) printf("%.3g M", x / 1e6); else printf("%.3g k", x / 1e3) }'
}

# How many paths a strategy take about the time given on one thread.
fitting() {
    measure "$1" 4000 1 |
        awk -v s="$2" '{ n = 4000 * s / ($1 > 1e-4 ? $1 : 1e-4)
                           printf("%.0f\n", (n < 1000) ? 1000 : (n > 1e9) ? 1e9 : n) }'
}

bench() {
    local scenario=$1 thread=$2 paths=$3 i
    for ((i = 0; i < repetitions; i++)); do
        measure "$scenario" "$paths" "$thread"
    done >"$work/runs"
    read -r p p_least p_most < <(awk '{ print $2 / $1 }' "$work/runs" | spread)
    read -r e e_least e_most < <(awk '{ print $3 / $1 }' "$work/runs" | spread)
    printf '%-36s %7d %10s/s %9s to %-9s %10s/s %9s to %-9s\n' "$scenario" "$thread" "$(short "$p")" \
        "$(short "$p_least")" "$(short "$p_most")" "$(short "$e")" "$(short "$e_least")" "$(short "$e_most")"
    printf '"%s",%d,%s,%d,%d,%d,%.0f,%.0f,%.0f,%.0f,%.0f,%.0f\n' "$model" "$cores" "$scenario" "$thread" \
        "$repetitions" "$paths" "$p" "$p_least" "$p_most" "$e" "$e_least" "$e_most" >>"$work/bench.csv"
}

[[ ${#scenarios[@]} -gt 0 ]] || { echo "bench: there are no scenarios" >&2; exit 2; }
model=$(machine)
runs=$((${#scenarios[@]} * repetitions * (1 + (cores > 1))))
each=$(awk -v b="$budget" -v n="$runs" 'BEGIN { print((b / n > 3) ? 3 : b / n) }')
echo "machine,cores,scenario,threads,repetitions,paths_a_strategy,paths_per_second,paths_least,paths_most,\
events_per_second,events_least,events_most" >"$work/bench.csv"
echo "$model, $cores cores; $repetitions runs each: median, least and greatest"
echo
printf '%-36s %7s %12s %23s %12s %23s\n' scenario threads paths '' events ''
for scenario in "${scenarios[@]}"; do
    paths=$(fitting "$scenario" "$each")
    for thread in "${threads[@]}"; do
        bench "$scenario" "$thread" "$((paths * thread))"
    done
done
mkdir -p results
mv "$work/bench.csv" "$csv"
echo
echo "written to $csv"
