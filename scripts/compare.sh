#!/bin/sh
# Holds a summary.csv against reference figures of an independent simulation:
#   scripts/compare.sh results/checkout/summary.csv scenarios/reference/checkout.csv [LIMIT]
# Prints |z| of every mean and exits with 1 if one is above LIMIT (4.5).
set -eu
export LC_ALL=C # numbers with a point: elsewhere awk may read 0.5 as 0
[ $# -ge 2 ] || { echo "usage: $0 SUMMARY REFERENCE [LIMIT]" >&2; exit 2; }
awk -v limit="${3:-4.5}" '
# Cuts a row of CSV into at[1], at[2], ...; a quoted field may hold commas, and quotes twice.
function cut(row,    n, length_) {
    for (n = 1; ; n++) {
        if (match(row, /^"([^"]|"")*"/)) {
            at[n] = substr(row, 2, RLENGTH - 2)
            gsub(/""/, "\"", at[n])
        } else {
            match(row, /^[^,]*/)
            at[n] = substr(row, 1, RLENGTH)
        }
        length_ = RLENGTH
        if (substr(row, length_ + 1, 1) != ",")
            return
        row = substr(row, length_ + 2)
    }
}
FNR == 1 { file++; next }
{ cut($0); strategy = at[2] == "baseline" ? "none" : at[2]; key = at[1] "," strategy "," at[3] }
file == 1 { mean[key] = at[5]; error[key] = (at[7] - at[6]) / (2 * 1.959964); next }
!(key in mean) { printf "missing  %s\n", key; bad++; next }
{
    both = sqrt(error[key] ^ 2 + at[5] ^ 2); off = mean[key] - at[4]
    z = both > 0 ? off / both : (off == 0 ? 0 : 999)
    printf "%7.2f  %-40s %14.7g %14.7g\n", z, key, mean[key], at[4]
    size = z < 0 ? -z : z; if (size > most) most = size
    n++; squares += z * z; if (size > limit) bad++
}
END {
    if (!n) { print "nothing to compare"; exit 1 }
    printf "%d figures, greatest |z| %.2f, root mean square %.2f, %d above %g\n", n, most, sqrt(squares / n), bad, limit
    exit bad > 0
}' "$1" "$2"
