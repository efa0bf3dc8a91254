#!/usr/bin/env bash
# What compilers do not check: layers, size of functions, style; then cppcheck and shellcheck. Every fault is one line.
set -u
export LC_ALL=C # numbers with a point, sorting by bytes
cd "$(dirname "$0")/.." || exit 3
faults=0

# Shows what a check has found, if anything.
check() {
    local title=$1 found line
    shift
    if found=$("$@" 2>&1) && [[ -z $found ]]; then
        echo "  ok  $title"
    else
        echo "FAULT $title"
        while IFS= read -r line; do echo "      $line"; done <<<"$found"
        faults=$((faults + 1))
    fi
}

# Lists the lines that match, if there are any.
no_lines() {
    ! grep -nE "$@"
}

# Names the files without such a line.
no_lines_missing() {
    ! grep -LE "$@" | grep .
}

mapfile -t code < <(find sim models tests scripts -name '*.[ch]' | sort)
mapfile -t product < <(find sim models -name '*.[ch]' | sort)
mapfile -t shell < <(find scripts .ci -type f \( -name '*.sh' -o -path .ci/run \) | sort)
mapfile -t text < <(find Makefile .ci scripts scenarios tests/cli -type f ! -path scripts/lint.sh 2>/dev/null | sort)
tab=$'\t'
unfinished='\b(TODO|FIXME|XXX|HACK)\b'

check "layers: a folder includes only those below it" awk -f scripts/lint/layers.awk "${product[@]}"
check "functions: at most 80 lines, complexity at most 15" awk -f scripts/lint/functions.awk "${code[@]}"
check "no line over 120 columns" env LC_ALL=C.UTF-8 bash -c '! grep -nE "^.{121,}" "$@"' - "${code[@]}" "${shell[@]}"
check "no tab and no trailing blank" no_lines "$tab| +\$" "${code[@]}" "${shell[@]}"
check "no unfinished business" no_lines "$unfinished" "${code[@]}" "${text[@]}"
check "no shell from C" no_lines '\b(system|popen)\(' "${product[@]}"
check "every script sets its language" no_lines_missing "^export LC_ALL=C\b" scripts/*.sh
check "cppcheck" cppcheck --quiet -j2 --enable=warning,portability,performance --error-exitcode=1 --std=c11 \
    --inline-suppr --suppress=missingIncludeSystem --suppress=readdirCalled --library=posix -D_GNU_SOURCE \
    -Isim -I. sim models scripts/bench
check "shellcheck" shellcheck "${shell[@]}"

echo "lint: $faults faults"
[[ $faults == 0 ]]
