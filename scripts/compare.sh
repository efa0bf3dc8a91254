#!/bin/sh
# Holds a summary.csv against reference figures of an independent simulation:
#   scripts/compare.sh results/checkout/summary.csv scenarios/reference/checkout.csv [LIMIT]
# Prints |z| of every mean and exits with 1 if one is above LIMIT (4.5).
set -eu
[ $# -ge 2 ] || { echo "usage: $0 SUMMARY REFERENCE [LIMIT]" >&2; exit 2; }
awk -F, -v limit="${3:-4.5}" '
function plain(text) { gsub(/"/, "", text); return text }
FNR == 1 { file++; next }
{ strategy = plain($2); if (strategy == "baseline") strategy = "none"; key = plain($1) "," strategy "," plain($3) }
file == 1 { mean[key] = $5; error[key] = ($7 - $6) / (2 * 1.959964); next }
!(key in mean) { printf "missing  %s\n", key; bad++; next }
{
    both = sqrt(error[key] ^ 2 + $5 ^ 2); off = mean[key] - $4
    z = both > 0 ? off / both : (off == 0 ? 0 : 999)
    printf "%7.2f  %-40s %14.7g %14.7g\n", z, key, mean[key], $4
    size = z < 0 ? -z : z; if (size > most) most = size
    n++; squares += z * z; if (size > limit) bad++
}
END {
    if (!n) { print "nothing to compare"; exit 1 }
    printf "%d figures, greatest |z| %.2f, root mean square %.2f, %d above %g\n", n, most, sqrt(squares / n), bad, limit
    exit bad > 0
}' "$1" "$2"
