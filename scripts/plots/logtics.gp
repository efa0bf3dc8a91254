# Tics of a logarithmic axis: axis ("x" or "y"), from and to. Labels at 1, 2 and 5 of each decade where these are few
# (up to dense), at each decade else; decimals and no powers, as far as they are short.
tics = ""
labels = log10(to / from) < dense ? "1 2 5" : "1"
do for [e = floor(log10(from)):ceil(log10(to))] {
    do for [m = 1:9] {
        v = m * 10.0**e
        shown = strstrt(labels, sprintf("%d", m)) > 0
        text = from < 9e-6 && v < 1 || v > 9e5 ? sprintf("%.0e", v) : sprintf(sprintf("%%.%df", e < 0 ? -e : 0), v)
        if (v >= 0.999 * from && v <= 1.001 * to) {
            tics = tics . (strlen(tics) ? ", " : "") . sprintf('"%s" %.12g %d', shown ? text : "", v, !shown)
        }
    }
}
eval "set " . axis . "tics nomirror (" . tics . ")"
