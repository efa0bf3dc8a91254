#!/bin/sh
# Builds and runs the long statistical checks of tests/stat; exit status 1 if one fails. Takes a minute or two.
set -eu
export LC_ALL=C # numbers with a point, sorting by bytes
cd "$(dirname "$0")/.."
run=build/release/tests/stat/run
"${MAKE:-make}" --no-print-directory -f Makefile -f scripts/stat.mk VARIANT=release "$run"
exec "$run" "$@"
