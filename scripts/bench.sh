#!/usr/bin/env bash
# Measures how fast nines is, in about six minutes: events per second of every engine beside textbook simulations, what
# a second core brings, the wall time of runs, start-up, every scenario, and how long the best plan and 1 % of its
# `lost` take.
#   scripts/bench.sh [SECTION...]      sections: engines cores wall start scenarios precision; all unless given
# Prints tables and writes results/bench.csv: for each figure its median, least and greatest value over repetitions.
set -euo pipefail
export LC_ALL=C # numbers with a point, sorting by bytes
cd "$(dirname "$0")/.."

nines=build/release/nines
engines=build/release/scripts/bench/run
csv=results/bench.csv
checkout=scenarios/checkout.yaml
sections=("$@")
[[ $# -gt 0 ]] || sections=(engines cores wall start scenarios precision)
patience=6 # seconds, for 1 % of a scenario
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[[ -x $nines && -x $engines ]] || { echo "bench: $nines or $engines is not there: run make bench" >&2; exit 2; }
shopt -s nullglob
scenarios=(scenarios/*.yaml)
[[ ${#scenarios[@]} -gt 0 ]] || { echo "bench: there are no scenarios" >&2; exit 2; }
cores=$(nproc)
model=$(lscpu | awk -F': *' '/^Model name/ { name = $2 } END { print(name == "" ? "unknown" : name) }')

# ---- helpers ----

# Keeps a figure: put WHAT VARIANT THREADS UNIT VALUE...; sets median, least and greatest.
put() {
    local what=$1 variant=$2 threads=$3 unit=$4
    shift 4
    read -r median least greatest < <(printf '%s\n' "$@" | sort -g | awk '{ x[NR] = $1 }
        END { print (NR % 2 ? x[(NR + 1) / 2] : (x[NR / 2] + x[NR / 2 + 1]) / 2), x[1], x[NR] }')
    printf '"%s",%d,"%s","%s",%d,"%s",%d,%s,%s,%s\n' "$model" "$cores" "$what" "$variant" "$threads" "$unit" "$#" \
        "$median" "$least" "$greatest" >>"$work/bench.csv"
}

# A number with three digits: 12300000 is 12.3 M.
short() {
    awk -v x="$1" 'BEGIN { if (x >= 999.5e6) printf("%.3g G", x / 1e9)
                           else if (x >= 999500) printf("%.3g M", x / 1e6)
                           else if (x >= 1e3 && x < 1e4) printf("%.0f", x)
                           else if (x >= 1e4) printf("%.3g k", x / 1e3)
                           else printf("%.3g", x) }'
}

# What is computed of numbers: of 'a / b' 6 2.
compute() {
    awk -v a="$2" -v b="${3-0}" -v c="${4-0}" "BEGIN { printf(\"%.6g\\n\", $1) }"
}

# The median and what it ranges over, of the last put.
show() {
    printf '%9s  (%s to %s)' "$(short "$median")" "$(short "$least")" "$(short "$greatest")"
}

has_option() {
    "$nines" help run | grep -qe "--$1"
}

# The wall time of a command, in seconds, on standard output.
wall() {
    local begin=$EPOCHREALTIME
    "$@" >/dev/null
    awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf("%.5f\n", b - a) }'
}

# Runs nines without figures and reads its result: sets seconds, paths, events, capped (strategies that ended at
# max_paths), untold (those of them whose interval is only a safe bound, from which nothing can be told), and how many
# times the paths and the work PRECISION of lost would have taken, reached as 1/sqrt(paths): run PRECISION ARGUMENT...
run() {
    local precision=$1
    shift
    "$nines" run "$@" --format json --no-plots -q -o "$work/out" >"$work/result.json"
    read -r seconds paths events capped untold more_paths more_work < <(awk -v asked="$precision" '
        match($0, /^ *"[a-z_]+": /) {
            key = $1; gsub(/[":]/, "", key); value = $2; gsub(/[",]/, "", value)
            if (!(key in first)) first[key] = value
            if (key == "strategy") in_paths = 1
            if (key == "paths" && in_paths) { n = value; in_paths = 0 }
            if (key == "events") work = value
            if (key == "stop") stop = value
            if (key == "precision") reached = value
            if (key ~ /^(downtime|lost)$/) of_lost = key == "lost"
            if (key == "trusted" && of_lost && stop != "") {
                factor = stop == "max_paths" && reached > asked ? (reached / asked) ^ 2 : 1
                all_n += n; needed_n += n * factor
                all_work += work; needed_work += work * factor
                capped += stop == "max_paths"
                untold += stop == "max_paths" && value == "false"
                of_lost = 0; stop = ""
            }
        }
        END { print first["seconds"], first["paths"], first["events"], capped + 0, untold + 0,
                    (all_n > 0 ? needed_n / all_n : 1), (all_work > 0 ? needed_work / all_work : 1) }
        ' "$work/result.json")
}

# How many paths a strategy take about so many seconds, if so many took those of the last run: fitting PATHS SECONDS.
fitting() {
    awk -v n="$1" -v s="$2" -v took="$seconds" 'BEGIN {
        n *= s / (took > 1e-3 ? took : 1e-3)
        printf("%.0f\n", n < 1000 ? 1000 : n > 1e7 ? 1e7 : n) }'
}

title() {
    printf '\n%s\n' "$1"
}

# ---- sections ----

# What the engines gave for a model and a variant, divided by another variant's, repetition by repetition.
ratios() {
    printf '%s\n' "${measured[@]}" | awk -F, -v w="$1" -v v="$2" -v b="$3" '
        $1 == w && $2 == v { for (i = 4; i <= NF; i++) own[i] = $i }
        $1 == w && $2 == b { for (i = 4; i <= NF; i++) other[i] = $i }
        END { for (i = 4; i in own && i in other; i++) printf("%.4f\n", own[i] / other[i]) }'
}

measure_engines() {
    local line what variant unit base values row
    title 'events per second on one core (processor time), and how many times the textbook and the reference engine'
    "$engines" >"$work/engines.csv" 2>"$work/checks" || { cat "$work/checks" >&2; exit 1; }
    mapfile -t measured <"$work/engines.csv"
    printf '  %-10s %-18s %-30s %10s %10s\n' model variant '    events/s' textbook reference
    for line in "${measured[@]}"; do
        IFS=, read -r what variant unit values <<<"$line"
        IFS=, read -ra row <<<"$values"
        put "engine: $what" "$variant" 1 "$unit" "${row[@]}"
        printf '  %-10s %-18s %-30s' "$what" "$variant" "$(show)"
        for base in textbook reference; do
            mapfile -t row < <(ratios "$what" "$variant" "$base")
            if [[ ${#row[@]} == 0 || $variant == "$base" ]]; then
                printf ' %10s' -
            else
                put "engine: $what" "$variant / $base" 1 ratio "${row[@]}"
                printf ' %8.2f x' "$median"
            fi
        done
        echo
    done
    echo "  checked before: $(grep -cE 'z +-?[0-9.]+$' "$work/checks" || true) pairs of means, |z| < 4;" \
        "$(grep -c ': those of reference' "$work/checks" || true) blocks of paths, the same as the reference engine's"
}

# One core and all, taking turns.
measure_cores() {
    ((cores > 1)) || return 0
    local paths_asked thread one=() all=() ratio=()
    run 1 "$checkout" --paths 4000 --threads 1
    paths_asked=$(fitting 4000 1.5)
    for _ in 1 2 3 4 5; do
        for thread in 1 "$cores"; do
            run 1 "$checkout" --paths "$paths_asked" --threads "$thread"
            [[ $thread == 1 ]] && one+=("$(compute 'a / b' "$paths" "$seconds")")
            [[ $thread == "$cores" ]] && all+=("$(compute 'a / b' "$paths" "$seconds")")
        done
        ratio+=("$(compute 'a / b' "${all[-1]}" "${one[-1]}")")
    done
    title "$checkout, $paths_asked paths a strategy: paths per second"
    put "cores: $checkout" one 1 paths/s "${one[@]}"
    printf '  %-20s %s\n' '1 thread' "$(show)"
    put "cores: $checkout" all "$cores" paths/s "${all[@]}"
    printf '  %-20s %s\n' "$cores threads" "$(show)"
    put "cores: $checkout" 'all / one' "$cores" ratio "${ratio[@]}"
    printf '  %-20s %s\n' 'ratio' "$(show)"
}

# A precision that would take more than a minute is cut off, and what it would take is told from how far it came.
measure_wall() {
    local times=() most=10000000 note=''
    title "nines run $checkout: wall time in seconds, $cores threads"
    for _ in 1 2 3; do
        times+=("$(wall "$nines" run "$checkout" --no-plots -q -o "$work/out")")
    done
    put "wall: $checkout" 'precision 2 %' "$cores" s "${times[@]}"
    printf '  %-20s %s\n' 'to 2 %' "$(show)"
    run 0.002 "$checkout" --paths 20000
    most=$(fitting 20000 40)
    run 0.002 "$checkout" --precision 0.2% --set "simulation.max_paths=$most"
    if ((capped > 0)); then
        note="  extrapolated: strategies were cut off at $most paths: $capped; that took $(short "$seconds") s"
        put "wall: $checkout" 'precision 0.2 %, cut off' "$cores" s "$seconds"
        put "wall: $checkout" 'precision 0.2 %, extrapolated' "$cores" s "$(compute 'a * b' "$seconds" "$more_work")"
    else
        put "wall: $checkout" 'precision 0.2 %' "$cores" s "$seconds"
    fi
    printf '  %-20s %9s%s\n' 'to 0.2 %' "$(short "$median")" "$note"
}

# Programs that do next to nothing, and a short run with each engine, taking turns.
measure_start() {
    local i name names=() times ratio=()
    title 'start-up and short runs: wall time in ms (best of 20 is the second figure)'
    local -A command=([validate]="validate $checkout"
        ['run --paths 2']="run $checkout --paths 2 --no-plots -q -o $work/out")
    for name in validate 'run --paths 2'; do
        times=()
        for ((i = 0; i < 20; i++)); do
            # shellcheck disable=SC2086 # words
            times+=("$(compute 'a * 1000' "$(wall "$nines" ${command[$name]})")")
        done
        put 'start' "$name" "$cores" ms "${times[@]}"
        printf '  %-36s %s\n' "$name" "$(show)"
    done
    has_option engine || return 0
    for name in reference lanes; do
        "$nines" run "$checkout" --paths 2 --engine "$name" --no-plots -q -o "$work/out" >"$work/said" 2>&1 &&
            names+=("$name")
    done
    for ((i = 0; i < 10; i++)); do
        for name in "${names[@]}"; do
            compute 'a * 1000' "$(wall "$nines" run "$checkout" --paths 1000 --engine "$name" --no-plots -q \
                -o "$work/out")" >>"$work/$name.ms"
        done
    done
    for name in "${names[@]}"; do
        mapfile -t times <"$work/$name.ms"
        put "1000 paths: $checkout" "$name" "$cores" ms "${times[@]}"
        printf '  %-36s %s\n' "run --paths 1000 --engine $name" "$(show)"
    done
    [[ -s $work/lanes.ms ]] || return 0
    mapfile -t ratio < <(paste "$work/reference.ms" "$work/lanes.ms" | awk '{ printf("%.4f\n", $1 / $2) }')
    put "1000 paths: $checkout" 'reference / lanes' "$cores" ratio "${ratio[@]}"
    printf '  %-36s %s\n' 'reference / lanes' "$(show)"
}

# Paths are those of the strategies and of no release; events also those of the paths run again for comparison.
measure_scenarios() {
    local scenario thread asked i rate of_events
    title 'scenarios: paths and events per second'
    printf '  %-36s %7s %-32s %s\n' scenario threads '    paths/s' '    events/s'
    for scenario in "${scenarios[@]}" scenarios/reference/*.yaml; do
        run 1 "$scenario" --paths 4000 --threads 1
        asked=$(fitting 4000 0.5)
        for thread in $( ((cores > 1)) && echo "1 $cores" || echo 1); do
            rate=() of_events=()
            for i in 1 2 3; do
                run 1 "$scenario" --paths "$((asked * thread))" --threads "$thread"
                rate+=("$(compute 'a / b' "$paths" "$seconds")")
                of_events+=("$(compute 'a / b' "$events" "$seconds")")
            done
            put "scenario: $scenario" '' "$thread" paths/s "${rate[@]}"
            printf '  %-36s %7d %-32s' "$scenario" "$thread" "$(show)"
            put "scenario: $scenario" '' "$thread" events/s "${of_events[@]}"
            printf ' %s\n' "$(show)"
        done
    done
}

# Up to $patience seconds each: what is cut off is told from how far it came, and marked.
measure_precision() {
    local scenario estimator most mark label estimators=(usual) options
    has_option estimator && estimators=(plain smoothed)
    title "the best plan by lost, and lost of it to 1 %: paths and seconds, $cores threads"
    printf '  %-36s %-10s %12s %10s\n' scenario estimator paths seconds
    for scenario in "${scenarios[@]}"; do
        for estimator in "${estimators[@]}"; do
            options=(--set objective.minimize=lost)
            [[ $estimator == usual ]] || options+=(--estimator "$estimator")
            run 0.01 "$scenario" --paths 4000 "${options[@]}"
            most=$(fitting 4000 "$patience")
            run 0.01 "$scenario" --precision 1% "${options[@]}" --set "simulation.max_paths=$most"
            if ((capped > 0)) && [[ $(compute 'a * b < 12' "$seconds" "$more_work") == 1 ]]; then
                run 0.01 "$scenario" --precision 1% "${options[@]}" # little is missing
            fi
            mark='' label=$estimator
            if ((untold > 0)); then
                mark='>' label="$estimator, not reached" more_paths=1 more_work=1
            elif ((capped > 0)); then
                mark='~' label="$estimator, extrapolated"
            fi
            put "1 % of lost: $scenario" "$label" "$cores" paths "$(compute 'a * b' "$paths" "$more_paths")"
            printf '  %-36s %-10s %12s' "$scenario" "$estimator" "$mark$(short "$median")"
            put "1 % of lost: $scenario" "$label" "$cores" s "$(compute 'a * b' "$seconds" "$more_work")"
            printf ' %10s\n' "$mark$(short "$median")"
        done
    done
    echo "  ~ cut off within $patience s, and extrapolated by 1/sqrt(paths)"
    echo '  > cut off then, with too few paths that lost anything to tell how many it takes'
}

echo "machine,cores,what,variant,threads,unit,repetitions,median,least,greatest" >"$work/bench.csv"
echo "$model, $cores cores: medians (least to greatest)"
for section in "${sections[@]}"; do
    case $section in
    engines | cores | wall | start | scenarios | precision) "measure_$section" ;;
    *) echo "bench: no section '$section': engines cores wall start scenarios precision" >&2; exit 2 ;;
    esac
done
mkdir -p results
mv "$work/bench.csv" "$csv"
echo
echo "written to $csv"
