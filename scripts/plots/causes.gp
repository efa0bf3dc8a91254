# What took the requests, by strategy: seconds (first block) and shares (second). Data: x0 x1 y colour.
figure = "causes"
load figure . "-numbers.gp"
load "common.gp"
data = figure . "-data.dat"
do for [form in "svg png"] {
    load "terminal.gp"
    set multiplot
    array lefts[2] = [seconds_left, shares_left]
    array rights[2] = [seconds_right, shares_right]
    do for [i = 1:2] {
        left = lefts[i]
        right = rights[i]
        bottom = seconds_bottom
        top = seconds_top
        load "panel.gp"
        unset ytics
        set xrange [0:(i == 1 ? seconds_greatest : 100)]
        set yrange [bottom * height:top * height]
        set xlabel (i == 1 ? "mean lost (" . word(units, seconds_unit) . ")" : "share of lost (%)") \
            textcolor rgb "#444444"
        plot data index i - 1 using (($1 + $2) / 2):3:(($2 - $1) / 2):(bar / 2):4 with boxxyerror lc rgb variable
    }
    load "layer.gp"
    set style fill solid 1.0 noborder
    plot figure . "-marks.dat" using 1:2:(7):(7):3 with boxxyerror lc rgb variable
    unset multiplot
    unset output
}
