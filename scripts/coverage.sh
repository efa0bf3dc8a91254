#!/usr/bin/env bash
# Line coverage of sim/ and models/ after a run of the tests built with VARIANT=cov: scripts/coverage.sh build/cov
set -euo pipefail
export LC_ALL=C # numbers with a point, sorting by bytes
cd "$(dirname "$0")/.."
build=$1

find "$build/sim" "$build/models" -name '*.gcda' -exec gcov -n {} + 2>/dev/null |
    awk -F"[':% ]+" '
        /^File/ { file = $2 }
        /^Lines executed/ && file ~ /^(sim|models)\/.*\.c$/ {
            printf "%6.1f %% of %5d  %s\n", $3, $5, file
            lines += $5
            covered += $3 * $5 / 100
            file = ""
        }
        END { printf "%6.1f %% of %5d  all\n", 100 * covered / lines, lines }' | sort -k 5
