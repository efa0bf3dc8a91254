#!/usr/bin/env bash
# Measures the exact solver on the workstation cluster: building, steady state, transient, memory; on one core and on
# all. An iteration is a sweep, or a cycle of about 15 sweeps' work.
#   scripts/bench_exact.sh
# Prints a table and writes results/bench_exact.csv.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.."

run=build/release/tests/bench/run
csv=results/bench_exact.csv
cores=$(nproc)
"${MAKE:-make}" --no-print-directory -f Makefile -f scripts/bench.mk VARIANT=release "$run"
mkdir -p results
"$run" 1 >"$csv.new"
[[ $cores -gt 1 ]] && "$run" "$cores" | tail -n +2 >>"$csv.new"
mv "$csv.new" "$csv"
echo
awk -F, 'NR > 1 {
    printf("cluster %d, %d thread%s: %d states, %d transitions\n", $1, $2, $2 > 1 ? "s" : "", $3, $4)
    printf("    built in %.2f s, %.3g M states/s, %d bytes a state beside the rows\n", $5, $6 / 1e6, $7)
    printf("    steady state: premium %s (off by %s, bound %s), %d iterations, %.2f s, %.2f ms each\n", $8, $9, $10,
           $11, $12, $13)
    printf("    transient: not minimum by 20 h %s (bound %s), %d steps, %.2f s, %.3f ms each\n", $14, $15, $16, $17,
           $18)
    printf("    peak of memory %d MB\n", $19)
}' "$csv"
echo
echo "written to $csv"
